/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/protect.c, second part: rules that try again by time and lock after three tries.
 */
#include "tests/core/protect_bench.h"

static void a_counted_rule_tries_three_times_and_then_locks(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        if (rules[id].latch != LATCH_COUNTED)
            continue;
        for (int attempt = 0; attempt < 3; attempt++) {
            trip_now(&bench, id);
            *quantity_of(&bench, id) = 0;
            assert_true(bench.protect.release_left_ms > 0);
            steps(&bench, hold_ms(&bench, id) - STEP_MS);
            assert_true(active(&bench, id));
            assert_int_equal(bench.protect.release_left_ms, STEP_MS);
            step(&bench);
            assert_false(active(&bench, id));
        }
        trip_now(&bench, id);
        *quantity_of(&bench, id) = 0;
        steps(&bench, 10 * hold_ms(&bench, id));
        assert_true(active(&bench, id));
        assert_int_equal(bench.protect.release_left_ms, 0);
    }
}

static void a_counted_rule_does_not_release_while_its_cause_persists(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        if (rules[id].latch != LATCH_COUNTED)
            continue;
        trip_now(&bench, id);
        steps(&bench, 3 * hold_ms(&bench, id));
        assert_true(active(&bench, id));
        *quantity_of(&bench, id) = held_value(&bench, id);
        steps(&bench, 3 * hold_ms(&bench, id));
        assert_true(active(&bench, id));
        assert_int_equal(tries_of(&bench, id), 1);
    }
}

static void tries_are_forgotten_after_a_quiet_day(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    trip_now(&bench, RULE_charge_oc2);
    *quantity_of(&bench, RULE_charge_oc2) = 0;
    steps(&bench, 60000);
    assert_int_equal(tries_of(&bench, RULE_charge_oc2), 1);
    for (int minute = 0; minute < 24 * 60 - 2; minute++)
        protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
    protect_step(&bench.protect, &bench.measured, &bench.params, 59999);
    assert_int_equal(tries_of(&bench, RULE_charge_oc2), 1);
    protect_step(&bench.protect, &bench.measured, &bench.params, 1);
    assert_int_equal(tries_of(&bench, RULE_charge_oc2), 0);
}

static void every_try_starts_the_quiet_day_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int attempt = 0; attempt < 2; attempt++) {
        trip_now(&bench, RULE_charge_oc2);
        *quantity_of(&bench, RULE_charge_oc2) = 0;
        for (int minute = 0; minute < 24 * 60 - 10; minute++)
            protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
        assert_int_equal(tries_of(&bench, RULE_charge_oc2), attempt + 1);
    }
}

static void a_locked_counted_rule_is_released_by_hand_and_counts_anew(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.over_current_tries = 1;
    for (int attempt = 0; attempt < 2; attempt++) {
        trip_now(&bench, RULE_discharge_sc);
        *quantity_of(&bench, RULE_discharge_sc) = 0;
        steps(&bench, 60000);
    }
    assert_true(bench.protect.state[RULE_discharge_sc].locked);
    assert_int_equal(protect_release(&bench.protect, &bench.params), 1);
    assert_int_equal(tries_of(&bench, RULE_discharge_sc), 0);
    assert_int_equal(protect_release(&bench.protect, &bench.params), 0);
}

static void rules_of_a_direction_share_their_tries(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int ids[] = {RULE_discharge_oc, RULE_discharge_oc2, RULE_discharge_oc,
                       RULE_discharge_oc3};
    for (size_t i = 0; i < COUNT(ids); i++) {
        bench.measured.quantity[QUANTITY_DISCHARGE_MA] = trip_value(&bench, ids[i]);
        steps(&bench, 10000);
        bench.measured.quantity[QUANTITY_DISCHARGE_MA] = 0;
        steps(&bench, 60000);
    }
    assert_int_equal(tries_of(&bench, RULE_discharge_oc), COUNT(ids));
    assert_true(bench.protect.state[RULE_discharge_oc3].locked);
    assert_int_equal(tries_of(&bench, RULE_charge_oc), 0);
}

static void stages_that_trip_together_are_one_try(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.quantity[QUANTITY_DISCHARGE_MA] = 400000;
    protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
    assert_true(active(&bench, RULE_discharge_oc) && active(&bench, RULE_discharge_oc3));
    assert_int_equal(tries_of(&bench, RULE_discharge_oc), 1);
}

static void the_time_to_the_next_release_is_the_shortest(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.discharge_ocp_release_s = 20;
    trip_now(&bench, RULE_charge_oc2);
    *quantity_of(&bench, RULE_charge_oc2) = 0;
    trip_now(&bench, RULE_discharge_oc3);
    assert_int_equal(bench.protect.release_left_ms, 20000);
    *quantity_of(&bench, RULE_discharge_oc3) = 0;
    trip_now(&bench, RULE_discharge_sc);
    assert_int_equal(bench.protect.release_left_ms, 19990);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counted_rule_tries_three_times_and_then_locks),
        cmocka_unit_test(a_counted_rule_does_not_release_while_its_cause_persists),
        cmocka_unit_test(tries_are_forgotten_after_a_quiet_day),
        cmocka_unit_test(every_try_starts_the_quiet_day_again),
        cmocka_unit_test(a_locked_counted_rule_is_released_by_hand_and_counts_anew),
        cmocka_unit_test(rules_of_a_direction_share_their_tries),
        cmocka_unit_test(stages_that_trip_together_are_one_try),
        cmocka_unit_test(the_time_to_the_next_release_is_the_shortest),
    };
    return RUN_TESTS(tests);
}
