/* SPDX-License-Identifier: Apache-2.0
 * The protection engine: walks the rules of core/protect.def over the measured quantities and says
 * what must be blocked. It knows thresholds and times only through the table and the settings.
 */
#ifndef HEARTH_CORE_PROTECT_H
#define HEARTH_CORE_PROTECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/protect_rules.h"

struct tries_state {
    uint8_t count;
    uint32_t quiet_ms; /* since the last trip */
};

/* The values between both trip values of a quantity: none of its rules is beyond its own. */
struct bands {
    int32_t first[QUANTITY_COUNT];
    uint32_t count[QUANTITY_COUNT];
    uint64_t rules[QUANTITY_COUNT]; /* bit per rule of the quantity */
};

struct protect {
    struct rule_state state[RULE_COUNT];
    struct tries_state tries[TRIES_COUNT];
    uint32_t alarms[ALARM_WORDS];
    uint32_t warnings[ALARM_WORDS];
    uint8_t blocks;           /* of all active rules */
    bool dead_cell;           /* a cell was below 1.5 V: deep discharge stays locked */
    uint64_t busy;            /* private: bit per rule that counts, acts or remembers */
    uint32_t release_left_ms; /* shortest time to a release by time alone, 0 none */
    struct bands bands;       /* private */
};

_Static_assert(RULE_COUNT <= 64, "busy is a bit per rule");

void protect_init(struct protect *protect, const struct params *params);

/* The settings have changed. */
void protect_set_params(struct protect *protect, const struct params *params);

/* Call in every step. Trips count with held values, releases do not. Rules of measured quantities
 * wait for the first plausible measurement. */
void protect_step(struct protect *protect, const struct measured *measured,
                  const struct params *params, uint32_t dt_ms);

/* Releases locked rules whose release condition has held for the row's time, SERVICE ones whatever
 * the condition; a cell that was below 1.5 V stays locked for ever. Returns the number released.
 * The caller has checked that an installer asks. */
int protect_release(struct protect *protect, const struct params *params);

/* What is blocked, emergency or not. */
static inline uint8_t protect_blocks(const struct protect *protect, bool emergency)
{
    uint8_t blocks = protect->blocks & BLOCKS_HARD;
    if (protect->blocks & BLOCKS_UNDER_VOLTAGE && !emergency)
        blocks |= BLOCKS_DISCHARGE;
    return blocks;
}

/* Rule behind an alarm: the first active one that raises it, or -1. */
int protect_cause(const struct protect *protect, enum alarm alarm);

#endif
