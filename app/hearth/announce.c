/* SPDX-License-Identifier: Apache-2.0
 * Lines on standard output about serial ports that are open.
 */
#include "app/hearth/announce.h"

#include <stdio.h>

void announce_serial(const char *name, const struct serial_port *port, const struct uart *uart)
{
    char text[160];
    if (!port->kind)
        return;
    serial_port_describe(port, text, sizeof(text));
    printf("%s: %s\n", name, text);
    if (uart != NULL)
        printf("  speaks %s at %u baud\n", uart->use, (unsigned)uart->baud);
    else
        puts("  is mute: its setting names no protocol that is built");
}
