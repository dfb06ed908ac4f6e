/* SPDX-License-Identifier: Apache-2.0
 * Reading and writing integers in byte buffers, both endians, and hexadecimal text.
 * Sizes are checked by the caller; pointers may be unaligned.
 */
#ifndef HEARTH_BASE_BYTES_H
#define HEARTH_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

uint16_t get_u16le(const uint8_t *bytes);
uint16_t get_u16be(const uint8_t *bytes);
uint32_t get_u32le(const uint8_t *bytes);
uint32_t get_u32be(const uint8_t *bytes);
void put_u16le(uint8_t *bytes, uint16_t value);
void put_u16be(uint8_t *bytes, uint16_t value);
void put_u32le(uint8_t *bytes, uint32_t value);
void put_u32be(uint8_t *bytes, uint32_t value);

/* Value of one hexadecimal digit, or -1. */
int hex_digit(char c);

/* Parses hex pairs, blanks between pairs allowed, until the end of `text` or `end`. Returns the
 * number of bytes (<= capacity) or a negative enum result: RESULT_BAD_FORMAT, RESULT_NO_SPACE. */
int hex_parse(const char *text, size_t size, uint8_t *bytes, size_t capacity);

/* Writes 2 * size upper-case digits and a NUL; `text` holds 2 * size + 1. */
void hex_format(const uint8_t *bytes, size_t size, char *text);

#endif
