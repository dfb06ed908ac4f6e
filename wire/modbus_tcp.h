/* SPDX-License-Identifier: Apache-2.0
 * Modbus TCP as bytes: a frame is a head (transaction, protocol 0, length, unit) before the same
 * function and data as on a serial line, where an address stands before and a CRC behind them. The
 * two forms are made into each other; knows no register and no socket. MODBUS Messaging on TCP/IP
 * Implementation Guide V1.0b, section 3.1.
 */
#ifndef HEARTH_WIRE_MODBUS_TCP_H
#define HEARTH_WIRE_MODBUS_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "wire/modbus.h"

#define MODBUS_TCP_HEAD 7 /* bytes, the unit included */
#define MODBUS_TCP_SIZE_MAX (MODBUS_TCP_HEAD + MODBUS_SIZE_MAX - 3)

/* Size of the frame that begins with these bytes, 0 when more are needed to tell, RESULT_UNKNOWN
 * when none begins like that: behind such bytes nothing can be found again. Fits struct
 * serial_shape. */
int modbus_tcp_size(const uint8_t *bytes, size_t size);

uint8_t modbus_tcp_unit(const uint8_t *frame);

/* A whole frame as an RTU frame to or from `address`; returns its size, at most MODBUS_SIZE_MAX. */
size_t modbus_tcp_to_rtu(const uint8_t *frame, size_t size, uint8_t address, uint8_t *rtu);

/* The answer to the frame `request`, which gives transaction and unit; `frame` holds
 * MODBUS_TCP_SIZE_MAX. Returns its size. */
size_t modbus_tcp_from_rtu(const uint8_t *request, const uint8_t *rtu, size_t rtu_size,
                           uint8_t *frame);
size_t modbus_tcp_exception(const uint8_t *request, enum modbus_exception code, uint8_t *frame);

#endif
