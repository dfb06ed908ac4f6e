/* SPDX-License-Identifier: Apache-2.0
 * One LiFePO4 cell: charge, two RC branches, hysteresis and entropy, with parameters over charge
 * and temperature (cell_data.c). Exact discretisation, stable at any step; physically sensible up
 * to 1 s (sim/parallel.h divides longer steps). Knows no pack, no switch, no measurement error.
 */
#ifndef HEARTH_SIM_CELL_H
#define HEARTH_SIM_CELL_H

#include <stdint.h>

#define SIM_CELL_FULL_BINS 101 /* 95..100 % in steps of 0.05 % */

struct sim_cell {
    double capacity_ah;
    double resistance_factor; /* of this cell against the data, about 1 */
    /* state */
    double soc;        /* 0..1; beyond when overcharged or deeply discharged */
    double branch1_a;  /* current that the fast branch still sees */
    double branch2_a;  /* slow branch; > 0 is charge polarisation */
    double hysteresis; /* -1 discharge branch .. +1 charge branch */
    uint8_t row;       /* private: row of the data table last used */
};

/* What all cells of a pack share in a step; recomputed only for another step length or
 * temperature (bins of 0.1 K). */
struct sim_cell_climate {
    double step_s;
    int32_t bin_ddegc;
    double degc;
    double factor1; /* of R0 and R1 */
    double factor2; /* of R2 */
    double made1;   /* part of the way that a branch goes in a step */
    double made2;
    double made2_full[SIM_CELL_FULL_BINS]; /* slow branch while charging above 95 % */
};

/* A voltage source with a resistance: v = open_v + ohm * current, current positive charging. */
struct sim_line {
    double open_v;
    double ohm;
};

/* One row of the data; see cell_data.c. */
struct sim_cell_row {
    double soc_percent;
    double ocv_discharge_v;
    double ocv_charge_v;
    double entropy_mv_per_k;
    double r0_mohm;
    double r1_mohm;
    double r2_mohm;
    double r2_charge_mohm;
    double tau2_charge_s;
};

struct sim_cell_factor_row {
    double degc;
    double factor1;
    double factor2;
    double usable; /* part of the capacity at 0.2C, to compare with */
};

#define SIM_CELL_ROWS 29
#define SIM_CELL_FACTOR_ROWS 18
extern const struct sim_cell_row sim_cell_rows[SIM_CELL_ROWS];
extern const struct sim_cell_factor_row sim_cell_factor_rows[SIM_CELL_FACTOR_ROWS];

void sim_cell_climate_init(struct sim_cell_climate *climate); /* 25 degC, no step yet */
void sim_cell_climate_set(struct sim_cell_climate *climate, double step_s, double degc);

void sim_cell_init(struct sim_cell *cell, double capacity_ah, double soc);

/* Voltage at the end of the coming step as a line over its current. */
struct sim_line sim_cell_line(struct sim_cell *cell, const struct sim_cell_climate *climate);

/* Advances one step of climate.step_s at a constant current. */
void sim_cell_step(struct sim_cell *cell, const struct sim_cell_climate *climate, double current_a);

/* Rest voltage (all branches decayed) and terminal voltage while `current_a` flows. */
double sim_cell_open_v(struct sim_cell *cell, const struct sim_cell_climate *climate);
double sim_cell_voltage_v(struct sim_cell *cell, const struct sim_cell_climate *climate,
                          double current_a);

/* Heat set free, reversible part included (may be negative). */
double sim_cell_heat_w(struct sim_cell *cell, const struct sim_cell_climate *climate,
                       double current_a);

#endif
