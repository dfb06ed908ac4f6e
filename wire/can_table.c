/* SPDX-License-Identifier: Apache-2.0
 * Rows to bytes and back. Everything is computed in 64 bits and saturated at the end, so that no
 * value and no row can wrap. Frames without a row are not mine; frames too short for any row of
 * theirs are bad.
 */
#include "wire/can_table.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

enum { FRAME_SIZE = 8 };

const struct field_type_info *can_field_type(const struct can_field *field)
{
    ASSERT((field->type & FIELD_TYPE_MASK) < FIELD_TYPE_COUNT);
    return &field_type_info[field->type & FIELD_TYPE_MASK];
}

static bool is_limit(const struct can_field *field)
{
    return field->type & (DOWN | UP);
}

static bool is_bit(const struct field_type_info *type)
{
    return type->bits == 1;
}

static int64_t scale(const struct can_field *field, int32_t value)
{
    int64_t product = (int64_t)value * field->num;
    if (!is_limit(field))
        return div_round(product, field->den);
    int64_t limit = clamp64(product, 0, INT64_MAX);
    return field->type & UP ? -div_floor(-limit, field->den) : div_floor(limit, field->den);
}

/* False: required and not known. */
static bool encode_field(const struct can_field *field, const struct snapshot *source,
                         uint8_t *data)
{
    const struct field_type_info *type = can_field_type(field);
    int32_t value;
    if (field->type & FIXED)
        return true;
    ASSERT(type->bits > 0); /* a text is always FIXED */
    if (!snapshot_get(source, (enum value_id)field->value, &value)) {
        if (field->absent == REQUIRED)
            return false;
        field_put_code(type, data + field->byte, field->absent);
        return true;
    }
    int64_t raw = is_bit(type) ? value != 0 : scale(field, value) + field->offset;
    field_put(type, data + field->byte, raw);
    return true;
}

static void encode_alarms(const struct can_message *message, const struct snapshot *source,
                          uint8_t *data)
{
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        const uint32_t *set = row->set == IN_ALARMS ? source->alarms : source->warnings;
        if (alarm_get(set, (enum alarm)row->alarm))
            data[row->byte] |= row->mask;
    }
}

bool can_encode(const struct can_message *message, const struct snapshot *source,
                struct can_frame *frame)
{
    ASSERT(message->size <= FRAME_SIZE);
    struct can_frame built = {message->id, message->format == CAN_29_BIT, message->size, {0}};
    if (message->fill != NULL)
        memcpy(built.data, message->fill, message->size);
    for (size_t i = 0; i < message->field_count; i++) {
        if (!encode_field(&message->fields[i], source, built.data))
            return false;
    }
    encode_alarms(message, source, built.data);
    *frame = built;
    return true;
}

/* Text up to the end of the frame; trailing blanks and NUL are padding. */
static bool decode_text(const struct can_field *field, const struct can_frame *frame,
                        struct snapshot *values)
{
    ASSERT(field->value == VALUE_maker);
    if (frame->size <= field->byte)
        return false;
    uint32_t size = frame->size - 1u * field->byte;
    const char *text = (const char *)frame->data + field->byte;
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\0'))
        size--;
    snapshot_put_maker(values, text, size);
    return true;
}

/* A value may lie in several bits of a frame; one that is set is enough. */
static bool any_bit(const struct can_message *message, uint16_t value,
                    const struct can_frame *frame)
{
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        const struct field_type_info *type = can_field_type(field);
        if (field->value == value && is_bit(type) && field->byte < frame->size &&
            field_get(type, frame->data + field->byte) != 0)
            return true;
    }
    return false;
}

/* Whether the frame covers the field, be it known or not. */
static bool decode_field(const struct can_message *message, const struct can_field *field,
                         const struct can_frame *frame, struct snapshot *values)
{
    const struct field_type_info *type = can_field_type(field);
    if (type->bits == 0)
        return decode_text(field, frame, values);
    if (field->byte + type->size > frame->size)
        return false;
    if (is_bit(type)) {
        snapshot_put(values, (enum value_id)field->value, any_bit(message, field->value, frame));
        return true;
    }
    int64_t raw = field_get(type, frame->data + field->byte);
    if (field->absent != REQUIRED && raw == field->absent)
        return true;
    int32_t value = saturate32(div_round((raw - field->offset) * field->den, field->num));
    snapshot_put(values, (enum value_id)field->value, is_limit(field) ? abs32(value) : value);
    return true;
}

bool can_alarm_is_first(const struct can_message *message, const struct can_alarm *row)
{
    for (const struct can_alarm *other = message->alarms; other < row; other++) {
        if (other->byte == row->byte && other->mask == row->mask)
            return false;
    }
    return true;
}

static bool decode_alarm(const struct can_message *message, const struct can_alarm *row,
                         const struct can_frame *frame, struct snapshot *values)
{
    if (row->byte >= frame->size)
        return false;
    if (!can_alarm_is_first(message, row))
        return true;
    bool warning = row->set == IN_WARNINGS;
    uint32_t *set = warning ? values->warnings : values->alarms;
    snapshot_set_have(values, warning ? VALUE_warnings : VALUE_alarms, true);
    alarm_put(set, (enum alarm)row->alarm, frame->data[row->byte] & row->mask);
    return true;
}

enum decode can_decode(const struct can_message *message, const struct can_frame *frame,
                       struct snapshot *values)
{
    bool covered = message->field_count + message->alarm_count == 0;
    for (size_t i = 0; i < message->field_count; i++)
        covered |= decode_field(message, &message->fields[i], frame, values);
    for (size_t i = 0; i < message->alarm_count; i++)
        covered |= decode_alarm(message, &message->alarms[i], frame, values);
    return covered ? DECODED : BAD;
}

static const struct can_message *find_in(const struct can_message *messages, size_t count,
                                         const struct can_frame *frame)
{
    for (size_t i = 0; i < count; i++) {
        const struct can_message *message = &messages[i];
        bool fits =
            message->format == CAN_EITHER || frame->extended == (message->format == CAN_29_BIT);
        if (message->id == frame->id && fits)
            return message;
    }
    return NULL;
}

const struct can_message *can_find(const struct can_protocol *protocol,
                                   const struct can_frame *frame)
{
    const struct can_message *message = find_in(protocol->messages, protocol->message_count, frame);
    return message ? message : find_in(protocol->answers, protocol->answer_count, frame);
}

bool can_from_inverter(const struct can_protocol *protocol, const struct can_message *message)
{
    for (size_t i = 0; i < protocol->answer_count; i++) {
        if (message == &protocol->answers[i])
            return true;
    }
    return false;
}
