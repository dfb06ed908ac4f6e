/* SPDX-License-Identifier: Apache-2.0
 * What a row of protocols/jk_map.def becomes: eight bytes on a board, beside them what only people
 * and the asking side need to know. Part of protocols/jk_registers.h.
 */
#ifndef HEARTH_PROTOCOLS_JK_ROW_H
#define HEARTH_PROTOCOLS_JK_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"

#define JK_BLOCK_MASK 0xFE00u /* of a register address; the rest is the offset in bytes */

enum jk_type {
    JK_TYPE_U8,
    JK_TYPE_I8,
    JK_TYPE_BOOL,
    JK_TYPE_U16,
    JK_TYPE_I16,
    JK_TYPE_U32,
    JK_TYPE_I32,
};

struct jk_type_info {
    int32_t min;
    uint32_t max;
    uint8_t size; /* bytes */
};

enum jk_kind {
    JK_KIND_PARAM,
    JK_KIND_BIT,
    JK_KIND_TEXT,
    JK_KIND_VALUE,
    JK_KIND_COPY,
    JK_KIND_RAW,
    JK_KIND_BYTES,
    JK_HOOK_CELLS,
    JK_HOOK_CELL_MASK,
    JK_HOOK_TEMP,
    JK_HOOK_POWER,
    JK_HOOK_ALARMS,
    JK_HOOK_OWN_ALARMS,
    JK_HOOK_SOC,
    JK_HOOK_FIRST_TIMER,
    JK_HOOK_TIMER,
    JK_HOOK_SENSORS,
    JK_HOOK_CONTACTS,
};

enum jk_rights { JK_WIRE_R, JK_WIRE_RW };

/* raw = value * num / den, named by the two. */
enum jk_scale {
    JK_SCALE_1_1,
    JK_SCALE_1_10,
    JK_SCALE_10_1,
    JK_SCALE_1_60,
    JK_SCALE_1_360,
    JK_SCALE_1_3600,
    JK_SCALE_COUNT
};

struct jk_scale_info {
    uint16_t num;
    uint16_t den;
};

extern const struct jk_scale_info jk_scales[JK_SCALE_COUNT];

struct jk_register {
    unsigned address : 13; /* of the block, plus the offset in bytes */
    unsigned kind : 5;
    unsigned type : 3;
    unsigned count : 6;  /* elements; JK_KIND_BIT: 1 */
    unsigned scale : 3;  /* enum jk_scale: JK_KIND_PARAM, _VALUE, _COPY */
    unsigned access : 1; /* enum jk_rights */
    union {
        struct {
            uint16_t id;  /* of the setting, text or value */
            uint16_t bit; /* JK_KIND_BIT */
        };
        int32_t constant;  /* JK_KIND_RAW */
        uint32_t alarms;   /* timers: the first word of them; they show release_left_s */
        const char *bytes; /* JK_KIND_BYTES */
    };
};

extern const struct jk_register jk_registers[];
extern const size_t jk_register_count;

/* What a battery need not know of each register. */
struct jk_note {
    uint16_t since;   /* firmware x 100, 0 always */
    uint8_t ble;      /* command number, 0 none */
    const char *name; /* JK_KIND_RAW, JK_KIND_BYTES */
};

extern const struct jk_note jk_notes[]; /* of jk_registers[] */

static inline uint16_t jk_block(const struct jk_register *row)
{
    return row->address & JK_BLOCK_MASK;
}

static inline uint16_t jk_offset(const struct jk_register *row)
{
    return (uint16_t)(row->address & ~JK_BLOCK_MASK);
}

/* The first value or setting that a row shows; not of a constant. */
static inline uint16_t jk_value_id(const struct jk_register *row)
{
    bool timer = row->kind == JK_HOOK_TIMER || row->kind == JK_HOOK_FIRST_TIMER;
    return timer ? VALUE_release_left_s : row->id;
}

#endif
