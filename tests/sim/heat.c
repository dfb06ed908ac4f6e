/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/heat.c: the mean as one node, and how heat of one cell spreads.
 */
#include "sim/heat.h"

#include <string.h>

#include "sim/cells.h"
#include "sim/number.h"
#include "tests/support/test.h"

static struct sim_heat heat;
static struct sim_cells cells;
static struct sim_cells_step second;

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static void init(void)
{
    sim_heat_init(&heat, 25.0);
    sim_cells_init(&cells, 314.0, 0.5, 25.0);
    sim_cells_step_init(&second, &sim_cell_lfp314, 1.0);
}

static void run(int cell, double watt, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        memset(cells.added_w, 0, sizeof(cells.added_w));
        cells.added_w[cell] = watt;
        sim_heat_exchange(cells.degc, cells.added_w);
        sim_cells_run(&cells, 1, &second, 1);
        sim_heat_step(&heat, cells.degc, 0.0, 25.0, 1.0);
    }
}

static void mean_obeys_one_node_wherever_the_heat_is(void **state)
{
    (void)state;
    init();
    run(6, 1000.0, 3600);
    double tau_s = 116000.0 * 0.11;
    near(heat.mean_degc, 25.0 + 110.0 * sim_approach(3600.0 / tau_s), 0.05);
    run(0, 0.0, 4 * 12760);
    near(heat.mean_degc, 25.0, 1.0);
}

static void nearest_cells_are_warm_first(void **state)
{
    (void)state;
    init();
    run(4, 300.0, 120);
    near(cells.degc[4], 25.0 + 300.0 * 120.0 / 7250.0, 0.7);
    assert_true(heat.max_degc == cells.degc[4]);
    for (int i = 5; i <= 10; i++)
        assert_true(cells.degc[i] < cells.degc[i - 1]);
    near(cells.degc[3], cells.degc[5], 0.01);
    near(cells.degc[12], 25.0, 0.01);
}

static void far_cells_follow_later(void **state)
{
    (void)state;
    init();
    run(4, 300.0, 14400);
    assert_true(cells.degc[12] > 26.0);
}

static void switches_are_a_node_of_their_own(void **state)
{
    (void)state;
    init();
    for (int i = 0; i < 3000; i++)
        sim_heat_step(&heat, cells.degc, 50.0, 25.0, 1.0);
    near(heat.mos_degc, 25.0 + 50.0 * 0.8, 0.1);
    near(heat.mean_degc, 25.0, 1e-9);
}

static void a_sensor_follows_its_cell_with_a_lag(void **state)
{
    (void)state;
    init();
    cells.degc[sim_heat_sensor_cell(2)] = 45.0;
    for (int i = 0; i < 15; i++)
        sim_heat_step(&heat, cells.degc, 0.0, 25.0, 1.0);
    near(heat.sensor_degc[2], 25.0 + 20.0 * sim_approach(1.0), 1e-9);
    near(heat.sensor_degc[1], 25.0, 1e-9);
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
        cmocka_unit_test(a_sensor_follows_its_cell_with_a_lag),
        cmocka_unit_test(sensors_sit_at_different_cells_in_order),
    };
    return RUN_TESTS(tests);
}
