/* SPDX-License-Identifier: Apache-2.0
 * hearth get: asks one pack for information, settings and status over a serial line in JK's
 * protocol and prints each block as one JSON object. Writes nothing to the pack.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "app/hearth/session.h"
#include "base/number.h"
#include "ui/json.h"

enum { OBJECT_SIZE = 32768 };

static const struct block {
    uint8_t type;
    const char *name;
} blocks[] = {
    {JK_INFO,     "info"    },
    {JK_SETTINGS, "settings"},
    {JK_STATUS,   "status"  },
};

static const struct argp_option options[] = {
    SESSION_OPTION_ADDRESS,
    {"json", 'j', NULL, 0, "JSON Lines, which is also the default", 0},
    {NULL,   0,   NULL, 0, NULL,                                    0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    if (key == 'j')
        return 0;
    if (session_parse(state->input, key, text, state) == 0)
        return 0;
    if (key == ARGP_KEY_ARG)
        argp_error(state, "one PORT is expected, '%s' is too many", text);
    return ARGP_ERR_UNKNOWN;
}

static const struct argp parser = {
    options, parse, "PORT", "Prints information, settings and status of a pack.", NULL, NULL, NULL};

static bool print_block(const struct pack_session *session, const struct block *block,
                        const struct snapshot *values, const struct params *params)
{
    static char buffer[OBJECT_SIZE];
    struct text_writer json;
    writer_init(&json, buffer, sizeof(buffer));
    json_open(&json, '{');
    json_put_integer(&json, "pack", session->address);
    json_put_string(&json, "message", block->name);
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
            !print_block(session, &blocks[i], &values, &params))
            return EXIT_FAILED;
    }
    return EXIT_DONE;
}

int get_command(int argc, char **argv)
{
    static struct pack_session session = {.line.subcommand = "get"};
    argp_parse(&parser, argc, argv, 0, NULL, &session);
    int code = session_open(&session);
    if (code != EXIT_DONE)
        return code;
    code = get_all(&session);
    session_close(&session);
    return code;
}
