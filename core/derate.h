/* SPDX-License-Identifier: Apache-2.0
 * The curves of core/derate.def: how much of a limit remains at a temperature, voltage or charge.
 * Their units stand there.
 */
#ifndef HEARTH_CORE_DERATE_H
#define HEARTH_CORE_DERATE_H

#include <stdint.h>

enum curve {
#define CURVE(name, ...) CURVE_##name,
#include "core/derate.def"
#undef CURVE
    CURVE_COUNT
};

/* y of a curve at x. */
int32_t derate_at(enum curve curve, int32_t x);

#endif
