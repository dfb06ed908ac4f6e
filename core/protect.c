/* SPDX-License-Identifier: Apache-2.0
 * Protection engine. One loop over the rule table; each rule counts time beyond its trip value,
 * acts in the first step whose accumulated time reaches the delay, and releases by its latch: AUTO
 * when the release condition has held, COUNTED by time for a limited number of tries, MANUAL and
 * SERVICE on request. A quantity within its band costs one comparison, however many rules it has;
 * only rules of the others are looked at, and those that remember something.
 */
#include "core/protect.h"

#include <string.h>

#include "base/number.h"

enum {
    DEAD_CELL_MV = 1500,  /* below: never again by software */
    FORGET_MS = 86400000, /* tries are forgotten after a quiet day */
};

/* A release setting must be passed; a hysteresis only reached. */
static bool is_released(const struct rule *rule, const struct params *params, int32_t value)
{
    int32_t release = rule_release_value(rule, params);
    int32_t margin = rule->side == SIDE_OVER ? release - value : value - release;
    return rule->release.param < PARAM_COUNT ? margin > 0 : margin >= 0;
}

void protect_set_params(struct protect *protect, const struct params *params)
{
    struct bands *bands = &protect->bands;
    int32_t low[QUANTITY_COUNT];
    int32_t high[QUANTITY_COUNT];
    for (int i = 0; i < QUANTITY_COUNT; i++) {
        low[i] = INT32_MIN;
        high[i] = INT32_MAX;
    }
    for (int id = 0; id < RULE_COUNT; id++) {
        uint8_t i = rules[id].quantity;
        int32_t trip = rule_trip_value(&rules[id], params);
        bands->rules[i] |= 1ull << id;
        if (rules[id].side == SIDE_OVER)
            high[i] = min32(high[i], trip);
        else
            low[i] = max32(low[i], trip);
    }
    for (int i = 0; i < QUANTITY_COUNT; i++) {
        bands->first[i] = low[i] + 1;
        bands->count[i] = (uint32_t)clamp64((int64_t)high[i] - low[i] - 1, 0, UINT32_MAX);
    }
}

void protect_init(struct protect *protect, const struct params *params)
{
    memset(protect, 0, sizeof(*protect));
    protect_set_params(protect, params);
}

static bool has_held(const struct rule *rule, const struct rule_state *state,
                     const struct params *params)
{
    return state->released_ms >= rule_hold_ms(rule, params);
}

/* Stages of one incident are one try. */
static bool is_tried(const struct protect *protect, uint8_t tries)
{
    for (int id = 0; id < RULE_COUNT; id++) {
        if (protect->state[id].active && rules[id].tries == tries)
            return true;
    }
    return false;
}

static void trip(struct protect *protect, const struct rule *rule, struct rule_state *state,
                 const struct params *params)
{
    struct tries_state *tries = &protect->tries[rule->tries];
    bool counts = rule->latch == LATCH_COUNTED && !is_tried(protect, rule->tries);
    *state = (struct rule_state){.active = true};
    if (counts) {
        tries->count++;
        tries->quiet_ms = 0;
    }
    if (rule->latch == LATCH_COUNTED) {
        state->locked = tries->count > params->over_current_tries;
    } else {
        state->locked = rule->latch != LATCH_AUTO;
    }
}

static void step_idle(struct protect *protect, const struct rule *rule, struct rule_state *state,
                      const struct params *params, uint32_t dt_ms)
{
    if (state->forgiven && !protect->dead_cell)
        return;
    state->beyond_ms = add_sat_u32(state->beyond_ms, dt_ms);
    if (state->beyond_ms >= rule_delay_ms(rule, params))
        trip(protect, rule, state, params);
}

static void step_active(const struct rule *rule, struct rule_state *state,
                        const struct measured *measured, const struct params *params,
                        uint32_t dt_ms)
{
    bool free = measured->complete && is_released(rule, params, measured->quantity[rule->quantity]);
    state->since_ms = add_sat_u32(state->since_ms, dt_ms);
    state->released_ms = free ? add_sat_u32(state->released_ms, dt_ms) : 0;
    if (!state->locked && free && has_held(rule, state, params) &&
        (!rule->extra || rule->extra(state, measured, params)))
        *state = (struct rule_state){0};
}

static void collect(struct protect *protect, const struct rule *rule,
                    const struct rule_state *state, const struct params *params)
{
    alarm_put(rule->level == LEVEL_WARN ? protect->warnings : protect->alarms,
              (enum alarm)rule->alarm, true);
    protect->blocks |= rule->blocks;
    if (rule->latch != LATCH_COUNTED || state->locked)
        return;
    /* Held as long as the row asks, it would have been released. */
    uint32_t left_ms = rule_hold_ms(rule, params) - state->released_ms;
    if (!protect->release_left_ms || left_ms < protect->release_left_ms)
        protect->release_left_ms = left_ms;
}

static void step_tries(struct protect *protect, uint32_t dt_ms)
{
    for (int i = 0; i < TRIES_COUNT; i++) {
        struct tries_state *tries = &protect->tries[i];
        if (tries->count && (tries->quiet_ms = add_sat_u32(tries->quiet_ms, dt_ms)) >= FORGET_MS)
            tries->count = 0;
    }
}

/* Measured quantities mean nothing before the first plausible measurement. */
static bool is_beyond(const struct rule *rule, const struct measured *measured,
                      const struct params *params)
{
    if (!measured->seen && quantity_info[rule->quantity].kind == QUANTITY_MEASURED)
        return false;
    int32_t value = measured->quantity[rule->quantity];
    int32_t trip = rule_trip_value(rule, params);
    return rule->side == SIDE_OVER ? value >= trip : value <= trip;
}

static void step_rule(struct protect *protect, int id, const struct measured *measured,
                      const struct params *params, uint32_t dt_ms)
{
    const struct rule *rule = &rules[id];
    struct rule_state *state = &protect->state[id];
    if (state->active)
        step_active(rule, state, measured, params, dt_ms);
    else if (is_beyond(rule, measured, params))
        step_idle(protect, rule, state, params, dt_ms);
    else
        *state = (struct rule_state){0};
    if (state->active)
        collect(protect, rule, state, params);
    if (state->active || state->beyond_ms || state->forgiven)
        protect->busy |= 1ull << id;
}

/* The rules of all quantities that are not safe. A value below its band wraps to a place far above
 * it. */
static uint64_t find_touched(const struct bands *bands, const struct measured *measured)
{
    uint64_t touched = 0;
    for (int i = 0; i < QUANTITY_COUNT; i++) {
        uint32_t place = (uint32_t)measured->quantity[i] - (uint32_t)bands->first[i];
        if (place >= bands->count[i])
            touched |= bands->rules[i];
    }
    return touched;
}

void protect_step(struct protect *protect, const struct measured *measured,
                  const struct params *params, uint32_t dt_ms)
{
    memset(protect->alarms, 0, sizeof(protect->alarms));
    memset(protect->warnings, 0, sizeof(protect->warnings));
    protect->blocks = BLOCKS_NOTHING;
    protect->release_left_ms = 0;
    protect->dead_cell |= measured->seen && measured->quantity[QUANTITY_CELL_MIN_MV] < DEAD_CELL_MV;
    step_tries(protect, dt_ms);
    uint64_t look = find_touched(&protect->bands, measured) | protect->busy;
    protect->busy = 0;
    for (; look; look = without_first(look))
        step_rule(protect, first_bit(look), measured, params, dt_ms);
}

static bool may_release(const struct protect *protect, int id, const struct params *params)
{
    const struct rule_state *state = &protect->state[id];
    if (!state->locked)
        return false;
    if (rules[id].latch == LATCH_SERVICE)
        return !protect->dead_cell;
    return has_held(&rules[id], state, params);
}

int protect_release(struct protect *protect, const struct params *params)
{
    int count = 0;
    for (int id = 0; id < RULE_COUNT; id++) {
        if (!may_release(protect, id, params))
            continue;
        protect->tries[rules[id].tries].count = 0;
        protect->state[id] = (struct rule_state){.forgiven = rules[id].latch == LATCH_SERVICE};
        count++;
    }
    return count;
}

int protect_cause(const struct protect *protect, enum alarm alarm)
{
    for (int id = 0; id < RULE_COUNT; id++) {
        if (protect->state[id].active && rules[id].alarm == alarm && rules[id].level == LEVEL_TRIP)
            return id;
    }
    return -1;
}
