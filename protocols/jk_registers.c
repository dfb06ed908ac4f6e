/* SPDX-License-Identifier: Apache-2.0
 * The register tables from protocols/jk_map.def and protocols/jk_control.def. Holds no state and
 * decides nothing.
 */
#include "protocols/jk_registers.h"

#include "base/bytes.h"
#include "base/number.h"
#include "core/command.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/jk_map.h"
#include "wire/can_sides.h"
#include "wire/jk_frame.h"

const struct jk_type_info jk_types[] = {
    [JK_TYPE_U8] = {0,         UINT8_MAX,  1},
    [JK_TYPE_I8] = {INT8_MIN,  INT8_MAX,   1},
    [JK_TYPE_BOOL] = {0,         1,          1},
    [JK_TYPE_U16] = {0,         UINT16_MAX, 2},
    [JK_TYPE_I16] = {INT16_MIN, INT16_MAX,  2},
    [JK_TYPE_U32] = {0,         UINT32_MAX, 4},
    [JK_TYPE_I32] = {INT32_MIN, INT32_MAX,  4},
};

const struct jk_scale_info jk_scales[JK_SCALE_COUNT] = {
    [JK_SCALE_1_1] = {1,  1   },
      [JK_SCALE_1_10] = {1,  10  },
      [JK_SCALE_10_1] = {10, 1   },
    [JK_SCALE_1_60] = {1,  60  },
      [JK_SCALE_1_360] = {1,  360 },
      [JK_SCALE_1_3600] = {1,  3600},
};

const struct jk_register jk_registers[] = {
#define BITS1(a) (1 << ALARM_##a)
#define BITS2(a, b) (BITS1(a) | BITS1(b))
#define BITS3(a, b, c) (BITS2(a, b) | BITS1(c))
#define PLACE(b, o, k, t, c)                                                                       \
    .address = JK_BLOCK_##b + (o), .kind = k, .type = JK_TYPE_##t, .count = c
#define PARAM(b, o, t, name, n, d, command, rights, from)                                          \
    {PLACE(b, o, JK_KIND_PARAM, t, 1), .scale = JK_SCALE_##n##_##d, .access = JK_WIRE_##rights,    \
     .id = PARAM_##name},
#define PARAMS(b, o, t, name, c) {PLACE(b, o, JK_KIND_PARAM, t, c), .id = PARAM_##name},
#define BIT(b, o, n, name, command)                                                                \
    {PLACE(b, o, JK_KIND_BIT, U16, 1), .access = JK_WIRE_RW, .id = PARAM_##name, .bit = n},
#define TEXT(b, o, size, name, rights)                                                             \
    {PLACE(b, o, JK_KIND_TEXT, U8, size), .access = JK_WIRE_##rights, .id = TEXT_PARAM_##name},
#define VALUE(b, o, t, name, n, d)                                                                 \
    {PLACE(b, o, JK_KIND_VALUE, t, 1), .scale = JK_SCALE_##n##_##d, .id = VALUE_##name},
#define COPY(b, o, t, name, n, d)                                                                  \
    {PLACE(b, o, JK_KIND_COPY, t, 1), .scale = JK_SCALE_##n##_##d, .id = VALUE_##name},
#define HOOK(b, o, t, c, hook, name) {PLACE(b, o, JK_HOOK_##hook, t, c), .id = VALUE_##name},
#define TIMER(b, o, hook, mask) {PLACE(b, o, JK_HOOK_##hook, U16, 1), .alarms = mask},
#define RAW(b, o, t, name, number) {PLACE(b, o, JK_KIND_RAW, t, 1), .constant = number},
#define BYTES(b, o, c, name, constants) {PLACE(b, o, JK_KIND_BYTES, U8, c), .bytes = constants},
#include "protocols/jk_map.def"
#undef PARAM
#undef PARAMS
#undef BIT
#undef TEXT
#undef VALUE
#undef COPY
#undef HOOK
#undef TIMER
#undef RAW
#undef BYTES
};

const size_t jk_register_count = COUNT(jk_registers);

const struct jk_note jk_notes[COUNT(jk_registers)] = {
#define PARAM(b, o, t, name, n, d, command, rights, from) {from, command, NULL},
#define PARAMS(...) {0, 0, NULL},
#define BIT(b, o, n, name, command) {0, command, NULL},
#define TEXT(...) {0, 0, NULL},
#define VALUE(...) {0, 0, NULL},
#define COPY(...) {0, 0, NULL},
#define HOOK(...) {0, 0, NULL},
#define TIMER(...) {0, 0, NULL},
#define RAW(b, o, t, name, number) {0, 0, READER(#name)},
#define BYTES(b, o, c, name, constants) {0, 0, READER(#name)},
#include "protocols/jk_map.def"
#undef PARAM
#undef PARAMS
#undef BIT
#undef TEXT
#undef VALUE
#undef COPY
#undef HOOK
#undef TIMER
#undef RAW
#undef BYTES
};

int64_t jk_raw(const struct jk_register *row, int64_t value)
{
    const struct jk_scale_info *scale = &jk_scales[row->scale];
    if (row->scale == JK_SCALE_1_1)
        return value; /* most rows: spares a board the division of 64 bits */
    return div_round(value * scale->num, scale->den);
}

int32_t jk_value(const struct jk_register *row, int64_t raw)
{
    const struct jk_scale_info *scale = &jk_scales[row->scale];
    return saturate32(div_round(raw * scale->den, scale->num));
}

static const struct jk_control controls[] = {
#define CONTROL(at, size, kind, name, label) {at, size, COMMAND_##kind, READER(#name)},
#define FETCH(...)
#include "protocols/jk_control.def"
#undef CONTROL
#undef FETCH
};

static const struct fetch {
    uint16_t address;
    uint8_t type;
} fetches[] = {
#define CONTROL(...)
#define FETCH(at, frame_type, label) {at, JK_##frame_type},
#include "protocols/jk_control.def"
#undef CONTROL
#undef FETCH
};

const struct jk_control *jk_control_find(uint16_t address)
{
    for (size_t i = 0; i < COUNT(controls); i++) {
        if (controls[i].address == address)
            return &controls[i];
    }
    return NULL;
}

uint16_t jk_fetch_register(uint8_t type)
{
    for (size_t i = 0; i < COUNT(fetches); i++) {
        if (fetches[i].type == type)
            return fetches[i].address;
    }
    return 0;
}

uint8_t jk_fetch_type(uint16_t address)
{
    for (size_t i = 0; i < COUNT(fetches); i++) {
        if (fetches[i].address == address)
            return fetches[i].type;
    }
    return 0;
}

size_t jk_width(const struct jk_register *row)
{
    return jk_types[row->type].size;
}

bool jk_inside(const struct jk_stretch *at, size_t offset, size_t size)
{
    return offset >= at->from && offset + size <= at->from + at->size;
}

bool jk_block_known(uint16_t block)
{
    return block == JK_BLOCK_SETTINGS || block == JK_BLOCK_STATUS || block == JK_BLOCK_INFO;
}

int64_t jk_get_number(const uint8_t *bytes, uint8_t type, bool big)
{
    switch (type) {
    case JK_TYPE_U8:
    case JK_TYPE_BOOL:
        return bytes[0];
    case JK_TYPE_I8:
        return (int8_t)bytes[0];
    case JK_TYPE_U16:
        return big ? get_u16be(bytes) : get_u16le(bytes);
    case JK_TYPE_I16:
        return (int16_t)(big ? get_u16be(bytes) : get_u16le(bytes));
    case JK_TYPE_U32:
        return big ? get_u32be(bytes) : get_u32le(bytes);
    default:
        return (int32_t)(big ? get_u32be(bytes) : get_u32le(bytes));
    }
}

void jk_put_number(uint8_t *bytes, uint8_t type, bool big, int64_t value)
{
    const struct jk_type_info *info = &jk_types[type];
    uint32_t raw = (uint32_t)clamp64(value, info->min, info->max);
    if (info->size == 1)
        bytes[0] = (uint8_t)raw;
    else if (info->size == 2)
        (big ? put_u16be : put_u16le)(bytes, (uint16_t)raw);
    else
        (big ? put_u32be : put_u32le)(bytes, raw);
}
