/* SPDX-License-Identifier: Apache-2.0
 * What the programs on the emulated board share: text, a timer that counts instructions, and the
 * assert hook.
 */
#ifndef HEARTH_TESTS_BENCH_M4_COUNT_H
#define HEARTH_TESTS_BENCH_M4_COUNT_H

#include <stdint.h>

/* Starts the timer, prints the lines "empty TICKS" and "spin INSTRUCTIONS TICKS" that
 * tests/bench/support/m4.py checks it by. Once, first. */
void count_init(void);

/* Ticks between the two calls. A time that the timer cannot hold ends the program. */
void count_begin(void);
uint32_t count_end(void);

void print_number(uint32_t number, uint32_t base);

/* The text, then the number in decimal. */
void print_labelled(const char *label, uint32_t number);

#endif
