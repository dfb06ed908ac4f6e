/* SPDX-License-Identifier: Apache-2.0
 * Every scheduled frame of every CAN profile encoded and decoded once, for callgrind to count:
 * can_frame.py prints the instructions. Says on standard output how many frames there were.
 */
#include <stdio.h>

#include "protocols/protocols.h"
#include "wire/can_table.h"

static unsigned one_round(const struct can_protocol *can, const struct view *view)
{
    struct snapshot heard;
    unsigned frames = 0;
    snapshot_init(&heard);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        if (!can_encode(can, &can->messages[i], view, 0, &frame))
            continue;
        if (can_decode(can, &can->messages[i], &frame, &heard) != DECODED)
            return 0;
        frames++;
    }
    return frames;
}

int main(void)
{
    struct snapshot bank;
    struct view view = {&bank, {&bank}};
    snapshot_init(&bank);
    for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++)
        snapshot_put(&bank, (enum value_id)id, 1000);
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            const struct can_protocol *can = &protocols[i].can[n];
            printf("%s:%s %u\n", can->name, can->profile, one_round(can, &view));
        }
    }
    return 0;
}
