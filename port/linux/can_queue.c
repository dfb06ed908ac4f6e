/* SPDX-License-Identifier: Apache-2.0
 * Bounded queue of frames; see the header. Short enough to be moved up as a whole.
 */
#include "port/linux/can_queue.h"

#include <string.h>

void can_queue_init(struct can_queue *queue, uint32_t *lost_frames)
{
    queue->lost_frames = lost_frames;
    queue->size = 0;
}

static void take_out(struct can_queue *queue, size_t index)
{
    queue->size--;
    memmove(&queue->entries[index], &queue->entries[index + 1],
            (queue->size - index) * sizeof queue->entries[0]);
}

static bool is_same(const struct can_frame *one, const struct can_frame *other)
{
    return one->id == other->id && one->extended == other->extended;
}

/* Whether a newer frame of the same identifier follows. */
static bool is_outdated(const struct can_queue *queue, size_t index)
{
    for (size_t i = index + 1; i < queue->size; i++)
        if (is_same(&queue->entries[i].frame, &queue->entries[index].frame))
            return true;
    return false;
}

/* The oldest frame that the new one or another makes outdated, else the oldest of all. */
static size_t least_wanted(const struct can_queue *queue, const struct can_frame *frame)
{
    for (size_t i = 0; i < queue->size; i++)
        if (is_same(&queue->entries[i].frame, frame) || is_outdated(queue, i))
            return i;
    return 0;
}

void can_queue_put(struct can_queue *queue, const struct can_frame *frame, uint64_t now_us)
{
    if (queue->size == CAN_QUEUE_SIZE) {
        take_out(queue, least_wanted(queue, frame));
        ++*queue->lost_frames;
    }
    queue->entries[queue->size].frame = *frame;
    queue->entries[queue->size].since_us = now_us;
    queue->size++;
}

const struct can_frame *can_queue_first(struct can_queue *queue, uint64_t now_us)
{
    while (queue->size > 0 && now_us - queue->entries[0].since_us > CAN_QUEUE_WAIT_MAX_US) {
        take_out(queue, 0);
        ++*queue->lost_frames;
    }
    return queue->size > 0 ? &queue->entries[0].frame : NULL;
}

void can_queue_sent(struct can_queue *queue)
{
    take_out(queue, 0);
}

void can_queue_clear(struct can_queue *queue)
{
    *queue->lost_frames += (uint32_t)queue->size;
    queue->size = 0;
}
