/* SPDX-License-Identifier: Apache-2.0
 * On the emulated Cortex-M4: what a battery spends from a whole request to the last byte of its
 * answer, for every serial protocol. The host of a full bank is asked, calm and with every alarm;
 * of many requests the most expensive one is printed, also writes of what was read. A display of JK
 * never asks and is left out. A protocol that answers nothing ends the run with code 1.
 */
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/jk_registers.h"
#include "protocols/jk_server.h"
#include "protocols/protocols.h"
#include "protocols/pylon_rs485.h"
#include "protocols/rs485.h"
#include "protocols/serial_server.h"
#include "tests/bench/m4/board.h"
#include "tests/bench/m4/count.h"
#include "tests/bench/support/battery.h"
#include "wire/modbus.h"

enum { FAILED = 1, SHOWN = 8, WRITE_WORDS_MAX = 123, HOST = 1 };

/* Where registers of any of the maps lie. */
static const struct {
    uint16_t first;
    uint16_t end;
} registers[] = {
    {0,     512  },
    {4096,  5888 },
    {40000, 40700},
};

/* Words of a read, tried in this order. */
static const uint8_t lengths[] = {125, 100, 73, 64, 55, 40, 32, 26, 17, 16, 8, 4, 2, 1};

static struct snapshot values;
static struct params params;
static struct serial_battery battery;

struct worst {
    uint32_t ticks;
    uint16_t size; /* of the reply */
    uint8_t request[SHOWN];
    uint8_t shown;
};

static void note(struct worst *worst, const uint8_t *request, size_t size, size_t reply_size,
                 uint32_t ticks)
{
    if (ticks <= worst->ticks)
        return;
    worst->ticks = ticks;
    worst->size = (uint16_t)reply_size;
    worst->shown = (uint8_t)(size < SHOWN ? size : SHOWN);
    memcpy(worst->request, request, worst->shown);
}

/* A line "STATE NAME TICKS BYTES REQUEST". */
static bool print_worst(const char *state, const char *name, const char *profile,
                        const struct worst *worst)
{
    char text[2 * SHOWN + 1];
    board_print(state);
    board_print(name);
    board_print(":");
    board_print(profile);
    print_labelled(" ", worst->ticks);
    print_labelled(" ", worst->size);
    board_print(" ");
    hex_format(worst->request, worst->shown, text);
    board_print(text);
    board_print("\n");
    return worst->size > 0;
}

static enum command_result accept(void *context, const struct command *commands, uint8_t count)
{
    (void)context;
    (void)commands;
    (void)count;
    return COMMAND_ACCEPTED;
}

/* ---- Protocols with tables ---- */

static uint8_t reply[SERIAL_REPLY_MAX];

static size_t try(const struct serial_protocol *protocol, const uint8_t *request, size_t size,
                  struct worst *worst)
{
    static struct serial_server server;
    serial_server_init(&server, protocol, 0);
    count_begin();
    serial_server_receive(&server, &battery, request, size, 0);
    size_t sent = serial_server_transmit(&server, reply, sizeof(reply), 0);
    uint32_t ticks = count_end();
    if (server.outcome[SERIAL_ANSWERED] == 0)
        return 0;
    note(worst, request, size, sent, ticks);
    return sent;
}

static void try_questions(const struct serial_protocol *protocol, struct worst *worst)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    for (unsigned i = 0; i < protocol->question_count; i++) {
        size_t size = protocol->ask(i, protocol->address_first, request);
        try(protocol, request, size, worst);
    }
}

/* All commands about one pack and about the group. */
static void try_pylon(const struct serial_protocol *protocol, struct worst *worst)
{
    static const uint8_t infos[] = {PYLON_ADDRESS_FIRST, PYLON_ALL};
    uint8_t request[SERIAL_REQUEST_MAX];
    for (unsigned code = 0x40; code < 0xA0; code++) {
        for (size_t i = 0; i < COUNT(infos); i++) {
            struct pylon_writer writer;
            const struct pylon_head head = {0x20, PYLON_ADDRESS_FIRST, PYLON_DEVICE, (uint8_t)code};
            pylon_begin(&writer, request, sizeof(request), &head);
            pylon_put(&writer, infos[i], 1);
            try(protocol, request, pylon_end(&writer), worst);
        }
    }
}

/* The words that a read was answered with are written again. */
static void try_write(const struct serial_protocol *protocol, uint16_t first, uint16_t words,
                      size_t reply_size, struct worst *worst)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    uint8_t data[2 * WRITE_WORDS_MAX];
    if (words > WRITE_WORDS_MAX)
        return;
    memcpy(data, reply + reply_size - 2 - 2u * words, 2u * words);
    try(protocol, request, modbus_write_request(request, HOST, first, data, words), worst);
}

static void try_register(const struct serial_protocol *protocol, uint16_t first,
                         struct worst *worst)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t reply_size = 0;
    size_t size = modbus_read_request(request, HOST, first, 1);
    if (try(protocol, request, size, worst) == 0)
        return;
    for (size_t i = 0; i < COUNT(lengths) && reply_size == 0; i++) {
        size = modbus_read_request(request, HOST, first, lengths[i]);
        reply_size = try(protocol, request, size, worst);
        if (reply_size > 0)
            try_write(protocol, first, lengths[i], reply_size, worst);
    }
}

static void try_registers(const struct serial_protocol *protocol, struct worst *worst)
{
    for (size_t i = 0; i < COUNT(registers); i++) {
        for (uint16_t first = registers[i].first; first < registers[i].end; first++)
            try_register(protocol, first, worst);
    }
}

static bool measure_tables(const char *state, const struct serial_protocol *protocol)
{
    struct worst worst = {0};
    try_questions(protocol, &worst);
    if (protocol->request == pylon_rs485[0].request)
        try_pylon(protocol, &worst);
    else if (protocol->request != jk_uart[0].request)
        try_registers(protocol, &worst);
    return print_worst(state, protocol->name, protocol->profile, &worst);
}

/* ---- JK ---- */

static bool try_jk(const uint8_t *request, size_t size, struct worst *worst)
{
    static struct jk_server server;
    const struct jk_pack pack = {&values, &params, NULL};
    struct jk_request taken;
    jk_server_init(&server, HOST, SESSION_RS485_1);
    count_begin();
    jk_server_receive(&server, request, size, 0);
    bool asked = jk_server_take(&server, &params, &taken);
    if (asked)
        jk_server_reply(&server, &taken, COMMAND_ACCEPTED, &pack);
    size_t sent = jk_server_transmit(&server, reply, sizeof(reply));
    uint32_t ticks = count_end();
    if (!asked || server.exceptions > 0)
        return false;
    note(worst, request, size, sent, ticks);
    return true;
}

/* A read, and a write of few enough registers of what it says. */
static void try_jk_register(uint16_t first, struct worst *worst)
{
    enum { WRITTEN = 2 * JK_COMMAND_MAX };
    uint8_t request[SERIAL_REQUEST_MAX];
    uint8_t data[2 * WRITTEN];
    for (size_t i = 0; i < COUNT(lengths); i++) {
        if (!try_jk(request, modbus_read_request(request, HOST, first, lengths[i]), worst))
            continue;
        if (lengths[i] > WRITTEN)
            continue;
        memcpy(data, reply + 3, 2u * lengths[i]);
        try_jk(request, modbus_write_request(request, HOST, first, data, lengths[i]), worst);
    }
}

static bool measure_jk(const char *state)
{
    static const uint8_t types[] = {JK_INFO, JK_SETTINGS, JK_STATUS, JK_EVENT_LOG};
    struct worst worst = {0};
    uint8_t request[SERIAL_REQUEST_MAX];
    const uint8_t none[2] = {0};
    for (size_t i = 0; i < COUNT(types); i++) {
        uint16_t address = jk_fetch_register(types[i]);
        try_jk(request, modbus_write_request(request, HOST, address, none, 1), &worst);
    }
    for (uint16_t first = 0x1000; first < 0x1600; first = (uint16_t)(first + 16))
        try_jk_register(first, &worst);
    return print_worst(state, "jk_rs485", "", &worst);
}

static bool measure_all(const char *state)
{
    bool good = measure_jk(state);
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].serial_count; n++)
            good = measure_tables(state, &protocols[i].serial[n]) && good;
    }
    return good;
}

int main(void)
{
    count_init();
    bench_battery(&values);
    snapshot_put(&values, VALUE_pack_count, PACK_MAX);
    params_init(&params);
    battery = (struct serial_battery){
        .own = &values, .params = &params, .ready = true, .request = accept};
    battery.view.bank = &values;
    for (int i = 0; i < PACK_MAX; i++)
        battery.view.pack[i] = &values;
    bool good = measure_all("calm ");
    for (int i = 0; i < ALARM_COUNT; i++) {
        alarm_put(values.alarms, (enum alarm)i, true);
        alarm_put(values.warnings, (enum alarm)i, true);
    }
    good = measure_all("alarms ") && good;
    return good ? 0 : FAILED;
}
