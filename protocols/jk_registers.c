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
#include "wire/jk_frame.h"

const struct jk_type_info jk_types[] = {
    [JK_TYPE_U8] = {1, 0,         UINT8_MAX },
    [JK_TYPE_I8] = {1, INT8_MIN,  INT8_MAX  },
    [JK_TYPE_BOOL] = {1, 0,         1         },
    [JK_TYPE_U16] = {2, 0,         UINT16_MAX},
    [JK_TYPE_I16] = {2, INT16_MIN, INT16_MAX },
    [JK_TYPE_U32] = {4, 0,         UINT32_MAX},
    [JK_TYPE_I32] = {4, INT32_MIN, INT32_MAX },
};

const struct jk_register jk_registers[] = {
#define BITS1(a) (1 << ALARM_##a)
#define BITS2(a, b) (BITS1(a) | BITS1(b))
#define BITS3(a, b, c) (BITS2(a, b) | BITS1(c))
#define PLACE(b, o, k, t, c) .block = JK_BLOCK_##b, .offset = o, .kind = k, .type = t, .count = c
#define PARAM(b, o, t, name, n, d, command, rights, from)                                          \
    {PLACE(b, o, JK_KIND_PARAM, JK_TYPE_##t, 1),                                                   \
     .id = PARAM_##name,                                                                           \
     .num = n,                                                                                     \
     .den = d,                                                                                     \
     .ble = command,                                                                               \
     .access = JK_WIRE_##rights,                                                                   \
     .since = from},
#define PARAMS(b, o, t, name, c)                                                                   \
    {PLACE(b, o, JK_KIND_PARAM, JK_TYPE_##t, c), .id = PARAM_##name, .num = 1, .den = 1},
#define BIT(b, o, n, name, command)                                                                \
    {PLACE(b, o, JK_KIND_BIT, JK_TYPE_U16, 1), .id = PARAM_##name, .bit = n, .ble = command,       \
     .access = JK_WIRE_RW},
#define TEXT(b, o, size, name, rights)                                                             \
    {PLACE(b, o, JK_KIND_TEXT, JK_TYPE_U8, size), .id = TEXT_PARAM_##name,                         \
     .access = JK_WIRE_##rights},
#define VALUE(b, o, t, name, n, d)                                                                 \
    {PLACE(b, o, JK_KIND_VALUE, JK_TYPE_##t, 1), .id = VALUE_##name, .num = n, .den = d},
#define COPY(b, o, t, name, n, d)                                                                  \
    {PLACE(b, o, JK_KIND_COPY, JK_TYPE_##t, 1), .id = VALUE_##name, .num = n, .den = d},
#define HOOK(b, o, t, c, hook, name, argument)                                                     \
    {PLACE(b, o, JK_HOOK_##hook, JK_TYPE_##t, c), .id = VALUE_##name, .num = argument, .den = 1},
#define RAW(b, o, t, name, constant)                                                               \
    {PLACE(b, o, JK_KIND_RAW, JK_TYPE_##t, 1), .num = constant, .den = 1, .text = #name},
#define BYTES(b, o, c, name, constant)                                                             \
    {PLACE(b, o, JK_KIND_BYTES, JK_TYPE_U8, c), .text = #name, .bytes = constant},
#include "protocols/jk_map.def"
#undef PARAM
#undef PARAMS
#undef BIT
#undef TEXT
#undef VALUE
#undef COPY
#undef HOOK
#undef RAW
#undef BYTES
};

const size_t jk_register_count = COUNT(jk_registers);

static const struct jk_control controls[] = {
#define CONTROL(at, size, kind, name, label) {at, size, COMMAND_##kind, #name},
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
