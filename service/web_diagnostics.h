/* SPDX-License-Identifier: Apache-2.0
 * What the page shows of the health of the CAN bus and of the serial ports of the first pack:
 * messages with their ages, and numbers with their names and labels, as the source hands them over.
 */
#ifndef HEARTH_SERVICE_WEB_DIAGNOSTICS_H
#define HEARTH_SERVICE_WEB_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEB_COUNT_MAX 64
#define WEB_MESSAGE_MAX 40

struct web_count {
    const char *group; /* who counted */
    const char *name;
    const char *label;
    uint32_t number;
    bool trouble; /* more than 0 is worth a look */
};

/* A message of the protocol that is spoken. Ages in ms, -1 never. */
struct web_message {
    uint32_t id; /* of several packs: that of the first */
    bool extended;
    bool from_inverter;
    const char *name;
    uint16_t period_ms;   /* 0: not sent by schedule */
    int64_t sent_age_ms;  /* of several packs: the youngest */
    int64_t heard_age_ms; /* of the battery's, by an inverter that is simulated here */
};

/* The CAN bus of the host. */
struct web_diagnostics {
    const char *protocol; /* NULL: it speaks none */
    const char *title;    /* of the protocol's document */
    const char *profile;
    uint32_t bitrate;
    int64_t heartbeat_age_ms; /* since the inverter was heard; -1 never */
    char port[96];            /* to the outside; "" none */
    const char *trouble;      /* of the port; "" none */
    struct web_count counts[WEB_COUNT_MAX];
    size_t count;
    struct web_message messages[WEB_MESSAGE_MAX]; /* the battery's first */
    size_t message_count;
};

#endif
