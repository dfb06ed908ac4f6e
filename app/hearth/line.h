/* SPDX-License-Identifier: Apache-2.0
 * A serial port that a subcommand opens for itself: the event loop runs for as long as the
 * subcommand waits for an answer. Ctrl-C ends every wait.
 */
#ifndef HEARTH_APP_HEARTH_LINE_H
#define HEARTH_APP_HEARTH_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "port/linux/loop.h"
#include "port/linux/serial_port.h"

struct line {
    const char *subcommand; /* for messages */
    const char *url;
    struct loop loop;
    struct serial_port port;
};

/* Opens the port and waits for its connection. Returns an exit code; unless it is EXIT_DONE the
 * trouble has been told and nothing is to be closed. */
int line_open(struct line *line, const struct serial_listener *listener);
void line_close(struct line *line);

/* One turn of the loop, at most a few milliseconds; false after Ctrl-C. */
bool line_turn(struct line *line);

/* Tells a trouble on standard error, with port and whom it is about ("address 2"; NULL: nobody). */
void line_complain(const struct line *line, const char *about, const char *reason);

#endif
