/* SPDX-License-Identifier: Apache-2.0
 * What a JK port speaks, as shapes for wire/serial_line.h: 300-byte frames, Modbus requests and
 * replies on RS485, 20-byte commands over Bluetooth.
 */
#ifndef HEARTH_WIRE_JK_LINE_H
#define HEARTH_WIRE_JK_LINE_H

#include "wire/serial_line.h"

#define JK_COMMAND_SIZE 20 /* AA 55 90 EB, number, size, value, sum */

enum jk_medium { JK_MEDIUM_RS485, JK_MEDIUM_BLE };

enum jk_token_kind {
    JK_TOKEN_NOISE = SERIAL_NOISE,
    JK_TOKEN_FRAME,   /* a good 300-byte frame */
    JK_TOKEN_REQUEST, /* RS485: Modbus request, good CRC */
    JK_TOKEN_REPLY,   /* RS485: Modbus reply, acknowledge or exception, good CRC */
    JK_TOKEN_COMMAND, /* BLE: 20-byte command or acknowledge, good sum */
    JK_TOKEN_BAD_SUM, /* began like a frame or command; sum wrong or bytes missing */
    JK_TOKEN_BAD_CRC, /* looks like a Modbus frame, CRC wrong */
};

void jk_line_init(struct serial_line *line, enum jk_medium medium);

#endif
