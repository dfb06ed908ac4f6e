/* SPDX-License-Identifier: Apache-2.0
 * The time of one full poll of 16 packs on a simulated line, for every serial protocol of the
 * registry and for JK, beside the least that is possible: the bytes on the line, the packs'
 * measured answer time and the pauses that the asking side leaves. A line of Modbus rests 3.5
 * characters before and after an answer. A poll that lost an answer gives no figure.
 */
#include <stdio.h>

#include "base/number.h"
#include "protocols/jk_exchange.h"
#include "protocols/jk_server.h"
#include "protocols/protocols.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "tests/bench/support/battery.h"
#include "tests/bench/support/serial_bench.h"

enum { PACKS = SERIAL_BENCH_PACKS, JK_PAUSE_US = 5000, LIMIT_US = 120000000 };

static struct snapshot battery_values;
static struct params battery_params;

static void print(const char *name, uint64_t time_us, const struct serial_bench *bench,
                  uint64_t pause_us)
{
    uint64_t least_us = bench->wire_us + bench->answer_us + pause_us * bench->answers;
    printf("{\"name\":\"serial_poll_ms\",\"protocol\":\"%s\",\"baud\":%u,\"packs\":%u,"
           "\"exchanges\":%u,\"wire_ms\":%.1f,\"answer_ms\":%.2f,\"pause_ms\":%.2f,"
           "\"least_ms\":%.1f,\"value\":%.1f,\"unit\":\"ms\",\"ratio\":%.3f}\n",
           name, (unsigned)bench->bus.baud, bench->pack_count, (unsigned)bench->answers,
           (double)bench->wire_us / 1e3, (double)bench->answer_us / 1e3 / bench->answers,
           (double)pause_us / 1e3, (double)least_us / 1e3, (double)time_us / 1e3,
           (double)time_us / (double)least_us);
}

/* ---- Protocols with tables ---- */

struct tables {
    const struct serial_protocol *protocol;
    struct serial_poll poll;
    uint32_t until; /* rounds */
    struct serial_server server[PACKS];
    uint8_t dip[PACKS];
};

static struct serial_battery battery_at(uint8_t dip)
{
    struct serial_battery battery = {
        .own = &battery_values, .params = &battery_params, .dip = dip, .ready = true};
    battery.view.bank = &battery_values;
    for (unsigned i = 0; i < PACK_MAX; i++)
        battery.view.pack[i] = i == dip || dip == 0 ? &battery_values : NULL;
    return battery;
}

/* Whether a pack with this DIP number answers there. */
static bool answers_at(const struct serial_protocol *protocol, uint8_t dip, uint8_t address)
{
    static uint8_t reply[SERIAL_REPLY_MAX];
    uint8_t request[SERIAL_REQUEST_MAX];
    struct serial_battery battery = battery_at(dip);
    size_t size = 0;
    size_t asked = protocol->ask(0, address, request);
    return asked > 0 &&
           protocol->answer(&battery, request, asked, reply, &size) == SERIAL_ANSWERED && size > 0;
}

/* Finds a pack for each address from the first one on. Returns the number of addresses; *packs is
 * less where a pack answers at several. */
static unsigned populate(struct tables *tables, unsigned *packs)
{
    const struct serial_protocol *protocol = tables->protocol;
    unsigned addresses = 0;
    *packs = 0;
    for (unsigned at = protocol->address_first; at <= protocol->address_last; at++) {
        bool found = false;
        for (unsigned i = 0; i < *packs && !found; i++)
            found = answers_at(protocol, tables->dip[i], (uint8_t)at);
        for (uint8_t dip = PACKS; dip-- > 0 && !found && *packs < PACKS;) {
            found = answers_at(protocol, dip, (uint8_t)at);
            if (found)
                tables->dip[(*packs)++] = dip;
        }
        if (!found || ++addresses == PACKS)
            break;
    }
    return addresses;
}

static void tables_hear(void *context, unsigned index, const uint8_t *bytes, size_t size,
                        uint64_t now_us)
{
    struct tables *tables = context;
    struct serial_battery battery = battery_at(tables->dip[index]);
    serial_server_receive(&tables->server[index], &battery, bytes, size, now_us);
}

static size_t tables_answer(void *context, unsigned index, uint8_t *buffer, size_t size,
                            uint64_t now_us)
{
    struct tables *tables = context;
    return serial_server_transmit(&tables->server[index], buffer, size, now_us);
}

static void tables_listen(void *context, unsigned index, const uint8_t *bytes, size_t size,
                          uint64_t now_us)
{
    struct tables *tables = context;
    (void)index;
    serial_client_receive(&tables->poll.client, bytes, size, now_us);
    if (serial_poll_ended(&tables->poll))
        serial_poll_next(&tables->poll);
}

static size_t tables_ask(void *context, unsigned index, uint8_t *buffer, size_t size,
                         uint64_t now_us)
{
    struct tables *tables = context;
    (void)index;
    return serial_client_transmit(&tables->poll.client, buffer, size, now_us);
}

static bool tables_done(void *context)
{
    const struct tables *tables = context;
    return tables->poll.rounds >= tables->until;
}

/* 3.5 characters where frames have no marker and the line has to rest between them: Modbus over
 * Serial Line V1.02, 2.5.1.1. */
static uint32_t rest_us(const struct serial_protocol *protocol)
{
    if (protocol->request->certain != 0)
        return 0;
    return protocol->baud > 19200 ? 1750 : 35000000 / protocol->baud;
}

static bool measure_tables(const struct serial_protocol *protocol)
{
    static struct tables tables;
    struct serial_bench bench = {
        .asking = {&tables, tables_listen, tables_ask   },
        .pack = {&tables, tables_hear,   tables_answer}
    };
    char name[48];
    tables = (struct tables){.protocol = protocol};
    unsigned addresses = populate(&tables, &bench.pack_count);
    if (addresses == 0)
        return false;
    for (unsigned i = 0; i < bench.pack_count; i++)
        serial_server_init(&tables.server[i], protocol, rest_us(protocol));
    serial_poll_init(&tables.poll, protocol, protocol->address_first,
                     (uint8_t)(protocol->address_first + addresses - 1));
    serial_bench_init(&bench, protocol->baud);
    tables.until = 1; /* the second round counts */
    bool good = serial_bench_run(&bench, tables_done, LIMIT_US);
    uint64_t start_us = bench.now_us;
    bench.wire_us = bench.answer_us = 0;
    bench.answers = 0;
    tables.until = 2;
    good = good && serial_bench_run(&bench, tables_done, LIMIT_US);
    const struct serial_client *client = &tables.poll.client;
    if (!good || client->timeouts + client->bad_answers + bench.bus.collisions > 0)
        return false;
    uint64_t pause_us = 1000u * protocol->pause_ms;
    snprintf(name, sizeof(name), "%s:%s", protocol->name, protocol->profile);
    bench.pack_count = addresses;
    print(name, bench.now_us - start_us, &bench,
          pause_us > rest_us(protocol) ? pause_us : rest_us(protocol));
    return true;
}

/* ---- JK: a status frame of each pack ---- */

struct jk {
    struct jk_exchange exchange;
    struct jk_server server[PACKS];
    uint64_t next_us;
    unsigned asked;
    unsigned good;
};

static void jk_hear(void *context, unsigned index, const uint8_t *bytes, size_t size,
                    uint64_t now_us)
{
    struct jk *jk = context;
    struct jk_server *server = &jk->server[index];
    const struct jk_pack pack = {&battery_values, &battery_params, NULL};
    struct jk_request request;
    jk_server_receive(server, bytes, size, now_us);
    jk_server_step(server, now_us);
    if (jk_server_take(server, &battery_params, &request))
        jk_server_reply(server, &request, COMMAND_ACCEPTED, &pack);
}

static size_t jk_answer(void *context, unsigned index, uint8_t *buffer, size_t size,
                        uint64_t now_us)
{
    struct jk *jk = context;
    (void)now_us;
    return jk_server_transmit(&jk->server[index], buffer, size);
}

static void jk_listen(void *context, unsigned index, const uint8_t *bytes, size_t size,
                      uint64_t now_us)
{
    struct jk *jk = context;
    (void)index;
    jk_exchange_receive(&jk->exchange, bytes, size, now_us);
    jk_exchange_step(&jk->exchange, now_us);
    if (jk->exchange.state == JK_EXCHANGE_BUSY || jk->exchange.state == JK_EXCHANGE_IDLE)
        return;
    jk->good += jk->exchange.state == JK_EXCHANGE_DONE;
    jk->next_us = now_us + JK_PAUSE_US;
    jk->exchange.state = JK_EXCHANGE_IDLE;
}

static size_t jk_ask(void *context, unsigned index, uint8_t *buffer, size_t size, uint64_t now_us)
{
    struct jk *jk = context;
    (void)index;
    if (jk->exchange.state == JK_EXCHANGE_IDLE && now_us >= jk->next_us && jk->asked < PACKS)
        jk_exchange_fetch(&jk->exchange, (uint8_t)jk->asked++, JK_STATUS);
    return jk_exchange_transmit(&jk->exchange, buffer, size);
}

/* The pause after the last answer belongs to it. */
static bool jk_done(void *context)
{
    const struct jk *jk = context;
    return jk->asked == PACKS && jk->exchange.state == JK_EXCHANGE_IDLE;
}

static bool measure_jk(void)
{
    static struct jk jk;
    struct serial_bench bench = {
        .asking = {&jk, jk_listen, jk_ask   },
          .pack = {&jk, jk_hear,   jk_answer},
          .pack_count = PACKS
    };
    jk_exchange_init(&jk.exchange, 300000);
    for (uint8_t i = 0; i < PACKS; i++)
        jk_server_init(&jk.server[i], i, SESSION_RS485_2);
    serial_bench_init(&bench, 115200);
    if (!serial_bench_run(&bench, jk_done, LIMIT_US) || jk.good != PACKS)
        return false;
    print("jk_rs485:status", bench.now_us + JK_PAUSE_US, &bench, JK_PAUSE_US);
    return true;
}

int main(void)
{
    bool good = true;
    bench_battery(&battery_values);
    params_init(&battery_params);
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].serial_count; n++) {
            const struct serial_protocol *protocol = &protocols[i].serial[n];
            if (measure_tables(protocol))
                continue;
            fprintf(stderr, "serial_poll: %s:%s lost an answer\n", protocol->name,
                    protocol->profile);
            good = false;
        }
    }
    if (!measure_jk()) {
        fprintf(stderr, "serial_poll: jk_rs485 lost an answer\n");
        good = false;
    }
    return good ? 0 : 1;
}
