/* SPDX-License-Identifier: Apache-2.0
 * The battery of the worked frames behind the door of its protocol. Texts come and go
 * without their carriage return.
 */
#include "tests/support/pylon_bench.h"

static enum command_result pylon_bench_request(void *context, const struct command *commands,
                                               uint8_t count)
{
    struct pylon_bench *bench = context;
    bench->command = commands[0];
    bench->command_count += count;
    return bench->result;
}

void pylon_bench_pack(struct snapshot *pack)
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

void pylon_bench_init(struct pylon_bench *bench, unsigned count)
{
    memset(bench, 0, sizeof(*bench));
    bench->protocol = &pylon_rs485[0];
    bench->result = COMMAND_ACCEPTED;
    params_init(&bench->params);
    params_put_text(&bench->params, TEXT_PARAM_serial_number, "OPENPACK00000001", 16);
    for (unsigned i = 0; i < count; i++) {
        pylon_bench_pack(&bench->pack[i]);
        bench->battery.view.pack[i] = &bench->pack[i];
    }
    pylon_bench_pack(&bench->bank);
    snapshot_put(&bench->bank, VALUE_pack_count, (int32_t)count);
    bench->battery.view.bank = &bench->bank;
    bench->battery.own = &bench->pack[0];
    bench->battery.params = &bench->params;
    bench->battery.session = SESSION_RS485_1;
    bench->battery.ready = true;
    bench->battery.request = pylon_bench_request;
    bench->battery.context = bench;
}

const char *pylon_bench_hear(struct pylon_bench *bench, const char *request, size_t request_size)
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

const char *pylon_bench_ask(struct pylon_bench *bench, const char *request)
{
    char bytes[SERIAL_REQUEST_MAX];
    size_t size = strlen(request);
    assert_true(size < sizeof(bytes));
    memcpy(bytes, request, size);
    bytes[size] = '\r';
    return pylon_bench_hear(bench, bytes, size + 1);
}

const char *pylon_bench_ask_for(struct pylon_bench *bench, uint8_t address, uint8_t code, int info)
{
    uint8_t bytes[SERIAL_REQUEST_MAX];
    struct pylon_writer writer;
    const struct pylon_head head = {0x20, address, PYLON_DEVICE, code};
    pylon_begin(&writer, bytes, sizeof(bytes), &head);
    if (info >= 0)
        pylon_put(&writer, (uint32_t)info, 1);
    size_t size = pylon_end(&writer);
    return pylon_bench_hear(bench, (const char *)bytes, size);
}

unsigned pylon_bench_code(const struct pylon_bench *bench)
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

enum decode pylon_bench_take(const char *request, const char *reply, unsigned part,
                             struct pylon_bench_reading *read)
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
