/* SPDX-License-Identifier: Apache-2.0
 * A receiver of the same protocol judges what a second battery might have sent; a new protocol
 * begins with a new judge, the numbers go on.
 */
#include "service/can_witness.h"

static void follow(struct can_witness *witness, const struct can_protocol *protocol)
{
    if (witness->protocol == protocol)
        return;
    witness->protocol = protocol;
    witness->names = (struct can_guess){0};
    if (protocol != NULL)
        can_receiver_init(&witness->judge, protocol, 0);
}

void can_witness_sent(struct can_witness *witness, const struct can_protocol *protocol,
                      const struct can_frame *frame)
{
    follow(witness, protocol);
    can_guess_take(&witness->names, frame);
}

static void count_stranger(struct can_witness *witness, const struct can_frame *frame)
{
    struct can_frame twin = *frame;
    twin.extended = !frame->extended;
    if (can_find(witness->protocol, &twin) != NULL)
        witness->twins++;
    else
        witness->unknown++;
}

static void count_battery(struct can_witness *witness, const struct can_frame *frame)
{
    uint32_t implausible = witness->judge.implausible;
    if (can_receiver_receive(&witness->judge, frame, 0) == DECODED)
        witness->battery_frames++;
    else if (witness->judge.implausible != implausible)
        witness->implausible++;
    else
        witness->empty_frames++;
}

static void count_name(struct can_witness *witness, const struct can_frame *frame)
{
    uint32_t before = witness->names.contradictions;
    can_guess_take(&witness->names, frame);
    witness->contradictions += witness->names.contradictions - before;
}

void can_witness_heard(struct can_witness *witness, const struct can_protocol *protocol,
                       const struct can_frame *frame)
{
    follow(witness, protocol);
    if (protocol == NULL)
        return;
    const struct can_message *message = can_find(protocol, frame);
    if (message == NULL) {
        count_stranger(witness, frame);
        return;
    }
    witness->short_frames += frame->size < message->size;
    witness->long_frames += frame->size > message->size;
    if (can_from_inverter(protocol, message)) {
        witness->inverter_frames++;
        return;
    }
    count_battery(witness, frame);
    count_name(witness, frame);
}
