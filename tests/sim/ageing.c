/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/ageing.c: the values that the model's source states, and that dividing a time does
 * not change it.
 */
#include "sim/ageing.h"

#include "base/number.h"
#include "sim/number.h"
#include "tests/support/test.h"

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static double lost_percent(struct sim_ageing_period period)
{
    struct sim_ageing ageing = {0};
    sim_ageing_add(&ageing, &period);
    return 100.0 * (1.0 - sim_ageing_capacity(&ageing));
}

static void a_year_of_rest_costs_what_the_source_states(void **state)
{
    (void)state;
    near(lost_percent((struct sim_ageing_period){.days = 365, .soc = 0.5, .degc = 25}), 1.1, 0.1);
    near(lost_percent((struct sim_ageing_period){.days = 365, .soc = 0.95, .degc = 25}), 1.7, 0.1);
    near(lost_percent((struct sim_ageing_period){.days = 365, .soc = 0.5, .degc = 45}), 3.6, 0.1);
    near(lost_percent((struct sim_ageing_period){.days = 365, .soc = 0.95, .degc = 45}), 5.4, 0.1);
}

/* The stated figures are those of depth 0.8. */
static void cycles_cost_what_the_source_states(void **state)
{
    (void)state;
    static const struct {
        double cycles;
        double rate_c;
        double percent;
        double tolerance;
    } rows[] = {
        {1000, 0.2, 4.2, 0.1},
        {1000, 0.5, 6.6, 0.1},
        {6000, 0.2, 19,  0.6},
        {6000, 0.5, 29,  0.6}
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        near(lost_percent((struct sim_ageing_period){
                 .degc = 25, .cycles = rows[i].cycles, .depth = 0.8, .rate_c = rows[i].rate_c}),
             rows[i].percent, rows[i].tolerance);
}

static void dividing_a_time_changes_nothing(void **state)
{
    (void)state;
    struct sim_ageing whole = {0};
    struct sim_ageing parts = {0};
    struct sim_ageing_period period = {
        .days = 400, .soc = 0.6, .degc = 30, .cycles = 300, .depth = 0.8, .rate_c = 0.25};
    sim_ageing_add(&whole, &period);
    period.days /= 400;
    period.cycles /= 400;
    for (int i = 0; i < 400; i++)
        sim_ageing_add(&parts, &period);
    near(parts.calendar, whole.calendar, 1e-9);
    near(parts.cyclic, whole.cyclic, 1e-9);
}

static void a_warmer_time_goes_on_from_what_is_lost(void **state)
{
    (void)state;
    struct sim_ageing ageing = {0};
    sim_ageing_add(&ageing, &(struct sim_ageing_period){.days = 100, .soc = 0.5, .degc = 20});
    double cool = ageing.calendar;
    sim_ageing_add(&ageing, &(struct sim_ageing_period){.days = 1, .soc = 0.5, .degc = 45});
    double alone =
        lost_percent((struct sim_ageing_period){.days = 1, .soc = 0.5, .degc = 45}) / 100;
    assert_true(ageing.calendar > cool &&
                ageing.calendar - cool < alone); /* an old cell is slower */
}

static void resistance_grows_with_the_loss(void **state)
{
    (void)state;
    struct sim_ageing ageing = {.calendar = 0.06, .cyclic = 0.04};
    near(sim_ageing_capacity(&ageing), 0.90, 1e-12);
    near(sim_ageing_resistance(&ageing), 1.15, 1e-12);
    ageing.cyclic = 2.0;
    near(sim_ageing_capacity(&ageing), 0.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_of_rest_costs_what_the_source_states),
        cmocka_unit_test(cycles_cost_what_the_source_states),
        cmocka_unit_test(dividing_a_time_changes_nothing),
        cmocka_unit_test(a_warmer_time_goes_on_from_what_is_lost),
        cmocka_unit_test(resistance_grows_with_the_loss),
    };
    return RUN_TESTS(tests);
}
