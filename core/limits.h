/* SPDX-License-Identifier: Apache-2.0
 * What the charger and the load may do with one pack: CVL, CCL, DVL, DCL, each with its reason.
 * Pure: snapshot + settings + own state -> limits, so that a host can compute the limits of a pack
 * whose frames carry none. Decides no switch and raises no alarm.
 */
#ifndef HEARTH_CORE_LIMITS_H
#define HEARTH_CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"
#include "core/snapshot.h"

/* Why a limit has its value, from core/reasons.def. */
enum reason {
#define REASON(id, ...) REASON_##id,
#include "core/reasons.def"
#undef REASON
    REASON_COUNT
};

enum reason_subject { REASON_SUBJECT_NONE, REASON_SUBJECT_CELL, REASON_SUBJECT_PACK };

struct reason_info {
    const char *name;
    const char *words;
    uint8_t subject; /* enum reason_subject: what the index beside the reason counts */
};

extern const struct reason_info reason_info[REASON_COUNT];

enum charge_phase { CHARGE_BULK, CHARGE_ABSORPTION, CHARGE_FLOAT };

struct limit {
    int32_t value;  /* mV or mA, >= 0 */
    uint8_t reason; /* enum reason */
    uint8_t index;  /* cell behind it, where the reason has a cell */
};

/* One current limit with its memory: falls at once, rises slowly. */
struct current_limit {
    struct limit limit;
    uint32_t hold_ms;   /* no rise until this has run out */
    uint32_t rise_rest; /* private: millionths of a mA not yet risen */
};

struct limits {
    struct limit charge_mv;            /* CVL */
    struct limit discharge_mv;         /* DVL */
    struct current_limit charge_ma;    /* CCL */
    struct current_limit discharge_ma; /* DCL */
    uint8_t phase;                     /* enum charge_phase */
    uint32_t phase_ms;                 /* time in it */
    uint32_t reached_ms;               /* private: time at the requested voltage */
    uint32_t ramp_us;                  /* private: part of the next ramp step */
};

void limits_init(struct limits *limits);

/* Advances by dt_ms (1..60,000). Uses of the snapshot: cell extremes, pack voltage, temperatures,
 * current, soc, alarms, charge_allowed, discharge_allowed; a direction that is not known to be
 * allowed, or whose cell voltages or temperatures are not known, gets 0. */
void limits_step(struct limits *limits, const struct snapshot *snapshot,
                 const struct params *params, uint32_t dt_ms);

/* Writes the limits and the charge phase into a snapshot. */
void limits_publish(const struct limits *limits, struct snapshot *snapshot);

#endif
