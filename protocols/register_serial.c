/* SPDX-License-Identifier: Apache-2.0
 * Requests are judged in the order of the Modbus state diagrams: function, count, addresses, then
 * the device. A battery that cannot vouch for its values says nothing, so that the inverter's own
 * rule for a lost battery works.
 */
#include "protocols/register_serial.h"

#include <string.h>

#include "base/bytes.h"
#include "wire/modbus.h"

enum {
    HOST_ADDRESS = 1,
    ADDRESS_MAX = 247,
    WRITE_WORDS_MAX = 123,
    WRITE_ONE = 0x06,
    DATA = 3,       /* byte of a reply to a read */
    WORDS_DATA = 4, /* likewise, counted in words */
    WRITE_DATA = 7, /* byte of a request */
};

static int request_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= ADDRESS_MAX ? modbus_request_size(bytes, size) : RESULT_UNKNOWN;
}

static int reply_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= ADDRESS_MAX ? modbus_reply_size(bytes, size) : RESULT_UNKNOWN;
}

static bool is_read(uint8_t function)
{
    return function == MODBUS_READ || function == MODBUS_READ_INPUT;
}

/* The high byte of a count in words is 0; a count in bytes never is. */
static int words_reply_size(const uint8_t *bytes, size_t size)
{
    if (size < 2 || !is_read(bytes[1]))
        return reply_size(bytes, size);
    if (size < WORDS_DATA)
        return bytes[0] <= ADDRESS_MAX ? 0 : RESULT_UNKNOWN;
    if (bytes[2] != 0)
        return reply_size(bytes, size);
    int words = bytes[3];
    return words > 0 && words <= MODBUS_WORDS_MAX ? 2 * words + WORDS_DATA + 2 : RESULT_UNKNOWN;
}

const struct serial_shape register_request_shape = {SERIAL_FRAME, SERIAL_BROKEN, 0, request_size,
                                                    modbus_sealed};
const struct serial_shape register_reply_shape = {SERIAL_FRAME, SERIAL_BROKEN, 0, reply_size,
                                                  modbus_sealed};
const struct serial_shape register_words_shape = {SERIAL_FRAME, SERIAL_BROKEN, 0, words_reply_size,
                                                  modbus_sealed};

enum modbus_exception register_refusal(enum command_result result)
{
    static const uint8_t exceptions[COMMAND_RESULT_COUNT] = {
        [COMMAND_ACCEPTED] = MODBUS_NO_EXCEPTION,
        [COMMAND_NO_ACCESS] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_OUT_OF_RANGE] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_CONFLICT] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_UNKNOWN] = MODBUS_ILLEGAL_ADDRESS,
        [COMMAND_NOT_ALLOWED] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_WRONG_PASSWORD] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_WAIT] = MODBUS_ILLEGAL_VALUE,
        [COMMAND_BUSY] = MODBUS_DEVICE_FAILURE,
    };
    return (enum modbus_exception)exceptions[result];
}

/* The words of a read or write; `data` is where they are or go. */
static struct register_span span_of(const uint8_t *request, uint8_t *data)
{
    bool one = request[1] == WRITE_ONE;
    return (struct register_span){get_u16be(request + 2), one ? 1 : get_u16be(request + 4), data};
}

static enum modbus_exception read_span(const struct register_protocol *protocol,
                                       const struct serial_battery *battery,
                                       const struct register_span *span)
{
    const struct register_values from = {&battery->view, battery->own, battery->params};
    if (span->words == 0 || span->words > MODBUS_WORDS_MAX)
        return MODBUS_ILLEGAL_VALUE;
    enum modbus_exception exception = register_map_read(protocol->map, &from, span);
    if (exception != MODBUS_NO_EXCEPTION || protocol->fill == NULL)
        return exception;
    return protocol->fill(battery, span);
}

/* Copies the data of a write; false: its counts are wrong, or it is none. */
static bool written(const uint8_t *request, const struct register_span *span)
{
    bool one = request[1] == WRITE_ONE;
    if (!one && (request[1] != MODBUS_WRITE || request[6] != 2 * span->words))
        return false;
    if (span->words == 0 || span->words > WRITE_WORDS_MAX)
        return false;
    memcpy(span->data, request + (one ? 4 : WRITE_DATA), 2u * span->words);
    return true;
}

static enum modbus_exception write_span(const struct register_protocol *protocol,
                                        const struct serial_battery *battery,
                                        const struct serial_token *request)
{
    const uint8_t *bytes = request->bytes;
    uint8_t data[2 * MODBUS_WORDS_MAX];
    const struct register_span span = span_of(bytes, data);
    if (protocol->write == NULL)
        return MODBUS_ILLEGAL_FUNCTION;
    if (!written(bytes, &span))
        return MODBUS_ILLEGAL_VALUE;
    return protocol->write(battery, &span);
}

static size_t read_reply(const struct register_protocol *protocol, uint16_t words, uint8_t *reply)
{
    if (!protocol->counts_words) {
        reply[2] = (uint8_t)(2 * words);
        return modbus_seal(reply, DATA + 2u * words);
    }
    put_u16be(reply + 2, words);
    return modbus_seal(reply, WORDS_DATA + 2u * words);
}

/* Either reply begins with address and function, a write's repeats the request's next words. */
static enum modbus_exception reply_to(const struct register_protocol *protocol,
                                      const struct serial_battery *battery,
                                      const struct serial_token *request, uint8_t *reply,
                                      size_t *size)
{
    const uint8_t *bytes = request->bytes;
    uint8_t function = bytes[1];
    bool writes = function == MODBUS_WRITE || function == WRITE_ONE;
    struct register_span span =
        span_of(bytes, reply + (protocol->counts_words ? WORDS_DATA : DATA));
    enum modbus_exception exception = MODBUS_ILLEGAL_FUNCTION;
    if (is_read(function))
        exception = read_span(protocol, battery, &span);
    else if (writes)
        exception = write_span(protocol, battery, request);
    if (exception != MODBUS_NO_EXCEPTION)
        return exception;
    memcpy(reply, bytes, writes ? 6 : 2);
    *size = writes ? modbus_seal(reply, 6) : read_reply(protocol, span.words, reply);
    return MODBUS_NO_EXCEPTION;
}

enum serial_answer_kind register_answer(const struct register_protocol *protocol,
                                        const struct serial_battery *battery,
                                        const struct serial_token *request, uint8_t *reply,
                                        size_t *size)
{
    const uint8_t *bytes = request->bytes;
    uint8_t own = battery->dip == 0 ? HOST_ADDRESS : battery->dip;
    *size = 0;
    if (bytes[0] != own)
        return SERIAL_FOREIGN;
    if (!battery->ready)
        return SERIAL_SILENT;
    enum modbus_exception exception = reply_to(protocol, battery, request, reply, size);
    if (exception == MODBUS_NO_EXCEPTION)
        return SERIAL_ANSWERED;
    *size = modbus_exception_reply(reply, own, bytes[1], (uint8_t)exception);
    return SERIAL_REFUSED;
}

size_t register_ask(const struct register_protocol *protocol, unsigned question, uint8_t address,
                    uint8_t request[SERIAL_REQUEST_MAX])
{
    if (question >= protocol->question_count)
        return 0;
    const struct register_question *row = &protocol->questions[question];
    return modbus_read_request(request, address, row->first, row->words);
}

static const char *name_of(const struct register_protocol *protocol, const uint8_t *request)
{
    uint16_t first = get_u16be(request + 2);
    if (!is_read(request[1]))
        return "write";
    for (size_t i = 0; i < protocol->question_count; i++) {
        if (protocol->questions[i].first == first)
            return protocol->questions[i].name;
    }
    return "read";
}

/* Where the data of a reply to a read begins, 0: its size does not fit the request. */
static size_t data_at(const struct register_protocol *protocol, uint16_t words,
                      const struct serial_token *reply)
{
    const uint8_t *bytes = reply->bytes;
    if (protocol->counts_words && bytes[2] == 0)
        return get_u16be(bytes + 2) == words ? WORDS_DATA : 0;
    return bytes[2] == 2 * words ? DATA : 0;
}

static enum decode take_read(const struct register_protocol *protocol,
                             const struct serial_token *request, const struct serial_token *reply,
                             struct serial_reading *reading)
{
    uint8_t data[2 * MODBUS_WORDS_MAX];
    const struct register_span span = span_of(request->bytes, data);
    size_t at = data_at(protocol, span.words, reply);
    if (at == 0 || span.words > MODBUS_WORDS_MAX)
        return NOT_MINE;
    memcpy(data, reply->bytes + at, 2u * span.words);
    enum decode outcome = register_map_take(protocol->map, &span, reading->values, reading->params);
    if (protocol->take != NULL)
        protocol->take(&span, reading);
    return protocol->map->gaps_read_zero ? DECODED : outcome;
}

enum decode register_take(const struct register_protocol *protocol,
                          const struct serial_token *request, const struct serial_token *reply,
                          struct serial_reading *reading)
{
    const uint8_t *bytes = reply->bytes;
    uint8_t function = bytes[1] & (uint8_t)~MODBUS_EXCEPTION_BIT;
    if (request == NULL || request->bytes[0] != bytes[0] || request->bytes[1] != function)
        return NOT_MINE;
    reading->pack = bytes[0];
    reading->name = name_of(protocol, request->bytes);
    if (bytes[1] & MODBUS_EXCEPTION_BIT) {
        reading->refused = bytes[2];
        return DECODED;
    }
    if (is_read(function))
        return take_read(protocol, request, reply, reading);
    return memcmp(request->bytes, bytes, 6) == 0 ? DECODED : NOT_MINE;
}

void register_explain(const struct register_protocol *protocol, const struct serial_token *request,
                      struct serial_reading *reading)
{
    const uint8_t *bytes = request->bytes;
    uint8_t data[2 * MODBUS_WORDS_MAX];
    const struct register_span span = span_of(bytes, data);
    struct snapshot none; /* readings are never written */
    reading->pack = bytes[0];
    reading->name = name_of(protocol, bytes);
    if (!written(bytes, &span))
        return;
    snapshot_init(&none);
    register_map_take(protocol->map, &span, &none, reading->params);
}
