/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/heat.c: the mean as one node, and how heat of one cell spreads.
 */
#include "sim/heat.h"

#include "sim/number.h"
#include "tests/support/test.h"

static struct sim_heat heat;

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static void run(int cell, double watt, int seconds)
{
    double cell_w[SIM_PACK_CELLS] = {0};
    cell_w[cell] = watt;
    for (int i = 0; i < seconds; i++)
        sim_heat_step(&heat, cell_w, 0.0, 25.0, 1.0);
}

static void mean_obeys_one_node_wherever_the_heat_is(void **state)
{
    (void)state;
    sim_heat_init(&heat, 25.0);
    run(6, 1000.0, 3600);
    double tau_s = 116000.0 * 0.11;
    near(heat.mean_degc, 25.0 + 110.0 * sim_approach(3600.0 / tau_s), 0.05);
    run(0, 0.0, 4 * 12760);
    near(heat.mean_degc, 25.0, 1.0);
}

static void nearest_cells_are_warm_first(void **state)
{
    (void)state;
    sim_heat_init(&heat, 25.0);
    run(4, 300.0, 120);
    near(heat.cell_degc[4], 25.0 + 300.0 * 120.0 / 7250.0, 0.7);
    assert_true(heat.max_degc == heat.cell_degc[4]);
    for (int i = 5; i <= 10; i++)
        assert_true(heat.cell_degc[i] < heat.cell_degc[i - 1]);
    near(heat.cell_degc[3], heat.cell_degc[5], 0.01);
    near(heat.cell_degc[12], 25.0, 0.01);
}

static void far_cells_follow_later(void **state)
{
    (void)state;
    sim_heat_init(&heat, 25.0);
    run(4, 300.0, 14400);
    assert_true(heat.cell_degc[12] > 26.0);
}

static void switches_are_a_node_of_their_own(void **state)
{
    (void)state;
    static const double cold_w[SIM_PACK_CELLS] = {0};
    sim_heat_init(&heat, 25.0);
    for (int i = 0; i < 3000; i++)
        sim_heat_step(&heat, cold_w, 50.0, 25.0, 1.0);
    near(heat.mos_degc, 25.0 + 50.0 * 0.8, 0.1);
    near(heat.mean_degc, 25.0, 1e-9);
}

static void sensors_sit_at_different_cells_in_order(void **state)
{
    (void)state;
    for (int i = 1; i < SIM_PACK_TEMPS; i++)
        assert_true(sim_heat_sensor_cell(i) > sim_heat_sensor_cell(i - 1));
    assert_in_range(sim_heat_sensor_cell(SIM_PACK_TEMPS - 1), 0, SIM_PACK_CELLS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_obeys_one_node_wherever_the_heat_is),
        cmocka_unit_test(nearest_cells_are_warm_first),
        cmocka_unit_test(far_cells_follow_later),
        cmocka_unit_test(switches_are_a_node_of_their_own),
        cmocka_unit_test(sensors_sit_at_different_cells_in_order),
    };
    return RUN_TESTS(tests);
}
