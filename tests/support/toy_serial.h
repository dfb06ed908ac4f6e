/* SPDX-License-Identifier: Apache-2.0
 * A small protocol for tests of the serial engine, in the manner of Modbus RTU: 9600 baud, function
 * 03 reads words that tell their own register, 06 writes one and is answered with the request
 * itself. Words 0x300 on are refused, 0x400 on get no answer, 0x500 on are answered with bytes that
 * nobody can read. Its client asks for two blocks of each address, of address 3 for the first only.
 */
#ifndef HEARTH_TESTS_SUPPORT_TOY_SERIAL_H
#define HEARTH_TESTS_SUPPORT_TOY_SERIAL_H

#include "protocols/serial.h"

enum {
    TOY_READ = 3,
    TOY_WRITE = 6,
    TOY_REFUSED = 0x300,
    TOY_SILENT = 0x400,
    TOY_NONSENSE = 0x500,
    TOY_BLOCK = 0x10, /* the client's second block; its first one is 0 */
    TOY_REQUEST_SIZE = 8,
    TOY_WORDS_MAX = 100,
    TOY_REPLY_MAX = 5 + 2 * TOY_WORDS_MAX
};

extern const struct serial_protocol toy_serial;

/* Answers at `address` (its DIP number is one less) and refuses nobody. */
struct serial_battery toy_battery(uint8_t address);

size_t toy_read(uint8_t *request, uint8_t address, uint16_t first, uint16_t words);
size_t toy_write(uint8_t *request, uint8_t address, uint16_t first, uint16_t value);

/* The reply that a request must get, all of it; 0: none. */
size_t toy_reply(uint8_t *reply, const uint8_t *request);

#endif
