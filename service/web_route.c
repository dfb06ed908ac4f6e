/* SPDX-License-Identifier: Apache-2.0
 * Requests: who may ask (this machine, from this page), which answer belongs to which path, and the
 * body of a POST. Foreign Host names (DNS rebinding) and foreign Origins are refused.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "service/web_json.h"
#include "service/web_parts.h"
#include "service/web_reply.h"
#include "ui/brands_json.h"
#include "ui/cable_json.h"

#define EVENTS_USUAL 50
#define BODY_MAX 2048       /* of a command */
#define DISCARD_MAX 1048576 /* of a body that is too long: then the connection is cut */

struct request {
    size_t size;
    char body[BODY_MAX];
};

typedef enum MHD_Result answer_function(struct web *web, struct MHD_Connection *connection,
                                        const char *rest, const struct request *request);

static const struct web_header no_header;

static enum MHD_Result reply_text(struct MHD_Connection *connection,
                                  const struct text_writer *writer)
{
    if (writer->overflow)
        return web_reply_error(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "answer is too long",
                               no_header);
    return web_reply_json(connection, MHD_HTTP_OK, writer->buffer, writer->used, no_header);
}

static enum MHD_Result reply_missing(struct MHD_Connection *connection, const char *what)
{
    return web_reply_error(connection, MHD_HTTP_NOT_FOUND, what, no_header);
}

/* Decimal digits only; false for anything else. */
static bool parse_number(const char *text, uint32_t *number)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0')
        return false;
    *number = (uint32_t)strtoul(text, NULL, 10);
    return true;
}

static enum MHD_Result get_schema(struct web *web, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    return web_reply_constant(connection, "application/json", web->schema_tag, web->schema,
                              web->schema_size);
}

static enum MHD_Result get_cable(struct web *web, struct MHD_Connection *connection,
                                 const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    cable_json(&writer);
    return reply_text(connection, &writer);
}

static enum MHD_Result get_brands(struct web *web, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    brands_json(&writer);
    return reply_text(connection, &writer);
}

static enum MHD_Result get_diagnostics(struct web *web, struct MHD_Connection *connection,
                                       const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_json_diagnostics(&writer, &web->source);
    return reply_text(connection, &writer);
}

static enum MHD_Result get_bank(struct web *web, struct MHD_Connection *connection,
                                const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_json_bank(&writer, &web->source);
    return reply_text(connection, &writer);
}

static enum MHD_Result get_packs(struct web *web, struct MHD_Connection *connection,
                                 const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_json_packs(&writer, &web->source);
    return reply_text(connection, &writer);
}

/* Number of the query "?count=N", `otherwise` when there is none; 0 when it is no good. */
static uint32_t asked_count(struct MHD_Connection *connection, uint32_t otherwise, uint32_t max)
{
    uint32_t count = otherwise;
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "count");
    if (text != NULL && (!parse_number(text, &count) || count > max))
        return 0;
    return count;
}

/* Splits "N/word" or "N"; `*word` is "" without a word. False when N is no number. */
static bool parse_pack(const char *rest, int *number, const char **word)
{
    char digits[4] = "";
    uint32_t value;
    size_t size = strcspn(rest, "/");
    if (size >= sizeof(digits))
        return false;
    memcpy(digits, rest, size);
    *word = rest + size + (rest[size] == '/');
    if (!parse_number(digits, &value) || (rest[size] == '/' && **word == '\0'))
        return false;
    *number = (int)value;
    return true;
}

static enum MHD_Result get_pack(struct web *web, struct MHD_Connection *connection,
                                const char *rest, const struct request *request)
{
    (void)request;
    int number;
    const char *word;
    struct web_pack pack;
    int position = -1;
    if (parse_pack(rest, &number, &word))
        position = web_find_pack(&web->source, number, &pack);
    if (position < 0)
        return reply_missing(connection, "no such pack");
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    if (strcmp(word, "events") == 0) {
        uint32_t count = asked_count(connection, EVENTS_USUAL, WEB_EVENTS_MAX);
        if (count == 0)
            return web_reply_error(connection, MHD_HTTP_BAD_REQUEST, "count is 1 to 500",
                                   no_header);
        web_json_events(&writer, &web->source, (size_t)position, count);
        return reply_text(connection, &writer);
    }
    if (word[0] != '\0')
        return reply_missing(connection, "no such view of a pack");
    web_json_pack_settings(&writer, &web->source, (size_t)position,
                           web_command_logged_in(&web->commands, connection, number));
    return reply_text(connection, &writer);
}

static enum MHD_Result get_result(struct web *web, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    (void)request;
    uint32_t number;
    const struct web_ticket *ticket = NULL;
    if (parse_number(rest, &number))
        ticket = web_command_find(&web->commands, number);
    if (ticket == NULL)
        return reply_missing(connection, "no such ticket, or no longer");
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_command_json(&writer, ticket);
    return reply_text(connection, &writer);
}

static enum MHD_Result get_events(struct web *web, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    (void)rest;
    (void)request;
    struct web_stream *stream;
    enum MHD_Result result = web_stream_open(&web->streams, connection, &stream);
    if (stream != NULL)
        web_show_all(web, stream);
    return result;
}

static bool is_json(struct MHD_Connection *connection)
{
    static const char json[] = "application/json";
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    if (type == NULL || strncasecmp(type, json, sizeof(json) - 1) != 0)
        return false;
    char next = type[sizeof(json) - 1];
    return next == '\0' || next == ';' || next == ' ';
}

static enum MHD_Result post(struct web *web, struct MHD_Connection *connection,
                            const struct request *request, struct web_post post)
{
    if (!is_json(connection))
        return web_reply_error(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                               "content type must be application/json", no_header);
    if (request->size > BODY_MAX)
        return web_reply_error(connection, MHD_HTTP_CONTENT_TOO_LARGE,
                               "a command has at most 2048 bytes", no_header);
    struct web_ticket *ticket;
    post.body = request->body;
    post.size = request->size;
    enum MHD_Result result = web_command_post(&web->commands, connection, &post, &ticket);
    if (ticket != NULL && ticket->answer != WEB_PENDING)
        web_show_result(web, ticket);
    return result;
}

static enum MHD_Result post_command(struct web *web, struct MHD_Connection *connection,
                                    const char *rest, const struct request *request)
{
    (void)rest;
    return post(web, connection, request, (struct web_post){.pack = -1});
}

/* POST /api/packs/N/WORD is the command WORD for pack N. */
static enum MHD_Result post_pack(struct web *web, struct MHD_Connection *connection,
                                 const char *rest, const struct request *request)
{
    struct web_post command = {0};
    if (!parse_pack(rest, &command.pack, &command.name) || command.pack >= PACK_MAX)
        return reply_missing(connection, "no such pack");
    return post(web, connection, request, command);
}

static enum MHD_Result post_fault(struct web *web, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    (void)rest;
    return post(web, connection, request, (struct web_post){.name = "fault", .pack = -1});
}

/* A path that ends in '/' stands for all below it. */
static const struct route {
    const char *method;
    const char *path;
    answer_function *answer;
} routes[] = {
    {"GET",  "/api/schema",      get_schema     },
    {"GET",  "/api/cable",       get_cable      },
    {"GET",  "/api/brands",      get_brands     },
    {"GET",  "/api/diagnostics", get_diagnostics},
    {"GET",  "/api/bank",        get_bank       },
    {"GET",  "/api/packs",       get_packs      },
    {"GET",  "/api/packs/",      get_pack       },
    {"GET",  "/api/results/",    get_result     },
    {"GET",  "/events",          get_events     },
    {"POST", "/api/commands",    post_command   },
    {"POST", "/api/packs/",      post_pack      },
    {"POST", "/api/fault",       post_fault     },
};

static bool is_under(const struct route *route, const char *path, const char **rest)
{
    size_t size = strlen(route->path);
    *rest = path + size;
    return strncmp(path, route->path, size) == 0 &&
           (route->path[size - 1] == '/' || **rest == '\0');
}

/* NULL with the methods that would be right in `allowed`, empty when the path leads nowhere. */
static const struct route *find_route(const char *path, const char *method, const char **rest,
                                      struct text_writer *allowed)
{
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (!is_under(&routes[i], path, rest))
            continue;
        if (strcmp(routes[i].method, method) == 0)
            return &routes[i];
        writer_text(allowed, allowed->used > 0 ? ", " : "");
        writer_text(allowed, routes[i].method);
    }
    return NULL;
}

static const struct web_file *find_file(const char *path)
{
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (size_t i = 0; i < web_file_count; i++) {
        if (strcmp(web_files[i].path, path) == 0)
            return &web_files[i];
    }
    return NULL;
}

static bool is_local_host(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1"};
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t size = strlen(names[i]);
        if (strncasecmp(host, names[i], size) == 0 && (host[size] == '\0' || host[size] == ':'))
            return true;
    }
    return false;
}

/* A page of ours has the origin http://HOST; a program sends none. */
static bool is_permitted(struct MHD_Connection *connection)
{
    static const char scheme[] = "http://";
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    if (host == NULL || !is_local_host(host))
        return false;
    return origin == NULL || (strncasecmp(origin, scheme, sizeof(scheme) - 1) == 0 &&
                              strcasecmp(origin + sizeof(scheme) - 1, host) == 0);
}

static enum MHD_Result refuse_method(struct MHD_Connection *connection, const char *allowed)
{
    struct web_header allow = {"Allow", allowed};
    return web_reply_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed here",
                           allow);
}

static enum MHD_Result answer(struct web *web, struct MHD_Connection *connection, const char *path,
                              const char *method, const struct request *request)
{
    if (!is_permitted(connection))
        return web_reply_error(connection, MHD_HTTP_FORBIDDEN,
                               "only pages and programs of this machine may ask", no_header);
    const char *rest;
    char methods[32];
    struct text_writer allowed;
    writer_init(&allowed, methods, sizeof(methods));
    const struct route *route = find_route(path, method, &rest, &allowed);
    if (route != NULL)
        return route->answer(web, connection, rest, request);
    if (allowed.used > 0)
        return refuse_method(connection, methods);
    const struct web_file *file = find_file(path);
    if (file == NULL)
        return reply_missing(connection, "no such page");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(connection, "GET, HEAD");
    return web_reply_constant(connection, file->type, file->tag, file->bytes, file->size);
}

static enum MHD_Result receive(struct request *request, const char *upload, size_t *size)
{
    if (request->size + *size <= BODY_MAX)
        memcpy(request->body + request->size, upload, *size);
    request->size += *size;
    *size = 0;
    return request->size <= DISCARD_MAX ? MHD_YES : MHD_NO;
}

enum MHD_Result web_route(void *context, struct MHD_Connection *connection, const char *path,
                          const char *method, const char *version, const char *upload,
                          size_t *upload_size, void **request)
{
    (void)version;
    if (*request == NULL) {
        *request = calloc(1, sizeof(struct request));
        return *request != NULL ? MHD_YES : MHD_NO;
    }
    if (*upload_size > 0)
        return receive(*request, upload, upload_size);
    return answer(context, connection, path, method, *request);
}

void web_route_end(void *context, struct MHD_Connection *connection, void **request,
                   enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*request);
    *request = NULL;
}
