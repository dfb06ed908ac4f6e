/* SPDX-License-Identifier: Apache-2.0
 * What an explainer of serial traffic remembers between bursts. All zero is the start; protocols
 * share one memory because a log has one protocol. `values` and `params` are where a message is
 * decoded while it is reported.
 */
#ifndef HEARTH_PROTOCOLS_EXPLAINER_H
#define HEARTH_PROTOCOLS_EXPLAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/jk_explain.h"
#include "wire/modbus.h"

/* For line protocols of the ask-and-answer kind: the last request and an unfinished frame. */
struct line_explainer {
    uint8_t request[MODBUS_SIZE_MAX];
    uint16_t request_size;
    uint8_t bytes[2 * MODBUS_SIZE_MAX];
    uint16_t size;
};

struct serial_explainer {
    union {
        struct jk_explainer jk;
        struct line_explainer line;
    };
    struct snapshot values;
    struct params params;
};

#endif
