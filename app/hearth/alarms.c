/* SPDX-License-Identifier: Apache-2.0
 * hearth alarms: the list of alarms, or the matrix of what each one stops, lights and sets on every
 * CAN protocol. All of it is read from the tables that do it.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "core/alarms.h"
#include "core/protect.h"
#include "protocols/protocols.h"
#include "wire/can_table.h"

enum { CELL_SIZE = 64 };

static const struct argp_option options[] = {
    {"matrix", 'm',  NULL, 0, "What each alarm stops, lights and sends, as Markdown", 0},
    {NULL,     '\0', NULL, 0, NULL,                                                   0},
};

static const char *const severity_name[] = {"warning", "protection", "fault"};

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

static void print_list(void)
{
    printf("%-25s %-10s %6s %s\n", "name", "severity", "JK bit", "label");
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        char bit[8] = "-";
        if (info->jk_bit >= 0)
            snprintf(bit, sizeof(bit), "%d", info->jk_bit);
        printf("%-25s %-10s %6s %s\n", info->name, severity_name[info->severity], bit, info->label);
    }
}

/* What the rules that raise this alarm stop. Alarms without a rule are raised elsewhere. */
static const char *rule_stops(size_t alarm)
{
    static const char *const words[] = {"-", "charge", "discharge", "both"};
    uint8_t blocks = 0;
    for (size_t id = 0; id < RULE_COUNT; id++) {
        if (rules[id].alarm == alarm && rules[id].level == LEVEL_TRIP)
            blocks |= rules[id].blocks;
    }
    return words[blocks & BLOCKS_BOTH];
}

static const char *bit_of(uint8_t mask)
{
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    size_t bit = 0;
    while (bit < 7 && !(mask >> bit & 1))
        bit++;
    return names[bit];
}

/* "359 0.1, w 2.1": frame, byte and bit; w for the warning. */
static void can_places(const struct can_protocol *can, size_t alarm, char cell[CELL_SIZE])
{
    size_t used = 0;
    snprintf(cell, CELL_SIZE, "-");
    for (size_t m = 0; m < can->message_count; m++) {
        const struct can_message *message = &can->messages[m];
        for (size_t i = 0; i < message->alarm_count && used < CELL_SIZE; i++) {
            const struct can_alarm *row = &message->alarms[i];
            if (row->alarm != alarm)
                continue;
            used += (size_t)snprintf(cell + used, CELL_SIZE - used, "%s%s%03X %u.%s",
                                     used ? ", " : "", row->set == IN_WARNINGS ? "w " : "",
                                     (unsigned)message->id, row->byte, bit_of(row->mask));
        }
    }
}

static void print_matrix_head(void)
{
    printf("| Alarm | Severity | Stops by rule | ALM lamp | Contact source | JK bit |");
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].can != NULL)
            printf(" %s |", protocols[i].name);
    }
    printf("\n|---|---|---|---|---|---|");
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].can != NULL)
            printf("---|");
    }
    putchar('\n');
}

static void print_matrix(void)
{
    print_matrix_head();
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        char cell[CELL_SIZE];
        printf("| %s | %s | %s | %s | ", info->name, severity_name[info->severity], rule_stops(id),
               info->led == ALARM_LED_ALM ? "yes" : "-");
        printf(info->contact_source ? "%d | " : "- | ", info->contact_source);
        printf(info->jk_bit >= 0 ? "%d |" : "- |", info->jk_bit);
        for (size_t i = 0; i < protocol_count; i++) {
            if (protocols[i].can == NULL)
                continue;
            can_places(protocols[i].can, id, cell);
            printf(" %s |", cell);
        }
        putchar('\n');
    }
}

int alarms_command(int argc, char **argv)
{
    bool matrix = false;
    argp_parse(&parser, argc, argv, 0, NULL, &matrix);
    if (matrix)
        print_matrix();
    else
        print_list();
    return EXIT_DONE;
}
