/* SPDX-License-Identifier: Apache-2.0
 * Counting by a timer of 24 bits that counts down.
 */
#include "tests/bench/m4/count.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/assert.h"
#include "tests/bench/m4/board.h"

enum {
    TIMER_MASK = 0xFFFFFF,
    TIMER_ON = 5,         /* by the processor's clock, no interrupt */
    TIMER_OVER = 0x10000, /* of control: was at 0 since the last look */
    SPIN_SHORT = 1000,
    SPIN_LONG = 11000,
    ASSERT_FAILED = 2,
    RAN_OVER = 4,
};

static uint32_t start;

noreturn void hearth_assert_failed(const char *file, int line)
{
    (void)line;
    board_print(file);
    board_print(": assert failed\n");
    board_exit(ASSERT_FAILED);
}

void print_number(uint32_t number, uint32_t base)
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

void print_labelled(const char *label, uint32_t number)
{
    board_print(label);
    print_number(number, 10);
}

/* A look at control forgets an overrun. In this order here and at the end, so that the timer may
 * begin anew between two lines. */
void count_begin(void)
{
    start = timer.now;
    (void)timer.control;
}

uint32_t count_end(void)
{
    bool over = timer.control & TIMER_OVER;
    uint32_t now = timer.now;
    if (over && now <= start) {
        board_print("the timer ran over\n");
        board_exit(RAN_OVER);
    }
    return (start - now) & TIMER_MASK;
}

static uint32_t spin_ticks(uint32_t rounds)
{
    count_begin();
    board_spin(rounds);
    return count_end();
}

void count_init(void)
{
    timer.reload = TIMER_MASK;
    timer.now = 0; /* any write starts it again from `reload` */
    timer.control = TIMER_ON;
    count_begin();
    print_labelled("empty ", count_end());
    print_labelled("\nspin ", 2 * (SPIN_LONG - SPIN_SHORT));
    print_labelled(" ", spin_ticks(SPIN_LONG) - spin_ticks(SPIN_SHORT));
    board_print("\n");
}
