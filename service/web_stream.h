/* SPDX-License-Identifier: Apache-2.0
 * Server-Sent Events: the open streams of the web service, each with its own queue. A stream with
 * nothing to send is suspended. A page that reads too slowly loses whole events, counted.
 */
#ifndef HEARTH_SERVICE_WEB_STREAM_H
#define HEARTH_SERVICE_WEB_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microhttpd.h>

#define STREAM_MAX 64
#define STREAM_ADDRESS_MAX 8    /* from one address */
#define STREAM_QUEUE_MAX 524288 /* bytes waiting in one stream */

struct web_stream {
    struct web_streams *all;
    struct MHD_Connection *connection; /* NULL: free */
    bool suspended;
    char *queue;
    size_t used;
    size_t capacity;
    uint32_t address; /* IPv4, network order */
};

struct web_streams {
    struct web_stream stream[STREAM_MAX];
    size_t count;
    uint32_t events_lost;
    bool closing;
};

/* Answers with a new stream, or with 503 and the reason. `*stream` is NULL then. */
enum MHD_Result web_stream_open(struct web_streams *streams, struct MHD_Connection *connection,
                                struct web_stream **stream);

/* Queues "event: type, data: text" (the text has no line break). */
void web_stream_event(struct web_stream *stream, const char *type, const char *text, size_t size);

/* Queues a comment that only keeps the connection alive. */
void web_stream_keep_alive(struct web_stream *stream);

/* Lets every stream end; they are gone once MHD has run. */
void web_stream_close_all(struct web_streams *streams);

#endif
