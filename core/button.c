/* SPDX-License-Identifier: Apache-2.0
 * Times of presses and gaps (safety rules, section 5). A press counts from the step in which it is
 * first seen; every threshold acts in the step that reaches it.
 */
#include "core/button.h"

#include "base/number.h"

enum { ON_MS = 1000, OFF_MS = 5000, RESET_MS = 10000 };
enum { SHORT_MS = 1000, GAP_MS = 1000, BOUNCE_MS = 10, EMERGENCY_PRESSES = 3 };

void button_init(struct button *button)
{
    *button = (struct button){.gap_ms = GAP_MS};
}

static void begin_press(struct button *button, bool pack_off)
{
    button->pressed = true;
    button->was_off = pack_off;
    button->held_ms = 0;
}

static void hold(struct button *button, uint32_t dt_ms)
{
    uint32_t before_ms = button->held_ms;
    uint32_t now_ms = add_sat_u32(before_ms, dt_ms);
    button->held_ms = now_ms;
    button->on = button->was_off && before_ms < ON_MS && now_ms >= ON_MS;
    button->reset = button->was_off && before_ms < RESET_MS && now_ms >= RESET_MS;
    button->off = !button->was_off && before_ms < OFF_MS && now_ms >= OFF_MS;
}

/* Counts the press that has just ended. */
static void end_press(struct button *button)
{
    button->pressed = false;
    if (button->held_ms < BOUNCE_MS) { /* as if it had not been */
        button->gap_ms = add_sat_u32(button->gap_ms, button->held_ms);
        return;
    }
    bool separate = button->gap_ms >= BOUNCE_MS;
    button->gap_ms = 0;
    if (button->held_ms >= SHORT_MS)
        button->presses = 0;
    else if (separate)
        button->presses++;
    button->emergency = button->presses == EMERGENCY_PRESSES;
    if (button->emergency)
        button->presses = 0;
}

void button_step(struct button *button, bool pressed, bool pack_off, uint32_t dt_ms)
{
    button->on = button->off = button->reset = button->emergency = false;
    if (pressed) {
        if (!button->pressed)
            begin_press(button, pack_off);
        hold(button, dt_ms);
        return;
    }
    if (button->pressed)
        end_press(button);
    button->gap_ms = add_sat_u32(button->gap_ms, dt_ms);
    if (button->gap_ms >= GAP_MS)
        button->presses = 0;
}
