/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/words.c: every row of every table has words, and numbers without a row have none.
 */
#include "tests/support/test.h"

#include "core/contacts.h"
#include "core/measure.h"
#include "core/power.h"
#include "ui/words.h"

static void all_speak(const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(words[i] != NULL && words[i][0] != '\0');
}

static void every_row_has_words(void **state)
{
    (void)state;
    all_speak(param_words, PARAM_COUNT);
    all_speak(text_param_words, TEXT_PARAM_COUNT);
    all_speak(value_words, VALUE_ROW_COUNT);
    all_speak(alarm_words, ALARM_COUNT);
    for (int i = 0; i < REASON_COUNT; i++)
        assert_true(reason_info[i].name[0] != '\0' && reason_info[i].words[0] != '\0');
    for (uint8_t i = 0; i < POWER_STATE_COUNT; i++)
        assert_non_null(power_words(i));
    for (uint8_t i = 0; i < SOURCE_COUNT; i++)
        assert_non_null(contact_source_words(i));
    for (uint8_t i = 0; i < QUANTITY_COUNT; i++)
        assert_non_null(quantity_words(i));
}

static void rows_and_words_belong_together(void **state)
{
    (void)state;
    assert_string_equal(param_words[PARAM_cell_ovp_mv], "Cell over-voltage");
    assert_string_equal(value_words[VALUE_ROW_pack_mv], "Voltage");
    assert_string_equal(alarm_words[ALARM_extinguisher], "Fire extinguisher has fired");
    assert_string_equal(reason_info[REASON_full].words, "full");
    assert_string_equal(power_words(POWER_SLEEP), "sleeping");
    assert_string_equal(contact_source_words(SOURCE_remote), "Remote control");
    assert_string_equal(quantity_words(QUANTITY_BREAKER_OPEN), "air switch open");
}

static void numbers_without_a_row_have_no_words(void **state)
{
    (void)state;
    assert_null(power_words(POWER_STATE_COUNT));
    assert_null(contact_source_words(SOURCE_COUNT));
    assert_null(quantity_words(QUANTITY_COUNT));
}

static void a_reason_says_what_its_index_counts(void **state)
{
    (void)state;
    assert_int_equal(REASON_none, 0);
    assert_string_equal(reason_info[REASON_overshoot].name, "overshoot");
    assert_int_equal(reason_info[REASON_overshoot].subject, REASON_SUBJECT_CELL);
    assert_int_equal(reason_info[REASON_bank_stale].subject, REASON_SUBJECT_PACK);
    assert_int_equal(reason_info[REASON_cold].subject, REASON_SUBJECT_NONE);
}

static void no_two_reasons_read_alike(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        for (int k = i + 1; k < REASON_COUNT; k++) {
            assert_string_not_equal(reason_info[i].words, reason_info[k].words);
            assert_string_not_equal(reason_info[i].name, reason_info[k].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_words),
        cmocka_unit_test(rows_and_words_belong_together),
        cmocka_unit_test(numbers_without_a_row_have_no_words),
        cmocka_unit_test(a_reason_says_what_its_index_counts),
        cmocka_unit_test(no_two_reasons_read_alike),
    };
    return RUN_TESTS(tests);
}
