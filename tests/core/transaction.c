/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/request.c, second part: several commands as one, and the orders that move the pack.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

static struct command setting(enum param_id id, int32_t value)
{
    return (struct command){.kind = COMMAND_SET_PARAM, .id = (uint16_t)id, .value = value};
}

static void settings_that_agree_only_together_are_one_transaction(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_installer(&rig);
    const struct command commands[] = {
        setting(PARAM_cell_ovp_mv, 3400), /* below the release that still stands */
        setting(PARAM_cell_ovp_release_mv, 3300), setting(PARAM_cell_ov_warning_mv, 3390),
        setting(PARAM_charge_request_mv, 3380),   setting(PARAM_soc_full_mv, 3350),
        setting(PARAM_float_request_mv, 3340),
    };
    assert_int_equal(bms_check(&rig.bms, &commands[0]), COMMAND_CONFLICT);
    assert_int_equal(bms_request_all(&rig.bms, commands, COUNT(commands)), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp_mv, 3400);
    assert_int_equal(rig.bms.params.cell_ovp_release_mv, 3300);
    assert_int_equal(rig.event[EVENT_PARAM].value, 3340);
    assert_int_equal(rig.event[EVENT_PARAM].before, 3375);
    assert_int_equal(rig.event[EVENT_PARAM].session, SESSION_LOCAL);
}

static void one_bad_setting_refuses_all_and_is_named(void **state)
{
    (void)state;
    struct rig rig;
    uint8_t refused;
    rig_start(&rig);
    rig_installer(&rig);
    const struct command commands[] = {
        setting(PARAM_balance_trigger_mv, 20),
        setting(PARAM_cell_ovp_mv, 3751),
        setting(PARAM_balance_start_mv, 3300),
    };
    struct params before = rig.bms.params;
    assert_int_equal(bms_check_all(&rig.bms, commands, COUNT(commands), &refused),
                     COMMAND_OUT_OF_RANGE);
    assert_int_equal(refused, 1);
    assert_int_equal(bms_request_all(&rig.bms, commands, COUNT(commands)), COMMAND_OUT_OF_RANGE);
    rig_step(&rig, 10);
    assert_memory_equal(before.value, rig.bms.params.value, sizeof(before.value));
    assert_int_equal(rig.event[EVENT_REFUSED].value, COMMAND_OUT_OF_RANGE);
    assert_int_equal(rig.event[EVENT_REFUSED].before, PARAM_cell_ovp_mv);
}

static void a_log_in_goes_alone(void **state)
{
    (void)state;
    struct rig rig;
    uint8_t refused;
    rig_start(&rig);
    const struct command commands[] = {
        {.kind = COMMAND_LOGOUT},
        { .kind = COMMAND_LOGIN,      .text = "666666"}
    };
    assert_int_equal(bms_check_all(&rig.bms, commands, 2, &refused), COMMAND_UNKNOWN);
    assert_int_equal(refused, 1);
}

static void more_commands_than_the_queue_holds_are_refused_whole(void **state)
{
    (void)state;
    struct rig rig;
    struct command commands[COMMAND_QUEUE_MAX + 1];
    rig_start(&rig);
    rig_installer(&rig);
    for (size_t i = 0; i < COUNT(commands); i++)
        commands[i] = setting(PARAM_balance_trigger_mv, 20);
    assert_int_equal(bms_request_all(&rig.bms, commands, COUNT(commands)), COMMAND_BUSY);
    assert_int_equal(rig.bms.queue_count, 0);
    assert_int_equal(bms_request_all(&rig.bms, commands, COUNT(commands) - 1), COMMAND_ACCEPTED);
}

static void an_emergency_needs_a_pack_that_could_discharge(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_installer(&rig);
    rig_cells(&rig, 2500);
    rig_step(&rig, 100);
    assert_int_equal(rig_command(&rig, COMMAND_EMERGENCY, 0, 1), COMMAND_CONFLICT);
    assert_int_equal(rig_command(&rig, COMMAND_EMERGENCY, 0, 0), COMMAND_ACCEPTED);
    rig_cells(&rig, 2600);
    rig_step(&rig, 2000);
    assert_false(rig.bms.outputs.discharge_fet);
    assert_int_equal(rig_command(&rig, COMMAND_EMERGENCY, 0, 1), COMMAND_ACCEPTED);
    rig_step(&rig, 20);
    assert_true(rig.bms.outputs.discharge_fet);
    assert_int_equal(rig.event[EVENT_EMERGENCY_ON].detail, EMERGENCY_BY_COMMAND);
    assert_int_equal(rig.bms.snapshot.emergency_left_s, 1800);
    rig_command(&rig, COMMAND_EMERGENCY, 0, 0);
    rig_step(&rig, 20);
    assert_false(rig.bms.outputs.discharge_fet);
    assert_int_equal(rig.event_count[EVENT_EMERGENCY_OFF], 1);
}

static void contacts_follow_commands_where_their_source_is_remote(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_installer(&rig);
    rig_command(&rig, COMMAND_SET_PARAM, PARAM_dry2_source, 12);
    assert_int_equal(rig_command(&rig, COMMAND_CONTACT, 3, 1), COMMAND_UNKNOWN);
    assert_int_equal(rig_command(&rig, COMMAND_CONTACT, 1, 1), COMMAND_ACCEPTED);
    rig_step(&rig, 200);
    assert_int_equal(rig.bms.outputs.contacts, 2);
    rig_command(&rig, COMMAND_CONTACT, 1, 0);
    rig_step(&rig, 200);
    assert_int_equal(rig.bms.outputs.contacts, 0);
}

static void a_release_confirms_settings_that_were_lost(void **state)
{
    (void)state;
    struct rig rig;
    struct params params;
    params_init(&params);
    rig_init_with(&rig, &params, &(struct stored){.on = true, .parameters_lost = true});
    rig_step(&rig, 3000);
    assert_true(rig_alarm(&rig, ALARM_internal));
    assert_false(rig.bms.outputs.charge_fet || rig.bms.outputs.discharge_fet);
    rig_installer(&rig);
    rig_command(&rig, COMMAND_RELEASE, 0, 0);
    rig_step(&rig, 100);
    assert_false(rig_alarm(&rig, ALARM_internal));
    assert_true(rig.bms.outputs.charge_fet && rig.bms.outputs.discharge_fet);
    assert_int_equal(rig.event[EVENT_RELEASED].value, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_that_agree_only_together_are_one_transaction),
        cmocka_unit_test(one_bad_setting_refuses_all_and_is_named),
        cmocka_unit_test(a_log_in_goes_alone),
        cmocka_unit_test(more_commands_than_the_queue_holds_are_refused_whole),
        cmocka_unit_test(an_emergency_needs_a_pack_that_could_discharge),
        cmocka_unit_test(contacts_follow_commands_where_their_source_is_remote),
        cmocka_unit_test(a_release_confirms_settings_that_were_lost),
    };
    return RUN_TESTS(tests);
}
