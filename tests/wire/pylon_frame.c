/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/pylon_frame.c. Frames are those of captures and computed ones; the document's two
 * examples have wrong sums.
 */
#include "wire/pylon_frame.h"

#include "base/result.h"
#include "tests/support/test.h"

#define FRAME "~20024642E00202FD33\r"
#define KIND_FRAME (SERIAL_NOISE + 1)
#define KIND_BROKEN (SERIAL_NOISE + 2)

static int open_text(const char *text, struct pylon_frame *frame)
{
    return pylon_open((const uint8_t *)text, strlen(text), frame);
}

static void a_frame_is_read_and_written_alike(void **state)
{
    (void)state;
    static const char *const frames[] = {
        "~20024642E00202FD33\r",       "~2002464F0000FD98\r",
        "~200246000000FDB2\r",         "~2002464FC0048520FCB2\r",
        "~20024692C0040201FCCD\r",     "~20024694D01202DDE0AF0003E8FC18F976\r",
        "~20324642E002FFFD06\r",       "~20374642E00237FD23\r",
        "~20024600800800000000FC22\r",
    };
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct pylon_frame frame;
        struct pylon_writer writer;
        uint8_t bytes[64];
        assert_int_equal(open_text(frames[i], &frame), PYLON_NORMAL);
        pylon_begin(&writer, bytes, sizeof(bytes), &frame.head);
        for (size_t at = 0; at < frame.info_size; at++)
            pylon_put(&writer, pylon_get(&frame, at, 1), 1);
        assert_int_equal(pylon_end(&writer), strlen(frames[i]));
        assert_memory_equal(bytes, frames[i], strlen(frames[i]));
    }
}

static void the_head_and_numbers_of_a_frame_are_read(void **state)
{
    (void)state;
    struct pylon_frame frame;
    assert_int_equal(open_text("~20024694D01202DDE0AF0003E8FC18F976\r", &frame), PYLON_NORMAL);
    assert_int_equal(frame.head.version, 0x20);
    assert_int_equal(frame.head.address, 0x02);
    assert_int_equal(frame.head.device, 0x46);
    assert_int_equal(frame.head.code, 0x94);
    assert_int_equal(frame.info_size, 9);
    assert_int_equal(pylon_get(&frame, 0, 1), 0x02);
    assert_int_equal(pylon_get(&frame, 1, 2), 56800);
    assert_int_equal(pylon_get(&frame, 1, 3), 0xDDE0AF);
    assert_int_equal(pylon_get(&frame, 5, 4), 0x03E8FC18);
}

static void lower_case_is_read(void **state)
{
    (void)state;
    struct pylon_frame frame;
    struct pylon_writer writer;
    uint8_t bytes[64];
    /* The sum is over the characters as they are. */
    assert_int_equal(open_text("~20024642e00202fd13\r", &frame), PYLON_NORMAL);
    assert_int_equal(pylon_get(&frame, 0, 1), 0x02);
    pylon_begin(&writer, bytes, sizeof(bytes), &frame.head);
    pylon_put(&writer, 2, 1);
    assert_int_equal(pylon_end(&writer), strlen(FRAME));
    assert_memory_equal(bytes, FRAME, strlen(FRAME));
}

/* A frame of `info` bytes of zeros; the four characters of its length. */
static void length_text(size_t info, char text[5])
{
    static uint8_t bytes[PYLON_FRAME_MAX];
    const struct pylon_head head = {0x20, 2, PYLON_DEVICE, 0};
    struct pylon_writer writer;
    pylon_begin(&writer, bytes, sizeof(bytes), &head);
    for (size_t i = 0; i < info; i++)
        pylon_put(&writer, 0, 1);
    assert_int_equal(pylon_end(&writer), PYLON_FRAME_MIN + 2 * info);
    memcpy(text, bytes + 9, 4);
    text[4] = '\0';
}

static void the_check_nibble_makes_the_sum_of_the_length_0(void **state)
{
    (void)state;
    static const struct {
        size_t info;
        const char *text;
    } rows[] = {
        {0,    "0000"},
        {9,    "D012"},
        {1,    "E002"},
        {68,   "0088"}, /* where a nibble of 16 would not fit */
        {120,  "10F0"},
        {1010, "77E4"}, /* 16 packs of 16 cells */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[5];
        length_text(rows[i].info, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void what_is_wrong_has_the_code_a_pack_answers_with(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int result;
    } rows[] = {
        {"~20024642E00202FD34\r", PYLON_BAD_SUM    },
        {"~20024642E00203FD33\r", PYLON_BAD_SUM    },
        {"~20024642E00202FD3G\r", PYLON_BAD_SUM    },
        {"~20024642D00202FD34\r", PYLON_BAD_LENGTH },
        {"~20024642E00G02FD1E\r", PYLON_BAD_LENGTH },
        {"~20024642C00402FD33\r", PYLON_BAD_FORMAT }, /* two bytes said, one there */
        {"~20024642F0010FD65\r",  PYLON_BAD_FORMAT }, /* half a byte */
        {"~20024642E0020GFD1E\r", PYLON_BAD_FORMAT },
        {"~20024642101G02FD31\r", PYLON_BAD_LENGTH }, /* with G as -1 it would be 100F */
        {"~20024642E002G2FD1C\r", PYLON_BAD_FORMAT },
        {"~G0024642E00202FD1E\r", RESULT_BAD_FORMAT},
        {"~20024642G00202FD31\r", PYLON_BAD_LENGTH },
        {"~2002464GE00202FD1E\r", RESULT_BAD_FORMAT},
        {"~2G024642E00202FD1C\r", RESULT_BAD_FORMAT},
        {"~200246420000FDA\r",    RESULT_BAD_FORMAT},
        {"~20024642E00202FD33\n", RESULT_BAD_FORMAT},
        {" 20024642E00202FD33\r", RESULT_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pylon_frame frame;
        int result = open_text(rows[i].text, &frame);
        if (result != rows[i].result)
            print_error("%s: %d\n", rows[i].text, result);
        assert_int_equal(result, rows[i].result);
        if (result >= 0) {
            assert_int_equal(frame.head.address, 2);
            assert_int_equal(frame.info_size, 0); /* nothing of it is to be read */
        }
    }
}

static void a_flipped_bit_is_noticed_or_changes_nothing(void **state)
{
    (void)state;
    char text[] = "~20024694D01202DDE0AF0003E8FC18F976\r";
    struct pylon_frame right;
    assert_int_equal(open_text(text, &right), PYLON_NORMAL);
    for (size_t bit = 0; bit < 8 * (sizeof(text) - 1); bit++) {
        struct pylon_frame frame;
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        int result = pylon_open((const uint8_t *)text, sizeof(text) - 1, &frame);
        if (result == PYLON_NORMAL) { /* a digit of the sum in lower case */
            assert_in_range(bit / 8, sizeof(text) - 1 - 5, sizeof(text) - 1 - 2);
            assert_memory_equal(&frame.head, &right.head, sizeof(frame.head));
        }
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
}

static void a_frame_that_does_not_fit_is_none(void **state)
{
    (void)state;
    uint8_t bytes[PYLON_FRAME_MIN + 3];
    const struct pylon_head head = {0x20, 2, PYLON_DEVICE, 0};
    for (size_t count = 0; count <= 3; count++) {
        struct pylon_writer writer;
        memset(bytes, 0xA5, sizeof(bytes));
        pylon_begin(&writer, bytes, sizeof(bytes) - 1, &head);
        pylon_put(&writer, 0, 1);
        for (size_t i = 1; i < count; i++)
            pylon_put(&writer, 0, 1);
        assert_int_equal(pylon_end(&writer), count <= 1 ? PYLON_FRAME_MIN + 2 : 0);
        assert_int_equal(bytes[sizeof(bytes) - 1], 0xA5);
    }
    struct pylon_writer writer;
    pylon_begin(&writer, bytes, PYLON_FRAME_MIN + 1, &head); /* room for half a byte */
    pylon_put(&writer, 0, 1);
    assert_int_equal(pylon_end(&writer), 0);
}

static void a_frame_longer_than_its_length_can_say_is_none(void **state)
{
    (void)state;
    static uint8_t bytes[5000];
    static const struct pylon_head head = {0x20, 2, PYLON_DEVICE, 0};
    for (int count = 2047; count <= 2048; count++) {
        struct pylon_writer writer;
        pylon_begin(&writer, bytes, sizeof(bytes), &head);
        for (int i = 0; i < count; i++)
            pylon_put(&writer, 0, 1);
        assert_int_equal(pylon_end(&writer), count == 2047 ? PYLON_FRAME_MIN + 2 * 2047 : 0);
    }
}

static void a_text_is_filled_up_behind_its_end(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct pylon_writer writer;
    struct pylon_frame frame;
    const struct pylon_head head = {0x20, 2, PYLON_DEVICE, 0};
    pylon_begin(&writer, bytes, sizeof(bytes), &head);
    pylon_put_text(&writer, "AB\0C", 4, '-');
    pylon_put_text(&writer, "DEFGH", 3, '-');
    size_t size = pylon_end(&writer);
    assert_int_equal(pylon_open(bytes, size, &frame), PYLON_NORMAL);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(pylon_get(&frame, i, 1), "AB--DEF"[i]);
}

static int size_of(const char *text)
{
    return pylon_request_shape.size((const uint8_t *)text, strlen(text));
}

static void a_frame_ends_with_its_carriage_return(void **state)
{
    (void)state;
    char text[] = FRAME "~20";
    for (size_t size = 1; size < strlen(FRAME); size++)
        assert_int_equal(pylon_request_shape.size((const uint8_t *)text, size), 0);
    assert_int_equal(size_of(text), strlen(FRAME));
    assert_int_equal(size_of("~20\r"), 4);
    assert_int_equal(size_of("~20024642E0020GFD1E\r"), strlen(FRAME)); /* INFO is not looked at */
    assert_int_equal(size_of("20"), RESULT_UNKNOWN);
    assert_int_equal(size_of("~2x"), RESULT_UNKNOWN);
    assert_int_equal(size_of("~2002~"), RESULT_UNKNOWN);
    assert_int_equal(size_of("~200246420000~2002"), RESULT_UNKNOWN);
}

static void a_frame_without_end_is_given_up_at_the_size_of_the_line(void **state)
{
    (void)state;
    static uint8_t bytes[PYLON_FRAME_MAX];
    memset(bytes, '0', sizeof(bytes));
    bytes[0] = '~';
    assert_int_equal(pylon_reply_shape.size(bytes, sizeof(bytes) - 1), 0);
    assert_int_equal(pylon_reply_shape.size(bytes, sizeof(bytes)), RESULT_UNKNOWN);
}

/* Kinds of the tokens of a burst, one digit each. */
static void kinds_of(const struct serial_shape *shape, const char *text, char *kinds)
{
    static struct serial_line line;
    struct serial_input input = {(const uint8_t *)text, strlen(text)};
    struct serial_token token;
    size_t count = 0;
    serial_line_init(&line, shape, 1);
    while (serial_line_next(&line, &input, &token))
        kinds[count++] = (char)('0' + token.kind);
    serial_line_end(&line);
    while (serial_line_next(&line, &input, &token))
        kinds[count++] = (char)('0' + token.kind);
    kinds[count] = '\0';
}

static void a_line_finds_frames_in_whatever_comes(void **state)
{
    (void)state;
    static const struct {
        const struct serial_shape *shape;
        const char *text;
        const char *kinds;
    } rows[] = {
        {&pylon_request_shape, FRAME FRAME,                   "11"},
        {&pylon_request_shape, "\xFF~" FRAME,                 "01"},
        {&pylon_request_shape, "~20024642E002" FRAME,         "21"}, /* its end is lost */
        {&pylon_request_shape, "~20024642E00202FD34\r" FRAME, "11"}, /* is answered */
        {&pylon_reply_shape,   "~20024642E00202FD34\r" FRAME, "21"},
        {&pylon_reply_shape,   "~2002\r" FRAME,               "01"},
        {&pylon_reply_shape,   "~200246420000FDA\r",          "2" },
        {&pylon_reply_shape,   FRAME "~20024642",             "12"},
        {&pylon_reply_shape,   "~20?24642E00202FD33\r",       "0" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char kinds[64];
        kinds_of(rows[i].shape, rows[i].text, kinds);
        if (strcmp(kinds, rows[i].kinds) != 0)
            print_error("%s\n", rows[i].text);
        assert_string_equal(kinds, rows[i].kinds);
    }
    assert_int_equal(pylon_request_shape.kind, KIND_FRAME);
    assert_int_equal(pylon_request_shape.broken, KIND_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_read_and_written_alike),
        cmocka_unit_test(the_head_and_numbers_of_a_frame_are_read),
        cmocka_unit_test(lower_case_is_read),
        cmocka_unit_test(the_check_nibble_makes_the_sum_of_the_length_0),
        cmocka_unit_test(what_is_wrong_has_the_code_a_pack_answers_with),
        cmocka_unit_test(a_flipped_bit_is_noticed_or_changes_nothing),
        cmocka_unit_test(a_frame_that_does_not_fit_is_none),
        cmocka_unit_test(a_frame_longer_than_its_length_can_say_is_none),
        cmocka_unit_test(a_text_is_filled_up_behind_its_end),
        cmocka_unit_test(a_frame_ends_with_its_carriage_return),
        cmocka_unit_test(a_frame_without_end_is_given_up_at_the_size_of_the_line),
        cmocka_unit_test(a_line_finds_frames_in_whatever_comes),
    };
    return RUN_TESTS(tests);
}
