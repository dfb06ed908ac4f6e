/* SPDX-License-Identifier: Apache-2.0
 * LiFePO4 cells in blocks of 16, as arrays: charge, two RC branches, hysteresis, entropy and own
 * heat, with parameters over charge and temperature (sim/cell_data.h):
 *   soc' = eta I / Q            branch' = (I - branch) / tau
 *   hysteresis' = |soc'| gamma (sign I - hysteresis)
 *   v = ocv(soc, hysteresis, T) + R0 I + R1 branch1 + R2 branch2
 *   heat = I (v - ocv + T dOCV/dT)    C T' = heat + added - (T - air) G
 * Electrical states advance by their exact solution for constant current, so any step is stable;
 * physically sensible up to 1 s (sim/parallel.h divides longer ones). R2 and its time constant have
 * a charge side, used while charge polarisation is left (branch2 > 0): the knee near full. Knows no
 * pack, no switch, no measurement error. The same bits on every processor and at every vector
 * length.
 */
#ifndef HEARTH_SIM_CELLS_H
#define HEARTH_SIM_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/cell_data.h"

#define SIM_CELLS 16

struct sim_cells {
    /* character, may be written between steps */
    double capacity_ah[SIM_CELLS];
    double resistance[SIM_CELLS]; /* against the data, about 1 */
    /* given for the coming steps */
    double current_a[SIM_CELLS]; /* positive charges */
    double added_w[SIM_CELLS];   /* heat from elsewhere: joints, neighbours, heater */
    double air_degc;
    /* state */
    double soc[SIM_CELLS];        /* 0..1; beyond when overcharged or deeply discharged */
    double branch1_a[SIM_CELLS];  /* current that the fast branch still sees */
    double branch2_a[SIM_CELLS];  /* slow branch; > 0 is charge polarisation */
    double hysteresis[SIM_CELLS]; /* -1 discharge branch .. +1 charge branch */
    double degc[SIM_CELLS];
    double taken_j[SIM_CELLS]; /* electrical energy since the start, out of the cell negative */
    /* at the end of the last step */
    double ocv_v[SIM_CELLS];     /* all branches decayed */
    double voltage_v[SIM_CELLS]; /* while current_a flows */
    double heat_w[SIM_CELLS];    /* set free inside, reversible part included: may be negative */
    /* of the coming step: its last voltage is ahead_v + ahead_ohm * current_a, nearly */
    double ahead_v[SIM_CELLS];
    double ahead_ohm[SIM_CELLS];
};

/* Pieces of the charge axis: what lies below about 0 V, below empty, 200 of 0.5 %, above full. */
#define SIM_CELLS_PIECES 203
#define SIM_CELLS_FACTOR_PIECES 20

/* One quantity on one piece: a + b x. */
struct sim_piece_line {
    double a;
    double b;
};

struct sim_charge_piece {
    double from_soc;
    double to_soc;
    struct sim_piece_line ocv_v;  /* mean of the branches */
    struct sim_piece_line half_v; /* half of what lies between them */
    struct sim_piece_line entropy_v_per_k;
    struct sim_piece_line r0_ohm;
    struct sim_piece_line r1_ohm;
    struct sim_piece_line r2_ohm;
    struct sim_piece_line r2_charge_ohm;
    struct sim_piece_line made2_charge;
};

struct sim_heat_piece {
    double from_degc;
    double to_degc;
    struct sim_piece_line factor1;
    struct sim_piece_line factor2;
};

/* The data and a step length, made ready; about 30 KB. */
struct sim_cells_step {
    const struct sim_cell_data *data;
    double step_s;
    double made1; /* part of its way that a branch goes in a step */
    double made2;
    double heat_k_per_w; /* warmer in a step by 1 W */
    struct sim_charge_piece charge[SIM_CELLS_PIECES];
    struct sim_heat_piece heat[SIM_CELLS_FACTOR_PIECES];
    int heat_pieces;
};

/* Any step_s >= 0. */
void sim_cells_step_init(struct sim_cells_step *step, const struct sim_cell_data *data,
                         double step_s);

/* Only what depends on the step length. Returns whether it was another one: then
 * sim_cells_run() with no step brings ahead_v and ahead_ohm up to date. */
bool sim_cells_step_set(struct sim_cells_step *step, double step_s);

/* All alike, at rest between the branches, at soc 0..1. Call sim_cells_run() with no step after
 * writing to state or character to see what follows from it. */
void sim_cells_init(struct sim_cells *cells, double capacity_ah, double soc, double degc);

/* Advances `count` blocks by `steps` steps (0: only the results) at their constant currents. */
void sim_cells_run(struct sim_cells *cells, size_t count, const struct sim_cells_step *step,
                   int steps);

/* Every way to run that this build has, the scalar reference first; all give the same bits. */
struct sim_cells_kernel {
    const char *name;
    void (*run)(struct sim_cells *cells, size_t count, const struct sim_cells_step *step,
                int steps);
    int (*usable)(void); /* on this processor */
};

extern const struct sim_cells_kernel sim_cells_kernels[];
extern const int sim_cells_kernel_count;

#endif
