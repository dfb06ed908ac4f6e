/* SPDX-License-Identifier: Apache-2.0
 * A simulated flash on the bench for tests of storage: at most 88 pages of 4096 bytes, with a copy
 * of its contents to go back to. Every test begins with bench_init() or bench_go_back().
 */
#ifndef HEARTH_TESTS_CORE_FLASH_BENCH_H
#define HEARTH_TESTS_CORE_FLASH_BENCH_H

#include "tests/support/test.h"

#include "sim/flash.h"

#define BENCH_SIZE (88u * 4096)

struct bench {
    struct sim_flash sim;
    uint8_t bytes[BENCH_SIZE];
    uint8_t kept[BENCH_SIZE];
    uint32_t erase_counts[128];
};

static struct bench bench;

static inline const struct flash *bench_init(uint32_t page_size, uint32_t page_count)
{
    assert_true(page_size * page_count <= BENCH_SIZE && page_count <= COUNT(bench.erase_counts));
    sim_flash_init(&bench.sim, bench.bytes, bench.erase_counts, page_size, page_count);
    return &bench.sim.flash;
}

static inline uint32_t bench_size(void)
{
    return bench.sim.flash.page_size * bench.sim.flash.page_count;
}

static inline void bench_keep(void)
{
    memcpy(bench.kept, bench.bytes, bench_size());
}

static inline void bench_go_back(void)
{
    memcpy(bench.bytes, bench.kept, bench_size());
    sim_flash_power_on(&bench.sim);
}

/* True when power failed since the cut was ordered; power is back. */
static inline bool bench_was_cut(void)
{
    bool cut = !bench.sim.powered;
    sim_flash_power_on(&bench.sim);
    return cut;
}

#endif
