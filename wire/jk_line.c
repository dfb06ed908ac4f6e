/* SPDX-License-Identifier: Apache-2.0
 * The shapes of JK traffic. A frame or command is certain from its marker on, so that a broken one
 * is told from noise; Modbus has no marker.
 */
#include "wire/jk_line.h"

#include <string.h>

#include "base/crc.h"
#include "base/number.h"
#include "base/result.h"
#include "wire/jk_frame.h"
#include "wire/modbus.h"

#define MODBUS_ADDRESS_MAX 247

static const uint8_t command_marker[JK_MARKER_SIZE] = {0xAA, 0x55, 0x90, 0xEB};

/* How many of `size` bytes can be compared with a marker. */
static size_t of_marker(size_t size)
{
    return size < JK_MARKER_SIZE ? size : JK_MARKER_SIZE;
}

static int frame_size(const uint8_t *bytes, size_t size)
{
    return jk_frame_find(bytes, of_marker(size)) == 0 ? JK_FRAME_SIZE : RESULT_UNKNOWN;
}

static int command_size(const uint8_t *bytes, size_t size)
{
    bool fits = memcmp(bytes, command_marker, of_marker(size)) == 0;
    return fits ? JK_COMMAND_SIZE : RESULT_UNKNOWN;
}

static int request_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= MODBUS_ADDRESS_MAX ? modbus_request_size(bytes, size) : RESULT_UNKNOWN;
}

static int reply_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= MODBUS_ADDRESS_MAX ? modbus_reply_size(bytes, size) : RESULT_UNKNOWN;
}

static bool sum_good(const uint8_t *bytes, size_t size)
{
    return sum8(bytes, size - 1) == bytes[size - 1];
}

static const struct serial_shape rs485[] = {
    {JK_TOKEN_FRAME,   JK_TOKEN_BAD_SUM, JK_MARKER_SIZE, frame_size,   sum_good     },
    {JK_TOKEN_REQUEST, JK_TOKEN_BAD_CRC, 0,              request_size, modbus_sealed},
    {JK_TOKEN_REPLY,   JK_TOKEN_BAD_CRC, 0,              reply_size,   modbus_sealed},
};

static const struct serial_shape ble[] = {
    {JK_TOKEN_FRAME,   JK_TOKEN_BAD_SUM, JK_MARKER_SIZE, frame_size,   sum_good},
    {JK_TOKEN_COMMAND, JK_TOKEN_BAD_SUM, JK_MARKER_SIZE, command_size, sum_good},
};

void jk_line_init(struct serial_line *line, enum jk_medium medium)
{
    if (medium == JK_MEDIUM_BLE)
        serial_line_init(line, ble, COUNT(ble));
    else
        serial_line_init(line, rs485, COUNT(rs485));
}
