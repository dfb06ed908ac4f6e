/* SPDX-License-Identifier: Apache-2.0
 * The protection engine: walks the rules of core/protect.def over the measured quantities and says
 * what must be blocked. It knows thresholds and times only through the table and the settings.
 */
#ifndef HEARTH_CORE_PROTECT_H
#define HEARTH_CORE_PROTECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarms.h"
#include "core/measure.h"
#include "core/params.h"

enum rule_id {
#define RULE(id, ...) RULE_##id,
#include "core/protect.def"
#undef RULE
    RULE_COUNT
};

enum rule_level { LEVEL_TRIP, LEVEL_WARN };
enum rule_side { SIDE_OVER, SIDE_UNDER };
enum latch { LATCH_AUTO, LATCH_COUNTED, LATCH_MANUAL, LATCH_SERVICE };

/* Counters of retries that rules share. */
enum tries {
    TRIES_NONE,
    TRIES_CHARGE,
    TRIES_DISCHARGE,
    TRIES_SHORT,
    TRIES_CHARGE_OBEY,
    TRIES_DISCHARGE_OBEY,
    TRIES_PRECHARGE,
    TRIES_COUNT
};

/* What a rule blocks. HARD is both, and knows no exception; UNDER_VOLTAGE becomes DISCHARGE unless
 * an emergency overrides it. */
enum {
    BLOCKS_NOTHING = 0,
    BLOCKS_CHARGE = 1,
    BLOCKS_DISCHARGE = 2,
    BLOCKS_BOTH = 3,
    BLOCKS_HARD = 7,
    BLOCKS_UNDER_VOLTAGE = 8
};

/* A number of a row: a setting, or fixed. */
struct operand {
    uint16_t param; /* enum param_id, or PARAM_COUNT: fixed */
    int32_t fixed;
};

struct rule_state {
    uint32_t beyond_ms;   /* time beyond the trip value */
    uint32_t released_ms; /* time the release condition has held */
    uint32_t since_ms;    /* time since it tripped */
    bool active;
    bool locked;   /* only the installer releases it */
    bool forgiven; /* released by the installer although its cause persists */
};

struct tries_state {
    uint8_t count;
    uint32_t quiet_ms; /* since the last trip */
};

/* A const row of the table. */
struct rule {
    const char *name;
    bool (*extra)(const struct rule_state *state, const struct measured *measured,
                  const struct params *params);
    struct operand trip;
    struct operand release; /* fixed: hysteresis */
    struct operand delay;
    struct operand hold;
    uint8_t alarm;
    uint8_t level;
    uint8_t side;
    uint8_t quantity;
    uint8_t blocks;
    uint8_t latch;
    uint8_t tries;
};

extern const struct rule rules[RULE_COUNT];

struct protect {
    struct rule_state state[RULE_COUNT];
    struct tries_state tries[TRIES_COUNT];
    uint32_t alarms[ALARM_WORDS];
    uint32_t warnings[ALARM_WORDS];
    uint8_t blocks;           /* of all active rules */
    bool dead_cell;           /* a cell was below 1.5 V: deep discharge stays locked */
    uint64_t busy;            /* private: bit per rule that counts, acts or remembers */
    int32_t trip[RULE_COUNT]; /* private: trip values; of UNDER rules negative, likewise compared */
    uint32_t release_left_ms; /* shortest time to a release by time alone, 0 none */
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
uint8_t protect_blocks(const struct protect *protect, bool emergency);

/* Rule behind an alarm: the first active one that raises it, or -1. */
int protect_cause(const struct protect *protect, enum alarm alarm);

/* Values of a row: where it trips, where it releases, its times. */
int32_t rule_trip_value(const struct rule *rule, const struct params *params);
int32_t rule_release_value(const struct rule *rule, const struct params *params);
uint32_t rule_delay_ms(const struct rule *rule, const struct params *params);
uint32_t rule_hold_ms(const struct rule *rule, const struct params *params);

#endif
