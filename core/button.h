/* SPDX-License-Identifier: Apache-2.0
 * Gestures of the only button. What they do is decided elsewhere; here they are told apart:
 *
 *   press that began while the pack was off   on at 1 s; held on, reset at 10 s
 *   press that began while it was not         off at 5 s
 *   three presses < 1 s, gaps < 1 s           emergency, at the third release
 *
 * A threshold acts once per press. For the emergency a press or gap below 10 ms is bouncing.
 */
#ifndef HEARTH_CORE_BUTTON_H
#define HEARTH_CORE_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

struct button {
    /* Set for one step. A long step may reach `on` and `reset` together. */
    bool on;
    bool off;
    bool reset;
    bool emergency;
    /* private */
    bool pressed;
    bool was_off;     /* the pack was off when the press began */
    uint8_t presses;  /* short ones so far */
    uint32_t held_ms; /* length of this press, or of the last */
    uint32_t gap_ms;  /* since the press before this one, or since the last */
};

void button_init(struct button *button);

/* `pressed` held during the whole step; `pack_off` matters in the step in which a press begins. */
void button_step(struct button *button, bool pressed, bool pack_off, uint32_t dt_ms);

#endif
