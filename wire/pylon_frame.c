/* SPDX-License-Identifier: Apache-2.0
 * Pylon frames as text: head, length with its check nibble, INFO, sum. LENID counts characters; its
 * nibble makes the sum of the four nibbles 0 modulo 16, the check sum that of all characters 0
 * modulo 65536. Section 2 of the document.
 */
#include "wire/pylon_frame.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/result.h"

enum {
    HEAD_END = 9, /* places of characters */
    INFO_AT = 13,
    TAIL = 5,         /* characters behind INFO: sum and end */
    LENID_MAX = 4095, /* characters */
    BEGIN = '~',
    END = '\r',
};

/* Number of `count` hexadecimal characters, or -1. */
static int32_t number_at(const uint8_t *text, size_t count)
{
    int32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = hex_digit((char)text[i]);
        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

static uint16_t sum_of(const uint8_t *text, size_t count)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = (uint16_t)(sum + text[i]);
    return (uint16_t)-sum;
}

/* LENID with its check nibble before it. */
static uint16_t length_of(size_t lenid)
{
    size_t sum = (lenid >> 8) + (lenid >> 4 & 15) + (lenid & 15);
    return (uint16_t)(((0u - sum) & 15) << 12 | lenid);
}

static bool all_hex(const uint8_t *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hex_digit((char)text[i]) < 0)
            return false;
    }
    return true;
}

static int check(const uint8_t *bytes, size_t size)
{
    size_t sum_at = size - TAIL;
    int32_t length = number_at(bytes + HEAD_END, 4);
    if (number_at(bytes + sum_at, 4) != sum_of(bytes + 1, sum_at - 1))
        return PYLON_BAD_SUM;
    if (length < 0 || length_of((size_t)length & LENID_MAX) != length)
        return PYLON_BAD_LENGTH;
    size_t lenid = (size_t)length & LENID_MAX;
    bool fits = lenid % 2 == 0 && lenid == sum_at - INFO_AT;
    return fits && all_hex(bytes + INFO_AT, lenid) ? PYLON_NORMAL : PYLON_BAD_FORMAT;
}

int pylon_open(const uint8_t *bytes, size_t size, struct pylon_frame *frame)
{
    if (size < PYLON_FRAME_MIN || bytes[0] != BEGIN || bytes[size - 1] != END)
        return RESULT_BAD_FORMAT;
    if (!all_hex(bytes + 1, HEAD_END - 1))
        return RESULT_BAD_FORMAT;
    frame->head = (struct pylon_head){.version = (uint8_t)number_at(bytes + 1, 2),
                                      .address = (uint8_t)number_at(bytes + 3, 2),
                                      .device = (uint8_t)number_at(bytes + 5, 2),
                                      .code = (uint8_t)number_at(bytes + 7, 2)};
    frame->info = bytes + INFO_AT;
    int result = check(bytes, size);
    frame->info_size = result == PYLON_NORMAL ? (size - PYLON_FRAME_MIN) / 2 : 0;
    return result;
}

uint32_t pylon_get(const struct pylon_frame *frame, size_t at, size_t size)
{
    ASSERT(size >= 1 && size <= 4 && at + size <= frame->info_size);
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | (uint32_t)number_at(frame->info + 2 * (at + i), 2);
    return number;
}

static void put_byte(struct pylon_writer *writer, uint8_t byte)
{
    char text[3];
    if (writer->size + 2 + TAIL > writer->capacity) {
        writer->full = true;
        return;
    }
    hex_format(&byte, 1, text);
    memcpy(writer->bytes + writer->size, text, 2);
    writer->size += 2;
}

void pylon_begin(struct pylon_writer *writer, uint8_t *bytes, size_t capacity,
                 const struct pylon_head *head)
{
    ASSERT(capacity >= PYLON_FRAME_MIN);
    *writer = (struct pylon_writer){.bytes = bytes, .capacity = capacity, .size = 1};
    bytes[0] = BEGIN;
    const uint8_t fields[] = {head->version, head->address, head->device, head->code, 0, 0};
    for (size_t i = 0; i < sizeof(fields); i++)
        put_byte(writer, fields[i]);
}

void pylon_put(struct pylon_writer *writer, uint32_t number, size_t size)
{
    ASSERT(size >= 1 && size <= 4);
    for (size_t i = size; i-- > 0;)
        put_byte(writer, (uint8_t)(number >> 8 * i));
}

void pylon_put_text(struct pylon_writer *writer, const char *text, size_t size, char fill)
{
    bool ended = false;
    for (size_t i = 0; i < size; i++) {
        ended = ended || text[i] == '\0';
        put_byte(writer, (uint8_t)(ended ? fill : text[i]));
    }
}

/* Writes a number over four characters. */
static void write_u16(uint8_t *text, uint16_t number)
{
    uint8_t bytes[2];
    char digits[5];
    put_u16be(bytes, number);
    hex_format(bytes, sizeof(bytes), digits);
    memcpy(text, digits, 4);
}

size_t pylon_end(struct pylon_writer *writer)
{
    uint8_t *bytes = writer->bytes;
    size_t lenid = writer->size - INFO_AT;
    if (writer->full || lenid > LENID_MAX)
        return 0;
    write_u16(bytes + HEAD_END, length_of(lenid));
    write_u16(bytes + writer->size, sum_of(bytes + 1, writer->size - 1));
    bytes[writer->size + 4] = END;
    return writer->size + TAIL;
}

/* A '~' before the end begins another frame: of this one the end was lost. */
static int frame_size(const uint8_t *bytes, size_t size)
{
    size_t head = size < HEAD_END ? size : HEAD_END;
    if (bytes[0] != BEGIN)
        return RESULT_UNKNOWN;
    const uint8_t *end = memchr(bytes, END, size);
    size_t seen = end != NULL ? (size_t)(end - bytes) : size;
    if (!all_hex(bytes + 1, (seen < head ? seen : head) - 1))
        return RESULT_UNKNOWN;
    if (memchr(bytes + 1, BEGIN, seen - 1) != NULL)
        return RESULT_UNKNOWN;
    if (end != NULL)
        return (int)seen + 1;
    return size < PYLON_FRAME_MAX ? 0 : RESULT_UNKNOWN;
}

static bool is_readable(const uint8_t *bytes, size_t size)
{
    struct pylon_frame frame;
    return pylon_open(bytes, size, &frame) >= 0;
}

static bool is_right(const uint8_t *bytes, size_t size)
{
    struct pylon_frame frame;
    return pylon_open(bytes, size, &frame) == PYLON_NORMAL;
}

const struct serial_shape pylon_request_shape = {SERIAL_NOISE + 1, SERIAL_NOISE + 2, HEAD_END,
                                                 frame_size, is_readable};
const struct serial_shape pylon_reply_shape = {SERIAL_NOISE + 1, SERIAL_NOISE + 2, HEAD_END,
                                               frame_size, is_right};
