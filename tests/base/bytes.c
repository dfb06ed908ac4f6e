/* SPDX-License-Identifier: Apache-2.0
 * Tests of base/bytes.c.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "base/result.h"

static const uint8_t sample[] = {0x00, 0x81, 0x92, 0xA3, 0xB4};

static void numbers_are_read_from_any_address(void **state)
{
    (void)state;
    assert_int_equal(get_u16le(sample + 1), 0x9281);
    assert_int_equal(get_u16be(sample + 1), 0x8192);
    assert_int_equal(get_u32le(sample + 1), 0xB4A39281);
    assert_int_equal(get_u32be(sample + 1), 0x8192A3B4);
}

static void numbers_are_written_and_neighbours_left_alone(void **state)
{
    (void)state;
    uint8_t bytes[6];
    memset(bytes, 0x55, sizeof bytes);
    put_u16le(bytes + 1, 0x8192);
    assert_memory_equal(bytes, "\x55\x92\x81\x55\x55\x55", 6);
    put_u16be(bytes + 1, 0x8192);
    assert_memory_equal(bytes, "\x55\x81\x92\x55\x55\x55", 6);
    put_u32le(bytes + 1, 0x8192A3B4);
    assert_memory_equal(bytes, "\x55\xB4\xA3\x92\x81\x55", 6);
    put_u32be(bytes + 1, 0x8192A3B4);
    assert_memory_equal(bytes, "\x55\x81\x92\xA3\xB4\x55", 6);
}

static void hex_digits_end_at_their_borders(void **state)
{
    (void)state;
    assert_int_equal(hex_digit('0'), 0);
    assert_int_equal(hex_digit('9'), 9);
    assert_int_equal(hex_digit('A'), 10);
    assert_int_equal(hex_digit('F'), 15);
    assert_int_equal(hex_digit('a'), 10);
    assert_int_equal(hex_digit('f'), 15);
    static const char others[] = "/:@G`g \0";
    for (size_t i = 0; i < sizeof others; i++)
        assert_int_equal(hex_digit(others[i]), -1);
}

static void hex_text_is_parsed_with_and_without_blanks(void **state)
{
    (void)state;
    uint8_t bytes[3] = {0};
    assert_int_equal(hex_parse("", 0, bytes, 3), 0);
    assert_int_equal(hex_parse("  ", 2, bytes, 3), 0);
    assert_int_equal(hex_parse("0aF1", 4, bytes, 3), 2);
    assert_memory_equal(bytes, "\x0A\xF1\x00", 3);
    assert_int_equal(hex_parse(" 12 34  56 ", 11, bytes, 3), 3);
    assert_memory_equal(bytes, "\x12\x34\x56", 3);
    assert_int_equal(hex_parse("A0 0B", 5, bytes, 3), 2);
    assert_memory_equal(bytes, "\xA0\x0B\x56", 3);
}

static void broken_hex_text_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[2] = {0};
    assert_int_equal(hex_parse("1", 1, bytes, 2), RESULT_BAD_FORMAT);
    assert_int_equal(hex_parse("12", 1, bytes, 2), RESULT_BAD_FORMAT);
    assert_int_equal(hex_parse("1 2", 3, bytes, 2), RESULT_BAD_FORMAT);
    assert_int_equal(hex_parse("G1", 2, bytes, 2), RESULT_BAD_FORMAT);
    assert_int_equal(hex_parse("1G", 2, bytes, 2), RESULT_BAD_FORMAT);
    assert_int_equal(hex_parse("112233", 6, bytes, 2), RESULT_NO_SPACE);
    assert_int_equal(hex_parse("1122", 4, bytes, 2), 2);
}

static void hex_text_is_written_in_capitals_and_ended(void **state)
{
    (void)state;
    char text[12];
    memset(text, 'x', sizeof text);
    hex_format(sample, sizeof sample, text);
    assert_string_equal(text, "008192A3B4");
    assert_int_equal(text[11], 'x');
    hex_format(sample, 0, text);
    assert_string_equal(text, "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_from_any_address),
        cmocka_unit_test(numbers_are_written_and_neighbours_left_alone),
        cmocka_unit_test(hex_digits_end_at_their_borders),
        cmocka_unit_test(hex_text_is_parsed_with_and_without_blanks),
        cmocka_unit_test(broken_hex_text_is_refused),
        cmocka_unit_test(hex_text_is_written_in_capitals_and_ended),
    };
    return RUN_TESTS(tests);
}
