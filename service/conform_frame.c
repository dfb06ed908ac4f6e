/* SPDX-License-Identifier: Apache-2.0
 * The rules about single frames: size, values, alarm bits, identifiers. Each looks at one frame by
 * the tables of the protocol and says in words what is wrong with it. Rules that compare two frames
 * of a cycle use what was heard last and are marked `twice` in the table of rules.
 */
#include "service/conform_parts.h"

#include <string.h>

#include "base/number.h"

enum { CHARGE_ABOVE_MV = 1000, NEGATIVE_WORD = 0xF000 };

static const char *value_name(uint16_t id)
{
    size_t row = VALUE_ROW_COUNT - 1;
    while (row > 0 && value_info[row].id > id)
        row--;
    return value_info[row].name;
}

static void put_frame(struct text_writer *detail, const struct can_frame *frame)
{
    writer_hex(detail, frame->id, frame->extended ? 8 : 3);
    writer_character(detail, '#');
    for (size_t i = 0; i < frame->size; i++)
        writer_hex(detail, frame->data[i], 2);
}

/* "351#...: charge_limit_ma -5" */
static enum conform_outcome offends(struct text_writer *detail, const struct can_frame *frame,
                                    const char *name, int64_t number)
{
    put_frame(detail, frame);
    writer_text(detail, ": ");
    writer_text(detail, name);
    writer_character(detail, ' ');
    writer_integer(detail, number);
    return CONFORM_FAIL;
}

static enum conform_outcome clean_if(bool concerned)
{
    return concerned ? CONFORM_PASS : CONFORM_NOT_TESTABLE;
}

/* Fields that can be read as numbers from this frame. */
static bool is_number(const struct can_field *field, const struct can_frame *frame)
{
    const struct field_type_info *type = can_field_type(field);
    return type->bits > 1 && field->byte + type->size <= frame->size;
}

static int64_t raw_of(const struct can_field *field, const struct can_frame *frame)
{
    return field_get(can_field_type(field), frame->data + field->byte);
}

/* Longer and shorter frames are in the field: what matters is that nothing is cut off that the
 * other side goes by. */
static uint8_t least_size(const struct can_message *message)
{
    unsigned least = 0;
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        unsigned end = field->byte + can_field_type(field)->size;
        if (field->absent == REQUIRED && !(field->type & FIXED) && end > least)
            least = end;
    }
    for (size_t i = 0; i < message->alarm_count; i++) {
        unsigned end = can_alarm_byte(&message->alarms[i]) + 1u;
        if (end > least)
            least = end;
    }
    return (uint8_t)least;
}

enum conform_outcome conform_check_size(const struct conform *conform,
                                        const struct conform_heard *heard,
                                        struct text_writer *detail)
{
    (void)conform;
    if (heard->message == NULL)
        return CONFORM_NOT_TESTABLE;
    if (heard->frame->size < least_size(heard->message))
        return offends(detail, heard->frame, "bytes needed:", least_size(heard->message));
    return CONFORM_PASS;
}

enum conform_outcome conform_check_mandatory(const struct conform *conform,
                                             const struct conform_heard *heard,
                                             struct text_writer *detail)
{
    bool concerned = false;
    (void)conform;
    for (size_t i = 0; heard->message != NULL && i < heard->message->field_count; i++) {
        const struct can_field *field = &heard->message->fields[i];
        if (field->absent != REQUIRED || field->type & FIXED)
            continue;
        concerned = true;
        if (!snapshot_have(&heard->values, (enum value_id)field->value))
            return offends(detail, heard->frame, value_name(field->value), field->byte);
    }
    return clean_if(concerned);
}

enum conform_outcome conform_check_plausible(const struct conform *conform,
                                             const struct conform_heard *heard,
                                             struct text_writer *detail)
{
    bool concerned = false;
    (void)conform;
    for (size_t i = 0; i < COUNT(can_plausible); i++)
        concerned |= snapshot_have(&heard->values, (enum value_id)can_plausible[i].value);
    if (!heard->implausible)
        return clean_if(heard->message != NULL && concerned);
    put_frame(detail, heard->frame);
    writer_text(detail, ": no 48 V battery has such values");
    return CONFORM_FAIL;
}

enum conform_outcome conform_check_ranges(const struct conform *conform,
                                          const struct conform_heard *heard,
                                          struct text_writer *detail)
{
    bool concerned = false;
    for (size_t i = 0; heard->message != NULL && i < conform->protocol->range_count; i++) {
        const struct can_range *range = &conform->protocol->ranges[i];
        int32_t value;
        if (!snapshot_get(&heard->values, (enum value_id)range->value, &value))
            continue;
        concerned = true;
        if (value < range->min || value > range->max)
            return offends(detail, heard->frame, value_name(range->value), value);
    }
    return clean_if(concerned);
}

/* The codes next to "not known" are free: what is too large stays below them. */
enum conform_outcome conform_check_codes(const struct conform *conform,
                                         const struct conform_heard *heard,
                                         struct text_writer *detail)
{
    bool concerned = false;
    (void)conform;
    for (size_t i = 0; heard->message != NULL && i < heard->message->field_count; i++) {
        const struct can_field *field = &heard->message->fields[i];
        const struct field_type_info *type = can_field_type(field);
        if (!is_number(field, heard->frame) || field->type & FIXED || type->size < 2)
            continue;
        int64_t raw = raw_of(field, heard->frame);
        concerned = true;
        if ((raw < type->min || raw > type->max) && !can_field_is_absent(field, raw))
            return offends(detail, heard->frame, value_name(field->value), raw);
    }
    return clean_if(concerned);
}

enum conform_outcome conform_check_order(const struct conform *conform,
                                         const struct conform_heard *heard,
                                         struct text_writer *detail)
{
    static const struct {
        uint16_t low; /* enum value_id */
        uint16_t high;
        int32_t apart;
    } pairs[] = {
        {VALUE_cell_min_mv,        VALUE_cell_max_mv,     0              },
        {VALUE_temp_min_ddegc,     VALUE_temp_max_ddegc,  0              },
        {VALUE_discharge_limit_mv, VALUE_charge_limit_mv, CHARGE_ABOVE_MV},
    };
    bool concerned = false;
    (void)conform;
    for (size_t i = 0; heard->message != NULL && i < COUNT(pairs); i++) {
        int32_t low;
        int32_t high;
        if (!snapshot_get(&heard->values, (enum value_id)pairs[i].low, &low) ||
            !snapshot_get(&heard->values, (enum value_id)pairs[i].high, &high))
            continue;
        concerned = true;
        if ((int64_t)low + pairs[i].apart > high)
            return offends(detail, heard->frame, value_name(pairs[i].high), high);
    }
    return clean_if(concerned);
}

/* A field without a sign that starts with F is a negative number that wrapped. */
static bool is_negative(const struct can_field *field, int64_t raw)
{
    const struct field_type_info *type = can_field_type(field);
    bool wrapped = !type->is_signed && type->bits == 16 && raw >= NEGATIVE_WORD;
    return raw < can_field_scale(field)->offset || wrapped;
}

enum conform_outcome conform_check_negative(const struct conform *conform,
                                            const struct conform_heard *heard,
                                            struct text_writer *detail)
{
    bool concerned = false;
    (void)conform;
    for (size_t i = 0; heard->message != NULL && i < heard->message->field_count; i++) {
        const struct can_field *field = &heard->message->fields[i];
        uint8_t rounding = field->type & ROUNDING_MASK;
        if ((rounding != DOWN && rounding != UP) || !is_number(field, heard->frame))
            continue;
        int64_t raw = raw_of(field, heard->frame);
        concerned = true;
        if (is_negative(field, raw) && !can_field_is_absent(field, raw))
            return offends(detail, heard->frame, value_name(field->value),
                           (int64_t)(int16_t)(uint16_t)raw);
    }
    return clean_if(concerned);
}

/* A permission of 0 that the battery really says: a bit that no packs of this protocol leave at 0.
 */
static bool forbids(const struct snapshot *values, enum value_id permission)
{
    int32_t allowed;
    return snapshot_get(values, permission, &allowed) && allowed == 0;
}

/* The frame tells that limit, and it should be 0: it must not be more. */
static enum conform_outcome check_zero(const struct conform_heard *heard, uint16_t limit,
                                       const char *name, struct text_writer *detail)
{
    int32_t limit_ma;
    if (heard->message == NULL || !snapshot_get(&heard->values, (enum value_id)limit, &limit_ma))
        return CONFORM_NOT_TESTABLE;
    return limit_ma > 0 ? offends(detail, heard->frame, name, limit_ma) : CONFORM_PASS;
}

enum conform_outcome conform_check_stop(const struct conform *conform,
                                        const struct conform_heard *heard,
                                        struct text_writer *detail)
{
    static const struct {
        uint16_t permission; /* enum value_id */
        uint16_t limit;
    } rows[] = {
        {VALUE_charge_allowed,    VALUE_charge_limit_ma   },
        {VALUE_discharge_allowed, VALUE_discharge_limit_ma},
    };
    bool concerned = false;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum conform_outcome outcome = CONFORM_NOT_TESTABLE;
        if (forbids(&conform->listener.values, (enum value_id)rows[i].permission))
            outcome = check_zero(heard, rows[i].limit, value_name(rows[i].limit), detail);
        if (outcome == CONFORM_FAIL)
            return outcome;
        concerned |= outcome == CONFORM_PASS;
    }
    return clean_if(concerned);
}

enum conform_outcome conform_check_protection(const struct conform *conform,
                                              const struct conform_heard *heard,
                                              struct text_writer *detail)
{
    static const struct {
        uint16_t alarm; /* enum alarm */
        uint16_t limit; /* enum value_id */
    } rows[] = {
        {ALARM_cell_over_voltage,    VALUE_charge_limit_ma   },
        {ALARM_pack_over_voltage,    VALUE_charge_limit_ma   },
        {ALARM_charge_over_temp,     VALUE_charge_limit_ma   },
        {ALARM_charge_under_temp,    VALUE_charge_limit_ma   },
        {ALARM_cell_under_voltage,   VALUE_discharge_limit_ma},
        {ALARM_pack_under_voltage,   VALUE_discharge_limit_ma},
        {ALARM_discharge_under_temp, VALUE_discharge_limit_ma},
    };
    bool concerned = false;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum conform_outcome outcome = CONFORM_NOT_TESTABLE;
        if (alarm_get(conform->listener.values.alarms, (enum alarm)rows[i].alarm))
            outcome = check_zero(heard, rows[i].limit, alarm_info[rows[i].alarm].name, detail);
        if (outcome == CONFORM_FAIL)
            return outcome;
        concerned |= outcome == CONFORM_PASS;
    }
    return clean_if(concerned);
}

/* Bits of each byte that some row explains, and the bytes that hold alarms. */
static uint8_t explained_bits(const struct can_message *message, uint8_t byte)
{
    bool in_two = message->form & (ALARM_PAIRS | ALARM_LEVELS);
    unsigned bits = 0;
    for (size_t i = 0; i < message->alarm_count; i++) {
        const struct can_alarm *row = &message->alarms[i];
        if (can_alarm_byte(row) == byte)
            bits |= in_two ? 3u * can_alarm_mask(row) : can_alarm_mask(row);
    }
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        const struct field_type_info *type = can_field_type(field);
        bool inside = byte >= field->byte && (type->bits == 0 || byte < field->byte + type->size);
        if (inside)
            bits |=
                type->bits > 0 && type->bits < 8 ? ((1u << type->bits) - 1) << type->shift : 0xFFu;
    }
    return (uint8_t)bits;
}

static bool holds_alarms(const struct can_message *message, uint8_t byte)
{
    for (size_t i = 0; i < message->alarm_count; i++) {
        if (can_alarm_byte(&message->alarms[i]) == byte)
            return true;
    }
    return false;
}

enum conform_outcome conform_check_bits(const struct conform *conform,
                                        const struct conform_heard *heard,
                                        struct text_writer *detail)
{
    bool concerned = false;
    (void)conform;
    if (heard->message == NULL || heard->message->form & HOOKED)
        return CONFORM_NOT_TESTABLE;
    const struct can_message *message = heard->message;
    for (uint8_t byte = 0; byte < heard->frame->size && byte < message->size; byte++) {
        if (!holds_alarms(message, byte))
            continue;
        concerned = true;
        uint8_t fill = message->fill != NULL ? (uint8_t)message->fill[byte] : 0;
        unsigned strange =
            (unsigned)(heard->frame->data[byte] ^ fill) & ~(unsigned)explained_bits(message, byte);
        if (message->form & ALARM_PAIRS) /* 01 says active, all else says nothing */
            strange &= 0x55 & ~(unsigned)(heard->frame->data[byte] >> 1);
        if (strange != 0)
            return offends(detail, heard->frame, "unknown bits in byte", byte);
    }
    return clean_if(concerned);
}

enum conform_outcome conform_check_format(const struct conform *conform,
                                          const struct conform_heard *heard,
                                          struct text_writer *detail)
{
    (void)conform;
    if (!heard->other_format)
        return CONFORM_PASS;
    put_frame(detail, heard->frame);
    writer_text(detail, heard->frame->extended ? ": sent with 29 bits" : ": sent with 11 bits");
    return CONFORM_FAIL;
}

enum conform_outcome conform_check_side(const struct conform *conform,
                                        const struct conform_heard *heard,
                                        struct text_writer *detail)
{
    if (!heard->other_side)
        return CONFORM_PASS;
    put_frame(detail, heard->frame);
    writer_text(detail, conform->role == CONFORM_BATTERY ? ": belongs to the inverter"
                                                         : ": belongs to the battery");
    return CONFORM_FAIL;
}
