/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/writer.c.
 */
#include "tests/support/test.h"

#include "ui/writer.h"

static char buffer[64];
static struct text_writer writer;

static int start(void **state)
{
    (void)state;
    memset(buffer, '#', sizeof(buffer));
    writer_init(&writer, buffer, sizeof(buffer));
    return 0;
}

static void text_and_integers_follow_each_other(void **state)
{
    (void)state;
    writer_text(&writer, "a=");
    writer_integer(&writer, 0);
    writer_character(&writer, ',');
    writer_integer(&writer, -12);
    writer_character(&writer, ',');
    writer_integer(&writer, INT64_MIN);
    assert_string_equal(buffer, "a=0,-12,-9223372036854775808");
    assert_int_equal(writer.used, strlen(buffer));
    assert_false(writer.overflow);
}

static void decimals_keep_their_zeros_and_sign(void **state)
{
    (void)state;
    writer_decimal(&writer, -51204, 3);
    writer_character(&writer, ' ');
    writer_decimal(&writer, -5, 3);
    writer_character(&writer, ' ');
    writer_decimal(&writer, 0, 1);
    writer_character(&writer, ' ');
    writer_decimal(&writer, 1000, 3);
    assert_string_equal(buffer, "-51.204 -0.005 0.0 1.000");
    expect_assert_failure(writer_decimal(&writer, 1, 10));
}

static void hexadecimal_is_padded(void **state)
{
    (void)state;
    writer_hex(&writer, 0x3A5, 4);
    writer_hex(&writer, 0xF, 1);
    writer_hex(&writer, 0xDEADBEEF, 8);
    assert_string_equal(buffer, "03A5FDEADBEEF");
    expect_assert_failure(writer_hex(&writer, 1, 0));
    expect_assert_failure(writer_hex(&writer, 1, 9));
}

static void what_does_not_fit_is_dropped_whole_and_flagged(void **state)
{
    (void)state;
    writer_init(&writer, buffer, 4);
    writer_text(&writer, "abc");
    assert_false(writer.overflow);
    writer_character(&writer, 'd');
    assert_true(writer.overflow);
    assert_string_equal(buffer, "abc");
    assert_int_equal(buffer[4], '#');
    expect_assert_failure(writer_init(&writer, buffer, 0));
}

static void nothing_follows_an_overflow(void **state)
{
    (void)state;
    writer_init(&writer, buffer, 4);
    writer_text(&writer, "abcdef");
    writer_text(&writer, "x");
    assert_string_equal(buffer, "");
    assert_true(writer.overflow);
}

static void put_json(const char *text)
{
    start(NULL);
    writer_json_string(&writer, text, strlen(text));
}

static void json_strings_escape_what_json_forbids(void **state)
{
    (void)state;
    put_json("say \"hi\" \\ there");
    assert_string_equal(buffer, "\"say \\\"hi\\\" \\\\ there\"");
    put_json("\n\x01\x7F");
    assert_string_equal(buffer, "\"\\u000A\\u0001\\u007F\"");
    put_json("");
    assert_string_equal(buffer, "\"\"");
}

static void json_strings_pass_utf8_and_mend_what_is_not(void **state)
{
    (void)state;
    put_json("\xC2\xB0\xE2\x82\xAC\xF0\x9F\x94\x8B");
    assert_string_equal(buffer, "\"\xC2\xB0\xE2\x82\xAC\xF0\x9F\x94\x8B\"");
    put_json("\xB0\xFF");
    assert_string_equal(buffer, "\"\\u00B0\\u00FF\"");
    put_json("\xE2\x82"); /* cut short */
    assert_string_equal(buffer, "\"\\u00E2\\u0082\"");
    put_json("\xE2\x82x"); /* third byte is none */
    assert_string_equal(buffer, "\"\\u00E2\\u0082x\"");
    put_json("\xC0\xAF\xED\xA0\x80"); /* overlong; a surrogate */
    assert_string_equal(buffer, "\"\\u00C0\\u00AF\\u00ED\\u00A0\\u0080\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(text_and_integers_follow_each_other, start),
        cmocka_unit_test_setup(decimals_keep_their_zeros_and_sign, start),
        cmocka_unit_test_setup(hexadecimal_is_padded, start),
        cmocka_unit_test_setup(what_does_not_fit_is_dropped_whole_and_flagged, start),
        cmocka_unit_test_setup(nothing_follows_an_overflow, start),
        cmocka_unit_test(json_strings_escape_what_json_forbids),
        cmocka_unit_test(json_strings_pass_utf8_and_mend_what_is_not),
    };
    return RUN_TESTS(tests);
}
