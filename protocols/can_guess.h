/* SPDX-License-Identifier: Apache-2.0
 * Which CAN protocol a battery speaks, by its name in 0x35E and by the numbers and codes it uses.
 * For an inverter without a setting; a setting always wins, so it does not come here. Sources:
 * names that inverters are known to choose by (DY, PYLON), the frames that only one protocol has,
 * the map of packs and the short name of "SEPLOS CANBUS Protocol V1.0", the codes of no valid
 * number of SMA's "FSS-ConnectingBat-TI-en-10".
 */
#ifndef HEARTH_PROTOCOLS_CAN_GUESS_H
#define HEARTH_PROTOCOLS_CAN_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/can.h"

struct can_protocol;

struct can_guess {
    uint8_t name;            /* private: kind of name */
    uint8_t cycles;          /* names heard so far, saturates */
    uint8_t signs;           /* private: what else was heard */
    const char *telling;     /* the protocol whose own frame was heard, or NULL */
    uint32_t contradictions; /* names that did not fit the first one: not taken */
};

/* All zero is the start. */
void can_guess_take(struct can_guess *guess, const struct can_frame *frame);

/* NULL as long as it is not sure: a name counts once a whole cycle was heard after it. */
const struct can_protocol *can_guess_protocol(const struct can_guess *guess);

/* How well a recorded frame fits a profile: 0 it has no such message, 1 it has, 2 and the frame
 * begins with the name that the profile itself sends. */
unsigned can_guess_fit(const struct can_protocol *can, const struct can_frame *frame);

#endif
