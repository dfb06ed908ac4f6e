/* SPDX-License-Identifier: Apache-2.0
 * One exchange, asking side. The answer to a fetch is a frame, then an acknowledge that tells who
 * spoke; a frame whose acknowledge does not come within a short silence is taken all the same.
 */
#include "protocols/jk_exchange.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "protocols/jk_registers.h"

enum { ACKNOWLEDGE_US = 20000 };

void jk_exchange_init(struct jk_exchange *exchange, uint32_t timeout_us)
{
    memset(exchange, 0, sizeof(*exchange));
    jk_line_init(&exchange->line, JK_MEDIUM_RS485);
    exchange->timeout_us = timeout_us;
}

static void begin(struct jk_exchange *exchange, size_t size, uint8_t frame_type)
{
    jk_line_init(&exchange->line, JK_MEDIUM_RS485);
    exchange->request_size = (uint16_t)size;
    exchange->request_sent = 0;
    exchange->frame_type = frame_type;
    exchange->framed = false;
    exchange->damaged = false;
    exchange->deadline_us = 0;
    exchange->reply_size = 0;
    exchange->exception = MODBUS_NO_EXCEPTION;
    exchange->state = JK_EXCHANGE_BUSY;
}

void jk_exchange_fetch(struct jk_exchange *exchange, uint8_t address, uint8_t type)
{
    static const uint8_t nothing[2] = {0};
    uint16_t first = jk_fetch_register(type);
    ASSERT(first != 0);
    size_t size = modbus_write_request(exchange->request, address, first, nothing, 1);
    begin(exchange, size, type);
}

void jk_exchange_read(struct jk_exchange *exchange, uint8_t address, uint16_t first, uint16_t words)
{
    begin(exchange, modbus_read_request(exchange->request, address, first, words), 0);
}

void jk_exchange_write(struct jk_exchange *exchange, uint8_t address, uint16_t first,
                       const uint8_t *data, uint16_t words)
{
    begin(exchange, modbus_write_request(exchange->request, address, first, data, words), 0);
}

static void take_frame(struct jk_exchange *exchange, const struct serial_token *token)
{
    if (token->bytes[4] != exchange->frame_type) {
        exchange->damaged = true;
        return;
    }
    memcpy(exchange->frame, token->bytes, JK_FRAME_SIZE);
    exchange->framed = true;
}

/* Whether this answers our question and not one that was given up. */
static bool answers(const struct jk_exchange *exchange, const uint8_t *bytes)
{
    const uint8_t *request = exchange->request;
    uint8_t function = bytes[1] & (uint8_t)~MODBUS_EXCEPTION_BIT;
    if (bytes[0] != request[0] || function != request[1])
        return false;
    if (bytes[1] == MODBUS_READ)
        return bytes[2] == 2 * get_u16be(request + 4);
    return bytes[1] != MODBUS_WRITE || exchange->frame_type == 0 ||
           memcmp(bytes + 2, request + 2, 4) == 0;
}

static void take_reply(struct jk_exchange *exchange, const struct serial_token *token)
{
    const uint8_t *bytes = token->bytes;
    if (!answers(exchange, bytes)) {
        exchange->damaged = true;
        exchange->framed = false;
        return;
    }
    if (bytes[1] & MODBUS_EXCEPTION_BIT) {
        exchange->exception = bytes[2];
        exchange->state = JK_EXCHANGE_REFUSED;
        return;
    }
    bool missing = exchange->frame_type != 0 && !exchange->framed;
    memcpy(exchange->reply, bytes, token->size);
    exchange->reply_size = token->size;
    exchange->state = missing ? JK_EXCHANGE_BAD : JK_EXCHANGE_DONE;
}

static void take(struct jk_exchange *exchange, const struct serial_token *token)
{
    switch (token->kind) {
    case JK_TOKEN_FRAME:
        take_frame(exchange, token);
        break;
    case JK_TOKEN_REPLY:
        take_reply(exchange, token);
        break;
    case JK_TOKEN_BAD_SUM:
    case JK_TOKEN_BAD_CRC:
        exchange->damaged = true;
        break;
    default: /* noise, or an echo of the request */
        break;
    }
}

static void drain(struct jk_exchange *exchange, struct serial_input *input)
{
    struct serial_token token;
    while (serial_line_next(&exchange->line, input, &token)) {
        if (exchange->state == JK_EXCHANGE_BUSY)
            take(exchange, &token);
    }
}

void jk_exchange_receive(struct jk_exchange *exchange, const uint8_t *bytes, size_t size,
                         uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    serial_line_time(&exchange->line, size, now_us);
    drain(exchange, &input);
}

void jk_exchange_step(struct jk_exchange *exchange, uint64_t now_us)
{
    struct serial_input none = {NULL, 0};
    if (exchange->state != JK_EXCHANGE_BUSY || exchange->request_sent < exchange->request_size)
        return;
    if (exchange->deadline_us == 0)
        exchange->deadline_us = now_us + exchange->timeout_us;
    serial_line_time(&exchange->line, 0, now_us);
    drain(exchange, &none);
    if (exchange->state != JK_EXCHANGE_BUSY)
        return;
    if (exchange->framed && now_us - exchange->line.last_us >= ACKNOWLEDGE_US)
        exchange->state = JK_EXCHANGE_DONE;
    else if (now_us >= exchange->deadline_us)
        exchange->state = exchange->damaged ? JK_EXCHANGE_BAD : JK_EXCHANGE_TIMEOUT;
}

size_t jk_exchange_transmit(struct jk_exchange *exchange, uint8_t *buffer, size_t size)
{
    if (exchange->state != JK_EXCHANGE_BUSY)
        return 0;
    size_t left = (size_t)(exchange->request_size - exchange->request_sent);
    size_t count = left < size ? left : size;
    memcpy(buffer, exchange->request + exchange->request_sent, count);
    exchange->request_sent = (uint16_t)(exchange->request_sent + count);
    return count;
}
