/* SPDX-License-Identifier: Apache-2.0
 * Both ends of Pylon over RS485 against the recordings in tests/protocols/pylon_rs485*.log: the
 * battery is filled with what an answer says and must give the same answer to the same request.
 * Where the protocol leaves freedom: INFOFLAG (ours is 11h in 42 and 47, packs also sent 00h and
 * 10h), 44 and the sensors of 61 (an answer does not hold all that another needs; worked frames in
 * pylon_rs485_answer.c), address 1 (RS232 console of a US3000) and address 0 (Seplos).
 */
#include <stdio.h>

#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "tests/support/pylon_bench.h"
#include "wire/log_text.h"

enum { LINE_SIZE = 4096, LIMITS_SYSTEM = 0x63 };

struct exchange {
    struct serial_token request;
    struct serial_token reply;
    struct pylon_frame asked;
    struct pylon_frame answered;
};

struct count {
    unsigned answers;
    unsigned equal;
    unsigned foreign;
};

static void cells_from_extremes(struct snapshot *pack)
{
    if (snapshot_have(pack, VALUE_cell_mv) || !snapshot_have(pack, VALUE_temp_max_ddegc))
        return;
    snapshot_put(pack, VALUE_temp_ddegc, pack->temp_min_ddegc);
    snapshot_put(pack, (enum value_id)(VALUE_temp_ddegc + 1), pack->temp_max_ddegc);
}

/* The battery that the answer speaks of; false: it cannot be read. */
static bool fill(struct pylon_bench *bench, const struct exchange *exchange)
{
    unsigned count = 0;
    unsigned first = exchange->answered.head.address - PYLON_ADDRESS_FIRST;
    bool group = exchange->asked.info_size > 0 && pylon_get(&exchange->asked, 0, 1) == PYLON_ALL;
    pylon_bench_init(bench, 0);
    for (;; count++) {
        struct snapshot *pack = &bench->pack[count];
        struct serial_reading reading = {.values = pack, .params = &bench->params};
        snapshot_init(pack);
        enum decode result =
            bench->protocol->take(&exchange->request, &exchange->reply, count, &reading);
        if (result != DECODED)
            break;
        cells_from_extremes(pack);
        if (group || first < PACK_MAX)
            bench->battery.view.pack[group ? count : first] = pack;
    }
    bench->bank = bench->pack[0];
    bench->battery.view.bank = &bench->bank;
    bench->battery.own = &bench->pack[0];
    bench->battery.dip = (uint8_t)(first < PACK_MAX ? first : 0);
    return count > 0;
}

/* The answer with our INFOFLAG and a right sum. */
static size_t with_our_flag(const struct exchange *exchange, uint8_t *bytes)
{
    const struct pylon_frame *answered = &exchange->answered;
    struct pylon_writer writer;
    uint8_t code = exchange->asked.head.code;
    bool flag = code == PYLON_ANALOG || code == PYLON_SETTINGS;
    pylon_begin(&writer, bytes, SERIAL_REPLY_MAX, &answered->head);
    for (size_t i = 0; i < answered->info_size; i++)
        pylon_put(&writer, i == 0 && flag ? 0x11 : pylon_get(answered, i, 1), 1);
    return pylon_end(&writer);
}

static void compare(const struct exchange *exchange, struct count *count)
{
    static struct pylon_bench bench;
    uint8_t wanted[SERIAL_REPLY_MAX];
    assert_true(fill(&bench, exchange));
    count->answers++;
    bench.battery.request = NULL;
    pylon_bench_hear(&bench, (const char *)exchange->request.bytes, exchange->request.size);
    if (exchange->answered.head.address < PYLON_ADDRESS_FIRST) {
        assert_int_equal(bench.kind, SERIAL_FOREIGN);
        count->foreign++;
        return;
    }
    size_t size = with_our_flag(exchange, wanted);
    wanted[size - 1] = '\0';
    assert_string_equal(bench.reply, (const char *)wanted);
    count->equal++;
}

/* Reads the exchanges of a log in turn; a request and the answer in the next line. */
struct reader {
    FILE *stream;
    struct log_line line[2]; /* request, answer */
    bool asked;
};

static void reader_open(struct reader *reader, const char *name)
{
    char path[LINE_SIZE];
    snprintf(path, sizeof(path), "%s/protocols/%s", TEST_DATA, name);
    reader->stream = fopen(path, "r");
    reader->asked = false;
    assert_non_null(reader->stream);
}

static bool reader_next(struct reader *reader, struct exchange *exchange)
{
    char text[LINE_SIZE];
    while (fgets(text, sizeof(text), reader->stream) != NULL) {
        struct log_line line;
        struct log_error error;
        assert_int_equal(log_text_parse(text, strlen(text), &line, &error), 0);
        if (line.kind != LOG_SERIAL)
            continue;
        reader->line[line.from_asking ? 0 : 1] = line;
        bool answered = reader->asked && !line.from_asking;
        reader->asked = line.from_asking;
        if (!answered)
            continue;
        const struct log_line *lines = reader->line;
        exchange->request = (struct serial_token){SERIAL_FRAME, lines[0].size, lines[0].bytes};
        exchange->reply = (struct serial_token){SERIAL_FRAME, lines[1].size, lines[1].bytes};
        assert_int_equal(pylon_open(lines[0].bytes, lines[0].size, &exchange->asked), 0);
        if (pylon_open(lines[1].bytes, lines[1].size, &exchange->answered) == PYLON_NORMAL)
            return true;
    }
    fclose(reader->stream);
    return false;
}

static struct count compare_all(const char *name)
{
    struct reader reader;
    struct exchange exchange;
    struct count count = {0};
    reader_open(&reader, name);
    while (reader_next(&reader, &exchange)) {
        uint8_t code = exchange.asked.head.code;
        bool worked = strcmp(name, "pylon_rs485_vectors.log") == 0;
        if (code != PYLON_ALARMS && !(worked && code == PYLON_SYSTEM_ANALOG))
            compare(&exchange, &count);
    }
    return count;
}

static void a_battery_of_recorded_values_gives_the_recorded_answers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct count count;
    } logs[] = {
        {"pylon_rs485.log",          {13, 11, 2}},
        {"pylon_rs485_jk.log",       {4, 4, 0}  },
        {"pylon_rs485_document.log", {1, 1, 0}  },
        {"pylon_rs485_vectors.log",  {6, 6, 0}  },
    };
    for (size_t i = 0; i < COUNT(logs); i++) {
        struct count count = compare_all(logs[i].name);
        assert_int_equal(count.answers, logs[i].count.answers);
        assert_int_equal(count.equal, logs[i].count.equal);
        assert_int_equal(count.foreign, logs[i].count.foreign);
    }
}

static void each_of_522_exchanges_of_two_packs_is_answered_as_recorded(void **state)
{
    (void)state;
    struct count count = compare_all("pylon_rs485_longrun.log");
    assert_int_equal(count.answers, 522);
    assert_int_equal(count.equal, 522);
}

static void a_pack_at_address_1_would_answer_alike_at_2(void **state)
{
    (void)state;
    static struct pylon_bench bench;
    struct pylon_bench_reading read;
    assert_int_equal(
        pylon_bench_take(
            "~20014642E00201FD35",
            "~20014600F07A11010F0DE30DE30DD10DE30DE30DE50DE30DE40DE70DE60DDC0DE80DE80DE80DE"
            "7050BEB0BCD0BCD0BCD0BCD0000D051FFFF04FFFF0010012110012110E1D4",
            0, &read),
        DECODED);
    pylon_bench_init(&bench, 1);
    bench.pack[0] = read.values;
    assert_string_equal(pylon_bench_ask(&bench, "~20024642E00202FD33"),
                        "~20024600F07A11020F0DE30DE30DD10DE30DE30DE50DE30DE40DE70DE60DDC0DE80DE80D"
                        "E80DE7050BEB0BCD0BCD0BCD0BCD0000D051FFFF04FFFF0010012110012110E1D2");
}

static void the_recorded_answer_with_a_wrapped_voltage_comes_from_such_a_battery(void **state)
{
    (void)state;
    static struct pylon_bench bench;
    struct pylon_bench_reading read;
    const char *const reply = "~20024600D01205E0B180017C076CC0F9B8";
    assert_int_equal(pylon_bench_take(NULL, reply, 0, &read), DECODED);
    pylon_bench_init(&bench, 1);
    bench.bank = read.values;
    assert_string_equal(pylon_bench_ask_for(&bench, 2, LIMITS_SYSTEM, -1), reply);
    snapshot_put(&bench.bank, VALUE_charge_limit_mv, 67040); /* saturated, not wrapped */
    assert_string_equal(pylon_bench_ask_for(&bench, 2, LIMITS_SYSTEM, -1),
                        "~20024600D012FFFFB180017C076CC0F97A");
}

/* Both ends on one line, a byte at a time. */
struct line {
    struct serial_server server;
    struct serial_poll poll;
    uint64_t now_us;
};

static void pass(struct line *line, struct pylon_bench *bench)
{
    uint8_t byte;
    while (serial_client_transmit(&line->poll.client, &byte, 1, line->now_us) > 0)
        serial_server_receive(&line->server, &bench->battery, &byte, 1, line->now_us);
    serial_client_receive(&line->poll.client, NULL, 0, line->now_us);
    while (serial_server_transmit(&line->server, &byte, 1, line->now_us) > 0)
        serial_client_receive(&line->poll.client, &byte, 1, line->now_us);
    serial_server_receive(&line->server, &bench->battery, NULL, 0, line->now_us);
    line->now_us += 1000;
}

static void check_answer(const struct line *line)
{
    struct pylon_bench_reading read;
    snapshot_init(&read.values);
    params_init(&read.params);
    read.reading = (struct serial_reading){.values = &read.values, .params = &read.params};
    assert_int_equal(line->poll.client.state, SERIAL_CLIENT_ANSWERED);
    assert_int_equal(serial_client_take(&line->poll.client, 0, &read.reading), DECODED);
    assert_int_equal(read.reading.refused, 0);
    if (line->poll.question < 3)
        assert_int_equal(read.reading.pack, line->poll.address);
    if (line->poll.question == 0)
        assert_int_equal(read.values.remaining_mah, 211200);
}

/* Questions of `count` packs until a round is complete. */
static unsigned poll_all(const struct serial_protocol *protocol, unsigned count)
{
    static struct line line;
    static struct pylon_bench bench;
    unsigned answers = 0;
    pylon_bench_init(&bench, count);
    memset(&line, 0, sizeof(line));
    serial_server_init(&line.server, protocol, 1000);
    serial_poll_init(&line.poll, protocol, PYLON_ADDRESS_FIRST,
                     (uint8_t)(PYLON_ADDRESS_FIRST + count - 1));
    for (unsigned i = 0; i < 100000 && line.poll.rounds == 0; i++) {
        pass(&line, &bench);
        if (!serial_poll_ended(&line.poll))
            continue;
        check_answer(&line);
        answers++;
        serial_poll_next(&line.poll);
    }
    assert_int_equal(line.poll.rounds, 1);
    return answers;
}

static void the_asking_side_polls_every_pack_and_the_system_once(void **state)
{
    (void)state;
    for (size_t profile = 0; profile < 2; profile++) {
        assert_int_equal(poll_all(&pylon_rs485[profile], 1), 3 + 3);
        assert_int_equal(poll_all(&pylon_rs485[profile], 16), 16 * 3 + 3);
    }
}

static void the_questions_have_the_bytes_of_the_worked_frames(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "~20024642E00202FD33\r", "~20024644E00202FD31\r", "~20024692E00202FD2E\r",
        "~200246610000FDAB\r",   "~200246620000FDAA\r",   "~200246630000FDA9\r",
    };
    for (unsigned i = 0; i < COUNT(wanted); i++) {
        uint8_t request[SERIAL_REQUEST_MAX];
        size_t size = pylon_rs485[0].ask(i, 0x02, request);
        assert_int_equal(size, strlen(wanted[i]));
        assert_memory_equal(request, wanted[i], size);
        bool each = pylon_rs485[0].ask(i, 0x03, request) > 0;
        assert_int_equal(each, i < 3);
    }
    assert_int_equal(pylon_rs485[0].question_count, COUNT(wanted));
}

static void every_command_has_a_name(void **state)
{
    (void)state;
    static const uint8_t codes[] = {0x42, 0x44, 0x47, 0x4F, 0x51, 0x60, 0x61,
                                    0x62, 0x63, 0x92, 0x93, 0x94, 0x95, 0x96};
    unsigned named = 0;
    for (unsigned code = 0; code <= UINT8_MAX; code++)
        named += pylon_command_name(code) != NULL;
    assert_int_equal(named, COUNT(codes));
    for (size_t i = 0; i < COUNT(codes); i++)
        assert_non_null(pylon_command_name(codes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_battery_of_recorded_values_gives_the_recorded_answers),
        cmocka_unit_test(each_of_522_exchanges_of_two_packs_is_answered_as_recorded),
        cmocka_unit_test(a_pack_at_address_1_would_answer_alike_at_2),
        cmocka_unit_test(the_recorded_answer_with_a_wrapped_voltage_comes_from_such_a_battery),
        cmocka_unit_test(the_asking_side_polls_every_pack_and_the_system_once),
        cmocka_unit_test(the_questions_have_the_bytes_of_the_worked_frames),
        cmocka_unit_test(every_command_has_a_name),
    };
    return RUN_TESTS(tests);
}
