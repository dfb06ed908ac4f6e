/* SPDX-License-Identifier: Apache-2.0
 * CAN over a serial adapter that speaks Lawicel ASCII. "slcan:/dev/ttyACM0?bitrate=500000" opens an
 * adapter ("@57600" behind the path: the rate of its serial line, else 115200) and opens it again
 * for ever, each second, when it was unplugged; one that falls silent or refuses everything is
 * started again. "slcan:pty:PATH" makes a pseudo terminal and plays the adapter itself, for slcand
 * or python-can.
 */
#ifndef HEARTH_PORT_LINUX_SLCAN_H
#define HEARTH_PORT_LINUX_SLCAN_H

#include "port/linux/can_common.h"
#include "port/linux/can_queue.h"
#include "port/linux/channel.h"
#include "port/linux/pty.h"
#include "wire/slcan_line.h"

/* Must not move while open. */
struct slcan {
    struct can_common *common;
    bool is_adapter;
    char path[URL_TEXT_SIZE];
    int32_t baud;
    union {
        struct pty pty;
        struct channel channel;
    } by;
    struct channel *channel;
    struct slcan_reader reader;
    struct can_queue queue;
    struct loop_timer watch;
    uint32_t silent_s;   /* since a good line was heard */
    uint32_t patience_s; /* silence that is borne before the next start */
    uint32_t refusals_in_row;
    bool is_off_bus; /* started again by the next watch */
};

/* An adapter that is missing at the opening is an error, later it is waited for. */
int slcan_open(struct slcan *slcan, struct can_common *common, char *error);
void slcan_write(struct slcan *slcan, const struct can_frame *frame);
void slcan_close(struct slcan *slcan);

#endif
