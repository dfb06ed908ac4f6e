/* SPDX-License-Identifier: Apache-2.0
 * Check sums of the wires and of storage. Each function takes the whole buffer;
 * crc32_more() goes on where another call ended.
 */
#ifndef HEARTH_BASE_CRC_H
#define HEARTH_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-16/MODBUS: polynomial A001 reflected, start FFFF; sent low byte first. */
uint16_t crc16_modbus(const uint8_t *bytes, size_t size);

/* Sum of all bytes modulo 256 (JK frames). */
uint8_t sum8(const uint8_t *bytes, size_t size);

/* CRC-32 (ISO-HDLC, polynomial EDB88320 reflected) for storage. */
uint32_t crc32(const uint8_t *bytes, size_t size);

/* The same over pieces: `crc` is that of everything before them, 0 of nothing. */
uint32_t crc32_more(uint32_t crc, const uint8_t *bytes, size_t size);

#endif
