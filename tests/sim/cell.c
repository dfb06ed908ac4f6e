/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/cell.c: the behaviour that the parameter set is known to have (isothermal runs of
 * its authors), and the properties any cell must have. Tolerances beside each number.
 */
#include "sim/cell.h"

#include "sim/number.h"
#include "tests/support/test.h"

#define CAPACITY_AH 314.0

struct bench {
    struct sim_cell cell;
    struct sim_cell_climate climate;
};

static struct bench make(double soc, double degc, double step_s)
{
    struct bench bench;
    sim_cell_climate_init(&bench.climate);
    sim_cell_climate_set(&bench.climate, step_s, degc);
    sim_cell_init(&bench.cell, CAPACITY_AH, soc);
    return bench;
}

static double step(struct bench *bench, double current_a)
{
    sim_cell_step(&bench->cell, &bench->climate, current_a);
    return sim_cell_voltage_v(&bench->cell, &bench->climate, current_a);
}

/* Runs at constant current until the voltage passes `end_v`; returns the SOC there. */
static double run_to_v(struct bench *bench, double rate_c, double end_v)
{
    double current_a = rate_c * CAPACITY_AH;
    for (uint32_t i = 0; i < 2000000; i++) {
        double v = step(bench, current_a);
        if (rate_c > 0.0 ? v >= end_v : v <= end_v)
            return bench->cell.soc;
    }
    fail_msg("voltage not reached");
    return 0.0;
}

static double run_to_soc(struct bench *bench, double rate_c, double soc)
{
    double v = 0.0;
    while (rate_c > 0.0 ? bench->cell.soc < soc : bench->cell.soc > soc)
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
    double cold_ohm = sim_cell_line(&cold.cell, &cold.climate).ohm;
    double hot_ohm = sim_cell_line(&hot.cell, &hot.climate).ohm;
    near(cold_ohm / hot_ohm, 2.9, 0.2);
}

static void pulse_resistance_is_that_of_the_measured_cell(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 0.1);
    double rest_v = sim_cell_open_v(&bench.cell, &bench.climate);
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
        struct sim_line line = sim_cell_line(&bench->cell, &bench->climate);
        double held_a = (3.65 - line.open_v) / line.ohm;
        current_a = held_a < 0.2 * CAPACITY_AH ? held_a : 0.2 * CAPACITY_AH;
        if (held_a < 0.2 * CAPACITY_AH)
            seconds += bench->climate.step_s;
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
    near(sim_cell_open_v(&discharged.cell, &discharged.climate), 3.2878, 0.0015);
    near(sim_cell_open_v(&charged.cell, &charged.climate), 3.3038, 0.0015);
}

static void polarisation_decays_at_rest(void **state)
{
    (void)state;
    struct bench bench = make(0.60, 25.0, 1.0);
    run_to_soc(&bench, -0.5, 0.50);
    double rest_v = 0.0;
    for (int i = 0; i < 600; i++)
        rest_v = step(&bench, 0.0);
    near(rest_v, sim_cell_open_v(&bench.cell, &bench.climate), 1e-6);
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
    near(coarse.cell.soc, fine.cell.soc, 1e-9);
    near(coarse.cell.hysteresis, fine.cell.hysteresis, 1e-6);
}

static void charge_is_counted_with_its_efficiency(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 3600; i++)
        step(&bench, 31.4);
    near(bench.cell.soc, 0.50 + 0.1 * 0.999, 1e-9);
    for (int i = 0; i < 3600; i++)
        step(&bench, -31.4);
    near(bench.cell.soc, 0.50 - 0.1 * 0.001, 1e-9);
}

static void abuse_shows_in_the_voltage(void **state)
{
    (void)state;
    struct bench over = make(1.02, 25.0, 1.0);
    struct bench brim = make(1.00, 25.0, 1.0);
    near(sim_cell_open_v(&over.cell, &over.climate) - sim_cell_open_v(&brim.cell, &brim.climate),
         0.30, 1e-9);
    struct bench under = make(-0.01, 25.0, 1.0);
    near(sim_cell_open_v(&under.cell, &under.climate), 2.615 - 0.8, 1e-9);
    struct bench dead = make(-0.5, 25.0, 1.0);
    assert_true(sim_cell_open_v(&dead.cell, &dead.climate) == 0.0);
}

static void heat_is_positive_under_load_and_has_a_reversible_part(void **state)
{
    (void)state;
    struct bench bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 120; i++)
        step(&bench, 157.0);
    double charge_w = sim_cell_heat_w(&bench.cell, &bench.climate, 157.0);
    bench = make(0.50, 25.0, 1.0);
    for (int i = 0; i < 120; i++)
        step(&bench, -157.0);
    double discharge_w = sim_cell_heat_w(&bench.cell, &bench.climate, -157.0);
    near((charge_w + discharge_w) / 2.0, 157.0 * 157.0 * 0.672e-3, 1.0);
    near((charge_w - discharge_w) / 2.0, 157.0 * 298.15 * 0.17e-3, 1.0);
}

static void line_predicts_the_end_of_the_step(void **state)
{
    (void)state;
    struct bench bench = make(0.97, 25.0, 1.0);
    for (int i = 0; i < 150; i++) {
        struct sim_line line = sim_cell_line(&bench.cell, &bench.climate);
        near(line.open_v + line.ohm * 100.0, step(&bench, 100.0), 0.002);
    }
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
    };
    return RUN_TESTS(tests);
}
