/* SPDX-License-Identifier: Apache-2.0
 * Text into a caller's buffer, always terminated, never beyond its end. What does not fit sets
 * `overflow` and everything after it is dropped, so that a caller checks once, at the end.
 */
#ifndef HEARTH_UI_WRITER_H
#define HEARTH_UI_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_writer {
    char *buffer; /* holds `used` characters and a NUL */
    size_t size;  /* of the buffer, NUL included, > 0 */
    size_t used;
    bool overflow;
};

void writer_init(struct text_writer *writer, char *buffer, size_t size);

void writer_character(struct text_writer *writer, char character);
void writer_text(struct text_writer *writer, const char *text);
void writer_bytes(struct text_writer *writer, const char *bytes, size_t size);

void writer_integer(struct text_writer *writer, int64_t value);

/* value / 10^places with exactly that many decimals: (-51204, 3) is "-51.204"; places 0..9. */
void writer_decimal(struct text_writer *writer, int64_t value, unsigned places);

/* Upper-case hexadecimal digits, `digits` 1..8, zero padded. */
void writer_hex(struct text_writer *writer, uint32_t value, unsigned digits);

/* A JSON string with its quotes. Bytes that are not UTF-8 are taken as Latin-1. */
void writer_json_string(struct text_writer *writer, const char *text, size_t size);

#endif
