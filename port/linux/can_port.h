/* SPDX-License-Identifier: Apache-2.0
 * A CAN bus under any of its names: udpcan: (what python-can calls udp_multicast) and log: (written
 * only). can: and slcan: are understood and refused, not supported yet.
 */
#ifndef HEARTH_PORT_LINUX_CAN_PORT_H
#define HEARTH_PORT_LINUX_CAN_PORT_H

#include "port/linux/log_file.h"
#include "port/linux/loop.h"
#include "port/linux/udpcan.h"
#include "port/linux/url.h"
#include "port/port.h"

struct can_kind;

/* Must not move while open. */
struct can_port {
    const struct can_kind *kind; /* NULL: closed */
    struct url url;
    union {
        struct udpcan udpcan;
        struct log_file log_file;
    } by;
};

/* `listener` is copied; its `receive` may be NULL. Returns 0 or a negative enum result with `error`
 * (PORT_ERROR_SIZE) filled. */
int can_port_open(struct can_port *port, struct loop *loop, const char *url,
                  const struct can_listener *listener, char *error);
void can_port_close(struct can_port *port);

/* The URL to show people. At most `size` bytes with NUL. */
void can_port_describe(const struct can_port *port, char *text, size_t size);

/* Frames that could not be sent since the port was opened. */
uint32_t can_port_lost_frames(const struct can_port *port);

#endif
