/* SPDX-License-Identifier: Apache-2.0
 * SunSpec over Modbus TCP: the bank of the site's host as units 0, 1 and 255, read only. Serves
 * several clients, each by itself, several requests in one burst in turn. A client that sends what
 * is no Modbus TCP, half a request, nothing, or does not read its answers is closed and counted.
 */
#ifndef HEARTH_SERVICE_MODBUS_SERVER_H
#define HEARTH_SERVICE_MODBUS_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "port/linux/loop.h"
#include "site/site.h"

#define MODBUS_CLIENT_MAX 16    /* one more is turned away */
#define MODBUS_IDLE_S 120       /* without a whole request */
#define MODBUS_HALF_REQUEST_S 5 /* for the rest of a request to come */

/* What was counted since the start. */
struct modbus_counts {
    uint32_t requests;
    uint32_t refused_requests; /* answered with an exception */
    uint32_t refused_clients;
    uint32_t broken_clients; /* closed: no Modbus TCP */
    uint32_t half_clients;   /* closed: half a request */
    uint32_t idle_clients;   /* closed */
    uint32_t slow_clients;   /* closed: did not read */
};

struct modbus_server;

/* Listens on `url`, modbus-tcp:[HOST:]PORT, loopback unless a host is given; "" is no server:
 * *server is NULL then. Site and loop outlive it. Returns 0 or a negative enum result with `error`
 * (PORT_ERROR_SIZE) filled. */
int modbus_server_start(struct modbus_server **server, struct loop *loop, const struct site *site,
                        const char *url, char *error);
void modbus_server_stop(struct modbus_server *server);

/* Where it listens. */
void modbus_server_describe(const struct modbus_server *server, char *text, size_t size);
const struct modbus_counts *modbus_server_counts(const struct modbus_server *server);

#endif
