/* SPDX-License-Identifier: Apache-2.0
 * How a cell ages: loss of capacity by time and by cycles, and growth of resistance with it. Model
 * of a large prismatic LiFePO4 cell (over 250 Ah) from BLAST-Lite, fitted to published tests (cell
 * and pack facts, section 1.6); valid for 10..45 degC, 0.8..1 depth and up to 0.65C, extrapolated
 * beyond. Small cells age several times faster. Slow: a step is an hour or a day.
 */
#ifndef HEARTH_SIM_AGEING_H
#define HEARTH_SIM_AGEING_H

struct sim_ageing {
    double calendar; /* part of the capacity lost by time, 0..1 */
    double cyclic;   /* by cycles */
};

/* What a cell went through. */
struct sim_ageing_period {
    double days;
    double soc;    /* mean, 0..1 */
    double degc;   /* mean */
    double cycles; /* equivalent full ones */
    double depth;  /* of them, 0..1 */
    double rate_c; /* mean current while it flowed, in units of 1C */
};

/* A new cell is all zero. Periods of any length, in order; the result does not depend on how a time
 * of constant conditions is divided. */
void sim_ageing_add(struct sim_ageing *ageing, const struct sim_ageing_period *period);

/* What is left of the capacity, 0..1, and the resistance against that of a new cell. */
double sim_ageing_capacity(const struct sim_ageing *ageing);
double sim_ageing_resistance(const struct sim_ageing *ageing);

#endif
