/* SPDX-License-Identifier: Apache-2.0
 * Limits of the bank: 0.9 of the smaller of sum and N times the weakest, rounded down.
 */
#include "bank/share.h"

#include "tests/support/test.h"

#include "tests/bank/packs.h"

static void one_pack_gets_its_own_limit(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 100000);
    assert_int_equal(total->charge_limit_reason, REASON_bank_pack);
    assert_int_equal(total->charge_limit_index, 0);
    assert_int_equal(total->discharge_limit_ma, 150000);
    assert_int_equal(total->charge_limit_mv, 56800);
    assert_int_equal(total->voltage_limit_reason, REASON_bulk);
    assert_int_equal(total->discharge_limit_mv, 46400);
    assert_true(total->charge_allowed);
    assert_true(total->discharge_allowed);
}

static void equal_packs_give_nine_tenths_of_their_sum(void **state)
{
    (void)state;
    struct fixture f = fixture_start(16);
    for (uint8_t i = 0; i < 16; i++)
        fixture_pack(&f, i);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 1440000);
    assert_int_equal(total->charge_limit_reason, REASON_bank_sum);
    assert_int_equal(total->discharge_limit_ma, 2160000);
}

static void the_weakest_pack_sets_the_share_of_all(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_pack(&f, 0);
    f.reading.charge_limit_ma = 10001;
    fixture_pack(&f, 1);
    f.reading.charge_limit_ma = 100000;
    fixture_pack(&f, 2);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 27002); /* 27002.7 rounded down */
    assert_int_equal(total->charge_limit_reason, REASON_bank_weakest);
    assert_int_equal(total->charge_limit_index, 1);
    assert_int_equal(total->discharge_limit_reason, REASON_bank_sum);
}

static void a_pack_that_does_not_allow_a_direction_takes_no_part_in_it(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    f.reading.charge_allowed = 0;
    f.reading.charge_limit_ma = 0;
    fixture_pack(&f, 1);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 100000); /* N = 1: k is 1 */
    assert_int_equal(total->charge_limit_reason, REASON_bank_pack);
    assert_int_equal(total->charge_limit_index, 0);
    assert_int_equal(total->discharge_limit_ma, 270000);
}

static void a_direction_nobody_allows_gets_zero(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    f.reading.discharge_allowed = 0;
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->discharge_limit_ma, 0);
    assert_int_equal(total->discharge_limit_reason, REASON_bank_pack);
    assert_false(total->discharge_allowed);
    assert_int_equal(total->charge_limit_ma, 180000);
}

static void a_negative_limit_counts_as_zero(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    f.reading.discharge_limit_ma = -5;
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->discharge_limit_ma, 0);
}

static void voltages_are_the_strictest_of_all(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_pack(&f, 0);
    f.reading.charge_limit_mv = 54000;
    f.reading.voltage_limit_reason = REASON_floating;
    fixture_pack(&f, 1);
    f.reading.charge_limit_mv = 55000;
    f.reading.discharge_limit_mv = 48000;
    fixture_pack(&f, 2);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_mv, 54000);
    assert_int_equal(total->voltage_limit_reason, REASON_floating);
    assert_int_equal(total->discharge_limit_mv, 48000);
}

static void slow_readings_count_four_fifths_while_they_are_slow(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    f.period_ms = 2001;
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 80000);
    assert_int_equal(total->discharge_limit_ma, 120000);
    assert_int_equal(total->charge_limit_reason, REASON_bank_slow);
    assert_int_equal(total->charge_limit_mv, 56800);
    assert_int_equal(bank_pack_reason(&f.bank, 0), REASON_bank_slow);
    f.period_ms = 2000;
    fixture_status(&f, 0);
    fixture_step(&f, 10);
    assert_int_equal(total->charge_limit_ma, 100000);
}

static void one_slow_pack_weakens_the_share_of_all(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    f.period_ms = 6800;
    f.reading.charge_limit_ma = 99999;
    fixture_pack(&f, 1);
    fixture_step(&f, 10);
    /* 0.8 x 99999 = 79999; 0.9 x 2 x 79999 = 143998.2 */
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 143998);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_reason, REASON_bank_slow);
}

static void without_a_fresh_pack_nothing_may_flow(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    fixture_step(&f, 3 * PERIOD_MS);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->charge_limit_ma, 0);
    assert_int_equal(total->discharge_limit_ma, 0);
    assert_int_equal(total->charge_limit_reason, REASON_no_pack);
    assert_int_equal(total->charge_limit_mv, 54000);
    assert_int_equal(total->voltage_limit_reason, REASON_no_pack);
    assert_false(snapshot_have(total, VALUE_discharge_limit_mv));
    assert_true(snapshot_have(total, VALUE_charge_allowed));
    assert_false(total->charge_allowed);
    assert_false(total->discharge_allowed);
    assert_true(alarm_get(total->alarms, ALARM_no_pack));
}

static void the_last_charge_voltage_remains_when_it_was_lower(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    f.reading.charge_limit_mv = 53210;
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    fixture_step(&f, 3 * PERIOD_MS);
    fixture_step(&f, 5000);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_mv, 53210);
}

static void a_missing_pack_is_the_reason_of_a_smaller_sum(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    fixture_step(&f, 0);
    fixture_run(&f, TIMEOUT_MS, 1 << 0);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_reason, REASON_bank_stale);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_index, 1);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pack_gets_its_own_limit),
        cmocka_unit_test(equal_packs_give_nine_tenths_of_their_sum),
        cmocka_unit_test(the_weakest_pack_sets_the_share_of_all),
        cmocka_unit_test(a_pack_that_does_not_allow_a_direction_takes_no_part_in_it),
        cmocka_unit_test(a_direction_nobody_allows_gets_zero),
        cmocka_unit_test(a_negative_limit_counts_as_zero),
        cmocka_unit_test(voltages_are_the_strictest_of_all),
        cmocka_unit_test(slow_readings_count_four_fifths_while_they_are_slow),
        cmocka_unit_test(one_slow_pack_weakens_the_share_of_all),
        cmocka_unit_test(without_a_fresh_pack_nothing_may_flow),
        cmocka_unit_test(the_last_charge_voltage_remains_when_it_was_lower),
        cmocka_unit_test(a_missing_pack_is_the_reason_of_a_smaller_sum),
    };
    return RUN_TESTS(tests);
}
