/* SPDX-License-Identifier: Apache-2.0
 * Hub over TCP or a Unix socket. Passing on comes first, our own listener last, so that all hear a
 * question before anybody answers it.
 */
#include "port/linux/hub.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "base/result.h"
#include "port/linux/socket.h"

static void write_to_others(struct hub *hub, const struct hub_client *sender, const uint8_t *bytes,
                            size_t size)
{
    for (size_t i = 0; i < COUNT(hub->clients); i++) {
        struct hub_client *client = &hub->clients[i];
        if (client != sender && channel_is_open(&client->channel))
            channel_write(&client->channel, bytes, size);
    }
}

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct hub_client *client = context;
    struct hub *hub = client->hub;
    write_to_others(hub, client, bytes, size);
    if (hub->receive)
        hub->receive(hub->context, bytes, size, now_us);
}

static void hung_up(struct channel *channel, int error)
{
    (void)error;
    channel_close(channel);
}

static struct hub_client *free_client(struct hub *hub)
{
    for (size_t i = 0; i < COUNT(hub->clients); i++)
        if (!channel_is_open(&hub->clients[i].channel))
            return &hub->clients[i];
    return NULL;
}

static int accept_client(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)events;
    struct hub *hub = context;
    int accepted = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0)
        return 0;
    struct hub_client *client = free_client(hub);
    if (!client) {
        hub->refused_clients++;
        close(accepted);
        return 0;
    }
    socket_set_no_delay(accepted);
    channel_open(&client->channel, hub->loop, accepted);
    return 0;
}

int hub_open(struct hub *hub, struct loop *loop, struct url *url, char *error)
{
    hub->loop = loop;
    hub->unix_path[0] = '\0';
    for (size_t i = 0; i < COUNT(hub->clients); i++) {
        struct hub_client *client = &hub->clients[i];
        client->hub = hub;
        client->channel.context = client;
        client->channel.receive = received;
        client->channel.hang_up = hung_up;
    }
    int descriptor = socket_listen(url, error);
    if (descriptor < 0)
        return descriptor;
    if (url->scheme == URL_UNIX_LISTEN)
        strcpy(hub->unix_path, url->name);
    if (sd_event_add_io(loop->event, &hub->source, descriptor, EPOLLIN, accept_client, hub) < 0) {
        close(descriptor);
        return port_fail(error, "cannot add the socket to the loop");
    }
    sd_event_source_set_io_fd_own(hub->source, 1);
    return RESULT_OK;
}

void hub_write(struct hub *hub, const uint8_t *bytes, size_t size)
{
    write_to_others(hub, NULL, bytes, size);
}

uint32_t hub_lost_bytes(const struct hub *hub)
{
    uint32_t lost = 0;
    for (size_t i = 0; i < COUNT(hub->clients); i++)
        lost = add_sat_u32(lost, hub->clients[i].channel.lost_bytes);
    return lost;
}

void hub_close(struct hub *hub)
{
    hub->source = sd_event_source_disable_unref(hub->source);
    for (size_t i = 0; i < COUNT(hub->clients); i++)
        channel_close(&hub->clients[i].channel);
    if (hub->unix_path[0])
        unlink(hub->unix_path);
}
