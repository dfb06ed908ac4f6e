/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_uart.c: bursts, each after a byte for its size and one for what is
 * done with it (odd: it becomes the data of a sealed frame, whose command is the rest of that
 * byte). What the battery answers is a whole frame that the asking side reads; a write that was
 * refused is not answered.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "protocols/rs485.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { BURSTS_MAX = 200, DATA = 11, TAIL = 9, FRAME_MAX = UINT8_MAX + DATA + TAIL };

struct bench {
    struct serial_server server;
    struct serial_client client;
    struct serial_battery battery;
    struct snapshot own;
    struct params params;
    bool refuse;
    bool refused;
    uint64_t now_us;
};

static void check(bool good)
{
    if (!good)
        abort();
}

static enum command_result request(void *context, const struct command *commands, uint8_t count)
{
    struct bench *bench = context;
    check(count > 0);
    for (unsigned i = 0; i < count; i++) {
        check(commands[i].kind < COMMAND_KIND_COUNT);
        check(commands[i].session == SESSION_RS232);
        check(memchr(commands[i].text, 0, sizeof(commands[i].text)) != NULL);
    }
    bench->refused = bench->refuse;
    return bench->refuse ? COMMAND_NO_ACCESS : COMMAND_ACCEPTED;
}

static size_t seal(uint8_t *frame, uint8_t command, const uint8_t *data, size_t size)
{
    size_t whole = DATA + size + TAIL;
    uint16_t sum = 0;
    memset(frame, 0, whole);
    frame[0] = 'N';
    frame[1] = 'W';
    put_u16be(frame + 2, (uint16_t)(whole - 2));
    frame[8] = command;
    frame[9] = 3;
    memcpy(frame + DATA, data, size);
    frame[whole - 5] = 0x68;
    for (size_t i = 0; i < whole - 4; i++)
        sum = (uint16_t)(sum + frame[i]);
    put_u16be(frame + whole - 2, sum);
    return whole;
}

static void check_reply(struct bench *bench, const uint8_t *reply, size_t size)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    const struct serial_token token = {SERIAL_FRAME, (uint16_t)size, reply};
    snapshot_init(&values);
    params_init(&params);
    check(!bench->refused);
    check(size <= SERIAL_REPLY_MAX && jk_uart->reply->size(reply, size) == (int)size);
    check(jk_uart->reply->good(reply, size));
    check(jk_uart->take(NULL, &token, 0, &reading) == DECODED);
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    uint8_t reply[SERIAL_REPLY_MAX];
    bench->now_us += 100000;
    bench->refused = false;
    serial_client_receive(&bench->client, bytes, size, bench->now_us);
    serial_server_receive(&bench->server, &bench->battery, bytes, size, bench->now_us);
    size_t answered = serial_server_transmit(&bench->server, reply, sizeof(reply), bench->now_us);
    if (answered > 0)
        check_reply(bench, reply, answered);
}

static void setup(struct bench *bench, uint8_t choice)
{
    snapshot_init(&bench->own);
    params_init(&bench->params);
    for (unsigned cell = 0; cell < CELL_MAX; cell++)
        snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + cell), 3300);
    bench->refuse = choice & 2;
    bench->battery = (struct serial_battery){.own = &bench->own,
                                             .params = &bench->params,
                                             .session = SESSION_RS232,
                                             .ready = choice & 1,
                                             .request = request,
                                             .context = bench};
    serial_server_init(&bench->server, jk_uart, 0);
    serial_client_init(&bench->client, jk_uart);
    serial_client_ask(&bench->client, 0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bench bench = {.now_us = 1000000};
    uint8_t frame[FRAME_MAX];
    if (size == 0)
        return 0;
    setup(&bench, bytes[0]);
    size_t at = 1;
    for (int i = 0; i < BURSTS_MAX && size - at > 2; i++) {
        size_t burst = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
        uint8_t what = bytes[at + 1];
        const uint8_t *data = bytes + at + 2;
        serial_client_transmit(&bench.client, frame, sizeof(frame), bench.now_us);
        if (what & 1)
            hear(&bench, frame, seal(frame, what >> 1, data, burst));
        else
            hear(&bench, data, burst);
        at += 2 + burst;
    }
    return 0;
}
