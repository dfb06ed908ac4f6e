/* SPDX-License-Identifier: Apache-2.0
 * The kinds of CAN ports behind one face.
 */
#include "port/linux/can_port.h"

#include "base/result.h"

struct can_kind {
    int (*open)(struct can_port *port, struct loop *loop, char *error);
    void (*write)(struct can_port *port, const struct can_frame *frame);
    void (*close)(struct can_port *port);
    uint32_t (*lost_frames)(const struct can_port *port);
};

static int open_udpcan(struct can_port *port, struct loop *loop, char *error)
{
    return udpcan_open(&port->by.udpcan, loop, &port->url, error);
}

static void write_udpcan(struct can_port *port, const struct can_frame *frame)
{
    udpcan_write(&port->by.udpcan, frame);
}

static void close_udpcan(struct can_port *port)
{
    udpcan_close(&port->by.udpcan);
}

static uint32_t udpcan_lost(const struct can_port *port)
{
    return port->by.udpcan.lost_frames;
}

static int open_log(struct can_port *port, struct loop *loop, char *error)
{
    (void)loop;
    return log_file_open(&port->by.log_file, port->url.name, error);
}

static void write_log(struct can_port *port, const struct can_frame *frame)
{
    log_file_write_frame(&port->by.log_file, frame);
}

static void close_log(struct can_port *port)
{
    log_file_close(&port->by.log_file);
}

static uint32_t log_lost(const struct can_port *port)
{
    return port->by.log_file.lost_lines;
}

static const struct can_kind udpcan_kind = {open_udpcan, write_udpcan, close_udpcan, udpcan_lost};
static const struct can_kind log_kind = {open_log, write_log, close_log, log_lost};

static const struct can_kind *find_kind(const struct url *url, const char *text, char *error)
{
    if (url->scheme == URL_UDPCAN)
        return &udpcan_kind;
    if (url->scheme == URL_LOG)
        return &log_kind;
    if (url->scheme == URL_CAN || url->scheme == URL_SLCAN)
        port_fail(error, "'%.60s' is not supported yet; accepted: udpcan: log:", text);
    else
        port_fail(error, "'%.60s' is not a CAN port; accepted: udpcan: log:", text);
    return NULL;
}

int can_port_open(struct can_port *port, struct loop *loop, const char *url,
                  const struct can_listener *listener, char *error)
{
    *port = (struct can_port){0};
    int result = url_parse(&port->url, url, error);
    if (result != RESULT_OK)
        return result;
    const struct can_kind *kind = find_kind(&port->url, url, error);
    if (!kind)
        return RESULT_UNKNOWN;
    if (kind == &udpcan_kind)
        port->by.udpcan.listener = *listener;
    result = kind->open(port, loop, error);
    if (result == RESULT_OK)
        port->kind = kind;
    return result;
}

void can_port_write(struct can_port *port, const struct can_frame *frame)
{
    if (port->kind)
        port->kind->write(port, frame);
}

void can_port_close(struct can_port *port)
{
    if (port->kind)
        port->kind->close(port);
    port->kind = NULL;
}

void can_port_describe(const struct can_port *port, char *text, size_t size)
{
    url_format(&port->url, text, size);
}

uint32_t can_port_lost_frames(const struct can_port *port)
{
    return port->kind ? port->kind->lost_frames(port) : 0;
}
