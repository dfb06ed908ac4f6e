/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/protect_rules.c: the table against the tests' own list, and how a row's numbers
 * follow the settings.
 */
#include "tests/support/test.h"

#include "tests/core/protect_values.h"

static void every_row_has_the_values_of_the_list(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    for (int id = 0; id < RULE_COUNT; id++) {
        assert_int_equal(rule_trip_value(&rules[id], &params), expected[id].trip);
        assert_int_equal(rule_delay_ms(&rules[id], &params), expected[id].delay_ms);
        assert_int_equal(rule_hold_ms(&rules[id], &params), expected[id].hold_ms);
        assert_int_equal(rules[id].blocks, expected[id].blocks);
    }
}

/* Not so for fixed numbers, which no setting can move. */
static void a_number_that_is_a_setting_follows_it(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        const struct rule *rule = &rules[id];
        struct params params;
        params_init(&params);
        for (int i = 0; i < PARAM_COUNT; i++)
            params.value[i] = 1000 + i;
        bool set = rule->trip.param < PARAM_COUNT;
        assert_int_equal(rule_trip_value(rule, &params),
                         set ? 1000 + rule->trip.param : rule->trip.fixed);
        if (rule->release.param < PARAM_COUNT)
            assert_int_equal(rule_release_value(rule, &params), 1000 + rule->release.param);
    }
}

static void a_fixed_release_is_a_hysteresis_on_the_safe_side(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    assert_int_equal(rule_release_value(&rules[RULE_cell_ov_warn], &params), 3550);
    assert_int_equal(rule_release_value(&rules[RULE_cell_uv_warn], &params), 3000);
    assert_int_equal(rule_release_value(&rules[RULE_cell_ov], &params), 3450);
}

static void times_are_milliseconds_whatever_their_setting(void **state)
{
    (void)state;
    struct params params;
    params_init(&params);
    params.charge_ocp_delay_s = 7;
    params.cell_ovp_delay_ms = 700;
    assert_int_equal(rule_delay_ms(&rules[RULE_charge_oc], &params), 7000);
    assert_int_equal(rule_delay_ms(&rules[RULE_cell_ov], &params), 700);
    assert_int_equal(rule_delay_ms(&rules[RULE_charge_welded], &params), 100);
}

/* What the safety rules say of whole groups. */
static void second_stages_and_faults_of_the_pack_know_no_exception(void **state)
{
    (void)state;
    const int hard[] = {RULE_cell_ov2,     RULE_deep,      RULE_discharge_sc,    RULE_charge_sc,
                        RULE_measurement,  RULE_thermal,   RULE_charge_welded,   RULE_settings,
                        RULE_extinguisher, RULE_open_wire, RULE_discharge_welded};
    for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++)
        assert_int_equal(rules[hard[i]].blocks, BLOCKS_HARD);
}

static void warnings_stop_nothing_and_only_counted_rules_count(void **state)
{
    (void)state;
    for (int id = 0; id < RULE_COUNT; id++) {
        assert_true(rules[id].level == LEVEL_TRIP || rules[id].blocks == BLOCKS_NOTHING);
        assert_int_equal(rules[id].latch == LATCH_COUNTED, rules[id].tries != TRIES_NONE);
    }
}

static void over_voltage_waits_exactly_a_minute_or_for_more_than_an_ampere(void **state)
{
    (void)state;
    struct params params;
    struct measured measured = {.quantity = {0}};
    params_init(&params);
    const struct rule_state before = {.since_ms = 59999};
    const struct rule_state after = {.since_ms = 60000};
    assert_false(rules[RULE_cell_ov].extra(&before, &measured, &params));
    assert_true(rules[RULE_cell_ov].extra(&after, &measured, &params));
    measured.quantity[QUANTITY_DISCHARGE_MA] = 1000;
    assert_false(rules[RULE_pack_ov].extra(&before, &measured, &params));
    measured.quantity[QUANTITY_DISCHARGE_MA] = 1001;
    assert_true(rules[RULE_pack_ov].extra(&before, &measured, &params));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_the_values_of_the_list),
        cmocka_unit_test(a_number_that_is_a_setting_follows_it),
        cmocka_unit_test(a_fixed_release_is_a_hysteresis_on_the_safe_side),
        cmocka_unit_test(times_are_milliseconds_whatever_their_setting),
        cmocka_unit_test(second_stages_and_faults_of_the_pack_know_no_exception),
        cmocka_unit_test(over_voltage_waits_exactly_a_minute_or_for_more_than_an_ampere),
        cmocka_unit_test(warnings_stop_nothing_and_only_counted_rules_count),
    };
    return RUN_TESTS(tests);
}
