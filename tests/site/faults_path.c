/* SPDX-License-Identifier: Apache-2.0
 * Faults of the power path and of what hangs on it: welded switches, pre-charge, repeated shorts,
 * the extinguisher, a current sensor that lies at rest, inverters that do not obey.
 */
#include "tests/support/fault_case.h"
#include "tests/support/test.h"

#define SET FAULT_CASE_SET
#define ROW FAULT_CASE_RULE

static struct bench bench;

static void switch_off(struct params *params)
{
    params->charge_enabled = 0;
    params->discharge_enabled = 0;
}

static void a_welded_charge_switch_is_found_when_a_full_cell_should_stop_the_charge(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("charge_welded", 0, 1), SET("cell_reads_mv", 3, 3700)},
        .scene = {.charger_ma = 30000                },
        ROW(charge_welded, BOTH, BY_RELEASE, 1200, 4000),
    };
    fault_case_fire(&bench, &row);
    fault_case_check(&bench, &row);
    assert_true(bench_pack(&bench)->pack_ma > 29000); /* nothing but the air switch ends it */
    bench_fault(&bench, "breaker_open", 0, 1);
    bench_run(&bench, 100, 10);
    assert_in_range(abs32(bench_pack(&bench)->pack_ma), 0, 100);
    bench_fault(&bench, "breaker_open", 0, 0);
    fault_case_recover(&bench, &row);
}

static void a_welded_discharge_switch_is_found_when_an_empty_cell_should_stop_the_load(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("discharge_welded", 0, 1), SET("cell_reads_mv", 5, 2600)},
        .scene = {.load_ma = 30000                   },
        ROW(discharge_welded, BOTH, BY_RELEASE, 1200, 12000),
    };
    fault_case_fire(&bench, &row);
    fault_case_check(&bench, &row);
    assert_true(bench_pack(&bench)->pack_ma < -29000);
    fault_case_recover(&bench, &row);
}

static void a_welded_pack_stops_the_whole_bank(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("charge_welded",  0, 1), SET("cell_reads_mv", 3, 3700),
                  SET("cell_reads_mv", 4, 2930)}, /* as much lower: the pack stays as it is */
        .scene = {.charger_ma = 90000, .pack_count = 3},
        ROW(charge_welded, BOTH, BY_RELEASE, 1200, 0),
    };
    bench_start(&bench, &row.scene);
    fault_case_set(&bench, &row, false);
    assert_true(bench_until(&bench, bench_rule_fired, row.rule, row.within_ms, 10) <= 1200);
    const struct snapshot *bank = bench_bank(&bench);
    bench_run(&bench, 100, 10);
    assert_int_equal(bank->charge_limit_ma, 0);
    assert_int_equal(bank->discharge_limit_ma, 0);
    assert_false(bank->charge_allowed || bank->discharge_allowed);
    assert_true(alarm_get(bank->alarms, ALARM_bank_stopped));
}

static void a_fired_extinguisher_stops_the_bank_until_it_is_replaced_and_released(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("extinguisher", 0, 1)},
        .scene = {.pack_count = 3},
        ROW(extinguisher, BOTH, BY_RELEASE, 20, 4000),
    };
    bench_start(&bench, &row.scene);
    fault_case_set(&bench, &row, false);
    assert_true(bench_until(&bench, bench_rule_fired, row.rule, row.within_ms, 10) <= 20);
    assert_int_equal(bench_directions(&bench), NOTHING);
    fault_case_check(&bench, &row);
    const struct snapshot *bank = bench_bank(&bench);
    assert_int_equal(bank->pack_fresh_mask, 7);
    assert_false(bank->charge_allowed || bank->discharge_allowed);
    assert_true(alarm_get(bank->alarms, ALARM_bank_stopped));
    fault_case_set(&bench, &row, true);
    bench_run(&bench, 120000, 10);
    fault_case_release(&bench);
    assert_false(bench_rule_ended(&bench, row.rule)); /* it stays fired */
    bench.site.plant.pack[0].extinguisher_fired = false;
    bench_run(&bench, 61000, 10);
    fault_case_release(&bench);
    assert_true(bench_until(&bench, bench_allows, BOTH, row.back_ms, 10) <= row.back_ms);
}

static void terminals_that_come_up_close_the_discharge_switch_within_three_seconds(void **state)
{
    (void)state;
    bench_open(&bench, &(struct bench_setup){.dead_bus = true});
    assert_true(bench_until(&bench, bench_in_state, POWER_PRECHARGE, 1500, 10) <= 1500);
    assert_true(bench_pack(&bench)->precharging);
    assert_false(bench_pack(&bench)->discharge_on);
    assert_true(bench_until(&bench, bench_allows, BOTH, 3000, 10) <= 3000);
    assert_false(bench_pack(&bench)->precharging);
}

static const struct fault_case precharge_cases[] = {
    {.fault = {SET("bus_load_mohm", 0, 5000)},
     .scene = {.dead_bus = true},
     ROW(precharge, DISCHARGE, AFTER_TRIES, 7000, 19000)},
    {.fault = {SET("precharge_dead", 0, 1)},
     .scene = {.dead_bus = true},
     ROW(precharge, DISCHARGE, AFTER_TRIES, 7000, 19000)},
};

static void begin_with(const struct fault_case *row)
{
    bench_open(&bench, &row->scene);
    fault_case_set(&bench, row, false);
    fault_case_await(&bench, row);
}

static void a_pre_charge_that_fails_is_tried_again_and_succeeds_once_healed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(precharge_cases); i++) {
        begin_with(&precharge_cases[i]);
        fault_case_check(&bench, &precharge_cases[i]);
        fault_case_recover(&bench, &precharge_cases[i]);
    }
}

static void a_pre_charge_that_keeps_failing_locks_after_three_tries(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(precharge_cases); i++) {
        begin_with(&precharge_cases[i]);
        fault_case_lock(&bench, &precharge_cases[i]);
    }
}

static void the_fourth_short_of_a_day_locks(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("terminal_short_mohm", 0, 2)},
        .scene = {.load_ma = 30000},
        ROW(discharge_sc, BOTH, BY_ITSELF, 20, 63000),
    };
    bench_start(&bench, &row.scene);
    for (int tries = 0; tries < 4; tries++) {
        bench_mark(&bench);
        fault_case_set(&bench, &row, false);
        fault_case_await(&bench, &row);
        fault_case_set(&bench, &row, true);
        if (tries < 3)
            assert_true(bench_until(&bench, bench_allows, BOTH, row.back_ms, 10) <= row.back_ms);
    }
    bench_run(&bench, 600000, 100);
    assert_int_equal(bench_directions(&bench), NOTHING);
    fault_case_release(&bench);
    assert_true(bench_until(&bench, bench_allows, BOTH, 4000, 10) <= 4000);
}

static void a_current_of_0_8_a_with_open_switches_is_a_lying_sensor(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("current_offset_ma", 0, 800)},
        .scene = {.change = switch_off},
        ROW(current_bias, BOTH, BY_RELEASE, 10050, 0),
    };
    bench_open(&bench, &row.scene);
    bench_run(&bench, 8000, 10);
    bench_mark(&bench);
    fault_case_set(&bench, &row, false);
    fault_case_await(&bench, &row);
    fault_case_check(&bench, &row);
    fault_case_release(&bench);
    assert_false(bench_rule_ended(&bench, row.rule));
    fault_case_set(&bench, &row, true);
    bench_run(&bench, 61000, 10);
    fault_case_release(&bench);
    assert_true(bench_rule_ended(&bench, row.rule));
}

/* An inverter with so much sun, or household, and battery power. */
static void drive(int32_t solar_w, int32_t load_permille, int32_t power_w)
{
    bench.site.day.solar_peak_w = solar_w;
    bench.site.day.load_scale_permille = load_permille;
    bench.site.inverter[0].setup.power_w = power_w;
}

enum { SUN_W = 60000, HOUSE_PERMILLE = 100000 };

/* 8 degC: 0.16C may be charged. */
static void charge_in_the_cold(int32_t power_w)
{
    bench_open(&bench, &(struct bench_setup){0});
    bench_temper(&bench, 80);
    drive(SUN_W, 0, power_w);
    bench_run(&bench, 40000, 10);
    bench_mark(&bench);
    const struct snapshot *pack = bench_pack(&bench);
    assert_in_range(pack->charge_limit_ma, 40000, 60000);
    assert_in_range(pack->pack_ma, 10000, pack->charge_limit_ma + 1000);
}

static void never_force_charge(struct params *params)
{
    params->force_charge_soc_permille = 0;
}

static void nearly_empty_with_a_large_load(void)
{
    bench_open(&bench, &(struct bench_setup){.soc_permille = 96, .change = never_force_charge});
    drive(0, HOUSE_PERMILLE, 5000);
    bench_run(&bench, 40000, 10);
    bench_mark(&bench);
    const struct snapshot *pack = bench_pack(&bench);
    assert_in_range(pack->discharge_limit_ma, 60000, 90000);
    assert_in_range(-pack->pack_ma, 50000, pack->discharge_limit_ma + 1000);
}

static void disobeys(void (*scene)(void), const struct fault_case *row)
{
    scene();
    fault_case_set(&bench, row, false);
    fault_case_await(&bench, row);
    fault_case_check(&bench, row);
    fault_case_recover(&bench, row);
    scene();
    fault_case_set(&bench, row, false);
    fault_case_await(&bench, row);
    fault_case_lock(&bench, row);
}

static void charge_with_4_kw(void)
{
    charge_in_the_cold(4500);
}

static void an_inverter_that_ignores_the_charge_limit_is_cut_off_after_a_minute(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("disobedience", 0, SIM_INVERTER_IGNORES_CHARGE)},
        ROW(charge_disobeyed, CHARGE, AFTER_TRIES, 62000, 63000),
    };
    disobeys(charge_with_4_kw, &row);
}

static void an_inverter_that_ignores_the_discharge_limit_is_cut_off_after_a_minute(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("disobedience", 0, SIM_INVERTER_IGNORES_DISCHARGE)},
        ROW(discharge_disobeyed, DISCHARGE, AFTER_TRIES, 62000, 63000),
    };
    disobeys(nearly_empty_with_a_large_load, &row);
}

static void an_inverter_that_ignores_everything_is_cut_off_in_both_directions(void **state)
{
    (void)state;
    static const struct fault_case charges = {
        .fault = {SET("disobedience", 0, SIM_INVERTER_IGNORES_ALL)},
        ROW(charge_disobeyed, CHARGE, AFTER_TRIES, 62000, 63000),
    };
    static const struct fault_case discharges = {
        .fault = {SET("disobedience", 0, SIM_INVERTER_IGNORES_ALL)},
        ROW(discharge_disobeyed, DISCHARGE, AFTER_TRIES, 62000, 63000),
    };
    disobeys(charge_with_4_kw, &charges);
    disobeys(nearly_empty_with_a_large_load, &discharges);
}

/* One sensor 12 K above the others is an early sign of a thermal event: no charge is asked for. */
static void an_inverter_that_hangs_is_cut_off_ten_seconds_after_the_limit_is_zero(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("disobedience", 0, SIM_INVERTER_HANGS), SET("temp_offset_ddegc", 2, 120)},
        ROW(charge_not_stopped, CHARGE, AFTER_TRIES, 25000, 75000),
    };
    charge_in_the_cold(2000);
    fault_case_set(&bench, &row, false);
    fault_case_await(&bench, &row);
    fault_case_check(&bench, &row);
    fault_case_recover(&bench, &row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_welded_charge_switch_is_found_when_a_full_cell_should_stop_the_charge),
        cmocka_unit_test(
            a_welded_discharge_switch_is_found_when_an_empty_cell_should_stop_the_load),
        cmocka_unit_test(a_welded_pack_stops_the_whole_bank),
        cmocka_unit_test(a_fired_extinguisher_stops_the_bank_until_it_is_replaced_and_released),
        cmocka_unit_test(terminals_that_come_up_close_the_discharge_switch_within_three_seconds),
        cmocka_unit_test(a_pre_charge_that_fails_is_tried_again_and_succeeds_once_healed),
        cmocka_unit_test(a_pre_charge_that_keeps_failing_locks_after_three_tries),
        cmocka_unit_test(the_fourth_short_of_a_day_locks),
        cmocka_unit_test(a_current_of_0_8_a_with_open_switches_is_a_lying_sensor),
        cmocka_unit_test(an_inverter_that_ignores_the_charge_limit_is_cut_off_after_a_minute),
        cmocka_unit_test(an_inverter_that_ignores_the_discharge_limit_is_cut_off_after_a_minute),
        cmocka_unit_test(an_inverter_that_ignores_everything_is_cut_off_in_both_directions),
        cmocka_unit_test(an_inverter_that_hangs_is_cut_off_ten_seconds_after_the_limit_is_zero),
    };
    return RUN_TESTS(tests);
}
