/* SPDX-License-Identifier: Apache-2.0
 * The alarm matrix: what each alarm does in the pack, and what of it each CAN profile can tell. The
 * second is found by trying: a sound bank with one alarm is encoded and read back, so that hooks
 * and shared bits count as they work.
 */
#include "app/hearth/alarm_matrix.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/alarms.h"
#include "protocols/protocols.h"
#include "service/conform.h"
#include "wire/can_table.h"

/* What becomes of an alarm or warning on the wire. */
enum fate {
    FATE_LOST,  /* no frame changes */
    FATE_OTHER, /* told, but read as another alarm */
    FATE_TOLD,  /* read as what it is */
};

struct trial {
    enum fate fate;
    int read_as; /* of FATE_OTHER: the first alarm that is read; -1 nothing is */
    bool as_warning;
};

static void put_alarm(struct snapshot *bank, enum alarm_set set, size_t alarm)
{
    alarm_put(set == IN_WARNINGS ? bank->warnings : bank->alarms, (enum alarm)alarm, true);
}

/* Whether any frame differs from that of a bank without alarms; what all of them say is added up.
 */
static bool exchange(const struct can_protocol *can, const struct snapshot *bank,
                     struct snapshot *heard)
{
    struct snapshot sound;
    bool changed = false;
    conform_sound_bank(&sound);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame = {0};
        struct can_frame usual = {0};
        struct view view = {bank, {bank}};
        struct view without = {&sound, {&sound}};
        if (!can_encode(can, &can->messages[i], &view, 0, &frame) ||
            !can_encode(can, &can->messages[i], &without, 0, &usual) ||
            memcmp(frame.data, usual.data, sizeof(frame.data)) == 0)
            continue;
        changed = true;
        can_decode(can, &can->messages[i], &frame, heard);
    }
    return changed;
}

static int first_of(const uint32_t set[ALARM_WORDS])
{
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        if (alarm_get(set, (enum alarm)id))
            return (int)id;
    }
    return -1;
}

static struct trial try_alarm(const struct can_protocol *can, enum alarm_set set, size_t alarm)
{
    struct trial trial = {FATE_LOST, -1, false};
    struct snapshot bank;
    struct snapshot heard;
    conform_sound_bank(&bank);
    snapshot_init(&heard);
    put_alarm(&bank, set, alarm);
    if (!exchange(can, &bank, &heard))
        return trial;
    const uint32_t *read = set == IN_WARNINGS ? heard.warnings : heard.alarms;
    trial.fate = alarm_get(read, (enum alarm)alarm) ? FATE_TOLD : FATE_OTHER;
    trial.read_as = first_of(heard.alarms);
    trial.as_warning = trial.read_as < 0;
    if (trial.as_warning)
        trial.read_as = first_of(heard.warnings);
    return trial;
}

static void print_title(const struct can_protocol *can)
{
    printf("%s%s%s", can->name, can->profile[0] ? ":" : "", can->profile);
}

static bool sends_anything(const struct can_protocol *can)
{
    for (size_t i = 0; i < can->message_count; i++) {
        if (can->messages[i].period_ms > 0 || can->messages[i].form & POLL)
            return true;
    }
    return false;
}

typedef void visit_profile(const struct can_protocol *can, size_t alarm);

/* Profiles that are read only have nobody to tell an alarm. */
static void each_profile(visit_profile *visit, size_t alarm)
{
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; protocols[i].can != NULL && n < protocols[i].can_count; n++) {
            if (sends_anything(&protocols[i].can[n]))
                visit(&protocols[i].can[n], alarm);
        }
    }
}

/* The pack's side */

static void print_effects(void)
{
    printf("| Alarm | Severity | Stops by rule | ALM lamp | Contact source | JK bit |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        printf("| %s | %s | %s | %s | ", info->name, severity_name[info->severity], alarm_stops(id),
               info->led == ALARM_LED_ALM ? "yes" : "-");
        printf(info->contact_source ? "%d | " : "- | ", info->contact_source);
        printf(info->jk_bit >= 0 ? "%d |\n" : "- |\n", info->jk_bit);
    }
}

/* The wire's side */

static void print_column(const struct can_protocol *can, size_t alarm)
{
    (void)alarm;
    putchar(' ');
    print_title(can);
    printf(" |");
}

static void print_rule(const struct can_protocol *can, size_t alarm)
{
    (void)can, (void)alarm;
    printf("---|");
}

static void print_cell(const struct can_protocol *can, size_t alarm)
{
    static const char letters[2][3] = {
        {'\0', 'a', 'A'},
        {'\0', 'w', 'W'}
    };
    char cell[4] = "";
    size_t used = 0;
    for (int set = IN_ALARMS; set <= IN_WARNINGS; set++) {
        char letter = letters[set][try_alarm(can, (enum alarm_set)set, alarm).fate];
        if (letter != '\0')
            cell[used++] = letter;
    }
    printf(" %s |", used > 0 ? cell : "-");
}

static void print_fates(void)
{
    printf("| Alarm |");
    each_profile(print_column, 0);
    printf("\n|---|");
    each_profile(print_rule, 0);
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        printf("\n| %s |", alarm_info[id].name);
        each_profile(print_cell, id);
    }
    putchar('\n');
}

static bool is_read_as(const struct can_protocol *can, size_t alarm, int other, bool as_warning)
{
    const struct trial trial = try_alarm(can, IN_ALARMS, alarm);
    return trial.fate == FATE_OTHER && trial.read_as == other && trial.as_warning == as_warning;
}

/* A line for each alarm that others are read as. */
static void print_read_as(const struct can_protocol *can, int other, bool as_warning)
{
    unsigned count = 0;
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        if (!is_read_as(can, id, other, as_warning))
            continue;
        if (count++ > 0)
            printf(", %s", alarm_info[id].name);
        else if (other < 0)
            printf("- as no alarm of ours: %s", alarm_info[id].name);
        else
            printf("- as %s%s: %s", as_warning ? "warning " : "", alarm_info[other].name,
                   alarm_info[id].name);
    }
    if (count > 0)
        putchar('\n');
}

static void print_others(const struct can_protocol *can)
{
    printf("\nAlarms that are read as another:\n\n");
    for (int other = 0; other < ALARM_COUNT; other++) {
        print_read_as(can, other, false);
        print_read_as(can, other, true);
    }
    print_read_as(can, -1, true);
}

/* Lost: neither as an alarm nor as a warning does it change a frame. */
static void print_losses(const struct can_protocol *can, size_t unused)
{
    unsigned lost = 0;
    (void)unused;
    printf("\n### ");
    print_title(can);
    printf("\n\nLost: ");
    for (size_t id = 0; id < ALARM_COUNT; id++) {
        if (try_alarm(can, IN_ALARMS, id).fate == FATE_LOST &&
            try_alarm(can, IN_WARNINGS, id).fate == FATE_LOST)
            printf("%s%s", lost++ > 0 ? ", " : "", alarm_info[id].name);
    }
    printf("%s.\n", lost > 0 ? "" : "none");
    print_others(can);
}

void alarm_matrix_print(void)
{
    printf("# Alarms: what each does, and which CAN protocol tells it\n\n"
           "Printed by `hearth alarms --matrix` from the tables; do not edit.\n\n"
           "## In the pack\n\n");
    print_effects();
    printf("\n## On the wire\n\n"
           "A: told as an alarm and read as the same. a: told as an alarm by a bit that several "
           "share, and read\nas another. W, w: likewise as a warning. -: no frame changes.\n\n");
    print_fates();
    printf("\n## What is lost\n\n"
           "An alarm that a profile cannot tell still acts in the pack: limits, switches, lamp, "
           "contacts and events.\n");
    each_profile(print_losses, 0);
}
