/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_uart.c: a recorded request answered as recorded, both ends against each
 * other, writes with and without permission, and what gets no answer.
 */
#include <stdio.h>

#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/rs485.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "wire/log_text.h"

enum { FRAME_MAX = 600, DATA = 11, TAIL = 9 };

struct bench {
    struct serial_server server;
    struct serial_battery battery;
    struct snapshot own;
    struct params params;
    enum command_result result; /* of every request */
    struct command commands[16];
    unsigned command_count; /* of the last request */
    uint64_t now_us;
    uint8_t reply[FRAME_MAX];
    size_t reply_size;
};

static enum command_result request(void *context, const struct command *commands, uint8_t count)
{
    struct bench *bench = context;
    assert_in_range(count, 1, COUNT(bench->commands));
    memcpy(bench->commands, commands, count * sizeof(*commands));
    bench->command_count = count;
    return bench->result;
}

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    snapshot_init(&bench->own);
    params_init(&bench->params);
    snapshot_put(&bench->own, VALUE_pack_mv, 52340);
    bench->battery = (struct serial_battery){.own = &bench->own,
                                             .params = &bench->params,
                                             .session = SESSION_RS485_1,
                                             .ready = true,
                                             .request = request,
                                             .context = bench};
    bench->now_us = 1000000;
    serial_server_init(&bench->server, jk_uart, 0);
}

static size_t seal(uint8_t *frame, size_t size)
{
    put_u16be(frame + 2, (uint16_t)(size - 2));
    uint16_t sum = 0;
    for (size_t i = 0; i < size - 4; i++)
        sum = (uint16_t)(sum + frame[i]);
    put_u32be(frame + size - 4, sum);
    return size;
}

/* A request of a command with data in hex, terminal 7, record 01 00 00 09. */
static size_t frame_of(uint8_t command, const char *hex, uint8_t frame[FRAME_MAX])
{
    static const uint8_t head[DATA] = {'N', 'W', 0, 0, 0, 0, 0, 7, 0, 3, 0};
    static const uint8_t tail[TAIL] = {1, 0, 0, 9, 0x68};
    memcpy(frame, head, DATA);
    frame[8] = command;
    int size = hex_parse(hex, strlen(hex), frame + DATA, FRAME_MAX - DATA - TAIL);
    assert_true(size >= 0);
    memcpy(frame + DATA + size, tail, TAIL);
    return seal(frame, DATA + (size_t)size + TAIL);
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    bench->now_us += 100000;
    serial_server_receive(&bench->server, &bench->battery, bytes, size, bench->now_us);
    bench->reply_size =
        serial_server_transmit(&bench->server, bench->reply, sizeof(bench->reply), bench->now_us);
}

static size_t ask(struct bench *bench, uint8_t command, const char *hex)
{
    uint8_t frame[FRAME_MAX];
    bench->command_count = 0;
    hear(bench, frame, frame_of(command, hex, frame));
    return bench->reply_size;
}

static void expect_refusal(struct bench *bench, uint8_t command, const char *hex)
{
    uint32_t before = bench->server.outcome[SERIAL_REFUSED];
    assert_int_equal(ask(bench, command, hex), 0);
    assert_int_equal(bench->server.outcome[SERIAL_REFUSED], before + 1);
}

/* ---- The recorded exchange ---- */

struct recording {
    uint8_t asked[FRAME_MAX];
    size_t asked_size;
    uint8_t said[FRAME_MAX];
    size_t said_size;
};

static void load(struct recording *recording)
{
    char text[4096];
    FILE *stream = fopen(TEST_DATA "/protocols/jk_uart.log", "r");
    assert_non_null(stream);
    memset(recording, 0, sizeof(*recording));
    while (fgets(text, sizeof(text), stream) != NULL) {
        struct log_line line;
        struct log_error error;
        size_t size = strcspn(text, "\n");
        assert_int_equal(log_text_parse(text, size, &line, &error), 0);
        if (line.kind != LOG_SERIAL)
            continue;
        assert_true(line.size <= FRAME_MAX);
        memcpy(line.from_asking ? recording->asked : recording->said, line.bytes, line.size);
        *(line.from_asking ? &recording->asked_size : &recording->said_size) = line.size;
    }
    fclose(stream);
    assert_true(recording->asked_size > 0 && recording->said_size > 0);
}

/* What the protocol leaves no freedom in. The rest: box temperatures as recorded by chance; of
 * another pack are the calibration AD, the chemistry AF and the low-charge alarm B1. */
static void differ_only_in_what_a_pack_is(const uint8_t *said, const uint8_t *ours, size_t size)
{
    static const struct {
        uint8_t code;
        uint8_t size;
    } free_items[] = {
        {0xAD, 2},
        {0xAF, 1},
        {0xB1, 1},
    };
    uint8_t equal[FRAME_MAX];
    memcpy(equal, ours, size);
    for (size_t at = DATA; at < size - TAIL; at++) {
        for (size_t i = 0; i < COUNT(free_items); i++) {
            bool here = said[at] == free_items[i].code && ours[at] == said[at];
            if (here)
                memcpy(equal + at + 1, said + at + 1, free_items[i].size);
        }
    }
    seal(equal, size);
    assert_memory_equal(equal, said, size);
}

static void the_recorded_request_is_answered_as_recorded(void **state)
{
    (void)state;
    struct recording recording;
    struct bench bench;
    struct serial_token reply = {SERIAL_FRAME, 0, recording.said};
    load(&recording);
    setup(&bench);
    struct serial_reading reading = {.values = &bench.own, .params = &bench.params};
    reply.size = (uint16_t)recording.said_size;
    assert_int_equal(jk_uart->take(NULL, &reply, 0, &reading), DECODED);
    bench.params.passwords_readable = 1;
    hear(&bench, recording.asked, recording.asked_size);
    assert_int_equal(bench.reply_size, recording.said_size);
    differ_only_in_what_a_pack_is(recording.said, bench.reply, bench.reply_size);
}

static void the_asking_side_asks_as_recorded(void **state)
{
    (void)state;
    struct recording recording;
    uint8_t asked[SERIAL_REQUEST_MAX];
    load(&recording);
    assert_int_equal(jk_uart->ask(0, 0, asked), recording.asked_size);
    assert_memory_equal(asked, recording.asked, recording.asked_size);
}

static void a_damaged_bit_never_gets_an_answer(void **state)
{
    (void)state;
    struct recording recording;
    load(&recording);
    for (size_t bit = 0; bit < 8 * recording.asked_size; bit++) {
        struct bench bench;
        setup(&bench);
        recording.asked[bit / 8] ^= (uint8_t)(1 << bit % 8);
        hear(&bench, recording.asked, recording.asked_size);
        hear(&bench, NULL, 0);
        assert_int_equal(bench.reply_size, 0);
        assert_true(bench.server.broken_frames + bench.server.noise_bytes > 0);
        recording.asked[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* ---- Both ends ---- */

static void pass(struct serial_client *client, struct bench *bench)
{
    uint8_t bytes[FRAME_MAX];
    bench->now_us += 100000;
    size_t size = serial_client_transmit(client, bytes, sizeof(bytes), bench->now_us);
    hear(bench, bytes, size);
    serial_client_receive(client, bench->reply, bench->reply_size, bench->now_us);
}

static void both_ends_understand_each_other(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_client client;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    setup(&bench);
    snapshot_init(&values);
    params_init(&params);
    snapshot_put(&bench.own, VALUE_pack_ma, -12340);
    serial_client_init(&client, jk_uart);
    assert_true(serial_client_ask(&client, 0, 0));
    pass(&client, &bench);
    assert_int_equal(client.state, SERIAL_CLIENT_ANSWERED);
    assert_int_equal(serial_client_take(&client, 0, &reading), DECODED);
    assert_int_equal(serial_client_take(&client, 1, &reading), NOT_MINE);
    assert_int_equal(values.pack_mv, 52340);
    assert_int_equal(values.pack_ma, -12340);
    assert_int_equal(params.cell_ovp_mv, bench.params.cell_ovp_mv);
}

static void a_reply_keeps_terminal_and_record_number(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(ask(&bench, 3, "83"), DATA + 3 + TAIL);
    assert_int_equal(get_u32be(bench.reply + 4), 7);
    assert_int_equal(bench.reply[8], 3);
    assert_int_equal(bench.reply[9], 0);
    assert_int_equal(bench.reply[10], 1);
    assert_int_equal(get_u16be(bench.reply + DATA + 1), 5234);
    assert_int_equal(get_u32be(bench.reply + DATA + 3), 0x01000009);
    assert_int_equal(bench.reply[DATA + 7], 0x68);
}

static void a_reply_to_another_question_is_not_taken(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t asked[FRAME_MAX];
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    setup(&bench);
    snapshot_init(&values);
    params_init(&params);
    assert_true(ask(&bench, 3, "83") > 0);
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)bench.reply_size, bench.reply};
    static const struct {
        uint8_t command;
        const char *hex;
        enum decode outcome;
    } rows[] = {
        {3, "83", DECODED },
        {3, "84", NOT_MINE},
        {6, "00", NOT_MINE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t size = frame_of(rows[i].command, rows[i].hex, asked);
        const struct serial_token question = {SERIAL_FRAME, (uint16_t)size, asked};
        assert_int_equal(jk_uart->take(&question, &reply, 0, &reading), rows[i].outcome);
    }
    size_t size = frame_of(3, "83", asked);
    const struct serial_token own = {SERIAL_FRAME, (uint16_t)size, asked};
    assert_int_equal(jk_uart->take(&own, &own, 0, &reading), NOT_MINE);
    asked[7] = 8;
    assert_int_equal(jk_uart->take(&own, &reply, 0, &reading), NOT_MINE);
}

/* ---- Writes ---- */

static void a_write_becomes_commands_of_its_port(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(ask(&bench, 2, "AB 00 90 0E 42"), DATA + 5 + TAIL);
    assert_int_equal(bench.command_count, 2);
    assert_int_equal(bench.commands[0].session, SESSION_RS485_1);
    assert_int_equal(bench.commands[0].id, PARAM_charge_enabled);
    assert_int_equal(bench.commands[1].session, SESSION_RS485_1);
    assert_int_equal(bench.commands[1].value, 3650);
    assert_memory_equal(bench.reply + DATA, "\xAB\x00\x90\x0E\x42", 5);
}

static void a_refused_write_is_not_answered(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    for (int result = COMMAND_NO_ACCESS; result < COMMAND_RESULT_COUNT; result++) {
        bench.result = (enum command_result)result;
        expect_refusal(&bench, 2, "AB 00");
        assert_int_equal(bench.command_count, 1);
    }
    bench.result = COMMAND_ACCEPTED;
    expect_refusal(&bench, 2, "AB");
    expect_refusal(&bench, 2, "F0 00");
    expect_refusal(&bench, 2, "");
    assert_int_equal(bench.command_count, 0);
    bench.battery.request = NULL;
    expect_refusal(&bench, 2, "AB 00");
}

static void a_password_logs_in_and_is_not_said_again(void **state)
{
    (void)state;
    static const char *const forms[] = {"36 36 36 36 36 36", "B2 36 36 36 36 36 36 00 00 00 00"};
    struct bench bench;
    setup(&bench);
    for (size_t i = 0; i < COUNT(forms); i++) {
        assert_int_equal(ask(&bench, 5, forms[i]), DATA + TAIL);
        assert_int_equal(bench.command_count, 1);
        assert_int_equal(bench.commands[0].kind, COMMAND_LOGIN);
        assert_int_equal(bench.commands[0].session, SESSION_RS485_1);
        assert_string_equal(bench.commands[0].text, "666666");
    }
    bench.result = COMMAND_WRONG_PASSWORD;
    expect_refusal(&bench, 5, "31");
    bench.command_count = 0;
    expect_refusal(&bench, 5, "");
    expect_refusal(&bench, 5, "B2");
    expect_refusal(&bench, 5, "31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31");
    assert_int_equal(bench.command_count, 0);
}

/* ---- What gets no answer ---- */

static void without_a_fresh_pack_values_are_not_answered(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.battery.ready = false;
    assert_int_equal(ask(&bench, 6, "00"), 0);
    assert_int_equal(ask(&bench, 3, "83"), 0);
    assert_int_equal(bench.server.outcome[SERIAL_SILENT], 2);
    assert_true(ask(&bench, 3, "B7") > 0);
    assert_true(ask(&bench, 1, "") > 0);
}

static void unknown_commands_and_items_are_refused(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    expect_refusal(&bench, 4, "00");
    expect_refusal(&bench, 0, "");
    expect_refusal(&bench, 0xFF, "00");
    expect_refusal(&bench, 3, "00");
    expect_refusal(&bench, 3, "");
    expect_refusal(&bench, 3, "83 84");
}

static void frames_of_batteries_are_not_requests(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t frame[FRAME_MAX];
    setup(&bench);
    size_t size = frame_of(6, "00", frame);
    frame[10] = 1;
    hear(&bench, frame, seal(frame, size));
    frame[10] = 2;
    frame[9] = 0;
    hear(&bench, frame, seal(frame, size));
    assert_int_equal(bench.server.outcome[SERIAL_FOREIGN], 2);
    assert_int_equal(bench.reply_size, 0);
    frame[9] = 2; /* as recorded from askers: type 2 is answered too */
    hear(&bench, frame, seal(frame, size));
    assert_true(bench.reply_size > 0);
}

/* ---- Explained ---- */

static void a_write_is_explained_by_what_it_sets(void **state)
{
    (void)state;
    static const struct {
        uint8_t command;
        const char *hex;
        const char *name;
        bool sets;
    } rows[] = {
        {2, "90 0E 42", "write",    true },
        {3, "90",       "read",     false},
        {5, "90 0E 42", "password", false},
        {6, "00",       "read_all", false},
        {1, "",         "activate", false},
        {4, "",         "unknown",  false},
        {7, "",         "unknown",  false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t frame[FRAME_MAX];
        struct snapshot values;
        struct params params;
        struct serial_reading reading = {.values = &values, .params = &params};
        size_t size = frame_of(rows[i].command, rows[i].hex, frame);
        const struct serial_token token = {SERIAL_FRAME, (uint16_t)size, frame};
        snapshot_init(&values);
        params_init(&params);
        jk_uart->explain(&token, &reading);
        assert_string_equal(reading.name, rows[i].name);
        assert_int_equal(params_have(&params, PARAM_cell_ovp_mv), rows[i].sets);
    }
}

/* Passwords are not shown, whoever says them. */
static void replies_without_values_are_read_too(void **state)
{
    (void)state;
    static const uint8_t commands[] = {1, 5};
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        struct serial_reading reading = {.values = &values, .params = &params};
        setup(&bench);
        params_init(&params);
        assert_int_equal(ask(&bench, commands[i], "31 32 33 34"), DATA + TAIL);
        struct serial_token reply = {SERIAL_FRAME, (uint16_t)bench.reply_size, bench.reply};
        assert_int_equal(jk_uart->take(NULL, &reply, 0, &reading), DECODED);
        reply.size = (uint16_t)frame_of(5, "B2 31 32 33 34 35 36 00 00 00 00", bench.reply);
        bench.reply[9] = 0;
        bench.reply[10] = 1;
        assert_int_equal(jk_uart->take(NULL, &reply, 0, &reading), DECODED);
        assert_int_equal(params.have_text, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recorded_request_is_answered_as_recorded),
        cmocka_unit_test(the_asking_side_asks_as_recorded),
        cmocka_unit_test(a_damaged_bit_never_gets_an_answer),
        cmocka_unit_test(both_ends_understand_each_other),
        cmocka_unit_test(a_reply_keeps_terminal_and_record_number),
        cmocka_unit_test(a_reply_to_another_question_is_not_taken),
        cmocka_unit_test(a_write_becomes_commands_of_its_port),
        cmocka_unit_test(a_refused_write_is_not_answered),
        cmocka_unit_test(a_password_logs_in_and_is_not_said_again),
        cmocka_unit_test(without_a_fresh_pack_values_are_not_answered),
        cmocka_unit_test(unknown_commands_and_items_are_refused),
        cmocka_unit_test(frames_of_batteries_are_not_requests),
        cmocka_unit_test(a_write_is_explained_by_what_it_sets),
        cmocka_unit_test(replies_without_values_are_read_too),
    };
    return RUN_TESTS(tests);
}
