/* SPDX-License-Identifier: Apache-2.0
 * A CAN interface of the Linux kernel. Lives through everything that may happen to it: down and up,
 * removed and plugged in again, bus-off, nobody on the bus who takes a frame. An owner that may
 * (CAP_NET_ADMIN) starts an interface again that stays off the bus; else the kernel has to, by
 * "restart-ms". Never sets a bit rate and never brings up what a person has taken down.
 */
#ifndef HEARTH_PORT_LINUX_SOCKETCAN_H
#define HEARTH_PORT_LINUX_SOCKETCAN_H

#include "port/linux/can_common.h"
#include "port/linux/can_queue.h"

/* Must not move while open. */
struct socketcan {
    struct can_common *common;
    sd_event_source *source; /* NULL: waits for the interface; owns the descriptor */
    int descriptor;
    uint32_t events; /* that the source waits for */
    struct can_queue queue;
    struct loop_timer watch;
    sd_event_source *retry; /* runs while the kernel's queue is full */
    uint32_t off_s;         /* since bus-off; 0: on the bus */
};

/* An interface that does not exist is an error; one that is down is waited for. */
int socketcan_open(struct socketcan *can, struct can_common *common, char *error);
void socketcan_write(struct socketcan *can, const struct can_frame *frame);

/* Lets the kernel filter by common->wanted. */
void socketcan_filter(struct socketcan *can);
void socketcan_close(struct socketcan *can);

#endif
