/* SPDX-License-Identifier: Apache-2.0
 * How fast the simulator is on this machine, as JSON Lines. Measures only; judges nothing.
 */
#include <stdio.h>

#include "sim/parallel.h"
#include "tests/bench/support/bench.h"

enum { STEPS = 5000, STEP_MS = 10 };

static void print(const char *name, int packs, double value, const char *unit)
{
    printf("{\"name\":\"%s\",\"packs\":%d,\"value\":%.4g,\"unit\":\"%s\"}\n", name, packs, value,
           unit);
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
    double start_s = bench_cpu_s();
    for (int i = 0; i < STEPS; i++) {
        sim_parallel_step(&bank, outputs, &demand, STEP_MS);
        for (uint8_t k = 0; k < count; k++)
            sim_pack_measure(&bank.pack[k], &inputs[k]);
    }
    double seconds = bench_cpu_s() - start_s;
    print("sim_cell_steps_per_s", count, (double)STEPS * count * SIM_PACK_CELLS / seconds, "1/s");
    print("sim_bank_step_us", count, seconds / STEPS * 1e6, "us");
    print("sim_cpu_percent", count, seconds / STEPS / (STEP_MS / 1e3) * 100, "percent");
}

int main(void)
{
    measure(3);
    measure(PACK_MAX);
    return 0;
}
