/* SPDX-License-Identifier: Apache-2.0
 * What the serial ports of a pack speak, by the number in its settings, from uarts.def.
 */
#ifndef HEARTH_PROTOCOLS_UARTS_H
#define HEARTH_PROTOCOLS_UARTS_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/serial.h"

enum uart_kind {
    UART_NONE,   /* says nothing */
    UART_JK,     /* protocols/jk_server.h */
    UART_TABLES, /* protocols/serial_server.h */
    UART_LCD,    /* protocols/jk_lcd.h, A5 5A */
    UART_LCD_PB, /* likewise, 5A A5 */
};

struct uart {
    int16_t number;
    uint8_t kind; /* enum uart_kind */
    uint32_t baud;
    const char *use; /* "NAME" or "NAME:PROFILE"; "-": not built */
    const char *title;
};

extern const struct uart uarts[];
extern const size_t uart_count;

/* By number, or NULL. */
const struct uart *uart_find(int32_t number);

/* The number of a protocol by its use and rate, 0 any rate; or -1. */
int uart_number(const char *use, uint32_t baud);

/* The tables of a UART_TABLES row. */
const struct serial_protocol *uart_serial(const struct uart *uart);

#endif
