/* SPDX-License-Identifier: Apache-2.0
 * How values of packs become values of the bank.
 */
#include "bank/totals.h"

#include "tests/support/test.h"

#include "tests/bank/packs.h"

/* A 314 Ah pack and one of a third of that. */
static struct fixture unequal_packs(void)
{
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    f.reading.full_mah = 104667;
    f.reading.remaining_mah = 20000;
    f.reading.pack_mv = 53200;
    f.reading.pack_ma = -4000;
    f.reading.soc_permille = 200;
    f.reading.soh_permille = 900;
    f.reading.cycle_count = 7;
    fixture_pack(&f, 1);
    return f;
}

static void voltage_and_soc_are_weighted_by_capacity(void **state)
{
    (void)state;
    struct fixture f = unequal_packs();
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->pack_mv, 52900);
    assert_int_equal(total->soc_permille, 500);
    assert_int_equal(total->soh_permille, 975);
}

static void a_pack_without_capacity_weighs_its_nominal_one(void **state)
{
    (void)state;
    struct fixture f = unequal_packs();
    snapshot_set_have(&f.reading, VALUE_full_mah, false);
    fixture_status(&f, 1); /* now 314 Ah by its settings */
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->soc_permille, 400);
    assert_int_equal(bank_snapshot(&f.bank)->full_mah, 314000);
    f.reading.full_mah = 0;
    snapshot_set_have(&f.reading, VALUE_full_mah, true);
    fixture_status(&f, 1);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->soc_permille, 400);
}

static void current_power_and_capacities_are_summed(void **state)
{
    (void)state;
    struct fixture f = unequal_packs();
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->pack_ma, 6000);
    assert_int_equal(total->power_w, 1056);
    assert_int_equal(total->remaining_mah, 208400);
    assert_int_equal(total->full_mah, 418667);
    assert_int_equal(total->cycle_count, 10);
    assert_int_equal(total->cell_count, 16);
}

static void sixteen_packs_of_the_largest_currents_do_not_wrap(void **state)
{
    (void)state;
    struct fixture f = fixture_start(16);
    f.reading.pack_ma = INT32_MIN;
    f.reading.full_mah = INT32_MAX;
    for (uint8_t i = 0; i < 16; i++)
        fixture_pack(&f, i);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->pack_ma, INT32_MIN);
    assert_int_equal(bank_snapshot(&f.bank)->full_mah, INT32_MAX);
    assert_int_equal(bank_snapshot(&f.bank)->soc_permille, 600);
}

static void extremes_name_pack_and_cell(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_pack(&f, 0);
    f.reading.cell_max_mv = 3400;
    f.reading.cell_max_index = 11;
    fixture_pack(&f, 1);
    f.reading.cell_max_mv = 3310;
    f.reading.cell_min_mv = 3100;
    snapshot_set_have(&f.reading, VALUE_cell_min_index, false);
    f.reading.temp_min_ddegc = -50;
    f.reading.temp_max_ddegc = 410;
    f.reading.temp_mean_ddegc = 280;
    f.reading.mos_ddegc = 500;
    fixture_pack(&f, 2);
    fixture_step(&f, 10);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->cell_max_mv, 3400);
    assert_int_equal(total->cell_max_index, 11);
    assert_int_equal(total->cell_max_pack, 1);
    assert_int_equal(total->cell_min_mv, 3100);
    assert_int_equal(total->cell_min_pack, 2);
    assert_false(snapshot_have(total, VALUE_cell_min_index));
    assert_int_equal(total->cell_spread_mv, 300);
    assert_int_equal(total->temp_min_ddegc, -50);
    assert_int_equal(total->temp_max_ddegc, 410);
    assert_int_equal(total->temp_mean_ddegc, 260);
    assert_int_equal(total->mos_ddegc, 500);
}

static void one_pack_asks_for_a_forced_charge_of_all(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    fixture_pack(&f, 1);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->force_charge, 0);
    assert_false(snapshot_have(bank_snapshot(&f.bank), VALUE_full_charge_requested));
    f.reading.force_charge = 1;
    fixture_status(&f, 1);
    fixture_step(&f, 10);
    assert_int_equal(bank_snapshot(&f.bank)->force_charge, 1);
}

static void a_value_no_fresh_pack_knows_is_not_known(void **state)
{
    (void)state;
    struct fixture f = fixture_start(2);
    fixture_pack(&f, 0);
    snapshot_set_have(&f.reading, VALUE_pack_ma, false);
    fixture_run(&f, 10, 1 << 0);
    assert_false(snapshot_have(bank_snapshot(&f.bank), VALUE_pack_ma));
    assert_true(snapshot_have(bank_snapshot(&f.bank), VALUE_pack_mv));
}

static void without_a_fresh_pack_no_measured_value_remains(void **state)
{
    (void)state;
    struct fixture f = fixture_start(1);
    fixture_pack(&f, 0);
    fixture_step(&f, 10);
    fixture_step(&f, 3 * PERIOD_MS);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->pack_fresh_mask, 0);
    for (int id = 0; id < VALUE_charge_limit_mv; id++) {
        bool have = snapshot_have(total, (enum value_id)id);
        assert_int_equal(have, false);
    }
    assert_false(snapshot_have(total, VALUE_age_ms));
    assert_false(snapshot_have(total, VALUE_force_charge));
    assert_int_equal(total->pack_count, 1);
    assert_string_equal(total->maker, "HEARTH");
}

static void masks_and_age_tell_who_counts(void **state)
{
    (void)state;
    struct fixture f = fixture_start(3);
    fixture_pack(&f, 0);
    f.now_ms += 300;
    f.reading.charge_allowed = 0;
    fixture_pack(&f, 1);
    snapshot_set_have(&f.reading, VALUE_discharge_allowed, false);
    fixture_status(&f, 1);
    f.reading = healthy_reading();
    fixture_pack(&f, 2);
    fixture_step(&f, 20);
    const struct snapshot *total = bank_snapshot(&f.bank);
    assert_int_equal(total->pack_fresh_mask, 7);
    assert_int_equal(total->pack_charge_mask, 5);
    assert_int_equal(total->pack_discharge_mask, 5);
    assert_int_equal(total->age_ms, 320);
    assert_int_equal(total->taken_ms, f.now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voltage_and_soc_are_weighted_by_capacity),
        cmocka_unit_test(a_pack_without_capacity_weighs_its_nominal_one),
        cmocka_unit_test(current_power_and_capacities_are_summed),
        cmocka_unit_test(sixteen_packs_of_the_largest_currents_do_not_wrap),
        cmocka_unit_test(extremes_name_pack_and_cell),
        cmocka_unit_test(one_pack_asks_for_a_forced_charge_of_all),
        cmocka_unit_test(a_value_no_fresh_pack_knows_is_not_known),
        cmocka_unit_test(without_a_fresh_pack_no_measured_value_remains),
        cmocka_unit_test(masks_and_age_tell_who_counts),
    };
    return RUN_TESTS(tests);
}
