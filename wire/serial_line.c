/* SPDX-License-Identifier: Apache-2.0
 * Tokens from the byte stream of a serial port. At each offset the shapes are tried in order; the
 * first whose check sum is right is a token. A shape that lacks bytes makes the line wait, until
 * silence or until the line is full; bytes that begin no shape pile up as junk and are handed out
 * before the next token.
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
        if (needed == RESULT_UNKNOWN || needed > SERIAL_LINE_CAPACITY)
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

/* Hands out junk, at most up to a silence or the next place in it where a frame was meant beyond
 * doubt. */
static void take_junk(struct serial_line *line, struct serial_token *token)
{
    const uint8_t *bytes = line->bytes + line->start;
    size_t size = 1;
    while (size < line->junk && line->start + size != line->gap &&
           broken_kind(line, bytes + size, line->junk - size, true) == SERIAL_NOISE)
        size++;
    *token = (struct serial_token){broken_kind(line, bytes, size, false), (uint16_t)size, bytes};
    line->start = (uint16_t)(line->start + size);
    line->junk = (uint16_t)(line->junk - size);
}

static bool begins_frame(const struct serial_line *line, size_t at)
{
    struct serial_token token;
    return at < line->end && match(line, line->bytes + at, line->end - at, &token) == MATCH_TOKEN;
}

/* Lines without bias and some firmware put a byte before a frame; with it the frame may look like
 * the beginning of something longer. */
static bool is_stray(const struct serial_line *line, size_t at)
{
    return (line->bytes[at] == 0x00 || line->bytes[at] == 0xFF) && begins_frame(line, at + 1);
}

/* Whether what begins at `at` broke off before a silence, after which a frame came. */
static bool broke_off(const struct serial_line *line, size_t at)
{
    if (line->gap <= at)
        return false;
    size_t next = line->gap;
    while (next < line->end && !begins_frame(line, next))
        next++;
    return next < line->end;
}

/* Whether a frame began with the last burst, while what begins at `at` is only a guess: an answer
 * of others, read as a request, soon looks like the beginning of a long one. */
static bool overtaken(const struct serial_line *line, size_t at)
{
    size_t next = line->burst;
    return next > at && next < line->end && (begins_frame(line, next) || is_stray(line, next)) &&
           broken_kind(line, line->bytes + at, line->end - at, true) == SERIAL_NOISE;
}

/* Whether more bytes may complete what begins at `at`. */
static bool may_grow(const struct serial_line *line, size_t at)
{
    bool full = at == line->start && pending(line) == SERIAL_LINE_CAPACITY;
    return !line->silent && !full && !is_stray(line, at) && !broke_off(line, at) &&
           !overtaken(line, at);
}

static bool find(struct serial_line *line, struct serial_token *token)
{
    while (line->junk < pending(line)) {
        size_t at = (size_t)line->start + line->junk;
        enum match result = match(line, line->bytes + at, line->end - at, token);
        if (result == MATCH_TOKEN && line->junk == 0) {
            line->start = (uint16_t)(line->start + token->size);
            return true;
        }
        if (result == MATCH_TOKEN) {
            take_junk(line, token);
            return true;
        }
        if (result == MATCH_WAIT && may_grow(line, at))
            break;
        line->junk++;
    }
    bool ended = line->silent || line->start + line->junk == line->gap;
    if (line->junk > 0 && (ended || pending(line) == SERIAL_LINE_CAPACITY)) {
        take_junk(line, token);
        return true;
    }
    return false;
}

/* A place in the line after what was handed out is gone from its front. */
static uint16_t moved_back(const struct serial_line *line, uint16_t at)
{
    return at > line->start ? (uint16_t)(at - line->start) : 0;
}

void serial_line_keep(struct serial_line *line, struct serial_input *input)
{
    size_t room = SERIAL_LINE_CAPACITY - pending(line);
    size_t moved = input->size < room ? input->size : room;
    if (moved == 0)
        return;
    memmove(line->bytes, line->bytes + line->start, pending(line));
    line->gap = moved_back(line, line->gap);
    line->burst = moved_back(line, line->burst);
    line->end = (uint16_t)pending(line);
    line->start = 0;
    memcpy(line->bytes + line->end, input->bytes, moved);
    line->end = (uint16_t)(line->end + moved);
    input->bytes += moved;
    input->size -= moved;
}

void serial_line_init(struct serial_line *line, const struct serial_shape *shapes, size_t count)
{
    memset(line, 0, sizeof(*line));
    line->shapes = shapes;
    line->shape_count = (uint8_t)count;
}

void serial_line_time(struct serial_line *line, size_t size, uint64_t now_us)
{
    uint64_t quiet_us = now_us - line->last_us;
    line->silent = size == 0 && quiet_us > SERIAL_SILENCE_US;
    if (size == 0)
        return;
    if (quiet_us > SERIAL_PAUSE_US)
        line->burst = line->end;
    if (quiet_us > SERIAL_SILENCE_US && line->gap <= line->start + line->junk)
        line->gap = line->end;
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
        line->silent = false;
        if (input->size == 0)
            return false;
        serial_line_keep(line, input); /* there is room: a full line hands out something */
    }
    return true;
}
