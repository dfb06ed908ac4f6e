/* SPDX-License-Identifier: Apache-2.0
 * The kinds of serial ports behind one face: a table of what each does to open, write, close.
 */
#include "port/linux/serial_port.h"

#include "base/result.h"
#include "port/linux/tty.h"

struct serial_kind {
    int (*open)(struct serial_port *port, struct loop *loop, char *error);
    void (*write)(struct serial_port *port, const uint8_t *bytes, size_t size);
    void (*close)(struct serial_port *port);
    uint32_t (*lost_bytes)(const struct serial_port *port);
};

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct serial_port *port = context;
    if (port->listener.receive)
        port->listener.receive(port->listener.context, bytes, size, now_us);
}

static int open_link(struct serial_port *port, struct loop *loop, char *error)
{
    port->by.link.channel.context = port;
    port->by.link.channel.receive = received;
    return link_open(&port->by.link, loop, &port->url, error);
}

static void write_link(struct serial_port *port, const uint8_t *bytes, size_t size)
{
    channel_write(&port->by.link.channel, bytes, size);
}

static void close_link(struct serial_port *port)
{
    link_close(&port->by.link);
}

static uint32_t link_lost_bytes(const struct serial_port *port)
{
    return port->by.link.channel.lost_bytes;
}

static int open_pty(struct serial_port *port, struct loop *loop, char *error)
{
    port->by.pty.channel.context = port;
    port->by.pty.channel.receive = received;
    return pty_open(&port->by.pty, loop, port->url.name, error);
}

static void write_pty(struct serial_port *port, const uint8_t *bytes, size_t size)
{
    channel_write(&port->by.pty.channel, bytes, size);
}

static void close_pty(struct serial_port *port)
{
    pty_close(&port->by.pty);
}

static uint32_t pty_lost_bytes(const struct serial_port *port)
{
    return port->by.pty.channel.lost_bytes;
}

static int open_hub(struct serial_port *port, struct loop *loop, char *error)
{
    port->by.hub.context = port;
    port->by.hub.receive = received;
    return hub_open(&port->by.hub, loop, &port->url, error);
}

static void write_hub(struct serial_port *port, const uint8_t *bytes, size_t size)
{
    hub_write(&port->by.hub, bytes, size);
}

static void close_hub(struct serial_port *port)
{
    hub_close(&port->by.hub);
}

static uint32_t hub_lost(const struct serial_port *port)
{
    return hub_lost_bytes(&port->by.hub);
}

static int open_log(struct serial_port *port, struct loop *loop, char *error)
{
    (void)loop;
    if (port->url.option != URL_LOG_WRITTEN)
        return port_fail(error, "only the log of a CAN port can be played");
    return log_file_open(&port->by.log_file, port->url.name, error);
}

static void write_log(struct serial_port *port, const uint8_t *bytes, size_t size)
{
    log_file_write_bytes(&port->by.log_file, bytes, size);
}

static void close_log(struct serial_port *port)
{
    log_file_close(&port->by.log_file);
}

static uint32_t log_lost_bytes(const struct serial_port *port)
{
    (void)port; /* the log counts lines */
    return 0;
}

static const struct serial_kind link_kind = {open_link, write_link, close_link, link_lost_bytes};
static const struct serial_kind pty_kind = {open_pty, write_pty, close_pty, pty_lost_bytes};
static const struct serial_kind hub_kind = {open_hub, write_hub, close_hub, hub_lost};
static const struct serial_kind log_kind = {open_log, write_log, close_log, log_lost_bytes};

static const struct serial_kind *const kinds[URL_SCHEME_COUNT] = {
    [URL_SERIAL] = &link_kind,     [URL_TCP] = &link_kind, [URL_UNIX] = &link_kind,
    [URL_TCP_LISTEN] = &hub_kind,  [URL_PTY] = &pty_kind,  [URL_LOG] = &log_kind,
    [URL_UNIX_LISTEN] = &hub_kind,
};

int serial_port_open(struct serial_port *port, struct loop *loop, const char *url,
                     const struct serial_listener *listener, char *error)
{
    *port = (struct serial_port){.listener = *listener};
    int result = url_parse(&port->url, url, error);
    if (result != RESULT_OK)
        return result;
    const struct serial_kind *kind = kinds[port->url.scheme];
    if (!kind) {
        port_fail(error,
                  "'%.60s' is not a serial port; accepted: serial: pty: tcp: tcp-listen: "
                  "unix: unix-listen: log:",
                  url);
        return RESULT_UNKNOWN;
    }
    result = kind->open(port, loop, error);
    if (result == RESULT_OK)
        port->kind = kind;
    return result;
}

void serial_port_write(struct serial_port *port, const uint8_t *bytes, size_t size)
{
    if (port->kind && size > 0)
        port->kind->write(port, bytes, size);
}

void serial_port_close(struct serial_port *port)
{
    if (port->kind)
        port->kind->close(port);
    port->kind = NULL;
}

void serial_port_describe(const struct serial_port *port, char *text, size_t size)
{
    url_format(&port->url, text, size);
}

const char *serial_port_trouble(const struct serial_port *port)
{
    if (!port->kind)
        return "closed";
    return port->kind == &link_kind ? port->by.link.trouble : "";
}

uint32_t serial_port_lost_bytes(const struct serial_port *port)
{
    return port->kind ? port->kind->lost_bytes(port) : 0;
}

bool serial_port_has_baud(const struct serial_port *port)
{
    return port->kind != NULL && port->url.scheme == URL_SERIAL;
}

int serial_port_set_baud(struct serial_port *port, int32_t baud, char *error)
{
    if (!serial_port_has_baud(port) || port->url.option == baud)
        return RESULT_OK;
    port->url.option = baud;
    return serial_port_trouble(port)[0]
               ? RESULT_OK
               : tty_set_raw(port->by.link.channel.descriptor, baud, error);
}
