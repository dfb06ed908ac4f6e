/* SPDX-License-Identifier: Apache-2.0
 * The toy protocol, both ends.
 */
#include "tests/support/toy_serial.h"

#include <string.h>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/modbus.h"

enum { ADDRESS_MAX = 16 };

static bool known(const uint8_t *bytes)
{
    return bytes[0] >= 1 && bytes[0] <= ADDRESS_MAX;
}

static int request_size(const uint8_t *bytes, size_t size)
{
    if (!known(bytes))
        return RESULT_UNKNOWN;
    return modbus_request_size(bytes, size);
}

static int reply_size(const uint8_t *bytes, size_t size)
{
    if (!known(bytes))
        return RESULT_UNKNOWN;
    return modbus_reply_size(bytes, size);
}

static const struct serial_shape request_shape = {
    .kind = SERIAL_FRAME, .broken = SERIAL_BROKEN, .size = request_size, .good = modbus_sealed};
static const struct serial_shape reply_shape = {
    .kind = SERIAL_FRAME, .broken = SERIAL_BROKEN, .size = reply_size, .good = modbus_sealed};

size_t toy_read(uint8_t *request, uint8_t address, uint16_t first, uint16_t words)
{
    return modbus_read_request(request, address, first, words);
}

size_t toy_write(uint8_t *request, uint8_t address, uint16_t first, uint16_t value)
{
    const uint8_t head[] = {address, TOY_WRITE, (uint8_t)(first >> 8), (uint8_t)first};
    memcpy(request, head, sizeof(head));
    put_u16be(request + 4, value);
    return modbus_seal(request, 6);
}

size_t toy_reply(uint8_t *reply, const uint8_t *request)
{
    uint16_t first = get_u16be(request + 2);
    uint16_t words = get_u16be(request + 4);
    memcpy(reply, request, TOY_REQUEST_SIZE);
    if (first >= TOY_SILENT && first < TOY_NONSENSE)
        return 0;
    if (first >= TOY_REFUSED && first < TOY_SILENT)
        return modbus_exception_reply(reply, request[0], request[1], MODBUS_ILLEGAL_ADDRESS);
    if (request[1] == TOY_WRITE)
        return TOY_REQUEST_SIZE;
    if (request[1] != TOY_READ || words == 0 || words > TOY_WORDS_MAX)
        return modbus_exception_reply(reply, request[0], request[1], MODBUS_ILLEGAL_VALUE);
    reply[2] = (uint8_t)(2 * words);
    for (uint16_t i = 0; i < words; i++)
        put_u16be(reply + 3 + 2 * i, (uint16_t)(first + i));
    return modbus_seal(reply, 3u + 2u * words);
}

static enum serial_answer_kind answer(const struct serial_battery *battery, const uint8_t *request,
                                      size_t request_size_, uint8_t reply[SERIAL_REPLY_MAX],
                                      size_t *size)
{
    *size = 0;
    if (request[0] != battery->dip + 1)
        return SERIAL_FOREIGN;
    if (request_size_ != TOY_REQUEST_SIZE)
        return SERIAL_DAMAGED;
    *size = toy_reply(reply, request);
    if (*size == 0)
        return SERIAL_SILENT;
    return reply[1] & MODBUS_EXCEPTION_BIT ? SERIAL_REFUSED : SERIAL_ANSWERED;
}

static size_t ask(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX])
{
    if (question == 0)
        return toy_read(request, address, 0, 10);
    return address == 3 ? 0 : toy_read(request, address, TOY_BLOCK, 4);
}

/* Two parts: the first word is the voltage, the last one the current. */
static enum decode take(const struct serial_token *request, const struct serial_token *reply,
                        unsigned part, struct serial_reading *reading)
{
    const uint8_t *bytes = reply->bytes;
    if (part > 1 || (request != NULL &&
                     (bytes[0] != request->bytes[0] || (bytes[1] & 0x7F) != request->bytes[1])))
        return NOT_MINE;
    reading->pack = bytes[0];
    reading->name = bytes[1] == TOY_READ ? "words" : "acknowledge";
    if (bytes[1] & MODBUS_EXCEPTION_BIT) {
        reading->name = "refusal";
        reading->refused = bytes[2];
        return part == 0 ? DECODED : NOT_MINE;
    }
    if (bytes[1] != TOY_READ)
        return part == 0 ? DECODED : NOT_MINE;
    if (request != NULL && bytes[2] != 2 * get_u16be(request->bytes + 4))
        return NOT_MINE;
    uint16_t first = get_u16be(bytes + 3);
    if (first >= TOY_NONSENSE)
        return BAD;
    if (part == 0)
        snapshot_put(reading->values, VALUE_pack_mv, first);
    else
        snapshot_put(reading->values, VALUE_pack_ma, get_u16be(bytes + reply->size - 4));
    return DECODED;
}

static void explain(const struct serial_token *request, struct serial_reading *reading)
{
    reading->name = request->bytes[1] == TOY_WRITE ? "write" : "read";
    reading->pack = request->bytes[0];
}

const struct serial_protocol toy_serial = {
    .name = "toy",
    .profile = "",
    .baud = 9600,
    .address_first = 1,
    .address_last = ADDRESS_MAX,
    .pause_ms = 5,
    .timeout_ms = 100,
    .question_count = 2,
    .request = &request_shape,
    .reply = &reply_shape,
    .answer = answer,
    .ask = ask,
    .take = take,
    .explain = explain,
};

struct serial_battery toy_battery(uint8_t address)
{
    return (struct serial_battery){.dip = (uint8_t)(address - 1), .ready = true};
}
