/* SPDX-License-Identifier: Apache-2.0
 * Rows to bytes and back. Everything is computed in 64 bits and saturated at the end, so that no
 * value and no row can wrap. Frames without a row are not mine; frames too short for any row of
 * theirs are bad.
 */
#include "wire/can_table.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

enum {
    FRAME_SIZE = 8,
    FINER_REACH = 10,       /* permille */
    FULL_PERMILLE = 1000,   /* of charge and of health; never more is said */
    CHARGE_ABOVE_MV = 1000, /* the charge voltage stays this far above the discharge voltage */
};

const struct field_type_info *can_field_type(const struct can_field *field)
{
    ASSERT((field->type & FIELD_TYPE_MASK) < FIELD_TYPE_COUNT);
    return &field_type_info[field->type & FIELD_TYPE_MASK];
}

const struct can_scale *can_field_scale(const struct can_field *field)
{
    return &can_scales[field->scale];
}

static uint8_t rounding(const struct can_field *field)
{
    return field->type & ROUNDING_MASK;
}

static bool is_limit(const struct can_field *field)
{
    return rounding(field) == DOWN || rounding(field) == UP;
}

static bool is_bit(const struct field_type_info *type)
{
    return type->bits == 1;
}

int64_t can_field_absent(const struct can_field *field)
{
    const struct field_type_info *type = can_field_type(field);
    ASSERT(field->absent != REQUIRED);
    if (field->absent == ZERO)
        return 0;
    int64_t top = (int64_t)1 << (type->bits - 1);
    if (field->absent == ALL_ONES)
        return type->is_signed ? -1 : 2 * top - 1;
    return type->is_signed ? -top : top;
}

bool can_field_is_absent(const struct can_field *field, int64_t raw)
{
    if (field->absent <= ZERO) /* most of them */
        return field->absent == ZERO && raw == 0;
    return raw == can_field_absent(field);
}

/* Most divisors are 1. */
static int64_t rounded(int64_t num, int32_t den)
{
    return den == 1 ? num : div_round(num, den);
}

static int64_t raw_of(const struct can_field *field, int32_t value)
{
    const struct can_scale *scale = can_field_scale(field);
    int64_t product = (int64_t)value * scale->num;
    if (!is_limit(field))
        return rounded(product, scale->den) + scale->offset;
    int64_t limit = clamp64(product, 0, INT64_MAX);
    return scale->offset +
           (rounding(field) == UP ? -div_floor(-limit, scale->den) : div_floor(limit, scale->den));
}

static bool says_none(const struct snapshot *source, enum value_id id)
{
    int32_t value;
    return snapshot_get(source, id, &value) && value <= 0;
}

/* A charger that obeys the voltage alone stops at the present one; never at 0, which would empty
 * the battery. */
static int32_t lowered(const struct snapshot *source, int32_t charge_mv)
{
    bool stopped =
        says_none(source, VALUE_charge_allowed) || says_none(source, VALUE_charge_limit_ma);
    if (!stopped || !snapshot_have(source, VALUE_pack_mv))
        return charge_mv;
    int32_t lowest_mv = source->discharge_limit_mv + CHARGE_ABOVE_MV;
    return min32(charge_mv, max32(source->pack_mv, lowest_mv));
}

/* Coarse numbers round, but 100 % is said of a full battery only, and 0 % of an empty one. */
static int32_t not_at_an_end(const struct can_field *field, int32_t soc_permille)
{
    const struct can_scale *scale = can_field_scale(field);
    int32_t step = scale->den / scale->num;
    bool within = soc_permille > 0 && soc_permille < FULL_PERMILLE;
    return within && step > 1 ? clamp32(soc_permille, step, FULL_PERMILLE - step) : soc_permille;
}

/* The value as this protocol is told it. */
static int32_t as_told(const struct can_protocol *protocol, const struct can_field *field,
                       const struct snapshot *source, int32_t value)
{
    if (field->value == VALUE_charge_limit_mv && protocol->stop_lowers_voltage)
        value = lowered(source, value);
    if (field->value == VALUE_soc_permille || field->value == VALUE_soh_permille)
        value = clamp32(value, 0, FULL_PERMILLE);
    if (field->value == VALUE_soc_permille)
        value = not_at_an_end(field, value);
    size_t count = protocol->range_count;
    for (size_t i = 0; i < count; i++) {
        const struct can_range *range = &protocol->ranges[i];
        if (range->value == field->value)
            value = clamp32(value, range->min, range->max);
    }
    return value;
}

/* False: required and not known. */
static bool encode_field(const struct can_protocol *protocol, const struct can_field *field,
                         const struct snapshot *source, uint8_t *data)
{
    const struct field_type_info *type = can_field_type(field);
    int32_t value;
    if (field->type & FIXED)
        return true;
    ASSERT(type->bits > 0); /* a text is always FIXED */
    if (!snapshot_get(source, (enum value_id)field->value, &value)) {
        if (field->absent == REQUIRED)
            return false;
        field_put_code(type, data + field->byte, can_field_absent(field));
        return true;
    }
    value = as_told(protocol, field, source, value);
    field_put(type, data + field->byte, is_bit(type) ? value != 0 : raw_of(field, value));
    return true;
}

static bool is_set(const struct can_alarm *row, const struct snapshot *source)
{
    const uint32_t *set = can_alarm_warns(row) ? source->warnings : source->alarms;
    return alarm_get(set, can_alarm_id(row));
}

static bool any_alarm(const struct snapshot *source)
{
    uint32_t any = 0;
    for (size_t i = 0; i < ALARM_WORDS; i++)
        any |= source->alarms[i] | source->warnings[i];
    return any != 0;
}

/* A warning never hides an alarm of the same place. */
static void say_active(const struct can_message *message, const struct can_alarm *row,
                       uint8_t *byte)
{
    uint8_t mask = can_alarm_mask(row);
    uint8_t upper = (uint8_t)(mask << 1);
    bool in_two = message->form & (ALARM_PAIRS | ALARM_LEVELS);
    if (!(message->form & ALARM_LEVELS) || !can_alarm_warns(row))
        *byte = (uint8_t)((*byte & ~(in_two ? upper : 0)) | mask);
    else if (!(*byte & mask))
        *byte |= mask | upper;
}

static void encode_alarms(const struct can_message *message, const struct snapshot *source,
                          uint8_t *data)
{
    if (!any_alarm(source))
        return;
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        if (is_set(row, source))
            say_active(message, row, data + can_alarm_byte(row));
    }
}

static const struct snapshot *source_of(const struct can_message *message, const struct view *view,
                                        unsigned pack)
{
    ASSERT(pack < PACK_MAX);
    return message->form & (EACH_PACK | HOST_PACK) ? view->pack[pack] : view->bank;
}

static uint32_t id_of(const struct can_protocol *protocol, const struct can_message *message,
                      unsigned pack)
{
    bool of_pack = message->form & (EACH_PACK | HOST_PACK);
    return message->id + (of_pack ? pack * protocol->pack_step : 0);
}

bool can_encode(const struct can_protocol *protocol, const struct can_message *message,
                const struct view *view, unsigned pack, struct can_frame *frame)
{
    ASSERT(message->size <= FRAME_SIZE);
    const struct snapshot *source = source_of(message, view, pack);
    if (source == NULL)
        return false;
    bool extended = (message->form & CAN_FORMAT_MASK) == CAN_29_BIT;
    struct can_frame built = {id_of(protocol, message, pack), extended, message->size, {0}};
    if (message->fill != NULL)
        memcpy(built.data, message->fill, message->size);
    const struct can_field *fields = message->fields;
    size_t count = message->field_count;
    for (size_t i = 0; i < count; i++) {
        if (!encode_field(protocol, &fields[i], source, built.data))
            return false;
    }
    encode_alarms(message, source, built.data);
    if (message->form & HOOKED && protocol->encode != NULL &&
        !protocol->encode(message, view, pack, &built))
        return false;
    *frame = built;
    return true;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

/* Text up to the end of the frame or the first byte that is none; trailing blanks are padding. */
static bool decode_text(const struct can_field *field, const struct can_frame *frame,
                        struct snapshot *values)
{
    ASSERT(field->value == VALUE_maker);
    if (frame->size <= field->byte)
        return false;
    const char *text = (const char *)frame->data + field->byte;
    uint32_t size = 0;
    while (size + field->byte < frame->size && is_printable(text[size]))
        size++;
    while (size > 0 && text[size - 1] == ' ')
        size--;
    snapshot_put_maker(values, text, size);
    return true;
}

/* A value may lie in several bits of a frame; one that is set is enough. */
static bool any_bit(const struct can_message *message, unsigned value,
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
    if (can_field_is_absent(field, raw))
        return true;
    const struct can_scale *scale = can_field_scale(field);
    int32_t value = saturate32(rounded((raw - scale->offset) * scale->den, scale->num));
    if (is_limit(field))
        value = abs32(value);
    int32_t coarse;
    bool finer = rounding(field) == FINER;
    if (!finer || !snapshot_get(values, (enum value_id)field->value, &coarse) ||
        abs32(value - coarse) <= FINER_REACH)
        snapshot_put(values, (enum value_id)field->value, value);
    return true;
}

/* Rows of equal places have equal numbers; levels have a place for alarms and one for warnings. */
static unsigned place_of(bool levels, const struct can_alarm *row)
{
    return levels ? (row->what & CAN_ALARM_WARNS) | row->place : row->place;
}

bool can_alarm_is_first(const struct can_message *message, const struct can_alarm *row)
{
    bool levels = message->form & ALARM_LEVELS;
    unsigned place = place_of(levels, row);
    for (const struct can_alarm *other = message->alarms; other < row; other++) {
        if (place_of(levels, other) == place)
            return false;
    }
    return true;
}

/* What the place of a row says of it: 1 set, 0 not set, -1 nothing. */
static int read_alarm(const struct can_message *message, const struct can_alarm *row, uint8_t byte)
{
    unsigned pair = (unsigned)byte >> can_alarm_bit(row) & 3;
    if (message->form & ALARM_PAIRS)
        return pair == 1 ? 1 : pair == 2 ? 0 : -1;
    if (message->form & ALARM_LEVELS)
        return can_alarm_warns(row) ? pair >= 2 : pair == 1;
    return pair & 1;
}

static bool decode_alarms(const struct can_message *message, const struct can_frame *frame,
                          struct snapshot *values)
{
    bool covered = false;
    bool levels = message->form & ALARM_LEVELS;
    unsigned place = UINT32_MAX;
    size_t count = message->alarm_count;
    for (size_t i = 0; i < count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        if (place_of(levels, row) == place || can_alarm_byte(row) >= frame->size)
            continue; /* not the first of its place */
        place = place_of(levels, row);
        covered = true;
        int said = read_alarm(message, row, frame->data[can_alarm_byte(row)]);
        if (said < 0)
            continue;
        bool warning = can_alarm_warns(row);
        snapshot_set_have(values, warning ? VALUE_warnings : VALUE_alarms, true);
        alarm_put(warning ? values->warnings : values->alarms, can_alarm_id(row), said > 0);
    }
    return covered;
}

enum decode can_decode(const struct can_protocol *protocol, const struct can_message *message,
                       const struct can_frame *frame, struct snapshot *values)
{
    if (message->form & HOOKED && protocol->decode != NULL &&
        protocol->decode(message, frame, values))
        return DECODED;
    size_t count = message->field_count;
    bool covered = count + message->alarm_count == 0;
    for (size_t i = 0; i < count; i++)
        covered |= decode_field(message, &message->fields[i], frame, values);
    covered |= decode_alarms(message, frame, values);
    return covered ? DECODED : BAD;
}

int can_pack(const struct can_protocol *protocol, const struct can_message *message,
             const struct can_frame *frame)
{
    if (!(message->form & (EACH_PACK | HOST_PACK)) || protocol->pack_step == 0)
        return -1;
    uint32_t away = frame->id - message->id; /* huge below the first */
    bool fits = away % protocol->pack_step == 0 && away / protocol->pack_step < PACK_MAX;
    return fits ? (int)(away / protocol->pack_step) : -1;
}

static const struct can_message *find_in(const struct can_protocol *protocol,
                                         const struct can_message *messages, size_t count,
                                         const struct can_frame *frame)
{
    for (size_t i = 0; i < count; i++) {
        const struct can_message *message = &messages[i];
        unsigned format = message->form & CAN_FORMAT_MASK;
        bool fits = format == CAN_EITHER || frame->extended == (format == CAN_29_BIT);
        if (fits && (message->id == frame->id || can_pack(protocol, message, frame) >= 0))
            return message;
    }
    return NULL;
}

const struct can_message *can_find(const struct can_protocol *protocol,
                                   const struct can_frame *frame)
{
    const struct can_message *message =
        find_in(protocol, protocol->messages, protocol->message_count, frame);
    return message ? message : find_in(protocol, protocol->answers, protocol->answer_count, frame);
}

bool can_from_inverter(const struct can_protocol *protocol, const struct can_message *message)
{
    for (size_t i = 0; i < protocol->answer_count; i++) {
        if (message == &protocol->answers[i])
            return true;
    }
    return false;
}
