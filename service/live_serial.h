/* SPDX-License-Identifier: Apache-2.0
 * What the serial ports of a pack speak and what their engines have counted, for the page and the
 * diagnostics. Counts nothing itself, save what a port to the outside lost.
 */
#ifndef HEARTH_SERVICE_LIVE_SERIAL_H
#define HEARTH_SERVICE_LIVE_SERIAL_H

#include "service/live.h"
#include "service/web_uart.h"

/* One port of any device: all but `outside` and `trouble`, which are "". */
void live_serial_describe(const struct device *device, enum web_port_id id, struct web_port *port);

/* A source's `ports`: all of the pack at a position; `context` is a struct live. */
void live_serial_ports(void *context, size_t position, struct web_port ports[WEB_PORT_COUNT]);

#endif
