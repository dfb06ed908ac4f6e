/* SPDX-License-Identifier: Apache-2.0
 * Terminal settings: raw bytes, and the bit rate of a real adapter (8 data bits, no parity, one
 * stop bit, no flow control).
 */
#ifndef HEARTH_PORT_LINUX_TTY_H
#define HEARTH_PORT_LINUX_TTY_H

#include <stdint.h>

/* Sets raw mode, and the rate unless `baud` is 0. Returns 0 or a negative enum result with `error`
 * (PORT_ERROR_SIZE) filled. */
int tty_set_raw(int descriptor, int32_t baud, char *error);

/* Opens and sets a serial adapter. Returns the descriptor or a negative enum result. */
int tty_open(const char *path, int32_t baud, char *error);

#endif
