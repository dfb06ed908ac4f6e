/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/alarms.c.
 */
#include "tests/support/test.h"

#include "core/alarms.h"

static void an_alarm_is_set_and_cleared_alone(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        uint32_t set[ALARM_WORDS] = {0};
        alarm_put(set, (enum alarm)id, true);
        for (int other = 0; other < ALARM_COUNT; other++)
            assert_int_equal(alarm_get(set, (enum alarm)other), other == id);
        alarm_put(set, (enum alarm)id, false);
        assert_false(alarm_get(set, (enum alarm)id));
    }
    uint32_t set[ALARM_WORDS] = {0};
    expect_assert_failure(alarm_put(set, ALARM_COUNT, true));
    expect_assert_failure((void)alarm_get(set, ALARM_COUNT));
}

static void the_first_alarms_are_the_jk_bits_and_the_rest_have_none(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++)
        assert_int_equal(alarm_info[id].jk_bit, id < JK_ALARM_COUNT ? id : -1);
    assert_int_equal(ALARM_discharge_under_temp, 27);
}

static void sets_by_property_hold_the_alarms_with_it_and_no_other(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        uint32_t set[ALARM_WORDS] = {0};
        alarm_put(set, (enum alarm)id, true);
        assert_int_equal(alarm_common(set, alarm_lit_set), info->led == ALARM_LED_ALM);
        assert_int_equal(alarm_common(set, alarm_protecting_set),
                         info->severity != SEVERITY_WARNING);
    }
}

static void names_are_found_and_unique(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++)
        assert_int_equal(alarm_find(alarm_info[id].name), id);
    assert_int_equal(alarm_find("nonsense"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_is_set_and_cleared_alone),
        cmocka_unit_test(the_first_alarms_are_the_jk_bits_and_the_rest_have_none),
        cmocka_unit_test(sets_by_property_hold_the_alarms_with_it_and_no_other),
        cmocka_unit_test(names_are_found_and_unique),
    };
    return RUN_TESTS(tests);
}
