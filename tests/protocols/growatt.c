/* SPDX-License-Identifier: Apache-2.0
 * What Growatt's protocols over CAN and RS485 mean alike.
 */
#include "protocols/growatt.h"
#include "tests/support/test.h"

static void from_half_an_ampere_on_the_battery_charges_or_discharges(void **state)
{
    (void)state;
    struct snapshot bank;
    snapshot_init(&bank);
    assert_int_equal(growatt_state(&bank), GROWATT_STANDBY);
    snapshot_put(&bank, VALUE_pack_ma, 499);
    assert_int_equal(growatt_state(&bank), GROWATT_STANDBY);
    snapshot_put(&bank, VALUE_pack_ma, 500);
    assert_int_equal(growatt_state(&bank), GROWATT_CHARGING);
    snapshot_put(&bank, VALUE_pack_ma, -499);
    assert_int_equal(growatt_state(&bank), GROWATT_STANDBY);
    snapshot_put(&bank, VALUE_pack_ma, -500);
    assert_int_equal(growatt_state(&bank), GROWATT_DISCHARGING);
}

static void a_mere_warning_is_no_error(void **state)
{
    (void)state;
    struct snapshot bank;
    snapshot_init(&bank);
    alarm_put(bank.alarms, ALARM_battery_over_temp, true);
    alarm_put(bank.warnings, ALARM_cell_over_voltage, true);
    assert_false(growatt_error_valid(&bank));
    alarm_put(bank.alarms, ALARM_cell_over_voltage, true);
    assert_true(growatt_error_valid(&bank));
}

static void two_packs_are_parallel_and_one_is_not(void **state)
{
    (void)state;
    struct snapshot bank;
    snapshot_init(&bank);
    assert_false(growatt_parallel(&bank));
    snapshot_put(&bank, VALUE_pack_count, 1);
    assert_false(growatt_parallel(&bank));
    snapshot_put(&bank, VALUE_pack_count, 2);
    assert_true(growatt_parallel(&bank));
}

static void cells_count_through_the_bank(void **state)
{
    (void)state;
    struct snapshot bank;
    struct snapshot pack;
    struct view view = {.bank = &bank, .pack = {[2] = &pack}};
    snapshot_init(&bank);
    snapshot_init(&pack);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 0);
    snapshot_put(&bank, VALUE_cell_max_index, 4);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 5);
    snapshot_put(&bank, VALUE_cell_max_pack, 2);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 5);
    snapshot_put(&pack, VALUE_cell_count, 16);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 37);
    snapshot_put(&bank, VALUE_cell_max_pack, PACK_MAX);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 5);
    snapshot_put(&bank, VALUE_cell_max_pack, -1);
    assert_int_equal(growatt_cell_number(&view, VALUE_cell_max_index, VALUE_cell_max_pack), 5);
}

static void capacities_that_do_not_fit_keep_their_ratio(void **state)
{
    (void)state;
    struct snapshot bank;
    snapshot_init(&bank);
    snapshot_put(&bank, VALUE_full_mah, 655340);
    assert_int_equal(growatt_capacity(&bank, 655340), 65534);
    assert_int_equal(growatt_capacity(&bank, 327674), 32767);
    snapshot_put(&bank, VALUE_full_mah, 655341);
    assert_int_equal(growatt_capacity(&bank, 655341), 65534);
    snapshot_put(&bank, VALUE_full_mah, 5024000);
    assert_int_equal(growatt_capacity(&bank, 1256000), 16384); /* a quarter, rounded */
    assert_int_equal(growatt_capacity(&bank, -1), 0);
    assert_int_equal(growatt_capacity(&bank, 5034000), 65534);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_half_an_ampere_on_the_battery_charges_or_discharges),
        cmocka_unit_test(a_mere_warning_is_no_error),
        cmocka_unit_test(two_packs_are_parallel_and_one_is_not),
        cmocka_unit_test(cells_count_through_the_bank),
        cmocka_unit_test(capacities_that_do_not_fit_keep_their_ratio),
    };
    return RUN_TESTS(tests);
}
