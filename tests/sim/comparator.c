/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/comparator.c: trip times in microseconds against the exponential rise, what does
 * not trip, what is let through, and the latch.
 */
#include "sim/comparator.h"

#include "sim/number.h"
#include "tests/support/test.h"

/* 52 V into 7 mohm and 2 uH: 7429 A in the end, tau 285.7 us; 700 A are reached after 28.28 us. */
static const struct sim_surge HARD = {0.0, -52.0, 0.007, 2e-6, 10000.0};
static const double CROSSING_US = 28.283;

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

/* 0 if it does not trip. */
static double trip_us(const struct sim_surge *surge, uint16_t delay_us)
{
    struct sim_comparator comparator = {0};
    return sim_comparator_watch(&comparator, surge, delay_us) ? comparator.trip_us : 0.0;
}

static struct sim_surge into(double final_a, double start_a, double duration_us)
{
    return (struct sim_surge){start_a, final_a * 0.01, 0.01, 2e-6, duration_us};
}

static void trip_comes_its_delay_after_the_threshold(void **state)
{
    (void)state;
    static const uint16_t delays_us[] = {5, 10, 50, 200, 1000};
    for (size_t i = 0; i < COUNT(delays_us); i++)
        near(trip_us(&HARD, delays_us[i]), CROSSING_US + delays_us[i], 0.01);
    near(trip_us(&HARD, 0), CROSSING_US + 5.0, 0.01);
    near(trip_us(&HARD, 2), CROSSING_US + 5.0, 0.01);
}

static void both_directions_trip_and_are_told_apart(void **state)
{
    (void)state;
    struct sim_comparator comparator = {0};
    struct sim_surge surge = HARD;
    assert_true(sim_comparator_watch(&comparator, &surge, 200));
    assert_true(comparator.discharge_told && !comparator.charge_told);
    double discharge_us = comparator.trip_us;
    comparator = (struct sim_comparator){0};
    surge.drive_v = -surge.drive_v;
    assert_true(sim_comparator_watch(&comparator, &surge, 200));
    assert_true(comparator.charge_told && !comparator.discharge_told);
    near(comparator.trip_us, discharge_us, 1e-9);
    assert_true(comparator.trip_a > 700.0 && comparator.let_as > 0.0);
}

static void less_than_the_threshold_never_trips(void **state)
{
    (void)state;
    struct sim_surge inrush = into(-400.0, 0.0, 1e6);
    assert_true(trip_us(&inrush, 5) == 0.0);
    inrush = into(-699.0, 0.0, 1e6);
    assert_true(trip_us(&inrush, 5) == 0.0);
    inrush = into(-701.0, 0.0, 1e6);
    assert_true(trip_us(&inrush, 5) > 1000.0); /* creeps over it: 200 us x ln 701 */
}

static void pulse_shorter_than_the_delay_does_not_trip(void **state)
{
    (void)state;
    struct sim_surge pulse = HARD;
    pulse.duration_us = CROSSING_US + 199.0;
    assert_true(trip_us(&pulse, 200) == 0.0);
    pulse.duration_us = CROSSING_US + 201.0;
    assert_true(trip_us(&pulse, 200) > 0.0);
    struct sim_surge fading = into(-100.0, -900.0, 10000.0); /* below after 200 us x ln(8/6) */
    assert_true(trip_us(&fading, 60) == 0.0);
    near(trip_us(&fading, 50), 50.0, 1e-6);
}

static void time_beyond_the_threshold_adds_up_only_without_a_gap(void **state)
{
    (void)state;
    struct sim_comparator comparator = {0};
    struct sim_surge part = into(-2000.0, -2000.0, 150.0);
    assert_false(sim_comparator_watch(&comparator, &part, 200));
    assert_true(sim_comparator_watch(&comparator, &part, 200));
    near(comparator.trip_us, 50.0, 1e-6);
    comparator = (struct sim_comparator){0};
    assert_false(sim_comparator_watch(&comparator, &part, 200));
    sim_comparator_rest(&comparator);
    assert_false(sim_comparator_watch(&comparator, &part, 200));
}

static void let_through_is_the_integral_of_the_current(void **state)
{
    (void)state;
    struct sim_comparator comparator = {0};
    assert_true(sim_comparator_watch(&comparator, &HARD, 200));
    double charge_as = 0.0;
    double heat_j = 0.0;
    const int steps = 20000;
    double dt_us = comparator.trip_us / steps;
    for (int i = 0; i < steps; i++) {
        double a = sim_surge_a(&HARD, (i + 0.5) * dt_us);
        charge_as += a * dt_us * 1e-6;
        heat_j += a * a * HARD.ohm * dt_us * 1e-6;
    }
    near(comparator.let_as, charge_as, 1e-6);
    near(comparator.let_j, heat_j, 1e-4);
    near(comparator.trip_a, sim_surge_a(&HARD, comparator.trip_us), 1e-9);
    assert_true(comparator.trip_a < -4000.0);
}

static void trip_lasts_until_both_switches_are_commanded_open(void **state)
{
    (void)state;
    struct sim_comparator comparator = {0};
    assert_true(sim_comparator_watch(&comparator, &HARD, 200));
    assert_false(sim_comparator_watch(&comparator, &HARD, 200));
    sim_comparator_command(&comparator, true, true);
    sim_comparator_command(&comparator, true, false);
    sim_comparator_command(&comparator, false, true);
    assert_true(comparator.open);
    sim_comparator_command(&comparator, false, false);
    assert_false(comparator.open);
    assert_true(comparator.discharge_told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trip_comes_its_delay_after_the_threshold),
        cmocka_unit_test(both_directions_trip_and_are_told_apart),
        cmocka_unit_test(less_than_the_threshold_never_trips),
        cmocka_unit_test(pulse_shorter_than_the_delay_does_not_trip),
        cmocka_unit_test(time_beyond_the_threshold_adds_up_only_without_a_gap),
        cmocka_unit_test(let_through_is_the_integral_of_the_current),
        cmocka_unit_test(trip_lasts_until_both_switches_are_commanded_open),
    };
    return RUN_TESTS(tests);
}
