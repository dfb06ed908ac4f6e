/* SPDX-License-Identifier: Apache-2.0
 * What a serial protocol of the ask-and-answer kind is made of, both ends. The asking side sends
 * requests, the battery answers each with one reply. protocols/serial_server.h and serial_client.h
 * run it on a line, protocols/serial_explain.h reads recorded traffic by it.
 */
#ifndef HEARTH_PROTOCOLS_SERIAL_H
#define HEARTH_PROTOCOLS_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "wire/serial_line.h"

#define SERIAL_REQUEST_MAX 264 /* bytes */
#define SERIAL_REPLY_MAX SERIAL_LINE_CAPACITY
#define SERIAL_ADDRESS_NONE (-1)

/* Kinds of tokens of a line of such a protocol. A shape's `good` may let a frame with a wrong check
 * sum through, where the protocol answers it with an error. */
enum serial_frame_kind {
    SERIAL_FRAME = SERIAL_NOISE + 1,
    SERIAL_BROKEN, /* was meant to be one */
};

/* What answers are made of. `bank` may be the pack's own snapshot where there is no bank; a pack
 * that is not there is NULL. `own` and `params` are of the pack that speaks. */
struct serial_battery {
    struct view view;
    const struct snapshot *own;
    const struct params *params;
    uint8_t dip;     /* 0: the host */
    uint8_t session; /* enum session, for commands */
    bool ready; /* the bank can be vouched for; else only what is known without it is answered */
    /* All of the commands, or none. NULL: nobody may. */
    enum command_result (*request)(void *context, const struct command *commands, uint8_t count);
    void *context;
};

/* What an answer says. A group answer says it once per pack. */
struct serial_reading {
    const char *name; /* of the message */
    int16_t pack;     /* address, or SERIAL_ADDRESS_NONE: of all */
    uint8_t refused;  /* the battery's error code, 0 none */
    struct snapshot *values;
    struct params *params;
};

enum serial_answer_kind {
    SERIAL_ANSWERED,
    SERIAL_FOREIGN, /* for another address: silence */
    SERIAL_DAMAGED, /* check sum, length: silence, or the protocol's error reply */
    SERIAL_REFUSED, /* understood, and an error reply */
    SERIAL_SILENT,  /* for us, and nothing to say */
    SERIAL_ANSWER_KIND_COUNT
};

struct serial_protocol {
    const char *name;
    const char *profile; /* "" where there is only one */
    uint32_t baud;
    uint8_t address_first; /* of batteries, as on the wire */
    uint8_t address_last;
    bool counts_host; /* the pack with DIP number n answers at address_first + n; else at n, and the
                       * host at address_first */
    uint16_t pause_ms;      /* the asking side leaves between an answer and the next request */
    uint16_t timeout_ms;    /* it waits for an answer */
    uint8_t question_count; /* of a full poll of one address */
    const struct serial_shape *request; /* kinds: enum serial_frame_kind */
    const struct serial_shape *reply;   /* this and ask, take, explain: NULL in only a battery */

    /* Battery: writes the reply to a whole request; *size is 0 for silence. */
    enum serial_answer_kind (*answer)(const struct serial_battery *battery, const uint8_t *request,
                                      size_t request_size, uint8_t reply[SERIAL_REPLY_MAX],
                                      size_t *size);

    /* Asking side: the request number `question` (< question_count) to an address; its size, 0:
     * nothing to ask there. */
    size_t (*ask)(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX]);

    /* Reads part `part` (0, 1, ..) of a reply. `request` may be NULL (unknown, in recordings). Adds
     * to values and params. DECODED; NOT_MINE: no such part, or no answer to this request; BAD. */
    enum decode (*take)(const struct serial_token *request, const struct serial_token *reply,
                        unsigned part, struct serial_reading *reading);

    /* Name and address of a request, for people; values and params where it carries any. */
    void (*explain)(const struct serial_token *request, struct serial_reading *reading);
};

#endif
