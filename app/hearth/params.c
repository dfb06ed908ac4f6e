/* SPDX-License-Identifier: Apache-2.0
 * hearth params: the table of settings, as text or JSON Lines.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "core/params.h"
#include "ui/text.h"

struct params_options {
    struct params params;
    bool json;
};

static const struct argp_option options[] = {
    {"preset",                      'p', "NAME", 0, "Capacity: 314 or 320 (314)", 0},
    {"json",                       'j', NULL, 0, "One JSON object per setting", 0},
    {0}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct params_options *chosen = state->input;
    switch (key) {
    case 'p':
        if (strcmp(text, "314") != 0 && strcmp(text, "320") != 0)
            argp_error(state, "--preset '%s': 314 or 320 is expected", text);
        if (strcmp(text, "320") == 0)
            chosen->params.nominal_mah = 320000;
        return 0;
    case 'j':
        chosen->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': no argument is expected", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    options, parse, NULL, "Lists the settings of a pack: value, hard bounds, who may write it.",
    NULL,    NULL,  NULL};

static const char *const access_name[] = {
    [ACCESS_READ] = "nobody", [ACCESS_USER] = "user", [ACCESS_INSTALLER] = "installer"};

static void print_row(const struct param_info *info, int32_t value, bool json)
{
    if (json)
        printf("{\"name\":\"%s\",\"value\":%d,\"min\":%d,\"max\":%d,\"unit\":\"%s\","
               "\"access\":\"%s\",\"label\":\"%s\"}\n",
               info->name, value, info->min, info->max, unit_name[info->unit],
               access_name[info->access], info->label);
    else
        printf("%-30s %9d %9d %9d  %-9s %-10s %s\n", info->name, value, info->min, info->max,
               unit_name[info->unit], access_name[info->access], info->label);
}

int params_command(int argc, char **argv)
{
    struct params_options chosen = {.json = false};
    params_init(&chosen.params);
    argp_parse(&parser, argc, argv, 0, NULL, &chosen);
    if (!chosen.json)
        printf("%-30s %9s %9s %9s  %-9s %-10s %s\n", "setting", "value", "min", "max", "unit",
               "written by", "meaning");
    for (int id = 0; id < PARAM_COUNT; id++)
        print_row(&param_info[id], chosen.params.value[id], chosen.json);
    return EXIT_DONE;
}
