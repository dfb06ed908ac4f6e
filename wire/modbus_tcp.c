/* SPDX-License-Identifier: Apache-2.0
 * Head to bytes and back. There is no check sum: TCP has its own, and a head that cannot be one
 * means that the two sides no longer agree where frames begin.
 */
#include "wire/modbus_tcp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/result.h"

enum {
    PROTOCOL = 2, /* bytes of the head */
    LENGTH = 4,
    UNIT = 6,
    LENGTH_MIN = 2, /* unit and function */
    LENGTH_MAX = MODBUS_TCP_SIZE_MAX - UNIT,
    CRC_SIZE = 2,
};

int modbus_tcp_size(const uint8_t *bytes, size_t size)
{
    for (size_t i = PROTOCOL; i < LENGTH + 1 && i < size; i++) {
        if (bytes[i] != 0) /* the length's high byte, too */
            return RESULT_UNKNOWN;
    }
    if (size < UNIT)
        return 0;
    int length = get_u16be(bytes + LENGTH);
    return length >= LENGTH_MIN && length <= LENGTH_MAX ? UNIT + length : RESULT_UNKNOWN;
}

uint8_t modbus_tcp_unit(const uint8_t *frame)
{
    return frame[UNIT];
}

size_t modbus_tcp_to_rtu(const uint8_t *frame, size_t size, uint8_t address, uint8_t *rtu)
{
    memcpy(rtu, frame + UNIT, size - UNIT);
    rtu[0] = address;
    return modbus_seal(rtu, size - UNIT);
}

size_t modbus_tcp_from_rtu(const uint8_t *request, const uint8_t *rtu, size_t rtu_size,
                           uint8_t *frame)
{
    size_t size = rtu_size - CRC_SIZE;
    memcpy(frame, request, LENGTH);
    put_u16be(frame + LENGTH, (uint16_t)size);
    memcpy(frame + UNIT, rtu, size);
    frame[UNIT] = request[UNIT];
    return UNIT + size;
}

size_t modbus_tcp_exception(const uint8_t *request, enum modbus_exception code, uint8_t *frame)
{
    uint8_t rtu[MODBUS_SIZE_MAX];
    size_t size = modbus_exception_reply(rtu, 0, request[MODBUS_TCP_HEAD], (uint8_t)code);
    return modbus_tcp_from_rtu(request, rtu, size, frame);
}
