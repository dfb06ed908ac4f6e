/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/reasons.c: every reason can be told apart, by people as by programs.
 */
#include "tests/support/test.h"

#include "core/reasons.h"

static void every_reason_has_its_own_name_and_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < REASON_COUNT; i++) {
        assert_true(reason_info[i].name[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(reason_info[i].name, reason_info[k].name);
        }
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_its_own_name_and_words),
        cmocka_unit_test(a_reason_says_what_its_index_counts),
    };
    return RUN_TESTS(tests);
}
