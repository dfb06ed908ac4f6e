/* SPDX-License-Identifier: Apache-2.0
 * The tables as JSON. One function per table writes one row; nothing here knows a single setting,
 * value or alarm. Enum numbers are shown as the words of the tables.
 */
#include "ui/schema.h"

#include "base/number.h"
#include "core/alarms.h"
#include "core/limits.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/protocols.h"
#include "ui/json.h"
#include "ui/text.h"
#include "ui/words.h"

static const char *const access_name[] = {
    [ACCESS_READ] = "read", [ACCESS_USER] = "user", [ACCESS_INSTALLER] = "installer"};
static const char *const scope_name[] = {
    [SCOPE_PACK] = "pack", [SCOPE_BANK] = "bank", [SCOPE_BOTH] = "both"};
static const char *const kind_name[] = {[VALUE_KIND_SCALAR] = "number",
                                        [VALUE_KIND_ARRAY] = "array",
                                        [VALUE_KIND_TEXT] = "text",
                                        [VALUE_KIND_FLAGS] = "alarms"};
static const char *const severity_name[] = {[SEVERITY_WARNING] = "warning",
                                            [SEVERITY_PROTECTION] = "protection",
                                            [SEVERITY_FAULT] = "fault"};
static const char *const subject_name[] = {
    [REASON_SUBJECT_NONE] = "none", [REASON_SUBJECT_CELL] = "cell", [REASON_SUBJECT_PACK] = "pack"};

static const struct power_row {
    bool powered;
} power_rows[] = {
#define STATE(id, number, powered, words) [number] = {powered},
#define ARROW(...)
#include "core/power.def"
};

static const struct source_row {
    const char *name;
} source_rows[] = {
#define SOURCE(number, name, kind, value, side, factor, unit, label) [number] = {#name},
#include "core/contacts.def"
#undef SOURCE
};

static void put_known(struct text_writer *writer, const char *name, const char *text)
{
    if (text != NULL)
        json_put_string(writer, name, text);
}

static void put_param(struct text_writer *writer, size_t row)
{
    const struct param_info *info = &param_info[row];
    json_put_string(writer, "name", info->name);
    json_put_string(writer, "label", param_words[row]);
    json_put_string(writer, "unit", unit_name[info->unit]);
    json_put_integer(writer, "default", info->initial);
    json_put_integer(writer, "min", info->min);
    json_put_integer(writer, "max", info->max);
    json_put_string(writer, "access", access_name[info->access]);
}

static void put_text(struct text_writer *writer, size_t row)
{
    const struct text_param_info *info = &text_param_info[row];
    json_put_string(writer, "name", info->name);
    json_put_string(writer, "label", text_param_words[row]);
    json_put_integer(writer, "size", info->size);
    json_put_string(writer, "access", access_name[info->access]);
    json_put_boolean(writer, "secret", info->secret);
}

static void put_value(struct text_writer *writer, size_t row)
{
    const struct value_info *info = &value_info[row];
    json_put_string(writer, "name", info->name);
    json_put_string(writer, "label", value_words[row]);
    json_put_string(writer, "kind", kind_name[info->kind]);
    json_put_string(writer, "unit", unit_name[info->unit]);
    json_put_string(writer, "scope", scope_name[info->scope]);
    if (info->kind == VALUE_KIND_ARRAY)
        json_put_integer(writer, "count", info->count);
}

static void put_alarm(struct text_writer *writer, size_t row)
{
    const struct alarm_info *info = &alarm_info[row];
    json_put_string(writer, "name", info->name);
    json_put_string(writer, "label", alarm_words[row]);
    json_put_string(writer, "severity", severity_name[info->severity]);
    if (info->jk_bit >= 0)
        json_put_integer(writer, "jk_bit", info->jk_bit);
}

static void put_reason(struct text_writer *writer, size_t row)
{
    json_put_string(writer, "name", reason_info[row].name);
    json_put_string(writer, "words", reason_info[row].words);
    json_put_string(writer, "subject", subject_name[reason_info[row].subject]);
}

static void put_power_state(struct text_writer *writer, size_t row)
{
    json_put_integer(writer, "name", (int64_t)row);
    json_put_string(writer, "words", power_words((uint8_t)row));
    json_put_boolean(writer, "powered", power_rows[row].powered);
}

static void put_contact_source(struct text_writer *writer, size_t row)
{
    json_put_string(writer, "name", source_rows[row].name);
    json_put_string(writer, "label", contact_source_words((uint8_t)row));
    json_put_integer(writer, "number", (int64_t)row);
}

static void put_unit(struct text_writer *writer, size_t row)
{
    json_put_string(writer, "name", unit_name[row]);
    put_known(writer, "symbol", unit_display[row].symbol);
    json_put_integer(writer, "exponent", unit_display[row].exponent);
    json_put_integer(writer, "places", unit_display[row].places);
}

static void put_protocol(struct text_writer *writer, size_t row)
{
    const struct protocol *protocol = &protocols[row];
    json_put_string(writer, "name", protocol->name);
    put_known(writer, "title", protocol->title);
    json_put_string(writer, "bus", bus_name[protocol->bus]);
    json_put_integer(writer, "bitrate", protocol->bitrate);
    json_put_string(writer, "evidence", evidence_name[protocol->evidence]);
}

void schema_table(struct text_writer *writer, const char *name, size_t count,
                  void (*put_row)(struct text_writer *, size_t))
{
    json_key(writer, name);
    json_open(writer, '[');
    for (size_t row = 0; row < count; row++) {
        json_open(writer, '{');
        put_row(writer, row);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

void schema_tables(struct text_writer *writer)
{
    schema_table(writer, "params", PARAM_COUNT, put_param);
    schema_table(writer, "texts", TEXT_PARAM_COUNT, put_text);
    schema_table(writer, "values", VALUE_ROW_COUNT, put_value);
    schema_table(writer, "alarms", ALARM_COUNT, put_alarm);
    schema_table(writer, "reasons", REASON_COUNT, put_reason);
    schema_table(writer, "units", UNIT_KIND_COUNT, put_unit);
    schema_table(writer, "power_states", COUNT(power_rows), put_power_state);
    schema_table(writer, "contact_sources", COUNT(source_rows), put_contact_source);
    schema_table(writer, "protocols", protocol_count, put_protocol);
}

void schema_json(struct text_writer *writer)
{
    json_open(writer, '{');
    schema_tables(writer);
    json_close(writer, '}');
}
