/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/report.c, through the steps of a pack: what the snapshot shows, and what it says it
 * does not know.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

static bool known(const struct rig *rig, enum value_id id)
{
    return snapshot_have(&rig->bms.snapshot, id);
}

static void measured_values_are_known_only_while_the_measurement_is_complete(void **state)
{
    (void)state;
    const enum value_id ids[] = {VALUE_pack_mv,        VALUE_pack_ma,         VALUE_power_w,
                                 VALUE_cell_min_mv,    VALUE_cell_max_index,  VALUE_cell_mv,
                                 VALUE_temp_max_ddegc, VALUE_temp_mean_ddegc, VALUE_cell_spread_mv};
    struct rig rig;
    rig_start(&rig);
    for (size_t i = 0; i < COUNT(ids); i++)
        assert_true(known(&rig, ids[i]));
    rig.inputs.pack_valid = false;
    rig_step(&rig, 1000);
    for (size_t i = 0; i < COUNT(ids); i++)
        assert_false(known(&rig, ids[i]));
    assert_true(known(&rig, VALUE_alarms) && known(&rig, VALUE_soc_permille));
}

static void a_measurement_appears_in_the_snapshot_of_the_same_step(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_cell(&rig, 2, 3340);
    rig_cell(&rig, 9, 3268);
    rig.inputs.pack_ma = -20000;
    rig_step(&rig, 10);
    const struct snapshot *s = &rig.bms.snapshot;
    assert_int_equal(s->pack_mv, 16 * 3300 + 40 - 32);
    assert_int_equal(s->pack_ma, -20000);
    assert_int_equal(s->power_w, -1056);     /* -1056.16 W */
    assert_int_equal(s->cell_mean_mv, 3301); /* 3300.5 */
    assert_int_equal(s->cell_spread_mv, 72);
    assert_int_equal(s->cell_max_index, 2);
    assert_int_equal(s->cell_min_index, 9);
    assert_int_equal(s->cell_mv[2], 3340);
    assert_int_equal(s->mos_ddegc, 300);
    assert_int_equal(s->taken_ms, 3010);
}

static void cells_beyond_the_count_are_not_known(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_true(known(&rig, (enum value_id)(VALUE_cell_mv + 15)));
    assert_false(known(&rig, (enum value_id)(VALUE_cell_mv + 16)));
    assert_int_equal(rig.bms.snapshot.cell_count, 16);
    assert_int_equal(rig.bms.snapshot.cell_present_mask, 0xFFFF);
}

static void a_lost_sensor_is_unknown_and_widens_the_extremes(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_int_equal(rig.bms.snapshot.temp_sensor_mask, 0x3F);
    rig.inputs.temp_valid_mask = 0x1E;
    rig.inputs.mos_valid = false;
    rig_step(&rig, 2200);
    assert_false(known(&rig, VALUE_temp_ddegc) || known(&rig, VALUE_mos_ddegc));
    assert_true(known(&rig, (enum value_id)(VALUE_temp_ddegc + 1)));
    assert_int_equal(rig.bms.snapshot.temp_min_ddegc, 100);
    assert_int_equal(rig.bms.snapshot.temp_max_ddegc, 400);
    assert_int_equal(rig.bms.snapshot.temp_mean_ddegc, 250);
    assert_int_equal(rig.bms.snapshot.temp_sensor_mask, 0x3C);
}

static void switches_and_power_show_as_they_are(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.snapshot.power_state, POWER_STARTING);
    assert_false(rig.bms.snapshot.charge_on || rig.bms.snapshot.discharge_on);
    rig_start(&rig);
    assert_int_equal(rig.bms.snapshot.power_state, POWER_ON);
    assert_true(rig.bms.snapshot.charge_on && rig.bms.snapshot.discharge_allowed);
    rig.inputs.pack_ma = -5000;
    rig_cell(&rig, 0, 3700);
    rig_step(&rig, 1100);
    assert_true(rig.bms.snapshot.charge_on); /* for the body diode */
    assert_false(rig.bms.snapshot.charge_allowed);
}

static void the_clock_is_unknown_until_it_is_set(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_false(known(&rig, VALUE_clock_s));
    rig_installer(&rig);
    rig_command(&rig, COMMAND_SET_CLOCK, 0, 1000);
    rig_step(&rig, 5000);
    assert_true(known(&rig, VALUE_clock_s));
    assert_in_range(rig.bms.snapshot.clock_s, 1004, 1005);
    assert_in_range(rig.bms.snapshot.uptime_s, 7, 8);
}

static void a_forced_charge_is_requested_with_hysteresis(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    const int32_t charge[] = {91, 90, 129, 130, 91};
    const bool requested[] = {false, true, true, false, false};
    for (size_t i = 0; i < COUNT(charge); i++) {
        rig.bms.soc.soc_permille = charge[i];
        rig_step(&rig, 100);
        assert_int_equal(rig.bms.snapshot.force_charge, requested[i]);
    }
    rig.bms.params.force_charge_soc_permille = 0; /* off */
    rig.bms.soc.soc_permille = 0;
    rig_step(&rig, 100);
    assert_false(rig.bms.snapshot.force_charge);
}

static void a_full_charge_is_requested_after_thirty_days(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    for (int minute = 0; minute < 30 * 1440 - 1; minute++)
        rig_step_once(&rig, 60000);
    assert_false(rig.bms.snapshot.full_charge_requested);
    rig_step_once(&rig, 60000);
    assert_true(rig.bms.snapshot.full_charge_requested);
}

static void balancing_shows_its_cells_only_while_it_runs(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_int_equal(rig.bms.snapshot.balance_state, 0);
    assert_false(known(&rig, VALUE_balance_source_index));
    rig_cells(&rig, 3420);
    rig_cell(&rig, 4, 3445);
    rig_cell(&rig, 7, 3405);
    uint32_t left = 20000;
    while (rig.bms.balance.ma == 0 && left-- > 0)
        rig_step(&rig, 10);
    assert_int_equal(rig.bms.snapshot.balance_ma, rig.bms.outputs.balance_ma);
    assert_true(rig.bms.snapshot.balance_ma > 0);
    assert_int_equal(rig.bms.snapshot.balance_state, 2);
    assert_int_equal(rig.bms.snapshot.balance_source_index, 4);
    assert_int_equal(rig.bms.snapshot.balance_sink_index, 7);
    assert_true(known(&rig, VALUE_balance_sink_index));
}

static void lamps_contacts_and_buzzer_show_as_driven(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_cell(&rig, 0, 3700);
    rig_step(&rig, 1200);
    assert_int_equal(rig.bms.snapshot.contacts, 5); /* contact 1 and buzzer */
    assert_int_equal(rig.bms.snapshot.leds & 0xFFFF, rig.bms.outputs.leds);
    assert_true(rig.bms.snapshot.leds >> 16 & 4); /* ALM flickers */
}

static void the_time_to_the_next_release_counts_down(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_int_equal(rig.bms.snapshot.release_left_s, 0);
    rig.inputs.discharge_short = true;
    rig_step(&rig, 10);
    rig.inputs.discharge_short = false;
    rig_step(&rig, 1000);
    assert_in_range(rig.bms.snapshot.release_left_s, 58, 59);
    rig_step(&rig, 30000);
    assert_in_range(rig.bms.snapshot.release_left_s, 28, 29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measured_values_are_known_only_while_the_measurement_is_complete),
        cmocka_unit_test(a_measurement_appears_in_the_snapshot_of_the_same_step),
        cmocka_unit_test(cells_beyond_the_count_are_not_known),
        cmocka_unit_test(a_lost_sensor_is_unknown_and_widens_the_extremes),
        cmocka_unit_test(switches_and_power_show_as_they_are),
        cmocka_unit_test(the_clock_is_unknown_until_it_is_set),
        cmocka_unit_test(a_forced_charge_is_requested_with_hysteresis),
        cmocka_unit_test(a_full_charge_is_requested_after_thirty_days),
        cmocka_unit_test(balancing_shows_its_cells_only_while_it_runs),
        cmocka_unit_test(lamps_contacts_and_buzzer_show_as_driven),
        cmocka_unit_test(the_time_to_the_next_release_counts_down),
    };
    return RUN_TESTS(tests);
}
