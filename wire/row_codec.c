/* SPDX-License-Identifier: Apache-2.0
 * Every value goes through its row: told as the protocol wants it, scaled, rounded, saturated. A
 * value or alarm that several bits stand for is set if one of them is.
 */
#include "wire/row_codec.h"

#include "base/assert.h"
#include "base/number.h"

enum {
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
    int64_t top = 1u << (type->bits - 1);
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

/* The value as it is told here. */
static int32_t as_told(const struct row_told *told, const struct can_field *field,
                       const struct snapshot *source, int32_t value)
{
    if (field->value == VALUE_charge_limit_mv && told->stop_lowers_voltage)
        value = lowered(source, value);
    else if (field->value == VALUE_soc_permille)
        value = not_at_an_end(field, clamp32(value, 0, FULL_PERMILLE));
    else if (field->value == VALUE_soh_permille)
        value = clamp32(value, 0, FULL_PERMILLE);
    size_t count = told->range_count;
    for (size_t i = 0; i < count; i++) {
        const struct can_range *range = &told->ranges[i];
        if (range->value == field->value)
            value = clamp32(value, range->min, range->max);
    }
    return value;
}

/* False: required and not known. */
static bool encode_field(const struct row_told *told, const struct can_field *field,
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
    value = as_told(told, field, source, value);
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
static void say_active(unsigned form, const struct can_alarm *row, uint8_t *byte)
{
    uint8_t mask = can_alarm_mask(row);
    uint8_t upper = (uint8_t)(mask << 1);
    bool in_two = form & (ALARM_PAIRS | ALARM_LEVELS);
    if (!(form & ALARM_LEVELS) || !can_alarm_warns(row))
        *byte = (uint8_t)((*byte & ~(in_two ? upper : 0)) | mask);
    else if (!(*byte & mask))
        *byte |= mask | upper;
}

bool row_encode(const struct can_field *fields, size_t count, const struct row_told *told,
                const struct snapshot *source, uint8_t *data)
{
    for (size_t i = 0; i < count; i++) {
        if (!encode_field(told, &fields[i], source, data))
            return false;
    }
    return true;
}

void row_encode_alarms(const struct can_alarm *rows, size_t count, unsigned form,
                       const struct snapshot *source, uint8_t *data)
{
    if (!any_alarm(source))
        return;
    for (size_t i = 0; i < count; i++) {
        if (is_set(&rows[i], source))
            say_active(form, &rows[i], data + can_alarm_byte(&rows[i]));
    }
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

/* Text up to the end or the first byte that is none; trailing blanks are padding. */
static bool decode_text(const struct can_field *field, const struct row_bytes *bytes,
                        struct snapshot *values)
{
    ASSERT(field->value == VALUE_maker);
    if (bytes->from > field->byte || bytes->to <= field->byte)
        return false;
    const char *text = (const char *)bytes->data + field->byte;
    uint32_t size = 0;
    while (size + field->byte < bytes->to && is_printable(text[size]))
        size++;
    while (size > 0 && text[size - 1] == ' ')
        size--;
    snapshot_put_maker(values, text, size);
    return true;
}

static bool has(const struct row_bytes *bytes, size_t at, size_t size)
{
    return at >= bytes->from && at + size <= bytes->to;
}

/* A number that is there. A limit is read as its absolute value; what only refines is not believed
 * far from what is known. */
static void take_number(const struct can_field *field, const struct field_type_info *type,
                        const uint8_t *bytes, struct snapshot *values)
{
    int64_t raw = field_get(type, bytes);
    if (can_field_is_absent(field, raw))
        return;
    const struct can_scale *scale = can_field_scale(field);
    int32_t value = saturate32(rounded((raw - scale->offset) * scale->den, scale->num));
    int32_t coarse;
    if (rounding(field) == FINER && snapshot_get(values, (enum value_id)field->value, &coarse) &&
        abs32(value - coarse) > FINER_REACH)
        return;
    snapshot_put(values, (enum value_id)field->value, is_limit(field) ? abs32(value) : value);
}

bool row_decode(const struct can_field *fields, size_t count, const struct row_bytes *bytes,
                struct snapshot *values)
{
    bool covered = false;
    bool set = false; /* what the bits of `value` say so far */
    unsigned value = VALUE_ID_COUNT;
    for (size_t i = 0; i < count; i++) {
        const struct can_field *field = &fields[i];
        const struct field_type_info *type = can_field_type(field);
        const uint8_t *at = bytes->data + field->byte;
        if (type->bits == 0) {
            covered |= decode_text(field, bytes, values);
        } else if (has(bytes, field->byte, type->size)) {
            covered = true;
            if (is_bit(type)) {
                set = field_get(type, at) != 0 || (set && field->value == value);
                value = field->value;
                snapshot_put(values, (enum value_id)field->value, set);
            } else {
                take_number(field, type, at, values);
            }
        }
    }
    return covered;
}

/* Rows of equal places have equal numbers; levels have a place for alarms and one for warnings. */
static unsigned place_of(bool levels, const struct can_alarm *row)
{
    return levels ? (row->what & CAN_ALARM_WARNS) | row->place : row->place;
}

bool row_same_place(unsigned form, const struct can_alarm *a, const struct can_alarm *b)
{
    bool levels = form & ALARM_LEVELS;
    return place_of(levels, a) == place_of(levels, b);
}

/* What the place of a row says of it: 1 set, 0 not set, -1 nothing. */
static int read_alarm(unsigned form, const struct can_alarm *row, uint8_t byte)
{
    unsigned pair = (unsigned)byte >> can_alarm_bit(row) & 3;
    if (form & ALARM_PAIRS)
        return pair == 1 ? 1 : pair == 2 ? 0 : -1;
    if (form & ALARM_LEVELS)
        return can_alarm_warns(row) ? pair >= 2 : pair == 1;
    return pair & 1;
}

bool row_decode_alarms(const struct can_alarm *rows, size_t count, unsigned form,
                       const struct row_bytes *bytes, struct snapshot *values)
{
    bool covered = false;
    bool levels = form & ALARM_LEVELS;
    unsigned place = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct can_alarm *row = &rows[i];
        if (place_of(levels, row) == place || !has(bytes, can_alarm_byte(row), 1))
            continue; /* not the first of its place */
        place = place_of(levels, row);
        covered = true;
        int said = read_alarm(form, row, bytes->data[can_alarm_byte(row)]);
        if (said < 0)
            continue;
        bool warning = can_alarm_warns(row);
        snapshot_set_have(values, warning ? VALUE_warnings : VALUE_alarms, true);
        alarm_put(warning ? values->warnings : values->alarms, can_alarm_id(row), said > 0);
    }
    return covered;
}
