/* SPDX-License-Identifier: Apache-2.0
 * Modbus RTU as bytes: function and exception codes, frame sizes, the CRC at the end. Knows no
 * register and keeps no state. Modbus over Serial Line V1.02; Modbus Application Protocol V1.1b3.
 */
#ifndef HEARTH_WIRE_MODBUS_H
#define HEARTH_WIRE_MODBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODBUS_SIZE_MAX 256 /* one frame with address and CRC */
#define MODBUS_WORDS_MAX 125
#define MODBUS_EXCEPTION_BIT 0x80

enum modbus_function { MODBUS_READ = 0x03, MODBUS_READ_INPUT = 0x04, MODBUS_WRITE = 0x10 };

enum modbus_exception {
    MODBUS_NO_EXCEPTION = 0,
    MODBUS_ILLEGAL_FUNCTION = 1,
    MODBUS_ILLEGAL_ADDRESS = 2,
    MODBUS_ILLEGAL_VALUE = 3,
    MODBUS_DEVICE_FAILURE = 4,
    MODBUS_BUSY = 6,
};

/* What the first bytes say about the size of the frame with its CRC: > 0 the size, 0 more bytes are
 * needed to tell, RESULT_UNKNOWN no frame of this kind begins like that. The CRC is not looked at.
 */
int modbus_request_size(const uint8_t *bytes, size_t size);
int modbus_reply_size(const uint8_t *bytes, size_t size);

/* Whether the last two of `size` bytes are the CRC of those before. */
bool modbus_sealed(const uint8_t *frame, size_t size);

/* Appends the CRC to `size` bytes; returns size + 2. */
size_t modbus_seal(uint8_t *frame, size_t size);

/* Whole frames; each returns its size. `data` of a write is 2 * words bytes, words <= 123. */
size_t modbus_read_request(uint8_t *frame, uint8_t address, uint16_t first, uint16_t words);
size_t modbus_write_request(uint8_t *frame, uint8_t address, uint16_t first, const uint8_t *data,
                            uint16_t words);
size_t modbus_write_reply(uint8_t *frame, uint8_t address, uint16_t first, uint16_t words);
size_t modbus_exception_reply(uint8_t *frame, uint8_t address, uint8_t function, uint8_t code);

#endif
