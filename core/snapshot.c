/* SPDX-License-Identifier: Apache-2.0
 * Snapshot access by id, descriptors of values. Holds no state, decides nothing.
 */
#include "core/snapshot.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "base/text.h"

const struct value_info value_info[VALUE_ROW_COUNT] = {
#define ROW(name, label, count, unit, scope, kind)                                                 \
    [VALUE_ROW_##name] = {                                                                         \
        #name,         VALUE_##name,     count, offsetof(struct snapshot, name), UNIT_##unit,      \
        SCOPE_##scope, VALUE_KIND_##kind},
#define VALUE(name, unit, scope, label) ROW(name, label, 1, unit, scope, SCALAR)
#define ARRAY(name, count, unit, scope, label) ROW(name, label, count, unit, scope, ARRAY)
#define SNAPSHOT_TEXT(name, size, scope, label) ROW(name, label, size, TEXT, scope, TEXT)
#define FLAGS(name, scope, label) ROW(name, label, 1, MASK, scope, FLAGS)
#include "core/snapshot.def"
#undef ROW
};

void snapshot_init(struct snapshot *snapshot)
{
    memset(snapshot, 0, sizeof(*snapshot));
}

bool snapshot_have(const struct snapshot *snapshot, enum value_id id)
{
    ASSERT(id < VALUE_ID_COUNT);
    return snapshot->have[id / 32] >> id % 32 & 1;
}

void snapshot_set_have(struct snapshot *snapshot, enum value_id id, bool have)
{
    ASSERT(id < VALUE_ID_COUNT);
    uint32_t bit = 1u << id % 32;
    if (have)
        snapshot->have[id / 32] |= bit;
    else
        snapshot->have[id / 32] &= ~bit;
}

bool snapshot_get(const struct snapshot *snapshot, enum value_id id, int32_t *value)
{
    ASSERT(id < VALUE_NUMBER_COUNT);
    if (id < VALUE_SCALAR_COUNT)
        *value = snapshot->value[id];
    else
        *value = snapshot->element[id - VALUE_SCALAR_COUNT];
    return snapshot_have(snapshot, id);
}

void snapshot_put(struct snapshot *snapshot, enum value_id id, int32_t value)
{
    ASSERT(id < VALUE_NUMBER_COUNT);
    if (id < VALUE_SCALAR_COUNT)
        snapshot->value[id] = value;
    else
        snapshot->element[id - VALUE_SCALAR_COUNT] = (int16_t)clamp32(value, INT16_MIN, INT16_MAX);
    snapshot_set_have(snapshot, id, true);
}

void snapshot_put_maker(struct snapshot *snapshot, const char *text, uint32_t size)
{
    uint32_t used = 0;
    while (used < size && used < sizeof(snapshot->maker) - 1 && text[used] != '\0') {
        snapshot->maker[used] = text[used];
        used++;
    }
    memset(snapshot->maker + used, 0, sizeof(snapshot->maker) - used);
    snapshot_set_have(snapshot, VALUE_maker, true);
}

int value_find(const char *name)
{
    for (int row = 0; row < VALUE_ROW_COUNT; row++) {
        if (text_equal(value_info[row].name, name))
            return row;
    }
    return -1;
}
