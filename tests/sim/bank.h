/* SPDX-License-Identifier: Apache-2.0
 * A bank with its outputs, stepped by the tests of sim/parallel.c: closed switches, a demand, sums.
 */
#ifndef HEARTH_TESTS_SIM_BANK_H
#define HEARTH_TESTS_SIM_BANK_H

#include <string.h>

#include "sim/number.h"
#include "sim/parallel.h"
#include "tests/support/test.h"

enum { CEILING_MV = 56800 };

static struct sim_parallel bank;
static struct outputs outputs[PACK_MAX];

static inline void make(uint8_t count, const int32_t soc_permille[])
{
    struct sim_parallel_setup setup = {
        .seed = 5, .count = count, .nominal_mah = 314000, .ambient_ddegc = 250};
    for (uint8_t i = 0; i < count; i++) {
        setup.soc_permille[i] = soc_permille[i];
        outputs[i] = (struct outputs){.charge_fet = true, .discharge_fet = true};
    }
    sim_parallel_init(&bank, &setup);
    for (uint8_t i = 0; i < count; i++) /* charge is counted exactly */
        memset(bank.pack[i].self_a, 0, sizeof(bank.pack[i].self_a));
}

static inline void run(int32_t total_ma, uint32_t dt_ms, int count)
{
    struct sim_demand demand = {.total_ma = total_ma, .ceiling_mv = CEILING_MV};
    for (int i = 0; i < count; i++)
        sim_parallel_step(&bank, outputs, &demand, dt_ms);
}

static inline double sum_a(void)
{
    double sum = 0.0;
    for (uint8_t i = 0; i < bank.count; i++)
        sum += bank.pack[i].current_a;
    return sum;
}

static inline double stored_ah(void)
{
    double sum = 0.0;
    for (uint8_t i = 0; i < bank.count; i++)
        for (int k = 0; k < SIM_PACK_CELLS; k++)
            sum += bank.pack[i].cells.soc[k] * bank.pack[i].cells.capacity_ah[k] / SIM_PACK_CELLS;
    return sum;
}

static inline void near(double got, double wanted, double tolerance)
{
    if (sim_abs(got - wanted) > tolerance)
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

/* A pack may only carry what its gate lets pass. */
static inline void check_gate(const struct sim_pack *pack)
{
    if (pack->gate == SIM_GATE_OPEN)
        assert_true(pack->current_a == 0.0);
    if (pack->gate == SIM_GATE_CHARGE_ONLY)
        assert_true(pack->current_a >= 0.0);
    if (pack->gate == SIM_GATE_DISCHARGE_ONLY)
        assert_true(pack->current_a <= 0.0);
}

static const int32_t THREE[] = {500, 480, 520};

#endif
