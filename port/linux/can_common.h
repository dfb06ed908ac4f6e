/* SPDX-License-Identifier: Apache-2.0
 * What every kind of CAN port shares with struct can_port: where received frames go, the counters
 * by cause, the words about its present trouble. Received frames pass a filter of identifiers here,
 * whatever the kind.
 */
#ifndef HEARTH_PORT_LINUX_CAN_COMMON_H
#define HEARTH_PORT_LINUX_CAN_COMMON_H

#include "port/linux/loop.h"
#include "port/linux/url.h"
#include "port/port.h"

/* X(name, label). All count from the opening of the port. */
#define CAN_COUNTS(X)                                                                              \
    X(lost_frames, "frames that could not be sent")                                                \
    X(refusals, "times the adapter said no")                                                       \
    X(error_frames, "errors on the bus that the controller told")                                  \
    X(bus_offs, "times the controller left the bus")                                               \
    X(restarts, "times the port was opened or started again")                                      \
    X(bad_frames, "lines or datagrams that are not a frame")                                       \
    X(remote_frames, "remote frames, which no protocol here answers")

struct can_counts {
#define CAN_COUNT_FIELD(name, label) uint32_t name;
    CAN_COUNTS(CAN_COUNT_FIELD)
#undef CAN_COUNT_FIELD
};

struct can_id {
    uint32_t id;
    bool extended;
};

#define CAN_WANTED_MAX 32

struct can_common {
    struct loop *loop;
    struct url url;
    struct can_listener listener;
    struct can_id wanted[CAN_WANTED_MAX];
    size_t wanted_count; /* 0: all */
    struct can_counts counts;
    char trouble[PORT_ERROR_SIZE]; /* "" when there is none */
};

/* Hands a received frame to the listener if it is wanted. The listener may not close the port. */
void can_common_receive(struct can_common *common, const struct can_frame *frame, uint64_t now_us);

#endif
