/* SPDX-License-Identifier: Apache-2.0
 * How fast the simulator is on this machine, as JSON Lines. Measures only; judges nothing.
 *   sim_cell_steps_per_s: 4,096 cells of 1 s steps with everything but ageing, currents changed
 *     every 64 steps, all results summed, median of 5; by kernel and of the one that runs by itself
 *   sim_bank_step_us: bank, cables, heat and measurement of 10 ms steps, without the core
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "sim/parallel.h"
#include "tests/bench/support/bench.h"

enum { STEPS = 5000, STEP_MS = 10, BLOCKS = 4096 / SIM_CELLS, RUN = 64, RUNS = 100, TRIES = 5 };

static struct sim_cells cells[BLOCKS];
static struct sim_cells_step second;
static double consumed;

static void print(const char *name, int packs, double value, const char *unit)
{
    printf("{\"name\":\"%s\",\"packs\":%d,\"value\":%.4g,\"unit\":\"%s\"}\n", name, packs, value,
           unit);
}

static void fill_cells(void)
{
    sim_cells_step_init(&second, &sim_cell_lfp314, 1.0);
    for (int b = 0; b < BLOCKS; b++) {
        sim_cells_init(&cells[b], 314.0, 0.3 + 0.4 * b / BLOCKS, 25.0);
        for (int i = 0; i < SIM_CELLS; i++) {
            cells[b].soc[i] += 0.0004 * i;
            cells[b].resistance[i] += 0.003 * i;
        }
    }
}

/* Up to 0.5C both ways, another one for every block and run. */
static void set_currents(int run)
{
    for (int b = 0; b < BLOCKS; b++)
        for (int i = 0; i < SIM_CELLS; i++)
            cells[b].current_a[i] = ((run * 7 + b) % 9 - 4) * 39.0;
}

static void consume(void)
{
    for (int b = 0; b < BLOCKS; b++)
        for (int i = 0; i < SIM_CELLS; i++)
            consumed += cells[b].voltage_v[i] + cells[b].heat_w[i];
}

static double cell_steps_per_s(const struct sim_cells_kernel *kernel)
{
    fill_cells();
    double start_s = bench_cpu_s();
    for (int run = 0; run < RUNS; run++) {
        set_currents(run);
        kernel->run(cells, BLOCKS, &second, RUN);
        consume();
    }
    return (double)RUNS * RUN * BLOCKS * SIM_CELLS / (bench_cpu_s() - start_s);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure_cells(void)
{
    const struct sim_cells_kernel *best = NULL;
    double median = 0.0;
    for (int k = 0; k < sim_cells_kernel_count; k++) {
        if (!sim_cells_kernels[k].usable())
            continue;
        double rate[TRIES];
        for (size_t i = 0; i < COUNT(rate); i++)
            rate[i] = cell_steps_per_s(&sim_cells_kernels[k]);
        qsort(rate, COUNT(rate), sizeof(rate[0]), by_size);
        best = &sim_cells_kernels[k];
        median = rate[COUNT(rate) / 2];
        printf("{\"name\":\"sim_cell_steps_per_s.%s\",\"value\":%.4g,\"unit\":\"1/s\"}\n",
               best->name, median);
    }
    printf("{\"name\":\"sim_cell_steps_per_s\",\"kernel\":\"%s\",\"cells\":%d,\"value\":%.4g,"
           "\"unit\":\"1/s\",\"aim\":1.5e8,\"sum\":%.10g}\n",
           best->name, BLOCKS * SIM_CELLS, median, consumed);
}

static void measure_bank(uint8_t count)
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
    print("sim_bank_step_us", count, seconds / STEPS * 1e6, "us");
    print("sim_cpu_percent", count, seconds / STEPS / (STEP_MS / 1e3) * 100, "percent");
}

int main(void)
{
    measure_cells();
    measure_bank(1);
    measure_bank(4);
    measure_bank(PACK_MAX);
    return 0;
}
