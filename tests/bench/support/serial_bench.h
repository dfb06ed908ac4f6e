/* SPDX-License-Identifier: Apache-2.0
 * One asking side and 16 packs on a simulated line with byte times, for benches. Whoever hears the
 * end of a burst acts at once, as a program that waits for bytes does; otherwise all look at the
 * clock every millisecond. Measures the line from outside: bytes, and how long packs take to
 * answer.
 */
#ifndef HEARTH_TESTS_BENCH_SUPPORT_SERIAL_BENCH_H
#define HEARTH_TESTS_BENCH_SUPPORT_SERIAL_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "site/serial_bus.h"

#define SERIAL_BENCH_PACKS 16

/* One end; several packs share one by their `index`. receive with size 0: no bytes are there. */
struct serial_end {
    void *context;
    void (*receive)(void *context, unsigned index, const uint8_t *bytes, size_t size,
                    uint64_t now_us);
    size_t (*transmit)(void *context, unsigned index, uint8_t *buffer, size_t size,
                       uint64_t now_us);
};

struct serial_bench {
    struct serial_bus bus;
    struct serial_end asking;
    struct serial_end pack;
    unsigned pack_count;
    uint64_t now_us;
    uint64_t heard_us;  /* end of the last request */
    uint64_t wire_us;   /* time of the bytes on the line */
    uint64_t answer_us; /* from the end of a request to the begin of its answer, all together */
    uint32_t answers;
};

/* The ends are set before; all counts begin at 0. */
void serial_bench_init(struct serial_bench *bench, uint32_t baud);

/* Steps the clock until `done` or for limit_us; false: it was not done. */
bool serial_bench_run(struct serial_bench *bench, bool (*done)(void *asking), uint64_t limit_us);

#endif
