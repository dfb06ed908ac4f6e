/* SPDX-License-Identifier: Apache-2.0
 * hearth clone: gives a pack the settings of another one, so that packs in parallel agree. What
 * makes a pack itself stays: texts, address, passwords. What our bounds forbid is told and not
 * copied.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "app/hearth/setter.h"

enum { OPTION_FROM = 300 };

struct cloner {
    struct pack_session source;
    struct setter setter;
    struct params params; /* of the source */
    char texts[SETTER_ASSIGNMENT_MAX][ASSIGN_TEXT_SIZE];
};

static const struct argp_option options[] = {
    {"from", OPTION_FROM, "N",  0, "Address of the pack to read: its DIP switch, 0 to 15 (0)", 0},
    SETTER_OPTIONS,
    {NULL,   0,           NULL, 0, NULL,                                                       0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cloner *cloner = state->input;
    if (key == OPTION_FROM)
        cloner->source.address = option_number(state, "--from", text, 0, 15);
    else if (key == ARGP_KEY_ARG && cloner->source.line.url == NULL)
        cloner->source.line.url = text;
    else if (key == ARGP_KEY_END && cloner->setter.session.line.url == NULL)
        argp_error(state, "SOURCE and PORT are needed; they may be the same port");
    else
        return setter_parse(&cloner->setter, key, text, state);
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "SOURCE PORT",
    .doc =
        "Gives the pack at PORT the settings of the pack at SOURCE: shows the difference, writes "
        "it, reads it back. Texts, passwords and the address stay as they are.\v"
        "The password is sent only to packs that say they are Hearth. Exit codes: 1 a setting is "
        "not as asked, 2 bad usage.",
};

static bool read_source(struct cloner *cloner)
{
    struct pack_session *source = &cloner->source;
    struct snapshot values;
    snapshot_init(&values);
    params_init(&cloner->params);
    if (session_open(source) != EXIT_DONE)
        return false;
    bool read = session_read(source, JK_INFO, &values, &cloner->params) &&
                session_read(source, JK_SETTINGS, &values, &cloner->params);
    session_close(source);
    return read;
}

static void take_settings(struct cloner *cloner)
{
    struct setter *setter = &cloner->setter;
    for (int id = 0; id < PARAM_COUNT; id++) {
        int32_t value = cloner->params.value[id];
        if (!params_have(&cloner->params, (enum param_id)id) ||
            param_info[id].access == ACCESS_READ)
            continue;
        if (assign_number(&setter->assignments[setter->count], (enum param_id)id, value,
                          cloner->texts[setter->count]))
            setter->count++;
        else
            fprintf(
                stderr,
                "hearth clone: %s of the source, %d, is not copied: from %d to %d is possible\n",
                param_info[id].name, (int)value, (int)param_info[id].min, (int)param_info[id].max);
    }
}

int clone_command(int argc, char **argv)
{
    static struct cloner cloner = {
        .source.line.subcommand = "clone",
        .setter = {.session.line.subcommand = "clone", .only_differences = true}
    };
    argp_parse(&parser, argc, argv, 0, NULL, &cloner);
    if (!read_source(&cloner))
        return EXIT_FAILED;
    take_settings(&cloner);
    return setter_run(&cloner.setter);
}
