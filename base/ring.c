/* SPDX-License-Identifier: Apache-2.0
 * Byte ring. Pure bookkeeping; no locking, see the header.
 */
#include "base/ring.h"

#include "base/assert.h"

void ring_init(struct ring *ring, uint8_t *bytes, size_t capacity)
{
    ASSERT(capacity > 0);
    *ring = (struct ring){.bytes = bytes, .capacity = capacity};
}

size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t size)
{
    if (size > ring->capacity - ring->size) {
        ring->lost += (uint32_t)size;
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        ring->bytes[(ring->head + ring->size + i) % ring->capacity] = bytes[i];
    ring->size += size;
    return size;
}

static size_t at_most(const struct ring *ring, size_t size)
{
    return size < ring->size ? size : ring->size;
}

size_t ring_peek(const struct ring *ring, uint8_t *bytes, size_t size)
{
    size_t count = at_most(ring, size);
    for (size_t i = 0; i < count; i++)
        bytes[i] = ring->bytes[(ring->head + i) % ring->capacity];
    return count;
}

void ring_skip(struct ring *ring, size_t size)
{
    size_t count = at_most(ring, size);
    ring->head = (ring->head + count) % ring->capacity;
    ring->size -= count;
}

size_t ring_get(struct ring *ring, uint8_t *bytes, size_t size)
{
    size_t count = ring_peek(ring, bytes, size);
    ring_skip(ring, count);
    return count;
}
