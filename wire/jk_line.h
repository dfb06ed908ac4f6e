/* SPDX-License-Identifier: Apache-2.0
 * Cuts the byte stream of a JK port into tokens: 300-byte frames, Modbus requests and replies,
 * 20-byte Bluetooth commands, and what lies between. Frames are found by length and check sum at
 * any offset, after noise, in pieces or several in a burst; silence only ends the wait for bytes
 * that will not come. Both ends of every JK protocol and the explainers read through this.
 */
#ifndef HEARTH_WIRE_JK_LINE_H
#define HEARTH_WIRE_JK_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JK_LINE_CAPACITY 640
#define JK_SILENCE_US 10000
#define JK_COMMAND_SIZE 20 /* AA 55 90 EB, number, size, value, sum */

enum jk_medium { JK_MEDIUM_RS485, JK_MEDIUM_BLE };

enum jk_token_kind {
    JK_TOKEN_NOISE,   /* belongs to nothing */
    JK_TOKEN_FRAME,   /* a good 300-byte frame */
    JK_TOKEN_REQUEST, /* RS485: Modbus request, good CRC */
    JK_TOKEN_REPLY,   /* RS485: Modbus reply, acknowledge or exception, good CRC */
    JK_TOKEN_COMMAND, /* BLE: 20-byte command or acknowledge, good sum */
    JK_TOKEN_BAD_SUM, /* began like a frame or command; sum wrong or bytes missing */
    JK_TOKEN_BAD_CRC, /* looks like a Modbus frame, CRC wrong */
};

struct jk_token {
    uint8_t kind; /* enum jk_token_kind */
    uint16_t size;
    const uint8_t *bytes; /* live until the next call of jk_line_next() */
};

struct jk_line {
    uint8_t bytes[JK_LINE_CAPACITY];
    uint16_t start; /* first byte not yet handed out */
    uint16_t end;
    uint16_t junk; /* bytes from `start` on that begin nothing */
    uint8_t medium;
    bool silent; /* what is there is complete */
    bool framed; /* the last token was a frame */
    uint64_t last_us;
};

struct jk_input {
    const uint8_t *bytes;
    size_t size;
};

void jk_line_init(struct jk_line *line, enum jk_medium medium);

/* Call with the clock before new bytes, and whenever time passes: after JK_SILENCE_US without bytes
 * jk_line_next() stops waiting for the rest of what it has. `size`: new bytes at hand. */
void jk_line_time(struct jk_line *line, size_t size, uint64_t now_us);

/* The end of the traffic: nothing more will come. */
void jk_line_end(struct jk_line *line);

/* Next token of what was received; moves bytes in from `input` as there is room. Call until it
 * returns false; then `input` is empty. */
bool jk_line_next(struct jk_line *line, struct jk_input *input, struct jk_token *token);

#endif
