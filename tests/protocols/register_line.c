/* SPDX-License-Identifier: Apache-2.0
 * Both ends of register protocols on one line, byte by byte: echoes, answers that look like their
 * requests, frames of others, wrong check sums.
 */
#include "protocols/register_serial.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "tests/support/small_registers.h"
#include "tests/support/test.h"

enum { STEP_US = 1000 };

struct line {
    struct small_bench bench;
    struct serial_client client;
    struct serial_server server;
    uint64_t now_us;
    bool echo; /* the adapter gives the request back */
};

static void join(struct line *line, unsigned form)
{
    memset(line, 0, sizeof(*line));
    small_start(&line->bench, form);
    serial_client_init(&line->client, line->bench.protocol);
    serial_server_init(&line->server, line->bench.protocol, 0);
}

static void hear(struct line *line, const uint8_t *bytes, size_t size)
{
    serial_server_receive(&line->server, &line->bench.battery, bytes, size, line->now_us);
}

/* One byte per step in each direction, for a second. */
static void run(struct line *line)
{
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t byte;
        line->now_us += STEP_US;
        if (serial_client_transmit(&line->client, &byte, 1, line->now_us) == 1) {
            if (line->echo)
                serial_client_receive(&line->client, &byte, 1, line->now_us);
            hear(line, &byte, 1);
        } else if (serial_server_transmit(&line->server, &byte, 1, line->now_us) == 1) {
            serial_client_receive(&line->client, &byte, 1, line->now_us);
        } else {
            serial_client_receive(&line->client, NULL, 0, line->now_us);
            hear(line, NULL, 0);
        }
    }
}

static void both_ends_agree_on_a_line_with_and_without_an_echo(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        struct line line;
        join(&line, variant % 2);
        line.echo = variant >= 2;
        for (unsigned question = 0; question < 2; question++) {
            assert_true(serial_client_ask(&line.client, question, 1));
            run(&line);
            assert_int_equal(line.client.state, SERIAL_CLIENT_ANSWERED);
            assert_int_equal(serial_client_take(&line.client, 0, &line.bench.reading), DECODED);
        }
        assert_int_equal(line.bench.values.pack_mv, 52940);
        assert_int_equal(line.bench.values.cycle_count, 0x4321);
        assert_int_equal(line.client.bad_answers, 0);
        assert_int_equal(line.client.foreign_frames, 0);
    }
}

/* Register 1 read alone and counted in words: 01 03 00 01, and two bytes that may differ in one
 * bit. */
static void an_answer_that_looks_like_its_request_is_told_from_an_echo(void **state)
{
    (void)state;
    for (unsigned echo = 0; echo < 2; echo++) {
        struct line line;
        join(&line, 1);
        line.echo = echo;
        snapshot_put(&line.bench.bank, VALUE_soh_permille, 30); /* the request says 1 there */
        assert_true(serial_client_ask(&line.client, 2, 1));
        run(&line);
        assert_int_equal(line.client.state, SERIAL_CLIENT_ANSWERED);
        assert_memory_equal(line.client.reply, line.client.request, 5);
        assert_int_equal(serial_client_take(&line.client, 0, &line.bench.reading), DECODED);
        assert_int_equal(line.bench.values.soh_permille, 30);
    }
}

static void answers_of_other_packs_and_broken_frames_are_no_requests(void **state)
{
    (void)state;
    static const char *const others[] = {
        "02 03 06 14AE 0E42 4321", "02 83 02",           "02 10 000B 0001",
        "02 06 000B 0E10",         "01 03 000A 0001 FF", /* one byte more, its check sum over all */
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        struct line line;
        uint8_t frame[MODBUS_SIZE_MAX];
        join(&line, 0);
        hear(&line, frame, small_frame(others[i], frame));
        run(&line);
        assert_int_equal(line.server.outcome[SERIAL_ANSWERED], 0);
        assert_int_equal(line.server.outcome[SERIAL_REFUSED], 0);
        assert_true(serial_client_ask(&line.client, 0, 1));
        run(&line);
        assert_int_equal(line.client.state, SERIAL_CLIENT_ANSWERED);
    }
}

static void a_wrong_check_sum_gets_no_answer_and_is_counted(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 8; byte++) {
        struct line line;
        uint8_t frame[SERIAL_REQUEST_MAX];
        join(&line, 0);
        size_t size = modbus_read_request(frame, 1, PACK_MV, 1);
        frame[byte] ^= 0x40;
        hear(&line, frame, size);
        run(&line);
        assert_int_equal(line.server.outcome[SERIAL_ANSWERED], 0);
        assert_int_equal(line.server.outcome[SERIAL_REFUSED], 0);
        assert_true(line.server.broken_frames + line.server.noise_bytes > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_agree_on_a_line_with_and_without_an_echo),
        cmocka_unit_test(an_answer_that_looks_like_its_request_is_told_from_an_echo),
        cmocka_unit_test(answers_of_other_packs_and_broken_frames_are_no_requests),
        cmocka_unit_test(a_wrong_check_sum_gets_no_answer_and_is_counted),
    };
    return RUN_TESTS(tests);
}
