/* SPDX-License-Identifier: Apache-2.0
 * Tokens from the byte stream of a serial port. At each offset the shapes are tried in order; the
 * first whose check sum is right is a token. A shape that lacks bytes makes the line wait, until
 * silence; bytes that begin no shape pile up as junk and are handed out before the next token.
 */
#include "wire/serial_line.h"

#include <string.h>

#include "base/result.h"

enum match { MATCH_NONE, MATCH_WAIT, MATCH_TOKEN };

static size_t pending(const struct serial_line *line)
{
    return (size_t)line->end - line->start;
}

/* Tries every shape on `size` > 0 bytes. */
static enum match match(const struct serial_line *line, const uint8_t *bytes, size_t size,
                        struct serial_token *token)
{
    enum match best = MATCH_NONE;
    for (size_t i = 0; i < line->shape_count; i++) {
        const struct serial_shape *shape = &line->shapes[i];
        int needed = shape->size(bytes, size);
        if (needed == RESULT_UNKNOWN)
            continue;
        if (needed == 0 || (size_t)needed > size) {
            best = MATCH_WAIT;
        } else if (shape->good(bytes, (size_t)needed)) {
            *token = (struct serial_token){shape->kind, (uint16_t)needed, bytes};
            return MATCH_TOKEN;
        }
    }
    return best;
}

/* What `size` > 0 bytes were meant to be; `certain`: show it beyond doubt. */
static uint8_t broken_kind(const struct serial_line *line, const uint8_t *bytes, size_t size,
                           bool certain)
{
    for (size_t i = 0; i < line->shape_count; i++) {
        const struct serial_shape *shape = &line->shapes[i];
        int needed = shape->size(bytes, size);
        bool meant =
            shape->certain != 0 ? size >= shape->certain : !certain && (size_t)needed == size;
        if (needed != RESULT_UNKNOWN && meant)
            return shape->broken;
    }
    return SERIAL_NOISE;
}

/* Hands out junk, at most up to the next place in it where a frame was meant beyond doubt. */
static void take_junk(struct serial_line *line, struct serial_token *token)
{
    const uint8_t *bytes = line->bytes + line->start;
    size_t size = 1;
    while (size < line->junk &&
           broken_kind(line, bytes + size, line->junk - size, true) == SERIAL_NOISE)
        size++;
    *token = (struct serial_token){broken_kind(line, bytes, size, false), (uint16_t)size, bytes};
    line->start = (uint16_t)(line->start + size);
    line->junk = (uint16_t)(line->junk - size);
}

/* Lines without bias and some firmware put a byte before a frame; with it the frame may look like
 * the beginning of something longer. */
static bool is_stray(const struct serial_line *line, const uint8_t *bytes, size_t size)
{
    struct serial_token token;
    return line->junk == 0 && size > 1 && (bytes[0] == 0x00 || bytes[0] == 0xFF) &&
           match(line, bytes + 1, size - 1, &token) == MATCH_TOKEN;
}

static bool find(struct serial_line *line, struct serial_token *token)
{
    while (line->junk < pending(line)) {
        const uint8_t *bytes = line->bytes + line->start + line->junk;
        size_t size = pending(line) - line->junk;
        enum match result = match(line, bytes, size, token);
        if (result == MATCH_TOKEN && line->junk == 0) {
            line->start = (uint16_t)(line->start + token->size);
            return true;
        }
        if (result == MATCH_TOKEN) {
            take_junk(line, token);
            return true;
        }
        if (result == MATCH_WAIT && !line->silent && !is_stray(line, bytes, size))
            break;
        line->junk++;
    }
    if (line->junk > 0 && (line->silent || pending(line) == SERIAL_LINE_CAPACITY)) {
        take_junk(line, token);
        return true;
    }
    return false;
}

/* Moves bytes in; false when there are none. */
static bool refill(struct serial_line *line, struct serial_input *input)
{
    line->silent = false;
    if (input->size == 0)
        return false;
    memmove(line->bytes, line->bytes + line->start, pending(line));
    line->end = (uint16_t)pending(line);
    line->start = 0;
    size_t room = SERIAL_LINE_CAPACITY - (size_t)line->end;
    size_t moved = input->size < room ? input->size : room;
    memcpy(line->bytes + line->end, input->bytes, moved);
    line->end = (uint16_t)(line->end + moved);
    input->bytes += moved;
    input->size -= moved;
    return true;
}

void serial_line_init(struct serial_line *line, const struct serial_shape *shapes, size_t count)
{
    memset(line, 0, sizeof(*line));
    line->shapes = shapes;
    line->shape_count = (uint8_t)count;
}

void serial_line_time(struct serial_line *line, size_t size, uint64_t now_us)
{
    if (now_us - line->last_us > SERIAL_SILENCE_US)
        line->silent = true;
    if (size > 0)
        line->last_us = now_us;
}

void serial_line_end(struct serial_line *line)
{
    line->silent = true;
}

bool serial_line_next(struct serial_line *line, struct serial_input *input,
                      struct serial_token *token)
{
    while (!find(line, token)) {
        if (!refill(line, input))
            return false;
    }
    return true;
}
