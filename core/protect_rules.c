/* SPDX-License-Identifier: Apache-2.0
 * The rule table and its further release conditions: what must hold beside the release value of a
 * row. What the columns mean stands in core/protect.def.
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

#define S(name)                                                                                    \
    {                                                                                              \
        .param = PARAM_##name                                                                      \
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
