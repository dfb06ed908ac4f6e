/* SPDX-License-Identifier: Apache-2.0
 * A virtual CAN bus over IPv4 multicast, compatible with the interface udp_multicast of python-can
 * 4.1: one datagram is one frame as a msgpack map. Sends from a socket of its own, whose address
 * tells our frames from those of other programs on this machine.
 */
#ifndef HEARTH_PORT_LINUX_UDPCAN_H
#define HEARTH_PORT_LINUX_UDPCAN_H

#include <netinet/in.h>

#include "port/linux/can_common.h"

struct udpcan {
    struct can_common *common;
    sd_event_source *source;
    int send_descriptor;
    struct sockaddr_in own_address; /* where our frames come from */
};

int udpcan_open(struct udpcan *bus, struct can_common *common, char *error);
void udpcan_write(struct udpcan *bus, const struct can_frame *frame);
void udpcan_close(struct udpcan *bus);

#endif
