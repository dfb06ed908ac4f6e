/* SPDX-License-Identifier: Apache-2.0
 * Opening, waiting and complaining. A port that has no connection yet is waited for.
 */
#include "app/hearth/line.h"

#include <stdio.h>

#include "app/hearth/command.h"

enum { TICK_US = 5000, CONNECT_US = 3000000 };

bool line_turn(struct line *line)
{
    return sd_event_run(line->loop.event, TICK_US) >= 0 &&
           sd_event_get_state(line->loop.event) != SD_EVENT_FINISHED;
}

void line_complain(const struct line *line, const char *about, const char *reason)
{
    const char *trouble = serial_port_trouble(&line->port);
    fprintf(stderr, "hearth %s: %s: %s%s%s%s%s%s\n", line->subcommand, line->url,
            about != NULL ? about : "", about != NULL ? ": " : "", reason, trouble[0] ? " (" : "",
            trouble, trouble[0] ? ")" : "");
}

static bool connect_port(struct line *line)
{
    uint64_t opened_us = clock_us();
    while (serial_port_trouble(&line->port)[0]) {
        if (clock_us() - opened_us > CONNECT_US) {
            line_complain(line, NULL, "no connection");
            return false;
        }
        if (!line_turn(line))
            return false;
    }
    return true;
}

int line_open(struct line *line, const struct serial_listener *listener)
{
    char error[PORT_ERROR_SIZE];
    if (loop_init(&line->loop) < 0) {
        fprintf(stderr, "hearth %s: no event loop\n", line->subcommand);
        return EXIT_FAILED;
    }
    if (serial_port_open(&line->port, &line->loop, line->url, listener, error) < 0) {
        loop_free(&line->loop);
        return usage_error(line->subcommand, "%s", error);
    }
    if (connect_port(line))
        return EXIT_DONE;
    line_close(line);
    return EXIT_FAILED;
}

void line_close(struct line *line)
{
    serial_port_close(&line->port);
    loop_free(&line->loop);
}
