/* SPDX-License-Identifier: Apache-2.0
 * One open descriptor in the loop with a bounded output buffer: reads what comes, writes without
 * waiting, drops the oldest bytes when the other side does not read. Does not know what it is
 * connected to. Must not move while open.
 */
#ifndef HEARTH_PORT_LINUX_CHANNEL_H
#define HEARTH_PORT_LINUX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "port/linux/loop.h"

#define CHANNEL_BUFFER_SIZE 4096

struct channel {
    sd_event_source *source; /* NULL: closed */
    int descriptor;
    uint32_t lost_bytes; /* kept over close and open */
    struct ring output;
    uint8_t buffer[CHANNEL_BUFFER_SIZE];
    /* Set by the owner before the first open. `hang_up` may close the channel and open it anew. */
    void *context;
    void (*receive)(void *context, const uint8_t *bytes, size_t size, uint64_t now_us);
    void (*hang_up)(struct channel *channel, int error); /* errno value, 0 at end of file */
    void (*drained)(void *context); /* what had to wait was sent; may be NULL */
};

/* Takes over the descriptor (made non-blocking); closes it if that fails. */
int channel_open(struct channel *channel, struct loop *loop, int descriptor);
bool channel_is_open(const struct channel *channel);
void channel_write(struct channel *channel, const uint8_t *bytes, size_t size);

/* Closes the descriptor; what was not sent is lost and counted. Nothing happens when closed. */
void channel_close(struct channel *channel);

#endif
