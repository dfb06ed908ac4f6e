/* SPDX-License-Identifier: Apache-2.0
 * Modbus RTU frames: sizes, CRC and the few whole frames JK ports need. Knows no register and keeps
 * no state. Modbus over Serial Line V1.02; Modbus Application Protocol V1.1b3, section 6.
 */
#include "wire/modbus.h"

#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/result.h"

#define COILS_WRITE 0x0F

static bool fixed_function(uint8_t function)
{
    return function >= 0x01 && function <= 0x06;
}

static bool counted_function(uint8_t function)
{
    return function == COILS_WRITE || function == MODBUS_WRITE;
}

/* Size of a frame whose byte `at` counts the data bytes between `fixed` others. */
static int counted_size(const uint8_t *bytes, size_t size, size_t at, int fixed)
{
    if (size <= at)
        return 0;
    int total = bytes[at] + fixed;
    return total <= MODBUS_SIZE_MAX ? total : RESULT_UNKNOWN;
}

int modbus_request_size(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    if (fixed_function(bytes[1]))
        return 8;
    if (counted_function(bytes[1]))
        return counted_size(bytes, size, 6, 9);
    return RESULT_UNKNOWN;
}

int modbus_reply_size(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t function = bytes[1] & (uint8_t)~MODBUS_EXCEPTION_BIT;
    if (!fixed_function(function) && !counted_function(function))
        return RESULT_UNKNOWN;
    if (bytes[1] & MODBUS_EXCEPTION_BIT)
        return 5;
    if (function <= MODBUS_READ_INPUT)
        return counted_size(bytes, size, 2, 5);
    return 8;
}

bool modbus_sealed(const uint8_t *frame, size_t size)
{
    return size >= 4 && crc16_modbus(frame, size - 2) == get_u16le(frame + size - 2);
}

size_t modbus_seal(uint8_t *frame, size_t size)
{
    put_u16le(frame + size, crc16_modbus(frame, size));
    return size + 2;
}

static void put_head(uint8_t *frame, uint8_t address, uint8_t function, uint16_t first,
                     uint16_t words)
{
    frame[0] = address;
    frame[1] = function;
    put_u16be(frame + 2, first);
    put_u16be(frame + 4, words);
}

size_t modbus_read_request(uint8_t *frame, uint8_t address, uint16_t first, uint16_t words)
{
    put_head(frame, address, MODBUS_READ, first, words);
    return modbus_seal(frame, 6);
}

size_t modbus_write_request(uint8_t *frame, uint8_t address, uint16_t first, const uint8_t *data,
                            uint16_t words)
{
    put_head(frame, address, MODBUS_WRITE, first, words);
    frame[6] = (uint8_t)(2 * words);
    memcpy(frame + 7, data, 2 * (size_t)words);
    return modbus_seal(frame, 7 + 2 * (size_t)words);
}

size_t modbus_write_reply(uint8_t *frame, uint8_t address, uint16_t first, uint16_t words)
{
    put_head(frame, address, MODBUS_WRITE, first, words);
    return modbus_seal(frame, 6);
}

size_t modbus_exception_reply(uint8_t *frame, uint8_t address, uint8_t function, uint8_t code)
{
    frame[0] = address;
    frame[1] = function | MODBUS_EXCEPTION_BIT;
    frame[2] = code;
    return modbus_seal(frame, 3);
}
