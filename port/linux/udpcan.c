/* SPDX-License-Identifier: Apache-2.0
 * CAN frames as multicast datagrams. IP_MULTICAST_LOOP lets programs on this machine hear each
 * other; the time to live of 0 keeps the bus on this machine.
 */
#include "port/linux/udpcan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/result.h"
#include "port/linux/msgpack.h"

#define DATAGRAM_SIZE 4096
#define DATAGRAMS_PER_TURN 64

static bool from_us(const struct udpcan *bus, const struct sockaddr_in *sender)
{
    return sender->sin_port == bus->own_address.sin_port &&
           sender->sin_addr.s_addr == bus->own_address.sin_addr.s_addr;
}

static void received(struct udpcan *bus, const uint8_t *bytes, size_t size)
{
    struct can_frame frame;
    enum msgpack_kind kind = MSGPACK_DATA;
    struct can_counts *counts = &bus->common->counts;
    if (msgpack_decode_frame(&frame, &kind, bytes, size) == DECODED)
        can_common_receive(bus->common, &frame, clock_us());
    else if (kind == MSGPACK_REMOTE)
        counts->remote_frames++;
    else if (kind == MSGPACK_ERROR)
        counts->error_frames++;
    else
        counts->bad_frames++;
}

static int ready(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)events;
    struct udpcan *bus = context;
    for (int turn = 0; turn < DATAGRAMS_PER_TURN && bus->source; turn++) {
        uint8_t bytes[DATAGRAM_SIZE];
        struct sockaddr_in sender = {0};
        socklen_t sender_size = sizeof sender;
        ssize_t size =
            recvfrom(descriptor, bytes, sizeof bytes, 0, (struct sockaddr *)&sender, &sender_size);
        if (size < 0)
            return 0;
        if (!from_us(bus, &sender))
            received(bus, bytes, (size_t)size);
    }
    return 0;
}

static int group_address(struct sockaddr_in *group, const struct url *url, char *error)
{
    *group = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(url->port)};
    if (inet_pton(AF_INET, url->name, &group->sin_addr) == 1 &&
        IN_MULTICAST(ntohl(group->sin_addr.s_addr)))
        return RESULT_OK;
    return port_fail(error, "bad group '%.40s'; accepted is 224.0.0.0 to 239.255.255.255",
                     url->name);
}

static int fail_route(char *error)
{
    if (errno == ENETUNREACH || errno == ENODEV || errno == EHOSTUNREACH)
        return port_fail(error, "no multicast route; try: ip route add 224.0.0.0/4 dev lo");
    return port_fail_errno(error, "cannot join the multicast group");
}

static int open_sender(struct udpcan *bus, const struct sockaddr_in *group, int32_t ttl,
                       char *error)
{
    bus->send_descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1, hops = ttl;
    socklen_t size = sizeof bus->own_address;
    if (bus->send_descriptor >= 0 &&
        setsockopt(bus->send_descriptor, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops) == 0 &&
        setsockopt(bus->send_descriptor, IPPROTO_IP, IP_MULTICAST_LOOP, &yes, sizeof yes) == 0 &&
        connect(bus->send_descriptor, (const struct sockaddr *)group, sizeof *group) == 0 &&
        getsockname(bus->send_descriptor, (struct sockaddr *)&bus->own_address, &size) == 0)
        return RESULT_OK;
    return fail_route(error);
}

static int open_receiver(struct udpcan *bus, const struct sockaddr_in *group, char *error)
{
    struct ip_mreq request = {.imr_multiaddr = group->sin_addr};
    int yes = 1;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(descriptor, (const struct sockaddr *)group, sizeof *group) == 0 &&
        setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0 &&
        sd_event_add_io(bus->common->loop->event, &bus->source, descriptor, EPOLLIN, ready, bus) >=
            0) {
        sd_event_source_set_io_fd_own(bus->source, 1);
        return RESULT_OK;
    }
    int result = fail_route(error);
    if (descriptor >= 0)
        close(descriptor);
    return result;
}

int udpcan_open(struct udpcan *bus, struct can_common *common, char *error)
{
    bus->common = common;
    bus->send_descriptor = -1;
    struct sockaddr_in group;
    int result = group_address(&group, &common->url, error);
    if (result == RESULT_OK)
        result = open_sender(bus, &group, common->url.option, error);
    if (result == RESULT_OK)
        result = open_receiver(bus, &group, error);
    if (result != RESULT_OK)
        udpcan_close(bus);
    return result;
}

void udpcan_write(struct udpcan *bus, const struct can_frame *frame)
{
    uint8_t bytes[MSGPACK_FRAME_SIZE_MAX];
    struct timespec now; /* the message carries calendar time, as python-can's do */
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t time_us = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
    size_t size = msgpack_encode_frame(frame, time_us, bytes);
    if (send(bus->send_descriptor, bytes, size, 0) != (ssize_t)size)
        bus->common->counts.lost_frames++;
}

void udpcan_close(struct udpcan *bus)
{
    bus->source = sd_event_source_disable_unref(bus->source);
    if (bus->send_descriptor >= 0)
        close(bus->send_descriptor);
    bus->send_descriptor = -1;
}
