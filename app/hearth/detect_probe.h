/* SPDX-License-Identifier: Apache-2.0
 * What hearth detect asks, made from the lists of protocols; and what bytes that were only heard
 * look like.
 */
#ifndef HEARTH_APP_HEARTH_DETECT_PROBE_H
#define HEARTH_APP_HEARTH_DETECT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/serial_client.h"

#define PROBE_MAX 24

/* One protocol at one rate. */
struct probe {
    const char *use; /* "NAME" or "NAME:PROFILE" */
    const char *remark;
    uint32_t baud;
    bool is_jk;                      /* a read that any Modbus device answers somehow */
    bool is_register;                /* another map over Modbus */
    bool everywhere;                 /* ask at every address, not only at the usual ones */
    struct serial_protocol protocol; /* with a short timeout */
};

/* Fills `probes`; without rates each protocol is there once. Returns their number. */
size_t probe_list(struct probe probes[PROBE_MAX], bool rates);

/* The rates among the probes, each once. Returns their number. */
size_t probe_rates(const struct probe *probes, size_t count, uint32_t *rates, size_t room);

/* Whether packs usually have this address. */
bool probe_is_usual(const struct probe *probe, uint8_t address);

/* Whether the answer at hand is one of a battery. */
bool probe_plausible(const struct serial_client *client);

/* What bytes on a line are, by the frames in them. */
struct hearsay {
    const char *what;
    unsigned frames;
};

struct hearsay probe_judge(const uint8_t *bytes, size_t size);

#endif
