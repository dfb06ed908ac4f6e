/* SPDX-License-Identifier: Apache-2.0
 * The emulated board: a timer that counts down, and semihosting, by which a program on it prints
 * and ends. In start.S and board.ld.
 */
#ifndef HEARTH_TESTS_BENCH_M4_BOARD_H
#define HEARTH_TESTS_BENCH_M4_BOARD_H

#include <stdint.h>
#include <stdnoreturn.h>

/* SysTick of ARMv7-M, at its address by the linker script. */
struct timer {
    uint32_t control;
    uint32_t reload;
    uint32_t now; /* 24 bits, counts down */
};

extern volatile struct timer timer;

/* Takes 2 x `rounds` + 1 instructions; `rounds` > 0. */
void board_spin(uint32_t rounds);

void board_print(const char *text);

noreturn void board_exit(uint32_t code);

#endif
