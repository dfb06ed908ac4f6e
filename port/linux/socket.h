/* SPDX-License-Identifier: Apache-2.0
 * Addresses and listening sockets, TCP and Unix.
 */
#ifndef HEARTH_PORT_LINUX_SOCKET_H
#define HEARTH_PORT_LINUX_SOCKET_H

#include <sys/socket.h>

#include "port/linux/url.h"

struct socket_address {
    struct sockaddr_storage storage;
    socklen_t size;
};

/* Address that a URL with a host and port or a socket path names. A host name is looked up, which
 * may take a while; an empty host means loopback. Returns 0 or a negative enum result. */
int socket_resolve(struct socket_address *address, const struct url *url, char *error);

/* Non-blocking socket that listens on tcp-listen:, modbus-tcp: or unix-listen:. Puts the host and
 * port in use into `url`. Returns the descriptor or a negative enum result. */
int socket_listen(struct url *url, char *error);

/* Sends small writes at once. Does nothing to a Unix socket. */
void socket_set_no_delay(int descriptor);

#endif
