/* SPDX-License-Identifier: Apache-2.0
 * Raw CAN sockets. A small send buffer makes the socket unwritable before the queue of the
 * interface is full, so that waiting costs no time; where other programs fill that queue (ENOBUFS)
 * a timer of 10 ms tries again. A timer of a second looks after the interface.
 */
#include "port/linux/socketcan.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The kernel's structure has the name of ours. */
#define can_frame kernel_frame
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#undef can_frame

#include "base/result.h"

#define WATCH_MS 1000
#define RETRY_US 10000u
#define SEND_BUFFER_SIZE 1 /* the kernel makes it its smallest, some 6 frames */
#define FRAMES_PER_TURN 64
#define OFF_PATIENCE_S 3         /* then the kernel does not start the interface by itself */
#define STAMP_AGE_MAX_US 5000000 /* older: somebody has set the clock */

static void lose(struct socketcan *can, int error);

static struct ifreq request_for(const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%.*s", IFNAMSIZ - 1, name);
    return request;
}

/* Flags of the interface, or -1. */
static int interface_flags(int descriptor, const char *name)
{
    struct ifreq request = request_for(name);
    return ioctl(descriptor, SIOCGIFFLAGS, &request) == 0 ? request.ifr_flags : -1;
}

static void watch_events(struct socketcan *can, uint32_t events)
{
    if (can->source && can->events != events)
        sd_event_source_set_io_events(can->source, events);
    can->events = events;
}

static void pump(struct socketcan *can);

static int retry_due(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct socketcan *can = context;
    can->retry = sd_event_source_disable_unref(can->retry);
    pump(can);
    return 0;
}

static void retry_later(struct socketcan *can)
{
    if (!can->retry)
        sd_event_add_time(can->common->loop->event, &can->retry, CLOCK_MONOTONIC,
                          clock_us() + RETRY_US, 1000, retry_due, can);
}

/* Returns 0 or the errno value. */
static int send_frame(struct socketcan *can, const struct can_frame *frame)
{
    struct kernel_frame raw = {.can_id = frame->id | (frame->extended ? CAN_EFF_FLAG : 0),
                               .can_dlc = frame->size};
    memcpy(raw.data, frame->data, sizeof raw.data);
    return write(can->descriptor, &raw, sizeof raw) == sizeof raw ? 0 : errno;
}

/* Sends what the kernel takes; what it does not take waits for a writable socket or the timer. */
static void pump(struct socketcan *can)
{
    const struct can_frame *frame;
    uint32_t events = EPOLLIN;
    while (can->source && !can->retry && (frame = can_queue_first(&can->queue, clock_us()))) {
        int error = send_frame(can, frame);
        if (error == 0) {
            can_queue_sent(&can->queue);
        } else if (error == EAGAIN) {
            events |= EPOLLOUT;
            break;
        } else if (error == ENOBUFS || error == EINTR) {
            retry_later(can);
        } else {
            lose(can, error);
        }
    }
    watch_events(can, events);
}

/* The stamp is calendar time; its age leads to our clock. */
static uint64_t received_us(const struct msghdr *message)
{
    uint64_t now_us = clock_us();
    struct timeval now, stamp, age;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR((struct msghdr *)message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMP)
            continue;
        memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        gettimeofday(&now, NULL);
        timersub(&now, &stamp, &age);
        int64_t age_us = (int64_t)age.tv_sec * 1000000 + age.tv_usec;
        if (age_us >= 0 && age_us < STAMP_AGE_MAX_US)
            return now_us - (uint64_t)age_us;
    }
    return now_us;
}

static void heard_error(struct socketcan *can, uint32_t causes)
{
    struct can_counts *counts = &can->common->counts;
    counts->error_frames++;
    if (causes & CAN_ERR_BUSOFF) {
        counts->bus_offs++;
        can->off_s = 1;
        snprintf(can->common->trouble, PORT_ERROR_SIZE, "'%.15s' is off the bus",
                 can->common->url.name);
    }
    if (causes & CAN_ERR_RESTARTED) {
        counts->restarts++;
        can->off_s = 0;
        can->common->trouble[0] = '\0';
    }
}

static void heard(struct socketcan *can, const struct kernel_frame *raw, uint64_t now_us)
{
    if (raw->can_id & CAN_ERR_FLAG) {
        heard_error(can, raw->can_id & CAN_ERR_MASK);
        return;
    }
    if (raw->can_id & CAN_RTR_FLAG) {
        can->common->counts.remote_frames++;
        return;
    }
    struct can_frame frame = {.extended = raw->can_id & CAN_EFF_FLAG, .size = raw->can_dlc};
    frame.id = raw->can_id & (frame.extended ? CAN_EFF_MASK : CAN_SFF_MASK);
    memcpy(frame.data, raw->data, sizeof frame.data);
    can->off_s = 0;
    can->common->trouble[0] = '\0';
    can_common_receive(can->common, &frame, now_us);
}

/* Returns false when there is nothing more to read now. */
static bool receive_one(struct socketcan *can)
{
    struct kernel_frame raw;
    union {
        struct cmsghdr header; /* aligns */
        char bytes[CMSG_SPACE(sizeof(struct timeval))];
    } control;
    struct iovec part = {&raw, sizeof raw};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t size = recvmsg(can->descriptor, &message, 0);
    if (size == (ssize_t)sizeof raw && raw.can_dlc <= 8)
        heard(can, &raw, received_us(&message));
    else if (size >= 0)
        can->common->counts.bad_frames++;
    else if (errno != EAGAIN && errno != EINTR)
        lose(can, errno);
    return size >= 0;
}

static int ready(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)descriptor;
    struct socketcan *can = context;
    if (events & EPOLLOUT)
        pump(can);
    for (int turn = 0; turn < FRAMES_PER_TURN && can->source && receive_one(can); turn++)
        continue;
    return 0;
}

void socketcan_filter(struct socketcan *can)
{
    const struct can_common *common = can->common;
    struct can_filter filters[CAN_WANTED_MAX];
    for (size_t i = 0; i < common->wanted_count; i++) {
        const struct can_id *id = &common->wanted[i];
        filters[i].can_id = id->id | (id->extended ? CAN_EFF_FLAG : 0);
        filters[i].can_mask = CAN_EFF_FLAG | (id->extended ? CAN_EFF_MASK : CAN_SFF_MASK);
    }
    if (can->source && common->wanted_count > 0)
        setsockopt(can->descriptor, SOL_CAN_RAW, CAN_RAW_FILTER, filters,
                   (socklen_t)(common->wanted_count * sizeof filters[0]));
}

/* Binds a new socket to the interface and hands it to the loop. */
static int attach_socket(struct socketcan *can, int descriptor, unsigned index)
{
    can_err_mask_t errors = CAN_ERR_MASK;
    int yes = 1, size = SEND_BUFFER_SIZE;
    struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)index};
    if (setsockopt(descriptor, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMP, &yes, sizeof yes) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0 ||
        bind(descriptor, (const struct sockaddr *)&address, sizeof address) != 0 ||
        sd_event_add_io(can->common->loop->event, &can->source, descriptor, EPOLLIN, ready, can) <
            0)
        return RESULT_IO;
    sd_event_source_set_io_fd_own(can->source, 1);
    can->descriptor = descriptor;
    can->events = EPOLLIN;
    can->off_s = 0;
    socketcan_filter(can);
    return RESULT_OK;
}

/* 0: attached, or waiting for an interface that is down (`error` says so). Negative: it is not
 * there. */
static int attach(struct socketcan *can, char *error)
{
    const char *name = can->common->url.name;
    int descriptor = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    if (descriptor < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
        return port_fail(error, "this kernel has no CAN; try: modprobe can-raw");
    if (descriptor < 0)
        return port_fail_errno(error, "cannot make a CAN socket");
    unsigned index = if_nametoindex(name);
    int flags = interface_flags(descriptor, name);
    int result = RESULT_OK;
    error[0] = '\0';
    if (index == 0 || flags < 0)
        result = port_fail(error,
                           "no interface '%.15s'; see: ip link; then try: ip link set %.15s "
                           "up type can bitrate 500000",
                           name, name);
    else if (!(flags & IFF_UP))
        port_fail(error, "'%.15s' is down; try: ip link set %.15s up", name, name);
    else if (attach_socket(can, descriptor, index) != RESULT_OK)
        result = port_fail_errno(error, "cannot use '%.15s' for CAN", name);
    if (!can->source)
        close(descriptor);
    return result;
}

static void detach(struct socketcan *can)
{
    can->source = sd_event_source_disable_unref(can->source);
    can->retry = sd_event_source_disable_unref(can->retry);
    can_queue_clear(&can->queue);
}

static void lose(struct socketcan *can, int error)
{
    detach(can);
    snprintf(can->common->trouble, PORT_ERROR_SIZE, "'%.15s': %s", can->common->url.name,
             strerror(error));
}

/* Down and up, which ends bus-off whatever the driver. The socket notices and is attached anew. */
static bool start_interface(struct socketcan *can)
{
    struct ifreq request = request_for(can->common->url.name);
    int flags = interface_flags(can->descriptor, request.ifr_name);
    if (flags < 0)
        return false;
    request.ifr_flags = (short)(flags & ~IFF_UP);
    if (ioctl(can->descriptor, SIOCSIFFLAGS, &request) != 0)
        return false;
    request.ifr_flags = (short)(flags | IFF_UP);
    return ioctl(can->descriptor, SIOCSIFFLAGS, &request) == 0;
}

static void look_after_bus(struct socketcan *can)
{
    if (can->off_s == 0 || can->off_s++ % OFF_PATIENCE_S != 0 || start_interface(can))
        return;
    const char *name = can->common->url.name;
    snprintf(can->common->trouble, PORT_ERROR_SIZE,
             "'%.15s' is off the bus; try: ip link set %.15s type can restart-ms 100", name, name);
}

static void watch(void *context, uint64_t due_us)
{
    (void)due_us;
    struct socketcan *can = context;
    if (can->source) {
        look_after_bus(can);
        return;
    }
    if (attach(can, can->common->trouble) == RESULT_OK && can->source)
        can->common->counts.restarts++;
}

int socketcan_open(struct socketcan *can, struct can_common *common, char *error)
{
    can->common = common;
    can->watch.context = can;
    can->watch.tick = watch;
    can_queue_init(&can->queue, &common->counts.lost_frames);
    int result = attach(can, error);
    if (result == RESULT_OK && loop_timer_start(&can->watch, common->loop, WATCH_MS) < 0)
        result = port_fail(error, "cannot start a timer");
    if (result == RESULT_OK)
        strcpy(common->trouble, error); /* both PORT_ERROR_SIZE */
    else
        socketcan_close(can);
    return result;
}

void socketcan_write(struct socketcan *can, const struct can_frame *frame)
{
    if (!can->source) {
        can->common->counts.lost_frames++;
        return;
    }
    can_queue_put(&can->queue, frame, clock_us());
    pump(can);
}

void socketcan_close(struct socketcan *can)
{
    loop_timer_stop(&can->watch);
    detach(can);
}
