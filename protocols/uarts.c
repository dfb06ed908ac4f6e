/* SPDX-License-Identifier: Apache-2.0
 * The list of serial protocols as a table.
 */
#include "protocols/uarts.h"

#include "base/number.h"
#include "base/text.h"
#include "protocols/protocols.h"

const struct uart uarts[] = {
#define UART(number, kind, use, baud, title) {number, UART_##kind, baud, use, title},
#include "protocols/uarts.def"
#undef UART
};

const size_t uart_count = COUNT(uarts);

const struct uart *uart_find(int32_t number)
{
    for (size_t i = 0; i < COUNT(uarts); i++) {
        if (uarts[i].number == number)
            return &uarts[i];
    }
    return NULL;
}

int uart_number(const char *use, uint32_t baud)
{
    for (size_t i = 0; i < COUNT(uarts); i++) {
        if (text_equal(uarts[i].use, use) && (baud == 0 || uarts[i].baud == baud))
            return uarts[i].number;
    }
    return -1;
}

const struct serial_protocol *uart_serial(const struct uart *uart)
{
    return uart->kind == UART_TABLES ? protocol_find_serial(uart->use) : NULL;
}
