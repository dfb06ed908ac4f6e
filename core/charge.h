/* SPDX-License-Identifier: Apache-2.0
 * The voltage a charger is asked for (CVL): bulk, absorption, float, and lower while a cell runs
 * ahead. Pure: snapshot + settings + own state. Knows no current and no switch.
 */
#ifndef HEARTH_CORE_CHARGE_H
#define HEARTH_CORE_CHARGE_H

#include <stdint.h>

#include "core/params.h"
#include "core/reasons.h"
#include "core/snapshot.h"

enum charge_phase { CHARGE_BULK, CHARGE_ABSORPTION, CHARGE_FLOAT };

struct charge {
    struct limit limit;   /* mV, never 0 after the first step */
    uint8_t phase;        /* enum charge_phase */
    uint32_t phase_ms;    /* time in it */
    uint32_t reached_ms;  /* private: time at the requested voltage */
    uint32_t ramp_ms;     /* private: part of the next ramp step */
    int32_t excess_mvms;  /* private: sum of a cell's excess, mV x ms */
    int32_t overshoot_ms; /* private: no recovery until this has run out */
};

void charge_init(struct charge *charge);

/* Advances by dt_ms (0..60,000). `stop` is why charging must stop, REASON_none when it may go on;
 * the request then falls at once. Uses of the snapshot: pack voltage, highest cell, soc. */
void charge_step(struct charge *charge, const struct snapshot *snapshot,
                 const struct params *params, enum reason stop, uint32_t dt_ms);

/* cell_mv times the cells of the pack, 0..120,000 mV whatever its settings say. */
int32_t charge_pack_mv(const struct params *params, int32_t cell_mv);

#endif
