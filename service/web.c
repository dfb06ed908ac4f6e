/* SPDX-License-Identifier: Apache-2.0
 * Life of the web service in the daemon's loop: its socket, libmicrohttpd's epoll descriptor and
 * time-out, the events of every second, and an end that is clean with pages still open.
 */
#include "service/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/web_fault.h"
#include "service/web_json.h"
#include "service/web_parts.h"
#include "service/web_uart.h"
#include "ui/json.h"
#include "ui/schema.h"

#define TICK_US 1000000
#define TICK_ACCURACY_US 10000
#define KEEP_ALIVE_TICKS 10
#define CONNECTION_MAX 128
#define CONNECTION_MEMORY 8192
#define CONNECTION_TIMEOUT_S 30
#define STOP_ROUNDS 64 /* of MHD_run until every stream has ended */

static void send_all(struct web *web, struct web_stream *only, const char *type,
                     const struct text_writer *writer)
{
    if (writer->overflow) {
        web->streams.events_lost++;
        return;
    }
    for (size_t i = 0; i < STREAM_MAX; i++) {
        struct web_stream *stream = &web->streams.stream[i];
        if (stream->connection != NULL && (only == NULL || only == stream))
            web_stream_event(stream, type, writer->buffer, writer->used);
    }
}

static void show_packs(struct web *web, struct web_stream *only)
{
    size_t count = web->source.pack_count(web->source.context);
    for (size_t position = 0; position < count; position++) {
        struct text_writer writer;
        writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
        web_json_pack(&writer, &web->source, position);
        send_all(web, only, "pack", &writer);
    }
}

static void show_frames(struct web *web, struct web_stream *only)
{
    struct web_frame frames[WEB_FRAME_MAX];
    size_t count = web->source.frames(web->source.context, frames, WEB_FRAME_MAX);
    for (size_t i = 0; i < count; i++) {
        struct text_writer writer;
        writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
        web_json_frame(&writer, &frames[i]);
        send_all(web, only, "frame", &writer);
    }
}

void web_show_all(struct web *web, struct web_stream *only)
{
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_json_bank(&writer, &web->source);
    send_all(web, only, "bank", &writer);
    show_packs(web, only);
    show_frames(web, only);
}

void web_show_result(struct web *web, const struct web_ticket *ticket)
{
    struct text_writer writer;
    writer_init(&writer, web->text, WEB_JSON_SIZE_MAX);
    web_command_json(&writer, ticket);
    send_all(web, NULL, "result", &writer);
}

/* Lets MHD work, then sets the timer to when it wants to work again. */
static void run(struct web *web)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    MHD_run(web->daemon);
    if (MHD_get_timeout(web->daemon, &wait_ms) != MHD_YES) {
        sd_event_source_set_enabled(web->timeout, SD_EVENT_OFF);
        return;
    }
    sd_event_source_set_time_relative(web->timeout, wait_ms * 1000);
    sd_event_source_set_enabled(web->timeout, SD_EVENT_ONESHOT);
}

static int on_ready(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)descriptor;
    (void)events;
    run(context);
    return 0;
}

static int on_timeout(sd_event_source *source, uint64_t time_us, void *context)
{
    (void)source;
    (void)time_us;
    run(context);
    return 0;
}

static int on_tick(sd_event_source *source, uint64_t time_us, void *context)
{
    struct web *web = context;
    (void)time_us;
    web->ticks++;
    if (web->streams.count > 0) {
        web_show_all(web, NULL);
        for (size_t i = 0; i < STREAM_MAX && web->ticks % KEEP_ALIVE_TICKS == 0; i++) {
            if (web->streams.stream[i].connection != NULL)
                web_stream_keep_alive(&web->streams.stream[i]);
        }
        run(web);
    }
    sd_event_source_set_time_relative(source, TICK_US);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

/* A listening socket on loopback, or -errno. */
static int listen_on(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t size = sizeof(address);
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return -errno;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 64) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        int error = -errno;
        close(listener);
        return error;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

static int start_daemon(struct web *web, uint16_t port)
{
    web->port = port;
    int listener = listen_on(&web->port);
    if (listener < 0)
        return listener;
    web->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                                   web_route, web, MHD_OPTION_LISTEN_SOCKET, listener,
                                   MHD_OPTION_CONNECTION_LIMIT, CONNECTION_MAX,
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                   MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S,
                                   MHD_OPTION_NOTIFY_COMPLETED, web_route_end, web, MHD_OPTION_END);
    if (web->daemon != NULL)
        return 0;
    close(listener);
    return -EIO;
}

static int join_loop(struct web *web, sd_event *loop)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return -EIO;
    int result = sd_event_add_io(loop, &web->ready, info->epoll_fd, EPOLLIN, on_ready, web);
    if (result >= 0)
        result = sd_event_add_time_relative(loop, &web->timeout, CLOCK_MONOTONIC, 0, 1000,
                                            on_timeout, web);
    if (result >= 0)
        result = sd_event_add_time_relative(loop, &web->tick, CLOCK_MONOTONIC, TICK_US,
                                            TICK_ACCURACY_US, on_tick, web);
    return result;
}

/* FNV-1a; the tag only has to differ when the tables differ. */
static void make_schema(struct web *web)
{
    struct text_writer writer;
    uint64_t hash = 0xCBF29CE484222325;
    writer_init(&writer, web->schema, SCHEMA_SIZE_MAX);
    json_open(&writer, '{');
    schema_tables(&writer);
    web_fault_schema(&writer);
    web_uart_schema(&writer);
    json_close(&writer, '}');
    web->schema_size = writer.used;
    for (size_t i = 0; i < writer.used; i++)
        hash = (hash ^ (uint8_t)writer.buffer[i]) * 0x100000001B3;
    writer_init(&writer, web->schema_tag, sizeof(web->schema_tag));
    writer_character(&writer, '"');
    writer_hex(&writer, (uint32_t)(hash >> 32), 8);
    writer_hex(&writer, (uint32_t)hash, 8);
    writer_character(&writer, '"');
}

int web_start(struct web **web, sd_event *loop, uint16_t port, const struct web_source *source)
{
    struct web *new = calloc(1, sizeof(*new));
    *web = NULL;
    if (new == NULL)
        return -ENOMEM;
    new->source = *source;
    new->commands.source = &new->source;
    new->text = malloc(WEB_JSON_SIZE_MAX);
    new->schema = malloc(SCHEMA_SIZE_MAX);
    int result = new->text != NULL &&new->schema != NULL ? 0 : -ENOMEM;
    if (result == 0) {
        signal(SIGPIPE, SIG_IGN);
        make_schema(new);
        result = start_daemon(new, port);
    }
    if (result >= 0)
        result = join_loop(new, loop);
    if (result < 0) {
        web_stop(new);
        return result;
    }
    *web = new;
    return 0;
}

uint16_t web_port(const struct web *web)
{
    return web->port;
}

void web_finish(struct web *web, uint32_t ticket, const char *reason)
{
    struct web_ticket *found = web_command_find(&web->commands, ticket);
    if (found == NULL || found->answer != WEB_PENDING)
        return;
    web_command_finish(found, reason);
    web_show_result(web, found);
    run(web);
}

void web_stop(struct web *web)
{
    if (web == NULL)
        return;
    sd_event_source_disable_unref(web->tick);
    sd_event_source_disable_unref(web->timeout);
    sd_event_source_disable_unref(web->ready);
    if (web->daemon != NULL) {
        /* MHD aborts when it is stopped with a suspended connection. */
        web_stream_close_all(&web->streams);
        for (int round = 0; round < STOP_ROUNDS && web->streams.count > 0; round++)
            MHD_run(web->daemon);
        MHD_stop_daemon(web->daemon);
    }
    free(web->schema);
    free(web->text);
    free(web);
}
