/* SPDX-License-Identifier: Apache-2.0
 * Recorded traffic as text, there and back; every refusal names its column.
 */
#include "wire/log_text.h"

#include "base/result.h"
#include "tests/support/test.h"

static struct log_line parsed(const char *text)
{
    struct log_line line;
    struct log_error error = {0};
    int result = log_text_parse(text, strlen(text), &line, &error);
    if (result != 0)
        print_error("%s: column %zu: %s\n", text, error.column, error.reason);
    assert_int_equal(result, 0);
    return line;
}

static void a_candump_line_is_a_frame(void **state)
{
    (void)state;
    struct log_line line = parsed("(12.345678) can0 351#1402740e");
    const uint8_t data[] = {0x14, 0x02, 0x74, 0x0E};
    assert_int_equal(line.kind, LOG_CAN);
    assert_int_equal(line.time_us, 12345678);
    assert_string_equal(line.port, "can0");
    assert_int_equal(line.frame.id, 0x351);
    assert_false(line.frame.extended);
    assert_int_equal(line.frame.size, sizeof(data));
    assert_memory_equal(line.frame.data, data, sizeof(data));
}

static void eight_digits_are_a_29_bit_identifier(void **state)
{
    (void)state;
    struct log_line line = parsed("(0.0)\tvcan0\t1FFFFFFF#0011223344556677 \r\n");
    assert_true(line.frame.extended);
    assert_int_equal(line.frame.id, 0x1FFFFFFF);
    assert_int_equal(line.frame.size, 8);
    line = parsed("(0.0) can0 00000351#");
    assert_true(line.frame.extended);
    assert_int_equal(line.frame.id, 0x351);
    line = parsed("(0.0) can0 7FF#");
    assert_false(line.frame.extended);
    assert_int_equal(line.frame.size, 0);
}

static void any_number_of_decimals_up_to_six_is_a_time(void **state)
{
    (void)state;
    assert_int_equal(parsed("(12) can0 351#").time_us, 12000000);
    assert_int_equal(parsed("(12.) can0 351#").time_us, 12000000);
    assert_int_equal(parsed("(12.5) can0 351#").time_us, 12500000);
    assert_int_equal(parsed("(1764000000.000001) can0 351#").time_us, 1764000000000001);
    assert_int_equal(parsed("(999999999999.999999) can0 351#").time_us, 999999999999999999);
}

static void a_serial_line_says_who_spoke(void **state)
{
    (void)state;
    struct log_line line = parsed("  (3.000250) rs485 > 01 03 12 00");
    const uint8_t bytes[] = {0x01, 0x03, 0x12, 0x00};
    assert_int_equal(line.kind, LOG_SERIAL);
    assert_int_equal(line.time_us, 3000250);
    assert_string_equal(line.port, "rs485");
    assert_true(line.from_asking);
    assert_int_equal(line.size, sizeof(bytes));
    assert_memory_equal(line.bytes, bytes, sizeof(bytes));
    line = parsed("(3.1) ble <55AAEB90");
    assert_string_equal(line.port, "ble");
    assert_string_equal(parsed("(0) ~ 351#").port, "~");
    assert_false(line.from_asking);
    assert_int_equal(line.size, 4);
}

static void check_note(const char *text, bool from_asking, uint64_t time_us, const char *bytes)
{
    struct log_line line = parsed(text);
    assert_int_equal(line.kind, LOG_SERIAL);
    assert_string_equal(line.port, "-");
    assert_int_equal(line.from_asking, from_asking);
    assert_int_equal(line.time_us, time_us);
    assert_int_equal(line.size, strlen(bytes));
    assert_memory_equal(line.bytes, bytes, line.size);
}

static void what_people_note_down_is_read_too(void **state)
{
    (void)state;
    check_note("TX hex 41 42 43\n", true, 0, "ABC");
    check_note("RX 4142", false, 0, "AB");
    check_note("H> 41", true, 0, "A");
    check_note("B> 41 | the answer", false, 0, "A");
    check_note("@0.400 B> 41", false, 400000, "A");
    check_note("12 TX 41", true, 12000000, "A");
    check_note("  TX 41", true, 0, "A");
    check_note("RX ascii ~20024600\\r\n", false, 0, "~20024600\r");
    check_note("5.454 RX ~20024600 | V=49.7", false, 5454000, "~20024600\r");
    struct log_line line = parsed("CAN> 18F128F4 2C 01 90");
    assert_int_equal(line.kind, LOG_CAN);
    assert_true(line.frame.extended);
    assert_int_equal(line.frame.id, 0x18F128F4);
    assert_int_equal(line.frame.size, 3);
    assert_int_equal(line.frame.data[2], 0x90);
}

static void an_ascii_frame_has_an_end(void **state)
{
    (void)state;
    char text[LOG_BYTES_MAX + 20] = "RX ~";
    struct log_line line;
    struct log_error error;
    memset(text + 4, '0', LOG_BYTES_MAX - 2);
    check_note("RX ~", false, 0, "~\r");
    assert_int_equal(log_text_parse(text, strlen(text), &line, &error), 0);
    assert_int_equal(line.size, LOG_BYTES_MAX);
    assert_int_equal(line.bytes[LOG_BYTES_MAX - 1], '\r');
    strcat(text, "0");
    assert_int_equal(log_text_parse(text, strlen(text), &line, &error), RESULT_BAD_FORMAT);
}

static void indented_bytes_go_on_from_the_line_before(void **state)
{
    (void)state;
    struct log_line line = parsed("H> 01 03");
    struct log_line more = parsed("   10 00");
    struct log_error error;
    assert_int_equal(more.kind, LOG_MORE);
    assert_int_equal(log_text_join(&line, &more, &error), 0);
    assert_int_equal(line.size, 4);
    assert_memory_equal(line.bytes, "\x01\x03\x10", 4);
    for (line.size = LOG_BYTES_MAX - 2; line.size < LOG_BYTES_MAX;)
        assert_int_equal(log_text_join(&line, &more, &error), 0);
    assert_int_equal(log_text_join(&line, &more, &error), RESULT_BAD_FORMAT);
    assert_string_equal(error.reason, "too many bytes");
    assert_int_equal(line.size, LOG_BYTES_MAX);
    static const char *const closed[] = {"(0.0) rs485 > 01 03", "RX ~20", "CAN> 351 14", "",
                                         "# B>"};
    for (size_t i = 0; i < COUNT(closed); i++) {
        line = parsed(closed[i]);
        assert_int_equal(log_text_join(&line, &more, &error), RESULT_BAD_FORMAT);
        assert_int_equal(error.column, 1);
    }
}

static void comments_expectations_and_blank_lines_are_no_traffic(void **state)
{
    (void)state;
    assert_int_equal(parsed("").kind, LOG_EMPTY);
    assert_int_equal(parsed(" \t\r\n").kind, LOG_EMPTY);
    struct log_line line = parsed("# evidence: capture \n");
    assert_int_equal(line.kind, LOG_COMMENT);
    assert_int_equal(line.text_size, strlen("evidence: capture"));
    assert_memory_equal(line.text, "evidence: capture", line.text_size);
    line = parsed("= pack_mv 52340\r\n");
    assert_int_equal(line.kind, LOG_EXPECTATION);
    assert_int_equal(line.text_size, strlen("pack_mv 52340"));
    assert_memory_equal(line.text, "pack_mv 52340", line.text_size);
    assert_int_equal(parsed("=").text_size, 0);
    assert_int_equal(parsed("= ").text_size, 0);
}

static void broken_lines_are_refused_at_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
        const char *reason;
    } rows[] = {
        {"12.0 can0 351#",                      6,  "begins with"              },
        {"can0 351#",                           1,  "begins with"              },
        {"12.0TX 01",                           1,  "begins with"              },
        {"TX",                                  3,  "bytes of two"             },
        {"TX hex 0",                            8,  "bytes of two"             },
        {"TX bin 01",                           4,  "bytes of two"             },
        {"RX ascii-corrected ~2002",            4,  "bytes of two"             },
        {"RX ~2002\\n",                         9,  "end of an ASCII frame"    },
        {"RX ~2002 46",                         10, "end of an ASCII frame"    },
        {"  01 03 TX",                          9,  "bytes of two"             },
        {"CAN> 35 14",                          6,  "3 or 8 digits"            },
        {"CAN> 351 01 02 03 04 05 06 07 08 09", 34, "at most 8 bytes"          },
        {"(",                                   2,  "seconds expected"         },
        {"(x) can0 351#",                       2,  "seconds expected"         },
        {"(1.0",                                5,  "')' expected"             },
        {"(1.1234567) can0 351#",               10, "')' expected"             },
        {"(1234567890123.0) can0 351#",         14, "')' expected"             },
        {"(1.0)",                               6,  "name of the port expected"},
        {"(1.0) a_name_of_16_byt 351#",         7,  "too long"                 },
        {"(1.0) ca\x01n 351#",                  9,  "name of the port expected"},
        {"(1.0) ca\x7Fn 351#",                  9,  "name of the port expected"},
        {"(1.0) can0",                          11, "3 or 8 digits"            },
        {"(1.0) can0 35#",                      12, "3 or 8 digits"            },
        {"(1.0) can0 3511#",                    12, "3 or 8 digits"            },
        {"(1.0) can0 12345678F#",               20, "'#' expected"             },
        {"(1.0) can0 800#",                     12, "more than 11 bits"        },
        {"(1.0) can0 20000000#",                12, "error frame"              },
        {"(1.0) can0 351",                      15, "'#' expected"             },
        {"(1.0) can0 351 11",                   15, "'#' expected"             },
        {"(1.0) can0 351#R",                    16, "remote"                   },
        {"(1.0) can0 351#r2",                   16, "remote"                   },
        {"(1.0) can0 351##0",                   16, "FD"                       },
        {"(1.0) can0 351#1",                    16, "at most 8 bytes"          },
        {"(1.0) can0 351#11 22",                19, "at most 8 bytes"          },
        {"(1.0) can0 351#112g",                 18, "at most 8 bytes"          },
        {"(1.0) can0 351#001122334455667788",   32, "at most 8 bytes"          },
        {"(1.0) rs485 01 03",                   13, "3 or 8 digits"            },
        {"(1.0) rs485 >",                       14, "two hexadecimal"          },
        {"(1.0) rs485 > 01 3",                  18, "two hexadecimal"          },
        {"(1.0) rs485 > 01 zz",                 18, "two hexadecimal"          },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct log_line line;
        struct log_error error = {0};
        int result = log_text_parse(rows[i].text, strlen(rows[i].text), &line, &error);
        if (result != RESULT_BAD_FORMAT || error.column != rows[i].column)
            print_error("%s: %d at %zu: %s\n", rows[i].text, result, error.column, error.reason);
        assert_int_equal(result, RESULT_BAD_FORMAT);
        assert_int_equal(error.column, rows[i].column);
        assert_non_null(strstr(error.reason, rows[i].reason));
    }
}

static void remote_and_error_frames_are_told_from_nonsense(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum log_refusal refusal;
    } rows[] = {
        {"(1.0) can0 351#R",       LOG_REMOTE_FRAME},
        {"(1.0) can0 20000088#00", LOG_ERROR_FRAME },
        {"(1.0) can0 3FFFFFFF#",   LOG_ERROR_FRAME },
        {"(1.0) can0 40000000#",   LOG_MALFORMED   },
        {"(1.0) can0 351##0",      LOG_MALFORMED   },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct log_line line;
        struct log_error error = {.refusal = LOG_ERROR_FRAME};
        assert_int_equal(log_text_parse(rows[i].text, strlen(rows[i].text), &line, &error),
                         RESULT_BAD_FORMAT);
        assert_int_equal(error.refusal, rows[i].refusal);
    }
}

static size_t put_bytes(char *text, size_t count)
{
    size_t used = strlen(strcpy(text, "(1.000000) rs485 >"));
    for (size_t i = 0; i < count; i++)
        used += strlen(strcpy(text + used, " A5"));
    return used;
}

static void a_serial_line_holds_a_limited_number_of_bytes(void **state)
{
    (void)state;
    static char text[4 * LOG_BYTES_MAX];
    struct log_line line;
    struct log_error error;
    size_t size = put_bytes(text, LOG_BYTES_MAX);
    assert_int_equal(log_text_parse(text, size, &line, &error), 0);
    assert_int_equal(line.size, LOG_BYTES_MAX);
    size = put_bytes(text, LOG_BYTES_MAX + 1);
    assert_int_equal(log_text_parse(text, size, &line, &error), RESULT_BAD_FORMAT);
    assert_int_equal(error.column, size - 1);
    assert_string_equal(error.reason, "too many bytes in one line");
}

static void nothing_past_the_size_is_read(void **state)
{
    (void)state;
    struct log_line line;
    struct log_error error;
    const char text[] = "(1.0) can0 351#1122";
    assert_int_equal(log_text_parse(text, sizeof(text) - 3, &line, &error), 0);
    assert_int_equal(line.frame.size, 1);
    assert_int_equal(log_text_parse(text, sizeof(text) - 2, &line, &error), RESULT_BAD_FORMAT);
    for (size_t size = 1; size < strlen("(1.0) can0 351#"); size++) {
        assert_int_equal(log_text_parse(text, size, &line, &error), RESULT_BAD_FORMAT);
        assert_true(error.column <= size + 1);
    }
    assert_int_equal(log_text_parse("  ", 1, &line, &error), RESULT_OK);
    assert_int_equal(log_text_parse("(12", 2, &line, &error), RESULT_BAD_FORMAT);
    assert_int_equal(error.column, 3);
}

static void what_is_written_is_what_was_read(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "(0.000001) can0 351#1402740E",
        "(1764000000.000000) can1 1FFFFFFF#",
        "(7.100000) can0 00000351#0011223344556677",
        "(999999999999.999999) rs232 < 7E 32 30",
        "(12.345678) rs485 > 01",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        char text[80];
        struct log_line line = parsed(lines[i]);
        assert_int_equal(log_text_format(&line, text, sizeof(text)), strlen(lines[i]));
        assert_string_equal(text, lines[i]);
    }
}

static void a_line_that_does_not_fit_is_not_written(void **state)
{
    (void)state;
    const char expected[] = "(1.000000) can0 351#1122";
    struct log_line line = parsed(expected);
    char text[sizeof(expected) + 1];
    for (size_t size = 0; size < sizeof(expected); size++) {
        memset(text, '!', sizeof(text));
        assert_int_equal(log_text_format(&line, text, size), RESULT_NO_SPACE);
        assert_int_equal(text[size], '!');
    }
    assert_int_equal(log_text_format(&line, text, sizeof(expected)), sizeof(expected) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remote_and_error_frames_are_told_from_nonsense),
        cmocka_unit_test(a_candump_line_is_a_frame),
        cmocka_unit_test(eight_digits_are_a_29_bit_identifier),
        cmocka_unit_test(any_number_of_decimals_up_to_six_is_a_time),
        cmocka_unit_test(a_serial_line_says_who_spoke),
        cmocka_unit_test(what_people_note_down_is_read_too),
        cmocka_unit_test(an_ascii_frame_has_an_end),
        cmocka_unit_test(indented_bytes_go_on_from_the_line_before),
        cmocka_unit_test(comments_expectations_and_blank_lines_are_no_traffic),
        cmocka_unit_test(broken_lines_are_refused_at_their_column),
        cmocka_unit_test(a_serial_line_holds_a_limited_number_of_bytes),
        cmocka_unit_test(nothing_past_the_size_is_read),
        cmocka_unit_test(what_is_written_is_what_was_read),
        cmocka_unit_test(a_line_that_does_not_fit_is_not_written),
    };
    return RUN_TESTS(tests);
}
