/* SPDX-License-Identifier: Apache-2.0
 * hearth log: fetches the event log of a pack and prints it, oldest first. Times are run time, as
 * packs send it; where the clock of the pack is set they are told as dates too. Writes nothing to
 * the pack.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/hearth/command.h"
#include "app/hearth/event_json.h"
#include "app/hearth/log_store.h"
#include "app/hearth/session.h"
#include "ui/json.h"

enum {
    LINE_SIZE = 256,
    DATE_SIZE = 24,
    EPOCH_S = 1577836800 /* 2020-01-01, where the clock of a pack begins */
};

struct log_reader {
    struct pack_session session;
    bool json;
    bool dated;      /* the clock of the pack is set */
    int64_t start_s; /* then: Unix time of its first start, as if it had never been off */
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

static const struct argp parser = {
    options,
    parse,
    "PORT",
    "Prints the event log of a pack, oldest first. PORT may also be " LOG_STORE_PREFIX
    "FILE, the memory of a virtual pack that is not running: then "
    "with values, rules and who asked.\v"
    "Times are run time, counted from the first start of the pack, "
    "and dates by the clock of the pack if it is set.",
    NULL,
    NULL,
    NULL};

/* By the clock of the pack, which has no time zone; "" when it is not known. */
static void format_date(const struct log_reader *reader, const struct jk_event *event,
                        char date[DATE_SIZE])
{
    struct tm parts;
    time_t when = (time_t)(reader->start_s + event->time_s);
    date[0] = '\0';
    if (reader->dated && gmtime_r(&when, &parts) != NULL)
        strftime(date, DATE_SIZE, "%Y-%m-%d %H:%M:%S", &parts);
}

static void print_json(const struct log_reader *reader, const struct jk_event *event)
{
    char line[LINE_SIZE];
    char date[DATE_SIZE];
    struct text_writer json;
    writer_init(&json, line, sizeof(line));
    json_open(&json, '{');
    json_put_integer(&json, "pack", reader->session.address);
    json_jk_event(&json, event);
    format_date(reader, event, date);
    if (date[0])
        json_put_string(&json, "date", date);
    json_close(&json, '}');
    puts(line);
}

static void print_line(const struct log_reader *reader, const struct jk_event *event)
{
    char date[DATE_SIZE];
    int cell;
    const char *name = jk_event_name(event->code, &cell);
    uint32_t s = event->time_s;
    format_date(reader, event, date);
    printf("%5u d %02u:%02u:%02u  %-19s  %02X  %s", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60,
           date[0] ? date : "-", event->code, name);
    if (cell >= 0)
        printf(", cell %d", cell + 1);
    putchar('\n');
}

static bool read_clock(struct log_reader *reader)
{
    struct snapshot values;
    struct params params;
    int32_t clock_s = 0, run_time_s = 0;
    snapshot_init(&values);
    params_init(&params);
    if (!session_read(&reader->session, JK_STATUS, &values, &params))
        return false;
    reader->dated = snapshot_get(&values, VALUE_clock_s, &clock_s) && clock_s > 0 &&
                    snapshot_get(&values, VALUE_run_time_s, &run_time_s);
    reader->start_s = (int64_t)EPOCH_S + clock_s - run_time_s;
    return true;
}

static int print_log(struct log_reader *reader)
{
    struct pack_session *session = &reader->session;
    struct jk_event event;
    if (!read_clock(reader))
        return EXIT_FAILED;
    enum jk_exchange_state state = session_fetch(session, JK_EVENT_LOG);
    if (state != JK_EXCHANGE_DONE) {
        session_complain(session, state == JK_EXCHANGE_REFUSED ? "the pack keeps no event log"
                                                               : session_trouble(state));
        return EXIT_FAILED;
    }
    const uint8_t *frame = jk_client_frame(&session->client);
    if (!reader->json && jk_event_count(frame) > 0)
        puts("       run time  date                 code  event");
    for (size_t i = 0; jk_event_get(frame, i, &event); i++) {
        if (reader->json)
            print_json(reader, &event);
        else
            print_line(reader, &event);
    }
    return EXIT_DONE;
}

int log_command(int argc, char **argv)
{
    static struct log_reader reader = {.session = {.line.subcommand = "log"}};
    argp_parse(&parser, argc, argv, 0, NULL, &reader);
    const char *url = reader.session.line.url;
    if (strncmp(url, LOG_STORE_PREFIX, strlen(LOG_STORE_PREFIX)) == 0)
        return log_store(url + strlen(LOG_STORE_PREFIX), reader.json);
    int code = session_open(&reader.session);
    if (code != EXIT_DONE)
        return code;
    code = print_log(&reader);
    session_close(&reader.session);
    return code;
}
