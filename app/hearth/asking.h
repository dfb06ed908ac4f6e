/* SPDX-License-Identifier: Apache-2.0
 * The asking side of a serial protocol on a line, for subcommands: one exchange at a time, each to
 * its end.
 */
#ifndef HEARTH_APP_HEARTH_ASKING_H
#define HEARTH_APP_HEARTH_ASKING_H

#include "app/hearth/line.h"
#include "protocols/serial_client.h"

struct asking {
    struct line line; /* subcommand and url set by the user */
    struct serial_client client;
};

/* See line_open(). */
int asking_open(struct asking *asking, const struct serial_protocol *protocol);
void asking_close(struct asking *asking);

/* Asks and waits. IDLE: there is no such question. BUSY: Ctrl-C. */
enum serial_client_state asking_exchange(struct asking *asking, unsigned question, uint8_t address);

/* The words for an exchange that did not end well, with what was wrong with what came. */
const char *asking_trouble(const struct asking *asking);

#endif
