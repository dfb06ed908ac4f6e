/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/cells.c and its kernels: the behaviour that the parameter set is known to have
 * (isothermal runs of its authors), the properties any cell must have, the equations written down a
 * second time, and equal bits of all kernels. Tolerances beside each number.
 */
#include "sim/cells.h"

#include <string.h>

#include "base/crc.h"
#include "sim/number.h"
#include "sim/random.h"
#include "tests/support/test.h"

#define CAPACITY_AH 314.0

/* The first cell counts; its temperature is held. */
struct bench {
    struct sim_cells cells;
    struct sim_cells_step step;
    double degc;
};

static struct bench make(double soc, double degc, double step_s)
{
    struct bench bench = {.degc = degc};
    sim_cells_step_init(&bench.step, &sim_cell_lfp314, step_s);
    sim_cells_init(&bench.cells, CAPACITY_AH, soc, degc);
    sim_cells_run(&bench.cells, 1, &bench.step, 0);
    return bench;
}

static double step(struct bench *bench, double current_a)
{
    bench->cells.current_a[0] = current_a;
    bench->cells.degc[0] = bench->degc;
    sim_cells_run(&bench->cells, 1, &bench->step, 1);
    return bench->cells.voltage_v[0];
}

static double predicted_v(const struct bench *bench, double current_a)
{
    return bench->cells.ahead_v[0] + bench->cells.ahead_ohm[0] * current_a;
}

/* Runs at constant current until the voltage passes `end_v`; returns the SOC there. */
static double run_to_v(struct bench *bench, double rate_c, double end_v)
{
    double current_a = rate_c * CAPACITY_AH;
    for (uint32_t i = 0; i < 2000000; i++) {
        double v = step(bench, current_a);
        if (rate_c > 0.0 ? v >= end_v : v <= end_v)
            return bench->cells.soc[0];
    }
    fail_msg("voltage not reached");
    return 0.0;
}

static double run_to_soc(struct bench *bench, double rate_c, double soc)
{
    double v = 0.0;
    while (rate_c > 0.0 ? bench->cells.soc[0] < soc : bench->cells.soc[0] > soc)
        v = step(bench, rate_c * CAPACITY_AH);
    return v;
}

static void near(double got, double wanted, double tolerance)
{
    if (sim_abs(got - wanted) > tolerance)
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static void slow_charge_reaches_the_knee_at_99_5_percent(void **state)
{
    (void)state;
    struct bench bench = make(0.80, 25.0, 0.1);
    near(run_to_v(&bench, 0.2, 3.65), 0.995, 0.001);
}

static void half_c_charge_meets_its_knee_voltages(void **state)
{
    (void)state;
    struct bench bench = make(0.40, 25.0, 0.1);
    near(run_to_soc(&bench, 0.5, 0.50), 3.41, 0.01);
    near(run_to_v(&bench, 0.5, 3.55), 0.983, 0.0015);
    near(run_to_v(&bench, 0.5, 3.65), 0.990, 0.0025);
}

static void discharge_meets_its_mid_and_end_voltages(void **state)
{
    (void)state;
    struct bench half = make(0.60, 25.0, 1.0);
    near(run_to_soc(&half, -0.5, 0.50), 3.18, 0.01);
    near(run_to_v(&half, -0.5, 2.5), 0.016, 0.002);
    struct bench full = make(0.40, 25.0, 1.0);
    near(run_to_v(&full, -1.0, 2.5), 0.04, 0.004);
}

static void cold_cell_sags(void **state)
{
    (void)state;
    struct bench bench = make(0.90, -20.0, 1.0);
    near(run_to_soc(&bench, -0.2, 0.80), 3.05, 0.01);
    near(run_to_v(&bench, -0.2, 2.5), 0.05, 0.006);
}

static void hot_cell_has_less_resistance_than_a_cold_one(void **state)
{
    (void)state;
    struct bench cold = make(0.50, 0.0, 1.0);
    struct bench hot = make(0.50, 45.0, 1.0);
    double cold_ohm = cold.cells.ahead_ohm[0];
    double hot_ohm = hot.cells.ahead_ohm[0];
    near(cold_ohm / hot_ohm, 2.9, 0.2);
}

static void pulse_resistance_is_that_of_the_measured_cell(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 0.1);
    double rest_v = bench.cells.ocv_v[0];
    double v = 0.0;
    for (int i = 0; i < 100; i++)
        v = step(&bench, -20.0);
    near((rest_v - v) / 20.0 * 1e3, 0.44, 0.03); /* 10 s, milliohm */
    for (int i = 0; i < 200; i++)
        v = step(&bench, -20.0);
    near((rest_v - v) / 20.0 * 1e3, 0.59, 0.04); /* 30 s */
}

/* Charger of limited current and voltage; returns the seconds it spent at its voltage. */
static double charge_until_taper(struct bench *bench, double end_a)
{
    double seconds = 0.0;
    double current_a = 0.2 * CAPACITY_AH;
    while (current_a > end_a && seconds < 7200.0) {
        double held_a = (3.65 - bench->cells.ahead_v[0]) / bench->cells.ahead_ohm[0];
        current_a = held_a < 0.2 * CAPACITY_AH ? held_a : 0.2 * CAPACITY_AH;
        if (held_a < 0.2 * CAPACITY_AH)
            seconds += bench->step.step_s;
        assert_true(step(bench, current_a) < 3.652);
    }
    return seconds;
}

static void full_charge_tapers_within_minutes_and_rests_near_3_4_volt(void **state)
{
    (void)state;
    struct bench bench = make(0.95, 25.0, 0.1);
    double taper_s = charge_until_taper(&bench, 0.02 * CAPACITY_AH);
    assert_true(taper_s > 1.0 && taper_s < 900.0);
    for (int i = 0; i < 36000; i++)
        step(&bench, 0.0);
    double rest_v = step(&bench, 0.0);
    assert_true(rest_v > 3.37 && rest_v < 3.45);
}

static void rest_voltage_depends_on_the_direction_before(void **state)
{
    (void)state;
    struct bench charged = make(0.20, 25.0, 1.0);
    struct bench discharged = make(0.80, 25.0, 1.0);
    run_to_soc(&charged, 0.2, 0.50);
    run_to_soc(&discharged, -0.2, 0.50);
    near(discharged.cells.ocv_v[0], 3.2878, 0.0015);
    near(charged.cells.ocv_v[0], 3.3038, 0.0015);
}

static void polarisation_decays_at_rest(void **state)
{
    (void)state;
    struct bench bench = make(0.60, 25.0, 1.0);
    run_to_soc(&bench, -0.5, 0.50);
    double rest_v = 0.0;
    for (int i = 0; i < 600; i++)
        rest_v = step(&bench, 0.0);
    near(rest_v, bench.cells.ocv_v[0], 1e-6);
}

static void step_length_does_not_matter(void **state)
{
    (void)state;
    struct bench fine = make(0.50, 25.0, 0.01);
    struct bench coarse = make(0.50, 25.0, 1.0);
    double fine_v = 0.0;
    double coarse_v = 0.0;
    for (int i = 0; i < 1200; i++) {
        double current_a = i < 400 ? 150.0 : i < 800 ? -200.0 : 0.0;
        for (int k = 0; k < 100; k++)
            fine_v = step(&fine, current_a);
        coarse_v = step(&coarse, current_a);
        near(coarse_v, fine_v, 1e-4);
    }
    near(coarse.cells.soc[0], fine.cells.soc[0], 1e-9);
    near(coarse.cells.hysteresis[0], fine.cells.hysteresis[0], 1e-6);
}

static void charge_is_counted_with_its_efficiency(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 3600; i++)
        step(&bench, 31.4);
    near(bench.cells.soc[0], 0.50 + 0.1 * 0.999, 1e-9);
    for (int i = 0; i < 3600; i++)
        step(&bench, -31.4);
    near(bench.cells.soc[0], 0.50 - 0.1 * 0.001, 1e-9);
}

static void abuse_shows_in_the_voltage(void **state)
{
    (void)state;
    struct bench over = make(1.02, 25.0, 1.0);
    struct bench brim = make(1.00, 25.0, 1.0);
    near(over.cells.ocv_v[0] - brim.cells.ocv_v[0], 0.30, 1e-9);
    struct bench under = make(-0.01, 25.0, 1.0);
    near(under.cells.ocv_v[0], 2.615 - 0.8, 1e-9);
    struct bench dead = make(-0.5, 25.0, 1.0);
    assert_true(dead.cells.ocv_v[0] == 0.0);
}

static void heat_is_positive_under_load_and_has_a_reversible_part(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 120; i++)
        step(&bench, 157.0);
    double charge_w = bench.cells.heat_w[0];
    bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 120; i++)
        step(&bench, -157.0);
    double discharge_w = bench.cells.heat_w[0];
    near((charge_w + discharge_w) / 2.0, 157.0 * 157.0 * 0.672e-3, 1.0);
    near((charge_w - discharge_w) / 2.0, 157.0 * 298.15 * 0.17e-3, 1.0);
}

static void line_predicts_the_end_of_the_step(void **state)
{
    (void)state;
    struct bench bench = make(0.97, 25.0, 1.0);
    for (int i = 0; i < 150; i++) {
        double wanted_v = predicted_v(&bench, 100.0);
        near(step(&bench, 100.0), wanted_v, 0.002);
    }
}

/* All kinds of cells, states, currents and temperatures, beyond empty and full too. */
static void fill(struct sim_cells *blocks, int count)
{
    struct sim_random random;
    sim_random_init(&random, 5);
    for (int b = 0; b < count; b++) {
        sim_cells_init(&blocks[b], CAPACITY_AH, 0.5, 25.0);
        for (int i = 0; i < SIM_CELLS; i++) {
            struct sim_cells *cells = &blocks[b];
            cells->capacity_ah[i] = 250.0 + 100.0 * sim_random_uniform(&random);
            cells->resistance[i] = 0.8 + 0.6 * sim_random_uniform(&random);
            cells->soc[i] = 1.1 * sim_random_uniform(&random) - 0.05;
            cells->degc[i] = 120.0 * sim_random_uniform(&random) - 40.0;
            cells->hysteresis[i] = 2.0 * sim_random_uniform(&random) - 1.0;
            cells->branch1_a[i] = 300.0 * sim_random_normal(&random);
            cells->branch2_a[i] = 200.0 * sim_random_normal(&random);
            cells->current_a[i] = 300.0 * sim_random_normal(&random);
            cells->added_w[i] = 20.0 * sim_random_normal(&random);
        }
    }
}

static double between(double x, double x0, double y0, double x1, double y1)
{
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0);
}

#define AT_SOC(field, soc) at_soc(offsetof(struct sim_cell_row, field), soc)
#define FACTOR_AT(field, degc) factor_at(offsetof(struct sim_cell_factor_row, field), degc)

static double field_of(const void *row, size_t offset)
{
    double value;
    memcpy(&value, (const char *)row + offset, sizeof(value));
    return value;
}

static double at_soc(size_t offset, double soc)
{
    const struct sim_cell_row *row = sim_cell_lfp314.rows;
    double percent = 100.0 * sim_clamp(soc, 0.0, 1.0);
    while (percent > row[1].soc_percent)
        row++;
    return between(percent, row->soc_percent, field_of(row, offset), row[1].soc_percent,
                   field_of(row + 1, offset));
}

static double factor_at(size_t offset, double degc)
{
    const struct sim_cell_factor_row *row = sim_cell_lfp314.factors;
    double held = sim_clamp(degc, row->degc, row[sim_cell_lfp314.factor_count - 1].degc);
    while (held > row[1].degc)
        row++;
    return between(held, row->degc, field_of(row, offset), row[1].degc, field_of(row + 1, offset));
}

/* The equations of sim/cells.h in their plainest form, for a step below 95 % of charge, where the
 * charge side has no table of its own. */
struct plain {
    double soc;
    double branch1_a;
    double branch2_a;
    double hysteresis;
    double degc;
    double voltage_v;
    double taken_j;
};

struct plain_look {
    double voltage_v;
    double heat_w;
};

static struct plain_look plain_look(const struct plain *at, const struct sim_cells *cells, int i,
                                    double degc)
{
    double current_a = cells->current_a[i];
    double discharge_v = AT_SOC(ocv_discharge_v, at->soc);
    double charge_v = AT_SOC(ocv_charge_v, at->soc);
    double entropy = AT_SOC(entropy_mv_per_k, at->soc) / 1000.0;
    double factor1 = FACTOR_AT(factor1, degc) * cells->resistance[i] / 1000.0;
    double factor2 = FACTOR_AT(factor2, degc) * cells->resistance[i] / 1000.0;
    double over_v = factor1 * (AT_SOC(r0_mohm, at->soc) * current_a +
                               AT_SOC(r1_mohm, at->soc) * at->branch1_a) +
                    factor2 * AT_SOC(r2_mohm, at->soc) * at->branch2_a;
    double rest_v = (discharge_v + charge_v) / 2.0 +
                    at->hysteresis * (charge_v - discharge_v) / 2.0 + entropy * (degc - 25.0);
    return (struct plain_look){rest_v + over_v, current_a * (over_v + (degc + 273.15) * entropy)};
}

static struct plain plain_step(const struct sim_cells *cells, int i, double step_s)
{
    double current_a = cells->current_a[i];
    double moved = current_a * step_s / 3600.0 / cells->capacity_ah[i];
    moved *= current_a > 0.0 ? 0.999 : 1.0;
    struct plain to = {
        .soc = cells->soc[i] + moved,
        .branch1_a = current_a + (cells->branch1_a[i] - current_a) * sim_exp(-step_s / 1.25),
        .branch2_a = current_a + (cells->branch2_a[i] - current_a) * sim_exp(-step_s / 20.0),
    };
    double sign = current_a > 0.0 ? 1.0 : -1.0;
    to.hysteresis = sign + (cells->hysteresis[i] - sign) * sim_exp(-sim_abs(moved) * 10.0);
    struct plain_look look = plain_look(&to, cells, i, cells->degc[i]);
    double lost_w = (cells->degc[i] - cells->air_degc) / (0.11 * 16);
    to.taken_j = look.voltage_v * current_a * step_s;
    to.degc = cells->degc[i] + (look.heat_w + cells->added_w[i] - lost_w) * step_s / 7250.0;
    to.voltage_v = plain_look(&to, cells, i, to.degc).voltage_v;
    return to;
}

static void a_step_is_what_the_equations_say(void **state)
{
    (void)state;
    enum { BLOCKS = 64 };
    static struct sim_cells from[BLOCKS];
    static struct sim_cells to[BLOCKS];
    static struct sim_cells_step second;
    int seen = 0;
    fill(from, BLOCKS);
    memcpy(to, from, sizeof(to));
    sim_cells_step_init(&second, &sim_cell_lfp314, 1.0);
    sim_cells_run(to, BLOCKS, &second, 1);
    for (int k = 0; k < BLOCKS * SIM_CELLS; k++) {
        const struct sim_cells *cells = &to[k / SIM_CELLS];
        int i = k % SIM_CELLS;
        struct plain wanted = plain_step(&from[k / SIM_CELLS], i, 1.0);
        if (wanted.soc < 0.001 || wanted.soc > 0.949)
            continue;
        near(cells->soc[i], wanted.soc, 1e-12);
        near(cells->branch1_a[i], wanted.branch1_a, 1e-9);
        near(cells->branch2_a[i], wanted.branch2_a, 1e-9);
        near(cells->hysteresis[i], wanted.hysteresis, 1e-12);
        near(cells->degc[i], wanted.degc, 1e-9);
        near(cells->voltage_v[i], wanted.voltage_v, 1e-9);
        near(cells->taken_j[i], wanted.taken_j, 1e-6);
        seen++;
    }
    assert_true(seen > 800);
}

/* Every kernel, at once and step by step, against the reference. */
static void kernels_give_the_same_bits(void **state)
{
    (void)state;
    enum { BLOCKS = 16, STEPS = 300 };
    static struct sim_cells start[BLOCKS];
    static struct sim_cells wanted[BLOCKS];
    static struct sim_cells got[BLOCKS];
    static struct sim_cells_step second;
    int tried = 0;
    fill(start, BLOCKS);
    sim_cells_step_init(&second, &sim_cell_lfp314, 1.0);
    memcpy(wanted, start, sizeof(wanted));
    sim_cells_kernels[0].run(wanted, BLOCKS, &second, STEPS);
    for (int k = 0; k < sim_cells_kernel_count; k++) {
        if (!sim_cells_kernels[k].usable())
            continue;
        memcpy(got, start, sizeof(got));
        sim_cells_kernels[k].run(got, BLOCKS, &second, STEPS);
        assert_memory_equal(got, wanted, sizeof(got));
        memcpy(got, start, sizeof(got));
        for (int i = 0; i < STEPS; i++)
            sim_cells_kernels[k].run(got, BLOCKS, &second, 1);
        assert_memory_equal(got, wanted, sizeof(got));
        tried++;
    }
    assert_true(tried >= 2);
    /* The same in every build: gcc, clang, any optimisation, sanitizers. */
    assert_int_equal(crc32((const uint8_t *)wanted, sizeof(wanted)), 0x96eb7008);
    assert_memory_not_equal(wanted, start, sizeof(wanted));
}

static void no_step_changes_no_state_and_repeats_its_results(void **state)
{
    (void)state;
    struct bench bench = make(0.97, 25.0, 1.0);
    run_to_soc(&bench, 0.5, 0.98);
    struct sim_cells before = bench.cells;
    sim_cells_run(&bench.cells, 1, &bench.step, 0);
    assert_memory_equal(&bench.cells, &before, sizeof(before));
}

static void another_step_length_is_told(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 1.0);
    double second_ohm = bench.cells.ahead_ohm[0];
    assert_false(sim_cells_step_set(&bench.step, 1.0));
    assert_true(sim_cells_step_set(&bench.step, 0.01));
    sim_cells_run(&bench.cells, 1, &bench.step, 0);
    assert_true(bench.cells.ahead_ohm[0] < second_ohm);
    near(bench.cells.ahead_ohm[0] * 1e3, 0.2065, 0.002); /* nothing but R0 */
    assert_true(sim_cells_step_set(&bench.step, 1.0));
    sim_cells_run(&bench.cells, 1, &bench.step, 0);
    assert_true(bench.cells.ahead_ohm[0] == second_ohm);
}

static void cell_warms_by_its_heat_and_cools_to_the_air(void **state)
{
    (void)state;
    struct bench bench = make(0.90, 25.0, 1.0);
    bench.cells.current_a[0] = -157.0;
    sim_cells_run(&bench.cells, 1, &bench.step, 600);
    near(bench.cells.degc[0], 25.0 + 600.0 * 157.0 * 157.0 * 0.6e-3 / 7250.0, 0.2);
    bench.cells.current_a[0] = 0.0;
    double warm_k = bench.cells.degc[0] - 25.0;
    sim_cells_run(&bench.cells, 1, &bench.step, 12760);
    near((bench.cells.degc[0] - 25.0) / warm_k, sim_exp(-1.0), 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_charge_reaches_the_knee_at_99_5_percent),
        cmocka_unit_test(half_c_charge_meets_its_knee_voltages),
        cmocka_unit_test(discharge_meets_its_mid_and_end_voltages),
        cmocka_unit_test(cold_cell_sags),
        cmocka_unit_test(hot_cell_has_less_resistance_than_a_cold_one),
        cmocka_unit_test(pulse_resistance_is_that_of_the_measured_cell),
        cmocka_unit_test(full_charge_tapers_within_minutes_and_rests_near_3_4_volt),
        cmocka_unit_test(rest_voltage_depends_on_the_direction_before),
        cmocka_unit_test(polarisation_decays_at_rest),
        cmocka_unit_test(step_length_does_not_matter),
        cmocka_unit_test(charge_is_counted_with_its_efficiency),
        cmocka_unit_test(abuse_shows_in_the_voltage),
        cmocka_unit_test(heat_is_positive_under_load_and_has_a_reversible_part),
        cmocka_unit_test(line_predicts_the_end_of_the_step),
        cmocka_unit_test(a_step_is_what_the_equations_say),
        cmocka_unit_test(kernels_give_the_same_bits),
        cmocka_unit_test(no_step_changes_no_state_and_repeats_its_results),
        cmocka_unit_test(another_step_length_is_told),
        cmocka_unit_test(cell_warms_by_its_heat_and_cools_to_the_air),
    };
    return RUN_TESTS(tests);
}
