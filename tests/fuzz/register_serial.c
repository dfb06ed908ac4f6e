/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/register_serial.c with every protocol of registers. Input: protocol,
 * state of the battery, address and function of a request, its words, then data that becomes values
 * of the battery or a written frame. Whatever is asked, a reply has its right size and check sum or
 * is an error, the reader takes it, and what it read is answered alike the second time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/rs485.h"
#include "wire/modbus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { HEAD = 8, CODE_MAX = 6 };

struct bench {
    const struct serial_protocol *protocol;
    struct snapshot own;
    struct params params;
    struct serial_battery battery;
};

static const struct serial_protocol *const all[] = {
    &growatt_rs485[0], &growatt_rs485[1], &voltronic_rs485[0], &pace_rs485[0], &wow_rs485[0],
};

static void check(bool good)
{
    if (!good)
        abort();
}

static enum command_result request(void *context, const struct command *commands, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        check(commands[i].kind < COMMAND_KIND_COUNT);
        check(commands[i].session == SESSION_RS485_1);
        check(commands[i].kind != COMMAND_SET_PARAM || commands[i].id < PARAM_COUNT);
        check(commands[i].kind != COMMAND_SET_TEXT || commands[i].id < TEXT_PARAM_COUNT);
        check(memchr(commands[i].text, 0, sizeof(commands[i].text)) != NULL);
    }
    return (enum command_result)(*(const uint8_t *)context % COMMAND_RESULT_COUNT);
}

/* Three bytes to a value: its id, and what it is; large ones too. */
static void put_values(struct bench *bench, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + 3 <= size; at += 3) {
        unsigned id = bytes[at] % VALUE_NUMBER_COUNT;
        int32_t value = (int16_t)get_u16le(bytes + at + 1);
        snapshot_put(&bench->own, (enum value_id)id,
                     bytes[at] & 1 ? value : saturate32((int64_t)value * UINT16_MAX));
    }
    if (size > sizeof(bench->own.alarms)) {
        memcpy(bench->own.alarms, bytes, sizeof(bench->own.alarms));
        bench->own.alarms[1] &= (1u << ALARM_COUNT % 32) - 1;
    }
}

static void bench_init(struct bench *bench, const uint8_t *bytes, size_t size)
{
    static const enum value_id required[] = {
        VALUE_pack_mv,         VALUE_pack_ma,         VALUE_soc_permille,
        VALUE_temp_max_ddegc,  VALUE_charge_limit_ma, VALUE_discharge_limit_ma,
        VALUE_charge_limit_mv, VALUE_remaining_mah,   VALUE_full_mah,
    };
    memset(bench, 0, sizeof(*bench));
    bench->protocol = all[bytes[0] % COUNT(all)];
    snapshot_init(&bench->own);
    params_init(&bench->params);
    for (size_t i = 0; bytes[1] & 8 && i < COUNT(required); i++)
        snapshot_put(&bench->own, required[i], 1000);
    put_values(bench, bytes + HEAD, size - HEAD);
    bench->battery = (struct serial_battery){
        .view = {.bank = &bench->own, .pack = {&bench->own}},
        .own = &bench->own,
        .params = &bench->params,
        .dip = bytes[1] >> 4,
        .session = SESSION_RS485_1,
        .ready = (bytes[1] & 1) == 0,
        .request = bytes[1] & 2 ? request : NULL,
        .context = (void *)(uintptr_t)(bytes + 1),
    };
}

/* A request as the input says it, with its data where it writes. */
static size_t frame_of(const uint8_t *bytes, size_t size, uint8_t *frame)
{
    memcpy(frame, bytes + 2, 6);
    frame[2] &= 1; /* where the registers are */
    frame[4] = 0;
    if (frame[1] != MODBUS_WRITE)
        return modbus_seal(frame, 6);
    size_t count = size - HEAD < 246 ? size - HEAD : 246;
    frame[6] = (uint8_t)count;
    memcpy(frame + 7, bytes + HEAD, count);
    return modbus_seal(frame, 7 + count);
}

static void check_reply(const struct bench *bench, const struct serial_token *asked,
                        enum serial_answer_kind kind, const struct serial_token *told)
{
    const struct serial_shape *shape = bench->protocol->reply;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    snapshot_init(&values);
    params_init(&params);
    check(kind == SERIAL_ANSWERED || kind == SERIAL_REFUSED);
    check(shape->size(told->bytes, told->size) == told->size);
    check(shape->good(told->bytes, told->size));
    check(told->bytes[0] == asked->bytes[0]);
    check(bench->protocol->take(asked, told, 0, &reading) == DECODED);
    check(reading.pack != SERIAL_ADDRESS_NONE && reading.name != NULL);
    check((kind == SERIAL_REFUSED) == (reading.refused != 0));
    check(reading.refused <= CODE_MAX);
}

static void take_anything(const struct bench *bench, const struct serial_token *asked,
                          const uint8_t *bytes, size_t size)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    const struct serial_shape *shape = bench->protocol->reply;
    uint8_t frame[MODBUS_SIZE_MAX + 2];
    snapshot_init(&values);
    params_init(&params);
    if (size < 4 || size > MODBUS_SIZE_MAX)
        return;
    memcpy(frame, bytes, size);
    frame[0] = asked->bytes[0];
    size = modbus_seal(frame, size);
    if (shape->size(frame, size) != (int)size)
        return;
    const struct serial_token told = {SERIAL_FRAME, (uint16_t)size, frame};
    bench->protocol->take(asked, &told, 0, &reading);
    check(bench->protocol->take(asked, &told, 1, &reading) == NOT_MINE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bench bench;
    uint8_t frame[MODBUS_SIZE_MAX + 2];
    uint8_t reply[SERIAL_REPLY_MAX];
    uint8_t again[SERIAL_REPLY_MAX];
    size_t reply_size, again_size;
    if (size < HEAD)
        return 0;
    bench_init(&bench, bytes, size);
    size_t frame_size = frame_of(bytes, size, frame);
    const struct serial_token asked = {SERIAL_FRAME, (uint16_t)frame_size, frame};
    if (bench.protocol->request->size(frame, frame_size) != (int)frame_size)
        return 0;
    const struct bench before = bench;
    enum serial_answer_kind kind =
        bench.protocol->answer(&bench.battery, frame, frame_size, reply, &reply_size);
    const struct serial_token told = {SERIAL_FRAME, (uint16_t)reply_size, reply};
    if (reply_size > 0)
        check_reply(&bench, &asked, kind, &told);
    else
        check(kind == SERIAL_FOREIGN || kind == SERIAL_SILENT || kind == SERIAL_DAMAGED);
    bench.protocol->answer(&bench.battery, frame, frame_size, again, &again_size);
    check(again_size == reply_size && memcmp(reply, again, reply_size) == 0);
    check(memcmp(&bench, &before, sizeof(bench)) == 0);
    take_anything(&bench, &asked, bytes + HEAD, size - HEAD);
    return 0;
}
