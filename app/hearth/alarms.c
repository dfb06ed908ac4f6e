/* SPDX-License-Identifier: Apache-2.0
 * hearth alarms: every alarm with its rules (trip, delay, release, what opens), or the matrix of
 * app/hearth/alarm_matrix.c. All of it is read from the tables that do it.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/alarm_matrix.h"
#include "app/hearth/command.h"
#include "core/alarms.h"
#include "core/contacts.h"
#include "core/protect_rules.h"
#include "ui/text.h"
#include "ui/words.h"

enum { CELL_SIZE = 64 };

static const struct argp_option options[] = {
    {"matrix", 'm',  NULL, 0, "What each alarm stops, lights and sends, as Markdown", 0},
    {NULL,     '\0', NULL, 0, NULL,                                                   0},
};

const char *const severity_name[] = {"warning", "protection", "fault"};

static error_t parse(int key, char *text, struct argp_state *state)
{
    bool *matrix = state->input;
    if (key == 'm')
        *matrix = true;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument '%s'", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .doc = "Lists the alarms; with --matrix what each one does.",
};

/* "58.40 V" of a quantity, or nothing for a yes/no one. */
static void put_level(struct text_writer *writer, const char *sign, int32_t value,
                      const struct quantity_info *quantity)
{
    bool yes_no = quantity->unit == UNIT_FLAG;
    writer_text(writer, yes_no ? "" : sign);
    if (yes_no)
        writer_text(writer, "yes");
    else
        text_value(writer, value, (enum unit)quantity->unit);
}

static void put_trip(struct text_writer *writer, const struct rule *rule,
                     const struct params *params)
{
    put_level(writer, rule->side == SIDE_OVER ? ">= " : "<= ", rule_trip_value(rule, params),
              &quantity_info[rule->quantity]);
}

/* How a rule ends: by its condition, by tries, by the installer. */
static void put_release(struct text_writer *writer, const struct rule *rule,
                        const struct params *params)
{
    static const char *const latch_words[] = {[LATCH_AUTO] = "",
                                              [LATCH_COUNTED] = ", counted",
                                              [LATCH_MANUAL] = ", by installer",
                                              [LATCH_SERVICE] = ", by installer at any time"};
    bool fixed = rule->release.param == PARAM_COUNT;
    const char *sign = rule->side == SIDE_OVER ? (fixed ? "<= " : "< ") : (fixed ? ">= " : "> ");
    int32_t value = rule_release_value(rule, params);
    if (quantity_info[rule->quantity].unit == UNIT_FLAG)
        writer_text(writer, "gone");
    else
        put_level(writer, sign, value, &quantity_info[rule->quantity]);
    if (rule_hold_ms(rule, params) > 0) {
        writer_text(writer, " for ");
        text_value(writer, (int32_t)rule_hold_ms(rule, params), UNIT_MS);
    }
    writer_text(writer, latch_words[rule->latch]);
    writer_text(writer, rule->extra ? " and more" : "");
}

static const char *blocks_words(uint8_t blocks)
{
    static const char *const words[] = {"-", "charge", "discharge", "both"};
    if (blocks == BLOCKS_UNDER_VOLTAGE)
        return "discharge (not in an emergency)";
    return blocks == BLOCKS_HARD ? "both, no exception" : words[blocks & BLOCKS_BOTH];
}

static void print_rule(const struct rule *rule, const struct params *params)
{
    char trip[CELL_SIZE];
    char release[CELL_SIZE];
    char delay[CELL_SIZE];
    struct text_writer writer;
    writer_init(&writer, trip, sizeof(trip));
    put_trip(&writer, rule, params);
    writer_init(&writer, release, sizeof(release));
    put_release(&writer, rule, params);
    writer_init(&writer, delay, sizeof(delay));
    writer_text(&writer, rule_delay_ms(rule, params) > 0 ? "after " : "at once");
    if (rule_delay_ms(rule, params) > 0)
        text_value(&writer, (int32_t)rule_delay_ms(rule, params), UNIT_MS);
    printf("    %-21s %-7s %s\n", rule->name, rule->level == LEVEL_TRIP ? "acts" : "warns",
           quantity_words(rule->quantity));
    printf("        trip %s %s; release %s; opens %s\n", trip, delay, release,
           blocks_words(rule->blocks));
}

static void print_alarm(size_t id, const struct params *params)
{
    const struct alarm_info *info = &alarm_info[id];
    printf("%s: %s\n    %s; LED %s; contact sources", info->name, alarm_words[id],
           severity_name[info->severity], info->led == ALARM_LED_ALM ? "ALM" : "-");
    if (info->contact_source)
        printf(" %d", info->contact_source);
    if (info->severity != SEVERITY_WARNING)
        printf(" %d", SOURCE_system_alarm);
    printf(info->jk_bit >= 0 ? "; JK bit %d" : "; JK bit -", info->jk_bit);
    printf(info->event_set ? "; event 0x%02X" : "; event -", info->event_set);
    printf(info->event_cleared ? ", over 0x%02X\n" : "\n", info->event_cleared);
    bool ruled = false;
    for (size_t rule = 0; rule < RULE_COUNT; rule++) {
        if (rules[rule].alarm != id)
            continue;
        print_rule(&rules[rule], params);
        ruled = true;
    }
    if (!ruled)
        printf("    no rule of the pack: read from other packs, or raised by the bank\n");
}

static void print_list(void)
{
    struct params params;
    params_init(&params);
    for (size_t id = 0; id < ALARM_COUNT; id++)
        print_alarm(id, &params);
}

const char *alarm_stops(size_t alarm)
{
    uint8_t blocks = 0;
    for (size_t id = 0; id < RULE_COUNT; id++) {
        if (rules[id].alarm == alarm && rules[id].level == LEVEL_TRIP)
            blocks |= rules[id].blocks;
    }
    return blocks_words(blocks);
}

int alarms_command(int argc, char **argv)
{
    bool matrix = false;
    argp_parse(&parser, argc, argv, 0, NULL, &matrix);
    if (matrix)
        alarm_matrix_print();
    else
        print_list();
    return EXIT_DONE;
}
