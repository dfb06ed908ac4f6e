/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/serial_client.c with the toy protocol: what is an answer, what is not, when
 * the wait ends, and rounds over batteries some of which are absent.
 */
#include "tests/support/test.h"

#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "tests/support/toy_serial.h"
#include "wire/modbus.h"

enum { STEP_US = 1000, TIMEOUT_US = 100000, WIRE_US = 8333, LIMIT_US = 3000000 };

struct bench {
    struct serial_client client;
    uint64_t now_us;
    uint64_t step_us;
    uint8_t sent[SERIAL_REQUEST_MAX];
    size_t sent_size;
    uint8_t reply[TOY_REPLY_MAX]; /* the right one */
    size_t reply_size;
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    bench->step_us = STEP_US;
    serial_client_init(&bench->client, &toy_serial);
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    bench->now_us += bench->step_us;
    serial_client_receive(&bench->client, bytes, size, bench->now_us);
}

static void wait(struct bench *bench, uint64_t us)
{
    for (uint64_t passed = 0; passed < us; passed += bench->step_us)
        hear(bench, NULL, 0);
}

static void begin(struct bench *bench, uint8_t address)
{
    assert_true(serial_client_ask(&bench->client, 0, address));
    wait(bench, 6000);
    bench->sent_size =
        serial_client_transmit(&bench->client, bench->sent, SERIAL_REQUEST_MAX, bench->now_us);
    assert_int_equal(bench->sent_size, TOY_REQUEST_SIZE);
    hear(bench, NULL, 0);
    bench->reply_size = toy_reply(bench->reply, bench->sent);
}

static uint64_t time_to_end(struct bench *bench)
{
    uint64_t start_us = bench->now_us;
    while (bench->client.state == SERIAL_CLIENT_BUSY) {
        hear(bench, NULL, 0);
        assert_true(bench->now_us - start_us < LIMIT_US);
    }
    return bench->now_us - start_us;
}

static void expect_answer(const struct bench *bench)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    snapshot_init(&values);
    params_init(&params);
    assert_int_equal(bench->client.state, SERIAL_CLIENT_ANSWERED);
    assert_int_equal(bench->client.reply_size, bench->reply_size);
    assert_memory_equal(bench->client.reply, bench->reply, bench->reply_size);
    assert_int_equal(serial_client_take(&bench->client, 0, &reading), DECODED);
    assert_int_equal(reading.pack, bench->sent[0]);
    assert_int_equal(values.pack_mv, 0);
    assert_int_equal(serial_client_take(&bench->client, 1, &reading), DECODED);
    assert_int_equal(values.pack_ma, 9);
    assert_int_equal(serial_client_take(&bench->client, 2, &reading), NOT_MINE);
}

static void answer(struct bench *bench)
{
    hear(bench, bench->reply, bench->reply_size);
    expect_answer(bench);
}

static void an_answer_in_pieces_of_every_size_is_taken(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 30; piece++) {
        struct bench bench;
        setup(&bench);
        begin(&bench, 1);
        for (size_t at = 0; at < bench.reply_size; at += piece) {
            size_t left = bench.reply_size - at;
            hear(&bench, bench.reply + at, left < piece ? left : piece);
        }
        expect_answer(&bench);
        assert_int_equal(bench.client.answers, 1);
    }
}

static void the_request_goes_out_after_the_pause_in_pieces(void **state)
{
    (void)state;
    uint8_t bytes[TOY_REQUEST_SIZE];
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    answer(&bench);
    uint64_t end_us = bench.now_us;
    assert_true(serial_client_ask(&bench.client, 1, 1));
    assert_false(serial_client_ask(&bench.client, 0, 1)); /* one at a time */
    assert_int_equal(serial_client_transmit(&bench.client, bytes, 8, end_us + 4999), 0);
    for (size_t at = 0; at < sizeof(bytes); at++)
        assert_int_equal(serial_client_transmit(&bench.client, bytes + at, 1, end_us + 5000), 1);
    assert_int_equal(serial_client_transmit(&bench.client, bytes, 8, end_us + 5000), 0);
    assert_memory_equal(bytes, bench.client.request, sizeof(bytes));
}

static void what_is_nothing_to_ask_begins_no_exchange(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_reading reading = {0};
    setup(&bench);
    assert_false(serial_client_ask(&bench.client, 1, 3));
    assert_int_equal(bench.client.state, SERIAL_CLIENT_IDLE);
    assert_int_equal(serial_client_take(&bench.client, 0, &reading), NOT_MINE);
    assert_int_equal(serial_client_transmit(&bench.client, bench.sent, 8, bench.now_us), 0);
    assert_true(serial_client_ask(&bench.client, 0, 3));
}

static void silence_ends_in_a_timeout(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    assert_in_range(time_to_end(&bench), TIMEOUT_US, TIMEOUT_US + WIRE_US + STEP_US);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_TIMEOUT);
    assert_int_equal(bench.client.timeouts, 1);
    assert_int_equal(bench.client.bad_answers, 0);
}

static void an_answer_that_has_begun_in_time_may_end_after_it(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    wait(&bench, TIMEOUT_US - 20000);
    for (size_t at = 0; at < bench.reply_size; at += 5) { /* an adapter of 16 ms */
        wait(&bench, 15000);
        hear(&bench, bench.reply + at, 5);
    }
    expect_answer(&bench);
}

static void an_answer_after_the_deadline_is_noise_and_spoils_nothing(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    time_to_end(&bench);
    hear(&bench, bench.reply, bench.reply_size);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_TIMEOUT);
    assert_int_equal(bench.client.noise_bytes, bench.reply_size);
    begin(&bench, 2);
    answer(&bench);
    begin(&bench, 1); /* or it comes when another one is already asked */
    time_to_end(&bench);
    uint8_t late[TOY_REPLY_MAX];
    memcpy(late, bench.reply, bench.reply_size);
    begin(&bench, 2);
    hear(&bench, late, bench.reply_size);
    answer(&bench);
    assert_int_equal(bench.client.foreign_frames, 1);
}

static void answers_of_others_are_waited_through(void **state)
{
    (void)state;
    uint8_t request[TOY_REQUEST_SIZE];
    uint8_t foreign[TOY_REPLY_MAX];
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    toy_read(request, 2, 0, 10); /* address */
    hear(&bench, foreign, toy_reply(foreign, request));
    toy_read(request, 1, 0, 11); /* size */
    hear(&bench, foreign, toy_reply(foreign, request));
    assert_int_equal(bench.client.foreign_frames, 2);
    answer(&bench);
    begin(&bench, 1);
    hear(&bench, foreign, toy_reply(foreign, request));
    time_to_end(&bench);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_BAD);
    assert_int_equal(bench.client.bad_answers, 1);
    assert_int_equal(bench.client.timeouts, 0);
}

static void a_refusal_is_an_answer(void **state)
{
    (void)state;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    hear(&bench, bench.reply,
         modbus_exception_reply(bench.reply, 1, TOY_READ, MODBUS_ILLEGAL_ADDRESS));
    assert_int_equal(bench.client.state, SERIAL_CLIENT_ANSWERED);
    assert_int_equal(serial_client_take(&bench.client, 0, &reading), DECODED);
    assert_int_equal(reading.refused, MODBUS_ILLEGAL_ADDRESS);
}

static void a_broken_or_unreadable_answer_is_bad(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    bench.reply[4] ^= 0x10;
    hear(&bench, bench.reply, bench.reply_size);
    time_to_end(&bench);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_BAD);
    begin(&bench, 1);
    bench.reply[3] = TOY_NONSENSE >> 8;
    hear(&bench, bench.reply, modbus_seal(bench.reply, bench.reply_size - 2));
    time_to_end(&bench);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_BAD);
    assert_int_equal(bench.client.bad_answers, 2);
    assert_int_equal(bench.client.foreign_frames, 0);
}

static void noise_around_an_answer_is_counted_and_does_no_harm(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0x00, 0xFF, 0xFE};
    uint8_t burst[TOY_REPLY_MAX + 6];
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    memcpy(burst, noise, 3);
    memcpy(burst + 3, bench.reply, bench.reply_size);
    memcpy(burst + 3 + bench.reply_size, noise, 3);
    hear(&bench, burst, bench.reply_size + 6);
    expect_answer(&bench);
    assert_int_equal(bench.client.noise_bytes, 6);
}

static void noise_without_end_ends_the_exchange_all_the_same(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t noise = 0x31;
    setup(&bench);
    begin(&bench, 1);
    uint64_t start_us = bench.now_us;
    while (bench.client.state == SERIAL_CLIENT_BUSY) {
        hear(&bench, &noise, 1);
        noise = (uint8_t)(noise * 5 + 1);
        assert_true(bench.now_us - start_us < LIMIT_US);
    }
    assert_true(bench.client.state != SERIAL_CLIENT_ANSWERED);
}

static void an_echo_in_pieces_of_every_size_is_no_answer(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= TOY_REQUEST_SIZE; piece++) {
        struct bench bench;
        setup(&bench);
        begin(&bench, 1);
        for (size_t at = 0; at < bench.sent_size; at += piece) {
            size_t left = bench.sent_size - at;
            hear(&bench, bench.sent + at, left < piece ? left : piece);
        }
        answer(&bench);
        assert_int_equal(bench.client.echo.count, 1);
        assert_int_equal(bench.client.noise_bytes, 0);
    }
}

static void an_echo_while_the_request_still_goes_out_is_known(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_true(serial_client_ask(&bench.client, 0, 1));
    for (size_t at = 0; at < TOY_REQUEST_SIZE; at++) {
        uint8_t byte;
        assert_int_equal(serial_client_transmit(&bench.client, &byte, 1, bench.now_us), 1);
        hear(&bench, &byte, 1);
        bench.sent[at] = byte;
    }
    bench.reply_size = toy_reply(bench.reply, bench.sent);
    answer(&bench);
    assert_int_equal(bench.client.echo.count, 1);
    assert_int_equal(bench.client.noise_bytes, 0);
}

static void echo_and_answer_in_one_burst_are_told_apart(void **state)
{
    (void)state;
    uint8_t burst[TOY_REQUEST_SIZE + TOY_REPLY_MAX];
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    memcpy(burst, bench.sent, bench.sent_size);
    memcpy(burst + bench.sent_size, bench.reply, bench.reply_size);
    hear(&bench, burst, bench.sent_size + bench.reply_size);
    expect_answer(&bench);
    assert_int_equal(bench.client.echo.count, 1);
}

/* Both begin with address and function, and come byte by byte. */
static void an_answer_that_begins_like_the_request_is_no_echo(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    for (size_t at = 0; at < bench.reply_size; at++)
        hear(&bench, bench.reply + at, 1);
    expect_answer(&bench);
    assert_int_equal(bench.client.echo.count, 0);
    assert_int_equal(bench.client.noise_bytes, 0);
}

static void an_echo_that_lost_its_end_or_a_bit_costs_no_answer(void **state)
{
    (void)state;
    for (size_t part = 1; part < TOY_REQUEST_SIZE; part++) {
        struct bench bench;
        setup(&bench);
        begin(&bench, 1);
        hear(&bench, bench.sent, part);
        hear(&bench, bench.reply, bench.reply_size);
        wait(&bench, 40000); /* what the piece of the echo pretends to be may be that long */
        expect_answer(&bench);
        begin(&bench, 1);
        bench.sent[part] ^= 0x40;
        hear(&bench, bench.sent, bench.sent_size);
        bench.sent[part] ^= 0x40;
        hear(&bench, bench.reply, bench.reply_size);
        wait(&bench, 40000);
        expect_answer(&bench);
    }
}

static void an_echo_alone_is_a_timeout_and_a_piece_of_it_is_bad(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    begin(&bench, 1);
    hear(&bench, bench.sent, bench.sent_size);
    time_to_end(&bench);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_TIMEOUT);
    begin(&bench, 1);
    hear(&bench, bench.sent, 3);
    time_to_end(&bench);
    assert_int_equal(bench.client.state, SERIAL_CLIENT_BAD);
    assert_int_equal(bench.client.noise_bytes, 3);
}

static void a_caller_that_comes_every_100_ms_gets_its_answers(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.step_us = 100000;
    for (size_t cut = 0; cut < 25; cut++) {
        begin(&bench, 1);
        hear(&bench, bench.reply, cut);
        hear(&bench, bench.reply + cut, bench.reply_size - cut);
        expect_answer(&bench);
    }
}

/* ---- Rounds ---- */

struct bus {
    struct serial_poll poll;
    struct serial_server server[17]; /* by address */
    uint32_t present;                /* bit per address */
    uint32_t answers[17];
    uint32_t failures[17];
    uint64_t now_us;
};

static void bus_step(struct bus *bus)
{
    uint8_t bytes[SERIAL_REPLY_MAX];
    bus->now_us += STEP_US;
    size_t size = serial_client_transmit(&bus->poll.client, bytes, sizeof(bytes), bus->now_us);
    for (uint8_t address = 1; address <= 16; address++) {
        struct serial_battery battery = toy_battery(address);
        uint8_t reply[SERIAL_REPLY_MAX];
        if (!(bus->present >> address & 1))
            continue;
        serial_server_receive(&bus->server[address], &battery, bytes, size, bus->now_us);
        size_t count =
            serial_server_transmit(&bus->server[address], reply, sizeof(reply), bus->now_us);
        serial_client_receive(&bus->poll.client, reply, count, bus->now_us);
    }
    serial_client_receive(&bus->poll.client, NULL, 0, bus->now_us);
    if (!serial_poll_ended(&bus->poll))
        return;
    if (bus->poll.client.state == SERIAL_CLIENT_ANSWERED)
        bus->answers[bus->poll.address]++;
    else
        bus->failures[bus->poll.address]++;
    serial_poll_next(&bus->poll);
}

static void bus_round(struct bus *bus)
{
    uint32_t round = bus->poll.rounds;
    uint64_t start_us = bus->now_us;
    memset(bus->answers, 0, sizeof(bus->answers));
    memset(bus->failures, 0, sizeof(bus->failures));
    while (bus->poll.rounds == round) {
        bus_step(bus);
        assert_true(bus->now_us - start_us < 16ull * LIMIT_US);
    }
}

static void bus_setup(struct bus *bus, uint32_t present, uint8_t first, uint8_t last)
{
    memset(bus, 0, sizeof(*bus));
    bus->now_us = 1000000;
    bus->present = present;
    for (uint8_t address = 1; address <= 16; address++)
        serial_server_init(&bus->server[address], &toy_serial, 0);
    serial_poll_init(&bus->poll, &toy_serial, first, last);
}

static void a_round_asks_everyone_and_waits_for_nobody_twice(void **state)
{
    (void)state;
    static struct bus bus;
    const uint32_t present = 1u << 1 | 1u << 3 | 1u << 7 | 1u << 16;
    bus_setup(&bus, present, 1, 16);
    bus_round(&bus);
    for (uint8_t address = 1; address <= 16; address++) {
        uint32_t questions = address == 3 ? 1 : 2;
        bool there = present >> address & 1;
        assert_int_equal(bus.answers[address], there ? questions : 0);
        assert_int_equal(bus.failures[address], there ? 0 : questions);
    }
    assert_int_equal(bus.poll.client.answers, 7);
    assert_int_equal(bus.poll.client.timeouts, 24);
    assert_int_equal(bus.poll.client.bad_answers, 0);
}

static void a_pack_that_comes_back_is_heard_in_the_next_round(void **state)
{
    (void)state;
    static struct bus bus;
    bus_setup(&bus, 1u << 2 | 1u << 4, 2, 4);
    bus_round(&bus);
    bus.present = 1u << 2;
    bus_round(&bus);
    assert_int_equal(bus.answers[2], 2);
    assert_int_equal(bus.failures[4], 2);
    bus.present = 1u << 2 | 1u << 4;
    bus_round(&bus);
    assert_int_equal(bus.answers[2], 2);
    assert_int_equal(bus.answers[4], 2);
    assert_int_equal(bus.failures[4], 0);
}

static void a_running_exchange_is_not_skipped(void **state)
{
    (void)state;
    struct serial_poll poll;
    serial_poll_init(&poll, &toy_serial, 1, 2);
    serial_poll_next(&poll);
    assert_int_equal(poll.address, 1);
    assert_int_equal(poll.question, 0);
}

static size_t ask_nothing(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX])
{
    request[0] = (uint8_t)question;
    request[1] = address;
    return 0;
}

static void a_round_without_questions_ends_by_itself(void **state)
{
    (void)state;
    struct serial_protocol mute = toy_serial;
    struct serial_poll poll;
    mute.ask = ask_nothing;
    serial_poll_init(&poll, &mute, 1, 16);
    assert_true(serial_poll_ended(&poll));
    assert_int_equal(poll.client.state, SERIAL_CLIENT_IDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_in_pieces_of_every_size_is_taken),
        cmocka_unit_test(the_request_goes_out_after_the_pause_in_pieces),
        cmocka_unit_test(what_is_nothing_to_ask_begins_no_exchange),
        cmocka_unit_test(silence_ends_in_a_timeout),
        cmocka_unit_test(an_answer_that_has_begun_in_time_may_end_after_it),
        cmocka_unit_test(an_answer_after_the_deadline_is_noise_and_spoils_nothing),
        cmocka_unit_test(answers_of_others_are_waited_through),
        cmocka_unit_test(a_refusal_is_an_answer),
        cmocka_unit_test(a_broken_or_unreadable_answer_is_bad),
        cmocka_unit_test(noise_around_an_answer_is_counted_and_does_no_harm),
        cmocka_unit_test(noise_without_end_ends_the_exchange_all_the_same),
        cmocka_unit_test(an_echo_in_pieces_of_every_size_is_no_answer),
        cmocka_unit_test(an_echo_while_the_request_still_goes_out_is_known),
        cmocka_unit_test(echo_and_answer_in_one_burst_are_told_apart),
        cmocka_unit_test(an_answer_that_begins_like_the_request_is_no_echo),
        cmocka_unit_test(an_echo_that_lost_its_end_or_a_bit_costs_no_answer),
        cmocka_unit_test(an_echo_alone_is_a_timeout_and_a_piece_of_it_is_bad),
        cmocka_unit_test(a_caller_that_comes_every_100_ms_gets_its_answers),
        cmocka_unit_test(a_round_asks_everyone_and_waits_for_nobody_twice),
        cmocka_unit_test(a_pack_that_comes_back_is_heard_in_the_next_round),
        cmocka_unit_test(a_running_exchange_is_not_skipped),
        cmocka_unit_test(a_round_without_questions_ends_by_itself),
    };
    return RUN_TESTS(tests);
}
