/* SPDX-License-Identifier: Apache-2.0
 * Up to 16 packs in parallel behind cables: finds the one terminal voltage at which the currents of
 * all packs add up to what is asked, with switches, body diodes, circulating currents and shorts.
 * A single pack is a bank of one. Charge is conserved: the packs' currents add up to total_ma
 * (rounding apart), which is what was asked less what loads and shorts at the bus take.
 */
#ifndef HEARTH_SIM_PARALLEL_H
#define HEARTH_SIM_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "sim/pack.h"

struct sim_parallel_setup {
    uint64_t seed;
    uint8_t count;       /* 1..PACK_MAX */
    int32_t nominal_mah; /* of each pack */
    int32_t ambient_ddegc;
    int32_t soc_permille[PACK_MAX]; /* at start */
    int32_t cable_uohm[PACK_MAX];   /* pack to busbar, both ways; 0 takes 500 */
};

/* What is asked of the bank. */
struct sim_demand {
    int32_t total_ma;   /* positive charges */
    int32_t ceiling_mv; /* charging never lifts the terminals above it (constant voltage) */
    bool charger_on;    /* a charger with power to give is connected, even if asked for none */
};

struct sim_parallel {
    struct sim_pack pack[PACK_MAX]; /* faults and ambient may be written */
    struct sim_plant_faults faults; /* may be written at any time */
    uint8_t count;
    double cable_ohm[PACK_MAX];
    double terminal_v;              /* at the end of the last step */
    struct sim_line line[PACK_MAX]; /* private, like sum_a */
    double sum_a;
    /* results of the last step */
    int32_t terminal_mv; /* at the busbar */
    int32_t total_ma;    /* really flowing through the packs, mean over the step */
};

void sim_parallel_init(struct sim_parallel *bank, const struct sim_parallel_setup *setup);

/* `outputs` has one element per pack. Steps of any length; above 1 s they are divided. */
void sim_parallel_step(struct sim_parallel *bank, const struct outputs outputs[],
                       const struct sim_demand *demand, uint32_t dt_ms);

/* Sets the temperature around all packs. */
void sim_parallel_set_ambient(struct sim_parallel *bank, int32_t ambient_ddegc);

#endif
