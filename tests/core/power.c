/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/power.c: every arrow of the state machine, and every arrow that must not exist.
 */
#include "tests/support/test.h"

#include "core/power.h"

struct bench {
    struct power power;
    struct inputs inputs;
    struct measured measured;
    struct params params;
};

static void start(struct bench *bench, enum power_state state)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    power_init(&bench->power, false);
    bench->power.state = (uint8_t)state;
    bench->measured.complete = true;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = 3300;
}

static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += 10)
        power_step(&bench->power, &bench->inputs, &bench->measured, &bench->params, 10);
}

static void steps_of_1_ms(struct bench *bench, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        power_step(&bench->power, &bench->inputs, &bench->measured, &bench->params, 1);
}

static void hold(struct bench *bench, uint32_t ms)
{
    bench->inputs.button = true;
    steps(bench, ms);
}

static void release(struct bench *bench)
{
    bench->inputs.button = false;
    steps(bench, 10);
}

static void expect(const struct bench *bench, enum power_state state)
{
    assert_int_equal(bench->power.state, state);
}

static void a_pack_that_was_off_waits_for_the_button(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    power_init(&bench.power, false);
    bench.inputs.charger_present = true;
    steps(&bench, 20000);
    expect(&bench, POWER_OFF);
    assert_false(bench.power.beep);
}

static void a_pack_that_was_on_starts_by_itself_without_a_beep(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    power_init(&bench.power, true);
    expect(&bench, POWER_STARTING);
    steps(&bench, 990);
    expect(&bench, POWER_STARTING);
    assert_false(bench.power.beep);
    steps(&bench, 10);
    expect(&bench, POWER_ON);
}

static void the_button_starts_after_one_second(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    hold(&bench, 990);
    expect(&bench, POWER_OFF);
    assert_false(bench.power.beep);
    hold(&bench, 10);
    expect(&bench, POWER_STARTING);
    assert_true(bench.power.beep);
}

static void the_start_beep_lasts_a_fifth_of_a_second(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    hold(&bench, 1000);
    steps(&bench, 190);
    assert_true(bench.power.beep);
    steps(&bench, 10);
    assert_false(bench.power.beep);
    steps(&bench, 1000);
    assert_false(bench.power.beep);
}

static void one_long_step_ends_the_beep(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    hold(&bench, 1000);
    power_step(&bench.power, &bench.inputs, &bench.measured, &bench.params, 5000);
    assert_false(bench.power.beep);
    assert_int_equal(bench.power.beep_ms, 0);
}

static void short_presses_do_not_add_up(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    for (int i = 0; i < 10; i++) {
        hold(&bench, 990);
        release(&bench);
    }
    expect(&bench, POWER_OFF);
    start(&bench, POWER_ON);
    for (int i = 0; i < 10; i++) {
        hold(&bench, 4990);
        release(&bench);
    }
    expect(&bench, POWER_ON);
}

static void the_pack_turns_on_after_a_second_of_plausible_measurements(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STARTING);
    steps(&bench, 990);
    bench.measured.complete = false;
    steps(&bench, 10);
    bench.measured.complete = true;
    steps(&bench, 990);
    expect(&bench, POWER_STARTING);
    steps(&bench, 10);
    expect(&bench, POWER_ON);
}

static void without_a_measurement_it_never_turns_on(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STARTING);
    bench.measured.complete = false;
    steps(&bench, 100000);
    expect(&bench, POWER_STARTING);
}

static void the_button_turns_off_at_five_seconds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    hold(&bench, 4990);
    expect(&bench, POWER_ON);
    hold(&bench, 10);
    expect(&bench, POWER_OFF);
    assert_false(bench.power.beep);
}

static void the_button_ends_a_start_that_does_not_succeed(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STARTING);
    bench.measured.complete = false;
    hold(&bench, 4990);
    expect(&bench, POWER_STARTING);
    hold(&bench, 10);
    expect(&bench, POWER_OFF);
}

static void turning_off_wins_over_turning_on_in_the_same_step(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STARTING);
    bench.measured.complete = false;
    hold(&bench, 4000);
    bench.measured.complete = true;
    hold(&bench, 990);
    expect(&bench, POWER_STARTING);
    hold(&bench, 10);
    expect(&bench, POWER_OFF);
}

static void one_press_acts_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    hold(&bench, 60000); /* on; held on, it does not turn off again */
    expect(&bench, POWER_ON);
    release(&bench);
    hold(&bench, 60000); /* off; held on, it does not turn on again */
    expect(&bench, POWER_OFF);
    release(&bench);
    hold(&bench, 1000);
    expect(&bench, POWER_STARTING);
}

static void a_button_that_is_stuck_for_weeks_acts_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.inputs.button = true;
    for (int i = 0; i < 4; i++)
        power_step(&bench.power, &bench.inputs, &bench.measured, &bench.params, UINT32_MAX / 2);
    expect(&bench, POWER_OFF);
    assert_int_equal(bench.power.button_ms, UINT32_MAX);
}

static void an_empty_pack_stops_after_its_delay(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2499;
    steps(&bench, 59990);
    expect(&bench, POWER_ON);
    steps(&bench, 10);
    expect(&bench, POWER_STOPPED);
}

static void the_power_off_settings_are_obeyed(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.params.power_off_mv = 2600;
    bench.params.power_off_delay_s = 2;
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2599;
    steps(&bench, 1990);
    expect(&bench, POWER_ON);
    steps(&bench, 10);
    expect(&bench, POWER_STOPPED);
}

static void a_pack_at_the_power_off_voltage_stays_on(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2500;
    steps(&bench, 120000);
    expect(&bench, POWER_ON);
}

static void a_recovery_restarts_the_power_off_delay(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct bench bench;
        start(&bench, POWER_ON);
        bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2400;
        steps(&bench, 59990);
        bench.measured.complete = lost == 0;
        bench.measured.quantity[QUANTITY_CELL_MAX_MV] = lost == 0 ? 2500 : 2400;
        steps(&bench, 10);
        bench.measured.complete = true;
        bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2400;
        steps(&bench, 59990);
        expect(&bench, POWER_ON);
        steps(&bench, 10);
        expect(&bench, POWER_STOPPED);
    }
}

static void a_lost_measurement_does_not_stop_the_pack(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.complete = false;
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 0;
    steps(&bench, 120000);
    expect(&bench, POWER_ON);
}

static void a_new_start_has_the_whole_delays_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2400;
    steps(&bench, 60000);
    expect(&bench, POWER_STOPPED);
    bench.inputs.charger_present = true;
    steps(&bench, 10);
    expect(&bench, POWER_STARTING);
    steps(&bench, 990);
    expect(&bench, POWER_STARTING);
    steps(&bench, 10);
    expect(&bench, POWER_ON);
    bench.inputs.charger_present = false;
    steps(&bench, 59990);
    expect(&bench, POWER_ON);
    steps(&bench, 10);
    expect(&bench, POWER_STOPPED);
}

static void a_stopped_pack_starts_silently_with_a_charger(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STOPPED);
    steps(&bench, 60000);
    expect(&bench, POWER_STOPPED);
    bench.inputs.charger_present = true;
    steps(&bench, 10);
    expect(&bench, POWER_STARTING);
    assert_false(bench.power.beep);
}

static void a_stopped_pack_starts_with_the_button_and_a_beep(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_STOPPED);
    hold(&bench, 990);
    expect(&bench, POWER_STOPPED);
    hold(&bench, 10);
    expect(&bench, POWER_STARTING);
    assert_true(bench.power.beep);
}

static void a_charger_does_not_wake_a_pack_that_was_turned_off(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    power_shut_down(&bench.power);
    bench.inputs.charger_present = true;
    steps(&bench, 60000);
    expect(&bench, POWER_OFF);
}

static void the_shut_down_command_turns_off_from_every_state(void **state)
{
    (void)state;
    for (int from = POWER_OFF; from <= POWER_STOPPED; from++) {
        struct bench bench;
        start(&bench, (enum power_state)from);
        steps(&bench, 500);
        power_shut_down(&bench.power);
        expect(&bench, POWER_OFF);
        assert_int_equal(bench.power.good_ms, 0);
        assert_int_equal(bench.power.low_ms, 0);
    }
}

/* Steps of 1 ms: each time starts at nothing and ends in the step that completes it. */
static void times_are_exact_to_the_millisecond(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    bench.inputs.button = true;
    steps_of_1_ms(&bench, 500);
    bench.inputs.button = false;
    steps_of_1_ms(&bench, 1);
    bench.inputs.button = true;
    steps_of_1_ms(&bench, 999);
    expect(&bench, POWER_OFF);
    steps_of_1_ms(&bench, 1);
    expect(&bench, POWER_STARTING);
    bench.measured.complete = false;
    steps_of_1_ms(&bench, 199);
    assert_true(bench.power.beep);
    steps_of_1_ms(&bench, 1);
    assert_false(bench.power.beep);
    bench.measured.complete = true;
    steps_of_1_ms(&bench, 999);
    expect(&bench, POWER_STARTING);
    steps_of_1_ms(&bench, 1);
    expect(&bench, POWER_ON);
    steps_of_1_ms(&bench, 1);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2400;
    steps_of_1_ms(&bench, 59999);
    expect(&bench, POWER_ON);
    steps_of_1_ms(&bench, 1);
    expect(&bench, POWER_STOPPED);
}

static void a_pack_that_is_being_charged_is_not_stopped_for_being_low(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_ON);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 2400;
    bench.inputs.charger_present = true;
    steps_of_1_ms(&bench, 61000);
    expect(&bench, POWER_ON);
    bench.inputs.charger_present = false;
    steps_of_1_ms(&bench, 59999);
    expect(&bench, POWER_ON);
    steps_of_1_ms(&bench, 1);
    expect(&bench, POWER_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_that_was_off_waits_for_the_button),
        cmocka_unit_test(a_pack_that_is_being_charged_is_not_stopped_for_being_low),
        cmocka_unit_test(a_pack_that_was_on_starts_by_itself_without_a_beep),
        cmocka_unit_test(the_button_starts_after_one_second),
        cmocka_unit_test(the_start_beep_lasts_a_fifth_of_a_second),
        cmocka_unit_test(one_long_step_ends_the_beep),
        cmocka_unit_test(short_presses_do_not_add_up),
        cmocka_unit_test(the_pack_turns_on_after_a_second_of_plausible_measurements),
        cmocka_unit_test(without_a_measurement_it_never_turns_on),
        cmocka_unit_test(the_button_turns_off_at_five_seconds),
        cmocka_unit_test(the_button_ends_a_start_that_does_not_succeed),
        cmocka_unit_test(turning_off_wins_over_turning_on_in_the_same_step),
        cmocka_unit_test(one_press_acts_once),
        cmocka_unit_test(a_button_that_is_stuck_for_weeks_acts_once),
        cmocka_unit_test(an_empty_pack_stops_after_its_delay),
        cmocka_unit_test(the_power_off_settings_are_obeyed),
        cmocka_unit_test(a_pack_at_the_power_off_voltage_stays_on),
        cmocka_unit_test(a_recovery_restarts_the_power_off_delay),
        cmocka_unit_test(a_lost_measurement_does_not_stop_the_pack),
        cmocka_unit_test(a_new_start_has_the_whole_delays_again),
        cmocka_unit_test(a_stopped_pack_starts_silently_with_a_charger),
        cmocka_unit_test(a_stopped_pack_starts_with_the_button_and_a_beep),
        cmocka_unit_test(a_charger_does_not_wake_a_pack_that_was_turned_off),
        cmocka_unit_test(the_shut_down_command_turns_off_from_every_state),
        cmocka_unit_test(times_are_exact_to_the_millisecond),
    };
    return RUN_TESTS(tests);
}
