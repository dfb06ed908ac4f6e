/* SPDX-License-Identifier: Apache-2.0
 * HTTP answers of the web service: JSON texts, errors as {"error": "..."}, entity tags. Every
 * answer carries the same protective headers.
 */
#ifndef HEARTH_SERVICE_WEB_REPLY_H
#define HEARTH_SERVICE_WEB_REPLY_H

#include <stddef.h>

#include <microhttpd.h>

/* Header that an answer may carry besides the usual ones; name NULL: none. */
struct web_header {
    const char *name;
    const char *value;
};

/* Adds the protective headers, queues and releases the response. */
enum MHD_Result web_reply_send(struct MHD_Connection *connection, unsigned status,
                               struct MHD_Response *response);

/* Copies the text. */
enum MHD_Result web_reply_json(struct MHD_Connection *connection, unsigned status, const char *text,
                               size_t size, struct web_header header);

/* {"error": message} */
enum MHD_Result web_reply_error(struct MHD_Connection *connection, unsigned status,
                                const char *message, struct web_header header);

/* Bytes that outlive the server, with an entity tag: 304 when the browser has them. */
enum MHD_Result web_reply_constant(struct MHD_Connection *connection, const char *type,
                                   const char *tag, const void *bytes, size_t size);

#endif
