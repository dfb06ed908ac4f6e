/* SPDX-License-Identifier: Apache-2.0
 * The two FETs: who may close, when a blocked one closes all the same because current flows through
 * its body diode, and why. The only place that decides on a FET.
 */
#ifndef HEARTH_CORE_SWITCHES_H
#define HEARTH_CORE_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "core/params.h"

struct switches {
    bool charge; /* closed */
    bool discharge;
    bool charge_allowed; /* current may flow in this direction */
    bool discharge_allowed;
    uint8_t charge_reason; /* enum switch_reason, of the present state */
    uint8_t discharge_reason;
};

/* What the switches need to know of the other stages. */
struct switch_conditions {
    uint8_t blocks;  /* core/protect.h */
    bool powered;    /* power state allows switches */
    bool measured;   /* complete measurement */
    bool precharged; /* the discharge switch may close */
    int32_t pack_ma;
};

void switches_init(struct switches *switches); /* both open */

/* Whether the discharge switch would close, pre-charge apart. */
bool switches_want_discharge(const struct switch_conditions *conditions,
                             const struct params *params);

void switches_step(struct switches *switches, const struct switch_conditions *conditions,
                   const struct params *params);

#endif
