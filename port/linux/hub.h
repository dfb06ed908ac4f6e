/* SPDX-License-Identifier: Apache-2.0
 * A multi-drop bus over a listening socket: what a client sends goes to all other clients and to
 * us, what we send goes to all clients. A client that does not read loses bytes, the others do not.
 */
#ifndef HEARTH_PORT_LINUX_HUB_H
#define HEARTH_PORT_LINUX_HUB_H

#include "port/linux/channel.h"
#include "port/linux/url.h"

#define HUB_CLIENT_MAX 20 /* 16 packs and some listeners; one more is turned away and counted */

struct hub;

struct hub_client {
    struct hub *hub;
    struct channel channel;
};

struct hub {
    struct loop *loop;
    sd_event_source *source;
    uint32_t refused_clients;
    char unix_path[URL_TEXT_SIZE]; /* "" for TCP */
    struct hub_client clients[HUB_CLIENT_MAX];
    void *context; /* this and `receive` are set before hub_open() */
    void (*receive)(void *context, const uint8_t *bytes, size_t size, uint64_t now_us);
};

/* `url` is tcp-listen: or unix-listen:; its port and host are filled in when they were left out. */
int hub_open(struct hub *hub, struct loop *loop, struct url *url, char *error);
void hub_write(struct hub *hub, const uint8_t *bytes, size_t size);
uint32_t hub_lost_bytes(const struct hub *hub);
void hub_close(struct hub *hub);

#endif
