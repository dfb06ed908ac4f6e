/* SPDX-License-Identifier: Apache-2.0
 * Explicit Euler over a chain; the fastest time constant is 7.25 kJ/K x 0.25 K/W / 4 = 450 s, so
 * steps of a second are far from the limit. Values are estimates (cell and pack facts, section
 * 1.2). The balancer and the switches share the heat sink of the board.
 */
#include "sim/heat.h"

static const double CELL_J_PER_K = 116000.0 / SIM_PACK_CELLS;
static const double CELL_W_PER_K = 1.0 / (0.11 * SIM_PACK_CELLS); /* to the air */
static const double NEIGHBOUR_W_PER_K = 1.0 / 0.25;
static const double MOS_J_PER_K = 400.0;
static const double MOS_K_PER_W = 0.8;

static const unsigned char SENSOR_CELL[SIM_PACK_TEMPS] = {1, 4, 8, 11, 14};

static void summarise(struct sim_heat *heat)
{
    double sum = 0.0;
    double max = heat->cell_degc[0];
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        sum += heat->cell_degc[i];
        max = heat->cell_degc[i] > max ? heat->cell_degc[i] : max;
    }
    heat->mean_degc = sum / SIM_PACK_CELLS;
    heat->max_degc = max;
}

void sim_heat_init(struct sim_heat *heat, double degc)
{
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        heat->cell_degc[i] = degc;
    heat->mos_degc = degc;
    summarise(heat);
}

void sim_heat_step(struct sim_heat *heat, const double cell_w[SIM_PACK_CELLS], double mos_w,
                   double ambient_degc, double step_s)
{
    double scale = step_s / CELL_J_PER_K;
    double from_left_w = 0.0;
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double degc = heat->cell_degc[i];
        double to_right_w =
            i + 1 < SIM_PACK_CELLS ? (degc - heat->cell_degc[i + 1]) * NEIGHBOUR_W_PER_K : 0.0;
        double lost_w = (degc - ambient_degc) * CELL_W_PER_K;
        heat->cell_degc[i] += (cell_w[i] + from_left_w - to_right_w - lost_w) * scale;
        from_left_w = to_right_w;
    }
    heat->mos_degc +=
        (mos_w - (heat->mos_degc - ambient_degc) / MOS_K_PER_W) * step_s / MOS_J_PER_K;
    summarise(heat);
}

int sim_heat_sensor_cell(int sensor)
{
    return SENSOR_CELL[sensor];
}
