/* SPDX-License-Identifier: Apache-2.0
 * Rows that tie a value to bytes of a CAN frame, packed into four bytes: there are hundreds of
 * them. Numbers are rounded half away from zero, saturated, never wrapped. Measured values round;
 * limits never promise more than they are.
 */
#ifndef HEARTH_WIRE_CAN_FIELD_H
#define HEARTH_WIRE_CAN_FIELD_H

#include <stdint.h>

#include "core/snapshot.h"
#include "wire/field.h"

/* Added to a type: how it is rounded, or that it is not sent. A limit is never negative: sent as at
 * least 0, read as its absolute value. */
#define FIELD_TYPE_MASK 0x1F
#define ROUNDING_MASK 0x60
#define DOWN 0x20  /* a limit, never rounded up */
#define UP 0x40    /* a limit, never rounded down */
#define FINER 0x60 /* charge once more: read if within 1 % of the coarse one before it */
#define FIXED 0x80 /* sent as in `fill`, only decoded */

#define FROM(name) VALUE_##name

enum can_scale_id {
#define CAN_SCALE(name, ...) name,
#include "wire/can_scales.def"
#undef CAN_SCALE
    CAN_SCALE_COUNT
};

/* raw = value * num / den + offset. */
struct can_scale {
    int16_t num;
    int16_t offset;
    int32_t den;
};

extern const struct can_scale can_scales[CAN_SCALE_COUNT];

/* What is sent for a value that is not known, and read as such. */
enum can_absent {
    REQUIRED, /* nothing: the frame is not sent without it */
    ZERO,
    ALL_ONES,
    TOP_BIT, /* the highest bit alone: of a number with a sign the least there is */
};

/* A BIT always says 0 or 1: its code is sent for not known. TEXT runs to the end of the frame or
 * its first unprintable byte, is always FIXED, and its scale and code are not used. */
struct can_field {
    unsigned value : 8; /* enum value_id; FROM() */
    unsigned byte : 8;
    unsigned type : 8;   /* enum field_type and modifiers */
    unsigned scale : 6;  /* enum can_scale_id */
    unsigned absent : 2; /* enum can_absent */
};

#endif
