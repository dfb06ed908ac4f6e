/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_exchange.c: one question and what may come back.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_exchange.h"

enum { TIMEOUT_US = 300000, STEP_US = 1000 };

struct bench {
    struct jk_exchange exchange;
    uint64_t now_us;
    uint8_t sent[MODBUS_SIZE_MAX];
    size_t sent_size;
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 5000000;
    jk_exchange_init(&bench->exchange, TIMEOUT_US);
}

/* Hands out the question and starts the clock. */
static void send(struct bench *bench)
{
    bench->sent_size = jk_exchange_transmit(&bench->exchange, bench->sent, sizeof(bench->sent));
    jk_exchange_step(&bench->exchange, bench->now_us);
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    bench->now_us += STEP_US;
    jk_exchange_receive(&bench->exchange, bytes, size, bench->now_us);
}

static void hear_hex(struct bench *bench, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int count = hex_parse(hex, strlen(hex), bytes, sizeof(bytes));
    assert_true(count > 0);
    hear(bench, bytes, (size_t)count);
}

static void hear_frame(struct bench *bench, uint8_t type)
{
    uint8_t frame[JK_FRAME_SIZE];
    jk_frame_begin(frame, type, 0);
    jk_frame_seal(frame);
    hear(bench, frame, sizeof(frame));
}

static void wait(struct bench *bench, uint64_t us)
{
    for (uint64_t passed = 0; passed < us; passed += STEP_US) {
        bench->now_us += STEP_US;
        jk_exchange_step(&bench->exchange, bench->now_us);
    }
}

static void ask_status(struct bench *bench)
{
    setup(bench);
    jk_exchange_fetch(&bench->exchange, 1, JK_STATUS);
    send(bench);
}

static void a_fetch_asks_as_captured_and_takes_frame_and_acknowledge(void **state)
{
    (void)state;
    static const uint8_t fetch[] = {0x01, 0x10, 0x16, 0x20, 0, 1, 2, 0, 0, 0xD6, 0xF1};
    struct bench bench;
    ask_status(&bench);
    assert_int_equal(bench.sent_size, sizeof(fetch));
    assert_memory_equal(bench.sent, fetch, sizeof(fetch));
    hear_frame(&bench, JK_STATUS);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    hear_hex(&bench, "01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
    assert_true(jk_frame_good(bench.exchange.frame));
}

static void a_read_and_a_write_take_the_bytes_of_the_document(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x00, 0x05, 0x22, 0x33};
    struct bench bench;
    setup(&bench);
    jk_exchange_read(&bench.exchange, 1, 0x0005, 2);
    send(&bench);
    assert_int_equal(bench.sent_size, 8);
    assert_int_equal(get_u16be(bench.sent + 6), 0xD40A);
    uint8_t answer[9] = {1, 3, 4, 1, 2, 3, 4};
    hear(&bench, answer, modbus_seal(answer, 7));
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
    assert_memory_equal(bench.exchange.reply, answer, 9);
    jk_exchange_write(&bench.exchange, 1, 0x0020, data, 2);
    send(&bench);
    assert_int_equal(bench.sent_size, 13);
    assert_int_equal(get_u16be(bench.sent + 11), 0xB903);
    hear_hex(&bench, "01 10 00 20 00 02 40 02");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
}

static void a_frame_without_its_acknowledge_is_taken_after_a_short_silence(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear_frame(&bench, JK_STATUS);
    wait(&bench, 19000);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    wait(&bench, 1000);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
}

static void an_acknowledge_without_its_frame_is_bad(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear_hex(&bench, "01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BAD);
}

static void the_echo_of_the_question_is_no_answer(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear(&bench, bench.sent, bench.sent_size);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    wait(&bench, TIMEOUT_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_TIMEOUT);
}

static void an_answer_after_the_echo_is_taken(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear(&bench, bench.sent, bench.sent_size);
    hear_frame(&bench, JK_STATUS);
    hear_hex(&bench, "01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
}

static void silence_ends_at_the_timeout_and_not_before(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    wait(&bench, TIMEOUT_US - STEP_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    wait(&bench, STEP_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_TIMEOUT);
}

static void the_frame_of_a_stranger_is_not_taken(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear_frame(&bench, JK_STATUS);
    hear_hex(&bench, "00 10 16 20 00 01 05 9A");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    wait(&bench, TIMEOUT_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BAD);
}

static void a_late_answer_to_the_question_before_is_not_taken(void **state)
{
    (void)state;
    uint8_t late[9] = {1, 3, 4, 1, 2, 3, 4};
    uint8_t answer[7] = {1, 3, 2, 5, 6};
    struct bench bench;
    ask_status(&bench);
    hear_frame(&bench, JK_SETTINGS);
    hear_hex(&bench, "01 10 16 1E 00 01 65 87");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    hear_frame(&bench, JK_STATUS);
    hear_hex(&bench, "01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
    assert_int_equal(bench.exchange.frame[4], JK_STATUS);
    jk_exchange_read(&bench.exchange, 1, 0x1200, 1);
    send(&bench);
    hear(&bench, late, modbus_seal(late, 7));
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BUSY);
    hear(&bench, answer, modbus_seal(answer, 5));
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_DONE);
    assert_int_equal(bench.exchange.reply[3], 5);
}

static void a_frame_of_another_type_is_not_taken(void **state)
{
    (void)state;
    struct bench bench;
    ask_status(&bench);
    hear_frame(&bench, JK_SETTINGS);
    wait(&bench, TIMEOUT_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BAD);
}

static void a_broken_frame_is_bad_at_the_end(void **state)
{
    (void)state;
    uint8_t frame[JK_FRAME_SIZE];
    struct bench bench;
    ask_status(&bench);
    jk_frame_begin(frame, JK_STATUS, 0);
    jk_frame_seal(frame);
    frame[77] ^= 0x40;
    hear(&bench, frame, sizeof(frame));
    wait(&bench, TIMEOUT_US);
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_BAD);
}

static void a_refusal_ends_the_exchange_with_its_code(void **state)
{
    (void)state;
    uint8_t refusal[5];
    struct bench bench;
    ask_status(&bench);
    hear(&bench, refusal, modbus_exception_reply(refusal, 1, MODBUS_WRITE, MODBUS_ILLEGAL_ADDRESS));
    assert_int_equal(bench.exchange.state, JK_EXCHANGE_REFUSED);
    assert_int_equal(bench.exchange.exception, MODBUS_ILLEGAL_ADDRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fetch_asks_as_captured_and_takes_frame_and_acknowledge),
        cmocka_unit_test(a_read_and_a_write_take_the_bytes_of_the_document),
        cmocka_unit_test(a_frame_without_its_acknowledge_is_taken_after_a_short_silence),
        cmocka_unit_test(an_acknowledge_without_its_frame_is_bad),
        cmocka_unit_test(the_echo_of_the_question_is_no_answer),
        cmocka_unit_test(an_answer_after_the_echo_is_taken),
        cmocka_unit_test(silence_ends_at_the_timeout_and_not_before),
        cmocka_unit_test(the_frame_of_a_stranger_is_not_taken),
        cmocka_unit_test(a_late_answer_to_the_question_before_is_not_taken),
        cmocka_unit_test(a_frame_of_another_type_is_not_taken),
        cmocka_unit_test(a_broken_frame_is_bad_at_the_end),
        cmocka_unit_test(a_refusal_ends_the_exchange_with_its_code),
    };
    return RUN_TESTS(tests);
}
