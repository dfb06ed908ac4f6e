/* SPDX-License-Identifier: Apache-2.0
 * Faults that show only over time or only against something else: a shunt that lies, cells that
 * stand still, a balancer that does not obey, wires, leaks, deep discharge and what it leaves.
 */
#include "tests/support/fault_case.h"
#include "tests/support/test.h"

enum { CAPACITY_MA = 314000, MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

#define SET FAULT_CASE_SET
#define ROW FAULT_CASE_RULE

static struct bench bench;

/* A load that jumps between nothing and load_ma every two seconds. */
static void swing(int32_t load_ma, uint32_t ms)
{
    bench_fault(&bench, "no_ramp", 0, 1);
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += 4000) {
        bench_fault(&bench, "load_ma", 0, load_ma);
        bench_run(&bench, 2000, 10);
        bench_fault(&bench, "load_ma", 0, 0);
        bench_run(&bench, 2000, 10);
    }
}

static void lies_about_the_current(const char *fault, int32_t load_ma)
{
    bench_start(&bench, &(struct bench_setup){0});
    bench_fault(&bench, fault, 0, 1);
    swing(load_ma, 20000);
    assert_true(bench_rule_fired(&bench, RULE_current_sign));
    assert_int_equal(bench_directions(&bench), BOTH);
    assert_in_range(bench_pack(&bench)->charge_limit_ma, 1, CAPACITY_MA / 10);
    assert_in_range(bench_pack(&bench)->discharge_limit_ma, 1, CAPACITY_MA / 10);
    assert_true(bench_lamp_flickers(&bench, BENCH_LAMP_ALM));
    assert_false(bench_contact_closed(&bench));
    bench_fault(&bench, fault, 0, 0);
    swing(load_ma, 50000);
    assert_true(bench_rule_fired(&bench, RULE_current_sign));
    swing(load_ma, 20000);
    assert_true(bench_rule_ended(&bench, RULE_current_sign));
}

static void a_reversed_shunt_limits_both_directions_to_a_tenth_of_the_capacity(void **state)
{
    (void)state;
    lies_about_the_current("current_reversed", 60000);
}

static void a_dead_shunt_limits_both_directions_to_a_tenth_of_the_capacity(void **state)
{
    (void)state;
    lies_about_the_current("current_dead", 160000);
}

static void cells_that_stand_still_while_the_current_moves_open_both_switches(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("cells_frozen", 0, 1)},
        ROW(frozen, BOTH, BY_ITSELF, 22000, 15000),
    };
    bench_start(&bench, &row.scene);
    fault_case_set(&bench, &row, false);
    swing(30000, 40000);
    assert_true(bench_rule_ended(&bench, row.rule));
    bench_fault(&bench, "load_ma", 0, 30000);
    fault_case_await(&bench, &row);
    fault_case_check(&bench, &row);
    fault_case_recover(&bench, &row);
}

static void one_lost_sensor_is_taken_as_15_k_colder_and_lowers_the_charge_limit(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){0});
    bench_run(&bench, 30000, 10);
    assert_in_range(bench_pack(&bench)->charge_limit_ma, 150000, 158000);
    bench_fault(&bench, "temp_lost_mask", 1, 1);
    bench_run(&bench, 3000, 10);
    assert_in_range(bench_pack(&bench)->temp_min_ddegc, 80, 110);
    assert_in_range(bench_pack(&bench)->temp_max_ddegc, 390, 420);
    assert_in_range(bench_pack(&bench)->charge_limit_ma, CAPACITY_MA * 15 / 100,
                    CAPACITY_MA * 25 / 100);
    assert_int_equal(bench_pack(&bench)->charge_limit_reason, REASON_cold);
}

static void a_heating_cell_first_ends_the_charge_and_then_everything(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){0});
    bench_run(&bench, 30000, 10);
    bench_fault(&bench, "cell_heat_w", 4, 400);
    assert_true(bench_until(&bench, bench_rule_fired, RULE_thermal_warn, 5 * MINUTE_MS, 100) <=
                5 * MINUTE_MS);
    assert_int_equal(bench_directions(&bench), BOTH);
    assert_int_equal(bench_pack(&bench)->charge_limit_ma, 0);
    assert_true(bench_pack(&bench)->discharge_limit_ma > 0);
    assert_false(bench_rule_fired(&bench, RULE_thermal));
    assert_true(bench_until(&bench, bench_rule_fired, RULE_thermal, 10 * MINUTE_MS, 100) <=
                10 * MINUTE_MS);
    assert_int_equal(bench_directions(&bench), NOTHING);
    assert_true(alarm_get(bench_bank(&bench)->alarms, ALARM_bank_stopped));
}

static void deeply_discharged(int32_t cell_mv)
{
    bench_start(&bench, &(struct bench_setup){.load_ma = 20000});
    bench_fault(&bench, "load_ma", 0, 0);
    bench_fault(&bench, "cell_reads_mv", 5, cell_mv);
    bench_run(&bench, 6000, 10);
    assert_true(bench_rule_fired(&bench, RULE_deep));
    assert_int_equal(bench_directions(&bench), NOTHING);
    fault_case_release(&bench);
}

static void a_released_deep_discharge_allows_only_a_gentle_charge_until_2_8_v(void **state)
{
    (void)state;
    deeply_discharged(1900);
    assert_int_equal(bench_directions(&bench), CHARGE);
    bench_run(&bench, 2 * MINUTE_MS, 10);
    assert_in_range(bench_pack(&bench)->charge_limit_ma, 10000, CAPACITY_MA / 20);
    bench_fault(&bench, "cell_reads_mv", 5, 2790);
    bench_run(&bench, MINUTE_MS, 10);
    assert_in_range(bench_pack(&bench)->charge_limit_ma, 10000, CAPACITY_MA / 20);
    assert_int_equal(bench_directions(&bench), CHARGE);
    bench_fault(&bench, "cell_reads_mv", 5, 2900);
    bench_run(&bench, MINUTE_MS, 10);
    assert_true(bench_pack(&bench)->charge_limit_ma > CAPACITY_MA / 20);
    assert_int_equal(bench_directions(&bench), CHARGE);
    bench_fault(&bench, "cell_reads_mv", 5, 3200);
    assert_true(bench_until(&bench, bench_allows, BOTH, 15000, 10) <= 15000);
}

static void a_cell_that_was_below_1_5_v_is_never_released(void **state)
{
    (void)state;
    deeply_discharged(1400);
    assert_int_equal(bench_directions(&bench), NOTHING);
    bench_fault(&bench, "cell_offset_mv", 5, 0);
    bench_run(&bench, HOUR_MS, 1000);
    fault_case_release(&bench);
    assert_int_equal(bench_directions(&bench), NOTHING);
    assert_false(bench_rule_ended(&bench, RULE_deep));
}

/* While nothing has to be balanced the stage proves itself ten minutes after the start. */
static void balancer_fails(const char *fault, uint8_t cell)
{
    static const struct fault_case row = {ROW(balancer, BOTH, BY_RELEASE, 20 * MINUTE_MS, 4000)};
    bench_start(&bench, &row.scene);
    bench_fault(&bench, fault, cell, 1);
    fault_case_await(&bench, &row);
    fault_case_check(&bench, &row);
    assert_int_equal(bench_pack(&bench)->balance_ma, 0);
}

static void a_balancer_that_never_stops_opens_both_switches(void **state)
{
    (void)state;
    balancer_fails("balance_stuck_mask", 4);
}

static void a_balancer_that_moves_nothing_opens_both_switches(void **state)
{
    (void)state;
    balancer_fails("balance_dead", 0);
}

static void a_repaired_balancer_is_released_by_the_installer(void **state)
{
    (void)state;
    balancer_fails("balance_dead", 0);
    bench_fault(&bench, "balance_dead", 0, 0);
    bench_run(&bench, 2 * MINUTE_MS, 10);
    fault_case_release(&bench);
    assert_true(bench_until(&bench, bench_allows, BOTH, 4000, 10) <= 4000);
}

static void a_sense_wire_of_50_mohm_is_told_once_its_cell_was_balanced(void **state)
{
    (void)state;
    static const struct fault_case row = {
        .fault = {SET("sense_extra_mohm", 3, 50)},
        ROW(wires, NOTHING, BY_ITSELF, 20 * MINUTE_MS, 20 * MINUTE_MS),
    };
    bench_start(&bench, &(struct bench_setup){.soc_permille = 980});
    bench_balance(&bench, 0.98);
    bench.site.plant.pack[0].cells.soc[3] = 0.993;
    bench_fault(&bench, "charger_ma", 0, 6000);
    fault_case_set(&bench, &row, false);
    fault_case_await(&bench, &row);
    fault_case_check(&bench, &row);
    assert_int_equal(bench_pack(&bench)->wire_alarm_mask, 1 << 3);
    assert_in_range(bench_pack(&bench)->wire_mohm[3], 40, 60);
    fault_case_recover(&bench, &row);
    assert_int_equal(bench_pack(&bench)->wire_alarm_mask, 0);
}

/* 2.4 Ah a day are lost in one cell; full charges on sunny days show it. */
static void a_cell_that_leaks_0_1_a_is_a_warning_within_four_days(void **state)
{
    (void)state;
    bench_start(&bench, &(struct bench_setup){.soc_permille = 900});
    bench.site.day.solar_peak_w = 4700;
    bench.site.day.load_scale_permille = 333;
    bench_fault(&bench, "leak_ma", 4, 100);
    assert_true(bench_until(&bench, bench_rule_fired, RULE_thermal_warn, 4 * DAY_MS, 1000) >=
                DAY_MS);
    assert_true(bench_rule_fired(&bench, RULE_thermal_warn));
    assert_int_equal(bench.site.device[0].bms.thermal.signs, 1 << THERMAL_LEAKING);
    assert_int_equal(bench_pack(&bench)->charge_limit_ma, 0);
    assert_int_equal(bench_directions(&bench), BOTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reversed_shunt_limits_both_directions_to_a_tenth_of_the_capacity),
        cmocka_unit_test(a_dead_shunt_limits_both_directions_to_a_tenth_of_the_capacity),
        cmocka_unit_test(cells_that_stand_still_while_the_current_moves_open_both_switches),
        cmocka_unit_test(one_lost_sensor_is_taken_as_15_k_colder_and_lowers_the_charge_limit),
        cmocka_unit_test(a_heating_cell_first_ends_the_charge_and_then_everything),
        cmocka_unit_test(a_released_deep_discharge_allows_only_a_gentle_charge_until_2_8_v),
        cmocka_unit_test(a_cell_that_was_below_1_5_v_is_never_released),
        cmocka_unit_test(a_balancer_that_never_stops_opens_both_switches),
        cmocka_unit_test(a_balancer_that_moves_nothing_opens_both_switches),
        cmocka_unit_test(a_repaired_balancer_is_released_by_the_installer),
        cmocka_unit_test(a_sense_wire_of_50_mohm_is_told_once_its_cell_was_balanced),
        cmocka_unit_test(a_cell_that_leaks_0_1_a_is_a_warning_within_four_days),
    };
    return RUN_TESTS(tests);
}
