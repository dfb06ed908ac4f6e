/* SPDX-License-Identifier: Apache-2.0
 * What the tests of Pylon over RS485 share: the battery of the worked frames (16 cells of 3301 to
 * 3316 mV, 52.936 V, -12.3 A, 66 %, 211.2 of 320.0 Ah, 37 cycles), asked and read with text.
 */
#ifndef HEARTH_TESTS_PROTOCOLS_PYLON_RS485_BENCH_H
#define HEARTH_TESTS_PROTOCOLS_PYLON_RS485_BENCH_H

#include "protocols/pylon_rs485.h"
#include "protocols/rs485.h"
#include "tests/support/test.h"

#define SILENCE ""

struct bench {
    const struct serial_protocol *protocol;
    struct serial_battery battery;
    struct snapshot pack[PACK_MAX];
    struct snapshot bank;
    struct params params;
    enum serial_answer_kind kind; /* of the last answer */
    char reply[SERIAL_REPLY_MAX + 1];
    struct command command; /* the last that was asked for */
    unsigned command_count;
    enum command_result result; /* what the pack says to it */
};

static inline enum command_result bench_request(void *context, const struct command *commands,
                                                uint8_t count)
{
    struct bench *bench = context;
    bench->command = commands[0];
    bench->command_count += count;
    return bench->result;
}

/* A pack with the sensors of its board and switches among the temperatures. */
static inline void bench_pack(struct snapshot *pack)
{
    static const int16_t temps_ddegc[] = {250, 231, 232, 233, 234, 280};
    static const struct {
        uint8_t id;
        int32_t value;
    } rows[] = {
        {VALUE_pack_mv,            52936 },
        {VALUE_pack_ma,            -12300},
        {VALUE_soc_permille,       660   },
        {VALUE_soh_permille,       1000  },
        {VALUE_remaining_mah,      211200},
        {VALUE_full_mah,           320000},
        {VALUE_cycle_count,        37    },
        {VALUE_cell_count,         16    },
        {VALUE_cell_min_mv,        3301  },
        {VALUE_cell_max_mv,        3316  },
        {VALUE_cell_min_index,     0     },
        {VALUE_cell_max_index,     15    },
        {VALUE_temp_mean_ddegc,    233   },
        {VALUE_temp_min_ddegc,     231   },
        {VALUE_temp_max_ddegc,     234   },
        {VALUE_mos_ddegc,          280   },
        {VALUE_charge_limit_mv,    56800 },
        {VALUE_discharge_limit_mv, 44800 },
        {VALUE_charge_limit_ma,    160000},
        {VALUE_discharge_limit_ma, 320000},
        {VALUE_charge_allowed,     1     },
        {VALUE_discharge_allowed,  1     },
        {VALUE_charge_on,          1     },
        {VALUE_discharge_on,       1     },
    };
    snapshot_init(pack);
    for (size_t i = 0; i < COUNT(rows); i++)
        snapshot_put(pack, (enum value_id)rows[i].id, rows[i].value);
    for (int i = 0; i < 16; i++)
        snapshot_put(pack, (enum value_id)(VALUE_cell_mv + i), 3301 + i);
    for (size_t i = 0; i < COUNT(temps_ddegc); i++)
        snapshot_put(pack, (enum value_id)(VALUE_temp_ddegc + i), temps_ddegc[i]);
    snapshot_set_have(pack, VALUE_alarms, true);
    snapshot_set_have(pack, VALUE_warnings, true);
}

/* A host with `count` such packs; the bank's limits are those of one pack. */
static inline void bench_init(struct bench *bench, unsigned count)
{
    memset(bench, 0, sizeof(*bench));
    bench->protocol = &pylon_rs485[0];
    bench->result = COMMAND_ACCEPTED;
    params_init(&bench->params);
    params_put_text(&bench->params, TEXT_PARAM_serial_number, "OPENPACK00000001", 16);
    for (unsigned i = 0; i < count; i++) {
        bench_pack(&bench->pack[i]);
        bench->battery.view.pack[i] = &bench->pack[i];
    }
    bench_pack(&bench->bank);
    snapshot_put(&bench->bank, VALUE_pack_count, (int32_t)count);
    bench->battery.view.bank = &bench->bank;
    bench->battery.own = &bench->pack[0];
    bench->battery.params = &bench->params;
    bench->battery.session = SESSION_RS485_1;
    bench->battery.ready = true;
    bench->battery.request = bench_request;
    bench->battery.context = bench;
}

/* The answer without its carriage return; SILENCE when there is none. */
static inline const char *bench_hear(struct bench *bench, const char *request, size_t request_size)
{
    size_t size = SIZE_MAX;
    bench->kind = bench->protocol->answer(&bench->battery, (const uint8_t *)request, request_size,
                                          (uint8_t *)bench->reply, &size);
    assert_true(size <= SERIAL_REPLY_MAX);
    if (size > 0)
        assert_int_equal(bench->reply[size - 1], '\r');
    bench->reply[size > 0 ? size - 1 : 0] = '\0';
    return bench->reply;
}

/* `request` without its carriage return. */
static inline const char *bench_ask(struct bench *bench, const char *request)
{
    char bytes[SERIAL_REQUEST_MAX];
    size_t size = strlen(request);
    assert_true(size < sizeof(bytes));
    memcpy(bytes, request, size);
    bytes[size] = '\r';
    return bench_hear(bench, bytes, size + 1);
}

/* Like bench_ask(), with version 20h and the sum made here. */
static inline const char *bench_ask_for(struct bench *bench, uint8_t address, uint8_t code,
                                        int info)
{
    uint8_t bytes[SERIAL_REQUEST_MAX];
    struct pylon_writer writer;
    const struct pylon_head head = {0x20, address, PYLON_DEVICE, code};
    pylon_begin(&writer, bytes, sizeof(bytes), &head);
    if (info >= 0)
        pylon_put(&writer, (uint32_t)info, 1);
    size_t size = pylon_end(&writer);
    return bench_hear(bench, (const char *)bytes, size);
}

/* RTN of the last answer. */
static inline unsigned bench_code(const struct bench *bench)
{
    struct pylon_frame frame;
    char bytes[SERIAL_REPLY_MAX + 1];
    size_t size = strlen(bench->reply);
    assert_true(size > 0);
    memcpy(bytes, bench->reply, size);
    bytes[size] = '\r';
    assert_int_equal(pylon_open((const uint8_t *)bytes, size + 1, &frame), PYLON_NORMAL);
    return frame.head.code;
}

/* What a frame said, read. */
struct bench_reading {
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
};

/* Both without carriage return; `request` may be NULL. */
static inline enum decode bench_take(const char *request, const char *reply, unsigned part,
                                     struct bench_reading *read)
{
    static char bytes[2][SERIAL_REPLY_MAX];
    struct serial_token tokens[2];
    const char *texts[2] = {request, reply};
    for (int i = 0; i < 2; i++) {
        size_t size = texts[i] != NULL ? strlen(texts[i]) : 0;
        assert_true(size < sizeof(bytes[i]));
        memcpy(bytes[i], size > 0 ? texts[i] : "", size);
        bytes[i][size] = '\r';
        tokens[i] =
            (struct serial_token){SERIAL_FRAME, (uint16_t)(size + 1), (const uint8_t *)bytes[i]};
    }
    snapshot_init(&read->values);
    params_init(&read->params);
    read->reading = (struct serial_reading){
        .pack = SERIAL_ADDRESS_NONE, .values = &read->values, .params = &read->params};
    return pylon_rs485[0].take(request != NULL ? &tokens[0] : NULL, &tokens[1], part,
                               &read->reading);
}

#endif
