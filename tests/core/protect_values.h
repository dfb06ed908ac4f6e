/* SPDX-License-Identifier: Apache-2.0
 * What every rule must do, as a table of the tests' own: see protect_values.def.
 */
#ifndef HEARTH_TESTS_CORE_PROTECT_VALUES_H
#define HEARTH_TESTS_CORE_PROTECT_VALUES_H

#include "core/protect_rules.h"

/* Expected values, an own list: see the file. */
static const struct values {
    int32_t trip;
    int32_t free;
    uint32_t delay_ms;
    uint32_t hold_ms;
    uint8_t blocks;
} expected[] = {
#define VALUES(id, trip, free, delay_ms, hold_ms, blocks)                                          \
    [RULE_##id] = {trip, free, delay_ms, hold_ms, BLOCKS_##blocks},
#include "tests/core/protect_values.def"
#undef VALUES
};

/* Fails to compile for a rule that has no row. */
enum {
#define VALUES(id, ...) VALUES_OF_##id,
#include "tests/core/protect_values.def"
#undef VALUES
#define RULE(id, ...) ROW_OF_##id = VALUES_OF_##id,
#include "core/protect.def"
#undef RULE
};

#endif
