/* SPDX-License-Identifier: Apache-2.0
 * hearth describe: the layout of a CAN protocol from its tables, as a Markdown document, a DBC file
 * for CAN tools, or JSON.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "protocols/protocols.h"
#include "ui/text.h"
#include "wire/can_table.h"

enum format { FORMAT_MD, FORMAT_DBC, FORMAT_JSON };

struct describe_options {
    const char *protocol;
    enum format format;
};

static const struct argp_option options[] = {
    {"format", 'f', "NAME", 0, "md, dbc or json (md)", 0},
    {0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct describe_options *chosen = state->input;
    static const char *const names[] = {"md", "dbc", "json"};
    switch (key) {
    case 'f':
        for (int i = 0; i < 3; i++) {
            chosen->format = (enum format)i;
            if (strcmp(text, names[i]) == 0)
                return 0;
        }
        argp_error(state, "--format '%s': md, dbc or json is expected", text);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "too many arguments: '%s'", text);
        chosen->protocol = text;
        return 0;
    case ARGP_KEY_END:
        if (!chosen->protocol)
            argp_error(state, "a protocol is expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    options, parse, "PROTOCOL", "Prints the layout of a protocol from its tables.",
    NULL,    NULL,  NULL};

static const struct value_info *value_of(const struct can_field *field)
{
    const struct value_info *row = value_info;
    while (field->value < row->id ||
           (row->kind == VALUE_KIND_ARRAY && field->value >= row->id + row->count) ||
           (row->kind != VALUE_KIND_ARRAY && field->value != row->id))
        row++;
    return row;
}

/* First bit as DBC counts: little-endian fields by their lowest bit. */
static int first_bit(const struct can_field *field)
{
    return field->byte * 8 + can_field_type(field)->shift;
}

static void md_message(const struct can_message *message)
{
    printf("\n## 0x%03" PRIX32 " %s\n\n%u bytes", message->id, message->name, message->size);
    if (message->period_ms)
        printf(", every %u ms", message->period_ms);
    printf("\n\n| Byte | Type | Value | Raw = value x num / den + offset | Unit |\n"
           "|---|---|---|---|---|\n");
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        const struct value_info *value = value_of(field);
        printf("| %u | %s | `%s` | x %d / %d + %d | %s |\n", field->byte,
               can_field_type(field)->name, value->name, field->num, field->den, field->offset,
               unit_name[value->unit]);
    }
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *alarm = &message->alarms[i];
        printf("| %u | mask 0x%02X | `%s` | %s | flag |\n", alarm->byte, alarm->mask,
               alarm_info[alarm->alarm].name, alarm->set == IN_ALARMS ? "alarm" : "warning");
    }
}

static void dbc_message(const struct can_message *message)
{
    printf("\nBO_ %" PRIu32 " %s: %u Battery\n", message->id, message->name, message->size);
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        const struct field_type_info *type = can_field_type(field);
        const struct value_info *value = value_of(field);
        if (type->size == 0) /* text has no signal */
            continue;
        double factor = (double)field->den / field->num;
        printf(" SG_ %s : %d|%u@%d%c (%g,%g) [0|0] \"%s\" Inverter\n", value->name,
               first_bit(field), type->bits, type->big_endian ? 0 : 1, type->is_signed ? '-' : '+',
               factor, -field->offset * factor, unit_name[value->unit]);
    }
}

static void json_message(const struct can_message *message)
{
    printf("{\"id\":\"%03" PRIX32 "\",\"message\":\"%s\",\"size\":%u,\"period_ms\":%u,\"fields\":[",
           message->id, message->name, message->size, message->period_ms);
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        const struct value_info *value = value_of(field);
        printf("%s{\"value\":\"%s\",\"byte\":%u,\"type\":\"%s\",\"num\":%d,\"den\":%d,"
               "\"offset\":%d,\"unit\":\"%s\"}",
               i ? "," : "", value->name, field->byte, can_field_type(field)->name, field->num,
               field->den, field->offset, unit_name[value->unit]);
    }
    fputs("],\"alarms\":[", stdout);
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *alarm = &message->alarms[i];
        printf("%s{\"alarm\":\"%s\",\"warning\":%s,\"byte\":%u,\"mask\":%u}", i ? "," : "",
               alarm_info[alarm->alarm].name, alarm->set == IN_WARNINGS ? "true" : "false",
               alarm->byte, alarm->mask);
    }
    puts("]}");
}

static void print_head(const struct protocol *protocol, enum format format)
{
    if (format == FORMAT_MD)
        printf("# %s\n\n%s, %s. CAN, %u bit/s. Evidence: %s.\n", protocol->name, protocol->brand,
               protocol->title, protocol->bitrate, evidence_name[protocol->evidence]);
    else if (format == FORMAT_DBC)
        printf("VERSION \"%s\"\n\nNS_ :\n\nBS_:\n\nBU_: Battery Inverter\n", protocol->name);
}

int describe_command(int argc, char **argv)
{
    static void (*const printers[])(const struct can_message *) = {
        [FORMAT_MD] = md_message, [FORMAT_DBC] = dbc_message, [FORMAT_JSON] = json_message};
    struct describe_options chosen = {0};
    argp_parse(&parser, argc, argv, 0, NULL, &chosen);
    const struct protocol *protocol = protocol_find(chosen.protocol);
    if (!protocol)
        return usage_error("describe", "unknown protocol '%s'; `hearth protocols` lists them",
                           chosen.protocol);
    if (!protocol->can)
        return usage_error("describe",
                           "%s is a serial protocol; only CAN layouts can be printed "
                           "so far (its registers: protocols/jk_map.def)",
                           protocol->name);
    print_head(protocol, chosen.format);
    for (size_t i = 0; i < protocol->can->message_count; i++)
        printers[chosen.format](&protocol->can->messages[i]);
    return EXIT_DONE;
}
