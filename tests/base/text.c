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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_equal_in_length_and_letters),
    };
    return RUN_TESTS(tests);
}
