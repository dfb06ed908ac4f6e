/* SPDX-License-Identifier: Apache-2.0
 * Active balancing: one transfer stage moves charge from the highest to the lowest cell. Decides
 * when, between which cells and with what current.
 */
#ifndef HEARTH_CORE_BALANCE_H
#define HEARTH_CORE_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"

enum balance_phase { BALANCE_IDLE, BALANCE_ON, BALANCE_PAUSE };

struct balance {
    int32_t ma;     /* transfer current, 0 off */
    uint8_t source; /* cell index */
    uint8_t sink;
    uint8_t phase; /* enum balance_phase */
    uint32_t phase_ms;
};

void balance_init(struct balance *balance);

/* `permitted`: no protection active and the pack is on. */
void balance_step(struct balance *balance, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms);

#endif
