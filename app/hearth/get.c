/* SPDX-License-Identifier: Apache-2.0
 * hearth get: asks one pack for all it tells over a serial line and prints each answer as one JSON
 * object: information, settings and status in JK's protocol, the questions of a full poll in
 * another one. Writes nothing to the pack.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/asking.h"
#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "app/hearth/session.h"
#include "base/number.h"
#include "protocols/protocols.h"
#include "ui/json.h"

enum { OBJECT_SIZE = 32768, OPTION_PROTOCOL = 256 };

struct getter {
    struct pack_session session; /* of JK's protocol; the other ones take its line */
    struct asking asking;
    const struct serial_protocol *protocol; /* NULL: JK's */
    const char *address;                    /* as written */
};

static const struct block {
    uint8_t type;
    const char *name;
} blocks[] = {
    {JK_INFO,     "info"    },
    {JK_SETTINGS, "settings"},
    {JK_STATUS,   "status"  },
};

/* clang-format off */
static const struct argp_option options[] = {
    {"address", 'a', "N", 0,
     "Address of the pack: its DIP switch in JK's protocol (0), the protocol's first one else", 0},
    {"protocol", OPTION_PROTOCOL, "NAME", 0,
     "NAME[:PROFILE] of `hearth protocols --layouts` (jk_rs485)", 0},
    {"json", 'j', NULL, 0, "JSON Lines, which is also the default", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};
/* clang-format on */

static void take_protocol(const struct argp_state *state, const char *name, struct getter *getter)
{
    getter->protocol = protocol_find_serial(name);
    if (getter->protocol == NULL && strcmp(name, "jk_rs485") != 0)
        argp_error(state,
                   "--protocol '%s': there is no such serial protocol; `hearth protocols "
                   "--layouts` lists them",
                   name);
}

static void take_end(const struct argp_state *state, struct getter *getter)
{
    int32_t first = getter->protocol != NULL ? getter->protocol->address_first : 0;
    int32_t last = getter->protocol != NULL ? getter->protocol->address_last : 15;
    getter->session.address = first;
    if (getter->address != NULL)
        getter->session.address = option_number(state, "--address", getter->address, first, last);
    if (getter->session.line.url == NULL)
        argp_error(state, "PORT is missing, for example serial:/dev/ttyUSB0?baud=115200");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct getter *getter = state->input;
    if (key == 'a')
        getter->address = text;
    else if (key == OPTION_PROTOCOL)
        take_protocol(state, text, getter);
    else if (key == ARGP_KEY_ARG && getter->session.line.url != NULL)
        argp_error(state, "one PORT is expected, '%s' is too many", text);
    else if (key == ARGP_KEY_ARG)
        getter->session.line.url = text;
    else if (key == ARGP_KEY_END)
        take_end(state, getter);
    else if (key != 'j')
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "PORT",
    .doc = "Prints what a pack tells of itself: information, settings and status.",
};

static bool print_block(int32_t pack, const char *name, const struct snapshot *values,
                        const struct params *params)
{
    static char buffer[OBJECT_SIZE];
    struct text_writer json;
    writer_init(&json, buffer, sizeof(buffer));
    json_open(&json, '{');
    json_put_integer(&json, "pack", pack);
    json_put_string(&json, "message", name);
    json_key(&json, "values");
    json_open(&json, '{');
    json_snapshot_values(&json, values);
    json_params_values(&json, params, true);
    json_close(&json, '}');
    json_close(&json, '}');
    if (!json.overflow)
        puts(buffer);
    return !json.overflow;
}

static int get_all(struct pack_session *session)
{
    for (size_t i = 0; i < COUNT(blocks); i++) {
        struct snapshot values;
        struct params params;
        snapshot_init(&values);
        params_init(&params);
        if (!session_read(session, blocks[i].type, &values, &params) ||
            !print_block(session->address, blocks[i].name, &values, &params))
            return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int get_all_in_jk(struct getter *getter)
{
    struct pack_session *session = &getter->session;
    int code = session_open(session);
    if (code != EXIT_DONE)
        return code;
    code = get_all(session);
    session_close(session);
    return code;
}

/* Every part of the answer. How many the pack did not refuse. */
static unsigned print_answer(const struct getter *getter)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    unsigned printed = 0;
    for (unsigned part = 0;; part++) {
        snapshot_init(&values);
        params_init(&params);
        reading.refused = 0;
        if (serial_client_take(&getter->asking.client, part, &reading) != DECODED)
            return printed;
        if (reading.refused != 0)
            fprintf(stderr, "hearth get: %s: the pack refuses '%s' with code %u\n",
                    getter->asking.line.url, reading.name, reading.refused);
        else
            printed += print_block(reading.pack, reading.name, &values, &params);
    }
}

static enum serial_client_state ask(struct getter *getter, unsigned question)
{
    return asking_exchange(&getter->asking, question, (uint8_t)getter->session.address);
}

/* A question without a good answer is asked once more, then told; it does not end the rest. */
static int ask_all(struct getter *getter)
{
    struct asking *asking = &getter->asking;
    char about[32];
    unsigned answers = 0;
    snprintf(about, sizeof(about), "address %d", (int)getter->session.address);
    for (unsigned question = 0; question < getter->protocol->question_count; question++) {
        enum serial_client_state state = ask(getter, question);
        if (state == SERIAL_CLIENT_TIMEOUT || state == SERIAL_CLIENT_BAD)
            state = ask(getter, question);
        if (state == SERIAL_CLIENT_BUSY)
            return EXIT_FAILED;
        if (state == SERIAL_CLIENT_ANSWERED)
            answers += print_answer(getter);
        else if (state != SERIAL_CLIENT_IDLE)
            line_complain(&asking->line, about, asking_trouble(asking));
    }
    return answers > 0 ? EXIT_DONE : EXIT_FAILED;
}

static int get_all_by_tables(struct getter *getter)
{
    getter->asking.line = getter->session.line;
    int code = asking_open(&getter->asking, getter->protocol);
    if (code != EXIT_DONE)
        return code;
    code = ask_all(getter);
    asking_close(&getter->asking);
    return code;
}

int get_command(int argc, char **argv)
{
    static struct getter getter = {.session.line.subcommand = "get"};
    argp_parse(&parser, argc, argv, 0, NULL, &getter);
    return getter.protocol == NULL ? get_all_in_jk(&getter) : get_all_by_tables(&getter);
}
