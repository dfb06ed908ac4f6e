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
#include "protocols/serial_explain.h"

struct serial_explainer {
    const struct serial_protocol *serial; /* the profile; NULL: the default one */
    union {
        struct jk_explainer jk;
        struct exchange_explainer exchange;
    };
    struct snapshot values;
    struct params params;
};

#endif
