/* SPDX-License-Identifier: Apache-2.0
 * Inside of the web service, shared by web.c (life, loop, events) and web_route.c (requests).
 */
#ifndef HEARTH_SERVICE_WEB_PARTS_H
#define HEARTH_SERVICE_WEB_PARTS_H

#include <systemd/sd-event.h>

#include "service/web.h"
#include "service/web_command.h"
#include "service/web_stream.h"

#define WEB_TAG_SIZE 20 /* of an entity tag: 16 digits, quotes, NUL */

/* A file of the front end, embedded at build time. */
struct web_file {
    const char *path; /* "/app.js" */
    const char *type;
    const char *tag; /* entity tag with its quotes */
    const unsigned char *bytes;
    size_t size;
};

extern const struct web_file web_files[];
extern const size_t web_file_count;

struct web {
    struct web_source source;
    struct MHD_Daemon *daemon;
    uint16_t port;
    sd_event_source *ready; /* MHD's epoll descriptor */
    sd_event_source *timeout;
    sd_event_source *tick;
    uint32_t ticks;
    struct web_streams streams;
    struct web_commands commands;
    char *text; /* WEB_JSON_SIZE_MAX, for one answer or event at a time */
    char *schema;
    size_t schema_size;
    char schema_tag[WEB_TAG_SIZE];
};

/* MHD's callbacks. `context` is the struct web. */
enum MHD_Result web_route(void *context, struct MHD_Connection *connection, const char *path,
                          const char *method, const char *version, const char *upload,
                          size_t *upload_size, void **request);
void web_route_end(void *context, struct MHD_Connection *connection, void **request,
                   enum MHD_RequestTerminationCode code);

/* Queues everything there is to see in one stream. */
void web_show_all(struct web *web, struct web_stream *stream);

/* Tells every stream the state of a ticket. */
void web_show_result(struct web *web, const struct web_ticket *ticket);

#endif
