/* SPDX-License-Identifier: Apache-2.0
 * Pre-charge of the inverter's capacitors before the discharge switch closes: through a resistor
 * until the terminals have come up, or not at all.
 */
#ifndef HEARTH_CORE_PRECHARGE_H
#define HEARTH_CORE_PRECHARGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"

struct precharge {
    bool on;     /* the resistor is connected */
    bool ready;  /* the switch may close */
    bool failed; /* the terminals did not come up in time; told for one step */
    uint32_t ms; /* time connected */
};

void precharge_init(struct precharge *precharge);

/* What decides in a step. */
struct precharge_conditions {
    bool wanted;         /* the switch should close */
    bool closed;         /* it is closed already */
    int32_t terminal_mv; /* behind the switches */
    int32_t pack_mv;
};

void precharge_step(struct precharge *precharge, const struct precharge_conditions *conditions,
                    const struct params *params, uint32_t dt_ms);

#endif
