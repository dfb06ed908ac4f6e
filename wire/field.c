/* SPDX-License-Identifier: Apache-2.0
 * Field types as a table, and the one pair of functions that reads and writes them all. The top
 * codes of 16 and 32 bits are never sent as a number: many protocols use them for "not known".
 */
#include "wire/field.h"

#include "base/number.h"

#define WHOLE(size, is_signed, big_endian, min, max)                                               \
    size, 8 * (size), 0, is_signed, big_endian, min, max
#define PART(bits, shift) 1, bits, shift, false, false, 0, (1 << (bits)) - 1
#define OPEN_END 0, 8, 0, false, false, 0, 0

const struct field_type_info field_type_info[FIELD_TYPE_COUNT] = {
    [U8] = {"u8",                      WHOLE(1,       false, false, 0, UINT8_MAX)},
    [S8] = {"s8",                    WHOLE(1,                                true, false, INT8_MIN, INT8_MAX)},
    [U16LE] = {"u16le",                         WHOLE(2,                                   false, false, 0, UINT16_MAX - 1)},
    [S16LE] = {"s16le",                     WHOLE(2,true, false, -INT16_MAX + 1, INT16_MAX - 1)},
    [U32LE] = {"u32le",                WHOLE(4,                             false, false, 0, (int64_t)UINT32_MAX - 1)},
    [S32LE] = {"s32le",WHOLE(4,true, false, -(int64_t)INT32_MAX + 1, INT32_MAX - 1)},
    [U16BE] = {"u16be",                        WHOLE(2,                      false, true, 0, UINT16_MAX - 1)},
    [S16BE] = {"s16be",                   WHOLE(2,     true, true, -INT16_MAX + 1, INT16_MAX - 1)},
    [U32BE] = {"u32be",                    WHOLE(4,                   false, true, 0, (int64_t)UINT32_MAX - 1)},
    [S32BE] = {"s32be",                         WHOLE(4,                                true, true, -(int64_t)INT32_MAX + 1, INT32_MAX - 1)},
    [NIBBLE_LOW] = {"low nibble",                    PART(4,0)},
    [NIBBLE_HIGH] = {"high nibble", PART(4,              4)},
    [BIT0] = {"bit 0",                         PART(1,                                                                   0)},
    [BIT1] = {"bit 1",  PART(1, 1)},
    [BIT2] = {"bit 2",                   PART(1,  2)},
    [BIT3] = {"bit 3",                     PART(1,                                 3)},
    [BIT4] = {"bit 4",                         PART(1,                                4)},
    [BIT5] = {"bit 5",                     PART(1,                          5)},
    [BIT6] = {"bit 6",           PART(1,                        6)},
    [BIT7] = {"bit 7",PART(1,7)},
    [TEXT] = {"text",                        OPEN_END            },
};

/* The bytes of a field as one little-endian number. */
static uint32_t load(const uint8_t *bytes, const struct field_type_info *type)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < type->size; i++) {
        unsigned place = type->big_endian ? type->size - 1u - i : i;
        word |= (uint32_t)bytes[i] << 8 * place;
    }
    return word;
}

static void store(uint8_t *bytes, const struct field_type_info *type, uint32_t word)
{
    for (unsigned i = 0; i < type->size; i++) {
        unsigned place = type->big_endian ? type->size - 1u - i : i;
        bytes[i] = (uint8_t)(word >> 8 * place);
    }
}

static uint32_t type_mask(const struct field_type_info *type)
{
    return type->bits == 32 ? UINT32_MAX : (1u << type->bits) - 1;
}

int64_t field_get(const struct field_type_info *type, const uint8_t *bytes)
{
    uint32_t mask = type_mask(type);
    uint32_t word = load(bytes, type) >> type->shift & mask;
    bool negative = type->is_signed && word > mask / 2;
    return negative ? (int64_t)word - mask - 1 : word;
}

void field_put_code(const struct field_type_info *type, uint8_t *bytes, int64_t raw)
{
    uint32_t mask = type_mask(type);
    uint32_t others = load(bytes, type) & ~(mask << type->shift);
    store(bytes, type, others | ((uint32_t)raw & mask) << type->shift);
}

void field_put(const struct field_type_info *type, uint8_t *bytes, int64_t raw)
{
    field_put_code(type, bytes, clamp64(raw, type->min, type->max));
}
