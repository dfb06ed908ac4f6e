/* SPDX-License-Identifier: Apache-2.0
 * A CAN protocol as a DBC file: messages, signals, comments, periods, names of values. Physical
 * values are in the units of the project. Frames of packs stand there once for each pack. What a
 * DBC cannot say is in the comment of the message: hooks, 0x305 in both lengths, texts.
 */
#include <stdio.h>

#include "app/hearth/describe.h"
#include "protocols/can_names.h"
#include "ui/text.h"
#include "wire/can_table.h"

enum { NAME_SIZE = 64 };

#define DBC_EXTENDED 0x80000000u

/* One message of the file. */
struct entry {
    const struct protocol *protocol;
    const struct can_protocol *can;
    const struct can_message *message;
    bool battery;
    int pack;    /* -1: of the bank */
    uint32_t id; /* as DBC has it */
};

typedef void visit_entry(const struct entry *entry);

static bool is_extended(const struct can_message *message)
{
    return (message->form & CAN_FORMAT_MASK) == CAN_29_BIT;
}

/* Not where an earlier row has the same identifier, which is the one that is read, and not where 11
 * bits are too few. */
static void visit_pack(struct entry *entry, int pack, visit_entry *visit)
{
    struct can_frame frame = {.extended = is_extended(entry->message)};
    frame.id = entry->message->id + (pack > 0 ? (uint32_t)pack * entry->can->pack_step : 0);
    if (can_find(entry->can, &frame) != entry->message || (!frame.extended && frame.id > 0x7FF))
        return;
    entry->pack = pack;
    entry->id = frame.id | (frame.extended ? DBC_EXTENDED : 0);
    visit(entry);
}

static void visit_message(struct entry *entry, visit_entry *visit)
{
    bool packs = entry->message->form & (EACH_PACK | HOST_PACK) && entry->can->pack_step > 0;
    for (int pack = 0; packs && pack < PACK_MAX; pack++)
        visit_pack(entry, pack, visit);
    if (!packs)
        visit_pack(entry, -1, visit);
}

static void each_entry(const struct protocol *protocol, const struct can_protocol *can,
                       visit_entry *visit)
{
    struct entry entry = {.protocol = protocol, .can = can, .battery = true};
    for (size_t i = 0; i < can->message_count; i++) {
        entry.message = &can->messages[i];
        visit_message(&entry, visit);
    }
    entry.battery = false;
    for (size_t i = 0; i < can->answer_count; i++) {
        entry.message = &can->answers[i];
        visit_message(&entry, visit);
    }
}

/* Names are unique in a file: a name that several messages have is followed by the identifier. */
static bool is_only(const struct entry *entry)
{
    unsigned count = 0;
    for (size_t i = 0; i < entry->can->message_count; i++)
        count += entry->can->messages[i].name == entry->message->name;
    for (size_t i = 0; i < entry->can->answer_count; i++)
        count += entry->can->answers[i].name == entry->message->name;
    return count == 1;
}

static void message_name(const struct entry *entry, char name[NAME_SIZE])
{
    int used = snprintf(name, NAME_SIZE, "%s", can_message_name(entry->message));
    if (!is_only(entry))
        used +=
            snprintf(name + used, NAME_SIZE - (size_t)used, "_%X", (unsigned)entry->message->id);
    if (entry->pack >= 0)
        snprintf(name + used, NAME_SIZE - (size_t)used, "_pack_%d", entry->pack);
}

/* Signals. The second place of a value or alarm in a message is NAME_2. */

static void field_signal(const struct entry *entry, const struct can_field *field,
                         char name[NAME_SIZE])
{
    char base[DESCRIBE_NAME_SIZE];
    unsigned number = 1;
    describe_name(field, base);
    for (const struct can_field *other = entry->message->fields; other < field; other++)
        number += other->value == field->value;
    if (number > 1)
        snprintf(name, NAME_SIZE, "%s_%u", base, number);
    else
        snprintf(name, NAME_SIZE, "%s", base);
}

static bool in_levels(const struct can_message *message)
{
    return message->form & ALARM_LEVELS;
}

static bool in_two_bits(const struct can_message *message)
{
    return message->form & (ALARM_PAIRS | ALARM_LEVELS);
}

static bool same_place(const struct can_alarm *a, const struct can_alarm *b)
{
    return a->place == b->place;
}

/* A place is one signal, named after its first row. */
static bool is_signal(const struct can_message *message, const struct can_alarm *row)
{
    return row == message->alarms || !same_place(row, row - 1);
}

static void alarm_signal(const struct entry *entry, const struct can_alarm *row,
                         char name[NAME_SIZE])
{
    const struct can_message *message = entry->message;
    const char *prefix = in_levels(message) ? "level" : can_alarm_warns(row) ? "warning" : "alarm";
    unsigned number = 1;
    for (const struct can_alarm *other = message->alarms; other < row; other++)
        number += is_signal(message, other) && can_alarm_id(other) == can_alarm_id(row) &&
                  (in_levels(message) || other->what == row->what);
    if (number > 1)
        snprintf(name, NAME_SIZE, "%s_%s_%u", prefix, alarm_info[can_alarm_id(row)].name, number);
    else
        snprintf(name, NAME_SIZE, "%s_%s", prefix, alarm_info[can_alarm_id(row)].name);
}

/* A text ends where the next value begins. */
static unsigned field_bits(const struct can_message *message, const struct can_field *field)
{
    unsigned bits = can_field_type(field)->bits;
    unsigned end = message->size;
    for (size_t i = 0; i < message->field_count; i++) {
        unsigned byte = message->fields[i].byte;
        if (byte > field->byte && byte < end)
            end = byte;
    }
    return bits > 0 ? bits : 8 * (end - field->byte);
}

/* Physical value: (raw - offset) * den / num. The start of a big-endian signal is its highest bit.
 */
static void print_field(const struct entry *entry, const struct can_field *field)
{
    const struct field_type_info *type = can_field_type(field);
    unsigned start = 8u * field->byte + (type->big_endian ? 7u : type->shift);
    const struct can_scale *scale = can_field_scale(field);
    double factor = type->bits > 1 ? (double)scale->den / scale->num : 1;
    double offset = type->bits > 1 ? -scale->offset * factor : 0;
    char name[NAME_SIZE];
    field_signal(entry, field, name);
    printf(" SG_ %s : %u|%u@%d%c (%.9g,%.9g) [0|0] \"%s\" Vector__XXX\n", name, start,
           field_bits(entry->message, field), type->big_endian ? 0 : 1, type->is_signed ? '-' : '+',
           factor, offset + 0.0, unit_name[describe_info(field)->unit]);
}

static void print_message(const struct entry *entry)
{
    const struct can_message *message = entry->message;
    char name[NAME_SIZE];
    message_name(entry, name);
    printf("\nBO_ %u %s: %u %s\n", (unsigned)entry->id, name, message->size,
           entry->battery ? "Battery" : "Inverter");
    for (size_t i = 0; i < message->field_count; i++)
        print_field(entry, &message->fields[i]);
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        if (!is_signal(message, row))
            continue;
        alarm_signal(entry, row, name);
        printf(" SG_ %s : %u|%u@1+ (1,0) [0|%u] \"\" Vector__XXX\n", name, (unsigned)row->place,
               in_two_bits(message) ? 2u : 1u, in_two_bits(message) ? 3u : 1u);
    }
}

/* Comments */

static void comment_field(const struct entry *entry, const struct can_field *field)
{
    static const char *const roundings[] = {
        [0] = "",
        [DOWN >> 5] = ", a limit, rounded down",
        [UP >> 5] = ", a limit, rounded up",
        [FINER >> 5] = ", finer: goes if it is within 1 % of the coarse one"};
    const struct value_info *info = describe_info(field);
    bool text = can_field_type(field)->bits == 0;
    char name[NAME_SIZE];
    field_signal(entry, field, name);
    printf("CM_ SG_ %u %s \"%s%s%s%s. Evidence: %s\";\n", (unsigned)entry->id, name,
           text ? "text" : "unit ", text ? "" : unit_name[info->unit],
           roundings[(field->type & ROUNDING_MASK) >> 5],
           field->type & FIXED ? ", sent as a constant" : "",
           evidence_name[entry->protocol->evidence]);
}

static void comment_message(const struct entry *entry)
{
    const struct can_message *message = entry->message;
    printf("CM_ BO_ %u \"From the %s%s%s%s%s\";\n", (unsigned)entry->id,
           entry->battery ? "battery" : "inverter",
           message->timeout_ms > 0 ? "; the other side stops without it" : "",
           message->form & POLL ? (entry->battery ? "; when asked" : "; asks") : "",
           (message->form & CAN_FORMAT_MASK) == CAN_EITHER ? "; taken with 29 bits too" : "",
           message->form & HOOKED ? "; partly by rules that no row says" : "");
    for (size_t i = 0; i < message->field_count; i++)
        comment_field(entry, &message->fields[i]);
}

/* Periods */

static void print_period(const struct entry *entry)
{
    if (entry->message->period_ms > 0)
        printf("BA_ \"GenMsgCycleTime\" BO_ %u %u;\n", (unsigned)entry->id,
               entry->message->period_ms);
}

/* Names of values */

static void name_field(const struct entry *entry, const struct can_field *field)
{
    const struct field_type_info *type = can_field_type(field);
    char name[NAME_SIZE];
    field_signal(entry, field, name);
    if (type->bits == 1) {
        printf("VAL_ %u %s 0 \"no\" 1 \"yes\" ;\n", (unsigned)entry->id, name);
    } else if (type->bits > 0 && field->absent != REQUIRED) {
        printf("VAL_ %u %s %lld \"not known\" ;\n", (unsigned)entry->id, name,
               (long long)can_field_absent(field));
    }
}

/* Of a level: the first row of a set at a place is what is read. */
static const struct can_alarm *row_of_set(const struct can_message *message,
                                          const struct can_alarm *first, bool warns)
{
    const struct can_alarm *end = message->alarms + message->alarm_count;
    for (const struct can_alarm *row = first; row < end && same_place(row, first); row++) {
        if (can_alarm_warns(row) == warns)
            return row;
    }
    return NULL;
}

static void name_level(const struct can_alarm *row, unsigned value, const char *set)
{
    if (row != NULL)
        printf(" %u \"%s %s\"", value, set, alarm_info[can_alarm_id(row)].name);
}

static void name_alarm(const struct entry *entry, const struct can_alarm *row)
{
    const struct can_message *message = entry->message;
    const char *set = can_alarm_warns(row) ? "warning" : "alarm";
    char name[NAME_SIZE];
    alarm_signal(entry, row, name);
    printf("VAL_ %u %s", (unsigned)entry->id, name);
    if (in_levels(message)) {
        printf(" 0 \"none\"");
        name_level(row_of_set(message, row, false), 1, "alarm");
        name_level(row_of_set(message, row, true), 2, "warning");
        name_level(row_of_set(message, row, true), 3, "warning");
    } else if (message->form & ALARM_PAIRS) {
        printf(" 0 \"not said\" 1 \"%s %s\" 2 \"none\" 3 \"not said\"", set,
               alarm_info[can_alarm_id(row)].name);
    } else {
        printf(" 0 \"none\" 1 \"%s %s\"", set, alarm_info[can_alarm_id(row)].name);
    }
    printf(" ;\n");
}

static void name_values(const struct entry *entry)
{
    const struct can_message *message = entry->message;
    for (size_t i = 0; i < message->field_count; i++)
        name_field(entry, &message->fields[i]);
    for (size_t i = 0; i < message->alarm_count; i++) {
        if (is_signal(message, &message->alarms[i]))
            name_alarm(entry, &message->alarms[i]);
    }
}

void describe_dbc(const struct protocol *protocol, const struct can_protocol *can)
{
    printf("VERSION \"\"\n\nNS_ :\n\nBS_:\n\nBU_: Battery Inverter\n");
    each_entry(protocol, can, print_message);
    printf("\nCM_ \"%s%s%s: %s. %u bit/s. Evidence: %s\";\n", can->name, can->profile[0] ? ":" : "",
           can->profile, protocol->title, (unsigned)can->bitrate,
           evidence_name[protocol->evidence]);
    each_entry(protocol, can, comment_message);
    printf("\nBA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 65535;\nBA_DEF_DEF_ \"GenMsgCycleTime\" 0;\n");
    each_entry(protocol, can, print_period);
    putchar('\n');
    each_entry(protocol, can, name_values);
}
