/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/jk_line.c: tokens from whole, cut, spliced, noisy and broken traffic.
 */
#include "tests/support/test.h"

#include "wire/jk_frame.h"
#include "wire/jk_line.h"
#include "wire/modbus.h"

struct bench {
    struct serial_line line;
    uint64_t now_us;
    uint8_t traffic[4000];
    size_t size;                   /* put */
    size_t sent;                   /* of them */
    size_t received;               /* of them, as tokens */
    struct serial_token tokens[8]; /* kinds and sizes */
    size_t count;
};

static void setup(struct bench *bench, enum jk_medium medium)
{
    memset(bench, 0, sizeof(*bench));
    memset(&bench->line, 0xCC, sizeof(bench->line));
    bench->now_us = 1000000;
    jk_line_init(&bench->line, medium);
}

static void put(struct bench *bench, const uint8_t *bytes, size_t size)
{
    memcpy(bench->traffic + bench->size, bytes, size);
    bench->size += size;
}

static void put_frame(struct bench *bench, uint8_t type)
{
    uint8_t frame[JK_FRAME_SIZE];
    jk_frame_begin(frame, type, 0);
    frame[100] = 0x21;
    frame[298] = 0x43;
    jk_frame_seal(frame);
    put(bench, frame, sizeof(frame));
}

static void put_request(struct bench *bench)
{
    uint8_t request[8];
    put(bench, request, modbus_read_request(request, 1, 0x1200, 2));
}

/* Tokens are the traffic, cut. */
static void collect(struct bench *bench, const uint8_t *bytes, size_t size)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    while (serial_line_next(&bench->line, &input, &token)) {
        assert_true(bench->count < 8);
        bench->tokens[bench->count++] = token;
        assert_true(bench->received + token.size <= bench->sent);
        assert_memory_equal(token.bytes, bench->traffic + bench->received, token.size);
        bench->received += token.size;
    }
    assert_int_equal(input.size, 0);
}

/* Sends what was put, `step` bytes at a time. */
static void send(struct bench *bench, size_t step)
{
    while (bench->sent < bench->size) {
        size_t left = bench->size - bench->sent;
        size_t size = left < step ? left : step;
        const uint8_t *bytes = bench->traffic + bench->sent;
        bench->now_us += 100;
        bench->sent += size;
        serial_line_time(&bench->line, size, bench->now_us);
        collect(bench, bytes, size);
    }
}

static void wait(struct bench *bench, uint64_t us)
{
    bench->now_us += us;
    serial_line_time(&bench->line, 0, bench->now_us);
    collect(bench, NULL, 0);
}

static void expect(struct bench *bench, size_t index, enum jk_token_kind kind, size_t size)
{
    assert_true(index < bench->count);
    assert_int_equal(bench->tokens[index].kind, kind);
    assert_int_equal(bench->tokens[index].size, size);
}

static void a_burst_of_all_kinds_comes_out_in_order(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, 64, 1200};
    uint8_t acknowledge[8];
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct bench bench;
        setup(&bench, JK_MEDIUM_RS485);
        put_request(&bench);
        put_frame(&bench, JK_STATUS);
        put(&bench, acknowledge, modbus_write_reply(acknowledge, 1, 0x1620, 1));
        put_frame(&bench, JK_SETTINGS);
        send(&bench, steps[i]);
        assert_int_equal(bench.count, 4);
        expect(&bench, 0, JK_TOKEN_REQUEST, 8);
        expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
        expect(&bench, 2, JK_TOKEN_REPLY, 8);
        expect(&bench, 3, JK_TOKEN_FRAME, JK_FRAME_SIZE);
    }
}

static void noise_is_handed_out_before_what_follows(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0xFF, 0xFE, 0xFF};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put(&bench, noise, sizeof(noise));
    put_request(&bench);
    send(&bench, 1200);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_NOISE, sizeof(noise));
    expect(&bench, 1, JK_TOKEN_REQUEST, 8);
}

static void a_pad_byte_before_an_answer_does_no_harm(void **state)
{
    (void)state;
    static const uint8_t pad[] = {0x00};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put(&bench, pad, 1);
    put_frame(&bench, JK_STATUS);
    send(&bench, 1);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_NOISE, 1);
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
}

static void a_pad_byte_between_frame_and_acknowledge_delays_nothing(void **state)
{
    (void)state;
    for (uint8_t address = 1; address <= 15; address++) {
        uint8_t padded[9] = {0};
        struct bench bench;
        setup(&bench, JK_MEDIUM_RS485);
        put_frame(&bench, JK_STATUS);
        put(&bench, padded, 1 + modbus_write_reply(padded + 1, address, 0x1620, 1));
        send(&bench, 1);
        assert_int_equal(bench.count, 3);
        expect(&bench, 0, JK_TOKEN_FRAME, JK_FRAME_SIZE);
        expect(&bench, 1, JK_TOKEN_NOISE, 1);
        expect(&bench, 2, JK_TOKEN_REPLY, 8);
    }
}

static void half_a_frame_waits_for_silence(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    bench.size = 150;
    send(&bench, 150);
    wait(&bench, SERIAL_SILENCE_US);
    assert_int_equal(bench.count, 0);
    wait(&bench, 1);
    assert_int_equal(bench.count, 1);
    expect(&bench, 0, JK_TOKEN_BAD_SUM, 150);
}

static void a_frame_spliced_onto_half_a_frame_is_found(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    bench.size = 150;
    put_frame(&bench, JK_SETTINGS);
    send(&bench, 1200);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_BAD_SUM, 150);
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
}

static void a_corrupted_frame_does_not_take_the_next_one_with_it(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    bench.traffic[200] ^= 0x10;
    put_frame(&bench, JK_STATUS);
    send(&bench, 1200);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_BAD_SUM, JK_FRAME_SIZE);
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
}

static void a_request_with_a_wrong_crc_is_told_as_such(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_request(&bench);
    bench.traffic[7] ^= 1;
    send(&bench, 8);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 1);
    expect(&bench, 0, JK_TOKEN_BAD_CRC, 8);
}

static void bluetooth_speaks_commands_and_no_modbus(void **state)
{
    (void)state;
    static const uint8_t command[JK_COMMAND_SIZE] = {0xAA, 0x55, 0x90, 0xEB, 0x97,       0,
                                                     0,    0,    0,    0,    [19] = 0x11};
    struct bench bench;
    setup(&bench, JK_MEDIUM_BLE);
    put(&bench, command, sizeof(command));
    put_frame(&bench, JK_INFO);
    put_request(&bench);
    send(&bench, 20);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, JK_TOKEN_COMMAND, JK_COMMAND_SIZE);
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
    expect(&bench, 2, JK_TOKEN_NOISE, 8);
}

static void the_end_of_the_traffic_hands_out_the_rest(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_request(&bench);
    bench.size = 5;
    send(&bench, 5);
    assert_int_equal(bench.count, 0);
    serial_line_end(&bench.line);
    collect(&bench, NULL, 0);
    assert_int_equal(bench.count, 1);
    expect(&bench, 0, JK_TOKEN_NOISE, 5);
}

static void only_addresses_of_modbus_begin_a_message(void **state)
{
    (void)state;
    static const struct {
        uint8_t address;
        enum jk_token_kind request;
        enum jk_token_kind reply;
    } rows[] = {
        {0,   JK_TOKEN_REQUEST, JK_TOKEN_REPLY},
        {247, JK_TOKEN_REQUEST, JK_TOKEN_REPLY},
        {248, JK_TOKEN_NOISE,   JK_TOKEN_NOISE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[8];
        struct bench bench;
        setup(&bench, JK_MEDIUM_RS485);
        put(&bench, bytes, modbus_read_request(bytes, rows[i].address, 0x1200, 2));
        send(&bench, 8);
        wait(&bench, SERIAL_SILENCE_US + 1);
        put(&bench, bytes, modbus_write_reply(bytes, rows[i].address, 0x1620, 1));
        send(&bench, 8);
        wait(&bench, SERIAL_SILENCE_US + 1);
        assert_int_equal(bench.count, 2);
        expect(&bench, 0, rows[i].request, 8);
        expect(&bench, 1, rows[i].reply, 8);
    }
}

static void a_reply_with_a_wrong_crc_is_told_as_such(void **state)
{
    (void)state;
    static const uint8_t reply[] = {1, 0x03, 2, 0, 0, 0, 0};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put(&bench, reply, sizeof(reply));
    send(&bench, 1);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 1);
    expect(&bench, 0, JK_TOKEN_BAD_CRC, sizeof(reply));
}

static void a_pad_byte_before_a_request_is_told_at_once(void **state)
{
    (void)state;
    static const uint8_t setting[2] = {0};
    uint8_t padded[12] = {0};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    put(&bench, padded, 1 + modbus_write_request(padded + 1, 1, 0x1620, setting, 1));
    send(&bench, 1);
    assert_int_equal(bench.count, 3);
    expect(&bench, 1, JK_TOKEN_NOISE, 1);
    expect(&bench, 2, JK_TOKEN_REQUEST, 11);
}

static void a_pad_byte_after_noise_is_told_at_once(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0xFF};
    uint8_t padded[9] = {0};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    put(&bench, noise, 1);
    send(&bench, 64);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 2);
    expect(&bench, 1, JK_TOKEN_NOISE, 1);
    put(&bench, padded, 1 + modbus_write_reply(padded + 1, 1, 0x1620, 1));
    send(&bench, 1);
    assert_int_equal(bench.count, 4);
    expect(&bench, 2, JK_TOKEN_NOISE, 1);
    expect(&bench, 3, JK_TOKEN_REPLY, 8);
}

static void junk_is_cut_at_each_marker_but_not_at_a_piece_of_one(void **state)
{
    (void)state;
    static const uint8_t whole[] = {0xFF, 0xFE, 0x55, 0xAA, 0xEB, 0x90};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    bench.size = 150;
    put_frame(&bench, JK_STATUS);
    bench.size = 250;
    send(&bench, 1400);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_BAD_SUM, 150);
    expect(&bench, 1, JK_TOKEN_BAD_SUM, 100);
    put(&bench, whole, sizeof(whole));
    send(&bench, 1);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 4);
    expect(&bench, 2, JK_TOKEN_NOISE, 2);
    expect(&bench, 3, JK_TOKEN_BAD_SUM, 4);
    put(&bench, whole, sizeof(whole) - 1);
    send(&bench, 1);
    wait(&bench, SERIAL_SILENCE_US + 1);
    assert_int_equal(bench.count, 5);
    expect(&bench, 4, JK_TOKEN_NOISE, 5);
}

static void silence_ends_one_wait_and_not_the_next(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0xFF};
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    put(&bench, noise, 1);
    send(&bench, 1);
    wait(&bench, SERIAL_SILENCE_US + 1);
    put_frame(&bench, JK_STATUS);
    send(&bench, 7);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_NOISE, 1);
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
}

static void more_than_fits_is_taken_in_pieces(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    for (unsigned i = 0; i < 4; i++)
        put_frame(&bench, JK_STATUS);
    send(&bench, 1200);
    assert_int_equal(bench.count, 4);
    setup(&bench, JK_MEDIUM_RS485);
    put_frame(&bench, JK_STATUS);
    bench.size = 150;
    send(&bench, 150);
    for (unsigned i = 0; i < 3; i++)
        put_frame(&bench, JK_STATUS);
    send(&bench, 900);
    assert_int_equal(bench.count, 4);
    expect(&bench, 0, JK_TOKEN_BAD_SUM, 150);
    expect(&bench, 3, JK_TOKEN_FRAME, JK_FRAME_SIZE);
}

static void noise_without_end_is_handed_out_when_the_line_is_full(void **state)
{
    (void)state;
    uint8_t noise[500];
    struct bench bench;
    setup(&bench, JK_MEDIUM_RS485);
    memset(noise, 0xFF, sizeof(noise));
    put(&bench, noise, sizeof(noise));
    put_frame(&bench, JK_STATUS);
    put(&bench, noise, sizeof(noise));
    send(&bench, 100);
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, JK_TOKEN_NOISE, sizeof(noise));
    expect(&bench, 1, JK_TOKEN_FRAME, JK_FRAME_SIZE);
    wait(&bench, SERIAL_SILENCE_US + 1);
    expect(&bench, 2, JK_TOKEN_NOISE, sizeof(noise));
    bench.size = bench.sent = bench.received = 0;
    for (size_t size = 0; size <= SERIAL_LINE_CAPACITY; size += sizeof(noise))
        put(&bench, noise, sizeof(noise));
    send(&bench, 100);
    assert_int_equal(bench.count, 4);
    expect(&bench, 3, JK_TOKEN_NOISE, SERIAL_LINE_CAPACITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_of_all_kinds_comes_out_in_order),
        cmocka_unit_test(noise_is_handed_out_before_what_follows),
        cmocka_unit_test(a_pad_byte_before_an_answer_does_no_harm),
        cmocka_unit_test(a_pad_byte_between_frame_and_acknowledge_delays_nothing),
        cmocka_unit_test(half_a_frame_waits_for_silence),
        cmocka_unit_test(a_frame_spliced_onto_half_a_frame_is_found),
        cmocka_unit_test(a_corrupted_frame_does_not_take_the_next_one_with_it),
        cmocka_unit_test(a_request_with_a_wrong_crc_is_told_as_such),
        cmocka_unit_test(bluetooth_speaks_commands_and_no_modbus),
        cmocka_unit_test(the_end_of_the_traffic_hands_out_the_rest),
        cmocka_unit_test(only_addresses_of_modbus_begin_a_message),
        cmocka_unit_test(a_reply_with_a_wrong_crc_is_told_as_such),
        cmocka_unit_test(a_pad_byte_before_a_request_is_told_at_once),
        cmocka_unit_test(a_pad_byte_after_noise_is_told_at_once),
        cmocka_unit_test(junk_is_cut_at_each_marker_but_not_at_a_piece_of_one),
        cmocka_unit_test(silence_ends_one_wait_and_not_the_next),
        cmocka_unit_test(more_than_fits_is_taken_in_pieces),
        cmocka_unit_test(noise_without_end_is_handed_out_when_the_line_is_full),
    };
    return RUN_TESTS(tests);
}
