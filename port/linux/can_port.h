/* SPDX-License-Identifier: Apache-2.0
 * A CAN bus under any of its names: can: (SocketCAN), slcan: (Lawicel adapters), udpcan: (what
 * python-can calls udp_multicast) and log: (candump text, written; with ?speed=N read). All recover
 * by themselves for ever.
 */
#ifndef HEARTH_PORT_LINUX_CAN_PORT_H
#define HEARTH_PORT_LINUX_CAN_PORT_H

#include "port/linux/can_common.h"
#include "port/linux/log_file.h"
#include "port/linux/log_player.h"
#include "port/linux/slcan.h"
#include "port/linux/socketcan.h"
#include "port/linux/udpcan.h"

struct can_kind;

/* Must not move while open. */
struct can_port {
    const struct can_kind *kind; /* NULL: closed */
    struct can_common common;
    union {
        struct socketcan socketcan;
        struct slcan slcan;
        struct udpcan udpcan;
        struct log_file log_file;
        struct log_player log_player;
    } by;
};

/* `listener` is copied; its `receive` may be NULL. Returns 0 or a negative enum result with `error`
 * (PORT_ERROR_SIZE) filled. */
int can_port_open(struct can_port *port, struct loop *loop, const char *url,
                  const struct can_listener *listener, char *error);
void can_port_close(struct can_port *port);

/* From now on only these identifiers are received; 1 to CAN_WANTED_MAX, or RESULT_NO_SPACE. */
int can_port_filter(struct can_port *port, const struct can_id *ids, size_t count);

/* The URL to show people. At most `size` bytes with NUL. */
void can_port_describe(const struct can_port *port, char *text, size_t size);

/* Why nothing goes over the port just now, or "". */
const char *can_port_trouble(const struct can_port *port);

/* Since the port was opened; the names and labels are CAN_COUNTS. */
const struct can_counts *can_port_counts(const struct can_port *port);

#endif
