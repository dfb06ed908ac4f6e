/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/protect.c: every row of core/protect.def is walked in steps of 10 ms. The quantity
 * is put at its trip value and must trip exactly when its delay has passed, block what the row
 * says and release the way its latch says.
 */
#include "tests/support/test.h"

#include "core/protect.h"
#include "tests/core/protect_values.h"

enum { STEP_MS = 10 };

struct bench {
    struct protect protect;
    struct measured measured;
    struct params params;
};

/* A pack at rest: nothing is beyond anything. */
static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    protect_init(&bench->protect, &bench->params);
    bench->measured.seen = bench->measured.complete = true;
    int32_t *quantity = bench->measured.quantity;
    quantity[QUANTITY_CELL_MAX_MV] = quantity[QUANTITY_CELL_MIN_MV] = 3300;
    quantity[QUANTITY_PACK_MV] = 52800;
    quantity[QUANTITY_HOT_DDEGC] = quantity[QUANTITY_COLD_DDEGC] = 250;
    quantity[QUANTITY_MOS_DDEGC] = 300;
}

static void step(struct bench *bench)
{
    protect_step(&bench->protect, &bench->measured, &bench->params, STEP_MS);
}

static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += STEP_MS)
        step(bench);
}

static int32_t *quantity_of(struct bench *bench, int id)
{
    return &bench->measured.quantity[rules[id].quantity];
}

static int32_t trip_value(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].trip;
}

/* One unit from the trip or release value, towards the safe side. */
static int32_t safer(int id, int32_t value)
{
    return rules[id].side == SIDE_OVER ? value - 1 : value + 1;
}

/* The first value that frees the rule, and the last that still holds it. */
static int32_t free_value(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].free;
}

static int32_t held_value(const struct bench *bench, int id)
{
    int32_t free = free_value(bench, id);
    return 2 * free - safer(id, free);
}

static bool active(const struct bench *bench, int id)
{
    return bench->protect.state[id].active;
}

static uint32_t hold_ms(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].hold_ms;
}

static uint8_t tries_of(const struct bench *bench, int id)
{
    return bench->protect.tries[rules[id].tries].count;
}

/* Puts the quantity at the trip value; returns the time until the rule acts. */
static uint32_t trip_now(struct bench *bench, int id)
{
    *quantity_of(bench, id) = trip_value(bench, id);
    uint32_t passed_ms = 0;
    while (!active(bench, id) && passed_ms < 120000) {
        step(bench);
        passed_ms += STEP_MS;
    }
    return passed_ms;
}

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
    assert_int_equal(tries_of(&bench, RULE_charge_oc2), 1);
    protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
    assert_int_equal(tries_of(&bench, RULE_charge_oc2), 0);
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
    trip_now(&bench, RULE_charge_not_stopped);
    assert_int_equal(protect_cause(&bench.protect, ALARM_charge_limit_ignored),
                     RULE_charge_not_stopped);
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
        cmocka_unit_test(a_rule_acts_in_the_step_that_reaches_its_delay_and_not_before),
        cmocka_unit_test(a_long_step_counts_whole),
        cmocka_unit_test(one_unit_before_the_trip_value_nothing_happens),
        cmocka_unit_test(an_interruption_starts_the_delay_again),
        cmocka_unit_test(an_automatic_rule_releases_when_its_condition_has_held),
        cmocka_unit_test(a_release_condition_that_breaks_off_starts_again),
        cmocka_unit_test(over_voltage_waits_a_minute_or_for_a_load),
        cmocka_unit_test(a_counted_rule_tries_three_times_and_then_locks),
        cmocka_unit_test(a_counted_rule_does_not_release_while_its_cause_persists),
        cmocka_unit_test(tries_are_forgotten_after_a_quiet_day),
        cmocka_unit_test(release_by_hand_needs_a_condition_that_has_held),
        cmocka_unit_test(a_locked_counted_rule_is_released_by_hand_and_counts_anew),
        cmocka_unit_test(a_cell_that_was_below_a_volt_and_a_half_stays_locked),
        cmocka_unit_test(held_values_trip_but_do_not_release),
        cmocka_unit_test(rules_of_a_direction_share_their_tries),
        cmocka_unit_test(stages_that_trip_together_are_one_try),
        cmocka_unit_test(an_emergency_lifts_under_voltage_and_nothing_else),
        cmocka_unit_test(deep_discharge_may_be_released_while_it_lasts_and_trips_again_later),
        cmocka_unit_test(a_forgiven_cell_that_falls_below_a_volt_and_a_half_locks_again),
        cmocka_unit_test(a_cell_spread_ends_only_when_the_cells_are_close_again),
        cmocka_unit_test(before_the_first_measurement_only_signs_count),
        cmocka_unit_test(the_cause_of_an_alarm_is_its_first_active_rule),
        cmocka_unit_test(the_time_to_the_next_release_is_the_shortest),
    };
    return RUN_TESTS(tests);
}
