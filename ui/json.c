/* SPDX-License-Identifier: Apache-2.0
 * JSON of snapshots and settings by walking their tables. Types no name of a setting or value,
 * except the three reasons, whose numbers are shown by name. Decides nothing.
 */
#include "core/limits.h"
#include "ui/words.h"
#include "ui/json.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

static void separate(struct text_writer *writer)
{
    char last = writer->used > 0 ? writer->buffer[writer->used - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        writer_character(writer, ',');
}

static void put_number(struct text_writer *writer, uint8_t unit, int32_t value)
{
    if (unit == UNIT_FLAG)
        json_add_boolean(writer, value != 0);
    else
        json_add_integer(writer, value);
}

static bool is_reason(uint16_t id)
{
    return id == VALUE_voltage_limit_reason || id == VALUE_charge_limit_reason ||
           id == VALUE_discharge_limit_reason;
}

static void put_reason(struct text_writer *writer, int32_t reason)
{
    if (reason >= 0 && reason < REASON_COUNT)
        json_add_string(writer, reason_info[reason].name);
    else
        json_add_null(writer);
}

static void put_scalar(struct text_writer *writer, const struct snapshot *snapshot,
                       const struct value_info *info)
{
    int32_t value;
    if (!snapshot_get(snapshot, (enum value_id)info->id, &value))
        return;
    json_key(writer, info->name);
    if (is_reason(info->id))
        put_reason(writer, value);
    else
        put_number(writer, info->unit, value);
}

static void put_array(struct text_writer *writer, const struct snapshot *snapshot,
                      const struct value_info *info)
{
    int count = info->count;
    while (count > 0 && !snapshot_have(snapshot, (enum value_id)(info->id + count - 1)))
        count--;
    if (count == 0)
        return;
    json_key(writer, info->name);
    json_open(writer, '[');
    for (int i = 0; i < count; i++) {
        int32_t value;
        if (snapshot_get(snapshot, (enum value_id)(info->id + i), &value))
            put_number(writer, info->unit, value);
        else
            json_add_null(writer);
    }
    json_close(writer, ']');
}

static void put_text(struct text_writer *writer, const struct snapshot *snapshot,
                     const struct value_info *info)
{
    const char *text = (const char *)snapshot + info->offset;
    size_t used = 0;
    while (used < info->count && text[used] != '\0')
        used++;
    json_key(writer, info->name);
    writer_json_string(writer, text, used);
}

static void put_flags(struct text_writer *writer, const struct snapshot *snapshot,
                      const struct value_info *info)
{
    uint32_t set[ALARM_WORDS];
    memcpy(set, (const char *)snapshot + info->offset, sizeof(set));
    json_key(writer, info->name);
    json_alarms(writer, set);
}

void json_open(struct text_writer *writer, char bracket)
{
    ASSERT(bracket == '{' || bracket == '[');
    separate(writer);
    writer_character(writer, bracket);
}

void json_close(struct text_writer *writer, char bracket)
{
    ASSERT(bracket == '}' || bracket == ']');
    writer_character(writer, bracket);
}

void json_key(struct text_writer *writer, const char *name)
{
    json_add_string(writer, name);
    writer_character(writer, ':');
}

void json_add_string(struct text_writer *writer, const char *text)
{
    separate(writer);
    writer_json_string(writer, text, strlen(text));
}

void json_add_integer(struct text_writer *writer, int64_t value)
{
    separate(writer);
    writer_integer(writer, value);
}

void json_add_boolean(struct text_writer *writer, bool value)
{
    separate(writer);
    writer_text(writer, value ? "true" : "false");
}

void json_add_null(struct text_writer *writer)
{
    separate(writer);
    writer_text(writer, "null");
}

void json_put_string(struct text_writer *writer, const char *name, const char *text)
{
    json_key(writer, name);
    json_add_string(writer, text);
}

void json_put_integer(struct text_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_add_integer(writer, value);
}

void json_put_boolean(struct text_writer *writer, const char *name, bool value)
{
    json_key(writer, name);
    json_add_boolean(writer, value);
}

void json_snapshot_values(struct text_writer *writer, const struct snapshot *snapshot)
{
    for (size_t row = 0; row < VALUE_ROW_COUNT; row++) {
        const struct value_info *info = &value_info[row];
        if (info->kind == VALUE_KIND_ARRAY)
            put_array(writer, snapshot, info);
        else if (!snapshot_have(snapshot, (enum value_id)info->id))
            continue;
        else if (info->kind == VALUE_KIND_SCALAR)
            put_scalar(writer, snapshot, info);
        else if (info->kind == VALUE_KIND_TEXT)
            put_text(writer, snapshot, info);
        else
            put_flags(writer, snapshot, info);
    }
}

void json_params_values(struct text_writer *writer, const struct params *params, bool only_have)
{
    for (int id = 0; id < PARAM_COUNT; id++) {
        if (only_have && !params_have(params, (enum param_id)id))
            continue;
        json_key(writer, param_info[id].name);
        put_number(writer, param_info[id].unit, params->value[id]);
    }
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        bool have = params->have_text >> id & 1;
        if (text_param_info[id].secret || (only_have && !have))
            continue;
        json_put_string(writer, text_param_info[id].name,
                        params_text_const(params, (enum text_param_id)id));
    }
}

void json_alarms(struct text_writer *writer, const uint32_t set[ALARM_WORDS])
{
    json_open(writer, '[');
    for (int alarm = 0; alarm < ALARM_COUNT; alarm++) {
        if (alarm_get(set, (enum alarm)alarm))
            json_add_string(writer, alarm_info[alarm].name);
    }
    json_close(writer, ']');
}
