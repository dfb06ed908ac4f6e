/* SPDX-License-Identifier: Apache-2.0
 * hearth alarms: the table of alarms; with --matrix every protection rule with its values.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "core/alarms.h"
#include "core/params.h"
#include "core/protect.h"
#include "ui/text.h"

static const struct argp_option options[] = {
    {"matrix", 'm', NULL, 0, "Every rule: trip, release, delay, what it opens, how it releases", 0},
    {0   }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    bool *matrix = state->input;
    switch (key) {
    case 'm':
        *matrix = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': no argument is expected", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {options, parse, NULL, "Lists the alarms of a pack.",
                                   NULL,    NULL,  NULL};

static void print_alarms(void)
{
    static const char *const severity[] = {"warning", "protection", "fault"};
    printf("%-26s %-10s %4s %6s %7s %7s %7s  %s\n", "alarm", "severity", "lamp", "JK bit",
           "contact", "set", "cleared", "meaning");
    for (int id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        char bit[8] = "-";
        if (info->jk_bit >= 0)
            snprintf(bit, sizeof(bit), "%d", info->jk_bit);
        printf("%-26s %-10s %4s %6s %7d    0x%02X    0x%02X  %s\n", info->name,
               severity[info->severity], info->led == ALARM_LED_ALM ? "ALM" : "-", bit,
               info->contact_source, info->event_set, info->event_cleared, info->label);
    }
}

static void value_text(char *text, size_t size, int32_t value, uint8_t unit)
{
    struct text_writer writer;
    writer_init(&writer, text, size);
    text_value(&writer, value, (enum unit)unit);
}

static void print_rule(const struct rule *rule, const struct params *params)
{
    static const char *const latch[] = {"auto", "counted", "manual"};
    const char *opens = "-";
    if (rule->blocks == BLOCKS_CHARGE)
        opens = "charge";
    else if (rule->blocks == BLOCKS_DISCHARGE)
        opens = "discharge";
    else if (rule->blocks != BLOCKS_NOTHING)
        opens = rule->blocks == BLOCKS_BOTH ? "both" : "both, hard";
    char trip[32];
    char release[32];
    uint8_t unit = param_info[rule->trip].unit;
    value_text(trip, sizeof(trip), params->value[rule->trip], unit);
    value_text(release, sizeof(release), rule_release_value(rule, params), unit);
    printf("%-16s %-26s %-5s %2s %10s %10s %8.2f s %8.0f s  %-10s %s\n", rule->name,
           alarm_info[rule->alarm].name, rule->level == LEVEL_TRIP ? "trip" : "warn",
           rule->side == SIDE_OVER ? ">=" : "<=", trip, release,
           rule_time_ms(rule->delay, params) / 1000.0, rule_time_ms(rule->hold, params) / 1000.0,
           opens, latch[rule->latch]);
}

static void print_matrix(void)
{
    struct params params;
    params_init(&params);
    printf("%-16s %-26s %-5s %2s %10s %10s %10s %10s  %-10s %s\n", "rule", "alarm", "level", "",
           "trip", "release", "delay", "hold", "opens", "latch");
    for (int i = 0; i < RULE_COUNT; i++)
        print_rule(&rules[i], &params);
}

int alarms_command(int argc, char **argv)
{
    bool matrix = false;
    argp_parse(&parser, argc, argv, 0, NULL, &matrix);
    if (matrix)
        print_matrix();
    else
        print_alarms();
    return EXIT_DONE;
}
