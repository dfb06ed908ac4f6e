/* SPDX-License-Identifier: Apache-2.0
 * Contradictions between measurements over time: an open sense wire, cells that stand still while
 * the current moves, voltage steps against current steps. Each plausible by itself, together not.
 */
#ifndef HEARTH_CORE_TRUST_H
#define HEARTH_CORE_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "core/measure.h"

struct trust {
    bool open_wire;
    bool cells_frozen;
    bool current_reversed;
    /* private */
    int16_t cell_mv[CELL_MAX]; /* raw codes when they last moved */
    uint32_t still_ms;         /* time since then, */
    int32_t low_ma;            /* and the extremes of the current meanwhile */
    int32_t high_ma;
    uint32_t pending_ms; /* since the last set */
    uint32_t window_ms;  /* since the set looked at last; */
    int32_t step_ma;     /* its current and pack voltage */
    int32_t step_mv;
    uint8_t sign_errors; /* contradicting steps in a row */
    bool stepped;        /* step_ma and step_mv are known */
};

void trust_init(struct trust *trust);

/* Call after measure_step() in every step. */
void trust_step(struct trust *trust, const struct inputs *inputs, const struct measured *measured,
                uint32_t dt_ms);

#endif
