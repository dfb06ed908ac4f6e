/* SPDX-License-Identifier: Apache-2.0
 * JK's question is a plain read of the pack voltage; any Modbus device answers it somehow, if only
 * with an exception, and shows that it is there.
 */
#include "app/hearth/detect_probe.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "base/text.h"
#include "protocols/protocols.h"
#include "protocols/register_serial.h"
#include "protocols/uarts.h"
#include "wire/jk_line.h"
#include "wire/modbus.h"

enum {
    JK_VOLTAGE = 0x1290, /* two words, mV */
    JK_DATA = 3,
    JK_ADDRESS_LAST = 15,
    FAST_BAUD = 19200,
    FAST_TIMEOUT_MS = 80, /* packs answer within 40 ms */
    SLOW_TIMEOUT_MS = 120,
    PACK_MIN_MV = 8000,
    PACK_MAX_MV = 100000,
};

static size_t jk_ask(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX])
{
    (void)question;
    return modbus_read_request(request, address, JK_VOLTAGE, 2);
}

static enum decode jk_take(const struct serial_token *request, const struct serial_token *reply,
                           unsigned part, struct serial_reading *reading)
{
    const uint8_t *bytes = reply->bytes;
    if (part > 0 || request == NULL || bytes[0] != request->bytes[0])
        return NOT_MINE;
    reading->pack = bytes[0];
    reading->refused = bytes[1] & MODBUS_EXCEPTION_BIT ? bytes[2] : 0;
    if (reading->refused == 0 && bytes[2] == 4)
        snapshot_put(reading->values, VALUE_pack_mv, (int32_t)get_u32be(bytes + JK_DATA));
    return DECODED;
}

static const struct serial_protocol jk_probe = {
    .name = "jk_rs485",
    .profile = "",
    .address_last = JK_ADDRESS_LAST,
    .question_count = 1,
    .request = &register_request_shape,
    .reply = &register_reply_shape,
    .ask = jk_ask,
    .take = jk_take,
};

static bool is_listed(const struct probe *probes, size_t count, const struct uart *uart, bool rates)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(probes[i].use, uart->use) && (!rates || probes[i].baud == uart->baud))
            return true;
    }
    return false;
}

/* A second profile of a protocol asks the same as the first. */
static bool is_default_profile(const char *use)
{
    return strchr(use, ':') == NULL;
}

static void add(struct probe *probe, const struct uart *uart, const struct serial_protocol *tables)
{
    bool jk = uart->kind == UART_JK;
    *probe = (struct probe){
        .use = uart->use,
        .remark = text_equal(uart->use, "pace_rs485") ? "WOW packs speak alike." : "",
        .baud = uart->baud,
        .is_jk = jk,
        .is_register = !jk && tables->request == &register_request_shape,
        .protocol = jk ? jk_probe : *tables,
    };
    probe->everywhere = !probe->is_register;
    probe->protocol.baud = uart->baud;
    probe->protocol.timeout_ms = uart->baud > FAST_BAUD ? FAST_TIMEOUT_MS : SLOW_TIMEOUT_MS;
}

size_t probe_list(struct probe probes[PROBE_MAX], bool rates)
{
    size_t count = 0;
    for (int jk = 1; jk >= 0; jk--) {
        for (size_t i = 0; i < uart_count && count < PROBE_MAX; i++) {
            const struct uart *uart = &uarts[i];
            const struct serial_protocol *tables = uart_serial(uart);
            bool fits = jk ? uart->kind == UART_JK : tables != NULL && tables->ask != NULL;
            if (fits && is_default_profile(uart->use) && !is_listed(probes, count, uart, rates))
                add(&probes[count++], uart, tables);
        }
    }
    return count;
}

size_t probe_rates(const struct probe *probes, size_t count, uint32_t *rates, size_t room)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        bool listed = false;
        for (size_t k = 0; k < found; k++)
            listed |= rates[k] == probes[i].baud;
        if (!listed && found < room)
            rates[found++] = probes[i].baud;
    }
    return found;
}

bool probe_is_usual(const struct probe *probe, uint8_t address)
{
    return address <= probe->protocol.address_first + (probe->is_jk ? 1 : 0);
}

static bool within(const struct snapshot *values, enum value_id id, int32_t low, int32_t high)
{
    int32_t value;
    return !snapshot_get(values, id, &value) || (value >= low && value <= high);
}

bool probe_plausible(const struct serial_client *client)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    snapshot_init(&values);
    params_init(&params);
    return serial_client_take(client, 0, &reading) == DECODED && reading.refused == 0 &&
           within(&values, VALUE_pack_mv, PACK_MIN_MV, PACK_MAX_MV) &&
           within(&values, VALUE_soc_permille, 0, 1000) &&
           within(&values, VALUE_cell_count, 1, CELL_MAX);
}

/* Good frames of one kind of line in the bytes. */
static unsigned count_frames(struct serial_line *line, const uint8_t *bytes, size_t size)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    unsigned count = 0;
    while (serial_line_next(line, &input, &token))
        count += token.kind == SERIAL_FRAME || token.kind == JK_TOKEN_REQUEST ||
                 token.kind == JK_TOKEN_REPLY;
    return count;
}

static void take_better(struct hearsay *best, const char *what, unsigned frames)
{
    if (frames > best->frames)
        *best = (struct hearsay){what, frames};
}

/* Register maps look alike on the line: Modbus stands for all of them. */
struct hearsay probe_judge(const uint8_t *bytes, size_t size)
{
    struct hearsay best = {"something unknown", 0};
    struct serial_line line;
    jk_line_init(&line, JK_MEDIUM_RS485);
    take_better(&best, "Modbus RTU or JK", count_frames(&line, bytes, size));
    for (size_t i = 0; i < protocol_count; i++) {
        const struct serial_protocol *tables = protocols[i].serial;
        if (tables == NULL)
            continue;
        const struct serial_shape shapes[] = {*tables->request, *tables->reply};
        serial_line_init(&line, shapes, COUNT(shapes));
        take_better(&best, protocols[i].name, count_frames(&line, bytes, size));
    }
    return best;
}
