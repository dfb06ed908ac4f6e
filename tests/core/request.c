/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/request.c: who may ask for what, what is refused and leaves everything as it was,
 * and that a refusal or an accepted order is on record.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

static void log_in(struct rig *rig, enum role role)
{
    const char *password = role == ROLE_INSTALLER ? "666666" : "1234";
    if (role != ROLE_NONE)
        assert_int_equal(rig_text(rig, COMMAND_LOGIN, 0, password), COMMAND_ACCEPTED);
}

static enum command_result from(struct rig *rig, enum session session, struct command command)
{
    command.session = (uint8_t)session;
    return bms_request(&rig->bms, &command);
}

/* Asks without effect: what bms_check() says must be what bms_request() does. */
static enum command_result set(struct rig *rig, enum param_id id, int32_t value)
{
    const struct command command = {
        .kind = COMMAND_SET_PARAM, .session = SESSION_LOCAL, .id = (uint16_t)id, .value = value};
    enum command_result expected = bms_check(&rig->bms, &command);
    enum command_result result = bms_request(&rig->bms, &command);
    assert_int_equal(result, expected);
    return result;
}

static void an_accepted_setting_acts_in_the_next_step_and_is_recorded(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    assert_int_equal(set(&rig, PARAM_cell_ovp_mv, 3640), COMMAND_ACCEPTED);
    assert_int_equal(rig.bms.params.cell_ovp_mv, 3650);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp_mv, 3640);
    assert_int_equal(rig.event[EVENT_PARAM].detail, PARAM_cell_ovp_mv);
    assert_int_equal(rig.event[EVENT_PARAM].value, 3640);
    assert_int_equal(rig.bms.queue_count, 0);
}

static void every_setting_needs_its_role(void **state)
{
    (void)state;
    for (int role = ROLE_NONE; role <= ROLE_INSTALLER; role++) {
        for (int id = 0; id < PARAM_COUNT; id++) {
            struct rig rig;
            rig_init(&rig);
            log_in(&rig, (enum role)role);
            int access = param_info[id].access;
            bool may = access == ACCESS_USER ? role >= ROLE_USER
                                             : access == ACCESS_INSTALLER && role == ROLE_INSTALLER;
            enum command_result expected = may ? COMMAND_ACCEPTED : COMMAND_NO_ACCESS;
            assert_int_equal(set(&rig, (enum param_id)id, param_info[id].initial), expected);
            assert_int_equal(rig.bms.queue_count, may);
        }
    }
}

static void one_beyond_the_range_of_a_setting_is_refused(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++) {
        struct rig rig;
        rig_init(&rig);
        log_in(&rig, ROLE_INSTALLER);
        const struct param_info *info = &param_info[id];
        if (info->access == ACCESS_READ)
            continue;
        assert_int_equal(set(&rig, (enum param_id)id, info->min - 1), COMMAND_OUT_OF_RANGE);
        assert_int_equal(set(&rig, (enum param_id)id, info->max + 1), COMMAND_OUT_OF_RANGE);
        assert_int_equal(set(&rig, (enum param_id)id, INT32_MIN), COMMAND_OUT_OF_RANGE);
        assert_int_equal(set(&rig, (enum param_id)id, INT32_MAX), COMMAND_OUT_OF_RANGE);
        assert_int_equal(rig.bms.queue_count, 0);
    }
}

static void a_setting_against_another_is_a_conflict(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    assert_int_equal(set(&rig, PARAM_cell_ovp_release_mv, 3650), COMMAND_CONFLICT);
    assert_int_equal(set(&rig, PARAM_cell_ovp_release_mv, 3649), COMMAND_ACCEPTED);
    assert_int_equal(set(&rig, PARAM_charge_ocp_ma, 200001), COMMAND_CONFLICT);
    assert_int_equal(set(&rig, PARAM_charge_ocp_ma, 200000), COMMAND_ACCEPTED);
}

static void the_queue_counts_when_relations_are_checked(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    assert_int_equal(set(&rig, PARAM_charge_ocp2_ma, 180000), COMMAND_ACCEPTED);
    assert_int_equal(set(&rig, PARAM_charge_ocp_ma, 180001), COMMAND_CONFLICT);
    assert_int_equal(set(&rig, PARAM_charge_ocp_ma, 180000), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.charge_ocp_ma, 180000);
}

static void a_full_queue_is_busy_and_loses_nothing(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_USER);
    for (int i = 0; i < COMMAND_QUEUE_MAX; i++)
        assert_int_equal(set(&rig, PARAM_data_period_s, i + 1), COMMAND_ACCEPTED);
    assert_int_equal(set(&rig, PARAM_data_period_s, 99), COMMAND_BUSY);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.data_period_s, COMMAND_QUEUE_MAX);
    assert_int_equal(set(&rig, PARAM_data_period_s, 99), COMMAND_ACCEPTED);
}

static void orders_need_their_role(void **state)
{
    (void)state;
    const struct {
        enum command_kind kind;
        enum role role;
    } orders[] = {
        {COMMAND_PRESET_LFP, ROLE_INSTALLER},
        {COMMAND_RELEASE,    ROLE_INSTALLER},
        {COMMAND_SHUT_DOWN,  ROLE_USER     },
        {COMMAND_SET_CLOCK,  ROLE_USER     },
        {COMMAND_EMERGENCY,  ROLE_USER     },
        {COMMAND_CONTACT,    ROLE_USER     },
    };
    for (size_t i = 0; i < COUNT(orders); i++) {
        for (int role = ROLE_NONE; role <= ROLE_INSTALLER; role++) {
            struct rig rig;
            rig_start(&rig);
            log_in(&rig, (enum role)role);
            bool may = role >= (int)orders[i].role;
            assert_int_equal(rig_command(&rig, orders[i].kind, 0, 1),
                             may ? COMMAND_ACCEPTED : COMMAND_NO_ACCESS);
            rig_step(&rig, 10);
            bool release = orders[i].kind == COMMAND_RELEASE;
            assert_int_equal(rig.event_count[release ? EVENT_RELEASED : EVENT_COMMAND], may);
            assert_int_equal(rig.event_count[EVENT_REFUSED], !may);
        }
    }
}

static void a_refusal_is_recorded_and_changes_nothing(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    struct params before = rig.bms.params;
    assert_int_equal(rig_command(&rig, COMMAND_FORBIDDEN, 0x1626, 1), COMMAND_NOT_ALLOWED);
    rig_step(&rig, 10);
    assert_int_equal(rig.event[EVENT_REFUSED].detail, COMMAND_FORBIDDEN);
    assert_int_equal(rig.event[EVENT_REFUSED].value, COMMAND_NOT_ALLOWED);
    assert_memory_equal(&rig.bms.params, &before, sizeof(before));
    log_in(&rig, ROLE_INSTALLER); /* for everybody */
    assert_int_equal(rig_command(&rig, COMMAND_FORBIDDEN, 0x1626, 1), COMMAND_NOT_ALLOWED);
}

static void what_does_not_exist_is_unknown(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    assert_int_equal(rig_command(&rig, COMMAND_SET_PARAM, PARAM_COUNT, 0), COMMAND_UNKNOWN);
    assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_COUNT, "x"), COMMAND_UNKNOWN);
    assert_int_equal(rig_command(&rig, COMMAND_KIND_COUNT, 0, 0), COMMAND_UNKNOWN);
    assert_int_equal(from(&rig, SESSION_COUNT, (struct command){.kind = COMMAND_LOGIN}),
                     COMMAND_UNKNOWN);
}

static void a_session_opens_nothing_for_another(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    const struct command command = {.kind = COMMAND_RELEASE};
    for (int session = SESSION_LOCAL + 1; session < SESSION_COUNT; session++)
        assert_int_equal(from(&rig, (enum session)session, command), COMMAND_NO_ACCESS);
    assert_int_equal(from(&rig, SESSION_LOCAL, command), COMMAND_ACCEPTED);
}

static void a_session_ends_by_log_out_or_after_five_idle_minutes(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_USER);
    assert_int_equal(rig_command(&rig, COMMAND_LOGOUT, 0, 0), COMMAND_ACCEPTED);
    assert_int_equal(set(&rig, PARAM_data_period_s, 5), COMMAND_NO_ACCESS);
    log_in(&rig, ROLE_USER);
    rig_step(&rig, 299990);
    assert_int_equal(set(&rig, PARAM_data_period_s, 5), COMMAND_ACCEPTED); /* not idle */
    rig_step(&rig, 299990);
    assert_int_equal(set(&rig, PARAM_data_period_s, 6), COMMAND_ACCEPTED);
    rig_step(&rig, 300000);
    assert_int_equal(set(&rig, PARAM_data_period_s, 7), COMMAND_NO_ACCESS);
}

static void a_wrong_password_costs_a_growing_delay(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    uint32_t wait_ms = 1000;
    for (int i = 0; i < 12; i++) {
        assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, "wrong"), COMMAND_WRONG_PASSWORD);
        assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, "1234"), COMMAND_WAIT);
        rig_step(&rig, wait_ms - 10);
        assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, "1234"), COMMAND_WAIT);
        rig_step(&rig, 10);
        assert_int_equal(rig.event_count[EVENT_LOGIN_FAILED], i + 1);
        wait_ms = wait_ms * 2 > 300000 ? 300000 : wait_ms * 2;
    }
    log_in(&rig, ROLE_USER);
    rig_step(&rig, 10);
    assert_int_equal(rig.event[EVENT_LOGIN].detail, ROLE_USER);
    assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, "wrong"), COMMAND_WRONG_PASSWORD);
    rig_step(&rig, 1000); /* the count starts anew */
    log_in(&rig, ROLE_INSTALLER);
}

static void a_wrong_password_leaves_an_open_session_open(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_USER);
    assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, ""), COMMAND_WRONG_PASSWORD);
    assert_int_equal(set(&rig, PARAM_data_period_s, 5), COMMAND_ACCEPTED);
}

static void one_password_never_opens_both_roles(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig);
    rig_installer(&rig);
    assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_device_password, "666666"),
                     COMMAND_OUT_OF_RANGE);
    assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_settings_password, "1234"),
                     COMMAND_OUT_OF_RANGE);
    assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_device_password, "666667"),
                     COMMAND_ACCEPTED);
}

static void a_password_is_four_to_sixteen_printable_characters(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum command_result result;
    } cases[] = {
        {"abc",               COMMAND_OUT_OF_RANGE},
        {"",                  COMMAND_OUT_OF_RANGE},
        {"1234",              COMMAND_OUT_OF_RANGE}, /* as delivered */
        {"ab\tde",            COMMAND_OUT_OF_RANGE},
        {"ab\x7f"
         "de",       COMMAND_OUT_OF_RANGE},
        {"ab\xc3\xa4g",       COMMAND_OUT_OF_RANGE},
        {"17 characters lon", COMMAND_OUT_OF_RANGE},
        {"16 characters lo",  COMMAND_ACCEPTED    },
        {"abcd",              COMMAND_ACCEPTED    },
    };
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(
            rig_text(&rig, COMMAND_SET_TEXT, TEXT_PARAM_device_password, cases[i].text),
            cases[i].result);
        rig_step(&rig, 10);
    }
    assert_string_equal(rig.bms.params.device_password, "abcd");
    assert_int_equal(rig.event[EVENT_TEXT].detail, TEXT_PARAM_device_password);
    assert_int_equal(rig_text(&rig, COMMAND_LOGIN, 0, "1234"), COMMAND_WRONG_PASSWORD);
}

static void every_text_needs_its_role_and_its_size(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        const struct text_param_info *info = &text_param_info[id];
        struct rig rig;
        rig_start(&rig);
        const char *text = "0123456789ABCDEF";
        assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, (uint16_t)id, text), COMMAND_NO_ACCESS);
        log_in(&rig, ROLE_USER);
        bool user = info->access == ACCESS_USER;
        assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, (uint16_t)id, text),
                         user ? COMMAND_ACCEPTED : COMMAND_NO_ACCESS);
        log_in(&rig, ROLE_INSTALLER);
        bool may = info->access != ACCESS_READ;
        assert_int_equal(rig_text(&rig, COMMAND_SET_TEXT, (uint16_t)id, text),
                         may ? COMMAND_ACCEPTED : COMMAND_NO_ACCESS);
        rig_step(&rig, 10);
        if (may)
            assert_string_equal(params_text(&rig.bms.params, (enum text_param_id)id), text);
    }
}

static void the_preset_restores_the_chemistry_and_nothing_else(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    set(&rig, PARAM_cell_ovp_mv, 3640);
    set(&rig, PARAM_float_request_mv, 3400);
    set(&rig, PARAM_charge_ocp_ma, 100000);
    rig_step(&rig, 10);
    assert_int_equal(rig_command(&rig, COMMAND_PRESET_LFP, 0, 0), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp_mv, 3650);
    assert_int_equal(rig.bms.params.float_request_mv, 3375);
    assert_int_equal(rig.bms.params.charge_ocp_ma, 100000);
}

static void a_preset_against_a_setting_it_does_not_touch_is_a_conflict(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    set(&rig, PARAM_cell_ovp2_mv, 3660); /* the preset wants 3650 + 20 below it */
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp2_mv, 3800);
    set(&rig, PARAM_cell_ov_warning_mv, 3500);
    set(&rig, PARAM_charge_request_mv, 3500);
    set(&rig, PARAM_cell_ovp_mv, 3600);
    set(&rig, PARAM_cell_ovp2_mv, 3660);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp2_mv, 3660);
    assert_int_equal(rig_command(&rig, COMMAND_PRESET_LFP, 0, 0), COMMAND_CONFLICT);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.params.cell_ovp_mv, 3600);
}

static void a_clock_before_its_epoch_is_refused(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_USER);
    assert_int_equal(rig_command(&rig, COMMAND_SET_CLOCK, 0, 0), COMMAND_OUT_OF_RANGE);
    assert_int_equal(rig_command(&rig, COMMAND_SET_CLOCK, 0, -1), COMMAND_OUT_OF_RANGE);
    assert_int_equal(rig_command(&rig, COMMAND_SET_CLOCK, 0, 1), COMMAND_ACCEPTED);
}

static void a_shut_down_opens_both_switches_in_the_next_step(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_USER);
    assert_int_equal(rig_command(&rig, COMMAND_SHUT_DOWN, 0, 0), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.power.state, POWER_SHUTTING_DOWN);
    assert_false(rig.bms.outputs.charge_fet || rig.bms.outputs.discharge_fet);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.power.state, POWER_OFF);
    assert_int_equal(rig.event[EVENT_CHARGE_OPENED].detail, SWITCH_POWER);
}

static void a_release_frees_a_latched_protection_whose_cause_is_gone(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    rig_cell(&rig, 5, 3810);
    rig_step(&rig, 500);
    log_in(&rig, ROLE_INSTALLER);
    rig_command(&rig, COMMAND_RELEASE, 0, 0);
    rig_step(&rig, 10);
    assert_true(rig_alarm(&rig, ALARM_cell_over_voltage_2)); /* the cause persists */
    rig_cell(&rig, 5, 3300);
    rig_step(&rig, 60000);
    assert_true(rig_alarm(&rig, ALARM_cell_over_voltage_2));
    rig_command(&rig, COMMAND_RELEASE, 0, 0);
    rig_step(&rig, 10);
    assert_false(rig_alarm(&rig, ALARM_cell_over_voltage_2));
    assert_true(rig.bms.outputs.charge_fet && rig.bms.outputs.discharge_fet);
}

static void an_rs485_master_writes_only_as_the_setting_grants(void **state)
{
    (void)state;
    const struct command user = {.kind = COMMAND_SET_PARAM, .id = PARAM_data_period_s, .value = 60};
    const struct command installer = {.kind = COMMAND_RELEASE};
    for (int granted = ROLE_NONE; granted <= ROLE_INSTALLER; granted++) {
        struct rig rig;
        rig_start(&rig);
        rig.bms.params.rs485_write_role = granted;
        for (int session = 0; session < SESSION_COUNT; session++) {
            bool rs485 = session == SESSION_RS485_1 || session == SESSION_RS485_2;
            assert_int_equal(from(&rig, (enum session)session, user),
                             rs485 && granted >= ROLE_USER ? COMMAND_ACCEPTED : COMMAND_NO_ACCESS);
            assert_int_equal(from(&rig, (enum session)session, installer),
                             rs485 && granted == ROLE_INSTALLER ? COMMAND_ACCEPTED
                                                                : COMMAND_NO_ACCESS);
        }
    }
}

static void a_new_nominal_capacity_reaches_the_charge_counter(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    log_in(&rig, ROLE_INSTALLER);
    assert_int_equal(set(&rig, PARAM_nominal_mah, 628000), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.soc.full_mah, 628000);
    assert_int_equal(rig.bms.soc.soc_permille, 250);
}

static void refusals_beyond_the_record_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    uint32_t lost = rig.bms.outputs.events_lost;
    for (int i = 0; i < 20; i++)
        assert_int_equal(rig_command(&rig, COMMAND_RELEASE, 0, 0), COMMAND_NO_ACCESS);
    rig_step(&rig, 10);
    assert_int_equal(rig.event_count[EVENT_REFUSED] + rig.bms.outputs.events_lost - lost, 20);
    assert_true(rig.event_count[EVENT_REFUSED] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_setting_acts_in_the_next_step_and_is_recorded),
        cmocka_unit_test(every_setting_needs_its_role),
        cmocka_unit_test(one_beyond_the_range_of_a_setting_is_refused),
        cmocka_unit_test(a_setting_against_another_is_a_conflict),
        cmocka_unit_test(the_queue_counts_when_relations_are_checked),
        cmocka_unit_test(a_full_queue_is_busy_and_loses_nothing),
        cmocka_unit_test(orders_need_their_role),
        cmocka_unit_test(a_refusal_is_recorded_and_changes_nothing),
        cmocka_unit_test(what_does_not_exist_is_unknown),
        cmocka_unit_test(a_session_opens_nothing_for_another),
        cmocka_unit_test(a_session_ends_by_log_out_or_after_five_idle_minutes),
        cmocka_unit_test(a_wrong_password_costs_a_growing_delay),
        cmocka_unit_test(a_wrong_password_leaves_an_open_session_open),
        cmocka_unit_test(one_password_never_opens_both_roles),
        cmocka_unit_test(a_password_is_four_to_sixteen_printable_characters),
        cmocka_unit_test(every_text_needs_its_role_and_its_size),
        cmocka_unit_test(the_preset_restores_the_chemistry_and_nothing_else),
        cmocka_unit_test(a_preset_against_a_setting_it_does_not_touch_is_a_conflict),
        cmocka_unit_test(a_clock_before_its_epoch_is_refused),
        cmocka_unit_test(a_shut_down_opens_both_switches_in_the_next_step),
        cmocka_unit_test(a_release_frees_a_latched_protection_whose_cause_is_gone),
        cmocka_unit_test(an_rs485_master_writes_only_as_the_setting_grants),
        cmocka_unit_test(a_new_nominal_capacity_reaches_the_charge_counter),
        cmocka_unit_test(refusals_beyond_the_record_are_counted),
    };
    return RUN_TESTS(tests);
}
