/* SPDX-License-Identifier: Apache-2.0
 * Frames that wait until a controller or adapter takes them. Bounded: when it is full, the oldest
 * frame makes room of which there is a newer one with the same identifier, else the oldest of all.
 * What has waited for a second is dropped too: a receiver that comes late shall not act on old
 * limits.
 */
#ifndef HEARTH_PORT_LINUX_CAN_QUEUE_H
#define HEARTH_PORT_LINUX_CAN_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/can.h"

#define CAN_QUEUE_SIZE 64
#define CAN_QUEUE_WAIT_MAX_US 1000000u

struct can_queue {
    uint32_t *lost_frames; /* where drops are counted */
    size_t size;
    struct {
        struct can_frame frame;
        uint64_t since_us;
    } entries[CAN_QUEUE_SIZE]; /* oldest first */
};

void can_queue_init(struct can_queue *queue, uint32_t *lost_frames);
void can_queue_put(struct can_queue *queue, const struct can_frame *frame, uint64_t now_us);

/* The frame to send next, or NULL. */
const struct can_frame *can_queue_first(struct can_queue *queue, uint64_t now_us);

/* The first frame was sent. */
void can_queue_sent(struct can_queue *queue);

/* Drops and counts all. */
void can_queue_clear(struct can_queue *queue);

#endif
