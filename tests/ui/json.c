/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/json.c.
 */
#include "tests/support/test.h"

#include "core/limits.h"
#include "ui/json.h"

static char buffer[16384];
static struct text_writer writer;
static struct snapshot snapshot;
static struct params params;

static int start(void **state)
{
    (void)state;
    writer_init(&writer, buffer, sizeof(buffer));
    snapshot_init(&snapshot);
    params_init(&params);
    return 0;
}

static void commas_stand_between_elements_only(void **state)
{
    (void)state;
    json_open(&writer, '{');
    json_key(&writer, "list");
    json_open(&writer, '[');
    json_add_integer(&writer, -1);
    json_add_null(&writer);
    json_open(&writer, '{');
    json_put_boolean(&writer, "yes", true);
    json_close(&writer, '}');
    json_close(&writer, ']');
    json_put_string(&writer, "text", "a{");
    json_put_integer(&writer, "number", 7);
    json_close(&writer, '}');
    assert_string_equal(buffer, "{\"list\":[-1,null,{\"yes\":true}],\"text\":\"a{\",\"number\":7}");
    expect_assert_failure(json_open(&writer, '('));
    expect_assert_failure(json_close(&writer, '{'));
}

static void an_empty_snapshot_has_no_members(void **state)
{
    (void)state;
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "");
}

static void only_known_rows_appear_in_table_order(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_soc_permille, 997);
    snapshot_put(&snapshot, VALUE_pack_mv, 53120);
    snapshot_put(&snapshot, VALUE_pack_ma, -12300);
    snapshot_put(&snapshot, VALUE_charge_allowed, 1);
    snapshot_put(&snapshot, VALUE_discharge_allowed, 0);
    snapshot.soh_permille = 1000; /* not marked as known */
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "\"pack_mv\":53120,\"pack_ma\":-12300,\"soc_permille\":997,"
                                "\"charge_allowed\":true,\"discharge_allowed\":false");
}

static void arrays_end_at_the_last_known_element(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_mv, 3300);
    snapshot_put(&snapshot, VALUE_cell_mv + 2, 3302);
    snapshot_put(&snapshot, VALUE_temp_ddegc_last, -55);
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "\"cell_mv\":[3300,null,3302],"
                                "\"temp_ddegc\":[null,null,null,null,null,null,null,-55]");
}

static void flags_are_names_and_an_empty_set_is_an_empty_array(void **state)
{
    (void)state;
    snapshot_set_have(&snapshot, VALUE_alarms, true);
    snapshot_set_have(&snapshot, VALUE_warnings, true);
    alarm_put(snapshot.alarms, ALARM_cell_over_voltage, true);
    alarm_put(snapshot.alarms, ALARM_bank_stopped, true);
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer,
                        "\"alarms\":[\"cell_over_voltage\",\"bank_stopped\"],\"warnings\":[]");
}

static void reasons_are_names(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_voltage_limit_reason, REASON_floating);
    snapshot_put(&snapshot, VALUE_charge_limit_reason, REASON_bank_stale);
    snapshot_put(&snapshot, VALUE_charge_limit_index, 1);
    snapshot_put(&snapshot, VALUE_discharge_limit_reason, REASON_COUNT);
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "\"voltage_limit_reason\":\"floating\","
                                "\"charge_limit_reason\":\"bank_stale\",\"charge_limit_index\":1,"
                                "\"discharge_limit_reason\":null");
}

static void a_text_without_end_stays_in_its_field(void **state)
{
    (void)state;
    snapshot_put_maker(&snapshot, "JK", 2);
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "\"maker\":\"JK\"");
    start(NULL);
    memset(snapshot.maker, 'x', sizeof(snapshot.maker));
    snapshot_set_have(&snapshot, VALUE_maker, true);
    json_snapshot_values(&writer, &snapshot);
    assert_string_equal(buffer, "\"maker\":\"xxxxxxxxxxxxxxxx\"");
}

static void settings_that_were_read_appear_alone(void **state)
{
    (void)state;
    params_put(&params, PARAM_cell_ovp_mv, 3650);
    params_put(&params, PARAM_balance_enabled, 1);
    params_put_text(&params, TEXT_PARAM_device_name, "Shed", 4);
    params_put_text(&params, TEXT_PARAM_device_password, "secret99", 8);
    json_params_values(&writer, &params, true);
    assert_string_equal(buffer,
                        "\"cell_ovp_mv\":3650,\"balance_enabled\":true,\"device_name\":\"Shed\"");
}

static void all_settings_appear_but_never_a_secret(void **state)
{
    (void)state;
    json_params_values(&writer, &params, false);
    assert_false(writer.overflow);
    for (int id = 0; id < PARAM_COUNT; id++)
        assert_non_null(strstr(buffer, param_info[id].name));
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        bool shown = strstr(buffer, text_param_info[id].name) != NULL;
        assert_int_equal(shown, !text_param_info[id].secret);
    }
    assert_null(strstr(buffer, "666666"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(commas_stand_between_elements_only, start),
        cmocka_unit_test_setup(an_empty_snapshot_has_no_members, start),
        cmocka_unit_test_setup(only_known_rows_appear_in_table_order, start),
        cmocka_unit_test_setup(arrays_end_at_the_last_known_element, start),
        cmocka_unit_test_setup(flags_are_names_and_an_empty_set_is_an_empty_array, start),
        cmocka_unit_test_setup(reasons_are_names, start),
        cmocka_unit_test_setup(a_text_without_end_stays_in_its_field, start),
        cmocka_unit_test_setup(settings_that_were_read_appear_alone, start),
        cmocka_unit_test_setup(all_settings_appear_but_never_a_secret, start),
    };
    return RUN_TESTS(tests);
}
