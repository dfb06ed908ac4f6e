/* SPDX-License-Identifier: Apache-2.0
 * Requests and replies as text, with or without their check sums.
 */
#include "tests/support/register_bench.h"

void bench_init(struct bench *bench, const struct serial_protocol *protocol)
{
    static const struct {
        unsigned id;
        int32_t value;
    } values[] = {
        {VALUE_pack_mv,            52936 },
        {VALUE_pack_ma,            -12300},
        {VALUE_soc_permille,       660   },
        {VALUE_soh_permille,       1000  },
        {VALUE_remaining_mah,      211200},
        {VALUE_full_mah,           320000},
        {VALUE_cycle_count,        37    },
        {VALUE_cell_count,         16    },
        {VALUE_cell_spread_mv,     15    },
        {VALUE_cell_min_mv,        3301  },
        {VALUE_cell_max_mv,        3316  },
        {VALUE_cell_min_index,     0     },
        {VALUE_cell_max_index,     15    },
        {VALUE_temp_max_ddegc,     250   },
        {VALUE_mos_ddegc,          280   },
        {VALUE_charge_limit_mv,    56800 },
        {VALUE_charge_limit_ma,    160000},
        {VALUE_discharge_limit_mv, 44800 },
        {VALUE_discharge_limit_ma, 320000},
        {VALUE_charge_allowed,     1     },
        {VALUE_discharge_allowed,  1     },
        {VALUE_force_charge,       0     },
    };
    memset(bench, 0, sizeof(*bench));
    snapshot_init(&bench->own);
    params_init(&bench->params);
    for (size_t i = 0; i < COUNT(values); i++)
        snapshot_put(&bench->own, (enum value_id)values[i].id, values[i].value);
    for (unsigned i = 0; i < 16; i++)
        snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + i), 3301 + (int32_t)i);
    for (unsigned i = 0; i < 4; i++)
        snapshot_put(&bench->own, (enum value_id)(VALUE_temp_ddegc + i), 250 - 10 * (int32_t)i);
    snapshot_set_have(&bench->own, VALUE_alarms, true);
    snapshot_set_have(&bench->own, VALUE_warnings, true);
    bench->bank = bench->own;
    bench->protocol = protocol;
    bench->battery = (struct serial_battery){
        .view = {.bank = &bench->bank, .pack = {&bench->own}},
        .own = &bench->own,
        .params = &bench->params,
        .ready = true
    };
}

/* Of the bank and of the pack. */
void bench_put(struct bench *bench, unsigned id, int32_t value)
{
    snapshot_put(&bench->own, (enum value_id)id, value);
    snapshot_put(&bench->bank, (enum value_id)id, value);
}

void bench_alarm(struct bench *bench, enum alarm alarm, bool active)
{
    alarm_put(bench->own.alarms, alarm, active);
    alarm_put(bench->bank.alarms, alarm, active);
}

void bench_warning(struct bench *bench, enum alarm alarm, bool active)
{
    alarm_put(bench->own.warnings, alarm, active);
    alarm_put(bench->bank.warnings, alarm, active);
}

enum serial_answer_kind bench_answer(struct bench *bench, const uint8_t *request, size_t size)
{
    return bench->protocol->answer(&bench->battery, request, size, bench->reply,
                                   &bench->reply_size);
}

size_t frame_of(const char *hex, bool sealed, uint8_t *frame)
{
    int size = hex_parse(hex, strlen(hex), frame, MODBUS_SIZE_MAX);
    assert_true(size > 0);
    return sealed ? (size_t)size : modbus_seal(frame, (size_t)size);
}

static void bench_exchange(struct bench *bench, const char *request_hex, const char *reply_hex,
                           bool sealed)
{
    uint8_t request[MODBUS_SIZE_MAX + 2];
    uint8_t reply[MODBUS_SIZE_MAX + 2];
    size_t reply_size = frame_of(reply_hex, sealed, reply);
    bench_answer(bench, request, frame_of(request_hex, sealed, request));
    assert_int_equal(bench->reply_size, reply_size);
    assert_memory_equal(bench->reply, reply, reply_size);
}

/* Bytes as they are on the wire. */
void assert_exchange(struct bench *bench, const char *request, const char *reply)
{
    bench_exchange(bench, request, reply, true);
}

/* Both without their check sums. */
void assert_reply(struct bench *bench, const char *request, const char *reply)
{
    bench_exchange(bench, request, reply, false);
}

/* What a request without its check sum comes to; there is no reply. */
void assert_silence(struct bench *bench, const char *hex, enum serial_answer_kind kind)
{
    uint8_t request[MODBUS_SIZE_MAX + 2];
    assert_int_equal(bench_answer(bench, request, frame_of(hex, false, request)), kind);
    assert_int_equal(bench->reply_size, 0);
}

/* What a reader makes of a reply to a request, both without their check sums. */
enum decode bench_take(const struct bench *bench, const char *request_hex, const char *reply_hex,
                       struct serial_reading *reading)
{
    uint8_t request[MODBUS_SIZE_MAX + 2];
    uint8_t reply[MODBUS_SIZE_MAX + 2];
    const struct serial_token asked = {SERIAL_FRAME,
                                       (uint16_t)frame_of(request_hex, false, request), request};
    const struct serial_token told = {SERIAL_FRAME, (uint16_t)frame_of(reply_hex, false, reply),
                                      reply};
    return bench->protocol->take(&asked, &told, 0, reading);
}

/* All questions, asked, answered and read: both ends against each other. */
void bench_poll(struct bench *bench, uint8_t address, struct serial_reading *reading)
{
    const struct serial_protocol *protocol = bench->protocol;
    for (unsigned question = 0; question < protocol->question_count; question++) {
        uint8_t request[SERIAL_REQUEST_MAX];
        size_t size = protocol->ask(question, address, request);
        const struct serial_token asked = {SERIAL_FRAME, (uint16_t)size, request};
        assert_int_equal(bench_answer(bench, request, size), SERIAL_ANSWERED);
        const struct serial_token told = {SERIAL_FRAME, (uint16_t)bench->reply_size, bench->reply};
        assert_int_equal(protocol->take(&asked, &told, 0, reading), DECODED);
        assert_int_equal(protocol->take(&asked, &told, 1, reading), NOT_MINE);
    }
}

uint16_t reply_word(const struct bench *bench, size_t at)
{
    return get_u16be(bench->reply + at);
}

int32_t value_of(const struct snapshot *values, unsigned id)
{
    int32_t value = INT32_MIN;
    assert_true(snapshot_get(values, (enum value_id)id, &value));
    return value;
}
