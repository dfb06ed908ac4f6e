/* SPDX-License-Identifier: Apache-2.0
 * The hand and the ear at the front plate of a virtual pack: presses its button for a time that
 * passes on the clock of the site, and counts how often the buzzer began to sound. Knows no pack.
 */
#ifndef HEARTH_SERVICE_LIVE_PLATE_H
#define HEARTH_SERVICE_LIVE_PLATE_H

#include <stdbool.h>
#include <stdint.h>

#define LIVE_HOLD_MAX_MS 30000 /* a hand that is never taken away is taken away */

struct live_plate {
    uint32_t held_ms; /* so far; 0: not pressed */
    uint32_t sounds;  /* times the buzzer began to sound */
    /* private */
    uint32_t hold_ms; /* of each press; 0: the hand rests */
    uint32_t gap_ms;  /* since the press before */
    uint8_t presses;  /* still to begin, or going on */
    bool sounding;
};

/* Presses `presses` times, each time for hold_ms (1..LIVE_HOLD_MAX_MS), with short gaps; begins
 * with the next step and takes the place of what the hand did before. */
void live_plate_press(struct live_plate *plate, uint32_t hold_ms, uint8_t presses);
void live_plate_release(struct live_plate *plate);

/* Whether the button is down during the next step of dt_ms. */
bool live_plate_step(struct live_plate *plate, uint32_t dt_ms);

void live_plate_hear(struct live_plate *plate, bool sounding);

#endif
