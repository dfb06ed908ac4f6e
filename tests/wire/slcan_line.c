/* SPDX-License-Identifier: Apache-2.0
 * Lawicel lines, there and back; what is not whole is garbage and spoils nothing behind it.
 */
#include "wire/slcan_line.h"

#include "tests/support/test.h"

/* What the last byte of `text` completed; all before it must complete nothing. */
static enum slcan_kind take(struct slcan_reader *reader, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + 1 < size; i++)
        assert_int_equal(slcan_reader_take(reader, (uint8_t)text[i]), SLCAN_MORE);
    return slcan_reader_take(reader, (uint8_t)text[size - 1]);
}

static enum slcan_kind taken(const char *text)
{
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    return take(&reader, text);
}

static void a_line_is_a_frame(void **state)
{
    (void)state;
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    assert_int_equal(take(&reader, "t35143802dC05\r"), SLCAN_FRAME);
    assert_int_equal(reader.frame.id, 0x351);
    assert_false(reader.frame.extended);
    assert_int_equal(reader.frame.size, 4);
    assert_memory_equal(reader.frame.data, "\x38\x02\xDC\x05", 4);
    assert_int_equal(take(&reader, "T1FFFFFFF80011223344556677\r"), SLCAN_FRAME);
    assert_int_equal(reader.frame.id, 0x1FFFFFFF);
    assert_true(reader.frame.extended);
    assert_int_equal(reader.frame.size, 8);
    assert_memory_equal(reader.frame.data, "\x00\x11\x22\x33\x44\x55\x66\x77", 8);
    assert_int_equal(take(&reader, "t7FF0\r"), SLCAN_FRAME);
    assert_int_equal(reader.frame.size, 0);
    assert_int_equal(take(&reader, "T000003510\r"), SLCAN_FRAME);
    assert_true(reader.frame.extended);
}

static void a_time_stamp_behind_a_frame_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(taken("t3511AAEA5F\r"), SLCAN_FRAME);
    assert_int_equal(taken("t3511AA0000EA5F\r"), SLCAN_FRAME);
    assert_int_equal(taken("T1FFFFFFF80011223344556677FFFFFFFF\r"), SLCAN_FRAME);
    assert_int_equal(taken("r3518EA5F\r"), SLCAN_REMOTE);
    assert_int_equal(taken("t3511AAEA5\r"), SLCAN_BAD);
    assert_int_equal(taken("t3511AAEA5G\r"), SLCAN_BAD);
    assert_int_equal(taken("t3511AA00EA5FX0\r"), SLCAN_BAD);
}

static void what_is_not_a_whole_frame_is_bad(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "t\r",           "t35\r",        "t351\r",      "t3519\r",    "t351:\r",   "t351/\r",
        "t3511\r",       "t3511A\r",     "t3511G0\r",   "t3511AAA\r", "t8000\r",   "t35G0\r",
        "T20000000 0\r", "T200000000\r", "T1FFFFFFF\r", "r351\r",     "r800\r",    "r3519\r",
        "R200000000\r",  "r35181\r",     "x\r",         "351\r",      "t35\t10\r", "t3511\200G\r",
        "\x7F\r",        " \r",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(taken(lines[i]), SLCAN_BAD);
}

static void remote_frames_are_told_apart(void **state)
{
    (void)state;
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    assert_int_equal(take(&reader, "t12311F\r"), SLCAN_FRAME);
    assert_int_equal(take(&reader, "r3518\r"), SLCAN_REMOTE);
    assert_int_equal(take(&reader, "R1FFFFFFF0\r"), SLCAN_REMOTE);
    assert_int_equal(reader.frame.id, 0x123);
}

static void answers_and_commands_are_known(void **state)
{
    (void)state;
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    assert_int_equal(take(&reader, "\r"), SLCAN_YES);
    assert_int_equal(take(&reader, "z\r"), SLCAN_YES);
    assert_int_equal(take(&reader, "Z\r"), SLCAN_YES);
    assert_int_equal(take(&reader, "\n"), SLCAN_MORE);
    assert_int_equal(take(&reader, "Z1\r"), SLCAN_COMMAND);
    assert_int_equal(take(&reader, "z1\r"), SLCAN_COMMAND);
    assert_int_equal(take(&reader, "\x07"), SLCAN_NO);
    assert_int_equal(take(&reader, "V1013\r"), SLCAN_COMMAND);
    assert_string_equal(reader.line, "V1013");
    static const char *const lines[] = {"C\r", "S6\r", "O\r", "L\r", "V\r", "N\r", "F00\r"};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(take(&reader, lines[i]), SLCAN_COMMAND);
}

static void troubles_of_the_bus_are_told(void **state)
{
    (void)state;
    assert_int_equal(taken("e1a\r"), SLCAN_ERROR);
    assert_int_equal(taken("sb256256\r"), SLCAN_BUS_OFF);
    assert_int_equal(taken("sa000000\r"), SLCAN_COMMAND);
    assert_int_equal(taken("sb\r"), SLCAN_COMMAND);
    assert_int_equal(taken("s0014\r"), SLCAN_COMMAND);
}

static void a_long_line_is_bad_once_and_the_next_one_good(void **state)
{
    (void)state;
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(slcan_reader_take(&reader, 't'), SLCAN_MORE);
    assert_int_equal(slcan_reader_take(&reader, '\r'), SLCAN_BAD);
    assert_int_equal(take(&reader, "t3510\r"), SLCAN_FRAME);
    char line[SLCAN_LINE_SIZE + 1]; /* one character more than fits */
    memset(line, 'V', sizeof(line));
    line[SLCAN_LINE_SIZE - 1] = '\r';
    line[SLCAN_LINE_SIZE] = '\0';
    assert_int_equal(take(&reader, line), SLCAN_COMMAND);
    line[SLCAN_LINE_SIZE - 1] = 'V';
    assert_int_equal(take(&reader, line), SLCAN_MORE);
    assert_int_equal(take(&reader, "\r"), SLCAN_BAD);
}

static void a_bell_ends_what_was_begun(void **state)
{
    (void)state;
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    assert_int_equal(take(&reader, "t35\x07"), SLCAN_NO);
    assert_int_equal(take(&reader, "t3510\r"), SLCAN_FRAME);
    assert_int_equal(take(&reader, "\x01\x07"), SLCAN_NO);
    assert_int_equal(take(&reader, "t3510\r"), SLCAN_FRAME);
}

static void frames_come_back_as_they_were_written(void **state)
{
    (void)state;
    static const struct can_frame frames[] = {
        {.id = 0x351, .size = 8, .data = {0x38, 0x02, 0xDC, 0x05, 0xDC, 0x05, 0xE0, 0x01}},
        {.id = 0x7FF          },
        {.id = 0,     .size = 1,          .data = {0xFF}},
        {.id = 0x1FFFFFFF,           .extended = true, .size = 8, .data = {1, 2, 3, 4, 5, 6, 7, 8}},
        {.id = 0x351,  .extended = true    },
    };
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    for (size_t i = 0; i < COUNT(frames); i++) {
        char text[SLCAN_FRAME_SIZE + 1] = "";
        size_t size = slcan_format_frame(&frames[i], text);
        assert_int_equal(strlen(text), size);
        assert_int_equal(take(&reader, text), SLCAN_FRAME);
        assert_memory_equal(&reader.frame.data, &frames[i].data, 8);
        assert_int_equal(reader.frame.id, frames[i].id);
        assert_int_equal(reader.frame.extended, frames[i].extended);
        assert_int_equal(reader.frame.size, frames[i].size);
    }
    char text[SLCAN_FRAME_SIZE + 1] = "";
    slcan_format_frame(&frames[0], text);
    assert_string_equal(text, "t35183802DC05DC05E001\r");
    memset(text, 0, sizeof(text));
    slcan_format_frame(&frames[3], text);
    assert_string_equal(text, "T1FFFFFFF80102030405060708\r");
}

static void each_bit_rate_has_its_digit(void **state)
{
    (void)state;
    assert_int_equal(slcan_rate_digit(10000), '0');
    assert_int_equal(slcan_rate_digit(20000), '1');
    assert_int_equal(slcan_rate_digit(50000), '2');
    assert_int_equal(slcan_rate_digit(100000), '3');
    assert_int_equal(slcan_rate_digit(125000), '4');
    assert_int_equal(slcan_rate_digit(250000), '5');
    assert_int_equal(slcan_rate_digit(500000), '6');
    assert_int_equal(slcan_rate_digit(800000), '7');
    assert_int_equal(slcan_rate_digit(1000000), '8');
    assert_int_equal(slcan_rate_digit(83333), '\0');
    assert_int_equal(slcan_rate_digit(0), '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_frame),
        cmocka_unit_test(a_time_stamp_behind_a_frame_is_passed_over),
        cmocka_unit_test(what_is_not_a_whole_frame_is_bad),
        cmocka_unit_test(remote_frames_are_told_apart),
        cmocka_unit_test(answers_and_commands_are_known),
        cmocka_unit_test(troubles_of_the_bus_are_told),
        cmocka_unit_test(a_long_line_is_bad_once_and_the_next_one_good),
        cmocka_unit_test(a_bell_ends_what_was_begun),
        cmocka_unit_test(frames_come_back_as_they_were_written),
        cmocka_unit_test(each_bit_rate_has_its_digit),
    };
    return RUN_TESTS(tests);
}
