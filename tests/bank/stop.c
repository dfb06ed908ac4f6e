/* SPDX-License-Identifier: Apache-2.0
 * Which protections are matters of the bank.
 */
#include "bank/stop.h"

#include "tests/support/test.h"

#include "core/protect.h"
#include "tests/bank/packs.h"

/* Two healthy packs; the reading is then changed and put as pack 1. */
static struct fixture two_packs(void)
{
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    return f;
}

static void pack_raises(struct fixture *f, enum alarm alarm, bool charge, bool discharge)
{
    alarm_put(f->reading.alarms, alarm, true);
    f->reading.charge_on = f->reading.charge_allowed = charge;
    f->reading.discharge_on = f->reading.discharge_allowed = discharge;
}

static const struct snapshot *put_as_pack_1(struct fixture *f)
{
    fixture_status(f, 1);
    fixture_step(f, 10);
    return bank_snapshot(&f->bank);
}

static void a_single_packs_protection_is_a_warning_of_the_bank(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_over_voltage, false, true);
    const struct snapshot *total = put_as_pack_1(&f);
    assert_true(alarm_get(total->warnings, ALARM_cell_over_voltage));
    assert_false(alarm_get(total->alarms, ALARM_cell_over_voltage));
    assert_true(total->charge_allowed);
    assert_int_equal(total->charge_limit_ma, 100000);
    assert_int_equal(f.bank.stopped_by, -1);
}

static void a_protection_is_an_alarm_when_nobody_else_carries_its_direction(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_over_voltage, false, true);
    alarm_put(f.reading.alarms, ALARM_discharge_over_current, false);
    fixture_status(&f, 0);
    alarm_put(f.reading.alarms, ALARM_password_not_changed, true);
    const struct snapshot *total = put_as_pack_1(&f);
    assert_true(alarm_get(total->alarms, ALARM_cell_over_voltage));
    assert_false(alarm_get(total->alarms, ALARM_password_not_changed));
    assert_true(alarm_get(total->warnings, ALARM_password_not_changed));
    assert_false(alarm_get(total->alarms, ALARM_bank_stopped));
    assert_int_equal(total->charge_limit_ma, 0);
    assert_int_equal(total->discharge_limit_ma, 270000);
}

static void warnings_of_a_pack_stay_warnings(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    alarm_put(f.reading.warnings, ALARM_cell_under_voltage, true);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    assert_true(alarm_get(bank_snapshot(&f.bank)->warnings, ALARM_cell_under_voltage));
    assert_false(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_cell_under_voltage));
}

static void alarms_of_a_stale_pack_are_gone_with_it(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_thermal_event, false, false);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, 1);
    f.reading = healthy_reading();
    fixture_run(&f, 3 * PERIOD_MS, 1 << 0);
    assert_int_equal(f.bank.stopped_by, -1);
    assert_false(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_thermal_event));
    assert_true(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_pack_stale));
}

static void assert_stopped(const struct fixture *f, enum alarm alarm)
{
    const struct snapshot *total = bank_snapshot(&f->bank);
    assert_int_equal(f->bank.stopped_by, 1);
    assert_int_equal(total->charge_limit_ma, 0);
    assert_int_equal(total->discharge_limit_ma, 0);
    assert_int_equal(total->charge_limit_reason, REASON_bank_stopped);
    assert_int_equal(total->charge_limit_index, 1);
    assert_int_equal(total->discharge_limit_index, 1);
    assert_int_equal(total->charge_limit_mv, 54000);
    assert_false(total->charge_allowed);
    assert_false(total->discharge_allowed);
    assert_true(alarm_get(total->alarms, ALARM_bank_stopped));
    assert_true(alarm_get(total->alarms, alarm));
    assert_int_equal(bank_pack_reason(&f->bank, 1), REASON_bank_stopped);
}

static void a_charge_switch_that_did_not_open_stops_the_bank(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_charge_over_temp, false, true);
    f.reading.charge_on = 1;
    put_as_pack_1(&f);
    assert_stopped(&f, ALARM_charge_over_temp);
}

static void a_discharge_switch_that_did_not_open_stops_the_bank(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_under_voltage, true, false);
    f.reading.discharge_on = 1;
    f.reading.pack_ma = 0;
    put_as_pack_1(&f);
    assert_stopped(&f, ALARM_cell_under_voltage);
}

static void a_switch_closed_to_save_its_diode_stops_nothing(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_over_voltage, false, true);
    f.reading.charge_on = 1;
    f.reading.pack_ma = -1000;
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, -1);
    f.reading.pack_ma = -999;
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, 1);
    f.reading = healthy_reading();
    pack_raises(&f, ALARM_pack_under_voltage, true, false);
    f.reading.discharge_on = 1;
    f.reading.pack_ma = 1000;
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, -1);
    snapshot_set_have(&f.reading, VALUE_pack_ma, false);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, 1);
}

static void no_diode_is_saved_when_both_directions_are_blocked(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_over_voltage_2, false, false);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, -1);
    f.reading.charge_on = 1;
    f.reading.pack_ma = -50000;
    put_as_pack_1(&f);
    assert_stopped(&f, ALARM_cell_over_voltage_2);
}

static void an_emergency_overrides_first_stage_under_voltage_only(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_cell_under_voltage, true, true);
    alarm_put(f.reading.alarms, ALARM_pack_under_voltage, true);
    snapshot_put(&f.reading, VALUE_emergency_left_s, 60);
    f.reading.pack_ma = 0;
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, -1);
    snapshot_put(&f.reading, VALUE_emergency_left_s, 0);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, 1);
    snapshot_put(&f.reading, VALUE_emergency_left_s, 60);
    alarm_put(f.reading.alarms, ALARM_discharge_over_current, true);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, 1);
}

static void an_alarm_that_opens_nothing_never_stops_the_bank(void **state)
{
    (void)state;
    struct fixture f = two_packs();
    pack_raises(&f, ALARM_wire_resistance, true, true);
    pack_raises(&f, ALARM_temp_sensor, true, true);
    pack_raises(&f, ALARM_password_not_changed, true, true);
    put_as_pack_1(&f);
    assert_int_equal(f.bank.stopped_by, -1);
}

static void heat_and_fire_of_one_pack_stop_the_bank(void **state)
{
    (void)state;
    static const enum alarm alarms[] = {ALARM_thermal_event, ALARM_extinguisher};
    for (size_t i = 0; i < COUNT(alarms); i++) {
        struct fixture f = two_packs();
        pack_raises(&f, alarms[i], false, false);
        put_as_pack_1(&f);
        assert_stopped(&f, alarms[i]);
        f.reading = healthy_reading();
        put_as_pack_1(&f);
        assert_int_equal(f.bank.stopped_by, -1);
    }
}

static void every_alarm_that_protects_opens_a_switch(void **state)
{
    (void)state;
    /* Faults of the bank itself, of sensors (safe worst case) and of the limiter open none. */
    static const enum alarm open_nothing[] = {ALARM_temp_sensor, ALARM_parallel_limiter,
                                              ALARM_temp_spread, ALARM_no_pack, ALARM_bank_stopped};
    for (int id = 0; id < ALARM_COUNT; id++) {
        bool expected = alarm_info[id].severity != SEVERITY_WARNING;
        for (size_t i = 0; i < COUNT(open_nothing); i++)
            expected = expected && id != (int)open_nothing[i];
        struct fixture f = two_packs();
        pack_raises(&f, (enum alarm)id, false, false);
        f.reading.charge_on = f.reading.discharge_on = 1;
        put_as_pack_1(&f);
        assert_int_equal(f.bank.stopped_by >= 0, expected);
    }
}

/* The bank judges packs of other makers too and has its own column; it must agree with our rules.
 */
static void every_rule_of_the_core_closes_a_part_of_what_it_blocks_in_the_bank(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_COUNT; i++) {
        struct snapshot pack;
        snapshot_init(&pack);
        if (rules[i].level != LEVEL_TRIP)
            continue;
        alarm_put(pack.alarms, (enum alarm)rules[i].alarm, true);
        uint8_t blocks = rules[i].blocks == BLOCKS_UNDER_VOLTAGE ? BLOCKS_DISCHARGE
                                                                 : rules[i].blocks & BLOCKS_BOTH;
        uint8_t closes = stop_closes(&pack);
        assert_int_equal(closes != 0, blocks != 0);
        assert_int_equal(closes & ~blocks, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_of_the_core_closes_a_part_of_what_it_blocks_in_the_bank),
        cmocka_unit_test(a_single_packs_protection_is_a_warning_of_the_bank),
        cmocka_unit_test(a_protection_is_an_alarm_when_nobody_else_carries_its_direction),
        cmocka_unit_test(warnings_of_a_pack_stay_warnings),
        cmocka_unit_test(alarms_of_a_stale_pack_are_gone_with_it),
        cmocka_unit_test(a_charge_switch_that_did_not_open_stops_the_bank),
        cmocka_unit_test(a_discharge_switch_that_did_not_open_stops_the_bank),
        cmocka_unit_test(a_switch_closed_to_save_its_diode_stops_nothing),
        cmocka_unit_test(no_diode_is_saved_when_both_directions_are_blocked),
        cmocka_unit_test(an_emergency_overrides_first_stage_under_voltage_only),
        cmocka_unit_test(an_alarm_that_opens_nothing_never_stops_the_bank),
        cmocka_unit_test(heat_and_fire_of_one_pack_stop_the_bank),
        cmocka_unit_test(every_alarm_that_protects_opens_a_switch),
    };
    return RUN_TESTS(tests);
}
