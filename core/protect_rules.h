/* SPDX-License-Identifier: Apache-2.0
 * The rules of core/protect.def as one enum and one table, and the values of a row with given
 * settings. Knows no state beside what a row's extra condition is shown.
 */
#ifndef HEARTH_CORE_PROTECT_RULES_H
#define HEARTH_CORE_PROTECT_RULES_H

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

/* A number of a row: a setting, or fixed. Times come in ms, whatever the unit of their setting. */
struct operand {
    uint16_t param; /* enum param_id, or PARAM_COUNT: fixed */
    uint16_t fixed;
};

struct rule_state {
    uint32_t beyond_ms;   /* time beyond the trip value */
    uint32_t released_ms; /* time the release condition has held */
    uint32_t since_ms;    /* time since it tripped */
    bool active;
    bool locked;   /* only the installer releases it */
    bool forgiven; /* released by the installer although its cause persists */
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

static inline int32_t operand_value(struct operand operand, const struct params *params)
{
    return operand.param < PARAM_COUNT ? params->value[operand.param] : operand.fixed;
}

static inline uint32_t operand_ms(struct operand operand, const struct params *params)
{
    uint32_t time = (uint32_t)operand_value(operand, params);
    bool seconds = operand.param < PARAM_COUNT && param_info[operand.param].unit == UNIT_S;
    return seconds ? time * 1000u : time;
}

/* Values of a row: where it trips, where it releases, its times. */
static inline int32_t rule_trip_value(const struct rule *rule, const struct params *params)
{
    return operand_value(rule->trip, params);
}

static inline int32_t rule_release_value(const struct rule *rule, const struct params *params)
{
    if (rule->release.param < PARAM_COUNT)
        return params->value[rule->release.param];
    int32_t trip = rule_trip_value(rule, params);
    return rule->side == SIDE_OVER ? trip - rule->release.fixed : trip + rule->release.fixed;
}

static inline uint32_t rule_delay_ms(const struct rule *rule, const struct params *params)
{
    return operand_ms(rule->delay, params);
}

static inline uint32_t rule_hold_ms(const struct rule *rule, const struct params *params)
{
    return operand_ms(rule->hold, params);
}

#endif
