/* SPDX-License-Identifier: Apache-2.0
 * Protection engine. One loop over the rule table; each rule counts time beyond its trip value,
 * acts in the first step whose accumulated time reaches the delay, and releases by its latch: AUTO
 * when the release condition has held, COUNTED by time for a limited number of tries, MANUAL on
 * request.
 */
#include "core/protect.h"

#include <string.h>

#include "base/number.h"

enum {
    DEAD_CELL_MV = 1500,          /* below: never again by software */
    OVER_VOLTAGE_WAIT_MS = 60000, /* charge again after this, or when discharging */
    OVER_VOLTAGE_DISCHARGE_MA = 1000,
    FORGET_MS = 86400000, /* tries are forgotten after a quiet day */
};

/* Over-voltage ends when the cells are low again and either a minute has passed or a load draws. */
static bool release_over_voltage(const struct rule_state *state, const struct measured *measured)
{
    return state->since_ms >= OVER_VOLTAGE_WAIT_MS ||
           measured->quantity[QUANTITY_DISCHARGE_MA] > OVER_VOLTAGE_DISCHARGE_MA;
}

const struct rule rules[RULE_COUNT] = {
#define RULE(id, alarm, level, side, quantity, trip, release, hysteresis, delay, hold, blocks,     \
             latch, extra)                                                                         \
    [RULE_##id] = {#id,                                                                            \
                   extra,                                                                          \
                   hysteresis,                                                                     \
                   PARAM_##trip,                                                                   \
                   PARAM_##release,                                                                \
                   PARAM_##delay,                                                                  \
                   PARAM_##hold,                                                                   \
                   ALARM_##alarm,                                                                  \
                   LEVEL_##level,                                                                  \
                   SIDE_##side,                                                                    \
                   QUANTITY_##quantity,                                                            \
                   BLOCKS_##blocks,                                                                \
                   LATCH_##latch},
#include "core/protect.def"
#undef RULE
};

uint32_t rule_time_ms(uint16_t param, const struct params *params)
{
    if (param == PARAM_NONE)
        return 0;
    uint32_t time = (uint32_t)max32(params->value[param], 0);
    return param_info[param].unit == UNIT_S ? time * 1000u : time;
}

int32_t rule_release_value(const struct rule *rule, const struct params *params)
{
    if (rule->release != PARAM_NONE)
        return params->value[rule->release];
    int32_t trip = params->value[rule->trip];
    return rule->side == SIDE_OVER ? trip - rule->hysteresis : trip + rule->hysteresis;
}

static bool is_beyond(const struct rule *rule, const struct params *params, int32_t value)
{
    int32_t trip = params->value[rule->trip];
    return rule->side == SIDE_OVER ? value >= trip : value <= trip;
}

/* A release setting must be passed; a hysteresis only reached. */
static bool is_released(const struct rule *rule, const struct params *params, int32_t value)
{
    int32_t release = rule_release_value(rule, params);
    if (value == release)
        return rule->release == PARAM_NONE;
    return rule->side == SIDE_OVER ? value < release : value > release;
}

void protect_init(struct protect *protect)
{
    memset(protect, 0, sizeof(*protect));
}

/* Whether the release condition has held as long as the row asks. */
static bool has_held(const struct rule *rule, const struct rule_state *state,
                     const struct params *params)
{
    return state->released_ms >= rule_time_ms(rule->hold, params);
}

static void trip(const struct rule *rule, struct rule_state *state, const struct params *params)
{
    state->active = true;
    state->since_ms = 0;
    state->released_ms = 0;
    state->locked = rule->latch == LATCH_MANUAL;
    if (rule->latch == LATCH_COUNTED) {
        state->tries++;
        state->locked = state->tries > params->over_current_tries;
    }
}

static void release(struct rule_state *state)
{
    state->active = false;
    state->beyond_ms = 0;
    state->since_ms = 0;
}

static void step_idle(const struct rule *rule, struct rule_state *state,
                      const struct params *params, bool beyond, uint32_t dt_ms)
{
    if (state->tries && (state->since_ms = add_sat_u32(state->since_ms, dt_ms)) >= FORGET_MS)
        state->tries = 0;
    if (!beyond) {
        state->beyond_ms = 0;
        return;
    }
    state->beyond_ms = add_sat_u32(state->beyond_ms, dt_ms);
    if (state->beyond_ms >= rule_time_ms(rule->delay, params))
        trip(rule, state, params);
}

static void step_active(const struct rule *rule, struct rule_state *state,
                        const struct measured *measured, const struct params *params,
                        uint32_t dt_ms)
{
    int32_t value = measured->quantity[rule->quantity];
    bool free = measured->complete && is_released(rule, params, value);
    state->since_ms = add_sat_u32(state->since_ms, dt_ms);
    state->released_ms = free ? add_sat_u32(state->released_ms, dt_ms) : 0;
    if (!state->locked && free && has_held(rule, state, params) &&
        (!rule->extra || rule->extra(state, measured)))
        release(state);
}

static void collect(struct protect *protect, const struct rule *rule,
                    const struct rule_state *state, const struct params *params)
{
    alarm_put(rule->level == LEVEL_WARN ? protect->warnings : protect->alarms,
              (enum alarm)rule->alarm, true);
    protect->blocks |= rule->blocks;
    if (rule->latch != LATCH_COUNTED || state->locked)
        return;
    uint32_t hold_ms = rule_time_ms(rule->hold, params);
    uint32_t left_ms = hold_ms > state->released_ms ? hold_ms - state->released_ms : 0;
    if (!protect->release_left_ms || left_ms < protect->release_left_ms)
        protect->release_left_ms = left_ms;
}

void protect_step(struct protect *protect, const struct measured *measured,
                  const struct params *params, uint32_t dt_ms)
{
    memset(protect->alarms, 0, sizeof(protect->alarms));
    memset(protect->warnings, 0, sizeof(protect->warnings));
    protect->blocks = BLOCKS_NOTHING;
    protect->release_left_ms = 0;
    protect->dead_cell |= measured->quantity[QUANTITY_CELL_MIN_MV] < DEAD_CELL_MV;
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = &rules[i];
        struct rule_state *state = &protect->state[i];
        if (state->active)
            step_active(rule, state, measured, params, dt_ms);
        else
            step_idle(rule, state, params,
                      is_beyond(rule, params, measured->quantity[rule->quantity]), dt_ms);
        if (state->active)
            collect(protect, rule, state, params);
    }
}

int protect_release(struct protect *protect, const struct params *params)
{
    int count = 0;
    for (int i = 0; i < RULE_COUNT; i++) {
        struct rule_state *state = &protect->state[i];
        bool dead = i == RULE_deep && protect->dead_cell;
        if (!state->locked || dead || !has_held(&rules[i], state, params))
            continue;
        state->locked = false;
        state->tries = 0;
        release(state);
        count++;
    }
    return count;
}
