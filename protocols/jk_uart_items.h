/* SPDX-License-Identifier: Apache-2.0
 * The data of 4E 57 frames: lists of items, each a code and its content. Knows no frames; asks
 * nobody and decides nothing.
 */
#ifndef HEARTH_PROTOCOLS_JK_UART_ITEMS_H
#define HEARTH_PROTOCOLS_JK_UART_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "protocols/serial.h"

#define JK_ITEMS_SIZE_MAX 512 /* bytes of all items, of a pack with CELL_MAX cells */

/* Whether there is such an item. */
bool jk_items_known(uint8_t code);

/* One item; its size with the code, 0: there is none to read, or its value cannot be vouched for
 * now. `out` holds JK_ITEMS_SIZE_MAX. */
size_t jk_items_put(uint8_t code, const struct serial_battery *battery, uint8_t *out);

/* Likewise all of them; 0: they cannot be vouched for. */
size_t jk_items_put_all(const struct serial_battery *battery, uint8_t *out);

/* Adds what a list says. It ends at the first code that is not known, of a later version; BAD: it
 * begins with one, or an item is cut. */
enum decode jk_items_get(const uint8_t *data, size_t size, struct snapshot *values,
                         struct params *params);

/* What writing a list asks for: the number of commands, session left 0. 0: an item is not known or
 * is cut, or they are more than `capacity`. What nobody may write becomes COMMAND_FORBIDDEN with
 * the code as id. */
size_t jk_items_commands(const uint8_t *data, size_t size, struct command *commands,
                         size_t capacity);

#endif
