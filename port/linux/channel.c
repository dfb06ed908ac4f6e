/* SPDX-License-Identifier: Apache-2.0
 * Non-blocking reading and writing of one descriptor. POLLOUT is asked for only while the output
 * buffer holds something.
 */
#include "port/linux/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/result.h"
#include "port/port.h"

#define READ_SIZE 4096
#define READS_PER_TURN 8 /* then others get their turn */

static bool passing_error(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* Sends what is stored as far as it goes. Errors are left to the reading side, which sees them. */
static void flush(struct channel *channel)
{
    uint8_t bytes[CHANNEL_BUFFER_SIZE];
    while (channel->output.size > 0) {
        size_t size = ring_peek(&channel->output, bytes, sizeof bytes);
        ssize_t sent = write(channel->descriptor, bytes, size);
        if (sent <= 0)
            break;
        ring_skip(&channel->output, (size_t)sent);
    }
    uint32_t events = channel->output.size > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
    sd_event_source_set_io_events(channel->source, events);
}

/* Reads until nothing is left. The listener may close the channel. */
static void drain(struct channel *channel)
{
    uint8_t bytes[READ_SIZE];
    for (int turn = 0; turn < READS_PER_TURN && channel->source; turn++) {
        ssize_t size = read(channel->descriptor, bytes, sizeof bytes);
        if (size > 0) {
            channel->receive(channel->context, bytes, (size_t)size, clock_us());
            continue;
        }
        int error = size < 0 ? errno : 0;
        if (!passing_error(error))
            channel->hang_up(channel, error);
        return;
    }
}

static int ready(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)descriptor;
    struct channel *channel = context;
    if (events & EPOLLOUT) {
        flush(channel);
        if (channel->output.size == 0 && channel->drained)
            channel->drained(channel->context);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        drain(channel);
    return 0;
}

int channel_open(struct channel *channel, struct loop *loop, int descriptor)
{
    channel->descriptor = descriptor;
    ring_init(&channel->output, channel->buffer, sizeof channel->buffer);
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
        sd_event_add_io(loop->event, &channel->source, descriptor, EPOLLIN, ready, channel) >= 0)
        return RESULT_OK;
    close(descriptor);
    channel->source = NULL;
    return RESULT_IO;
}

bool channel_is_open(const struct channel *channel)
{
    return channel->source != NULL;
}

void channel_write(struct channel *channel, const uint8_t *bytes, size_t size)
{
    if (!channel->source) {
        channel->lost_bytes += (uint32_t)size;
        return;
    }
    if (size > channel->output.capacity) {
        channel->lost_bytes += (uint32_t)(size - channel->output.capacity);
        bytes += size - channel->output.capacity;
        size = channel->output.capacity;
    }
    size_t space = channel->output.capacity - channel->output.size;
    if (size > space) {
        ring_skip(&channel->output, size - space);
        channel->lost_bytes += (uint32_t)(size - space);
    }
    ring_put(&channel->output, bytes, size);
    flush(channel);
}

void channel_close(struct channel *channel)
{
    if (!channel->source)
        return;
    channel->lost_bytes += (uint32_t)channel->output.size;
    channel->source = sd_event_source_disable_unref(channel->source);
    close(channel->descriptor);
}
