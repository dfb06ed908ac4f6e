/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/faults.c: each fault with its alarm, what it blocks, and when it ends.
 */
#include "tests/support/test.h"

#include "core/faults.h"
#include "tests/support/rig.h"

static bool both_open(const struct rig *rig)
{
    return !rig->bms.outputs.charge_fet && !rig->bms.outputs.discharge_fet;
}

/* Blocks of the present state, with the alarms of the faults alone. */
static uint8_t blocks_now(const struct rig *rig, uint32_t alarms[ALARM_WORDS])
{
    memset(alarms, 0, ALARM_WORDS * sizeof(alarms[0]));
    return faults_collect(&rig->bms, alarms);
}

static void a_healthy_pack_has_no_fault_but_its_default_passwords(void **state)
{
    (void)state;
    struct rig rig;
    uint32_t alarms[ALARM_WORDS];
    uint32_t expected[ALARM_WORDS] = {0};
    rig_start(&rig);
    alarm_put(expected, ALARM_password_not_changed, true);
    assert_int_equal(blocks_now(&rig, alarms), BLOCKS_NOTHING);
    assert_memory_equal(alarms, expected, sizeof(alarms));
}

static void a_lost_measurement_blocks_both_directions(void **state)
{
    (void)state;
    struct rig rig;
    uint32_t alarms[ALARM_WORDS];
    rig_start(&rig);
    rig.inputs.pack_valid = false;
    rig_step(&rig, 490);
    assert_false(rig_alarm(&rig, ALARM_coprocessor) || both_open(&rig));
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_coprocessor) && both_open(&rig));
    assert_int_equal(blocks_now(&rig, alarms), BLOCKS_BOTH);
    rig.inputs.pack_valid = true;
    rig_step(&rig, 10);
    assert_false(rig_alarm(&rig, ALARM_coprocessor) || both_open(&rig));
}

static void a_pack_has_two_seconds_to_its_first_measurement(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.inputs.pack_valid = false;
    rig.inputs.mos_valid = false;
    rig_step(&rig, 1990);
    assert_false(rig_alarm(&rig, ALARM_coprocessor) || rig_alarm(&rig, ALARM_temp_sensor));
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_coprocessor) && rig_alarm(&rig, ALARM_temp_sensor));
}

static void one_lost_temperature_sensor_raises_an_alarm_and_blocks_nothing(void **state)
{
    (void)state;
    struct rig rig;
    uint32_t alarms[ALARM_WORDS];
    rig_start(&rig);
    rig.inputs.temp_valid_mask &= (uint8_t)~4u;
    rig_step(&rig, 1990);
    assert_false(rig_alarm(&rig, ALARM_temp_sensor));
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_temp_sensor));
    assert_int_equal(blocks_now(&rig, alarms), BLOCKS_NOTHING);
    assert_false(both_open(&rig));
}

static void all_cell_sensors_lost_stop_the_pack(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig.inputs.temp_valid_mask = 0;
    rig_step(&rig, 2000);
    assert_true(rig_alarm(&rig, ALARM_temp_sensor) && rig_alarm(&rig, ALARM_coprocessor));
    assert_true(both_open(&rig));
}

static void a_cell_more_than_set_blocks_both_directions(void **state)
{
    (void)state;
    struct rig rig;
    uint32_t alarms[ALARM_WORDS];
    rig_start(&rig);
    rig.inputs.cell_valid_mask = 0x1FFFF;
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_cell_count) && both_open(&rig));
    assert_int_equal(blocks_now(&rig, alarms), BLOCKS_BOTH);
}

static void a_current_beyond_the_shunt_blocks_both_directions_at_once(void **state)
{
    (void)state;
    const int32_t currents[] = {1000001, -1000001};
    for (size_t i = 0; i < COUNT(currents); i++) {
        struct rig rig;
        rig_start(&rig);
        rig.inputs.pack_ma = currents[i];
        rig_step(&rig, 10);
        assert_true(rig_alarm(&rig, ALARM_current_sensor) && both_open(&rig));
        rig.inputs.pack_ma = 0;
        rig_step(&rig, 10);
        assert_false(rig_alarm(&rig, ALARM_current_sensor));
    }
}

static void settings_out_of_bounds_keep_every_output_at_zero(void **state)
{
    (void)state;
    struct rig rig;
    struct params params;
    struct outputs zero;
    uint32_t alarms[ALARM_WORDS];
    params_init(&params);
    params.cell_ovp_mv = 3751;
    memset(&zero, 0, sizeof(zero));
    rig_init_with(&rig, &params, &(struct stored){.soc_permille = 500, .on = true});
    for (int i = 0; i < 500; i++) {
        rig_step(&rig, 10);
        zero.event_count = rig.bms.outputs.event_count;
        memcpy(zero.events, rig.bms.outputs.events, sizeof(zero.events));
        assert_memory_equal(&rig.bms.outputs, &zero, sizeof(zero));
    }
    assert_true(rig_alarm(&rig, ALARM_internal));
    assert_int_equal(blocks_now(&rig, alarms), BLOCKS_HARD);
    assert_int_equal(rig.event_count[EVENT_CHARGE_CLOSED], 0);
}

static void the_password_alarm_ends_when_both_are_changed(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_installer(&rig);
    rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_device_password, "4711");
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_password_not_changed));
    rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_settings_password, "a long one");
    rig_step(&rig, 10);
    assert_false(rig_alarm(&rig, ALARM_password_not_changed));
    assert_false(both_open(&rig));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_pack_has_no_fault_but_its_default_passwords),
        cmocka_unit_test(a_lost_measurement_blocks_both_directions),
        cmocka_unit_test(a_pack_has_two_seconds_to_its_first_measurement),
        cmocka_unit_test(one_lost_temperature_sensor_raises_an_alarm_and_blocks_nothing),
        cmocka_unit_test(all_cell_sensors_lost_stop_the_pack),
        cmocka_unit_test(a_cell_more_than_set_blocks_both_directions),
        cmocka_unit_test(a_current_beyond_the_shunt_blocks_both_directions_at_once),
        cmocka_unit_test(settings_out_of_bounds_keep_every_output_at_zero),
        cmocka_unit_test(the_password_alarm_ends_when_both_are_changed),
    };
    return RUN_TESTS(tests);
}
