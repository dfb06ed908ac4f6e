/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_client.c against a server on a line that may be bad.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_client.h"
#include "protocols/jk_server.h"

enum { TIMEOUT_MS = 400, GAP_MS = 120 };

struct bench {
    struct jk_client client;
    struct jk_server server;
    struct snapshot snapshot;
    struct params params;
    struct jk_request request; /* last one */
    uint64_t now_us;
    uint64_t asked_us[4];
    unsigned asked;
    unsigned deaf;  /* requests that the server misses */
    bool pad;       /* a 00 before each answer, and between frame and acknowledge */
    bool echo;      /* the client hears itself */
    size_t cut;     /* bytes missing at the end of each answer */
    size_t corrupt; /* offset of a flipped bit in each answer, 0 none */
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    snapshot_init(&bench->snapshot);
    params_init(&bench->params);
    snapshot_put(&bench->snapshot, VALUE_pack_mv, 52920);
    jk_client_init(&bench->client, 1, TIMEOUT_MS, GAP_MS);
    jk_server_init(&bench->server, 1, SESSION_RS485_1);
    jk_client_step(&bench->client, bench->now_us);
}

static void answer(struct bench *bench)
{
    uint8_t bytes[2 + JK_FRAME_SIZE + 8] = {0};
    size_t pad = bench->pad;
    if (!jk_server_take(&bench->server, &bench->params, &bench->request))
        return;
    jk_server_reply(&bench->server, &bench->request, COMMAND_ACCEPTED,
                    &(const struct jk_pack){&bench->snapshot, &bench->params, NULL});
    size_t size = pad + jk_server_transmit(&bench->server, bytes + pad, sizeof(bytes) - pad);
    if (bench->pad && size > JK_FRAME_SIZE) {
        memmove(bytes + size - 7, bytes + size - 8, 8);
        bytes[size++ - 8] = 0;
    }
    if (bench->corrupt != 0)
        bytes[bench->corrupt] ^= 0x04;
    jk_client_receive(&bench->client, bytes, size - bench->cut, bench->now_us);
}

static void step(struct bench *bench)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    bench->now_us += 1000;
    jk_client_step(&bench->client, bench->now_us);
    size_t size = jk_client_transmit(&bench->client, bytes, sizeof(bytes));
    if (size == 0)
        return;
    assert_true(bench->asked < COUNT(bench->asked_us));
    bench->asked_us[bench->asked++] = bench->now_us;
    if (bench->echo)
        jk_client_receive(&bench->client, bytes, size, bench->now_us);
    if (bench->asked <= bench->deaf)
        return;
    jk_server_receive(&bench->server, bytes, size, bench->now_us);
    answer(bench);
}

static enum jk_exchange_state finish(struct bench *bench)
{
    for (int i = 0; i < 3000 && jk_client_state(&bench->client) == JK_EXCHANGE_BUSY; i++)
        step(bench);
    return jk_client_state(&bench->client);
}

static void a_frame_is_fetched(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_null(jk_client_frame(&bench.client));
    jk_client_read_frame(&bench.client, JK_STATUS);
    assert_null(jk_client_frame(&bench.client));
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(bench.asked, 1);
    assert_non_null(jk_client_frame(&bench.client));
    assert_int_equal(jk_client_frame(&bench.client)[4], JK_STATUS);
    jk_client_read_frame(&bench.client, JK_EVENT_LOG);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(jk_client_frame(&bench.client)[4], JK_EVENT_LOG);
}

static void words_are_read(void **state)
{
    (void)state;
    size_t size;
    struct bench bench;
    setup(&bench);
    jk_client_read(&bench.client, 0x1290, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    const uint8_t *data = jk_client_data(&bench.client, &size);
    assert_non_null(data);
    assert_int_equal(size, 4);
    assert_int_equal(get_u32be(data), 52920);
    assert_null(jk_client_frame(&bench.client));
}

static void a_write_and_a_login_arrive(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x00, 0x00, 0x0E, 0x2E};
    size_t size;
    struct bench bench;
    setup(&bench);
    jk_client_write(&bench.client, 0x100C, data, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(bench.request.commands[0].value, 3630);
    assert_null(jk_client_data(&bench.client, &size));
    jk_client_login(&bench.client, "0123456789abcdef and more");
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(bench.request.commands[0].kind, COMMAND_LOGIN);
    assert_string_equal(bench.request.commands[0].text, "0123456789abcdef");
}

static void silence_is_kept_before_each_request(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    uint64_t start_us = bench.now_us;
    jk_client_read(&bench.client, 0x1290, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_true(bench.asked_us[0] - start_us >= GAP_MS * 1000);
    uint64_t done_us = bench.now_us;
    jk_client_read(&bench.client, 0x1290, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_true(bench.asked_us[1] - done_us >= GAP_MS * 1000);
}

static void a_missed_request_is_asked_again(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.deaf = 2;
    jk_client_read_frame(&bench.client, JK_INFO);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(bench.asked, 3);
    assert_true(bench.asked_us[1] - bench.asked_us[0] >= (TIMEOUT_MS + GAP_MS) * 1000);
}

static void after_three_silent_requests_it_gives_up(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.deaf = 100;
    jk_client_read_frame(&bench.client, JK_INFO);
    assert_int_equal(finish(&bench), JK_EXCHANGE_TIMEOUT);
    assert_int_equal(bench.asked, 1 + JK_CLIENT_RETRIES);
    assert_null(jk_client_frame(&bench.client));
}

static void pad_bytes_do_no_harm(void **state)
{
    (void)state;
    size_t size;
    struct bench bench;
    setup(&bench);
    bench.pad = true;
    jk_client_read_frame(&bench.client, JK_STATUS);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    jk_client_read(&bench.client, 0x1290, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(get_u32be(jk_client_data(&bench.client, &size)), 52920);
    assert_int_equal(bench.asked, 2);
}

static void the_echo_of_the_request_is_not_its_answer(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.echo = true;
    jk_client_read_frame(&bench.client, JK_STATUS);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_true(jk_frame_good(jk_client_frame(&bench.client)));
    bench.deaf = 100;
    jk_client_read(&bench.client, 0x1290, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_TIMEOUT);
}

static void a_frame_without_its_acknowledge_is_taken(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.cut = 8;
    jk_client_read_frame(&bench.client, JK_STATUS);
    assert_int_equal(finish(&bench), JK_EXCHANGE_DONE);
    assert_int_equal(bench.asked, 1);
}

static void a_corrupted_answer_is_asked_again_and_never_handed_out(void **state)
{
    (void)state;
    size_t size;
    struct bench bench;
    setup(&bench);
    bench.corrupt = 150;
    jk_client_read_frame(&bench.client, JK_STATUS);
    assert_int_equal(finish(&bench), JK_EXCHANGE_BAD);
    assert_int_equal(bench.asked, 1 + JK_CLIENT_RETRIES);
    assert_null(jk_client_frame(&bench.client));
    assert_null(jk_client_data(&bench.client, &size));
    assert_int_equal(size, 0);
}

static void a_refusal_is_final(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    jk_client_read(&bench.client, 0x0005, 2);
    assert_int_equal(finish(&bench), JK_EXCHANGE_REFUSED);
    assert_int_equal(bench.client.exchange.exception, MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(bench.asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_fetched),
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(a_write_and_a_login_arrive),
        cmocka_unit_test(silence_is_kept_before_each_request),
        cmocka_unit_test(a_missed_request_is_asked_again),
        cmocka_unit_test(after_three_silent_requests_it_gives_up),
        cmocka_unit_test(pad_bytes_do_no_harm),
        cmocka_unit_test(the_echo_of_the_request_is_not_its_answer),
        cmocka_unit_test(a_frame_without_its_acknowledge_is_taken),
        cmocka_unit_test(a_corrupted_answer_is_asked_again_and_never_handed_out),
        cmocka_unit_test(a_refusal_is_final),
    };
    return RUN_TESTS(tests);
}
