/* SPDX-License-Identifier: Apache-2.0
 * hearth describe: the layout of a protocol from its tables, as Markdown, as a DBC file for CAN
 * tools, or as JSON. The rows are those which encode and decode; nothing is written twice.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "app/hearth/describe.h"
#include "protocols/can_names.h"
#include "protocols/protocols.h"
#include "ui/json.h"
#include "ui/text.h"
#include "wire/can_table.h"

enum { JSON_SIZE = 65536 };

typedef void print_function(const struct protocol *protocol, const struct can_protocol *can);

struct describe_options {
    const char *protocol_name;
    print_function *print;
};

/* Every element of a row that is an array has its own id. */
const struct value_info *describe_info(const struct can_field *field)
{
    size_t row = VALUE_ROW_COUNT - 1;
    while (row > 0 && value_info[row].id > field->value)
        row--;
    return &value_info[row];
}

void describe_name(const struct can_field *field, char name[DESCRIBE_NAME_SIZE])
{
    const struct value_info *info = describe_info(field);
    if (info->kind == VALUE_KIND_ARRAY)
        snprintf(name, DESCRIBE_NAME_SIZE, "%s_%u", info->name, field->value - info->id);
    else
        snprintf(name, DESCRIBE_NAME_SIZE, "%s", info->name);
}

static const char *field_rounding(const struct can_field *field)
{
    if (field->type & FIXED)
        return "fixed";
    if (field->type & DOWN)
        return "down";
    return field->type & UP ? "up" : "nearest";
}

/* Calls back for every message of both sides. */
static void each_message(const struct can_protocol *can, void *context,
                         void (*visit)(void *context, const struct can_message *message,
                                       bool battery))
{
    for (size_t i = 0; i < can->message_count; i++)
        visit(context, &can->messages[i], true);
    for (size_t i = 0; i < can->answer_count; i++)
        visit(context, &can->answers[i], false);
}

static void markdown_field(const struct can_field *field)
{
    char name[DESCRIBE_NAME_SIZE];
    describe_name(field, name);
    printf("| %u | %s | %s | %s | ", field->byte, can_field_type(field)->name, name,
           unit_name[describe_info(field)->unit]);
    const struct can_scale *scale = can_field_scale(field);
    printf("x %d / %d + %d | %s | ", scale->num, scale->den, scale->offset, field_rounding(field));
    if (field->absent == REQUIRED)
        printf("not sent |\n");
    else
        printf("%lld |\n", (long long)can_field_absent(field));
}

static void markdown_message(void *context, const struct can_message *message, bool battery)
{
    (void)context;
    printf("\n## 0x%03X %s\n\nFrom the %s, %u bytes, every %u ms.\n", (unsigned)message->id,
           can_message_name(message), battery ? "battery" : "inverter", message->size,
           message->period_ms);
    if (message->field_count > 0)
        printf("\n| Byte | Type | Value | Unit | Raw | Rounded | Not known |\n"
               "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < message->field_count; i++)
        markdown_field(&message->fields[i]);
    if (message->alarm_count > 0)
        printf("\n| Byte | Bit | Set by |\n|---|---|---|\n");
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        printf("| %u | %u | %s %s |\n", can_alarm_byte(row), can_alarm_bit(row),
               can_alarm_warns(row) ? "warning" : "alarm", alarm_info[can_alarm_id(row)].name);
    }
}

static void print_markdown(const struct protocol *protocol, const struct can_protocol *can)
{
    printf("# %s\n\n%s, %u bit/s. Evidence: %s.\n", protocol->name, protocol->title,
           (unsigned)can->bitrate, evidence_name[protocol->evidence]);
    each_message(can, NULL, markdown_message);
}

static void json_field(struct text_writer *json, const struct can_field *field)
{
    char name[DESCRIBE_NAME_SIZE];
    describe_name(field, name);
    json_open(json, '{');
    json_put_string(json, "value", name);
    json_put_integer(json, "byte", field->byte);
    json_put_string(json, "type", can_field_type(field)->name);
    json_put_string(json, "unit", unit_name[describe_info(field)->unit]);
    json_put_integer(json, "num", can_field_scale(field)->num);
    json_put_integer(json, "den", can_field_scale(field)->den);
    json_put_integer(json, "offset", can_field_scale(field)->offset);
    json_put_string(json, "rounding", field_rounding(field));
    json_put_boolean(json, "required", field->absent == REQUIRED);
    if (field->absent != REQUIRED)
        json_put_integer(json, "absent", can_field_absent(field));
    json_close(json, '}');
}

static void json_message(void *context, const struct can_message *message, bool battery)
{
    struct text_writer *json = context;
    json_open(json, '{');
    json_put_integer(json, "id", message->id);
    json_put_string(json, "message", can_message_name(message));
    json_put_string(json, "from", battery ? "battery" : "asking");
    json_put_integer(json, "size", message->size);
    json_put_integer(json, "period_ms", message->period_ms);
    json_key(json, "fields");
    json_open(json, '[');
    for (size_t i = 0; i < message->field_count; i++)
        json_field(json, &message->fields[i]);
    json_close(json, ']');
    json_key(json, "alarms");
    json_open(json, '[');
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        json_open(json, '{');
        json_put_string(json, "alarm", alarm_info[can_alarm_id(row)].name);
        json_put_boolean(json, "warning", can_alarm_warns(row));
        json_put_integer(json, "byte", can_alarm_byte(row));
        json_put_integer(json, "bit", can_alarm_bit(row));
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void print_json(const struct protocol *protocol, const struct can_protocol *can)
{
    static char buffer[JSON_SIZE];
    struct text_writer json;
    writer_init(&json, buffer, sizeof(buffer));
    json_open(&json, '{');
    json_put_string(&json, "protocol", protocol->name);
    json_put_string(&json, "profile", can->profile);
    json_key(&json, "profiles");
    json_open(&json, '[');
    for (size_t i = 0; i < protocol->can_count; i++)
        json_add_string(&json, protocol->can[i].profile);
    json_close(&json, ']');
    json_put_string(&json, "title", protocol->title);
    json_put_integer(&json, "bitrate", protocol->bitrate);
    json_put_string(&json, "evidence", evidence_name[protocol->evidence]);
    json_key(&json, "messages");
    json_open(&json, '[');
    each_message(can, &json, json_message);
    json_close(&json, ']');
    json_close(&json, '}');
    puts(buffer);
}

static const struct format {
    const char *name;
    print_function *print;
} formats[] = {
    {"md",   print_markdown},
    {"dbc",  describe_dbc  },
    {"json", print_json    },
};

static const struct argp_option argp_options[] = {
    {"format", 'f',  "FORMAT", 0, "md, dbc or json (md)", 0},
    {NULL,     '\0', NULL,     0, NULL,                   0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct describe_options *options = state->input;
    if (key == 'f') {
        options->print = NULL;
        for (size_t i = 0; i < COUNT(formats); i++) {
            if (strcmp(formats[i].name, text) == 0)
                options->print = formats[i].print;
        }
        if (options->print == NULL)
            argp_error(state, "--format '%s': md, dbc or json is expected", text);
    } else if (key == ARGP_KEY_ARG && state->arg_num == 0) {
        options->protocol_name = text;
    } else if (key == ARGP_KEY_ARG) {
        argp_error(state, "unexpected argument '%s'", text);
    } else if (key == ARGP_KEY_NO_ARGS) {
        argp_error(state, "PROTOCOL is needed");
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "PROTOCOL[:PROFILE]",
    .doc = "Prints the layout of a protocol from its tables.",
};

int describe_command(int argc, char **argv)
{
    struct describe_options options = {NULL, print_markdown};
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    const struct protocol *protocol = protocol_find(options.protocol_name);
    if (protocol == NULL)
        return usage_error("describe", "unknown protocol '%s'; `hearth protocols` lists them",
                           options.protocol_name);
    if (protocol->can == NULL && options.print == describe_dbc)
        return usage_error("describe", "dbc is a format for CAN; %s runs on %s", protocol->name,
                           bus_name[protocol->bus]);
    if (protocol->can == NULL)
        describe_jk_registers(protocol, options.print == print_json);
    else
        options.print(protocol, protocol_find_can(options.protocol_name));
    return EXIT_DONE;
}
