/* SPDX-License-Identifier: Apache-2.0
 * What subcommands with a live site say of its serial ports at the start.
 */
#ifndef HEARTH_APP_HEARTH_ANNOUNCE_H
#define HEARTH_APP_HEARTH_ANNOUNCE_H

#include "port/linux/serial_port.h"
#include "protocols/uarts.h"

/* "NAME: URL" and below it what the port speaks; `uart` NULL: nothing. Nothing for a closed port.
 */
void announce_serial(const char *name, const struct serial_port *port, const struct uart *uart);

#endif
