/* SPDX-License-Identifier: Apache-2.0
 * Values of a snapshot by id. Part of core/snapshot.h; here because it is inlined: codecs reach
 * every value of every frame through it.
 */
#ifndef HEARTH_CORE_SNAPSHOT_ACCESS_H
#define HEARTH_CORE_SNAPSHOT_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/number.h"
#include "core/snapshot.h"

static inline bool snapshot_have(const struct snapshot *snapshot, enum value_id id)
{
    ASSERT(id < VALUE_ID_COUNT);
    return snapshot->have[id / 32] >> id % 32 & 1;
}

static inline void snapshot_set_have(struct snapshot *snapshot, enum value_id id, bool have)
{
    ASSERT(id < VALUE_ID_COUNT);
    uint32_t bit = 1u << id % 32;
    if (have)
        snapshot->have[id / 32] |= bit;
    else
        snapshot->have[id / 32] &= ~bit;
}

/* Numbers only (id < VALUE_NUMBER_COUNT). get: false when not known. put: saturates to the field.
 */
static inline bool snapshot_get(const struct snapshot *snapshot, enum value_id id, int32_t *value)
{
    ASSERT(id < VALUE_NUMBER_COUNT);
    if (id < VALUE_SCALAR_COUNT)
        *value = snapshot->value[id];
    else
        *value = snapshot->element[id - VALUE_SCALAR_COUNT];
    return snapshot_have(snapshot, id);
}

static inline void snapshot_put(struct snapshot *snapshot, enum value_id id, int32_t value)
{
    ASSERT(id < VALUE_NUMBER_COUNT);
    if (id < VALUE_SCALAR_COUNT)
        snapshot->value[id] = value;
    else
        snapshot->element[id - VALUE_SCALAR_COUNT] = (int16_t)clamp32(value, INT16_MIN, INT16_MAX);
    snapshot_set_have(snapshot, id, true);
}

#endif
