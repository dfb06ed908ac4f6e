/* SPDX-License-Identifier: Apache-2.0
 * One pack as physics: 16 cells in series, connections, two switches with body diodes and their
 * short-circuit comparator, balancer, heater, heat, and the measuring front end with its errors.
 * Fills struct inputs, obeys struct outputs; decides nothing. Steps are driven by sim/parallel.h,
 * which owns the currents.
 */
#ifndef HEARTH_SIM_PACK_H
#define HEARTH_SIM_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "sim/cells.h"
#include "sim/comparator.h"
#include "sim/faults.h"
#include "sim/heat.h"
#include "sim/random.h"
#include "sim/wear.h"

/* A voltage source with a resistance: v = open_v + ohm * current, current positive charging. */
struct sim_line {
    double open_v;
    double ohm;
};

#define SIM_PACK_DIODE_V 0.7             /* body diode of an open switch */
#define SIM_PACK_BALANCE_EFFICIENCY 0.68 /* 2 A out, 1.35 A in, measured by a user */

struct sim_pack_setup {
    uint64_t seed;         /* spread of the cells, errors of the front end */
    int32_t nominal_mah;   /* 314000 */
    int32_t soc_permille;  /* of the mean cell at start */
    int32_t ambient_ddegc; /* also the start temperature of everything */
};

/* Which way current may pass. */
enum sim_gate { SIM_GATE_OPEN, SIM_GATE_BOTH, SIM_GATE_CHARGE_ONLY, SIM_GATE_DISCHARGE_ONLY };

struct sim_pack {
    struct sim_faults faults; /* may be written at any time */
    int32_t ambient_ddegc;    /* may be written at any time */
    /* state, read only */
    struct sim_cells cells;
    struct sim_cells_step step; /* of these cells at the step length last used */
    struct sim_heat heat;
    struct sim_wear wear;
    struct sim_comparator comparator;
    double current_a;  /* through the switches at the end of the last step, positive charging */
    double mean_a;     /* over the last step: differs when the comparator tripped within */
    double terminal_v; /* behind the switches */
    double outside_s;  /* conductance of what lies between the terminals, sources apart */
    uint8_t switches;  /* enum sim_gate: what the two switches let pass */
    uint8_t gate;      /* enum sim_gate: likewise with the air switch */
    bool source_on;    /* someone outside offered to charge */
    bool heater_on;
    bool extinguisher_fired;
    int16_t balance_ma;
    uint8_t balance_source;
    uint8_t balance_sink;
    double heater_a;               /* bypasses the shunt */
    double side_a[SIM_PACK_CELLS]; /* beside the terminal current: heater, balancer, leaks */
    struct sim_line ahead;         /* private: forecast for this step; how wrong the last one was */
    double ahead_error_v;
    double surge_as; /* let through by the comparator in this step */
    double surge_j;
    /* character of this pack */
    double self_a[SIM_PACK_CELLS];    /* self-discharge, may be written */
    double joint_ohm[SIM_PACK_CELLS]; /* busbar joint, inside the cell's measurement */
    double sense_ohm[SIM_PACK_CELLS]; /* sense wires, carry the balance current */
    double cell_error_v[SIM_PACK_CELLS];
    double temp_error_degc[SIM_PACK_TEMPS];
    double current_error_a;
    double current_gain_error; /* of the shunt, 0.001 reads 0.1 % too much */
    struct sim_random noise;
    struct inputs reading; /* last measurement, repeated while frozen */
};

void sim_pack_init(struct sim_pack *pack, const struct sim_pack_setup *setup);

/* Everything in and around the pack at once at this temperature. */
void sim_pack_temper(struct sim_pack *pack, int32_t ddegc);

/* Fills everything but button, bus_request and dip, which are left alone. Cells 0..15, sensors
 * 0..4. sample_count moves with each call; a short circuit is told once, to the next call. */
void sim_pack_measure(struct sim_pack *pack, struct inputs *inputs);

/* Mean charge of the cells, per mille (the truth, not an estimate). */
int32_t sim_pack_soc_permille(const struct sim_pack *pack);

/* Resistance of the joint at a cell, looseness included. */
double sim_pack_joint_ohm(const struct sim_pack *pack, int cell);

/* For sim/parallel.c, in this order. Takes the outputs for a step and tells how the pack looks at
 * its terminals (for a gate with a diode without its drop). */
struct sim_line sim_pack_prepare(struct sim_pack *pack, const struct outputs *outputs,
                                 double step_s);

/* Whether the comparator opens the switches on the way to the current found for this step; then
 * `gate` has changed and the currents must be found anew. `line` as prepared. */
bool sim_pack_trip(struct sim_pack *pack, const struct outputs *outputs, struct sim_line line,
                   double current_a, double step_s);

/* Advances at the current found. */
void sim_pack_step(struct sim_pack *pack, double current_a, double step_s);

#endif
