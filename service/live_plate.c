/* SPDX-License-Identifier: Apache-2.0
 * A press is a number of whole steps; the gap between two presses is long enough not to be taken
 * for bouncing and short enough for the gesture of three presses.
 */
#include "service/live_plate.h"

enum { GAP_MS = 300 };

void live_plate_press(struct live_plate *plate, uint32_t hold_ms, uint8_t presses)
{
    plate->held_ms = 0;
    plate->hold_ms = hold_ms < LIVE_HOLD_MAX_MS ? hold_ms : LIVE_HOLD_MAX_MS;
    plate->gap_ms = GAP_MS;
    plate->presses = presses;
}

void live_plate_release(struct live_plate *plate)
{
    plate->held_ms = 0;
    plate->presses = 0;
}

bool live_plate_step(struct live_plate *plate, uint32_t dt_ms)
{
    if (plate->presses == 0)
        return false;
    if (plate->gap_ms < GAP_MS) {
        plate->gap_ms += dt_ms;
        return false;
    }
    if (plate->held_ms >= plate->hold_ms) {
        plate->held_ms = 0;
        plate->gap_ms = dt_ms;
        plate->presses--;
        return false;
    }
    plate->held_ms += dt_ms;
    return true;
}

void live_plate_hear(struct live_plate *plate, bool sounding)
{
    plate->sounds += sounding && !plate->sounding;
    plate->sounding = sounding;
}
