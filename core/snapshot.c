/* SPDX-License-Identifier: Apache-2.0
 * Texts of a snapshot, descriptors of values. Holds no state, decides nothing.
 */
#include "core/snapshot.h"

#include <stddef.h>
#include <string.h>

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
