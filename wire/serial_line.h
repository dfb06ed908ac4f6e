/* SPDX-License-Identifier: Apache-2.0
 * Cuts the byte stream of a serial port into tokens by the shapes that a protocol's frames have.
 * Frames are found by length and check sum at any offset, after noise, in pieces or several in a
 * burst; silence only ends the wait for bytes that will not come, so that a late scheduler or an
 * adapter that delivers in bursts breaks nothing. Both ends and the explainers read through this.
 */
#ifndef HEARTH_WIRE_SERIAL_LINE_H
#define HEARTH_WIRE_SERIAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_LINE_CAPACITY 2304 /* bytes; a longer frame is junk */
#define SERIAL_SILENCE_US 30000   /* USB adapters deliver every 16 ms */
#define SERIAL_PAUSE_US 1500      /* less than lines rest between frames, more than one byte */
#define SERIAL_NOISE 0            /* kind of bytes that belong to nothing */

/* One kind of frame. */
struct serial_shape {
    uint8_t kind;    /* of its tokens when its check sum is right; not SERIAL_NOISE */
    uint8_t broken;  /* kind when it is wrong or bytes are missing */
    uint8_t certain; /* bytes that show beyond doubt that this shape was meant, 0 its whole size */
    /* Size of the frame that begins with `size` > 0 bytes, 0 when more are needed to tell,
     * RESULT_UNKNOWN when no frame of this shape begins like that. */
    int (*size)(const uint8_t *bytes, size_t size);
    bool (*good)(const uint8_t *bytes, size_t size); /* the check sum of a whole frame */
};

struct serial_token {
    uint8_t kind;
    uint16_t size;
    const uint8_t *bytes; /* live until the next call of serial_line_next() */
};

struct serial_line {
    const struct serial_shape *shapes; /* tried in order */
    uint8_t shape_count;
    bool silent;    /* what is there is complete */
    uint16_t start; /* first byte not yet handed out */
    uint16_t end;
    uint16_t junk;  /* bytes from `start` on that begin nothing */
    uint16_t gap;   /* bytes before this one came before a silence */
    uint16_t burst; /* and before this one before the last pause */
    uint64_t last_us;
    uint8_t bytes[SERIAL_LINE_CAPACITY];
};

struct serial_input {
    const uint8_t *bytes;
    size_t size;
};

/* `shapes` outlive the line. */
void serial_line_init(struct serial_line *line, const struct serial_shape *shapes, size_t count);

/* Call with the clock before new bytes, and whenever there are none. `size`: new bytes at hand; 0
 * says that there are none, and after SERIAL_SILENCE_US of that serial_line_next() stops waiting
 * for the rest of what it has. Bytes that come late complete a frame all the same, unless one
 * begins with them: not every silence seen by a late caller was one on the line. */
void serial_line_time(struct serial_line *line, size_t size, uint64_t now_us);

/* The end of the traffic: nothing more will come. */
void serial_line_end(struct serial_line *line);

/* Next token of what was received; moves bytes in from `input` as there is room. Call until it
 * returns false; then `input` is empty. */
bool serial_line_next(struct serial_line *line, struct serial_input *input,
                      struct serial_token *token);

/* For who stops before that: keeps of `input` what there is room for, and leaves the rest in it. */
void serial_line_keep(struct serial_line *line, struct serial_input *input);

#endif
