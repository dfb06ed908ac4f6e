/* SPDX-License-Identifier: Apache-2.0
 * Opening towards a device or a socket, with repetition. Exactly one of channel, connecting and
 * retry is active while the link is open.
 */
#include "port/linux/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/result.h"
#include "port/linux/tty.h"
#include "port/port.h"

#define WAIT_MAX_S 10
#define WAIT_ACCURACY_US 1000

static void attempt(struct link *link);

static int retry_due(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct link *link = context;
    link->retry = sd_event_source_disable_unref(link->retry);
    attempt(link);
    return 0;
}

static void wait_and_retry(struct link *link)
{
    uint64_t due_us = clock_us() + (uint64_t)link->wait_s * 1000000u;
    link->wait_s = (uint32_t)min32((int32_t)(2 * link->wait_s), WAIT_MAX_S);
    sd_event_add_time(link->loop->event, &link->retry, CLOCK_MONOTONIC, due_us, WAIT_ACCURACY_US,
                      retry_due, link);
}

static void failed(struct link *link, int error)
{
    snprintf(link->trouble, sizeof link->trouble, "%s",
             error ? strerror(error) : "closed by the other side");
    wait_and_retry(link);
}

static void hung_up(struct channel *channel, int error)
{
    struct link *link = (struct link *)((char *)channel - offsetof(struct link, channel));
    channel_close(channel);
    failed(link, error);
}

static void opened(struct link *link, int descriptor)
{
    if (channel_open(&link->channel, link->loop, descriptor) != RESULT_OK) {
        failed(link, EIO);
        return;
    }
    link->trouble[0] = '\0';
    link->wait_s = 1;
}

static int connected(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)events;
    struct link *link = context;
    link->connecting = sd_event_source_disable_unref(link->connecting);
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error == 0) {
        opened(link, descriptor);
        return 0;
    }
    close(descriptor);
    failed(link, error);
    return 0;
}

static void connect_socket(struct link *link)
{
    const struct socket_address *address = &link->address;
    int descriptor =
        socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        failed(link, errno);
        return;
    }
    socket_set_no_delay(descriptor);
    if (connect(descriptor, (const struct sockaddr *)&address->storage, address->size) == 0) {
        opened(link, descriptor);
        return;
    }
    int error = errno;
    if (error == EINPROGRESS && sd_event_add_io(link->loop->event, &link->connecting, descriptor,
                                                EPOLLOUT, connected, link) >= 0) {
        link->connecting_descriptor = descriptor;
        return;
    }
    close(descriptor);
    failed(link, error);
}

static void attempt(struct link *link)
{
    if (link->url->scheme != URL_SERIAL) {
        connect_socket(link);
        return;
    }
    int descriptor = tty_open(link->url->name, link->url->option, link->trouble);
    if (descriptor >= 0)
        opened(link, descriptor);
    else
        wait_and_retry(link);
}

int link_open(struct link *link, struct loop *loop, const struct url *url, char *error)
{
    link->loop = loop;
    link->url = url;
    link->wait_s = 1;
    link->channel.hang_up = hung_up;
    snprintf(link->trouble, sizeof link->trouble, "not connected yet");
    if (url->scheme != URL_SERIAL) {
        int result = socket_resolve(&link->address, url, error);
        if (result == RESULT_OK)
            connect_socket(link);
        return result;
    }
    int descriptor = tty_open(url->name, url->option, error);
    if (descriptor < 0)
        return descriptor;
    opened(link, descriptor);
    return RESULT_OK;
}

void link_close(struct link *link)
{
    if (link->connecting)
        close(link->connecting_descriptor);
    link->connecting = sd_event_source_disable_unref(link->connecting);
    link->retry = sd_event_source_disable_unref(link->retry);
    channel_close(&link->channel);
}
