/* SPDX-License-Identifier: Apache-2.0
 * Heating of the cells before they may be charged. Independent of the charge switch.
 */
#ifndef HEARTH_CORE_HEATING_H
#define HEARTH_CORE_HEATING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"

struct heating {
    bool on;
    bool tired;  /* has heated for its longest time; rests as long */
    uint32_t ms; /* time on since the cells were last warm, or time of the rest */
};

void heating_init(struct heating *heating);

/* `permitted`: the pack is on, nothing hard forbids it, and a charger is present or the charge is
 * above 20 %. */
void heating_step(struct heating *heating, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms);

#endif
