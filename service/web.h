/* SPDX-License-Identifier: Apache-2.0
 * The web service: page, JSON and live events on loopback, inside the loop of the daemon. It knows
 * no site and no device: whoever runs them fills a struct web_source. A pack keeps the number that
 * it had at the start, which was its DIP address; that address may be changed at its front plate.
 * All calls, in both directions, happen in the loop thread.
 */
#ifndef HEARTH_SERVICE_WEB_H
#define HEARTH_SERVICE_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "core/command.h"
#include "core/io.h"
#include "core/params.h"
#include "core/snapshot.h"

typedef struct sd_event sd_event; /* <systemd/sd-event.h> */
struct web_diagnostics;           /* service/web_diagnostics.h */
struct web_port;                  /* service/web_uart.h */

/* One pack as the page shows it. Pointers stay valid until the next call of the source. */
struct web_pack {
    uint8_t number; /* how page and commands call it, 0..15 */
    uint8_t dip;    /* its address now */
    const char *name;
    bool local;           /* simulated here: may be logged in to and set */
    bool connected;       /* its cables are plugged in */
    bool fresh;           /* counts in the bank */
    const char *excluded; /* why it does not count, in words; NULL when it does */
    uint32_t age_ms;      /* of the bank's last reading of it */
    uint32_t held_ms;     /* its button has been down for so long, 0 not pressed */
    uint32_t sounds;      /* times its buzzer began to sound */
    uint32_t event_total; /* moves with every new event */
    enum role role;       /* of whoever is logged in from here */
    const struct snapshot *snapshot;
    const struct params *params; /* NULL when not known */
};

/* A frame the inverter was sent, the last one of each identifier. */
struct web_frame {
    struct can_frame frame;
    uint32_t age_ms;
    const char *name; /* message name of the protocol, NULL when it has none */
    struct snapshot values;
};

#define WEB_FRAME_MAX 32

#define WEB_DISPLAY_LINES 8

struct web_site {
    int64_t clock_s; /* virtual time, seconds since 2020-01-01 00:00 of the site */
    uint32_t speed;  /* 1 real time */
    int32_t sun_w;
    int32_t load_w;
    int32_t grid_w;                         /* positive takes from the grid */
    const char *inverter;                   /* its state in words */
    const char *protocol;                   /* name of the protocol spoken to it */
    const char *display[WEB_DISPLAY_LINES]; /* what its owner reads on it; NULL: no more */
};

struct web_command {
    const char *name;  /* a row of service/web_command.c */
    int pack;          /* number; -1 when the command has none */
    int32_t value;     /* cable: 1 plugged in; button: 1 pressed; press: duration in ms; else the
                        * number that is set */
    int32_t index;     /* of a fault: cell or sensor; of a contact; press: how many times */
    const char *param; /* set: name of a setting or text; fault: its name */
    const char *text;  /* login: password; set of a text: the text; else NULL */
    uint32_t ticket;   /* of this command, for web_finish() */
};

enum web_answer {
    WEB_DONE,
    WEB_REFUSED, /* with a reason in words */
    WEB_PENDING, /* web_finish() follows; not for login */
};

struct web_source {
    void *context;
    const struct snapshot *(*bank)(void *context); /* NULL before the first reading */
    size_t (*pack_count)(void *context);
    void (*pack)(void *context, size_t position, struct web_pack *pack);
    size_t (*frames)(void *context, struct web_frame *frames, size_t max); /* how many written */
    void (*site)(void *context, struct web_site *site);
    void (*diagnostics)(void *context, struct web_diagnostics *diagnostics); /* NULL: none */
    /* The serial ports of a local pack, WEB_PORT_COUNT of them. NULL: none are known. */
    void (*ports)(void *context, size_t position, struct web_port *ports);
    /* Events that are kept, and one of them, 0 the oldest; false when it cannot be read. */
    uint32_t (*event_count)(void *context, size_t position);
    bool (*event)(void *context, size_t position, uint32_t index, struct event *event);
    /* Value of a fault of sim/fault_menu.h (`position` means nothing to those of plant and
     * inverter); false when there is no such. NULL: nothing can be made to go wrong. */
    bool (*fault)(void *context, size_t position, int id, uint8_t index, int32_t *value);
    /* Carries out a command that is well formed and permitted. `*reason` lives until the return
     * of the next call. */
    enum web_answer (*command)(void *context, const struct web_command *command,
                               const char **reason);
};

struct web;

/* Listens on 127.0.0.1:port (0: any free port, see web_port()). Returns 0 or -errno; prints
 * nothing. Ignores SIGPIPE for the whole process. `source` is copied. */
int web_start(struct web **web, sd_event *loop, uint16_t port, const struct web_source *source);

uint16_t web_port(const struct web *web);

/* The result of a pending command. `reason` is NULL when it was done. */
void web_finish(struct web *web, uint32_t ticket, const char *reason);

/* Closes every stream and the socket. Open pages see the connection end. NULL is fine. */
void web_stop(struct web *web);

#endif
