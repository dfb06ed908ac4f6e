/* SPDX-License-Identifier: Apache-2.0
 * Rows to bytes and back: the rows of wire/can_field.h and wire/can_alarm.h laid over the data of a
 * CAN frame or a block of registers. Computed in 64 bits and saturated at the end, so that no value
 * and no row can wrap.
 */
#ifndef HEARTH_WIRE_ROW_CODEC_H
#define HEARTH_WIRE_ROW_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "wire/can_alarm.h"
#include "wire/can_field.h"

/* A value is sent within these, in its own unit. */
struct can_range {
    uint16_t value; /* enum value_id */
    int32_t min;
    int32_t max;
};

/* How values are told beside their rows. All zero: as they are. */
struct row_told {
    const struct can_range *ranges;
    uint8_t range_count;
    bool stop_lowers_voltage; /* no charge allowed: the charge voltage falls to the present one */
};

/* How alarms lie in their bytes; 0: one bit each. */
enum row_alarm_form {
    ALARM_PAIRS = 0x04,  /* as two bits: 1 active, 2 (in the fill) not, else not said */
    ALARM_LEVELS = 0x08, /* as two bits: 0 none, 1 alarm, 2 and 3 warning, sent as 3 */
};

/* Data of which the bytes [from, to) are there. */
struct row_bytes {
    const uint8_t *data;
    size_t from;
    size_t to;
};

const struct field_type_info *can_field_type(const struct can_field *field);

/* How its numbers are scaled. */
const struct can_scale *can_field_scale(const struct can_field *field);

/* The raw number that stands for "not known"; not of a value that is REQUIRED. */
int64_t can_field_absent(const struct can_field *field);
bool can_field_is_absent(const struct can_field *field, int64_t raw);

/* False: a required value is not known; then `data` is of no use. */
bool row_encode(const struct can_field *fields, size_t count, const struct row_told *told,
                const struct snapshot *source, uint8_t *data);
void row_encode_alarms(const struct can_alarm *rows, size_t count, unsigned form,
                       const struct snapshot *source, uint8_t *data);

/* Add what the bytes say; whether they cover any row. The bits of one value stand side by side, and
 * so do the alarms of one place. */
bool row_decode(const struct can_field *fields, size_t count, const struct row_bytes *bytes,
                struct snapshot *values);
bool row_decode_alarms(const struct can_alarm *rows, size_t count, unsigned form,
                       const struct row_bytes *bytes, struct snapshot *values);

/* Whether rows `a` and `b` are of one place; levels have one for alarms and one for warnings. */
bool row_same_place(unsigned form, const struct can_alarm *a, const struct can_alarm *b);

#endif
