/* SPDX-License-Identifier: Apache-2.0
 * Field types of frames: how many bytes or bits, which end first, what range. A field is read and
 * written as a raw 64-bit number; what it means is said by the row that uses the type.
 */
#ifndef HEARTH_WIRE_FIELD_H
#define HEARTH_WIRE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

enum field_type {
    U8,
    S8,
    U16LE,
    S16LE,
    U32LE,
    S32LE,
    U16BE,
    S16BE,
    U32BE,
    S32BE,
    NIBBLE_LOW,
    NIBBLE_HIGH,
    U7, /* bits 0..6 */
    BIT0,
    BIT1,
    BIT2,
    BIT3,
    BIT4,
    BIT5,
    BIT6,
    BIT7,
    TEXT,
    FIELD_TYPE_COUNT
};

/* What describe and the tests need to know of a type. */
struct field_type_info {
    const char *name; /* NULL in only a battery */
    uint8_t size;     /* bytes */
    uint8_t bits;     /* 0 for TEXT */
    uint8_t shift;    /* of the lowest bit within its byte */
    bool is_signed;
    bool big_endian;
    int64_t min; /* what is sent stays within; the top codes of 16 and 32 bits are left free */
    int64_t max;
};

extern const struct field_type_info field_type_info[FIELD_TYPE_COUNT];

/* `bytes` is the field's first byte and holds type->size bytes. put keeps the neighbours in a
 * shared byte and saturates to min..max. */
int64_t field_get(const struct field_type_info *type, const uint8_t *bytes);
void field_put(const struct field_type_info *type, uint8_t *bytes, int64_t raw);

/* A code as it is, for values that stand outside min..max ("not known"). */
void field_put_code(const struct field_type_info *type, uint8_t *bytes, int64_t raw);

#endif
