/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/protect.c: every row of core/protect.def is walked in steps of 10 ms. The quantity
 * is put at its trip value and must trip exactly when its delay has passed, block what the row
 * says and release the way its latch says.
 */
#include "tests/support/test.h"

#include "core/protect.h"

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
    protect_init(&bench->protect);
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
    return bench->params.value[rules[id].trip];
}

/* One unit from the trip or release value, towards the safe side. */
static int32_t safer(int id, int32_t value)
{
    return rules[id].side == SIDE_OVER ? value - 1 : value + 1;
}

/* The safest value at which the rule is still held, and the first at which it lets go. */
static int32_t held_value(const struct bench *bench, int id)
{
    int32_t release = rule_release_value(&rules[id], &bench->params);
    return rules[id].release != PARAM_NONE ? release : 2 * release - safer(id, release);
}

static int32_t free_value(const struct bench *bench, int id)
{
    return safer(id, held_value(bench, id));
}

static bool active(const struct bench *bench, int id)
{
    return bench->protect.state[id].active;
}

static uint32_t hold_ms(const struct bench *bench, int id)
{
    return rule_time_ms(rules[id].hold, &bench->params);
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
        uint32_t delay_ms = rule_time_ms(rules[id].delay, &bench.params);
        assert_int_equal(trip_now(&bench, id), delay_ms ? delay_ms : STEP_MS);
        assert_int_equal(bench.protect.blocks & rules[id].blocks, rules[id].blocks);
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
        steps(&bench, 20000);
        assert_false(active(&bench, id));
    }
}

static void an_interruption_starts_the_delay_again(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        struct bench bench;
        start(&bench);
        uint32_t delay_ms = rule_time_ms(rules[id].delay, &bench.params);
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
        assert_int_equal(bench.protect.state[id].tries, 1);
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
    assert_int_equal(bench.protect.state[RULE_charge_oc2].tries, 1);
    for (int minute = 0; minute < 24 * 60 - 1; minute++)
        protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
    assert_int_equal(bench.protect.state[RULE_charge_oc2].tries, 1);
    protect_step(&bench.protect, &bench.measured, &bench.params, 60000);
    assert_int_equal(bench.protect.state[RULE_charge_oc2].tries, 0);
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
        trip_now(&bench, RULE_short_circuit);
        *quantity_of(&bench, RULE_short_circuit) = 0;
        steps(&bench, 60000);
    }
    assert_true(bench.protect.state[RULE_short_circuit].locked);
    assert_int_equal(protect_release(&bench.protect, &bench.params), 1);
    assert_int_equal(bench.protect.state[RULE_short_circuit].tries, 0);
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

static void times_of_rules_are_milliseconds_whatever_their_setting(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    assert_int_equal(rule_time_ms(PARAM_charge_ocp_delay_s, &params), 10000);
    assert_int_equal(rule_time_ms(PARAM_cell_ovp_delay_ms, &params), 1000);
    assert_int_equal(rule_time_ms(PARAM_NONE, &params), 0);
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
    trip_now(&bench, RULE_short_circuit);
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
        cmocka_unit_test(times_of_rules_are_milliseconds_whatever_their_setting),
        cmocka_unit_test(the_time_to_the_next_release_is_the_shortest),
    };
    return RUN_TESTS(tests);
}
