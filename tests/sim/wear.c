/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/wear.c: a day of known use ages the cells as sim/ageing.h says of it.
 */
#include "sim/wear.h"

#include "sim/number.h"
#include "tests/support/test.h"

enum { DAY_MINUTES = 1440, QUARTER = DAY_MINUTES / 4 };

static struct sim_cells cells;
static struct sim_cells_step minute;
static struct sim_wear wear;

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.9f is not %.9f +- %g", got, wanted, tolerance);
}

static void start(void)
{
    sim_cells_init(&cells, 300.0, 0.5, 25.0);
    sim_cells_step_init(&minute, &sim_cell_lfp314, 60.0);
    cells.resistance[3] = 1.1;
    sim_wear_init(&wear, &cells);
}

static void run(double current_a, int minutes)
{
    cells.current_a[3] = current_a;
    for (int i = 0; i < minutes; i++) {
        sim_cells_run(&cells, 1, &minute, 1);
        cells.degc[3] = 25.0;
        sim_wear_step(&wear, &cells, 60.0);
    }
}

static void a_day_of_rest_is_calendar_ageing(void **state)
{
    (void)state;
    struct sim_ageing wanted = {0};
    start();
    run(0.0, DAY_MINUTES - 1);
    assert_true(cells.capacity_ah[3] == 300.0);
    run(0.0, 1);
    sim_ageing_add(&wanted, &(struct sim_ageing_period){.days = 1, .soc = 0.5, .degc = 25});
    near(wear.ageing[3].calendar, wanted.calendar, 1e-12);
    near(wear.ageing[3].cyclic, 0.0, 1e-12);
    near(cells.capacity_ah[3], 300.0 * sim_ageing_capacity(&wanted), 1e-9);
}

static void a_day_of_swings_is_cycling(void **state)
{
    (void)state;
    struct sim_ageing wanted = {0};
    struct sim_ageing_period period = {
        .degc = 25.0, .cycles = 0.4, .depth = 0.4, .rate_c = 20.0 / 300.0};
    start();
    run(20.0, QUARTER);
    run(0.0, QUARTER);
    run(-20.0, QUARTER);
    run(0.0, QUARTER);
    sim_ageing_add(&wanted, &period);
    near(wear.ageing[3].cyclic, wanted.cyclic, wanted.cyclic * 0.01);
    near(cells.resistance[3], 1.1 * sim_ageing_resistance(&wear.ageing[3]), 1e-12);
    assert_true(cells.capacity_ah[3] < cells.capacity_ah[4]);
}

static void days_add_up(void **state)
{
    (void)state;
    struct sim_ageing wanted = {0};
    start();
    run(0.0, 3 * DAY_MINUTES);
    sim_ageing_add(&wanted, &(struct sim_ageing_period){.days = 3, .soc = 0.5, .degc = 25});
    near(wear.ageing[3].calendar, wanted.calendar, 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_rest_is_calendar_ageing),
        cmocka_unit_test(a_day_of_swings_is_cycling),
        cmocka_unit_test(days_add_up),
    };
    return RUN_TESTS(tests);
}
