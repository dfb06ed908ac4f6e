/* SPDX-License-Identifier: Apache-2.0
 * hearth log: fetches the event log of a pack and prints it, oldest first. Times are run time, as
 * packs send it. Writes nothing to the pack.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "app/hearth/event_json.h"
#include "app/hearth/session.h"
#include "ui/json.h"

enum { LINE_SIZE = 256 };

struct log_reader {
    struct pack_session session;
    bool json;
};

static const struct argp_option options[] = {
    SESSION_OPTION_ADDRESS,
    {"json", 'j', NULL, 0, "JSON Lines instead of a table", 0},
    {NULL,   0,   NULL, 0, NULL,                            0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct log_reader *reader = state->input;
    if (key == 'j')
        reader->json = true;
    else if (session_parse(&reader->session, key, text, state) == 0)
        return 0;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one PORT is expected, '%s' is too many", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {options,
                                   parse,
                                   "PORT",
                                   "Prints the event log of a pack, oldest first.\v"
                                   "Times are seconds of run time, counted from the first start of "
                                   "the pack.",
                                   NULL,
                                   NULL,
                                   NULL};

static void print_json(const struct pack_session *session, const struct jk_event *event)
{
    char line[LINE_SIZE];
    struct text_writer json;
    writer_init(&json, line, sizeof(line));
    json_open(&json, '{');
    json_put_integer(&json, "pack", session->address);
    json_jk_event(&json, event);
    json_close(&json, '}');
    puts(line);
}

static void print_line(const struct jk_event *event)
{
    int cell;
    const char *name = jk_event_name(event->code, &cell);
    uint32_t s = event->time_s;
    printf("%5u d %02u:%02u:%02u  %02X  %s", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60,
           event->code, name);
    if (cell >= 0)
        printf(", cell %d", cell + 1);
    putchar('\n');
}

static int print_log(struct log_reader *reader)
{
    struct pack_session *session = &reader->session;
    struct jk_event event;
    enum jk_exchange_state state = session_fetch(session, JK_EVENT_LOG);
    if (state != JK_EXCHANGE_DONE) {
        session_complain(session, state == JK_EXCHANGE_REFUSED ? "the pack keeps no event log"
                                                               : session_trouble(state));
        return EXIT_FAILED;
    }
    const uint8_t *frame = jk_client_frame(&session->client);
    if (!reader->json && jk_event_count(frame) > 0)
        puts("       run time  code  event");
    for (size_t i = 0; jk_event_get(frame, i, &event); i++) {
        if (reader->json)
            print_json(session, &event);
        else
            print_line(&event);
    }
    return EXIT_DONE;
}

int log_command(int argc, char **argv)
{
    static struct log_reader reader = {.session = {.subcommand = "log"}};
    argp_parse(&parser, argc, argv, 0, NULL, &reader);
    int code = session_open(&reader.session);
    if (code != EXIT_DONE)
        return code;
    code = print_log(&reader);
    session_close(&reader.session);
    return code;
}
