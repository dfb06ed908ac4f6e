/* SPDX-License-Identifier: Apache-2.0
 * hearth params: every setting with default, bounds, unit and who may write it.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "app/hearth/presets.h"
#include "core/params.h"
#include "ui/text.h"
#include "ui/words.h"

static const struct argp_option options[] = {
    {"preset", 'p',  "NAME", 0, PRESET_HELP, 0},
    {NULL,     '\0', NULL,   0, NULL,        0},
};

static const char *const access_name[] = {"read", "user", "installer"};

struct choice {
    struct params params;
    const struct preset *preset; /* NULL: none was asked for */
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct choice *choice = state->input;
    if (key == 'p')
        choice->preset = option_preset(state, text, &choice->params);
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument '%s'", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .doc = "Lists the settings of a pack with defaults and ranges.",
};

static void print_preset(const struct preset *preset)
{
    if (!preset)
        return;
    printf("# preset %s: %s", preset->name, preset->words);
    if (preset->weight_kg > 0)
        printf(", %d kg", preset->weight_kg);
    putchar('\n');
}

int params_command(int argc, char **argv)
{
    struct choice choice = {.preset = NULL};
    params_init(&choice.params);
    argp_parse(&parser, argc, argv, 0, NULL, &choice);
    print_preset(choice.preset);
    printf("%-33s %9s %9s %9s %-9s %-9s %s\n", "name", "default", "min", "max", "unit", "access",
           "label");
    for (int id = 0; id < PARAM_COUNT; id++) {
        const struct param_info *info = &param_info[id];
        printf("%-33s %9d %9d %9d %-9s %-9s %s\n", info->name, choice.params.value[id], info->min,
               info->max, unit_name[info->unit], access_name[info->access], param_words[id]);
    }
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        const struct text_param_info *info = &text_param_info[id];
        printf("%-33s %9s %9s %9u %-9s %-9s %s\n", info->name, "-", "-", info->size, "text",
               access_name[info->access], text_param_words[id]);
    }
    return EXIT_DONE;
}
