/* SPDX-License-Identifier: Apache-2.0
 * The rule table and its further release conditions. A number of a row is a setting or fixed; times
 * come in milliseconds whatever the unit of their setting.
 */
#include "core/protect_rules.h"

enum {
    OVER_VOLTAGE_WAIT_MS = 60000, /* charge again after this, or when discharging */
    OVER_VOLTAGE_DISCHARGE_MA = 1000,
};

/* Over-voltage ends when the cells are low again and either a minute has passed or a load draws. */
static bool release_over_voltage(const struct rule_state *state, const struct measured *measured,
                                 const struct params *params)
{
    (void)params;
    return state->since_ms >= OVER_VOLTAGE_WAIT_MS ||
           measured->quantity[QUANTITY_DISCHARGE_MA] > OVER_VOLTAGE_DISCHARGE_MA;
}

/* The spread must be small, not only its cells away from full. */
static bool release_spread(const struct rule_state *state, const struct measured *measured,
                           const struct params *params)
{
    (void)state;
    return measured->quantity[QUANTITY_SPREAD_MV] < params->cell_spread_release_mv;
}

#define S(param)                                                                                   \
    {                                                                                              \
        PARAM_##param, 0                                                                           \
    }
#define F(number)                                                                                  \
    {                                                                                              \
        PARAM_COUNT, number                                                                        \
    }
#define H(number) F(number)
const struct rule rules[RULE_COUNT] = {
#define RULE(id, alarm, level, side, quantity, trip, release, delay, hold, blocks, latch, tries,   \
             extra)                                                                                \
    [RULE_##id] = {#id,                                                                            \
                   extra,                                                                          \
                   trip,                                                                           \
                   release,                                                                        \
                   delay,                                                                          \
                   hold,                                                                           \
                   ALARM_##alarm,                                                                  \
                   LEVEL_##level,                                                                  \
                   SIDE_##side,                                                                    \
                   QUANTITY_##quantity,                                                            \
                   BLOCKS_##blocks,                                                                \
                   LATCH_##latch,                                                                  \
                   TRIES_##tries},
#include "core/protect.def"
#undef RULE
};

static int32_t value_of(struct operand operand, const struct params *params)
{
    return operand.param < PARAM_COUNT ? params->value[operand.param] : operand.fixed;
}

static uint32_t time_ms(struct operand operand, const struct params *params)
{
    uint32_t time = (uint32_t)value_of(operand, params);
    bool seconds = operand.param < PARAM_COUNT && param_info[operand.param].unit == UNIT_S;
    return seconds ? time * 1000u : time;
}

int32_t rule_trip_value(const struct rule *rule, const struct params *params)
{
    return value_of(rule->trip, params);
}

int32_t rule_release_value(const struct rule *rule, const struct params *params)
{
    if (rule->release.param < PARAM_COUNT)
        return params->value[rule->release.param];
    int32_t trip = rule_trip_value(rule, params);
    return rule->side == SIDE_OVER ? trip - rule->release.fixed : trip + rule->release.fixed;
}

uint32_t rule_delay_ms(const struct rule *rule, const struct params *params)
{
    return time_ms(rule->delay, params);
}

uint32_t rule_hold_ms(const struct rule *rule, const struct params *params)
{
    return time_ms(rule->hold, params);
}
