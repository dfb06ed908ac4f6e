/* SPDX-License-Identifier: Apache-2.0
 * Knowledge out: what a pack or a bank shows to everyone, made from core/snapshot.def. Reach a
 * value by name (snapshot.pack_mv) or by id (snapshot_get). A `have` bit says that a value was
 * really measured, decided or read; a value without it is 0 and means nothing.
 */
#ifndef HEARTH_CORE_SNAPSHOT_H
#define HEARTH_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "core/alarms.h"

#define CELL_MAX 32
#define TEMP_MAX 8
#define PACK_MAX 16

enum scope { SCOPE_PACK = 1, SCOPE_BANK = 2, SCOPE_BOTH = 3 };

/* One id per value, per array element, per text, per flag set. Elements follow their array's id. */
enum value_id {
#define VALUE(name, ...) VALUE_##name,
#define ARRAY(name, count, ...) VALUE_##name, VALUE_##name##_last = VALUE_##name + (count)-1,
#define SNAPSHOT_TEXT(name, ...) VALUE_##name,
#define FLAGS(name, ...) VALUE_##name,
#include "core/snapshot.def"
    VALUE_ID_COUNT
};

#define VALUE_SCALAR_COUNT VALUE_cell_mv               /* ids below are int32_t */
#define VALUE_NUMBER_COUNT (VALUE_temp_ddegc_last + 1) /* ids below are numbers */
#define VALUE_ELEMENT_COUNT (VALUE_NUMBER_COUNT - VALUE_SCALAR_COUNT)

struct snapshot {
    union {
        int32_t value[VALUE_SCALAR_COUNT];
        struct {
#define VALUE(name, ...) int32_t name;
#define ARRAY(...)
#define SNAPSHOT_TEXT(...)
#define FLAGS(...)
#include "core/snapshot.def"
        };
    };
    union {
        int16_t element[VALUE_ELEMENT_COUNT];
        struct {
#define VALUE(...)
#define ARRAY(name, count, ...) int16_t name[count];
#define SNAPSHOT_TEXT(...)
#define FLAGS(...)
#include "core/snapshot.def"
        };
    };
#define VALUE(...)
#define ARRAY(...)
#define SNAPSHOT_TEXT(name, size, ...) char name[size];
#define FLAGS(name, ...) uint32_t name[ALARM_WORDS];
#include "core/snapshot.def"
    uint32_t have[(VALUE_ID_COUNT + 31) / 32];
    uint32_t taken_ms; /* clock of whoever took it */
};

_Static_assert(sizeof(struct snapshot) <= 512, "snapshot has grown");
_Static_assert(PACK_MAX <= 16, "pack masks");

enum value_kind { VALUE_KIND_SCALAR, VALUE_KIND_ARRAY, VALUE_KIND_TEXT, VALUE_KIND_FLAGS };

/* A const descriptor of one row of the table (an array is one row). */
struct value_info {
    const char *name;
    uint16_t id;    /* first enum value_id */
    uint16_t count; /* elements; text size; 1 otherwise */
    uint16_t offset;
    uint8_t unit;  /* enum unit */
    uint8_t scope; /* enum scope */
    uint8_t kind;  /* enum value_kind */
};

enum value_row {
#define VALUE(name, ...) VALUE_ROW_##name,
#define ARRAY(name, ...) VALUE_ROW_##name,
#define SNAPSHOT_TEXT(name, ...) VALUE_ROW_##name,
#define FLAGS(name, ...) VALUE_ROW_##name,
#include "core/snapshot.def"
    VALUE_ROW_COUNT
};

extern const struct value_info value_info[VALUE_ROW_COUNT];

/* What an encoder gets: the bank as a whole and each pack that is in it (NULL where there is none).
 */
struct view {
    const struct snapshot *bank;
    const struct snapshot *pack[PACK_MAX];
};

void snapshot_init(struct snapshot *snapshot); /* nothing known */

/* Copies at most the row's size - 1 bytes, stops at NUL, pads with NUL, sets `have`. */
void snapshot_put_maker(struct snapshot *snapshot, const char *text, uint32_t size);

/* Row of a name, or -1. */
int value_find(const char *name);

#include "core/snapshot_access.h" /* snapshot_get() and the like */

#endif
