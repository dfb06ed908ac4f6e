/* SPDX-License-Identifier: Apache-2.0
 * How fast the simulator is on this machine, as JSON Lines. Measures only; judges nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "sim/parallel.h"

enum { STEPS = 5000, STEP_MS = 10 };

noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed\n", file, line);
    abort();
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print(const char *name, int packs, double value)
{
    printf("{\"name\":\"%s\",\"packs\":%d,\"value\":%.6g}\n", name, packs, value);
}

static void measure(uint8_t count)
{
    static struct sim_parallel bank;
    static struct outputs outputs[PACK_MAX];
    static struct inputs inputs[PACK_MAX];
    struct sim_parallel_setup setup = {
        .seed = 1, .count = count, .nominal_mah = 314000, .ambient_ddegc = 250};
    for (uint8_t i = 0; i < count; i++) {
        setup.soc_permille[i] = 500;
        outputs[i] = (struct outputs){.charge_fet = true, .discharge_fet = true};
    }
    sim_parallel_init(&bank, &setup);
    struct sim_demand demand = {100000, 56800, true};
    double start_s = now_s();
    for (int i = 0; i < STEPS; i++) {
        sim_parallel_step(&bank, outputs, &demand, STEP_MS);
        for (uint8_t k = 0; k < count; k++)
            sim_pack_measure(&bank.pack[k], &inputs[k]);
    }
    double seconds = now_s() - start_s;
    print("sim_cell_steps_per_s", count, (double)STEPS * count * SIM_PACK_CELLS / seconds);
    print("sim_bank_step_us", count, seconds / STEPS * 1e6);
    print("sim_core_share_at_x1", count, seconds / STEPS / (STEP_MS / 1e3));
}

int main(void)
{
    measure(3);
    measure(PACK_MAX);
    return 0;
}
