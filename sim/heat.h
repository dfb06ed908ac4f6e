/* SPDX-License-Identifier: Apache-2.0
 * Heat of a pack beyond what each cell does alone (sim/cells.h): what flows between neighbours in
 * the row of 16, the switches as a small node of their own, and sensors that follow their cell with
 * a lag. The cells together are 116 kJ/K behind 0.11 K/W, so their mean obeys one node's law
 * whatever flows between them. Stable for steps up to 1 s and far beyond.
 */
#ifndef HEARTH_SIM_HEAT_H
#define HEARTH_SIM_HEAT_H

#include "sim/faults.h"

struct sim_heat {
    double mean_degc; /* of the cells */
    double max_degc;
    double mos_degc;
    double sensor_degc[SIM_PACK_TEMPS];
    double step_s;   /* private: of the last step */
    double followed; /* private: part of its way that a sensor makes in it */
};

void sim_heat_init(struct sim_heat *heat, double degc);

/* Adds to each cell what it gets from its neighbours. */
void sim_heat_exchange(const double cell_degc[SIM_PACK_CELLS], double added_w[SIM_PACK_CELLS]);

/* After the cells' own step. */
void sim_heat_step(struct sim_heat *heat, const double cell_degc[SIM_PACK_CELLS], double mos_w,
                   double ambient_degc, double step_s);

/* The cell at which temperature sensor `sensor` sits. */
int sim_heat_sensor_cell(int sensor);

#endif
