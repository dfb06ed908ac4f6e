/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/serial_line.c: tokens from whole, cut, spliced, noisy, late and endless traffic,
 * with the requests of the toy protocol and with a shape of long text frames.
 */
#include "tests/support/test.h"

#include "base/result.h"
#include "tests/support/toy_serial.h"
#include "wire/modbus.h"

enum { TRAFFIC_MAX = 12000, TOKENS_MAX = 400, SILENCE_US = SERIAL_SILENCE_US + 1 };

struct bench {
    struct serial_line line;
    uint64_t now_us;
    uint8_t traffic[TRAFFIC_MAX];
    size_t fed;                             /* of it */
    size_t received;                        /* of it, as tokens */
    struct serial_token tokens[TOKENS_MAX]; /* kinds and sizes */
    size_t count;
};

/* '~', anything, CR; another '~' ends a broken one. */
static int text_size(const uint8_t *bytes, size_t size)
{
    if (bytes[0] != '~')
        return RESULT_UNKNOWN;
    for (size_t i = 1; i < size; i++) {
        if (bytes[i] == '~' || bytes[i] == '\r')
            return (int)i + (bytes[i] == '\r');
    }
    return 0;
}

static bool text_good(const uint8_t *bytes, size_t size)
{
    return bytes[size - 1] == '\r';
}

/* 'L', size in two bytes, .., last byte 'E'. */
static int long_size(const uint8_t *bytes, size_t size)
{
    if (bytes[0] != 'L')
        return RESULT_UNKNOWN;
    return size < 3 ? 0 : bytes[1] << 8 | bytes[2];
}

static bool long_good(const uint8_t *bytes, size_t size)
{
    return bytes[size - 1] == 'E';
}

enum { TEXT = 7, TEXT_BROKEN, LONG, LONG_BROKEN };

static const struct serial_shape shapes[] = {
    {TEXT, TEXT_BROKEN, 1, text_size, text_good},
    {LONG, LONG_BROKEN, 3, long_size, long_good},
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    memset(&bench->line, 0xCC, sizeof(bench->line));
    bench->now_us = 1000000;
    serial_line_init(&bench->line, toy_serial.request, 1);
}

static void setup_shapes(struct bench *bench)
{
    setup(bench);
    serial_line_init(&bench->line, shapes, COUNT(shapes));
}

/* Tokens are the traffic, cut. */
static void collect(struct bench *bench, const uint8_t *bytes, size_t size)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    while (serial_line_next(&bench->line, &input, &token)) {
        assert_true(bench->count < TOKENS_MAX);
        bench->tokens[bench->count++] = token;
        assert_true(token.size > 0);
        assert_true(bench->received + token.size <= bench->fed);
        assert_memory_equal(token.bytes, bench->traffic + bench->received, token.size);
        bench->received += token.size;
    }
    assert_int_equal(input.size, 0);
}

/* One call, 100 us after the last one. */
static void feed(struct bench *bench, const void *bytes, size_t size)
{
    assert_true(bench->fed + size <= TRAFFIC_MAX);
    uint8_t *copy = bench->traffic + bench->fed;
    memcpy(copy, bytes, size);
    bench->fed += size;
    bench->now_us += 100;
    serial_line_time(&bench->line, size, bench->now_us);
    collect(bench, copy, size);
}

static void feed_pieces(struct bench *bench, const uint8_t *bytes, size_t size, size_t piece)
{
    for (size_t at = 0; at < size; at += piece)
        feed(bench, bytes + at, size - at < piece ? size - at : piece);
}

static void feed_read(struct bench *bench, uint8_t address)
{
    uint8_t request[TOY_REQUEST_SIZE];
    feed(bench, request, toy_read(request, address, 0x10, 4));
}

/* Silence that nobody calls in. */
static void gap(struct bench *bench)
{
    bench->now_us += SILENCE_US;
}

static void silence(struct bench *bench)
{
    gap(bench);
    serial_line_time(&bench->line, 0, bench->now_us);
    collect(bench, NULL, 0);
    assert_int_equal(bench->received, bench->fed); /* nothing is waited for */
}

static size_t count_of(const struct bench *bench, uint8_t kind)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->count; i++)
        count += bench->tokens[i].kind == kind;
    return count;
}

static size_t size_of(const struct bench *bench, uint8_t kind)
{
    size_t size = 0;
    for (size_t i = 0; i < bench->count; i++)
        size += bench->tokens[i].kind == kind ? bench->tokens[i].size : 0;
    return size;
}

/* The newest token is the good frame of feed_read(). */
static void expect_frame_last(const struct bench *bench)
{
    assert_true(bench->count > 0);
    assert_int_equal(bench->tokens[bench->count - 1].kind, SERIAL_FRAME);
    assert_int_equal(bench->received, bench->fed);
}

static void frames_come_out_of_pieces_of_every_size(void **state)
{
    (void)state;
    static const uint8_t data[40] = {9, 8, 7};
    static const uint8_t stray[] = {0x00, 0xFF};
    uint8_t traffic[200];
    size_t size = toy_read(traffic, 1, 0x10, 4);
    size += modbus_write_request(traffic + size, 16, 3, data, 20);
    memcpy(traffic + size, stray, 2);
    size += 2;
    size += toy_write(traffic + size, 2, 7, 7);
    for (size_t piece = 1; piece <= size; piece++) {
        struct bench bench;
        setup(&bench);
        feed_pieces(&bench, traffic, size, piece);
        assert_int_equal(count_of(&bench, SERIAL_FRAME), 3);
        assert_int_equal(size_of(&bench, SERIAL_NOISE), 2);
        assert_int_equal(bench.received, size);
    }
}

static void up_to_three_strays_before_and_after_a_frame_delay_nothing(void **state)
{
    (void)state;
    for (uint8_t address = 1; address <= 16; address++) {
        for (unsigned pattern = 0; pattern < 8; pattern++) {
            const uint8_t strays[] = {pattern & 1 ? 0xFF : 0x00, pattern & 2 ? 0xFF : 0x00,
                                      pattern & 4 ? 0xFF : 0x00};
            for (size_t count = 0; count <= 3; count++) {
                struct bench bench;
                setup(&bench);
                feed(&bench, strays, count);
                feed_read(&bench, address);
                expect_frame_last(&bench);
                feed(&bench, strays, count);
                feed_read(&bench, address);
                expect_frame_last(&bench);
                assert_int_equal(size_of(&bench, SERIAL_NOISE), 2 * count);
            }
        }
    }
}

/* With the stray, the read of address 16 looks like a write of whatever address. */
static void a_stray_that_would_be_an_address_delays_nothing(void **state)
{
    (void)state;
    static const struct serial_shape everyone = {SERIAL_FRAME, SERIAL_BROKEN, 0,
                                                 modbus_request_size, modbus_sealed};
    static const uint8_t strays[] = {0x00, 0xFF};
    for (size_t i = 0; i < COUNT(strays); i++) {
        struct bench bench;
        setup(&bench);
        serial_line_init(&bench.line, &everyone, 1);
        feed(&bench, strays + i, 1);
        feed_read(&bench, MODBUS_WRITE);
        expect_frame_last(&bench);
    }
}

/* A write of 20 words is as well told as cut at every place. */
static size_t long_write(uint8_t frame[100])
{
    uint8_t data[40];
    for (uint8_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(0x80 + i);
    return modbus_write_request(frame, 5, 0x1234, data, 20);
}

static void a_truncated_frame_does_not_take_the_next_one_along(void **state)
{
    (void)state;
    enum { AT_ONCE, AFTER_GAP, AFTER_SILENCE, WAYS };
    uint8_t frame[100];
    size_t whole = long_write(frame);
    for (int way = 0; way < WAYS; way++) {
        for (size_t size = 1; size < whole; size++) {
            struct bench bench;
            setup(&bench);
            feed(&bench, frame, size);
            if (way == AFTER_GAP)
                gap(&bench);
            if (way == AFTER_SILENCE)
                silence(&bench);
            feed_read(&bench, 1);
            if (way == AT_ONCE)
                silence(&bench); /* until then it might be the rest of the first one */
            expect_frame_last(&bench);
            assert_int_equal(count_of(&bench, SERIAL_FRAME), 1);
        }
    }
}

static void a_frame_after_a_broken_one_is_found_though_it_comes_late_and_in_pieces(void **state)
{
    (void)state;
    uint8_t frame[100];
    uint8_t request[TOY_REQUEST_SIZE];
    long_write(frame);
    toy_read(request, 1, 0x10, 4);
    for (size_t piece = 1; piece < sizeof(request); piece++) {
        struct bench bench;
        setup(&bench);
        feed(&bench, frame, 20);
        for (size_t at = 0; at < sizeof(request); at += piece) {
            gap(&bench);
            feed(&bench, request + at, sizeof(request) - at < piece ? sizeof(request) - at : piece);
        }
        expect_frame_last(&bench);
    }
}

static void what_broke_off_behind_another_frame_is_left_behind_too(void **state)
{
    (void)state;
    uint8_t bytes[TOY_REQUEST_SIZE + 100];
    struct bench bench;
    setup(&bench);
    size_t size = toy_read(bytes, 1, 0, 1);
    long_write(bytes + size);
    feed(&bench, bytes, size + 20);
    assert_int_equal(bench.count, 1);
    gap(&bench);
    toy_read(bytes, 1, 0x10, 4);
    feed(&bench, bytes, 3);
    feed(&bench, bytes + 3, 5);
    expect_frame_last(&bench);
}

static void noise_on_both_sides_of_a_silence_is_told_apart(void **state)
{
    (void)state;
    uint8_t bytes[100];
    struct bench bench;
    long_write(bytes);
    setup(&bench);
    feed(&bench, bytes, 20);
    gap(&bench);
    bytes[0] = 0xEE;
    feed(&bench, bytes, 1 + toy_read(bytes + 1, 1, 0x10, 4));
    expect_frame_last(&bench);
    assert_int_equal(bench.count, 3);
    assert_int_equal(bench.tokens[0].size, 20);
    assert_int_equal(bench.tokens[1].size, 1);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Read as a request, the answer of another pack soon looks like a long write. */
static void a_request_after_the_answer_of_another_pack_is_found_at_once(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        uint8_t answer[5 + 80] = {6, TOY_READ, 80};
        uint8_t stray = (uint8_t)(random_next(&seed) % 2 * 0xFF);
        struct bench bench;
        for (size_t i = 3; i < 83; i++)
            answer[i] = (uint8_t)(random_next(&seed) % 20); /* many a function and address */
        setup(&bench);
        feed(&bench, answer, modbus_seal(answer, 83));
        bench.now_us += SERIAL_PAUSE_US;
        if (round % 2)
            feed(&bench, &stray, 1);
        feed_read(&bench, 2);
        expect_frame_last(&bench);
    }
}

static void a_long_frame_is_not_cut_by_a_frame_within_it(void **state)
{
    (void)state;
    uint8_t inner[2 * TOY_REQUEST_SIZE] = {0};
    uint8_t frame[3 + 100] = {'L', 0, sizeof(frame)};
    struct bench bench;
    size_t size = modbus_write_request(frame, 5, 1, inner, 8);
    toy_read(frame + 9, 2, 0x10, 4);
    modbus_seal(frame, size - 2);
    for (size_t piece = 1; piece < 30; piece++) {
        setup(&bench);
        feed_pieces(&bench, frame, size, piece); /* without a pause */
        assert_int_equal(bench.count, 1);
    }
    setup_shapes(&bench); /* beyond doubt: not even with one */
    memset(frame, 0, sizeof(frame));
    memcpy(frame, (const uint8_t[]){'L', 0, sizeof(frame)}, 3);
    memcpy(frame + 50, "~inner\r", 7);
    frame[sizeof(frame) - 1] = 'E';
    feed(&bench, frame, 50);
    bench.now_us += SERIAL_PAUSE_US;
    feed(&bench, frame + 50, 20);
    feed(&bench, frame + 70, sizeof(frame) - 70);
    assert_int_equal(bench.count, 1);
    assert_int_equal(bench.tokens[0].kind, LONG);
}

static void a_frame_in_pieces_100_ms_apart_is_whole_for_a_late_caller(void **state)
{
    (void)state;
    uint8_t frame[100];
    size_t whole = long_write(frame);
    for (size_t piece = 1; piece < whole; piece++) {
        struct bench bench;
        setup(&bench);
        for (size_t at = 0; at < whole; at += piece) {
            bench.now_us += 100000;
            feed(&bench, frame + at, whole - at < piece ? whole - at : piece);
        }
        expect_frame_last(&bench);
        assert_int_equal(bench.count, 1);
    }
}

static void the_longest_frame_survives_an_adapter_that_delivers_every_16_ms(void **state)
{
    (void)state;
    static struct bench bench;
    static uint8_t frame[SERIAL_LINE_CAPACITY] = {'L', SERIAL_LINE_CAPACITY >> 8,
                                                  SERIAL_LINE_CAPACITY & 0xFF};
    frame[sizeof(frame) - 1] = 'E';
    setup_shapes(&bench);
    for (size_t at = 0; at < sizeof(frame); at += 15) {
        for (int ms = 0; ms < 16; ms++) {
            bench.now_us += 1000;
            serial_line_time(&bench.line, 0, bench.now_us);
            collect(&bench, NULL, 0);
        }
        feed(&bench, frame + at, sizeof(frame) - at < 15 ? sizeof(frame) - at : 15);
    }
    assert_int_equal(bench.count, 1);
    assert_int_equal(bench.tokens[0].kind, LONG);
    assert_int_equal(bench.tokens[0].size, sizeof(frame));
}

static void a_frame_longer_than_the_line_is_junk_at_once(void **state)
{
    (void)state;
    static const uint8_t head[] = {'L', 0xFF, 0xFF, '~', 'a', '\r'};
    struct bench bench;
    setup_shapes(&bench);
    feed(&bench, head, sizeof(head));
    assert_int_equal(bench.count, 2);
    assert_int_equal(bench.tokens[1].kind, TEXT);
}

static void a_frame_without_end_fills_the_line_and_is_given_up(void **state)
{
    (void)state;
    static struct bench bench;
    static uint8_t endless[3 * SERIAL_LINE_CAPACITY];
    memset(endless, 'x', sizeof(endless));
    endless[0] = '~';
    for (size_t piece = 1; piece <= sizeof(endless); piece = 4 * piece + 1) {
        setup_shapes(&bench);
        feed_pieces(&bench, endless, sizeof(endless), piece);
        feed(&bench, "~good\r", 6);
        assert_int_equal(count_of(&bench, TEXT), 1);
        assert_int_equal(bench.tokens[0].kind, TEXT_BROKEN);
        assert_int_equal(bench.received, bench.fed);
    }
}

static void a_certain_shape_tells_broken_frames_from_noise(void **state)
{
    (void)state;
    struct bench bench;
    setup_shapes(&bench);
    feed(&bench, "noise~ab~cd~ef\r", 15);
    assert_int_equal(count_of(&bench, TEXT), 1);
    assert_int_equal(count_of(&bench, TEXT_BROKEN), 2);
    assert_int_equal(size_of(&bench, SERIAL_NOISE), 5);
}

static void a_whole_frame_with_a_wrong_sum_is_broken_and_a_piece_is_noise(void **state)
{
    (void)state;
    uint8_t request[TOY_REQUEST_SIZE];
    struct bench bench;
    toy_read(request, 1, 0x10, 4);
    request[5] ^= 1;
    setup(&bench);
    for (int i = 0; i < 3; i++) {
        gap(&bench); /* nobody calls, yet each is counted */
        feed(&bench, request, sizeof(request));
    }
    silence(&bench);
    feed(&bench, request, 5);
    silence(&bench);
    assert_int_equal(count_of(&bench, SERIAL_BROKEN), 3);
    assert_int_equal(size_of(&bench, SERIAL_NOISE), 5);
}

static void two_frames_spliced_into_one_are_no_frame(void **state)
{
    (void)state;
    uint8_t first[100];
    uint8_t second[TOY_REQUEST_SIZE];
    uint8_t splice[110];
    size_t whole = long_write(first);
    toy_read(second, 1, 0x10, 4);
    for (size_t cut = 1; cut < whole; cut++) {
        for (size_t from = 1; from < sizeof(second); from++) {
            struct bench bench;
            size_t size = cut + sizeof(second) - from;
            memcpy(splice, first, cut);
            memcpy(splice + cut, second + from, sizeof(second) - from);
            setup(&bench);
            feed(&bench, splice, size);
            silence(&bench);
            assert_int_equal(count_of(&bench, SERIAL_FRAME), 0);
            feed_read(&bench, 1);
            expect_frame_last(&bench);
        }
    }
}

static void a_frame_that_lost_a_byte_is_no_frame(void **state)
{
    (void)state;
    uint8_t frame[100];
    size_t whole = long_write(frame);
    for (size_t lost = 0; lost < whole; lost++) {
        struct bench bench;
        setup(&bench);
        feed(&bench, frame, lost);
        feed(&bench, frame + lost + 1, whole - lost - 1);
        silence(&bench);
        assert_int_equal(count_of(&bench, SERIAL_FRAME), 0);
        feed_read(&bench, 1);
        expect_frame_last(&bench);
    }
}

/* A frame is found within 264 bytes, the longest that noise can pretend to be. */
static void frames_are_found_on_a_line_that_is_never_silent(void **state)
{
    (void)state;
    static struct bench bench;
    uint32_t seed = 5;
    size_t sent = 0;
    setup(&bench);
    while (bench.fed < TRAFFIC_MAX - 1000) {
        feed_read(&bench, 1);
        sent++;
        for (int i = 0; i < 70; i++) {
            uint8_t noise = (uint8_t)random_next(&seed);
            feed(&bench, &noise, 1);
        }
        size_t done = count_of(&bench, SERIAL_FRAME);
        assert_in_range(done, sent < 5 ? 0 : sent - 4, sent);
    }
    silence(&bench);
    assert_int_equal(count_of(&bench, SERIAL_FRAME), sent);
}

static void what_is_kept_comes_out_later_and_the_rest_is_left(void **state)
{
    (void)state;
    static uint8_t bytes[SERIAL_LINE_CAPACITY + 100];
    struct serial_input input = {bytes, sizeof(bytes)};
    struct serial_token token;
    struct serial_line line;
    serial_line_init(&line, toy_serial.request, 1);
    toy_read(bytes, 1, 0x10, 4);
    serial_line_keep(&line, &input);
    assert_int_equal(input.size, 100);
    assert_ptr_equal(input.bytes, bytes + SERIAL_LINE_CAPACITY);
    serial_line_keep(&line, &input);
    assert_int_equal(input.size, 100);
    assert_true(serial_line_next(&line, &input, &token));
    assert_int_equal(token.kind, SERIAL_FRAME);
}

static void silence_begins_after_its_time_and_not_with_it(void **state)
{
    (void)state;
    uint8_t frame[100];
    struct bench bench;
    long_write(frame);
    setup(&bench);
    feed(&bench, frame, 30);
    for (uint64_t late_us = 0; late_us <= 1; late_us++) {
        serial_line_time(&bench.line, 0, bench.now_us + SERIAL_SILENCE_US + late_us);
        collect(&bench, NULL, 0);
        assert_int_equal(bench.received, late_us ? 30 : 0);
    }
}

static void the_end_of_the_traffic_hands_out_what_waits(void **state)
{
    (void)state;
    uint8_t frame[100];
    struct bench bench;
    long_write(frame);
    setup(&bench);
    feed(&bench, frame, 30);
    assert_int_equal(bench.count, 0);
    serial_line_end(&bench.line);
    collect(&bench, NULL, 0);
    assert_int_equal(bench.received, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_of_pieces_of_every_size),
        cmocka_unit_test(up_to_three_strays_before_and_after_a_frame_delay_nothing),
        cmocka_unit_test(a_stray_that_would_be_an_address_delays_nothing),
        cmocka_unit_test(a_truncated_frame_does_not_take_the_next_one_along),
        cmocka_unit_test(a_frame_after_a_broken_one_is_found_though_it_comes_late_and_in_pieces),
        cmocka_unit_test(what_broke_off_behind_another_frame_is_left_behind_too),
        cmocka_unit_test(noise_on_both_sides_of_a_silence_is_told_apart),
        cmocka_unit_test(a_request_after_the_answer_of_another_pack_is_found_at_once),
        cmocka_unit_test(a_long_frame_is_not_cut_by_a_frame_within_it),
        cmocka_unit_test(a_frame_in_pieces_100_ms_apart_is_whole_for_a_late_caller),
        cmocka_unit_test(the_longest_frame_survives_an_adapter_that_delivers_every_16_ms),
        cmocka_unit_test(a_frame_longer_than_the_line_is_junk_at_once),
        cmocka_unit_test(a_frame_without_end_fills_the_line_and_is_given_up),
        cmocka_unit_test(a_certain_shape_tells_broken_frames_from_noise),
        cmocka_unit_test(a_whole_frame_with_a_wrong_sum_is_broken_and_a_piece_is_noise),
        cmocka_unit_test(two_frames_spliced_into_one_are_no_frame),
        cmocka_unit_test(a_frame_that_lost_a_byte_is_no_frame),
        cmocka_unit_test(frames_are_found_on_a_line_that_is_never_silent),
        cmocka_unit_test(what_is_kept_comes_out_later_and_the_rest_is_left),
        cmocka_unit_test(silence_begins_after_its_time_and_not_with_it),
        cmocka_unit_test(the_end_of_the_traffic_hands_out_what_waits),
    };
    return RUN_TESTS(tests);
}
