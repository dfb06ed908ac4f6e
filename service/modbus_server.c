/* SPDX-License-Identifier: Apache-2.0
 * Sockets, clients and their patience; a request is made into the serial one and answered by the
 * protocol. Where a serial line stays silent, a client is told why: 06, not ready yet or no pack
 * answers; 0B, no such unit or no host that is on.
 */
#include "service/modbus_server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "base/result.h"
#include "port/linux/channel.h"
#include "port/linux/socket.h"
#include "port/linux/url.h"
#include "port/port.h"
#include "protocols/rs485.h"
#include "wire/modbus_tcp.h"

enum {
    CHECK_MS = 1000,
    ADDRESS = 1, /* of a host on a serial line */
    NO_TARGET = 0x0B,
};

struct client {
    struct modbus_server *server;
    struct channel channel;
    uint64_t asked_us; /* last whole request, or the beginning */
    uint64_t half_us;  /* the first bytes of the next one came */
    uint16_t size;     /* of what is there of it */
    uint8_t bytes[MODBUS_TCP_SIZE_MAX];
};

struct modbus_server {
    struct loop *loop;
    const struct site *site;
    sd_event_source *source;
    struct loop_timer timer;
    struct url url;
    struct modbus_counts counts;
    struct client clients[MODBUS_CLIENT_MAX];
};

/* ---- Requests ---- */

/* False: there is no host that is on. */
static bool fill_battery(const struct modbus_server *server, struct serial_battery *battery)
{
    const struct device *host = site_host(server->site);
    if (host == NULL || !device_is_on(host))
        return false;
    *battery = (struct serial_battery){
        .own = device_snapshot(host),
        .params = device_params(host),
        .session = SESSION_LOCAL,
        .ready = bank_ready(&host->bank),
    };
    bank_view(&host->bank, &battery->view);
    return true;
}

static bool is_ours(uint8_t unit)
{
    return unit == 0 || unit == ADDRESS || unit == 0xFF;
}

/* Whether the function is one we know and its data are as long as it says; else the exception. */
static enum modbus_exception judge(const uint8_t *rtu, size_t size)
{
    int needed = modbus_request_size(rtu, size);
    if (needed == RESULT_UNKNOWN)
        return MODBUS_ILLEGAL_FUNCTION;
    return (size_t)needed == size ? MODBUS_NO_EXCEPTION : MODBUS_ILLEGAL_VALUE;
}

/* Writes the answer to a whole frame; returns its size. */
static size_t answer(const struct modbus_server *server, const uint8_t *frame, size_t size,
                     uint8_t *reply)
{
    struct serial_battery battery;
    uint8_t request[MODBUS_SIZE_MAX];
    uint8_t rtu[SERIAL_REPLY_MAX];
    size_t rtu_size = 0;
    if (!is_ours(modbus_tcp_unit(frame)) || !fill_battery(server, &battery))
        return modbus_tcp_exception(frame, (enum modbus_exception)NO_TARGET, reply);
    size_t request_size = modbus_tcp_to_rtu(frame, size, ADDRESS, request);
    enum modbus_exception exception = judge(request, request_size);
    if (exception != MODBUS_NO_EXCEPTION)
        return modbus_tcp_exception(frame, exception, reply);
    sunspec->answer(&battery, request, request_size, rtu, &rtu_size);
    if (rtu_size == 0)
        return modbus_tcp_exception(frame, MODBUS_BUSY, reply);
    return modbus_tcp_from_rtu(frame, rtu, rtu_size, reply);
}

static void drop(struct client *client, uint32_t *count)
{
    (*count)++;
    channel_close(&client->channel);
}

static void serve(struct client *client, const uint8_t *frame, size_t size, uint64_t now_us)
{
    struct modbus_server *server = client->server;
    uint8_t reply[MODBUS_TCP_SIZE_MAX];
    size_t reply_size = answer(server, frame, size, reply);
    const struct ring *output = &client->channel.output;
    client->asked_us = now_us;
    server->counts.requests++;
    server->counts.refused_requests += (reply[MODBUS_TCP_HEAD] & MODBUS_EXCEPTION_BIT) != 0;
    if (output->capacity - output->size < reply_size) /* a part of it would be none */
        drop(client, &server->counts.slow_clients);
    else
        channel_write(&client->channel, reply, reply_size);
}

/* Answers what is whole and keeps the rest. */
static void serve_all(struct client *client, uint64_t now_us)
{
    size_t at = 0;
    int size;
    while ((size = modbus_tcp_size(client->bytes + at, client->size - at)) > 0 &&
           at + (size_t)size <= client->size) {
        serve(client, client->bytes + at, (size_t)size, now_us);
        if (!channel_is_open(&client->channel))
            return;
        at += (size_t)size;
        client->half_us = now_us;
    }
    if (size == RESULT_UNKNOWN) {
        drop(client, &client->server->counts.broken_clients);
        return;
    }
    client->size = (uint16_t)(client->size - at);
    memmove(client->bytes, client->bytes + at, client->size);
}

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct client *client = context;
    while (size > 0 && channel_is_open(&client->channel)) {
        size_t room = sizeof(client->bytes) - client->size;
        size_t moved = size < room ? size : room;
        if (client->size == 0)
            client->half_us = now_us;
        memcpy(client->bytes + client->size, bytes, moved);
        client->size = (uint16_t)(client->size + moved);
        bytes += moved;
        size -= moved;
        serve_all(client, now_us);
    }
}

/* ---- Clients ---- */

static void hung_up(struct channel *channel, int error)
{
    (void)error;
    channel_close(channel);
}

static bool is_over(uint64_t now_us, uint64_t then_us, uint32_t seconds)
{
    return now_us - then_us > seconds * 1000000ull;
}

static void check(void *context, uint64_t due_us)
{
    struct modbus_server *server = context;
    uint64_t now_us = clock_us();
    (void)due_us;
    for (size_t i = 0; i < COUNT(server->clients); i++) {
        struct client *client = &server->clients[i];
        if (!channel_is_open(&client->channel))
            continue;
        if (client->size > 0 && is_over(now_us, client->half_us, MODBUS_HALF_REQUEST_S))
            drop(client, &server->counts.half_clients);
        else if (is_over(now_us, client->asked_us, MODBUS_IDLE_S))
            drop(client, &server->counts.idle_clients);
    }
}

static struct client *free_client(struct modbus_server *server)
{
    for (size_t i = 0; i < COUNT(server->clients); i++) {
        if (!channel_is_open(&server->clients[i].channel))
            return &server->clients[i];
    }
    return NULL;
}

static int accept_client(sd_event_source *source, int descriptor, uint32_t ready, void *context)
{
    (void)source;
    (void)ready;
    struct modbus_server *server = context;
    int accepted = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0)
        return 0;
    struct client *client = free_client(server);
    if (client == NULL) {
        server->counts.refused_clients++;
        close(accepted);
        return 0;
    }
    socket_set_no_delay(accepted);
    client->size = 0;
    client->asked_us = clock_us();
    channel_open(&client->channel, server->loop, accepted);
    return 0;
}

/* ---- Server ---- */

static void prepare(struct modbus_server *server)
{
    for (size_t i = 0; i < COUNT(server->clients); i++) {
        struct client *client = &server->clients[i];
        client->server = server;
        client->channel.context = client;
        client->channel.receive = received;
        client->channel.hang_up = hung_up;
    }
    server->timer.context = server;
    server->timer.tick = check;
}

static int listen_on(struct modbus_server *server, char *error)
{
    int descriptor = socket_listen(&server->url, error);
    if (descriptor < 0)
        return descriptor;
    if (sd_event_add_io(server->loop->event, &server->source, descriptor, EPOLLIN, accept_client,
                        server) < 0) {
        close(descriptor);
        return port_fail(error, "cannot add the socket to the loop");
    }
    sd_event_source_set_io_fd_own(server->source, 1);
    if (loop_timer_start(&server->timer, server->loop, CHECK_MS) < 0)
        return port_fail(error, "no timer");
    return RESULT_OK;
}

int modbus_server_start(struct modbus_server **made, struct loop *loop, const struct site *site,
                        const char *url, char *error)
{
    *made = NULL;
    if (url[0] == '\0')
        return RESULT_OK;
    struct modbus_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return port_fail(error, "no memory");
    server->loop = loop;
    server->site = site;
    prepare(server);
    int result = url_parse(&server->url, url, error);
    if (result == RESULT_OK && server->url.scheme != URL_MODBUS_TCP)
        result = port_fail(error, "'%.80s': modbus-tcp:[HOST:]PORT is expected", url);
    if (result == RESULT_OK)
        result = listen_on(server, error);
    if (result != RESULT_OK) {
        modbus_server_stop(server);
        return result;
    }
    *made = server;
    return RESULT_OK;
}

void modbus_server_stop(struct modbus_server *server)
{
    if (server == NULL)
        return;
    loop_timer_stop(&server->timer);
    server->source = sd_event_source_disable_unref(server->source);
    for (size_t i = 0; i < COUNT(server->clients); i++)
        channel_close(&server->clients[i].channel);
    free(server);
}

void modbus_server_describe(const struct modbus_server *server, char *text, size_t size)
{
    url_format(&server->url, text, size);
}

const struct modbus_counts *modbus_server_counts(const struct modbus_server *server)
{
    return &server->counts;
}
