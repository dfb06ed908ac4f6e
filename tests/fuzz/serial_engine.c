/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of the serial engine with every protocol of the registry that has tables: input is
 * the protocol, then bursts, each after a byte for its size and one for the pause before it, whose
 * bits also choose the battery's state, the side that is explained, and whether a Modbus CRC is
 * added. Each burst goes to a battery, to an inverter that asks and to the explainer. Replies fit,
 * the parts of a reading come to an end, commands name what exists.
 */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "protocols/explainer.h"
#include "protocols/protocols.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "wire/modbus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PART_MAX = 64, PAUSE_US = 500 };

struct bench {
    const struct serial_protocol *protocol;
    struct serial_server server;
    struct serial_client client;
    struct serial_explainer explainer;
    struct snapshot own;
    struct params params;
    uint64_t now_us;
    unsigned asked;
};

static void check(bool good)
{
    if (!good)
        abort();
}

static enum command_result request(void *context, const struct command *commands, uint8_t count)
{
    (void)context;
    for (uint8_t i = 0; i < count; i++) {
        check(commands[i].kind < COMMAND_KIND_COUNT);
        check(commands[i].session == SESSION_RS485_1);
        check(commands[i].kind != COMMAND_SET_PARAM || commands[i].id < PARAM_COUNT);
    }
    return (enum command_result)(count % COMMAND_RESULT_COUNT);
}

static const struct serial_protocol *pick(uint8_t number)
{
    const struct serial_protocol *all[64];
    size_t count = 0;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].serial_count && count < COUNT(all); n++)
            all[count++] = &protocols[i].serial[n];
    }
    return count > 0 ? all[number % count] : NULL;
}

static void to_battery(struct bench *bench, const uint8_t *bytes, size_t size, uint8_t choice)
{
    struct serial_battery battery = {
        .view = {.bank = &bench->own, .pack = {&bench->own}},
        .own = &bench->own,
        .params = &bench->params,
        .dip = choice & 1,
        .session = SESSION_RS485_1,
        .ready = choice & 2,
        .request = choice & 4 ? request : NULL
    };
    uint8_t reply[100];
    size_t sent = 0;
    size_t count;
    serial_server_receive(&bench->server, &battery, bytes, size, bench->now_us);
    check(bench->server.reply_size <= SERIAL_REPLY_MAX);
    while ((count = serial_server_transmit(&bench->server, reply, sizeof(reply), bench->now_us)))
        sent += count;
    check(sent <= SERIAL_REPLY_MAX);
}

static void to_inverter(struct bench *bench, const uint8_t *bytes, size_t size)
{
    uint8_t sent[SERIAL_REQUEST_MAX];
    const struct serial_protocol *protocol = bench->protocol;
    if (bench->client.state != SERIAL_CLIENT_BUSY)
        serial_client_ask(&bench->client, bench->asked++ % protocol->question_count,
                          protocol->address_first);
    serial_client_transmit(&bench->client, sent, sizeof(sent), bench->now_us);
    serial_client_receive(&bench->client, bytes, size, bench->now_us);
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    unsigned part = 0;
    snapshot_init(&values);
    params_init(&params);
    while (serial_client_take(&bench->client, part, &reading) == DECODED)
        check(++part < PART_MAX);
}

static void report(void *context, const struct message *message)
{
    (void)context;
    check(message->name != NULL && message->size > 0 && message->size <= SERIAL_LINE_CAPACITY);
}

static void hear(struct bench *bench, const uint8_t *heard, size_t size, uint8_t pause)
{
    uint8_t bytes[UINT8_MAX + 2];
    memcpy(bytes, heard, size);
    if (pause & 16)
        size = modbus_seal(bytes, size);
    const struct serial_burst_heard burst = {pause & 8 ? SIDE_ASKING : SIDE_BATTERY, bytes, size};
    bench->now_us += (uint64_t)pause * PAUSE_US;
    to_battery(bench, bytes, size, pause);
    to_inverter(bench, bytes, size);
    serial_explain(&bench->explainer, bench->protocol, &burst, report, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct bench bench;
    memset(&bench, 0, sizeof(bench));
    bench.protocol = size > 0 ? pick(bytes[0]) : NULL;
    if (bench.protocol == NULL)
        return 0;
    bench.now_us = 1000000;
    snapshot_init(&bench.own);
    params_init(&bench.params);
    for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++)
        snapshot_put(&bench.own, (enum value_id)id, bytes[0] * 100);
    serial_server_init(&bench.server, bench.protocol, 0);
    serial_client_init(&bench.client, bench.protocol);
    size_t at = 1;
    while (size - at > 2) {
        size_t burst = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
        hear(&bench, bytes + at + 2, burst, bytes[at + 1]);
        at += 2 + burst;
    }
    return 0;
}
