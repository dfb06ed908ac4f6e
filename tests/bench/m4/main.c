/* SPDX-License-Identifier: Apache-2.0
 * On the emulated Cortex-M4: each message of each CAN profile encoded once and decoded once, from a
 * bank of four packs, first calm, then with every alarm and warning. Prints what the timer counted;
 * can_m4.py makes figures of it. A message that a decoder does not take ends the run with code 1.
 */
#include <stddef.h>

#include "base/assert.h"
#include "base/result.h"
#include "protocols/protocols.h"
#include "tests/bench/m4/board.h"
#include "tests/bench/support/battery.h"
#include "wire/can_table.h"

enum {
    PACKS = 4,
    TIMER_MASK = 0xFFFFFF,
    TIMER_ON = 5, /* by the processor's clock, no interrupt */
    SPIN_SHORT = 1000,
    SPIN_LONG = 11000,
    FAILED = 1,
    ASSERT_FAILED = 2,
};

noreturn void hearth_assert_failed(const char *file, int line)
{
    (void)line;
    board_print(file);
    board_print(": assert failed\n");
    board_exit(ASSERT_FAILED);
}

static void print_number(uint32_t number, uint32_t base)
{
    char text[12];
    size_t at = sizeof(text) - 1;
    text[at] = '\0';
    do {
        text[--at] = "0123456789ABCDEF"[number % base];
        number /= base;
    } while (number > 0);
    board_print(text + at);
}

static uint32_t ticks_since(uint32_t start)
{
    return (start - timer.now) & TIMER_MASK;
}

static uint32_t spin_ticks(uint32_t rounds)
{
    uint32_t start = timer.now;
    board_spin(rounds);
    return ticks_since(start);
}

static void print_ticks(const char *what, uint32_t ticks)
{
    board_print(what);
    print_number(ticks, 10);
}

static void calibrate(void)
{
    uint32_t start = timer.now;
    print_ticks("empty ", ticks_since(start));
    print_ticks("\nspin ", 2 * (SPIN_LONG - SPIN_SHORT));
    print_ticks(" ", spin_ticks(SPIN_LONG) - spin_ticks(SPIN_SHORT));
    board_print("\n");
}

/* A line "STATE NAME:PROFILE ID ENCODE DECODE"; none for a frame that is not sent. */
static bool measure(const char *state, const struct can_protocol *can,
                    const struct can_message *message, const struct view *view)
{
    static struct snapshot heard;
    static struct can_frame frame;
    uint32_t start = timer.now;
    bool sent = can_encode(can, message, view, PACKS - 1, &frame);
    uint32_t encode_ticks = ticks_since(start);
    if (!sent)
        return true;
    snapshot_init(&heard);
    start = timer.now;
    enum decode decoded = can_decode(can, message, &frame, &heard);
    uint32_t decode_ticks = ticks_since(start);
    board_print(state);
    board_print(can->name);
    board_print(":");
    board_print(can->profile);
    board_print(" ");
    print_number(frame.id, 16);
    print_ticks(" ", encode_ticks);
    print_ticks(" ", decode_ticks);
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
    timer.reload = TIMER_MASK;
    timer.now = 0; /* any write starts it again from `reload` */
    timer.control = TIMER_ON;
    calibrate();
    bench_battery(&battery);
    bool good = measure_all("calm ", &view);
    for (int i = 0; i < ALARM_COUNT; i++) {
        alarm_put(battery.alarms, (enum alarm)i, true);
        alarm_put(battery.warnings, (enum alarm)i, true);
    }
    good = measure_all("alarms ", &view) && good;
    return good ? 0 : FAILED;
}
