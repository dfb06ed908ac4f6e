/* SPDX-License-Identifier: Apache-2.0
 * Why a limit has its value: the rows of core/reasons.def as one enum and one table, and the limit
 * that carries such a reason.
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

enum reason_subject { REASON_SUBJECT_NONE, REASON_SUBJECT_CELL, REASON_SUBJECT_PACK };

struct reason_info {
    const char *name;
    uint8_t subject; /* enum reason_subject: what the index beside the reason counts */
};

extern const struct reason_info reason_info[REASON_COUNT];

struct limit {
    int32_t value;  /* mV or mA, >= 0 */
    uint8_t reason; /* enum reason */
    uint8_t index;  /* cell behind it, where the reason has a cell */
};

#endif
