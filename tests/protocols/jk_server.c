/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_server.c: requests, exceptions, fetches, and what gets no answer.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_map.h"
#include "protocols/jk_server.h"

struct bench {
    struct jk_server server;
    struct snapshot snapshot;
    struct params params;
    struct event_source events; /* count NULL: none */
    struct jk_request request;
    enum command_result result; /* given to every request */
    uint64_t now_us;
    uint8_t answer[JK_FRAME_SIZE + 8];
    size_t size;
};

static void setup(struct bench *bench, uint8_t address)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    snapshot_init(&bench->snapshot);
    params_init(&bench->params);
    snapshot_put(&bench->snapshot, VALUE_pack_mv, 52920);
    jk_server_init(&bench->server, address, SESSION_RS485_1);
}

/* Serves what came in; the answer's size, 0 for none. */
static size_t serve(struct bench *bench)
{
    bench->size = 0;
    bench->now_us += 2 * SERIAL_SILENCE_US;
    jk_server_step(&bench->server, bench->now_us);
    if (!jk_server_take(&bench->server, &bench->params, &bench->request))
        return 0;
    const struct jk_pack pack = {&bench->snapshot, &bench->params,
                                 bench->events.count ? &bench->events : NULL};
    jk_server_reply(&bench->server, &bench->request, bench->result, &pack);
    bench->size = jk_server_transmit(&bench->server, bench->answer, sizeof(bench->answer));
    return bench->size;
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    bench->now_us += 100000;
    jk_server_receive(&bench->server, bytes, size, bench->now_us);
}

/* Asks in hex, without CRC. */
static size_t ask(struct bench *bench, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int count = hex_parse(hex, strlen(hex), bytes, sizeof(bytes) - 2);
    assert_true(count > 0);
    hear(bench, bytes, modbus_seal(bytes, (size_t)count));
    return serve(bench);
}

static void expect_exception(struct bench *bench, const char *hex, enum modbus_exception code)
{
    assert_int_equal(ask(bench, hex), 5);
    assert_int_equal(bench->answer[0], bench->server.address);
    assert_true(bench->answer[1] & MODBUS_EXCEPTION_BIT);
    assert_int_equal(bench->answer[2], code);
    assert_true(modbus_sealed(bench->answer, 5));
    assert_int_equal(bench->request.command_count, 0);
}

static void a_read_is_answered_with_its_words(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 3);
    assert_int_equal(ask(&bench, "03 03 12 90 00 02"), 9);
    assert_int_equal(bench.request.kind, JK_REQUEST_READ);
    assert_int_equal(bench.answer[0], 3);
    assert_int_equal(bench.answer[2], 4);
    assert_int_equal(get_u32be(bench.answer + 3), 52920);
    assert_true(modbus_sealed(bench.answer, 9));
    assert_int_equal(ask(&bench, "03 03 10 00 00 40"), 5 + 0x80);
    assert_int_equal(ask(&bench, "03 03 12 00 00 7D"), 5 + 250);
}

static void each_exception_has_its_cause(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 1);
    expect_exception(&bench, "01 04 12 90 00 02", MODBUS_ILLEGAL_FUNCTION);
    expect_exception(&bench, "01 06 10 0C 0E 2E", MODBUS_ILLEGAL_FUNCTION);
    expect_exception(&bench, "01 0F 10 0C 00 01 01 01", MODBUS_ILLEGAL_FUNCTION);
    expect_exception(&bench, "01 03 00 05 00 02", MODBUS_ILLEGAL_ADDRESS);
    expect_exception(&bench, "01 10 00 20 00 02 04 00 05 22 33", MODBUS_ILLEGAL_ADDRESS);
    expect_exception(&bench, "01 03 12 90 00 00", MODBUS_ILLEGAL_VALUE);
    expect_exception(&bench, "01 03 12 00 00 7E", MODBUS_ILLEGAL_VALUE);
    expect_exception(&bench, "01 10 10 0C 00 00 00", MODBUS_ILLEGAL_VALUE);
    expect_exception(&bench, "01 10 10 0C 00 03 04 00 00 0E 2E", MODBUS_ILLEGAL_VALUE);
    expect_exception(&bench, "01 10 10 0C 00 01 02 0E 2E", MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(bench.server.exceptions, 10);
    assert_int_equal(bench.server.requests, 10);
}

static void a_fetch_is_a_frame_and_its_acknowledge_as_captured(void **state)
{
    (void)state;
    static const uint8_t fetch[] = {0x01, 0x10, 0x16, 0x20, 0, 1, 2, 0, 0, 0xD6, 0xF1};
    static const uint8_t acknowledge[] = {0x01, 0x10, 0x16, 0x20, 0, 1, 0x04, 0x4B};
    struct bench bench;
    setup(&bench, 1);
    hear(&bench, fetch, sizeof(fetch));
    assert_int_equal(serve(&bench), JK_FRAME_SIZE + 8);
    assert_int_equal(bench.request.kind, JK_REQUEST_FETCH);
    assert_true(jk_frame_good(bench.answer));
    assert_int_equal(bench.answer[4], JK_STATUS);
    assert_memory_equal(bench.answer + JK_FRAME_SIZE, acknowledge, 8);
    assert_int_equal(ask(&bench, "01 10 16 1E 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    assert_int_equal(bench.answer[4], JK_SETTINGS);
    assert_int_equal(ask(&bench, "01 10 16 1C 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    assert_int_equal(bench.answer[4], JK_INFO);
    expect_exception(&bench, "01 10 16 22 00 01 02 00 00", MODBUS_ILLEGAL_ADDRESS);
}

static uint32_t three(const void *context)
{
    (void)context;
    return 3;
}

/* The third has no code. */
static bool get_event(const void *context, uint32_t index, struct event *event)
{
    static const uint8_t kinds[] = {EVENT_ALARM_SET, EVENT_ALARM_CLEARED, EVENT_LOGIN_FAILED};
    (void)context;
    *event = (struct event){
        .time_s = 100 + index, .kind = kinds[index], .detail = ALARM_cell_over_voltage};
    return true;
}

static void the_event_log_is_fetched_as_a_frame(void **state)
{
    (void)state;
    struct bench bench;
    struct jk_event event;
    setup(&bench, 1);
    bench.events = (struct event_source){&bench, three, get_event};
    assert_int_equal(ask(&bench, "01 10 16 24 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    assert_true(jk_frame_good(bench.answer));
    assert_true(modbus_sealed(bench.answer + JK_FRAME_SIZE, 8));
    assert_int_equal(jk_event_count(bench.answer), 2);
    assert_true(jk_event_get(bench.answer, 1, &event));
    assert_int_equal(event.time_s, 101);
    assert_int_equal(event.code, 0x12);
    bench.events.count = NULL;
    assert_int_equal(ask(&bench, "01 10 16 24 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    assert_int_equal(jk_event_count(bench.answer), 0);
}

static void a_write_becomes_commands_of_its_session_and_is_acknowledged(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 1);
    assert_int_equal(ask(&bench, "01 10 10 0C 00 02 04 00 00 0E 2E"), 8);
    assert_int_equal(bench.request.kind, JK_REQUEST_WRITE);
    assert_int_equal(bench.request.command_count, 1);
    assert_int_equal(bench.request.commands[0].id, PARAM_cell_ovp_mv);
    assert_int_equal(bench.request.commands[0].value, 3630);
    assert_int_equal(bench.request.commands[0].session, SESSION_RS485_1);
    static const uint8_t head[] = {0x01, 0x10, 0x10, 0x0C, 0x00, 0x02};
    assert_memory_equal(bench.answer, head, sizeof(head));
    assert_true(modbus_sealed(bench.answer, 8));
}

static void every_refusal_of_the_pack_is_an_exception(void **state)
{
    (void)state;
    static const uint8_t codes[COMMAND_RESULT_COUNT] = {
        [COMMAND_NO_ACCESS] = 2, [COMMAND_OUT_OF_RANGE] = 3, [COMMAND_CONFLICT] = 3,
        [COMMAND_UNKNOWN] = 2,   [COMMAND_NOT_ALLOWED] = 3,  [COMMAND_WRONG_PASSWORD] = 3,
        [COMMAND_WAIT] = 3,      [COMMAND_BUSY] = 6,
    };
    struct bench bench;
    setup(&bench, 1);
    for (int result = COMMAND_ACCEPTED + 1; result < COMMAND_RESULT_COUNT; result++) {
        bench.result = (enum command_result)result;
        assert_int_equal(ask(&bench, "01 10 16 26 00 01 02 00 00"), 5);
        assert_int_equal(bench.request.commands[0].kind, COMMAND_FORBIDDEN);
        assert_int_equal(bench.answer[1], 0x90);
        assert_int_equal(bench.answer[2], codes[result]);
    }
}

static void a_preset_is_answered_with_the_settings_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 1);
    assert_int_equal(ask(&bench, "01 10 16 0C 00 01 02 00 01"), JK_FRAME_SIZE + 8);
    assert_int_equal(bench.request.kind, JK_REQUEST_PRESET);
    assert_int_equal(bench.request.commands[0].kind, COMMAND_PRESET_LFP);
    assert_int_equal(bench.answer[4], JK_SETTINGS);
    assert_true(jk_frame_good(bench.answer));
    bench.result = COMMAND_NO_ACCESS;
    assert_int_equal(ask(&bench, "01 10 16 0C 00 01 02 00 01"), 5);
}

static void a_login_carries_its_password(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 1);
    assert_int_equal(
        ask(&bench, "01 10 16 80 00 08 10 36 36 36 36 36 36 00 00 00 00 00 00 00 00 00 00"), 8);
    assert_int_equal(bench.request.commands[0].kind, COMMAND_LOGIN);
    assert_string_equal(bench.request.commands[0].text, "666666");
    expect_exception(&bench, "01 10 16 80 00 02 04 36 36 36 36", MODBUS_ILLEGAL_ADDRESS);
}

static void what_is_for_others_gets_no_answer(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 1);
    assert_int_equal(ask(&bench, "02 03 12 90 00 02"), 0);
    assert_int_equal(ask(&bench, "00 10 10 0C 00 02 04 00 00 0E 2E"), 0);
    assert_int_equal(bench.server.foreign_requests, 2);
    assert_false(bench.server.requested);
    setup(&bench, 0); /* 0 is an ordinary address */
    assert_int_equal(ask(&bench, "00 03 12 90 00 02"), 9);
    assert_int_equal(bench.answer[0], 0);
}

static void answers_of_others_are_no_requests(void **state)
{
    (void)state;
    struct bench bench, other;
    setup(&bench, 1);
    setup(&other, 2);
    assert_int_equal(ask(&other, "02 10 16 20 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    hear(&bench, other.answer, other.size);
    assert_int_equal(serve(&bench), 0);
    assert_int_equal(bench.server.requests + bench.server.sum_errors + bench.server.crc_errors, 0);
}

static void broken_requests_are_counted_by_cause(void **state)
{
    (void)state;
    uint8_t request[8];
    static const uint8_t noise[] = {0xFF, 0xFF, 0xF9};
    struct bench bench;
    setup(&bench, 1);
    modbus_read_request(request, 1, 0x1200, 2);
    request[7] ^= 1;
    hear(&bench, request, 8);
    assert_int_equal(serve(&bench), 0);
    assert_int_equal(bench.server.crc_errors, 1);
    hear(&bench, noise, sizeof(noise));
    assert_int_equal(serve(&bench), 0);
    assert_int_equal(bench.server.noise_bytes, 3);
    assert_int_equal(ask(&bench, "01 03 12 90 00 02"), 9);
}

static void requests_of_one_burst_are_answered_one_after_the_other(void **state)
{
    (void)state;
    uint8_t requests[20];
    struct bench bench;
    setup(&bench, 1);
    modbus_read_request(requests, 1, 0x1200, 2);
    modbus_read_request(requests + 8, 1, 0x1290, 1);
    memcpy(requests + 16, requests, 4); /* a third one begins */
    hear(&bench, requests, sizeof(requests));
    assert_int_equal(bench.server.last_request_us, bench.now_us);
    assert_int_equal(serve(&bench), 9);
    assert_int_equal(serve(&bench), 7);
    assert_int_equal(serve(&bench), 0);
    assert_int_equal(bench.server.requests, 2);
    assert_int_equal(bench.server.overruns, 0);
    assert_int_equal(bench.server.noise_bytes, 4);
}

/* While an answer waits to leave nothing is overwritten; what finds no room is counted. */
static void an_answer_that_waits_is_not_overwritten(void **state)
{
    (void)state;
    uint8_t request[8];
    uint8_t answer[16];
    struct bench bench;
    setup(&bench, 1);
    modbus_read_request(request, 1, 0x1200, 2);
    hear(&bench, request, 8);
    assert_true(jk_server_take(&bench.server, &bench.params, &bench.request));
    const struct jk_pack pack = {&bench.snapshot, &bench.params, NULL};
    jk_server_reply(&bench.server, &bench.request, COMMAND_ACCEPTED, &pack);
    for (int i = 0; i < SERIAL_LINE_CAPACITY / 8 + 2; i++)
        hear(&bench, request, 8);
    assert_false(jk_server_take(&bench.server, &bench.params, &bench.request));
    assert_int_equal(bench.server.overruns, 16);
    assert_int_equal(jk_server_transmit(&bench.server, answer, sizeof(answer)), 9);
    assert_int_equal(serve(&bench), 9);
}

static void an_answer_leaves_in_pieces_of_any_size(void **state)
{
    (void)state;
    uint8_t piece[100], whole[JK_FRAME_SIZE + 8];
    size_t size, total = 0;
    struct bench bench;
    setup(&bench, 1);
    assert_int_equal(ask(&bench, "01 10 16 20 00 01 02 00 00"), JK_FRAME_SIZE + 8);
    jk_server_reply(&bench.server, &bench.request, COMMAND_ACCEPTED,
                    &(const struct jk_pack){&bench.snapshot, &bench.params, NULL});
    while ((size = jk_server_transmit(&bench.server, piece, sizeof(piece))) > 0) {
        memcpy(whole + total, piece, size);
        total += size;
    }
    assert_int_equal(total, bench.size);
    assert_memory_equal(whole, bench.answer, total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_is_answered_with_its_words),
        cmocka_unit_test(each_exception_has_its_cause),
        cmocka_unit_test(a_fetch_is_a_frame_and_its_acknowledge_as_captured),
        cmocka_unit_test(the_event_log_is_fetched_as_a_frame),
        cmocka_unit_test(a_write_becomes_commands_of_its_session_and_is_acknowledged),
        cmocka_unit_test(every_refusal_of_the_pack_is_an_exception),
        cmocka_unit_test(a_preset_is_answered_with_the_settings_frame),
        cmocka_unit_test(a_login_carries_its_password),
        cmocka_unit_test(what_is_for_others_gets_no_answer),
        cmocka_unit_test(answers_of_others_are_no_requests),
        cmocka_unit_test(broken_requests_are_counted_by_cause),
        cmocka_unit_test(requests_of_one_burst_are_answered_one_after_the_other),
        cmocka_unit_test(an_answer_that_waits_is_not_overwritten),
        cmocka_unit_test(an_answer_leaves_in_pieces_of_any_size),
    };
    return RUN_TESTS(tests);
}
