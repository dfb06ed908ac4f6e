/* SPDX-License-Identifier: Apache-2.0
 * Streams of events over libmicrohttpd: its reader callback takes from the queue and suspends the
 * connection when the queue is empty; queueing resumes it. Knows no content.
 */
#include "service/web_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "service/web_reply.h"

#define BLOCK_SIZE 4096 /* given to MHD at a time */

static ssize_t take(void *context, uint64_t position, char *buffer, size_t size)
{
    struct web_stream *stream = context;
    (void)position;
    if (stream->used == 0) {
        if (stream->all->closing)
            return MHD_CONTENT_READER_END_OF_STREAM;
        MHD_suspend_connection(stream->connection);
        stream->suspended = true;
        return 0;
    }
    size_t part = stream->used < size ? stream->used : size;
    memcpy(buffer, stream->queue, part);
    memmove(stream->queue, stream->queue + part, stream->used - part);
    stream->used -= part;
    return (ssize_t)part;
}

static void forget(void *context)
{
    struct web_stream *stream = context;
    free(stream->queue);
    stream->all->count--;
    *stream = (struct web_stream){.all = stream->all};
}

static uint32_t address_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr->sa_family != AF_INET)
        return 0;
    struct sockaddr_in address;
    memcpy(&address, info->client_addr, sizeof(address));
    return address.sin_addr.s_addr;
}

static size_t count_address(const struct web_streams *streams, uint32_t address)
{
    size_t count = 0;
    for (size_t i = 0; i < STREAM_MAX; i++)
        count += streams->stream[i].connection != NULL && streams->stream[i].address == address;
    return count;
}

static struct web_stream *find_free(struct web_streams *streams)
{
    for (size_t i = 0; i < STREAM_MAX; i++) {
        if (streams->stream[i].connection == NULL)
            return &streams->stream[i];
    }
    return NULL;
}

static void wake(struct web_stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

static bool reserve(struct web_stream *stream, size_t size)
{
    if (stream->used + size <= stream->capacity)
        return true;
    if (stream->used + size > STREAM_QUEUE_MAX)
        return false;
    char *queue = realloc(stream->queue, stream->used + size);
    if (queue == NULL)
        return false;
    stream->queue = queue;
    stream->capacity = stream->used + size;
    return true;
}

static void append(struct web_stream *stream, const char *bytes, size_t size)
{
    memcpy(stream->queue + stream->used, bytes, size);
    stream->used += size;
}

enum MHD_Result web_stream_open(struct web_streams *streams, struct MHD_Connection *connection,
                                struct web_stream **stream)
{
    uint32_t address = address_of(connection);
    struct web_stream *new = find_free(streams);
    struct web_header retry = {"Retry-After", "5"};
    *stream = NULL;
    if (new == NULL || streams->closing)
        return web_reply_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                               "too many event streams are open: at most 64", retry);
    if (count_address(streams, address) >= STREAM_ADDRESS_MAX)
        return web_reply_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                               "too many event streams from this address: at most 8", retry);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, take, new, forget);
    if (response == NULL)
        return MHD_NO;
    *new = (struct web_stream){.all = streams, .connection = connection, .address = address};
    streams->count++;
    MHD_add_response_header(response, "Content-Type", "text/event-stream");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = web_reply_send(connection, MHD_HTTP_OK, response);
    if (result == MHD_YES)
        *stream = new;
    return result;
}

void web_stream_event(struct web_stream *stream, const char *type, const char *text, size_t size)
{
    static const char head[] = "event: ";
    static const char middle[] = "\ndata: ";
    static const char tail[] = "\n\n";
    size_t type_size = strlen(type);
    size_t whole = sizeof(head) + sizeof(middle) + sizeof(tail) - 3 + type_size + size;
    if (!reserve(stream, whole)) {
        stream->all->events_lost++;
        return;
    }
    append(stream, head, sizeof(head) - 1);
    append(stream, type, type_size);
    append(stream, middle, sizeof(middle) - 1);
    append(stream, text, size);
    append(stream, tail, sizeof(tail) - 1);
    wake(stream);
}

void web_stream_keep_alive(struct web_stream *stream)
{
    static const char comment[] = ": keep-alive\n\n";
    if (!reserve(stream, sizeof(comment) - 1))
        return;
    append(stream, comment, sizeof(comment) - 1);
    wake(stream);
}

void web_stream_close_all(struct web_streams *streams)
{
    streams->closing = true;
    for (size_t i = 0; i < STREAM_MAX; i++) {
        if (streams->stream[i].connection == NULL)
            continue;
        streams->stream[i].used = 0;
        wake(&streams->stream[i]);
    }
}
