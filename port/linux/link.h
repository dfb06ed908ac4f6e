/* SPDX-License-Identifier: Apache-2.0
 * A port that we open towards something else, a serial adapter or a listening socket, and open
 * again when it was lost: after 1 s, then 2, 4, 8 and every 10 s.
 */
#ifndef HEARTH_PORT_LINUX_LINK_H
#define HEARTH_PORT_LINUX_LINK_H

#include "port/linux/channel.h"
#include "port/linux/socket.h"
#include "port/linux/url.h"

struct link {
    struct loop *loop;
    const struct url *url;
    struct channel channel;
    sd_event_source *retry;      /* runs while waiting for the next attempt */
    sd_event_source *connecting; /* while the other side has not answered */
    uint32_t wait_s;             /* before the next attempt */
    int connecting_descriptor;
    struct socket_address address;
    char trouble[PORT_ERROR_SIZE]; /* why there is no connection; "" when there is one */
};

/* `url` is serial:, tcp: or unix: and outlives the link; `channel.context` and `channel.receive`
 * are set before. A host name is looked up once, here. */
int link_open(struct link *link, struct loop *loop, const struct url *url, char *error);
void link_close(struct link *link);

#endif
