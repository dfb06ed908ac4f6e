/* SPDX-License-Identifier: Apache-2.0
 * Byte ring over memory of the caller. One writer, one reader; what does not fit is refused and
 * counted, nothing is overwritten.
 */
#ifndef HEARTH_BASE_RING_H
#define HEARTH_BASE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
    uint8_t *bytes;
    size_t capacity;
    size_t head; /* next byte to read */
    size_t size; /* bytes stored */
    uint32_t lost;
};

void ring_init(struct ring *ring, uint8_t *bytes, size_t capacity);

/* Stores all of `bytes` or nothing; returns the number stored, the rest is added to `lost`. */
size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t size);

/* Takes up to `size` bytes; returns the number taken. */
size_t ring_get(struct ring *ring, uint8_t *bytes, size_t size);

/* Copies up to `size` bytes without taking them. */
size_t ring_peek(const struct ring *ring, uint8_t *bytes, size_t size);

/* Drops up to `size` bytes from the front. */
void ring_skip(struct ring *ring, size_t size);

#endif
