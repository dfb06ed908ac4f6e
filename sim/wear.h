/* SPDX-License-Identifier: Apache-2.0
 * Ages the cells of a pack by what they go through: looks at them once a minute and applies
 * sim/ageing.h once a day. Costs a step next to nothing.
 */
#ifndef HEARTH_SIM_WEAR_H
#define HEARTH_SIM_WEAR_H

#include "sim/ageing.h"
#include "sim/cells.h"

/* Of one cell since the last day's end. */
struct sim_wear_day {
    double soc_sum;
    double degc_sum;
    double moved_ah;  /* both ways */
    double flowing_a; /* sum over the looks at which current flowed */
    double flowing_looks;
    double low_soc;
    double high_soc;
};

struct sim_wear {
    struct sim_ageing ageing[SIM_CELLS];
    double new_ah[SIM_CELLS]; /* capacity and resistance of the unused cell */
    double new_resistance[SIM_CELLS];
    struct sim_wear_day day[SIM_CELLS];
    double waited_s; /* since the last look */
    int looks;
};

/* Takes the cells as unused. */
void sim_wear_init(struct sim_wear *wear, const struct sim_cells *cells);

/* After each step of the cells. */
void sim_wear_step(struct sim_wear *wear, struct sim_cells *cells, double step_s);

#endif
