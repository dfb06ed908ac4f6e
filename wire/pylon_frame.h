/* SPDX-License-Identifier: Apache-2.0
 * Frames of the Pylon family: ASCII hexadecimal between '~' and carriage return, with a check
 * nibble on the length and a sum over the characters. Knows no command and keeps no state.
 * "PYLON low voltage Protocol RS485 V3.3", section 2; its two examples have wrong sums, packs
 * follow the text. Numbers are written straight as text and read from it; nothing is copied.
 */
#ifndef HEARTH_WIRE_PYLON_FRAME_H
#define HEARTH_WIRE_PYLON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/serial_line.h"

#define PYLON_FRAME_MIN 18 /* characters, without INFO */
#define PYLON_FRAME_MAX SERIAL_LINE_CAPACITY
#define PYLON_DEVICE 0x46 /* CID1: battery */

/* RTN of an answer. */
enum pylon_return {
    PYLON_NORMAL = 0x00,
    PYLON_BAD_VERSION = 0x01,
    PYLON_BAD_SUM = 0x02,
    PYLON_BAD_LENGTH = 0x03, /* its check nibble */
    PYLON_UNKNOWN = 0x04,    /* CID2 */
    PYLON_BAD_FORMAT = 0x05,
    PYLON_BAD_DATA = 0x06, /* in INFO */
    PYLON_BAD_ADDRESS = 0x90,
    PYLON_PACK_LOST = 0x91,
};

struct pylon_head {
    uint8_t version;
    uint8_t address;
    uint8_t device; /* CID1 */
    uint8_t code;   /* CID2 of a request, RTN of an answer */
};

struct pylon_frame {
    struct pylon_head head;
    const uint8_t *info; /* its characters, in the opened frame */
    size_t info_size;    /* in bytes: half of the characters */
};

/* Reads a whole frame, '~' to carriage return, either case. PYLON_NORMAL; PYLON_BAD_SUM, _LENGTH or
 * _FORMAT, in the order in which a pack checks, with only `head` filled; RESULT_BAD_FORMAT when not
 * even that can be read. */
int pylon_open(const uint8_t *bytes, size_t size, struct pylon_frame *frame);

/* The number of `size` (1..4) bytes from byte `at` on, high byte first; it lies within INFO. */
uint32_t pylon_get(const struct pylon_frame *frame, size_t at, size_t size);

/* A frame on its way. */
struct pylon_writer {
    uint8_t *bytes;
    size_t capacity;
    size_t size;
    bool full; /* it did not fit */
};

void pylon_begin(struct pylon_writer *writer, uint8_t *bytes, size_t capacity,
                 const struct pylon_head *head);

/* Appends the low `size` (1..4) bytes of a number to INFO. */
void pylon_put(struct pylon_writer *writer, uint32_t number, size_t size);

/* Appends `size` bytes of text; behind its NUL it is filled up with `fill`. */
void pylon_put_text(struct pylon_writer *writer, const char *text, size_t size, char fill);

/* Closes the frame; its size in characters, 0 when it did not fit. */
size_t pylon_end(struct pylon_writer *writer);

/* Requests: every frame between '~' and carriage return whose head can be read is a SERIAL_NOISE +
 * 1, right or not, because wrong ones are answered; shorter ones are SERIAL_NOISE + 2. Replies:
 * only those that are right. */
extern const struct serial_shape pylon_request_shape;
extern const struct serial_shape pylon_reply_shape;

#endif
