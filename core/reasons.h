/* SPDX-License-Identifier: Apache-2.0
 * Why a limit has its value: the rows of core/reasons.def as an enum, and the limit that carries
 * such a reason.
 */
#ifndef HEARTH_CORE_REASONS_H
#define HEARTH_CORE_REASONS_H

#include <stdint.h>

enum reason {
#define REASON(id, ...) REASON_##id,
#include "core/reasons.def"
#undef REASON
    REASON_COUNT
};

struct limit {
    int32_t value;  /* mV or mA, >= 0 */
    uint8_t reason; /* enum reason */
    uint8_t index;  /* cell behind it, where the reason has a cell */
};

#endif
