/* SPDX-License-Identifier: Apache-2.0
 * Listens beside the battery to what others put on its CAN bus and counts it by cause. Nothing acts
 * on it: what the battery takes, the sender itself decides. Judges by the tables of the protocol
 * that the battery speaks.
 */
#ifndef HEARTH_SERVICE_CAN_WITNESS_H
#define HEARTH_SERVICE_CAN_WITNESS_H

#include "protocols/can_guess.h"
#include "wire/can_link.h"

/* X(name, label, trouble). A frame that is read may have a length of its own besides. */
#define CAN_WITNESS_COUNTS(X)                                                                      \
    X(inverter_frames, "frames of an inverter", false)                                             \
    X(battery_frames, "frames of another battery on this bus", true)                               \
    X(unknown, "frames whose number no message has", false)                                        \
    X(twins, "frames with 29 bits for 11, or 11 for 29", true)                                     \
    X(short_frames, "frames shorter than usual, read as far as they go", false)                    \
    X(long_frames, "frames longer than usual, their end is not read", false)                       \
    X(empty_frames, "frames too short for any field", true)                                        \
    X(implausible, "frames with values no battery has", true)                                      \
    X(contradictions, "names in 0x35E that are not the battery's", true)

struct can_witness {
    const struct can_protocol *protocol; /* NULL: none yet */
    struct can_receiver judge;           /* of what a battery would send */
    struct can_guess names;              /* the battery's own comes first */
#define CAN_WITNESS_FIELD(name, label, trouble) uint32_t name;
    CAN_WITNESS_COUNTS(CAN_WITNESS_FIELD)
#undef CAN_WITNESS_FIELD
};

/* All zero is the start. `protocol`: what the battery speaks now, NULL nothing. A frame that went
 * out, and one that came in from somebody else. */
void can_witness_sent(struct can_witness *witness, const struct can_protocol *protocol,
                      const struct can_frame *frame);
void can_witness_heard(struct can_witness *witness, const struct can_protocol *protocol,
                       const struct can_frame *frame);

#endif
