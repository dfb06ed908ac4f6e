/* SPDX-License-Identifier: Apache-2.0
 * A candump log as a CAN bus that one can only listen to: "log:FILE?speed=1" plays it at its own
 * time, a number N that many times faster, 0 at once. What is not a CAN line is passed over.
 */
#ifndef HEARTH_PORT_LINUX_LOG_PLAYER_H
#define HEARTH_PORT_LINUX_LOG_PLAYER_H

#include <stdio.h>

#include "port/linux/can_common.h"

/* Must not move while open. */
struct log_player {
    struct can_common *common;
    FILE *file;
    sd_event_source *source; /* NULL: at the end */
    uint64_t start_us;
    uint64_t first_us; /* time of the first frame in the log */
    bool is_begun;
    struct can_frame next;
};

int log_player_open(struct log_player *player, struct can_common *common, char *error);
void log_player_close(struct log_player *player);

#endif
