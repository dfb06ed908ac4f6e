/* SPDX-License-Identifier: Apache-2.0
 * Membership of packs: first readings, time-out, staleness and return, wrap of the clock, limits of
 * packs that carry none.
 */
#include "tests/support/test.h"

#include "tests/bank/packs.h"

static void nothing_is_ready_before_status_and_settings_of_every_expected_pack(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_step(&f, 10);
    assert_false(bank_ready(&f.bank));
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_reason, REASON_not_ready);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 0);
    assert_false(snapshot_have(bank_snapshot(&f.bank), VALUE_charge_limit_mv));
    fixture_pack(&f, 0);
    bank_put_status(&f.bank, 1, &f.reading, f.now_ms, PERIOD_MS);
    fixture_step(&f, 10);
    assert_false(bank_ready(&f.bank));
    assert_int_equal(bank_pack_reason(&f.bank, 1), REASON_not_ready);
    bank_put_params(&f.bank, 1, &f.params, f.now_ms);
    fixture_step(&f, 10);
    assert_true(bank_ready(&f.bank));
    assert_int_equal(bank_pack_reason(&f.bank, 1), REASON_none);
}

static void a_reading_without_measured_values_is_no_first_reading(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    snapshot_set_have(&f.reading, VALUE_pack_ma, false);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    assert_int_equal(bank_pack_state(&f.bank, 0), BANK_WAITING);
    assert_false(bank_ready(&f.bank));
    snapshot_set_have(&f.reading, VALUE_pack_ma, true);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    assert_true(bank_ready(&f.bank));
}

static void an_old_status_does_not_become_fresh_by_late_settings(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    bank_put_status(&f.bank, 0, &f.reading, f.now_ms, PERIOD_MS);
    fixture_step(&f, 10 * PERIOD_MS);
    bank_put_params(&f.bank, 0, &f.params, f.now_ms);
    assert_int_equal(bank_pack_state(&f.bank, 0), BANK_WAITING);
    bank_put_status(&f.bank, 0, &f.reading, f.now_ms, PERIOD_MS);
    assert_int_equal(bank_pack_state(&f.bank, 0), BANK_FRESH);
}

static void the_time_out_excludes_and_names_missing_packs(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_step(&f, 0);
    fixture_pack(&f, 1);
    fixture_run(&f, TIMEOUT_MS - 10, 1 << 1);
    assert_false(bank_ready(&f.bank));
    assert_int_equal(f.bank.missing_mask, 0);
    fixture_run(&f, 10, 1 << 1);
    assert_true(bank_ready(&f.bank));
    assert_int_equal(f.bank.missing_mask, 1 << 0 | 1 << 2);
    assert_int_equal(bank_pack_reason(&f.bank, 2), REASON_no_pack);
    assert_true(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_pack_missing));
    assert_int_equal(bank_snapshot(&f.bank)->pack_count, 3);
    assert_int_equal(bank_snapshot(&f.bank)->pack_fresh_mask, 1 << 1);
    fixture_pack(&f, 0);
    fixture_pack(&f, 2);
    fixture_step(&f, 0);
    assert_int_equal(f.bank.missing_mask, 0);
    assert_false(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_pack_missing));
    assert_int_equal(bank_snapshot(&f.bank)->pack_fresh_mask, 7);
}

static void a_time_out_without_any_pack_makes_nothing_ready(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_step(&f, 0);
    fixture_step(&f, TIMEOUT_MS);
    assert_false(bank_ready(&f.bank));
    assert_true(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_pack_missing));
    assert_true(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_no_pack));
    assert_int_equal(bank_silent_ms(&f.bank), 0);
}

static void a_pack_nobody_expects_joins_when_it_is_heard(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    assert_int_equal(bank_pack_state(&f.bank, 15), BANK_ABSENT);
    fixture_pack(&f, 0);
    fixture_pack(&f, 15);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->pack_count, 2);
    assert_int_equal(bank_snapshot(&f.bank)->pack_fresh_mask, 0x8001);
}

static void a_pack_is_stale_after_two_periods_and_200_ms(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_run(&f, 2 * PERIOD_MS + 190, 1 << 0);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_FRESH);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 180000);
    fixture_run(&f, 10, 1 << 0);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_STALE);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 100000);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_reason, REASON_bank_stale);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_index, 1);
    assert_true(alarm_get(bank_snapshot(&f.bank)->alarms, ALARM_pack_stale));
    assert_int_equal(bank_pack_reason(&f.bank, 1), REASON_bank_stale);
}

static void a_stale_pack_is_back_after_three_good_readings_in_a_row(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_run(&f, 3 * PERIOD_MS, 1 << 0);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_STALE);
    fixture_status(&f, 1);
    fixture_status(&f, 1);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_STALE);
    fixture_run(&f, 3 * PERIOD_MS, 1 << 0); /* the row is broken */
    fixture_status(&f, 1);
    fixture_status(&f, 1);
    fixture_step(&f, 10);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_STALE);
    fixture_status(&f, 1);
    fixture_step(&f, 10);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_FRESH);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 180000);
}

static void the_wrap_of_the_clock_changes_nothing(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    f.now_ms = UINT32_MAX - PERIOD_MS;
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_step(&f, 0);
    fixture_run(&f, 2 * PERIOD_MS + 190, 1 << 0);
    assert_true(f.now_ms < 3 * PERIOD_MS);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_FRESH);
    assert_int_equal(bank_snapshot(&f.bank)->age_ms, 2 * PERIOD_MS + 190);
    fixture_run(&f, 10, 1 << 0);
    assert_int_equal(bank_pack_state(&f.bank, 1), BANK_STALE);
}

static void a_stale_pack_stays_stale_when_the_clock_comes_round(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    uint32_t read_ms = f.now_ms;
    fixture_step(&f, 10);
    for (int i = 0; i < 16; i++)
        fixture_step(&f, 0x10000000);
    assert_int_equal((uint32_t)(f.now_ms - read_ms), 10);
    assert_int_equal(bank_pack_state(&f.bank, 0), BANK_STALE);
    assert_int_equal(bank_silent_ms(&f.bank), UINT32_MAX);
}

static void silence_is_timed_from_the_last_fresh_pack(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    fixture_run(&f, 2 * PERIOD_MS + 190, 0);
    assert_int_equal(bank_silent_ms(&f.bank), 0);
    fixture_run(&f, 60000, 0);
    assert_int_equal(bank_silent_ms(&f.bank), 60000);
    for (int i = 0; i < 3; i++)
        fixture_status(&f, 0);
    fixture_step(&f, 10);
    assert_int_equal(bank_silent_ms(&f.bank), 0);
    assert_true(bank_ready(&f.bank));
}

static void a_fall_of_a_limit_counts_in_the_same_millisecond(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    f.reading.charge_limit_ma = 20000;
    fixture_status(&f, 0);
    fixture_step(&f, 0);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 20000);
}

static void limits_a_reading_does_not_carry_are_computed_and_rise_slowly(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_without_limits(&f);
    fixture_pack(&f, 0);
    fixture_step(&f, 0);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_in_range(total->charge_limit_ma, 0, 1000);
    assert_int_equal(total->charge_limit_mv, 56800);
    assert_int_equal(total->discharge_limit_mv, 16 * f.params.discharge_limit_cell_mv);
    fixture_run(&f, 30000, 1 << 0);
    /* 0.5C of 314 Ah */
    assert_int_equal(total->charge_limit_ma, 157000);
    assert_int_equal(total->discharge_limit_ma, 198000);
    f.reading.charge_allowed = 0;
    fixture_status(&f, 0);
    fixture_step(&f, 0);
    assert_int_equal(total->charge_limit_ma, 0);
}

static void limits_a_reading_carries_are_kept_beside_computed_ones(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_without_limits(&f);
    snapshot_put(&f.reading, VALUE_charge_limit_ma, 12345);
    fixture_pack(&f, 0);
    fixture_run(&f, 30000, 1 << 0);
    assert_int_equal(bank_snapshot(&f.bank)->charge_limit_ma, 12345);
    assert_int_equal(bank_snapshot(&f.bank)->discharge_limit_ma, 198000);
}

static void computed_limits_start_anew_after_silence(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_without_limits(&f);
    fixture_pack(&f, 0);
    fixture_run(&f, 30000, 1 << 0);
    fixture_run(&f, 3 * PERIOD_MS, 0);
    for (int i = 0; i < 3; i++)
        fixture_status(&f, 0);
    fixture_step(&f, 0);
    assert_in_range(bank_snapshot(&f.bank)->charge_limit_ma, 0, 20000);
}

static void a_view_holds_fresh_packs_only(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_run(&f, 3 * PERIOD_MS, 1 << 0);
    struct view view;
    bank_view(&f.bank, &view);
    assert_ptr_equal(view.bank, bank_snapshot(&f.bank));
    assert_ptr_equal(view.pack[0], &f.bank.pack[0].snapshot);
    assert_null(view.pack[1]);
    assert_null(view.pack[2]);
    assert_null(view.pack[15]);
}

static void a_pack_index_beyond_the_last_is_a_mistake(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    expect_assert_failure(bank_put_status(&f.bank, PACK_MAX, &f.reading, 0, PERIOD_MS));
    expect_assert_failure(bank_put_params(&f.bank, PACK_MAX, &f.params, 0));
    expect_assert_failure(bank_init(&f.bank, PACK_MAX + 1, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_ready_before_status_and_settings_of_every_expected_pack),
        cmocka_unit_test(a_reading_without_measured_values_is_no_first_reading),
        cmocka_unit_test(an_old_status_does_not_become_fresh_by_late_settings),
        cmocka_unit_test(the_time_out_excludes_and_names_missing_packs),
        cmocka_unit_test(a_time_out_without_any_pack_makes_nothing_ready),
        cmocka_unit_test(a_pack_nobody_expects_joins_when_it_is_heard),
        cmocka_unit_test(a_pack_is_stale_after_two_periods_and_200_ms),
        cmocka_unit_test(a_stale_pack_is_back_after_three_good_readings_in_a_row),
        cmocka_unit_test(the_wrap_of_the_clock_changes_nothing),
        cmocka_unit_test(a_stale_pack_stays_stale_when_the_clock_comes_round),
        cmocka_unit_test(silence_is_timed_from_the_last_fresh_pack),
        cmocka_unit_test(a_fall_of_a_limit_counts_in_the_same_millisecond),
        cmocka_unit_test(limits_a_reading_does_not_carry_are_computed_and_rise_slowly),
        cmocka_unit_test(limits_a_reading_carries_are_kept_beside_computed_ones),
        cmocka_unit_test(computed_limits_start_anew_after_silence),
        cmocka_unit_test(a_view_holds_fresh_packs_only),
        cmocka_unit_test(a_pack_index_beyond_the_last_is_a_mistake),
    };
    return RUN_TESTS(tests);
}
