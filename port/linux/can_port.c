/* SPDX-License-Identifier: Apache-2.0
 * The kinds of CAN ports behind one face: a table of what each does to open, write, close.
 */
#include "port/linux/can_port.h"

#include <string.h>

#include "base/result.h"

struct can_kind {
    int (*open)(struct can_port *port, char *error);
    void (*write)(struct can_port *port, const struct can_frame *frame);
    void (*close)(struct can_port *port);
};

static int open_socketcan(struct can_port *port, char *error)
{
    return socketcan_open(&port->by.socketcan, &port->common, error);
}

static void write_socketcan(struct can_port *port, const struct can_frame *frame)
{
    socketcan_write(&port->by.socketcan, frame);
}

static void close_socketcan(struct can_port *port)
{
    socketcan_close(&port->by.socketcan);
}

static int open_slcan(struct can_port *port, char *error)
{
    return slcan_open(&port->by.slcan, &port->common, error);
}

static void write_slcan(struct can_port *port, const struct can_frame *frame)
{
    slcan_write(&port->by.slcan, frame);
}

static void close_slcan(struct can_port *port)
{
    slcan_close(&port->by.slcan);
}

static int open_udpcan(struct can_port *port, char *error)
{
    return udpcan_open(&port->by.udpcan, &port->common, error);
}

static void write_udpcan(struct can_port *port, const struct can_frame *frame)
{
    udpcan_write(&port->by.udpcan, frame);
}

static void close_udpcan(struct can_port *port)
{
    udpcan_close(&port->by.udpcan);
}

static int open_log(struct can_port *port, char *error)
{
    return log_file_open(&port->by.log_file, port->common.url.name, error);
}

static void write_log(struct can_port *port, const struct can_frame *frame)
{
    log_file_write_frame(&port->by.log_file, frame);
    port->common.counts.lost_frames = port->by.log_file.lost_lines;
}

static void close_log(struct can_port *port)
{
    log_file_close(&port->by.log_file);
}

static int open_player(struct can_port *port, char *error)
{
    return log_player_open(&port->by.log_player, &port->common, error);
}

/* One can only listen to the past. */
static void write_player(struct can_port *port, const struct can_frame *frame)
{
    (void)frame;
    port->common.counts.lost_frames++;
}

static void close_player(struct can_port *port)
{
    log_player_close(&port->by.log_player);
}

static const struct can_kind socketcan_kind = {open_socketcan, write_socketcan, close_socketcan};
static const struct can_kind slcan_kind = {open_slcan, write_slcan, close_slcan};
static const struct can_kind udpcan_kind = {open_udpcan, write_udpcan, close_udpcan};
static const struct can_kind log_kind = {open_log, write_log, close_log};
static const struct can_kind player_kind = {open_player, write_player, close_player};

static const struct can_kind *const kinds[URL_SCHEME_COUNT] = {
    [URL_CAN] = &socketcan_kind,
    [URL_SLCAN] = &slcan_kind,
    [URL_UDPCAN] = &udpcan_kind,
    [URL_LOG] = &log_kind,
};

static const struct can_kind *find_kind(const struct url *url)
{
    if (url->scheme == URL_LOG && url->option != URL_LOG_WRITTEN)
        return &player_kind;
    return kinds[url->scheme];
}

int can_port_open(struct can_port *port, struct loop *loop, const char *url,
                  const struct can_listener *listener, char *error)
{
    *port = (struct can_port){
        .common = {.loop = loop, .listener = *listener}
    };
    int result = url_parse(&port->common.url, url, error);
    if (result != RESULT_OK)
        return result;
    const struct can_kind *kind = find_kind(&port->common.url);
    if (!kind) {
        port_fail(error, "'%.60s' is not a CAN port; accepted: can: slcan: udpcan: log:", url);
        return RESULT_UNKNOWN;
    }
    result = kind->open(port, error);
    if (result == RESULT_OK)
        port->kind = kind;
    return result;
}

void can_port_write(struct can_port *port, const struct can_frame *frame)
{
    if (port->kind)
        port->kind->write(port, frame);
}

int can_port_filter(struct can_port *port, const struct can_id *ids, size_t count)
{
    if (count == 0 || count > CAN_WANTED_MAX)
        return RESULT_NO_SPACE;
    memcpy(port->common.wanted, ids, count * sizeof *ids);
    port->common.wanted_count = count;
    if (port->kind == &socketcan_kind)
        socketcan_filter(&port->by.socketcan);
    return RESULT_OK;
}

void can_port_close(struct can_port *port)
{
    if (port->kind)
        port->kind->close(port);
    port->kind = NULL;
}

void can_port_describe(const struct can_port *port, char *text, size_t size)
{
    url_format(&port->common.url, text, size);
}

const char *can_port_trouble(const struct can_port *port)
{
    return port->kind ? port->common.trouble : "closed";
}

const struct can_counts *can_port_counts(const struct can_port *port)
{
    return &port->common.counts;
}
