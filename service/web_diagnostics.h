/* SPDX-License-Identifier: Apache-2.0
 * What the page shows of the health of the CAN bus: numbers with their names and labels, as the
 * source hands them over.
 */
#ifndef HEARTH_SERVICE_WEB_DIAGNOSTICS_H
#define HEARTH_SERVICE_WEB_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEB_COUNT_MAX 32

struct web_count {
    const char *group; /* who counted */
    const char *name;
    const char *label;
    uint32_t number;
    bool trouble; /* more than 0 is worth a look */
};

/* The CAN bus of the host. */
struct web_diagnostics {
    const char *protocol; /* NULL: it speaks none */
    const char *profile;
    uint32_t bitrate;
    int64_t heartbeat_age_ms; /* since the inverter was heard; -1 never */
    char port[96];            /* to the outside; "" none */
    const char *trouble;      /* of the port; "" none */
    struct web_count counts[WEB_COUNT_MAX];
    size_t count;
};

#endif
