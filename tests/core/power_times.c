/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/power.c: the conditions and times behind the causes (self-test, empty cells, smart
 * sleep), and what begins, bounds and ends an emergency (safety rules, invariant 2).
 */
#include "tests/core/power_bench.h"

static void the_times_of_the_settings_as_delivered_are_kept(void **state)
{
    (void)state;
    struct bench bench;
    struct params delivered;
    params_init(&delivered);
    start(&bench, POWER_ON);
    bench.params = delivered;
    cells(&bench, 2499);
    steps(&bench, 59999, 1000);
    expect(&bench, POWER_ON);
    step(&bench, 1);
    expect(&bench, POWER_STOPPED);
    start(&bench, POWER_ON);
    bench.params = delivered;
    bench.params.smart_sleep_enabled = 1;
    steps(&bench, 86399999, STEP_MAX_MS);
    expect(&bench, POWER_ON);
    step(&bench, 1);
    expect(&bench, POWER_SLEEP);
    start(&bench, POWER_ON);
    bench.params = delivered;
    power_emergency(&bench.power, true);
    step(&bench, 10);
    assert_int_equal(bench.power.emergency_ms, 1800000);
    steps(&bench, 1799999, STEP_MAX_MS);
    expect(&bench, POWER_EMERGENCY);
    step(&bench, 1);
    expect(&bench, POWER_PRECHARGE);
}

/* ---- Conditions behind the causes ---- */

static void an_interrupted_measurement_begins_the_self_test_anew(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STARTING);
    steps(&bench, 999, 10);
    bench.measured.complete = false;
    steps(&bench, 60000, 10);
    expect(&bench, POWER_STARTING);
    bench.measured.complete = true;
    steps(&bench, 999, 10);
    expect(&bench, POWER_STARTING);
    step(&bench, 1);
    expect(&bench, POWER_PRECHARGE);
}

static void each_start_has_its_own_self_test(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_SLEEP);
    steps(&bench, 30000, 1000);
    bench.conditions.charger = true;
    step(&bench, 1000);
    expect(&bench, POWER_STARTING);
    step(&bench, 999);
    expect(&bench, POWER_STARTING);
    step(&bench, 1);
    expect(&bench, POWER_PRECHARGE);
}

static void the_pack_stops_only_below_the_power_off_voltage(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    cells(&bench, 2500);
    steps(&bench, EMPTY_S * 2000u, 1000);
    expect(&bench, POWER_ON);
    cells(&bench, 2499);
    steps(&bench, EMPTY_S * 1000u, 1000);
    expect(&bench, POWER_STOPPED);
}

static void the_time_of_an_empty_pack_begins_anew_when_it_is_not_seen_empty(void **state)
{
    (void)state;
    for (int what = 0; what < 3; what++) {
        struct bench bench;
        start(&bench, POWER_ON);
        cells(&bench, 2400);
        steps(&bench, EMPTY_S * 1000u - 1, 1000);
        bench.conditions.charger = what == 0;
        bench.measured.complete = what != 1;
        cells(&bench, what == 2 ? 2500 : 2400);
        step(&bench, 1000);
        expect(&bench, POWER_ON);
        bench.conditions.charger = false;
        bench.measured.complete = true;
        cells(&bench, 2400);
        steps(&bench, EMPTY_S * 1000u - 1, 1000);
        expect(&bench, POWER_ON);
        step(&bench, 1);
        expect(&bench, POWER_STOPPED);
    }
}

static void the_time_of_an_empty_pack_runs_on_over_its_states_until_it_starts_anew(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    cells(&bench, 2499);
    steps(&bench, EMPTY_S * 1000u - 10, 1000);
    bench.conditions.blocked = true;
    step(&bench, 1);
    expect(&bench, POWER_PROTECT);
    steps(&bench, 8, 1);
    expect(&bench, POWER_PROTECT);
    step(&bench, 1);
    expect(&bench, POWER_STOPPED);
    bench.conditions.button_on = true;
    step(&bench, 1);
    expect(&bench, POWER_STARTING);
    bench.conditions.button_on = false;
    steps(&bench, SELF_TEST_MS + 10, 10);
    expect(&bench, POWER_PROTECT);
    steps(&bench, EMPTY_S * 1000u - SELF_TEST_MS - 11, 1000);
    expect(&bench, POWER_PROTECT);
    step(&bench, 1);
    expect(&bench, POWER_STOPPED);
}

static void only_the_highest_cell_says_that_the_pack_is_empty(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.quantity[QUANTITY_CELL_MIN_MV] = 1900;
    steps(&bench, EMPTY_S * 2000u, 1000);
    expect(&bench, POWER_ON);
}

/* ---- Smart sleep ---- */

static void expect_sleep_within(struct bench *bench, uint32_t ms, bool sleeps)
{
    steps(bench, ms - 1, 500);
    expect(bench, POWER_ON);
    step(bench, 1);
    expect(bench, sleeps ? POWER_SLEEP : POWER_ON);
}

static void anything_that_is_not_idle_keeps_the_pack_awake(void **state)
{
    (void)state;
    static const struct {
        int32_t pack_ma;
        int32_t max_mv;
        bool charger, request, incomplete, disabled, sleeps;
    } cases[] = {
        {0,         3300, false, false, false, false, true },
        {499,       3300, false, false, false, false, true },
        {500,       3300, false, false, false, false, false},
        {-499,      3300, false, false, false, false, true },
        {-500,      3300, false, false, false, false, false},
        {INT32_MIN, 3300, false, false, false, false, false},
        {0,         3499, false, false, false, false, true },
        {0,         3500, false, false, false, false, false},
        {0,         3300, true,  false, false, false, false},
        {0,         3300, false, true,  false, false, false},
        {0,         3300, false, false, true,  false, false},
        {0,         3300, false, false, false, true,  false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench, POWER_ON);
        bench.params.smart_sleep_enabled = !cases[i].disabled;
        bench.measured.pack_ma = cases[i].pack_ma;
        bench.measured.complete = !cases[i].incomplete;
        bench.measured.quantity[QUANTITY_CELL_MAX_MV] = cases[i].max_mv;
        bench.conditions.charger = cases[i].charger;
        bench.conditions.request = cases[i].request;
        expect_sleep_within(&bench, IDLE_S * 1000u, cases[i].sleeps);
        assert_true(cases[i].sleeps || bench.power.idle_ms == 0);
    }
}

static void one_step_of_current_or_charger_or_request_restarts_the_sleep_time(void **state)
{
    (void)state;
    for (int what = 0; what < 4; what++) {
        struct bench bench;
        start(&bench, POWER_ON);
        bench.params.smart_sleep_enabled = 1;
        steps(&bench, IDLE_S * 1000u - 1, 1000);
        bench.measured.pack_ma = what == 0 ? 500 : what == 1 ? -500 : 0;
        bench.conditions.charger = what == 2;
        bench.conditions.request = what == 3;
        step(&bench, 1);
        assert_int_equal(bench.power.idle_ms, 0);
        bench.measured.pack_ma = 0;
        bench.conditions.charger = bench.conditions.request = false;
        expect_sleep_within(&bench, IDLE_S * 1000u, true);
    }
}

static void a_pack_that_the_button_woke_stays_awake_for_the_whole_time(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.params.smart_sleep_enabled = 1;
    bench.conditions.precharging = false;
    steps(&bench, IDLE_S * 1000u, 1000);
    expect(&bench, POWER_SLEEP);
    bench.conditions.button_on = true;
    step(&bench, 1);
    expect(&bench, POWER_STARTING);
    bench.conditions.button_on = false;
    steps(&bench, IDLE_S * 1000u - 1, 10);
    expect(&bench, POWER_ON);
    step(&bench, 1);
    expect(&bench, POWER_SLEEP);
}

static void the_time_until_sleep_counts_down(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    step(&bench, 1000);
    assert_int_equal(power_sleep_left_ms(&bench.power, &bench.params), 0); /* not enabled */
    bench.params.smart_sleep_enabled = 1;
    assert_int_equal(power_sleep_left_ms(&bench.power, &bench.params), 0);
    for (uint32_t ms = 1; ms < IDLE_S * 1000u; ms++) {
        step(&bench, 1);
        assert_int_equal(power_sleep_left_ms(&bench.power, &bench.params), IDLE_S * 1000u - ms);
    }
    step(&bench, 1);
    expect(&bench, POWER_SLEEP);
    assert_int_equal(power_sleep_left_ms(&bench.power, &bench.params), 0);
}

static void times_never_wrap_in_a_state_that_they_do_not_end(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    bench.params.smart_sleep_enabled = 1;
    cells(&bench, 2000);
    step(&bench, UINT32_MAX);
    step(&bench, STEP_MAX_MS);
    expect(&bench, POWER_OFF);
    assert_int_equal(bench.power.idle_ms, UINT32_MAX);
    assert_int_equal(bench.power.low_ms, UINT32_MAX);
    assert_int_equal(bench.power.good_ms, UINT32_MAX);
    assert_int_equal(power_sleep_left_ms(&bench.power, &bench.params), 0);
}

/* ---- Emergency ---- */

static void begin_emergency(struct bench *bench)
{
    start(bench, POWER_ON);
    power_emergency(&bench->power, true);
    step(bench, 10);
    expect(bench, POWER_EMERGENCY);
    assert_int_equal(bench->power.emergency_cause, EMERGENCY_BY_COMMAND);
    assert_int_equal(bench->power.emergency_ms, EMERGENCY_S * 1000u);
}

static void expect_end(const struct bench *bench, enum power_state state,
                       enum emergency_cause cause)
{
    expect(bench, state);
    assert_int_equal(bench->power.emergency_cause, cause);
    assert_int_equal(bench->power.emergency_ms, 0);
}

static void an_emergency_says_who_began_it(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    start(&bench, POWER_ON);
    bench.conditions.emergency = true;
    step(&bench, 10);
    expect(&bench, POWER_EMERGENCY);
    assert_int_equal(bench.power.emergency_cause, EMERGENCY_BY_BUTTON);
}

static void a_command_ends_an_emergency_in_the_next_step(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    power_emergency(&bench.power, false);
    expect(&bench, POWER_EMERGENCY);
    step(&bench, 10);
    expect_end(&bench, POWER_PRECHARGE, EMERGENCY_BY_COMMAND);
}

static void time_ends_an_emergency_and_nothing_prolongs_it(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    for (uint32_t ms = 1; ms < EMERGENCY_S * 1000u; ms++) {
        power_emergency(&bench.power, true);
        bench.conditions.emergency = true;
        step(&bench, 1);
        expect(&bench, POWER_EMERGENCY);
        assert_int_equal(bench.power.emergency_ms, EMERGENCY_S * 1000u - ms);
    }
    step(&bench, 1);
    expect_end(&bench, POWER_PRECHARGE, EMERGENCY_BY_TIME);
}

static void one_long_step_ends_an_emergency(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    step(&bench, EMERGENCY_S * 1000u + 5);
    expect_end(&bench, POWER_PRECHARGE, EMERGENCY_BY_TIME);
}

static void a_cell_at_two_and_a_half_volts_ends_an_emergency_in_the_same_step(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    bench.measured.quantity[QUANTITY_CELL_MIN_MV] = 2501;
    step(&bench, 1);
    expect(&bench, POWER_EMERGENCY);
    bench.measured.quantity[QUANTITY_CELL_MIN_MV] = 2500;
    step(&bench, 1);
    expect_end(&bench, POWER_PRECHARGE, EMERGENCY_BY_CELL);
}

static void cells_that_are_not_known_end_an_emergency_in_the_same_step(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    bench.measured.complete = false;
    step(&bench, 1);
    expect_end(&bench, POWER_PRECHARGE, EMERGENCY_BY_CELL);
}

static void switching_off_ends_an_emergency(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    bench.conditions.button_off = true;
    step(&bench, 1);
    expect_end(&bench, POWER_SHUTTING_DOWN, EMERGENCY_BY_POWER);
}

static void an_emergency_ends_without_beginning_again_by_itself(void **state)
{
    (void)state;
    struct bench bench;
    begin_emergency(&bench);
    power_emergency(&bench.power, false);
    bench.conditions.precharging = false;
    step(&bench, 10);
    step(&bench, 10);
    expect(&bench, POWER_ON);
    steps(&bench, 10000, 10);
    expect(&bench, POWER_ON);
}

static void no_emergency_begins_at_two_and_a_half_volts_or_without_cells(void **state)
{
    (void)state;
    static const enum power_state from[] = {POWER_PRECHARGE, POWER_ON, POWER_PROTECT};
    for (size_t i = 0; i < COUNT(from); i++) {
        for (int what = 0; what < 2; what++) {
            struct bench bench;
            start(&bench, from[i]);
            bench.measured.complete = what != 0;
            bench.measured.quantity[QUANTITY_CELL_MIN_MV] = what != 0 ? 2500 : 3300;
            power_emergency(&bench.power, true);
            bench.conditions.emergency = true;
            assert_false(power_emergency_possible(&bench.power, &bench.measured));
            step(&bench, 10);
            expect(&bench, from[i]);
            assert_int_equal(bench.power.emergency_ms, 0);
            bench.measured.complete = true;
            cells(&bench, 2501);
            bench.conditions.emergency = false;
            step(&bench, 10); /* and the command is forgotten */
            expect(&bench, from[i]);
            bench.conditions.emergency = true;
            assert_true(power_emergency_possible(&bench.power, &bench.measured));
            step(&bench, 10);
            expect(&bench, POWER_EMERGENCY);
        }
    }
}

static void an_emergency_is_possible_in_the_states_that_have_its_arrow_or_are_one(void **state)
{
    (void)state;
    for (int i = 0; i < POWER_STATE_COUNT; i++) {
        struct bench bench;
        enum power_state from = (enum power_state)i;
        start(&bench, from);
        assert_int_equal(power_emergency_possible(&bench.power, &bench.measured),
                         has_arrow(from, POWER_CAUSE_emergency) || from == POWER_EMERGENCY);
    }
}

static void the_later_one_of_two_emergency_commands_counts(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    power_emergency(&bench.power, true);
    power_emergency(&bench.power, false);
    step(&bench, 10);
    expect(&bench, POWER_ON);
    begin_emergency(&bench);
    power_emergency(&bench.power, false);
    power_emergency(&bench.power, true);
    step(&bench, 10);
    expect(&bench, POWER_EMERGENCY);
}

static void commands_that_find_nothing_to_do_are_forgotten(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    power_shut_down(&bench.power);
    power_emergency(&bench.power, true);
    step(&bench, 10);
    bench.conditions.button_on = true;
    step(&bench, 10);
    bench.conditions.button_on = false;
    steps(&bench, 1000, 10);
    expect(&bench, POWER_PRECHARGE);
    bench.conditions.precharging = false;
    step(&bench, 10);
    expect(&bench, POWER_ON);
    power_emergency(&bench.power, false);
    step(&bench, 10);
    bench.conditions.emergency = true;
    step(&bench, 10);
    bench.conditions.emergency = false;
    step(&bench, 10);
    expect(&bench, POWER_EMERGENCY);
}

static void a_command_acts_in_one_step_only(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    power_shut_down(&bench.power);
    expect(&bench, POWER_ON);
    step(&bench, 10);
    expect(&bench, POWER_SHUTTING_DOWN);
    step(&bench, 10);
    expect(&bench, POWER_OFF);
    bench.conditions.button_on = true;
    step(&bench, 10);
    step(&bench, 10);
    expect(&bench, POWER_STARTING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_times_of_the_settings_as_delivered_are_kept),
        cmocka_unit_test(an_interrupted_measurement_begins_the_self_test_anew),
        cmocka_unit_test(each_start_has_its_own_self_test),
        cmocka_unit_test(the_pack_stops_only_below_the_power_off_voltage),
        cmocka_unit_test(the_time_of_an_empty_pack_begins_anew_when_it_is_not_seen_empty),
        cmocka_unit_test(the_time_of_an_empty_pack_runs_on_over_its_states_until_it_starts_anew),
        cmocka_unit_test(only_the_highest_cell_says_that_the_pack_is_empty),
        cmocka_unit_test(anything_that_is_not_idle_keeps_the_pack_awake),
        cmocka_unit_test(one_step_of_current_or_charger_or_request_restarts_the_sleep_time),
        cmocka_unit_test(a_pack_that_the_button_woke_stays_awake_for_the_whole_time),
        cmocka_unit_test(the_time_until_sleep_counts_down),
        cmocka_unit_test(times_never_wrap_in_a_state_that_they_do_not_end),
        cmocka_unit_test(an_emergency_says_who_began_it),
        cmocka_unit_test(a_command_ends_an_emergency_in_the_next_step),
        cmocka_unit_test(time_ends_an_emergency_and_nothing_prolongs_it),
        cmocka_unit_test(one_long_step_ends_an_emergency),
        cmocka_unit_test(a_cell_at_two_and_a_half_volts_ends_an_emergency_in_the_same_step),
        cmocka_unit_test(cells_that_are_not_known_end_an_emergency_in_the_same_step),
        cmocka_unit_test(switching_off_ends_an_emergency),
        cmocka_unit_test(an_emergency_ends_without_beginning_again_by_itself),
        cmocka_unit_test(no_emergency_begins_at_two_and_a_half_volts_or_without_cells),
        cmocka_unit_test(an_emergency_is_possible_in_the_states_that_have_its_arrow_or_are_one),
        cmocka_unit_test(the_later_one_of_two_emergency_commands_counts),
        cmocka_unit_test(commands_that_find_nothing_to_do_are_forgotten),
        cmocka_unit_test(a_command_acts_in_one_step_only),
    };
    return RUN_TESTS(tests);
}
