/* SPDX-License-Identifier: Apache-2.0
 * On the emulated Cortex-M4: each message of each CAN profile encoded once and decoded once, from a
 * bank of four packs, first calm, then with every alarm and warning. Prints what the timer counted;
 * can_m4.py makes figures of it. A message that a decoder does not take ends the run with code 1.
 */
#include <stddef.h>

#include "base/result.h"
#include "protocols/protocols.h"
#include "tests/bench/m4/board.h"
#include "tests/bench/m4/count.h"
#include "tests/bench/support/battery.h"
#include "wire/can_table.h"

enum { PACKS = 4, FAILED = 1 };

/* A line "STATE NAME:PROFILE ID ENCODE DECODE"; none for a frame that is not sent. */
static bool measure(const char *state, const struct can_protocol *can,
                    const struct can_message *message, const struct view *view)
{
    static struct snapshot heard;
    static struct can_frame frame;
    count_begin();
    bool sent = can_encode(can, message, view, PACKS - 1, &frame);
    uint32_t encode_ticks = count_end();
    if (!sent)
        return true;
    snapshot_init(&heard);
    count_begin();
    enum decode decoded = can_decode(can, message, &frame, &heard);
    uint32_t decode_ticks = count_end();
    board_print(state);
    board_print(can->name);
    board_print(":");
    board_print(can->profile);
    board_print(" ");
    print_number(frame.id, 16);
    print_labelled(" ", encode_ticks);
    print_labelled(" ", decode_ticks);
    board_print("\n");
    return decoded == DECODED;
}

static bool measure_all(const char *state, const struct view *view)
{
    bool good = true;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            const struct can_protocol *can = &protocols[i].can[n];
            for (size_t k = 0; k < can->message_count; k++)
                good = measure(state, can, &can->messages[k], view) && good;
        }
    }
    return good;
}

int main(void)
{
    static struct snapshot battery;
    static struct view view;
    view.bank = &battery;
    for (int i = 0; i < PACKS; i++)
        view.pack[i] = &battery;
    count_init();
    bench_battery(&battery);
    bool good = measure_all("calm ", &view);
    for (int i = 0; i < ALARM_COUNT; i++) {
        alarm_put(battery.alarms, (enum alarm)i, true);
        alarm_put(battery.warnings, (enum alarm)i, true);
    }
    good = measure_all("alarms ", &view) && good;
    return good ? 0 : FAILED;
}
