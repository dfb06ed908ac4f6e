/* SPDX-License-Identifier: Apache-2.0
 * The power states of a pack with its physics: heating before a charge in the cold, smart sleep,
 * empty cells, emergency and the password reset by button.
 */
#include "tests/support/bench.h"
#include "tests/support/test.h"

static struct bench bench;

static void heated(struct params *params)
{
    params->heating_enabled = 1;
}

static void cells_at_1_degc(void)
{
    bench_open(&bench, &(struct bench_setup){.charger_ma = 5000, .change = heated});
    bench_temper(&bench, 10);
    bench_run(&bench, 30000, 10);
}

static bool heating_is(const struct bench *of, int on)
{
    return bench_pack(of)->heating_on == on;
}

static void a_cold_pack_heats_itself_until_8_degc(void **state)
{
    (void)state;
    cells_at_1_degc();
    const struct snapshot *pack = bench_pack(&bench);
    assert_int_equal(pack->heating_on, 1);
    assert_in_range(pack->heating_ma, 3000, 5000);
    uint32_t took_ms = bench_until(&bench, heating_is, 0, 10800000, 1000);
    assert_in_range(took_ms, 600000, 10799000);
    assert_in_range(pack->temp_min_ddegc, 78, 82);
    assert_int_equal(pack->heating_ma, 0);
}

static void a_broken_heater_gives_up_after_three_hours(void **state)
{
    (void)state;
    cells_at_1_degc();
    bench_fault(&bench, "heater_dead", 0, 1);
    uint32_t took_ms = bench_until(&bench, heating_is, 0, 12000000, 1000);
    assert_in_range(took_ms, 10750000, 10801000);
}

static void frozen_cells_are_heated_while_their_charge_stays_blocked(void **state)
{
    (void)state;
    bench_open(&bench, &(struct bench_setup){.change = heated});
    bench_temper(&bench, -50);
    bench_run(&bench, 30000, 10);
    assert_int_equal(bench_pack(&bench)->heating_on, 1);
    assert_int_equal(bench_directions(&bench), BENCH_DISCHARGE);
    assert_int_equal(bench_pack(&bench)->charge_limit_ma, 0);
}

static void sleeps_after_an_hour(struct params *params)
{
    params->smart_sleep_enabled = 1;
    params->smart_sleep_delay_s = 3600;
}

static void a_pack_that_nobody_needs_sleeps_and_a_charger_wakes_it(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){.change = sleeps_after_an_hour});
    bench_run(&bench, 3500000, 1000);
    assert_int_equal(bench_pack(&bench)->power_state, POWER_ON);
    assert_in_range(bench_pack(&bench)->sleep_left_s, 1, 120);
    bench_run(&bench, 110000, 1000);
    assert_int_equal(bench_pack(&bench)->power_state, POWER_SLEEP);
    assert_int_equal(bench_directions(&bench), 0);
    bench_fault(&bench, "charger_ma", 0, 20000);
    uint32_t took_ms = bench_until(&bench, bench_in_state, POWER_ON, 10000, 10);
    assert_in_range(took_ms, 1000, 5000);
}

static void never_force_charge(struct params *params)
{
    params->force_charge_soc_permille = 0;
}

static void empty_cells_stop_the_pack_and_a_charger_starts_it(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){.change = never_force_charge});
    bench_fault(&bench, "cell_reads_mv", BENCH_EVERY, 2400);
    uint32_t took_ms = bench_until(&bench, bench_in_state, POWER_STOPPED, 70000, 10);
    assert_in_range(took_ms, 60000, 60100);
    assert_int_equal(device_outputs(&bench.site.device[0])->leds, 0);
    bench_run(&bench, 600000, 1000); /* nothing wakes it by itself */
    assert_int_equal(bench_pack(&bench)->power_state, POWER_STOPPED);
    bench_fault(&bench, "charger_ma", 0, 10000);
    took_ms = bench_until(&bench, bench_in_state, POWER_PROTECT, 10000, 10);
    assert_in_range(took_ms, 1000, 5000);
    assert_int_equal(bench_directions(&bench), BENCH_CHARGE); /* under-voltage holds discharge */
}

static void emergency_by_button(struct params *params)
{
    params->emergency_button_enabled = 1;
    params->emergency_s = 120;
}

static void three_presses(void)
{
    for (int i = 0; i < 3; i++) {
        bench_press(&bench, 300);
        bench_run(&bench, 300, 10);
    }
    bench_run(&bench, 3000, 10); /* pre-charge */
}

static void three_presses_lift_under_voltage_for_the_set_time(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){.change = emergency_by_button});
    bench_fault(&bench, "cell_reads_mv", 3, 2650);
    bench_until(&bench, bench_allows, BENCH_CHARGE, 5000, 10);
    bench_mark(&bench);
    three_presses();
    assert_int_equal(bench_pack(&bench)->power_state, POWER_EMERGENCY);
    assert_int_equal(bench_directions(&bench), BENCH_BOTH);
    assert_true(alarm_get(bench_pack(&bench)->alarms, ALARM_cell_under_voltage));
    struct event event;
    assert_true(bench_event(&bench, EVENT_EMERGENCY_ON, EMERGENCY_BY_BUTTON, &event));
    bench_run(&bench, 90000, 10); /* its limit waits the minute after a protection */
    assert_in_range(bench_pack(&bench)->discharge_limit_ma, 10000, 62800);
    assert_in_range(bench_until(&bench, bench_allows, BENCH_CHARGE, 60000, 10), 25000, 31000);
    assert_true(bench_event(&bench, EVENT_EMERGENCY_OFF, EMERGENCY_BY_TIME, &event));
}

static void an_emergency_ends_at_two_and_a_half_volts(void **state)
{
    (void)state;
    struct event event;
    bench_start(&bench, &(struct bench_setup){.change = emergency_by_button});
    bench_fault(&bench, "cell_reads_mv", 3, 2650);
    bench_until(&bench, bench_allows, BENCH_CHARGE, 5000, 10);
    three_presses();
    bench_mark(&bench);
    bench_fault(&bench, "cell_reads_mv", 3, 2480);
    assert_in_range(bench_until(&bench, bench_allows, BENCH_CHARGE, 1000, 10), 0, 30);
    assert_true(bench_event(&bench, EVENT_EMERGENCY_OFF, EMERGENCY_BY_CELL, &event));
}

static void ten_seconds_from_off_reset_the_passwords_and_nothing_else(void **state)
{
    (void)state;
    struct event event;
    bench_start(&bench, &(struct bench_setup){0});
    bench_installer(&bench);
    bench_command(&bench, COMMAND_SET_PARAM, PARAM_cell_ovp_mv, 3640);
    bench_run(&bench, 100, 10);
    assert_int_equal(bench_login(&bench, "666666"), COMMAND_WRONG_PASSWORD);
    bench_press(&bench, 5100); /* off */
    bench_run(&bench, 2000, 10);
    assert_int_equal(bench_pack(&bench)->power_state, POWER_OFF);
    bench_mark(&bench);
    bench_press(&bench, 10100);
    bench_run(&bench, 3000, 10);
    assert_true(bench_event(&bench, EVENT_PASSWORD_RESET, 0, &event));
    assert_int_equal(bench_pack(&bench)->power_state, POWER_ON);
    assert_true(alarm_get(bench_pack(&bench)->alarms, ALARM_password_not_changed));
    assert_int_equal(bench_login(&bench, "666666"), COMMAND_ACCEPTED);
    assert_int_equal(device_params(&bench.site.device[0])->cell_ovp_mv, 3640);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cold_pack_heats_itself_until_8_degc),
        cmocka_unit_test(a_broken_heater_gives_up_after_three_hours),
        cmocka_unit_test(frozen_cells_are_heated_while_their_charge_stays_blocked),
        cmocka_unit_test(a_pack_that_nobody_needs_sleeps_and_a_charger_wakes_it),
        cmocka_unit_test(empty_cells_stop_the_pack_and_a_charger_starts_it),
        cmocka_unit_test(three_presses_lift_under_voltage_for_the_set_time),
        cmocka_unit_test(an_emergency_ends_at_two_and_a_half_volts),
        cmocka_unit_test(ten_seconds_from_off_reset_the_passwords_and_nothing_else),
    };
    return RUN_TESTS(tests);
}
