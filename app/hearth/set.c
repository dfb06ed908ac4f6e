/* SPDX-License-Identifier: Apache-2.0
 * hearth set: changes settings of a pack, named on the command line, and looks whether they are
 * changed.
 */
#include <argp.h>

#include "app/hearth/command.h"
#include "app/hearth/setter.h"

static const struct argp_option options[] = {
    SETTER_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static void add_assignment(struct setter *setter, const struct argp_state *state, char *text)
{
    struct assignment *added = &setter->assignments[setter->count];
    if (setter->count == SETTER_ASSIGNMENT_MAX)
        argp_error(state, "at most %d settings at a time", SETTER_ASSIGNMENT_MAX);
    assign_parse(added, state, text);
    for (size_t i = 0; i < setter->count; i++) {
        if (assign_same_setting(&setter->assignments[i], added))
            argp_error(state, "'%s' is there twice", added->name);
    }
    setter->count++;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct setter *setter = state->input;
    if (key == ARGP_KEY_ARG && setter->session.line.url)
        add_assignment(setter, state, text);
    else if (key == ARGP_KEY_END && setter->session.line.url && setter->count == 0)
        argp_error(state, "nothing to set: NAME=VALUE is missing");
    else
        return setter_parse(setter, key, text, state);
    return 0;
}

static const struct argp parser = {
    options,
    parse,
    "PORT NAME=VALUE...",
    "Changes settings of a pack and reads them back. `hearth params` lists names, units and ranges."
    "\vThe password is sent only to packs that say they are Hearth. Exit codes: 1 a setting is not "
    "as asked, 2 bad usage.",
    NULL,
    NULL,
    NULL};

int set_command(int argc, char **argv)
{
    static struct setter setter = {.session = {.line.subcommand = "set"}};
    argp_parse(&parser, argc, argv, 0, NULL, &setter);
    return setter_run(&setter);
}
