/* SPDX-License-Identifier: Apache-2.0
 * Explicit Euler over a chain; the fastest time constant is 7.25 kJ/K x 0.25 K/W / 4 = 450 s, so
 * steps of a second are far from the limit. Values are estimates (cell and pack facts, section
 * 1.2). The balancer and the switches share the heat sink of the board.
 */
#include "sim/heat.h"

#include "sim/number.h"

static const double NEIGHBOUR_W_PER_K = 1.0 / 0.25;
static const double MOS_J_PER_K = 400.0;
static const double MOS_K_PER_W = 0.8;
static const double SENSOR_TAU_S = 15.0; /* a bead in a crimp on the busbar */

static const unsigned char SENSOR_CELL[SIM_PACK_TEMPS] = {1, 4, 8, 11, 14};

static void summarise(struct sim_heat *heat, const double cell_degc[SIM_PACK_CELLS])
{
    double sum = 0.0;
    double max = cell_degc[0];
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        sum += cell_degc[i];
        max = cell_degc[i] > max ? cell_degc[i] : max;
    }
    heat->mean_degc = sum / SIM_PACK_CELLS;
    heat->max_degc = max;
}

void sim_heat_init(struct sim_heat *heat, double degc)
{
    *heat = (struct sim_heat){.mean_degc = degc, .max_degc = degc, .mos_degc = degc};
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        heat->sensor_degc[i] = degc;
}

void sim_heat_exchange(const double cell_degc[SIM_PACK_CELLS], double added_w[SIM_PACK_CELLS])
{
    for (int i = 0; i + 1 < SIM_PACK_CELLS; i++) {
        double right_w = (cell_degc[i] - cell_degc[i + 1]) * NEIGHBOUR_W_PER_K;
        added_w[i] -= right_w;
        added_w[i + 1] += right_w;
    }
}

void sim_heat_step(struct sim_heat *heat, const double cell_degc[SIM_PACK_CELLS], double mos_w,
                   double ambient_degc, double step_s)
{
    if (step_s < heat->step_s || step_s > heat->step_s) {
        heat->step_s = step_s;
        heat->followed = sim_approach(step_s / SENSOR_TAU_S);
    }
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        heat->sensor_degc[i] += heat->followed * (cell_degc[SENSOR_CELL[i]] - heat->sensor_degc[i]);
    heat->mos_degc +=
        (mos_w - (heat->mos_degc - ambient_degc) / MOS_K_PER_W) * step_s / MOS_J_PER_K;
    summarise(heat, cell_degc);
}

int sim_heat_sensor_cell(int sensor)
{
    return SENSOR_CELL[sensor];
}
