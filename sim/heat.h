/* SPDX-License-Identifier: Apache-2.0
 * Heat of a pack: the 16 cells in a row, each coupled to its neighbours and to the air around, and
 * the switches as a small node of their own. The cells together are 116 kJ/K behind 0.11 K/W, so
 * their mean obeys one node's law whatever flows between them. Stable for steps up to 1 s and far
 * beyond.
 */
#ifndef HEARTH_SIM_HEAT_H
#define HEARTH_SIM_HEAT_H

#include "sim/faults.h"

struct sim_heat {
    double cell_degc[SIM_PACK_CELLS];
    double mean_degc; /* of the cells */
    double max_degc;
    double mos_degc;
};

void sim_heat_init(struct sim_heat *heat, double degc);

void sim_heat_step(struct sim_heat *heat, const double cell_w[SIM_PACK_CELLS], double mos_w,
                   double ambient_degc, double step_s);

/* The cell at which temperature sensor `sensor` sits. */
int sim_heat_sensor_cell(int sensor);

#endif
