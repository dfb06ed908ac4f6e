/* SPDX-License-Identifier: Apache-2.0
 * Power state machine; the arrows are listed in the header. A press of the button acts once, at the
 * moment its time is reached.
 */
#include "core/power.h"

#include "base/number.h"

enum { PRESS_ON_MS = 1000, PRESS_OFF_MS = 5000, SELF_TEST_MS = 1000, BEEP_MS = 200 };

void power_init(struct power *power, bool on)
{
    *power = (struct power){.state = on ? POWER_STARTING : POWER_OFF};
}

static void enter(struct power *power, enum power_state state)
{
    power->state = (uint8_t)state;
    power->good_ms = 0;
    power->low_ms = 0;
}

void power_shut_down(struct power *power)
{
    enter(power, POWER_OFF);
}

/* True once per press, in the step that reaches `needed_ms`. */
static bool pressed(struct power *power, uint32_t needed_ms)
{
    if (power->button_used || power->button_ms < needed_ms)
        return false;
    power->button_used = true;
    return true;
}

static void step_button(struct power *power, bool button, uint32_t dt_ms)
{
    power->button_ms = button ? add_sat_u32(power->button_ms, dt_ms) : 0;
    power->button_used &= button;
}

static void start(struct power *power, bool beep)
{
    enter(power, POWER_STARTING);
    if (beep)
        power->beep_ms = BEEP_MS;
}

static void step_starting(struct power *power, const struct measured *measured, uint32_t dt_ms)
{
    power->good_ms = measured->complete ? add_sat_u32(power->good_ms, dt_ms) : 0;
    if (pressed(power, PRESS_OFF_MS))
        enter(power, POWER_OFF);
    else if (power->good_ms >= SELF_TEST_MS)
        enter(power, POWER_ON);
}

static void step_on(struct power *power, const struct inputs *inputs,
                    const struct measured *measured, const struct params *params, uint32_t dt_ms)
{
    bool low = measured->complete && !inputs->charger_present &&
               measured->quantity[QUANTITY_CELL_MAX_MV] < params->power_off_mv;
    power->low_ms = low ? add_sat_u32(power->low_ms, dt_ms) : 0;
    if (pressed(power, PRESS_OFF_MS))
        enter(power, POWER_OFF);
    else if (power->low_ms >= (uint32_t)params->power_off_delay_s * 1000u)
        enter(power, POWER_STOPPED);
}

void power_step(struct power *power, const struct inputs *inputs, const struct measured *measured,
                const struct params *params, uint32_t dt_ms)
{
    power->beep_ms = power->beep_ms > dt_ms ? power->beep_ms - dt_ms : 0;
    step_button(power, inputs->button, dt_ms);
    switch (power->state) {
    case POWER_STARTING:
        step_starting(power, measured, dt_ms);
        break;
    case POWER_ON:
        step_on(power, inputs, measured, params, dt_ms);
        break;
    case POWER_STOPPED:
        if (inputs->charger_present)
            start(power, false);
        else if (pressed(power, PRESS_ON_MS))
            start(power, true);
        break;
    default:
        if (pressed(power, PRESS_ON_MS))
            start(power, true);
        break;
    }
    power->beep = power->beep_ms > 0;
}
