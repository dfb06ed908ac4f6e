/* SPDX-License-Identifier: Apache-2.0
 * Reader and writer of Lawicel lines. The serial line has no checksum, so a line counts as a frame
 * only when every character of it is as it must be.
 */
#include "wire/slcan_line.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"

enum { CR = 13, BEL = 7, LF = 10, ID_MAX_11 = 0x7FF, ID_MAX_29 = 0x1FFFFFFF };

/* The place in this list is the digit of "Sn". */
static const int32_t rates[] = {10000,  20000,  50000,  100000, 125000,
                                250000, 500000, 800000, 1000000};

static const char commands[] = "ACFLMNOPQSUVWXZmsvz";

void slcan_reader_init(struct slcan_reader *reader)
{
    memset(reader, 0, sizeof(*reader));
}

/* Hexadecimal number of `digits` <= 8 digits; the line ends in NUL, which is no digit. */
static bool parse_hex(const char *text, size_t digits, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* What may follow a frame: nothing, or the adapter's clock, which we do not use. */
static bool is_time_stamp(const char *text)
{
    uint32_t ignored;
    size_t size = strlen(text);
    return size == 0 || ((size == 4 || size == 8) && parse_hex(text, size, &ignored));
}

static bool parse_data(struct can_frame *frame, const char *text)
{
    for (uint8_t i = 0; i < frame->size; i++) {
        uint32_t byte;
        if (!parse_hex(text + 2 * i, 2, &byte))
            return false;
        frame->data[i] = (uint8_t)byte;
    }
    return true;
}

static enum slcan_kind parse_frame(struct slcan_reader *reader)
{
    const char letter = reader->line[0];
    const bool remote = letter == 'r' || letter == 'R';
    struct can_frame frame = {.extended = letter == 'T' || letter == 'R'};
    size_t digits = frame.extended ? 8 : 3;
    const char *text = reader->line + 1;
    if (!parse_hex(text, digits, &frame.id) ||
        frame.id > (frame.extended ? (uint32_t)ID_MAX_29 : (uint32_t)ID_MAX_11))
        return SLCAN_BAD;
    text += digits;
    if (*text < '0' || *text > '8')
        return SLCAN_BAD;
    frame.size = (uint8_t)(*text++ - '0');
    if (!remote && !parse_data(&frame, text))
        return SLCAN_BAD;
    text += remote ? 0 : 2 * frame.size;
    if (!is_time_stamp(text))
        return SLCAN_BAD;
    if (!remote)
        reader->frame = frame;
    return remote ? SLCAN_REMOTE : SLCAN_FRAME;
}

/* "s", a state of a, w, p or b (bus off), and two counters of errors. */
static enum slcan_kind parse_state(const char *line)
{
    return strlen(line) == 8 && line[1] == 'b' ? SLCAN_BUS_OFF : SLCAN_COMMAND;
}

static enum slcan_kind parse_line(struct slcan_reader *reader)
{
    const char *line = reader->line;
    switch (line[0]) {
    case '\0':
        return SLCAN_YES;
    case 't':
    case 'T':
    case 'r':
    case 'R':
        return parse_frame(reader);
    case 'e':
        return SLCAN_ERROR;
    case 's':
        return parse_state(line);
    default:
        break;
    }
    if ((line[0] == 'z' || line[0] == 'Z') && line[1] == '\0')
        return SLCAN_YES;
    return memchr(commands, line[0], sizeof(commands) - 1) ? SLCAN_COMMAND : SLCAN_BAD;
}

static enum slcan_kind end_line(struct slcan_reader *reader)
{
    bool whole = !reader->spoilt;
    reader->line[reader->size] = '\0';
    reader->size = 0;
    reader->spoilt = false;
    return whole ? parse_line(reader) : SLCAN_BAD;
}

enum slcan_kind slcan_reader_take(struct slcan_reader *reader, uint8_t byte)
{
    if (byte == CR)
        return end_line(reader);
    if (byte == BEL) {
        reader->size = 0;
        reader->spoilt = false;
        return SLCAN_NO;
    }
    if (byte == LF) /* some adapters end a line by both */
        return SLCAN_MORE;
    if (byte <= ' ' || byte > '~' || reader->size + 1u >= sizeof(reader->line))
        reader->spoilt = true;
    else
        reader->line[reader->size++] = (char)byte;
    return SLCAN_MORE;
}

static size_t put_hex(char *text, uint32_t value, size_t digits)
{
    for (size_t i = 0; i < digits; i++)
        text[i] = "0123456789ABCDEF"[value >> (4 * (digits - 1 - i)) & 0xF];
    return digits;
}

size_t slcan_format_frame(const struct can_frame *frame, char text[SLCAN_FRAME_SIZE])
{
    size_t used = 0;
    text[used++] = frame->extended ? 'T' : 't';
    used += put_hex(text + used, frame->id, frame->extended ? 8 : 3);
    used += put_hex(text + used, frame->size, 1);
    for (uint8_t i = 0; i < frame->size; i++)
        used += put_hex(text + used, frame->data[i], 2);
    text[used++] = CR;
    return used;
}

char slcan_rate_digit(int32_t bits_per_s)
{
    for (size_t i = 0; i < COUNT(rates); i++)
        if (rates[i] == bits_per_s)
            return (char)('0' + i);
    return '\0';
}
