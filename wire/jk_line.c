/* SPDX-License-Identifier: Apache-2.0
 * Tokens from the byte stream of a JK port. At each offset the known shapes are tried in order; the
 * first whose check sum is right is a token. A shape that lacks bytes makes the line wait, until
 * silence; bytes that begin no shape pile up as junk and are handed out before the next token.
 */
#include "wire/jk_line.h"

#include <string.h>

#include "base/crc.h"
#include "base/number.h"
#include "base/result.h"
#include "wire/jk_frame.h"
#include "wire/modbus.h"

#define MODBUS_ADDRESS_MAX 247

static const uint8_t command_marker[JK_MARKER_SIZE] = {0xAA, 0x55, 0x90, 0xEB};

/* A shape at the start of `bytes`: its size, 0 when more bytes are needed to tell, RESULT_UNKNOWN
 * when they are none. */
typedef int shape_size_function(const uint8_t *bytes, size_t size);

/* How many of `size` bytes can be compared with a marker. */
static size_t of_marker(size_t size)
{
    return size < JK_MARKER_SIZE ? size : JK_MARKER_SIZE;
}

static int frame_size(const uint8_t *bytes, size_t size)
{
    return jk_frame_find(bytes, of_marker(size)) == 0 ? JK_FRAME_SIZE : RESULT_UNKNOWN;
}

static int command_size(const uint8_t *bytes, size_t size)
{
    bool fits = memcmp(bytes, command_marker, of_marker(size)) == 0;
    return fits ? JK_COMMAND_SIZE : RESULT_UNKNOWN;
}

static int request_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= MODBUS_ADDRESS_MAX ? modbus_request_size(bytes, size) : RESULT_UNKNOWN;
}

static int reply_size(const uint8_t *bytes, size_t size)
{
    return bytes[0] <= MODBUS_ADDRESS_MAX ? modbus_reply_size(bytes, size) : RESULT_UNKNOWN;
}

static bool sum_good(const uint8_t *bytes, size_t size)
{
    return sum8(bytes, size - 1) == bytes[size - 1];
}

enum { RS485 = 1 << JK_MEDIUM_RS485, BLE = 1 << JK_MEDIUM_BLE };

static const struct shape {
    uint8_t token;   /* when its check sum is right */
    uint8_t broken;  /* when it is wrong or bytes are missing */
    uint8_t certain; /* bytes that show beyond doubt that this shape was meant, 0 its whole size */
    uint8_t media;   /* bit per enum jk_medium */
    shape_size_function *size;
    bool (*good)(const uint8_t *bytes, size_t size);
} shapes[] = {
    {JK_TOKEN_FRAME,   JK_TOKEN_BAD_SUM, JK_MARKER_SIZE, RS485 | BLE, frame_size,   sum_good     },
    {JK_TOKEN_COMMAND, JK_TOKEN_BAD_SUM, JK_MARKER_SIZE, BLE,         command_size, sum_good     },
    {JK_TOKEN_REQUEST, JK_TOKEN_BAD_CRC, 0,              RS485,       request_size, modbus_sealed},
    {JK_TOKEN_REPLY,   JK_TOKEN_BAD_CRC, 0,              RS485,       reply_size,   modbus_sealed},
};

enum match { MATCH_NONE, MATCH_WAIT, MATCH_TOKEN };

static size_t pending(const struct jk_line *line)
{
    return (size_t)line->end - line->start;
}

/* As the shape says, if it is spoken on this medium at all. */
static int size_of(const struct shape *shape, const struct jk_line *line, const uint8_t *bytes,
                   size_t size)
{
    bool spoken = shape->media >> line->medium & 1;
    return spoken ? shape->size(bytes, size) : RESULT_UNKNOWN;
}

/* Tries every shape on `size` > 0 bytes. */
static enum match match(const struct jk_line *line, const uint8_t *bytes, size_t size,
                        struct jk_token *token)
{
    enum match best = MATCH_NONE;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        const struct shape *shape = &shapes[i];
        int needed = size_of(shape, line, bytes, size);
        if (needed == RESULT_UNKNOWN)
            continue;
        if (needed == 0 || (size_t)needed > size) {
            best = MATCH_WAIT;
        } else if (shape->good(bytes, (size_t)needed)) {
            *token = (struct jk_token){shape->token, (uint16_t)needed, bytes};
            return MATCH_TOKEN;
        }
    }
    return best;
}

/* What junk was meant to be. */
static uint8_t junk_kind(const struct jk_line *line, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < COUNT(shapes); i++) {
        const struct shape *shape = &shapes[i];
        int needed = size_of(shape, line, bytes, size);
        bool meant = shape->certain != 0 ? size >= shape->certain : (size_t)needed == size;
        if (needed != RESULT_UNKNOWN && meant)
            return shape->broken;
    }
    return JK_TOKEN_NOISE;
}

/* Hands out junk, at most up to the next frame marker in it. */
static void take_junk(struct jk_line *line, struct jk_token *token)
{
    const uint8_t *bytes = line->bytes + line->start;
    size_t size = 1 + jk_frame_find(bytes + 1, line->junk - 1u);
    if (size + JK_MARKER_SIZE > line->junk)
        size = line->junk;
    *token = (struct jk_token){junk_kind(line, bytes, size), (uint16_t)size, bytes};
    line->start = (uint16_t)(line->start + size);
    line->junk = (uint16_t)(line->junk - size);
    line->framed = false;
}

/* Firmware 15.36 and later sends a 00 between a frame and its acknowledge; with it the acknowledge
 * looks like the beginning of something longer. */
static bool padded(const struct jk_line *line, const uint8_t *bytes, size_t size)
{
    struct jk_token token;
    return line->framed && line->junk == 0 && size > 1 && bytes[0] == 0 &&
           match(line, bytes + 1, size - 1, &token) == MATCH_TOKEN && token.kind == JK_TOKEN_REPLY;
}

static bool find(struct jk_line *line, struct jk_token *token)
{
    while (line->junk < pending(line)) {
        const uint8_t *bytes = line->bytes + line->start + line->junk;
        size_t size = pending(line) - line->junk;
        enum match result = match(line, bytes, size, token);
        if (result == MATCH_TOKEN && line->junk == 0) {
            line->framed = token->kind == JK_TOKEN_FRAME;
            line->start = (uint16_t)(line->start + token->size);
            return true;
        }
        if (result == MATCH_TOKEN) {
            take_junk(line, token);
            return true;
        }
        if (result == MATCH_WAIT && !line->silent && !padded(line, bytes, size))
            break;
        line->junk++;
    }
    if (line->junk > 0 && (line->silent || pending(line) == JK_LINE_CAPACITY)) {
        take_junk(line, token);
        return true;
    }
    return false;
}

/* Moves bytes in; false when there are none. */
static bool refill(struct jk_line *line, struct jk_input *input)
{
    line->silent = false;
    if (input->size == 0)
        return false;
    memmove(line->bytes, line->bytes + line->start, pending(line));
    line->end = (uint16_t)pending(line);
    line->start = 0;
    size_t room = JK_LINE_CAPACITY - (size_t)line->end;
    size_t moved = input->size < room ? input->size : room;
    memcpy(line->bytes + line->end, input->bytes, moved);
    line->end = (uint16_t)(line->end + moved);
    input->bytes += moved;
    input->size -= moved;
    return true;
}

void jk_line_init(struct jk_line *line, enum jk_medium medium)
{
    memset(line, 0, sizeof(*line));
    line->medium = (uint8_t)medium;
}

void jk_line_time(struct jk_line *line, size_t size, uint64_t now_us)
{
    if (now_us - line->last_us > JK_SILENCE_US)
        line->silent = true;
    if (size > 0)
        line->last_us = now_us;
}

void jk_line_end(struct jk_line *line)
{
    line->silent = true;
}

bool jk_line_next(struct jk_line *line, struct jk_input *input, struct jk_token *token)
{
    while (!find(line, token)) {
        if (!refill(line, input))
            return false;
    }
    return true;
}
