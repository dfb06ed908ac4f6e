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
enum latch { LATCH_AUTO, LATCH_COUNTED, LATCH_MANUAL };

/* What a rule blocks. HARD is both, without the body-diode exception. */
enum {
    BLOCKS_NOTHING = 0,
    BLOCKS_CHARGE = 1,
    BLOCKS_DISCHARGE = 2,
    BLOCKS_BOTH = 3,
    BLOCKS_HARD = 7
};

#define PARAM_NONE PARAM_COUNT /* the column holds no setting */

struct rule_state {
    uint32_t beyond_ms;   /* time beyond the trip value */
    uint32_t released_ms; /* time the release condition has held */
    uint32_t since_ms;    /* time since it tripped, or since it released */
    uint8_t tries;        /* trips counted by a COUNTED rule */
    bool active;
    bool locked; /* only the installer releases it */
};

/* A const row of the table. */
struct rule {
    const char *name;
    bool (*extra)(const struct rule_state *state, const struct measured *measured);
    int32_t hysteresis;
    uint16_t trip; /* enum param_id */
    uint16_t release;
    uint16_t delay;
    uint16_t hold;
    uint8_t alarm;
    uint8_t level;
    uint8_t side;
    uint8_t quantity;
    uint8_t blocks;
    uint8_t latch;
};

extern const struct rule rules[RULE_COUNT];

struct protect {
    struct rule_state state[RULE_COUNT];
    uint32_t alarms[ALARM_WORDS];
    uint32_t warnings[ALARM_WORDS];
    uint8_t blocks;           /* of all active rules */
    bool dead_cell;           /* a cell was below 1.5 V: deep discharge stays locked */
    uint32_t release_left_ms; /* shortest time to a release by time alone, 0 none */
};

void protect_init(struct protect *protect);

/* Call in every step once a measurement was seen. Trips count with held values, releases do not. */
void protect_step(struct protect *protect, const struct measured *measured,
                  const struct params *params, uint32_t dt_ms);

/* Releases locked rules whose release condition has held for the row's time; a cell that was below
 * 1.5 V stays locked for ever. Returns the number released. The caller has checked that an
 * installer asks. */
int protect_release(struct protect *protect, const struct params *params);

/* Value at which a rule releases, from its release setting or its hysteresis. */
int32_t rule_release_value(const struct rule *rule, const struct params *params);

/* A time setting in ms, whatever its unit; PARAM_NONE gives 0. */
uint32_t rule_time_ms(uint16_t param, const struct params *params);

#endif
