/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/params.c.
 */
#include "tests/support/test.h"

#include "core/params.h"

static void defaults_lie_in_their_ranges_and_agree(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    int relation;
    assert_int_equal(params_check(&params, &relation), -1);
    assert_int_equal(relation, -1);
    for (int id = 0; id < PARAM_COUNT; id++)
        assert_false(params_have(&params, (enum param_id)id));
    assert_string_equal(params.device_password, "1234");
    assert_string_equal(params.settings_password, "666666");
    assert_int_equal(params.cell_ovp_mv, 3650);
}

static void every_value_beyond_its_range_is_found(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++) {
        struct params params;
        int relation = 0;
        params_init(&params);
        params.value[id] = param_info[id].min - 1;
        assert_int_equal(params_check(&params, &relation), id);
        assert_int_equal(relation, -1);
        params.value[id] = param_info[id].max + 1;
        assert_int_equal(params_check(&params, &relation), id);
    }
}

static void hard_bounds_of_the_safety_rules_are_the_ranges(void **state)
{
    (void)state;
    assert_int_equal(param_info[PARAM_cell_ovp_mv].max, 3750);
    assert_int_equal(param_info[PARAM_cell_uvp_mv].min, 2500);
    assert_int_equal(param_info[PARAM_charge_utp_ddegc].min, 0);
    assert_int_equal(param_info[PARAM_charge_otp_ddegc].max, 500);
    assert_int_equal(param_info[PARAM_discharge_otp_ddegc].max, 600);
    assert_int_equal(param_info[PARAM_mos_otp_ddegc].max, 1000);
    const enum param_id trips[] = {PARAM_charge_ocp_ma, PARAM_charge_ocp2_ma,
                                   PARAM_discharge_ocp_ma, PARAM_discharge_ocp2_ma,
                                   PARAM_discharge_ocp3_ma};
    for (size_t i = 0; i < COUNT(trips); i++)
        assert_int_equal(param_info[trips[i]].max, 200000 * 7 / 4);
    assert_int_equal(param_info[PARAM_temp_sensors_disabled].max, 0);
    assert_int_equal(param_info[PARAM_discharge_ocp2_enabled].min, 1);
    assert_int_equal(param_info[PARAM_discharge_ocp3_enabled].min, 1);
}

static void settings_that_contradict_each_other_name_both_sides(void **state)
{
    (void)state;
    struct params params;
    int relation;
    params_init(&params);
    params.cell_ovp_release_mv = params.cell_ovp_mv;
    assert_int_equal(params_check(&params, &relation), PARAM_cell_ovp_release_mv);
    assert_int_equal(relation, PARAM_cell_ovp_mv);
    params.cell_ovp_release_mv = params.cell_ovp_mv - 1;
    assert_int_equal(params_check(&params, &relation), -1);
    params.charge_request_mv = 3631; /* must stay 20 mV below the trip */
    assert_int_equal(params_check(&params, &relation), PARAM_charge_request_mv);
    params.charge_request_mv = 3630;
    assert_int_equal(params_check(&params, &relation), -1);
}

static void a_value_read_elsewhere_is_kept_as_it_is(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    params_put(&params, PARAM_charge_utp_ddegc, -200);
    assert_int_equal(params.charge_utp_ddegc, -200);
    assert_true(params_have(&params, PARAM_charge_utp_ddegc));
    assert_false(params_have(&params, PARAM_charge_utp_release_ddegc));
    expect_assert_failure(params_put(&params, PARAM_COUNT, 0));
    expect_assert_failure((void)params_have(&params, PARAM_COUNT));
}

static void texts_are_cut_and_padded(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    params_put_text(&params, TEXT_PARAM_device_name, "abcdefghijklmnopqrstuv", 22);
    assert_string_equal(params.device_name, "abcdefghijklmnop");
    params_put_text(&params, TEXT_PARAM_device_name, "xyz", 2);
    assert_string_equal(params.device_name, "xy");
    params_put_text(&params, TEXT_PARAM_device_name, "q\0rs", 4);
    const char expected[17] = "q";
    assert_memory_equal(params.device_name, expected, sizeof(expected));
    assert_int_equal(params.have_text, 1u << TEXT_PARAM_device_name);
    assert_ptr_equal(params_text_const(&params, TEXT_PARAM_model), params.model);
    expect_assert_failure((void)params_text(&params, TEXT_PARAM_COUNT));
    expect_assert_failure((void)params_text_const(&params, TEXT_PARAM_COUNT));
}

static void names_are_found_and_unique(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++)
        assert_int_equal(param_find(param_info[id].name), id);
    for (int id = 0; id < TEXT_PARAM_COUNT; id++)
        assert_int_equal(text_param_find(text_param_info[id].name), id);
    assert_int_equal(param_find("nonsense"), -1);
    assert_int_equal(text_param_find("nonsense"), -1);
    assert_int_equal(PARAM_wire_32_uohm - PARAM_wire_01_uohm, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_lie_in_their_ranges_and_agree),
        cmocka_unit_test(every_value_beyond_its_range_is_found),
        cmocka_unit_test(hard_bounds_of_the_safety_rules_are_the_ranges),
        cmocka_unit_test(settings_that_contradict_each_other_name_both_sides),
        cmocka_unit_test(a_value_read_elsewhere_is_kept_as_it_is),
        cmocka_unit_test(texts_are_cut_and_padded),
        cmocka_unit_test(names_are_found_and_unique),
    };
    return RUN_TESTS(tests);
}
