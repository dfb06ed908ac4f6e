/* SPDX-License-Identifier: Apache-2.0
 * Equivalent circuit with two RC branches, one hysteresis state and an entropy term:
 *   soc' = eta I / Q            branch' = (I - branch) / tau
 *   hysteresis' = |soc'| gamma (sign I - hysteresis)
 *   v = ocv(soc, hysteresis, T) + R0 I + R1 branch1 + R2 branch2
 * Each state is advanced by its exact solution for constant current. R2 and its time constant have
 * a charge side, used while charge polarisation is left (branch2 > 0): the knee near full.
 */
#include "sim/cell.h"

#include <stdbool.h>

#include "sim/number.h"

enum { BINS_PER_DEGC = 10, SECONDS_PER_HOUR = 3600 };

static const double TAU1_S = 1.25;
static const double TAU2_S = 20.0;
static const double CHARGE_EFFICIENCY = 0.999;
static const double HYSTERESIS_PER_SOC = 10.0; /* 63 % of the way in 10 % of charge */
static const double OVERCHARGE_V_PER_SOC = 15.0;
static const double OVERDISCHARGE_V_PER_SOC = 80.0;
static const double REFERENCE_DEGC = 25.0;
static const double ZERO_DEGC_K = 273.15;
static const double FULL_BIN_START = 0.95;
static const double FULL_BIN_SOC = 0.0005;

/* The data at the cell's charge and temperature, in ohm and volt. */
struct point {
    double ocv_v;
    double r0_ohm;
    double r1_ohm;
    double r2_ohm;
    double entropy_v_per_k;
    double slope_v; /* change of the voltage over a full charge */
};

static double mix(double a, double b, double share)
{
    return a + (b - a) * share;
}

static bool charge_side(const struct sim_cell *cell)
{
    return cell->branch2_a > 0.0;
}

/* Branch voltage between the two rest curves; `h` as in struct sim_cell. */
static double rest_v(const struct sim_cell_row *row, double h)
{
    return mix(row->ocv_discharge_v, row->ocv_charge_v, (1.0 + h) / 2.0);
}

static double row_r2_mohm(const struct sim_cell_row *row, bool charging)
{
    return charging ? row->r2_charge_mohm : row->r2_mohm;
}

static uint8_t find_row(uint8_t start, double percent)
{
    uint8_t row = start;
    while (row < SIM_CELL_ROWS - 2 && percent >= sim_cell_rows[row + 1].soc_percent)
        row++;
    while (row > 0 && percent < sim_cell_rows[row].soc_percent)
        row--;
    return row;
}

/* What lies beyond 0..1: steep lines, so that abuse shows at once. */
static double beyond_v(double soc)
{
    if (soc > 1.0)
        return OVERCHARGE_V_PER_SOC * (soc - 1.0);
    return soc < 0.0 ? OVERDISCHARGE_V_PER_SOC * soc : 0.0;
}

static struct point look_up(struct sim_cell *cell, const struct sim_cell_climate *climate)
{
    double percent = sim_clamp(cell->soc, 0.0, 1.0) * 100.0;
    cell->row = find_row(cell->row, percent);
    const struct sim_cell_row *a = &sim_cell_rows[cell->row];
    const struct sim_cell_row *b = a + 1;
    double span = b->soc_percent - a->soc_percent;
    double share = (percent - a->soc_percent) / span;
    double factor1 = climate->factor1 * cell->resistance_factor / 1000.0;
    double factor2 = climate->factor2 * cell->resistance_factor / 1000.0;
    bool charging = charge_side(cell);
    double v_a = rest_v(a, cell->hysteresis);
    double v_b = rest_v(b, cell->hysteresis);
    double r2_a = row_r2_mohm(a, charging) * factor2;
    double r2_b = row_r2_mohm(b, charging) * factor2;
    struct point point = {
        .ocv_v = mix(v_a, v_b, share),
        .r0_ohm = mix(a->r0_mohm, b->r0_mohm, share) * factor1,
        .r1_ohm = mix(a->r1_mohm, b->r1_mohm, share) * factor1,
        .r2_ohm = mix(r2_a, r2_b, share),
        .entropy_v_per_k = mix(a->entropy_mv_per_k, b->entropy_mv_per_k, share) / 1000.0,
        .slope_v = (v_b - v_a + (r2_b - r2_a) * cell->branch2_a) * 100.0 / span,
    };
    point.ocv_v += point.entropy_v_per_k * (climate->degc - REFERENCE_DEGC);
    point.ocv_v = sim_clamp(point.ocv_v + beyond_v(cell->soc), 0.0, 100.0);
    if (cell->soc > 1.0)
        point.slope_v = OVERCHARGE_V_PER_SOC;
    else if (cell->soc < 0.0)
        point.slope_v = point.ocv_v > 0.0 ? OVERDISCHARGE_V_PER_SOC : 0.0;
    return point;
}

static double tau2_charge_s(double soc)
{
    double percent = sim_clamp(soc, 0.0, 1.0) * 100.0;
    const struct sim_cell_row *a = &sim_cell_rows[find_row(0, percent)];
    const struct sim_cell_row *b = a + 1;
    double share = (percent - a->soc_percent) / (b->soc_percent - a->soc_percent);
    return mix(a->tau2_charge_s, b->tau2_charge_s, share);
}

static void set_step(struct sim_cell_climate *climate, double step_s)
{
    climate->step_s = step_s;
    climate->made1 = sim_approach(step_s / TAU1_S);
    climate->made2 = sim_approach(step_s / TAU2_S);
    for (int i = 0; i < SIM_CELL_FULL_BINS; i++) {
        double tau_s = tau2_charge_s(FULL_BIN_START + (i + 0.5) * FULL_BIN_SOC);
        climate->made2_full[i] = sim_approach(step_s / tau_s);
    }
}

static void set_bin(struct sim_cell_climate *climate, int32_t bin_ddegc)
{
    climate->bin_ddegc = bin_ddegc;
    climate->degc = (double)bin_ddegc / BINS_PER_DEGC;
    const struct sim_cell_factor_row *a = sim_cell_factor_rows;
    const struct sim_cell_factor_row *last = a + SIM_CELL_FACTOR_ROWS - 2;
    while (a < last && climate->degc >= a[1].degc)
        a++;
    double share = sim_clamp((climate->degc - a->degc) / (a[1].degc - a->degc), 0.0, 1.0);
    climate->factor1 = mix(a->factor1, a[1].factor1, share);
    climate->factor2 = mix(a->factor2, a[1].factor2, share);
}

void sim_cell_climate_init(struct sim_cell_climate *climate)
{
    set_step(climate, 0.0);
    set_bin(climate, sim_round(REFERENCE_DEGC * BINS_PER_DEGC));
}

void sim_cell_climate_set(struct sim_cell_climate *climate, double step_s, double degc)
{
    int32_t bin_ddegc = sim_round(degc * BINS_PER_DEGC);
    if (step_s < climate->step_s || step_s > climate->step_s)
        set_step(climate, step_s);
    if (bin_ddegc != climate->bin_ddegc)
        set_bin(climate, bin_ddegc);
}

void sim_cell_init(struct sim_cell *cell, double capacity_ah, double soc)
{
    *cell = (struct sim_cell){.capacity_ah = capacity_ah, .resistance_factor = 1.0, .soc = soc};
}

/* Part of its way that the slow branch makes in this step. */
static double made2(const struct sim_cell *cell, const struct sim_cell_climate *climate)
{
    if (!charge_side(cell) || cell->soc < FULL_BIN_START)
        return climate->made2;
    double bin = (cell->soc - FULL_BIN_START) / FULL_BIN_SOC;
    return climate->made2_full[(int)sim_clamp(bin, 0.0, SIM_CELL_FULL_BINS - 1)];
}

struct sim_line sim_cell_line(struct sim_cell *cell, const struct sim_cell_climate *climate)
{
    struct point point = look_up(cell, climate);
    double made = made2(cell, climate);
    double soc_per_a = climate->step_s / (SECONDS_PER_HOUR * cell->capacity_ah);
    return (struct sim_line){
        .open_v = point.ocv_v + point.r1_ohm * (1.0 - climate->made1) * cell->branch1_a +
                  point.r2_ohm * (1.0 - made) * cell->branch2_a,
        .ohm = point.r0_ohm + point.r1_ohm * climate->made1 + point.r2_ohm * made +
               point.slope_v * soc_per_a,
    };
}

void sim_cell_step(struct sim_cell *cell, const struct sim_cell_climate *climate, double current_a)
{
    double efficiency = current_a > 0.0 ? CHARGE_EFFICIENCY : 1.0;
    double moved =
        efficiency * current_a * climate->step_s / (SECONDS_PER_HOUR * cell->capacity_ah);
    double direction = current_a > 0.0 ? 1.0 : -1.0;
    cell->branch1_a += climate->made1 * (current_a - cell->branch1_a);
    cell->branch2_a += made2(cell, climate) * (current_a - cell->branch2_a);
    cell->hysteresis +=
        sim_approach(sim_abs(moved) * HYSTERESIS_PER_SOC) * (direction - cell->hysteresis);
    cell->soc += moved;
}

double sim_cell_open_v(struct sim_cell *cell, const struct sim_cell_climate *climate)
{
    return look_up(cell, climate).ocv_v;
}

double sim_cell_voltage_v(struct sim_cell *cell, const struct sim_cell_climate *climate,
                          double current_a)
{
    struct point point = look_up(cell, climate);
    return point.ocv_v + point.r0_ohm * current_a + point.r1_ohm * cell->branch1_a +
           point.r2_ohm * cell->branch2_a;
}

double sim_cell_heat_w(struct sim_cell *cell, const struct sim_cell_climate *climate,
                       double current_a)
{
    struct point point = look_up(cell, climate);
    double over_v =
        point.r0_ohm * current_a + point.r1_ohm * cell->branch1_a + point.r2_ohm * cell->branch2_a;
    return current_a * (over_v + (climate->degc + ZERO_DEGC_K) * point.entropy_v_per_k);
}
