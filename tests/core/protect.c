/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/protect.c: every row of core/protect.def is walked in steps of 10 ms. The quantity
 * is put at its trip value and must trip exactly when its delay has passed, block what the row
 * says and release the way its latch says.
 */
#include "tests/core/protect_bench.h"

static void a_rule_acts_in_the_step_that_reaches_its_delay_and_not_before(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        uint32_t delay_ms = expected[id].delay_ms;
        assert_int_equal(trip_now(&bench, id), delay_ms ? delay_ms : STEP_MS);
        assert_int_equal(bench.protect.blocks & expected[id].blocks, expected[id].blocks);
        assert_int_equal(rules[id].blocks, expected[id].blocks);
        const uint32_t *set =
            rules[id].level == LEVEL_WARN ? bench.protect.warnings : bench.protect.alarms;
        assert_true(alarm_get(set, (enum alarm)rules[id].alarm));
    }
}

static void a_long_step_counts_whole(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        *quantity_of(&bench, id) = trip_value(&bench, id);
        protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
        assert_true(active(&bench, id));
    }
}

static void one_unit_before_the_trip_value_nothing_happens(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        *quantity_of(&bench, id) = safer(id, trip_value(&bench, id));
        steps(&bench, expected[id].delay_ms + 20000);
        assert_false(active(&bench, id));
    }
}

static void an_interruption_starts_the_delay_again(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        uint32_t delay_ms = expected[id].delay_ms;
        if (delay_ms <= STEP_MS)
            continue;
        *quantity_of(&bench, id) = trip_value(&bench, id);
        steps(&bench, delay_ms - STEP_MS);
        *quantity_of(&bench, id) = safer(id, trip_value(&bench, id));
        step(&bench);
        assert_int_equal(trip_now(&bench, id), delay_ms);
    }
}

static void an_automatic_rule_releases_when_its_condition_has_held(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        if (rules[id].latch != LATCH_AUTO)
            continue;
        trip_now(&bench, id);
        *quantity_of(&bench, id) = held_value(&bench, id);
        steps(&bench, 300000); /* never by time alone */
        assert_true(active(&bench, id));
        *quantity_of(&bench, id) = free_value(&bench, id);
        if (hold_ms(&bench, id) > STEP_MS)
            steps(&bench, hold_ms(&bench, id) - STEP_MS);
        assert_true(active(&bench, id));
        step(&bench);
        assert_false(active(&bench, id));
    }
}

static void a_release_condition_that_breaks_off_starts_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    trip_now(&bench, RULE_cell_uv);
    *quantity_of(&bench, RULE_cell_uv) = 3001;
    steps(&bench, 9990);
    *quantity_of(&bench, RULE_cell_uv) = 3000;
    step(&bench);
    *quantity_of(&bench, RULE_cell_uv) = 3001;
    steps(&bench, 9990);
    assert_true(active(&bench, RULE_cell_uv));
    step(&bench);
    assert_false(active(&bench, RULE_cell_uv));
}

static void over_voltage_waits_a_minute_or_for_a_load(void **state)
{
    (void)state;
    const int over_voltage[] = {RULE_cell_ov, RULE_pack_ov};
    for (size_t i = 0; i < COUNT(over_voltage); i++) {
        struct bench bench;
        start(&bench);
        trip_now(&bench, over_voltage[i]);
        *quantity_of(&bench, over_voltage[i]) = free_value(&bench, over_voltage[i]);
        steps(&bench, 59990);
        assert_true(active(&bench, over_voltage[i]));
        step(&bench);
        assert_false(active(&bench, over_voltage[i]));

        trip_now(&bench, over_voltage[i]);
        *quantity_of(&bench, over_voltage[i]) = free_value(&bench, over_voltage[i]);
        bench.measured.quantity[QUANTITY_DISCHARGE_MA] = 1000;
        steps(&bench, 20000);
        assert_true(active(&bench, over_voltage[i]));
        bench.measured.quantity[QUANTITY_DISCHARGE_MA] = 1001;
        step(&bench);
        assert_false(active(&bench, over_voltage[i]));
    }
}

/* In steps of a millisecond: nothing of the first trip is left in the clock of the second. */
static void a_released_rule_needs_its_whole_delay_again(void **state)
{
    (void)state;
    const int ids[] = {RULE_cell_uv, RULE_discharge_oc3, RULE_charge_welded, RULE_cell_ov_warn};
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct bench bench;
        int id = ids[i];
        start(&bench);
        trip_now(&bench, id);
        *quantity_of(&bench, id) = free_value(&bench, id);
        steps(&bench, expected[id].hold_ms);
        protect_release(&bench.protect, &bench.params);
        step(&bench);
        assert_false(active(&bench, id));
        *quantity_of(&bench, id) = trip_value(&bench, id);
        for (uint32_t ms = 1; ms <= expected[id].delay_ms; ms++) {
            assert_false(active(&bench, id));
            protect_step(&bench.protect, &bench.measured, &bench.params, 1);
        }
        assert_true(active(&bench, id));
    }
}

static void an_interruption_forgets_the_time_before_it_whole(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    *quantity_of(&bench, RULE_cell_uv) = 2700;
    steps(&bench, 500);
    *quantity_of(&bench, RULE_cell_uv) = 2701;
    step(&bench);
    *quantity_of(&bench, RULE_cell_uv) = 2700;
    for (int ms = 1; ms <= 1000; ms++) {
        assert_false(active(&bench, RULE_cell_uv));
        protect_step(&bench.protect, &bench.measured, &bench.params, 1);
    }
    assert_true(active(&bench, RULE_cell_uv));
}

static void alarms_and_warnings_end_with_their_rules(void **state)
{
    (void)state;
    struct bench bench;
    const uint32_t none[ALARM_WORDS] = {0};
    start(&bench);
    trip_now(&bench, RULE_cell_ov_warn);
    trip_now(&bench, RULE_charge_ut);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 3300;
    bench.measured.quantity[QUANTITY_COLD_DDEGC] = 250;
    steps(&bench, 20000);
    assert_memory_equal(bench.protect.warnings, none, sizeof(none));
    assert_memory_equal(bench.protect.alarms, none, sizeof(none));
    assert_int_equal(bench.protect.blocks, BLOCKS_NOTHING);
}

/* A changed setting moves the trip value of its rules, up and down. */
static void changed_settings_count_from_the_next_step(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 3660;
    bench.params.cell_ovp_mv = 3700;
    bench.params.cell_ov_warning_mv = 3690;
    protect_set_params(&bench.protect, &bench.params);
    steps(&bench, 5000);
    assert_false(active(&bench, RULE_cell_ov) || active(&bench, RULE_cell_ov_warn));
    bench.params.cell_ovp_mv = 3660;
    protect_set_params(&bench.protect, &bench.params);
    steps(&bench, 1000);
    assert_true(active(&bench, RULE_cell_ov));
}

static void release_by_hand_needs_a_condition_that_has_held(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        if (rules[id].latch != LATCH_MANUAL)
            continue;
        trip_now(&bench, id);
        *quantity_of(&bench, id) = held_value(&bench, id);
        steps(&bench, 100000);
        assert_int_equal(protect_release(&bench.protect, &bench.params), 0);
        *quantity_of(&bench, id) = free_value(&bench, id);
        steps(&bench, hold_ms(&bench, id) - STEP_MS);
        assert_int_equal(protect_release(&bench.protect, &bench.params), 0);
        steps(&bench, 100000);
        assert_true(active(&bench, id)); /* never by itself */
        assert_int_equal(protect_release(&bench.protect, &bench.params), 1);
        step(&bench);
        assert_false(active(&bench, id));
    }
}

static void a_cell_that_was_below_a_volt_and_a_half_stays_locked(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    *quantity_of(&bench, RULE_deep) = 1500;
    steps(&bench, 5000);
    assert_false(bench.protect.dead_cell);
    *quantity_of(&bench, RULE_deep) = 1499;
    step(&bench);
    *quantity_of(&bench, RULE_deep) = 3300;
    steps(&bench, 60000);
    assert_int_equal(protect_release(&bench.protect, &bench.params), 0);
    assert_true(active(&bench, RULE_deep));
}

static void held_values_trip_but_do_not_release(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.complete = false;
    assert_int_equal(trip_now(&bench, RULE_cell_uv), 1000);
    *quantity_of(&bench, RULE_cell_uv) = 3300;
    steps(&bench, 60000);
    assert_true(active(&bench, RULE_cell_uv));
    bench.measured.complete = true;
    steps(&bench, 10000);
    assert_false(active(&bench, RULE_cell_uv));
}

static void an_emergency_lifts_under_voltage_and_nothing_else(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        trip_now(&bench, id);
        uint8_t calm = protect_blocks(&bench.protect, false);
        uint8_t emergency = protect_blocks(&bench.protect, true);
        bool lifted = id == RULE_cell_uv || id == RULE_pack_uv;
        assert_int_equal(calm & expected[id].blocks, lifted ? 0 : expected[id].blocks);
        assert_int_equal(calm, lifted ? BLOCKS_DISCHARGE : emergency);
        assert_int_equal(emergency, lifted ? BLOCKS_NOTHING : calm);
    }
}

static void deep_discharge_may_be_released_while_it_lasts_and_trips_again_later(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    trip_now(&bench, RULE_deep);
    steps(&bench, 60000);
    assert_true(protect_release(&bench.protect, &bench.params) > 0);
    steps(&bench, 60000);
    assert_false(active(&bench, RULE_deep)); /* forgiven: it may be charged */
    *quantity_of(&bench, RULE_deep) = 2101;
    steps(&bench, 100);
    *quantity_of(&bench, RULE_deep) = 2000;
    steps(&bench, 4990);
    assert_false(active(&bench, RULE_deep));
    step(&bench);
    assert_true(active(&bench, RULE_deep));
}

static void a_forgiven_cell_that_falls_below_a_volt_and_a_half_locks_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    trip_now(&bench, RULE_deep);
    protect_release(&bench.protect, &bench.params);
    step(&bench);
    *quantity_of(&bench, RULE_deep) = 1499;
    steps(&bench, 5000);
    assert_true(active(&bench, RULE_deep));
    assert_int_equal(protect_release(&bench.protect, &bench.params), 0);
}

static void a_cell_spread_ends_only_when_the_cells_are_close_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.quantity[QUANTITY_SPREAD_MV] = 500;
    trip_now(&bench, RULE_cell_spread);
    *quantity_of(&bench, RULE_cell_spread) = 0; /* no cell above 3.40 V any more */
    bench.measured.quantity[QUANTITY_SPREAD_MV] = 100;
    steps(&bench, 60000);
    assert_true(active(&bench, RULE_cell_spread));
    bench.measured.quantity[QUANTITY_SPREAD_MV] = 99;
    step(&bench);
    assert_false(active(&bench, RULE_cell_spread));
}

static void before_the_first_measurement_only_signs_count(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.seen = bench.measured.complete = false;
    memset(bench.measured.quantity, 0, sizeof(bench.measured.quantity));
    bench.measured.quantity[QUANTITY_EXTINGUISHER] = 1;
    steps(&bench, 100000);
    for (int id = 0; id < RULE_COUNT; id++)
        assert_int_equal(active(&bench, id), id == RULE_extinguisher);
    assert_false(bench.protect.dead_cell);
}

static void the_cause_of_an_alarm_is_its_first_active_rule(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_int_equal(protect_cause(&bench.protect, ALARM_charge_limit_ignored), -1);
    trip_now(&bench, RULE_cell_ov_warn);
    assert_int_equal(protect_cause(&bench.protect, ALARM_cell_over_voltage), -1);
    trip_now(&bench, RULE_cell_ov);
    assert_int_equal(protect_cause(&bench.protect, ALARM_cell_over_voltage), RULE_cell_ov);
    trip_now(&bench, RULE_charge_not_stopped);
    assert_int_equal(protect_cause(&bench.protect, ALARM_charge_limit_ignored),
                     RULE_charge_not_stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_acts_in_the_step_that_reaches_its_delay_and_not_before),
        cmocka_unit_test(a_long_step_counts_whole),
        cmocka_unit_test(one_unit_before_the_trip_value_nothing_happens),
        cmocka_unit_test(an_interruption_starts_the_delay_again),
        cmocka_unit_test(an_automatic_rule_releases_when_its_condition_has_held),
        cmocka_unit_test(a_release_condition_that_breaks_off_starts_again),
        cmocka_unit_test(over_voltage_waits_a_minute_or_for_a_load),
        cmocka_unit_test(a_released_rule_needs_its_whole_delay_again),
        cmocka_unit_test(an_interruption_forgets_the_time_before_it_whole),
        cmocka_unit_test(alarms_and_warnings_end_with_their_rules),
        cmocka_unit_test(changed_settings_count_from_the_next_step),
        cmocka_unit_test(release_by_hand_needs_a_condition_that_has_held),
        cmocka_unit_test(a_cell_that_was_below_a_volt_and_a_half_stays_locked),
        cmocka_unit_test(held_values_trip_but_do_not_release),
        cmocka_unit_test(an_emergency_lifts_under_voltage_and_nothing_else),
        cmocka_unit_test(deep_discharge_may_be_released_while_it_lasts_and_trips_again_later),
        cmocka_unit_test(a_forgiven_cell_that_falls_below_a_volt_and_a_half_locks_again),
        cmocka_unit_test(a_cell_spread_ends_only_when_the_cells_are_close_again),
        cmocka_unit_test(before_the_first_measurement_only_signs_count),
        cmocka_unit_test(the_cause_of_an_alarm_is_its_first_active_rule),
    };
    return RUN_TESTS(tests);
}
