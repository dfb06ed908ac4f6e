/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of wire/modbus_tcp.c and of the SunSpec map behind it. Input: state of the battery,
 * a count of values, that many values, then a stream of Modbus TCP frames. Each frame is answered
 * by one of the same transaction and unit, which is whole, and the reader survives it; the battery
 * stays as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/rs485.h"
#include "wire/modbus_tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { HEAD = 2, VALUE_SIZE = 3, PACKS = 3 };

struct bench {
    struct snapshot bank;
    struct snapshot pack;
    struct params params;
    struct serial_battery battery;
};

static void check(bool good)
{
    if (!good)
        abort();
}

static void put_values(struct snapshot *snapshot, const uint8_t *bytes, size_t count)
{
    snapshot_init(snapshot);
    for (size_t i = 0; i < count; i++, bytes += VALUE_SIZE) {
        int32_t value = (int16_t)get_u16le(bytes + 1);
        snapshot_put(snapshot, (enum value_id)(bytes[0] % VALUE_NUMBER_COUNT),
                     bytes[0] & 1 ? value : saturate32((int64_t)value * UINT16_MAX));
        alarm_put(snapshot->alarms, (enum alarm)(bytes[1] % ALARM_COUNT), bytes[0] & 2);
    }
}

static void bench_init(struct bench *bench, uint8_t state, const uint8_t *values, size_t count)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    put_values(&bench->bank, values, count);
    put_values(&bench->pack, values, count / 2);
    bench->battery = (struct serial_battery){
        .view = {.bank = &bench->bank},
        .own = &bench->pack,
        .params = &bench->params,
        .dip = state & 8 ? 1 : 0,
        .ready = (state & 16) == 0,
    };
    for (uint8_t i = 0; i < PACKS; i++)
        bench->battery.view.pack[5 * i] = state >> i & 1 ? &bench->pack : NULL;
}

/* What the asking side makes of it, whatever it is. */
static void read_reply(const uint8_t *request, size_t request_size, const uint8_t *rtu, size_t size)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    const struct serial_token asked = {SERIAL_FRAME, (uint16_t)request_size, request};
    const struct serial_token told = {SERIAL_FRAME, (uint16_t)size, rtu};
    snapshot_init(&values);
    params_init(&params);
    check(sunspec->reply->size(rtu, size) == (int)size && sunspec->reply->good(rtu, size));
    check(sunspec->take(&asked, &told, 0, &reading) == DECODED);
}

static void answer(const struct bench *bench, const uint8_t *frame, size_t size)
{
    uint8_t request[MODBUS_SIZE_MAX];
    uint8_t rtu[SERIAL_REPLY_MAX];
    uint8_t reply[MODBUS_TCP_SIZE_MAX];
    size_t rtu_size = 0;
    size_t request_size = modbus_tcp_to_rtu(frame, size, 1, request);
    size_t reply_size = modbus_tcp_exception(frame, MODBUS_BUSY, reply);
    check(request_size <= MODBUS_SIZE_MAX && modbus_sealed(request, request_size));
    if (sunspec->request->size(request, request_size) == (int)request_size)
        sunspec->answer(&bench->battery, request, request_size, rtu, &rtu_size);
    if (rtu_size > 0) {
        read_reply(request, request_size, rtu, rtu_size);
        reply_size = modbus_tcp_from_rtu(frame, rtu, rtu_size, reply);
    }
    check(reply_size <= sizeof(reply) && modbus_tcp_size(reply, reply_size) == (int)reply_size);
    check(memcmp(reply, frame, 2) == 0 && modbus_tcp_unit(reply) == modbus_tcp_unit(frame));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bench bench;
    if (size < HEAD || size < HEAD + (size_t)VALUE_SIZE * bytes[1])
        return 0;
    bench_init(&bench, bytes[0], bytes + HEAD, bytes[1]);
    const struct bench before = bench;
    const uint8_t *at = bytes + HEAD + VALUE_SIZE * bytes[1];
    size_t left = size - (size_t)(at - bytes);
    int frame;
    while ((frame = modbus_tcp_size(at, left)) > 0 && (size_t)frame <= left) {
        answer(&bench, at, (size_t)frame);
        at += frame;
        left -= (size_t)frame;
    }
    check(memcmp(&bench, &before, sizeof(bench)) == 0);
    return 0;
}
