/* SPDX-License-Identifier: Apache-2.0
 * The echo of cheap two-wire adapters, recognised by its bytes, all of them: on some protocols an
 * answer begins like its request, on others an answer read as a request would be answered again.
 */
#ifndef HEARTH_WIRE_SERIAL_ECHO_H
#define HEARTH_WIRE_SERIAL_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/serial_line.h"

/* All zero: no echo is expected. */
struct serial_echo {
    bool expected;
    uint16_t seen; /* bytes of it, taken from the input */
    uint32_t count;
};

/* What was sent; an echo never runs ahead of it. */
struct serial_sent {
    const uint8_t *bytes;
    size_t sent;
    size_t size; /* whole */
};

/* From now on, until the whole echo came, or something else did. */
void serial_echo_expect(struct serial_echo *echo);

/* Takes from the front of `input` what repeats `sent`. Returns what belongs before the rest of
 * `input`: the beginning of an echo that turned out to be none, mostly nothing. */
struct serial_input serial_echo_skip(struct serial_echo *echo, const struct serial_sent *sent,
                                     struct serial_input *input);

/* It does not come, or no further: likewise returns what was taken for its beginning. */
struct serial_input serial_echo_end(struct serial_echo *echo, const struct serial_sent *sent);

#endif
