/* SPDX-License-Identifier: Apache-2.0
 * Power state machine. Every step finds the causes that hold, as a bit set, and takes the first
 * arrow of the present state whose cause is among them.
 */
#include "core/power.h"

#include "base/number.h"

enum {
    SELF_TEST_MS = 1000,
    EMERGENCY_CELL_MV = 2500, /* never discharged below, whatever the emergency */
    IDLE_MA = 500,
};

const struct power_arrow power_arrows[POWER_ARROW_COUNT + 1] = {
#define STATE(...)
#define ARROW(from, cause, to) {POWER_##from, POWER_CAUSE_##cause, POWER_##to},
#include "core/power.def"
    {.from = POWER_STATE_COUNT},
};

/* Where the arrows of a state begin: a state's row takes no place of its own. */
enum {
#define STATE(id, ...) FIRST_OF_##id, BEFORE_##id = FIRST_OF_##id - 1,
#define ARROW(from, cause, to) PLACE_##from##_##cause,
#include "core/power.def"
    PLACE_END
};
_Static_assert(PLACE_END == POWER_ARROW_COUNT, "arrows are counted in the header");

static const uint8_t first_arrow[POWER_STATE_COUNT] = {
#define STATE(id, number, powered, words) [number] = FIRST_OF_##id,
#define ARROW(...)
#include "core/power.def"
};

static const bool state_powered[POWER_STATE_COUNT] = {
#define STATE(id, number, powered, words) [number] = powered,
#define ARROW(...)
#include "core/power.def"
};

void power_init(struct power *power, bool on)
{
    *power = (struct power){.state = on ? POWER_STARTING : POWER_OFF};
}

void power_shut_down(struct power *power)
{
    power->shut_down = true;
}

void power_emergency(struct power *power, bool on)
{
    power->emergency_on = on;
    power->emergency_stop = !on;
}

bool power_is_powered(const struct power *power)
{
    return state_powered[power->state];
}

static bool cells_above_floor(const struct measured *measured)
{
    return measured->complete && measured->quantity[QUANTITY_CELL_MIN_MV] > EMERGENCY_CELL_MV;
}

bool power_emergency_possible(const struct power *power, const struct measured *measured)
{
    return power_is_powered(power) && cells_above_floor(measured);
}

static bool sleep_is_due(const struct power_conditions *conditions, const struct measured *measured,
                         const struct params *params)
{
    return params->smart_sleep_enabled && measured->complete && !conditions->charger &&
           !conditions->request && abs32(measured->pack_ma) < IDLE_MA &&
           measured->quantity[QUANTITY_CELL_MAX_MV] < params->smart_sleep_mv;
}

static void count_times(struct power *power, const struct power_conditions *conditions,
                        const struct measured *measured, const struct params *params,
                        uint32_t dt_ms)
{
    bool low = measured->complete && !conditions->charger &&
               measured->quantity[QUANTITY_CELL_MAX_MV] < params->power_off_mv;
    bool sleepy = sleep_is_due(conditions, measured, params);
    power->good_ms = measured->complete ? add_sat_u32(power->good_ms, dt_ms) : 0;
    power->low_ms = low ? add_sat_u32(power->low_ms, dt_ms) : 0;
    power->idle_ms = sleepy ? add_sat_u32(power->idle_ms, dt_ms) : 0;
    power->emergency_ms = power->emergency_ms > dt_ms ? power->emergency_ms - dt_ms : 0;
}

static uint32_t bit(enum power_cause cause, bool holds)
{
    return (uint32_t)holds << cause;
}

static uint32_t find_causes(const struct power *power, const struct power_conditions *conditions,
                            const struct measured *measured, const struct params *params)
{
    bool over = power->emergency_ms == 0 || power->emergency_stop || !cells_above_floor(measured);
    uint32_t sleep_ms = (uint32_t)params->smart_sleep_delay_s * 1000u;
    uint32_t empty_ms = (uint32_t)params->power_off_delay_s * 1000u;
    bool wake = conditions->button_on || conditions->charger || conditions->request;
    bool emergency = (power->emergency_on || conditions->emergency) && cells_above_floor(measured);
    return bit(POWER_CAUSE_on, conditions->button_on) |
           bit(POWER_CAUSE_charger, conditions->charger) | bit(POWER_CAUSE_wake, wake) |
           bit(POWER_CAUSE_off, conditions->button_off || power->shut_down) |
           bit(POWER_CAUSE_ready, power->good_ms >= SELF_TEST_MS) |
           bit(POWER_CAUSE_precharged, !conditions->precharging) |
           bit(POWER_CAUSE_blocked, conditions->blocked) |
           bit(POWER_CAUSE_free, !conditions->blocked) | bit(POWER_CAUSE_emergency, emergency) |
           bit(POWER_CAUSE_emergency_over, over) |
           bit(POWER_CAUSE_idle, power->idle_ms >= sleep_ms) |
           bit(POWER_CAUSE_empty, power->low_ms >= empty_ms) | bit(POWER_CAUSE_stored, true);
}

/* Why the present emergency ends, or the coming one begins. */
static enum emergency_cause find_emergency_cause(const struct power *power,
                                                 const struct measured *measured)
{
    if (power->state != POWER_EMERGENCY)
        return power->emergency_on ? EMERGENCY_BY_COMMAND : EMERGENCY_BY_BUTTON;
    if (power->emergency_stop)
        return EMERGENCY_BY_COMMAND;
    if (!cells_above_floor(measured))
        return EMERGENCY_BY_CELL;
    return power->emergency_ms == 0 ? EMERGENCY_BY_TIME : EMERGENCY_BY_POWER;
}

/* A pack that starts begins all its times anew; among the other states they run on. */
static void enter(struct power *power, enum power_state state, const struct params *params)
{
    power->state = (uint8_t)state;
    power->emergency_ms = state == POWER_EMERGENCY ? (uint32_t)params->emergency_s * 1000u : 0;
    if (state != POWER_STARTING)
        return;
    power->good_ms = 0;
    power->low_ms = 0;
    power->idle_ms = 0;
}

void power_step(struct power *power, const struct power_conditions *conditions,
                const struct measured *measured, const struct params *params, uint32_t dt_ms)
{
    count_times(power, conditions, measured, params, dt_ms);
    uint32_t causes = find_causes(power, conditions, measured, params);
    for (int i = first_arrow[power->state]; power_arrows[i].from == power->state; i++) {
        const struct power_arrow *arrow = &power_arrows[i];
        if (causes >> arrow->cause & 1) {
            power->emergency_cause = (uint8_t)find_emergency_cause(power, measured);
            enter(power, (enum power_state)arrow->to, params);
            break;
        }
    }
    power->shut_down = false;
    power->emergency_on = false;
    power->emergency_stop = false;
}

uint32_t power_sleep_left_ms(const struct power *power, const struct params *params)
{
    uint32_t delay_ms = (uint32_t)params->smart_sleep_delay_s * 1000u;
    bool may_sleep = power->state == POWER_ON || power->state == POWER_PROTECT;
    return may_sleep && power->idle_ms ? delay_ms - power->idle_ms : 0;
}
