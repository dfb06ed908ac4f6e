/* SPDX-License-Identifier: Apache-2.0
 * Bounded text: characters, integers, decimals and JSON strings without a C library's formatting,
 * so that firmware and browser share it. Knows no value and no table.
 */
#include "ui/writer.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

#define DIGITS_MAX 20 /* of a 64-bit magnitude */

/* Length of the well-formed UTF-8 sequence at `bytes`, 0 if there is none (RFC 3629, section 4). */
static size_t utf8_length(const uint8_t *bytes, size_t size)
{
    static const struct sequence {
        uint8_t first_low;
        uint8_t first_high;
        uint8_t second_low;
        uint8_t second_high;
        uint8_t length;
    } sequences[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2},
        {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3},
        {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4},
        {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    if (bytes[0] < 0x80)
        return 1;
    for (size_t i = 0; i < COUNT(sequences); i++) {
        const struct sequence *row = &sequences[i];
        if (bytes[0] < row->first_low || bytes[0] > row->first_high)
            continue;
        bool well_formed =
            size >= row->length && bytes[1] >= row->second_low && bytes[1] <= row->second_high;
        for (size_t next = 2; well_formed && next < row->length; next++)
            well_formed = (bytes[next] & 0xC0) == 0x80;
        return well_formed ? row->length : 0;
    }
    return 0;
}

static void json_escape(struct text_writer *writer, uint8_t byte)
{
    writer_text(writer, "\\u");
    writer_hex(writer, byte, 4);
}

void writer_init(struct text_writer *writer, char *buffer, size_t size)
{
    ASSERT(size > 0);
    *writer = (struct text_writer){.buffer = buffer, .size = size};
    buffer[0] = '\0';
}

void writer_character(struct text_writer *writer, char character)
{
    writer_bytes(writer, &character, 1);
}

void writer_text(struct text_writer *writer, const char *text)
{
    writer_bytes(writer, text, strlen(text));
}

void writer_bytes(struct text_writer *writer, const char *bytes, size_t size)
{
    if (writer->overflow || size >= writer->size - writer->used) {
        writer->overflow = true;
        return;
    }
    memcpy(writer->buffer + writer->used, bytes, size);
    writer->used += size;
    writer->buffer[writer->used] = '\0';
}

void writer_integer(struct text_writer *writer, int64_t value)
{
    writer_decimal(writer, value, 0);
}

void writer_decimal(struct text_writer *writer, int64_t value, unsigned places)
{
    ASSERT(places <= 9);
    char text[DIGITS_MAX + 2];
    size_t start = sizeof(text);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (unsigned digit = 0; rest > 0 || digit <= places; digit++) {
        if (digit == places && places > 0)
            text[--start] = '.';
        text[--start] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0)
        text[--start] = '-';
    writer_bytes(writer, text + start, sizeof(text) - start);
}

void writer_hex(struct text_writer *writer, uint32_t value, unsigned digits)
{
    ASSERT(digits >= 1 && digits <= 8);
    for (unsigned digit = digits; digit-- > 0;)
        writer_character(writer, "0123456789ABCDEF"[value >> 4 * digit & 0xF]);
}

void writer_json_string(struct text_writer *writer, const char *text, size_t size)
{
    writer_character(writer, '"');
    for (size_t at = 0; at < size;) {
        uint8_t byte = (uint8_t)text[at];
        size_t length = utf8_length((const uint8_t *)text + at, size - at);
        if (length == 0 || byte < 0x20 || byte == 0x7F) {
            json_escape(writer, byte);
            length = 1;
        } else {
            if (byte == '"' || byte == '\\')
                writer_character(writer, '\\');
            writer_bytes(writer, text + at, length);
        }
        at += length;
    }
    writer_character(writer, '"');
}
