/* SPDX-License-Identifier: Apache-2.0
 * Builds the HTTP answers of the web service. Knows no address and no content.
 */
#include "service/web_reply.h"

#include <string.h>

#include "base/number.h"
#include "ui/json.h"

#define ERROR_SIZE_MAX 512

#define CONTENT                                                                                    \
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; "             \
    "frame-ancestors 'none'"

/* The page needs nothing from elsewhere; a browser is told so. */
static const struct web_header protective[] = {
    {"Content-Security-Policy",      CONTENT      },
    {"X-Content-Type-Options",       "nosniff"    },
    {"Referrer-Policy",              "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

enum MHD_Result web_reply_send(struct MHD_Connection *connection, unsigned status,
                               struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < COUNT(protective); i++)
        MHD_add_response_header(response, protective[i].name, protective[i].value);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result web_reply_json(struct MHD_Connection *connection, unsigned status, const char *text,
                               size_t size, struct web_header header)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/json");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (header.name != NULL)
        MHD_add_response_header(response, header.name, header.value);
    return web_reply_send(connection, status, response);
}

enum MHD_Result web_reply_error(struct MHD_Connection *connection, unsigned status,
                                const char *message, struct web_header header)
{
    char text[ERROR_SIZE_MAX];
    struct text_writer writer;
    writer_init(&writer, text, sizeof(text));
    json_open(&writer, '{');
    json_put_string(&writer, "error", message);
    json_close(&writer, '}');
    return web_reply_json(connection, status, text, writer.used, header);
}

enum MHD_Result web_reply_constant(struct MHD_Connection *connection, const char *type,
                                   const char *tag, const void *bytes, size_t size)
{
    const char *known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
    bool unchanged = known != NULL && strstr(known, tag) != NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        unchanged ? 0 : size, (void *)bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-cache");
    MHD_add_response_header(response, "ETag", tag);
    return web_reply_send(connection, unchanged ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}
