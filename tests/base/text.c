/* SPDX-License-Identifier: Apache-2.0
 * Comparison of texts.
 */
#include "base/text.h"

#include "tests/support/test.h"

static void texts_are_equal_in_length_and_letters(void **state)
{
    (void)state;
    assert_true(text_equal("", ""));
    assert_true(text_equal("cell", "cell"));
    assert_false(text_equal("cell", "cell_count"));
    assert_false(text_equal("cell_count", "cell"));
    assert_false(text_equal("cell", "Cell"));
    assert_false(text_equal("", "a"));
}

static void what_follows_the_start_of_a_text(void **state)
{
    (void)state;
    assert_string_equal(text_after("pylon_can:v13", "pylon_can"), ":v13");
    assert_string_equal(text_after("pylon_can", "pylon_can"), "");
    assert_string_equal(text_after("a", ""), "a");
    assert_null(text_after("pylon", "pylon_can"));
    assert_null(text_after("", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_the_start_of_a_text),
        cmocka_unit_test(texts_are_equal_in_length_and_letters),
    };
    return RUN_TESTS(tests);
}
