/* SPDX-License-Identifier: Apache-2.0
 * Parser and writer of traffic lines. A cursor walks the line; the first thing that does not fit
 * is named with its column, and the line is refused as a whole.
 */
#include "wire/log_text.h"

#include <string.h>

#include "base/bytes.h"
#include "base/result.h"

#define CAN_ID_11_MAX 0x7FFu
#define CAN_ID_29_MAX 0x1FFFFFFFu

enum { ID_DIGITS_11 = 3, ID_DIGITS_29 = 8, SECOND_DIGITS_MAX = 12, FRACTION_DIGITS_MAX = 6 };

struct cursor {
    const char *text;
    size_t size;
    size_t at;
    struct log_error *error;
};

static int fail_at(struct cursor *cursor, size_t at, const char *reason)
{
    cursor->error->refusal = LOG_MALFORMED;
    cursor->error->reason = reason;
    cursor->error->column = at + 1;
    return RESULT_BAD_FORMAT;
}

static int refuse(struct cursor *cursor, size_t at, enum log_refusal refusal, const char *reason)
{
    int result = fail_at(cursor, at, reason);
    cursor->error->refusal = refusal;
    return result;
}

static int fail(struct cursor *cursor, const char *reason)
{
    return fail_at(cursor, cursor->at, reason);
}

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->size ? cursor->text[cursor->at] : '\0';
}

static bool take(struct cursor *cursor, char wanted)
{
    if (cursor->at >= cursor->size || cursor->text[cursor->at] != wanted)
        return false;
    cursor->at++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_printable(char c)
{
    return c > ' ' && c <= '~';
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->size && is_blank(cursor->text[cursor->at]))
        cursor->at++;
}

/* Decimal digits, at most `digits`; returns how many there were. */
static unsigned take_number(struct cursor *cursor, unsigned digits, uint64_t *value)
{
    unsigned count = 0;
    *value = 0;
    while (count < digits && peek(cursor) >= '0' && peek(cursor) <= '9') {
        *value = *value * 10 + (uint64_t)(peek(cursor) - '0');
        cursor->at++;
        count++;
    }
    return count;
}

static int parse_time(struct cursor *cursor, uint64_t *time_us)
{
    uint64_t seconds;
    uint64_t fraction = 0;
    unsigned digits = FRACTION_DIGITS_MAX; /* without a point there is nothing to scale */
    cursor->at++;                          /* the bracket */
    if (take_number(cursor, SECOND_DIGITS_MAX, &seconds) == 0)
        return fail(cursor, "seconds expected");
    if (take(cursor, '.'))
        digits = take_number(cursor, FRACTION_DIGITS_MAX, &fraction);
    for (; digits < FRACTION_DIGITS_MAX; digits++)
        fraction *= 10;
    if (!take(cursor, ')'))
        return fail(cursor, "')' expected after seconds with at most 6 decimals");
    *time_us = seconds * 1000000u + fraction;
    return RESULT_OK;
}

static int parse_port(struct cursor *cursor, char port[LOG_PORT_SIZE])
{
    skip_blanks(cursor);
    size_t start = cursor->at;
    while (is_printable(peek(cursor)))
        cursor->at++;
    size_t size = cursor->at - start;
    if (size == 0 || (cursor->at < cursor->size && !is_blank(peek(cursor))))
        return fail(cursor, "name of the port expected");
    if (size >= LOG_PORT_SIZE)
        return fail_at(cursor, start, "name of the port is too long");
    memcpy(port, cursor->text + start, size); /* the line was cleared */
    skip_blanks(cursor);
    return RESULT_OK;
}

static int parse_id(struct cursor *cursor, struct can_frame *frame)
{
    size_t start = cursor->at;
    uint32_t id = 0;
    while (cursor->at - start < ID_DIGITS_29 && hex_digit(peek(cursor)) >= 0) {
        id = id << 4 | (uint32_t)hex_digit(peek(cursor));
        cursor->at++;
    }
    size_t digits = cursor->at - start;
    if (digits != ID_DIGITS_11 && digits != ID_DIGITS_29)
        return fail_at(cursor, start, "identifier of 3 or 8 digits expected, or '<' or '>'");
    frame->id = id;
    frame->extended = digits == ID_DIGITS_29;
    if (frame->extended && id > CAN_ID_29_MAX)
        return refuse(cursor, start, id >> 29 == 1 ? LOG_ERROR_FRAME : LOG_MALFORMED,
                      "an error frame, or an identifier of more than 29 bits");
    if (!frame->extended && id > CAN_ID_11_MAX)
        return fail_at(cursor, start, "identifier of more than 11 bits in 3 digits");
    return RESULT_OK;
}

static bool take_byte(struct cursor *cursor, uint8_t *byte)
{
    int high = hex_digit(peek(cursor));
    if (high < 0 || cursor->at + 1 >= cursor->size)
        return false;
    int low = hex_digit(cursor->text[cursor->at + 1]);
    if (low < 0)
        return false;
    *byte = (uint8_t)(high << 4 | low);
    cursor->at += 2;
    return true;
}

static int parse_end(struct cursor *cursor, const char *reason)
{
    skip_blanks(cursor);
    return cursor->at < cursor->size ? fail(cursor, reason) : RESULT_OK;
}

static int parse_can(struct cursor *cursor, struct log_line *line)
{
    struct can_frame *frame = &line->frame;
    int result = parse_id(cursor, frame);
    if (result != RESULT_OK)
        return result;
    if (!take(cursor, '#'))
        return fail(cursor, "'#' expected after the identifier");
    if (peek(cursor) == 'R' || peek(cursor) == 'r')
        return refuse(cursor, cursor->at, LOG_REMOTE_FRAME,
                      "a remote frame; only data frames are known");
    if (peek(cursor) == '#')
        return fail(cursor, "a CAN FD frame; only classic frames are known");
    while (frame->size < sizeof(frame->data) && take_byte(cursor, &frame->data[frame->size]))
        frame->size++;
    line->kind = LOG_CAN;
    return parse_end(cursor, "at most 8 bytes of two hexadecimal digits expected");
}

static int parse_bytes(struct cursor *cursor, struct log_line *line)
{
    skip_blanks(cursor);
    while (line->size < LOG_BYTES_MAX && take_byte(cursor, &line->bytes[line->size])) {
        line->size++;
        skip_blanks(cursor);
    }
    if (line->size == 0)
        return fail(cursor, "bytes of two hexadecimal digits expected");
    return parse_end(cursor, line->size == LOG_BYTES_MAX
                                 ? "too many bytes in one line"
                                 : "bytes of two hexadecimal digits expected");
}

static int parse_serial(struct cursor *cursor, struct log_line *line)
{
    line->kind = LOG_SERIAL;
    line->from_asking = peek(cursor) == '>';
    cursor->at++;
    return parse_bytes(cursor, line);
}

static int parse_traffic(struct cursor *cursor, struct log_line *line)
{
    int result = parse_time(cursor, &line->time_us);
    if (result == RESULT_OK)
        result = parse_port(cursor, line->port);
    if (result != RESULT_OK)
        return result;
    bool serial = peek(cursor) == '<' || peek(cursor) == '>';
    return serial ? parse_serial(cursor, line) : parse_can(cursor, line);
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t size = strlen(word);
    if (cursor->size - cursor->at < size || memcmp(cursor->text + cursor->at, word, size) != 0)
        return false;
    cursor->at += size;
    skip_blanks(cursor);
    return true;
}

/* "12.3 " or "@12.3 ", if there is one: what is none stays where it is. */
static void take_noted_time(struct cursor *cursor, uint64_t *time_us)
{
    struct cursor ahead = *cursor;
    uint64_t seconds;
    uint64_t fraction = 0;
    unsigned digits = FRACTION_DIGITS_MAX;
    take(&ahead, '@');
    if (take_number(&ahead, SECOND_DIGITS_MAX, &seconds) == 0)
        return;
    if (take(&ahead, '.'))
        digits = take_number(&ahead, FRACTION_DIGITS_MAX, &fraction);
    if (!is_blank(peek(&ahead)))
        return;
    for (; digits < FRACTION_DIGITS_MAX; digits++)
        fraction *= 10;
    *time_us = seconds * 1000000u + fraction;
    skip_blanks(&ahead);
    *cursor = ahead;
}

/* "~2002..", with or without the "\r" that stands for its end. */
static int parse_ascii(struct cursor *cursor, struct log_line *line)
{
    while (is_printable(peek(cursor)) && peek(cursor) != '\\' && line->size < LOG_BYTES_MAX - 1)
        line->bytes[line->size++] = (uint8_t)cursor->text[cursor->at++];
    take_word(cursor, "\\r");
    line->bytes[line->size++] = '\r';
    return parse_end(cursor, "the end of an ASCII frame expected");
}

static int parse_noted_can(struct cursor *cursor, struct log_line *line)
{
    struct can_frame *frame = &line->frame;
    int result = parse_id(cursor, frame);
    skip_blanks(cursor);
    while (frame->size < sizeof(frame->data) && take_byte(cursor, &frame->data[frame->size])) {
        frame->size++;
        skip_blanks(cursor);
    }
    line->kind = LOG_CAN;
    return result != RESULT_OK
               ? result
               : parse_end(cursor, "at most 8 bytes of two hexadecimal digits expected");
}

static int parse_noted_serial(struct cursor *cursor, struct log_line *line)
{
    line->kind = LOG_SERIAL;
    if (take_word(cursor, "TX") || take_word(cursor, "H>"))
        line->from_asking = true;
    else if (!take_word(cursor, "RX") && !take_word(cursor, "B>"))
        return fail(cursor,
                    "a line begins with (seconds), '#' or '=', or with TX, RX, H>, B>, CAN>");
    bool ascii = take_word(cursor, "ascii ");
    if (!ascii)
        take_word(cursor, "hex ");
    if (ascii || peek(cursor) == '~')
        return parse_ascii(cursor, line);
    line->may_go_on = true;
    return parse_bytes(cursor, line);
}

static int parse_note(struct cursor *cursor, struct log_line *line)
{
    bool indented = cursor->at > 0;
    const char *remark = memchr(cursor->text, '|', cursor->size);
    if (remark != NULL)
        cursor->size = (size_t)(remark - cursor->text);
    line->port[0] = '-';
    if (indented && hex_digit(peek(cursor)) >= 0) {
        line->kind = LOG_MORE;
        return parse_bytes(cursor, line);
    }
    take_noted_time(cursor, &line->time_us);
    if (take_word(cursor, "CAN>"))
        return parse_noted_can(cursor, line);
    return parse_noted_serial(cursor, line);
}

static void take_text(struct cursor *cursor, struct log_line *line, enum log_kind kind)
{
    cursor->at++;
    skip_blanks(cursor);
    while (cursor->size > cursor->at && is_blank(cursor->text[cursor->size - 1]))
        cursor->size--;
    line->kind = (uint8_t)kind;
    line->text = cursor->text + cursor->at;
    line->text_size = cursor->size - cursor->at;
}

int log_text_parse(const char *text, size_t size, struct log_line *line, struct log_error *error)
{
    struct cursor cursor = {text, size, 0, error};
    memset(line, 0, sizeof(*line));
    skip_blanks(&cursor);
    if (cursor.at == cursor.size)
        return RESULT_OK;
    if (peek(&cursor) == '#')
        take_text(&cursor, line, LOG_COMMENT);
    else if (peek(&cursor) == '=')
        take_text(&cursor, line, LOG_EXPECTATION);
    else if (peek(&cursor) == '(')
        return parse_traffic(&cursor, line);
    else
        return parse_note(&cursor, line);
    return RESULT_OK;
}

int log_text_join(struct log_line *line, const struct log_line *more, struct log_error *error)
{
    bool fits = line->size + more->size <= LOG_BYTES_MAX;
    if (line->kind != LOG_SERIAL || !line->may_go_on || !fits) {
        error->refusal = LOG_MALFORMED;
        error->reason =
            fits ? "bytes without a line before that they go on from" : "too many bytes";
        error->column = 1;
        return RESULT_BAD_FORMAT;
    }
    memcpy(line->bytes + line->size, more->bytes, more->size);
    line->size += more->size;
    return RESULT_OK;
}

struct output {
    char *buffer;
    size_t size;
    size_t used;
    bool overflow;
};

static void put(struct output *output, const char *text, size_t size)
{
    if (output->overflow || output->used + size >= output->size) {
        output->overflow = true;
        return;
    }
    memcpy(output->buffer + output->used, text, size);
    output->used += size;
    output->buffer[output->used] = '\0';
}

/* Zero-padded, `digits` <= 20; 64 bits have no more. */
static void put_decimal(struct output *output, uint64_t value, size_t digits)
{
    char text[20];
    size_t used = 0;
    while (value > 0 || used < digits) {
        text[sizeof(text) - ++used] = (char)('0' + value % 10);
        value /= 10;
    }
    put(output, text + sizeof(text) - used, used);
}

static void put_byte(struct output *output, uint8_t byte)
{
    char text[3];
    hex_format(&byte, 1, text);
    put(output, text, 2);
}

static void put_frame(struct output *output, const struct can_frame *frame)
{
    uint8_t id[4];
    char text[2 * sizeof(id) + 1];
    put_u32be(id, frame->id);
    hex_format(id, sizeof(id), text);
    size_t digits = frame->extended ? ID_DIGITS_29 : ID_DIGITS_11;
    put(output, text + 2 * sizeof(id) - digits, digits);
    put(output, "#", 1);
    for (unsigned i = 0; i < frame->size; i++)
        put_byte(output, frame->data[i]);
}

int log_text_format(const struct log_line *line, char *buffer, size_t size)
{
    struct output output = {buffer, size, 0, false};
    put(&output, "(", 1);
    put_decimal(&output, line->time_us / 1000000u, 1);
    put(&output, ".", 1);
    put_decimal(&output, line->time_us % 1000000u, FRACTION_DIGITS_MAX);
    put(&output, ") ", 2);
    put(&output, line->port, strlen(line->port));
    put(&output, " ", 1);
    if (line->kind == LOG_CAN)
        put_frame(&output, &line->frame);
    else
        put(&output, line->from_asking ? ">" : "<", 1);
    for (unsigned i = 0; line->kind == LOG_SERIAL && i < line->size; i++) {
        put(&output, " ", 1);
        put_byte(&output, line->bytes[i]);
    }
    return output.overflow ? RESULT_NO_SPACE : (int)output.used;
}
