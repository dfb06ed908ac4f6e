/* SPDX-License-Identifier: Apache-2.0
 * Field types as a table, and the one pair of functions that reads and writes them all. The top
 * codes of 16 and 32 bits are never sent as a number: many protocols use them for "not known".
 */
#include "wire/field.h"

#include "base/number.h"
#include "wire/can_sides.h"

#define WHOLE(id, size, is_signed, big_endian, min, max)                                           \
    [id] = {READER(#id), size, 8 * (size), 0, is_signed, big_endian, min, max}
#define PART(id, bits, shift)                                                                      \
    [id] = {READER(#id), 1, bits, shift, false, false, 0, (1 << (bits)) - 1}

const struct field_type_info field_type_info[FIELD_TYPE_COUNT] = {
    WHOLE(U8, 1, false, false, 0, UINT8_MAX),
    WHOLE(S8, 1, true, false, INT8_MIN, INT8_MAX),
    WHOLE(U16LE, 2, false, false, 0, UINT16_MAX - 1),
    WHOLE(S16LE, 2, true, false, 1 - INT16_MAX, INT16_MAX - 1),
    WHOLE(U32LE, 4, false, false, 0, UINT32_MAX - 1ll),
    WHOLE(S32LE, 4, true, false, 1ll - INT32_MAX, INT32_MAX - 1ll),
    WHOLE(U16BE, 2, false, true, 0, UINT16_MAX - 1),
    WHOLE(S16BE, 2, true, true, 1 - INT16_MAX, INT16_MAX - 1),
    WHOLE(U32BE, 4, false, true, 0, UINT32_MAX - 1ll),
    WHOLE(S32BE, 4, true, true, 1ll - INT32_MAX, INT32_MAX - 1ll),
    PART(NIBBLE_LOW, 4, 0),
    PART(NIBBLE_HIGH, 4, 4),
    PART(U7, 7, 0),
    PART(BIT0, 1, 0),
    PART(BIT1, 1, 1),
    PART(BIT2, 1, 2),
    PART(BIT3, 1, 3),
    PART(BIT4, 1, 4),
    PART(BIT5, 1, 5),
    PART(BIT6, 1, 6),
    PART(BIT7, 1, 7),
    PART(TEXT, 0, 0),
};

/* From one end to the other. */
static uint32_t turned(uint32_t word, const struct field_type_info *type)
{
    return type->big_endian ? __builtin_bswap32(word) >> (32 - type->bits) : word;
}

/* The bytes of a field as one number: 1, 2 or 4 of them. */
static uint32_t load(const uint8_t *bytes, const struct field_type_info *type)
{
    uint32_t word = bytes[0];
    if (type->size >= 2)
        word |= (uint32_t)bytes[1] << 8;
    if (type->size == 4)
        word |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return turned(word, type);
}

static void store(uint8_t *bytes, const struct field_type_info *type, uint32_t word)
{
    word = turned(word, type);
    bytes[0] = (uint8_t)word;
    if (type->size >= 2)
        bytes[1] = (uint8_t)(word >> 8);
    if (type->size == 4) {
        bytes[2] = (uint8_t)(word >> 16);
        bytes[3] = (uint8_t)(word >> 24);
    }
}

static uint32_t type_mask(const struct field_type_info *type)
{
    return UINT32_MAX >> (32 - type->bits);
}

int64_t field_get(const struct field_type_info *type, const uint8_t *bytes)
{
    uint32_t mask = type_mask(type);
    uint32_t word = load(bytes, type) >> type->shift & mask;
    bool negative = type->is_signed && word > mask / 2;
    return negative ? (int32_t)(word | ~mask) : (int64_t)word;
}

void field_put_code(const struct field_type_info *type, uint8_t *bytes, int64_t raw)
{
    uint32_t word = (uint32_t)raw;
    if (type->bits < 8) {
        uint32_t mask = type_mask(type) << type->shift;
        word = (*bytes & ~mask) | (word << type->shift & mask);
    }
    store(bytes, type, word);
}

void field_put(const struct field_type_info *type, uint8_t *bytes, int64_t raw)
{
    field_put_code(type, bytes, clamp64(raw, type->min, type->max));
}
