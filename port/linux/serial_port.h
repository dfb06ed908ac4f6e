/* SPDX-License-Identifier: Apache-2.0
 * A serial line under any of its names: serial:, pty:, tcp:, tcp-listen:, unix:, unix-listen:, log:
 * (see url.h). All kinds behave alike: bytes come to the listener in the loop, writing never waits.
 * A lost device or connection is opened again by itself after 1 s, 2 s, ... 10 s.
 */
#ifndef HEARTH_PORT_LINUX_SERIAL_PORT_H
#define HEARTH_PORT_LINUX_SERIAL_PORT_H

#include <stdbool.h>

#include "port/linux/hub.h"
#include "port/linux/link.h"
#include "port/linux/log_file.h"
#include "port/linux/loop.h"
#include "port/linux/pty.h"
#include "port/linux/url.h"
#include "port/port.h"

struct serial_kind;

/* About 70 kB; must not move while open. */
struct serial_port {
    const struct serial_kind *kind; /* NULL: closed */
    struct serial_listener listener;
    struct url url; /* with the port number that the kernel chose */
    union {
        struct link link;         /* serial:, tcp:, unix: */
        struct pty pty;           /* pty: */
        struct hub hub;           /* tcp-listen:, unix-listen: */
        struct log_file log_file; /* log: */
    } by;
};

/* Opens a port. `listener` is copied; its `receive` may be NULL for a port that is only written.
 * Returns 0 or a negative enum result with `error` (PORT_ERROR_SIZE) filled. tcp: and unix: succeed
 * at once and connect in the background; serial: fails when the device is not there. */
int serial_port_open(struct serial_port *port, struct loop *loop, const char *url,
                     const struct serial_listener *listener, char *error);

/* Sets the rate of a real adapter (serial:), now and whenever it comes back; other kinds of ports
 * have none and nothing happens. Returns 0 or a negative enum result with `error` filled. */
int serial_port_set_baud(struct serial_port *port, int32_t baud, char *error);
bool serial_port_has_baud(const struct serial_port *port);

/* Removes what was made for the port (symbolic link, socket). Nothing happens when closed. */
void serial_port_close(struct serial_port *port);

/* The URL to show people, with the port number in use. At most `size` bytes with NUL. */
void serial_port_describe(const struct serial_port *port, char *text, size_t size);

/* Why the port carries nothing at the moment ("connection refused"), or "" when it works. */
const char *serial_port_trouble(const struct serial_port *port);

/* Bytes dropped because somebody did not read, since the port was opened. */
uint32_t serial_port_lost_bytes(const struct serial_port *port);

#endif
