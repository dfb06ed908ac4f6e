/* SPDX-License-Identifier: Apache-2.0
 * One pack as physics: 16 cells in series, connections, two switches with body diodes, balancer,
 * heater, one heat node for the cells and one for the switches, and the measuring front end with
 * its errors. Fills struct inputs, obeys struct outputs; decides nothing. Steps are driven by
 * sim/parallel.h, which owns the currents.
 */
#ifndef HEARTH_SIM_PACK_H
#define HEARTH_SIM_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "sim/cell.h"
#include "sim/random.h"

#define SIM_PACK_CELLS 16
#define SIM_PACK_TEMPS 5
#define SIM_PACK_DIODE_V 0.7 /* body diode of an open switch */

struct sim_pack_setup {
    uint64_t seed;         /* spread of the cells, errors of the front end */
    int32_t nominal_mah;   /* 314000 */
    int32_t soc_permille;  /* of the mean cell at start */
    int32_t ambient_ddegc; /* also the start temperature of everything */
};

/* May be written at any time; all zero is a healthy pack. */
struct sim_faults {
    uint8_t temp_lost_mask;  /* bit n: cell sensor n does not answer */
    bool mos_temp_lost;      /* the switch sensor neither */
    uint32_t wire_open_mask; /* bit n: upper sense wire of cell n: it reads 0, its neighbour both */
    bool frozen;             /* measurements stand still, sample_count too */
    bool front_end_lost;     /* no measurement is valid */
    bool charge_welded;      /* switch conducts whatever the board says */
    bool discharge_welded;
    bool charge_stuck_open; /* switch never conducts; its diode does */
    bool discharge_stuck_open;
    int32_t heat_w;                         /* into the cells, from outside */
    int32_t cell_offset_mv[SIM_PACK_CELLS]; /* added to a cell's real voltage */
};

/* Which way current may pass. */
enum sim_gate { SIM_GATE_OPEN, SIM_GATE_BOTH, SIM_GATE_CHARGE_ONLY, SIM_GATE_DISCHARGE_ONLY };

struct sim_pack {
    struct sim_faults faults;
    int32_t ambient_ddegc; /* may be written at any time */
    /* state, read only */
    struct sim_cell cell[SIM_PACK_CELLS];
    struct sim_cell_climate climate;
    double cells_degc;
    double mos_degc;
    double current_a;  /* through the terminals in the last step, positive charging */
    double terminal_v; /* behind the switches */
    uint8_t gate;      /* enum sim_gate of the last step */
    bool source_on;    /* someone outside offered to charge */
    bool short_circuit;
    int16_t balance_ma;
    uint8_t balance_source;
    uint8_t balance_sink;
    bool heater_on;
    double heater_a; /* bypasses the shunt */
    /* character of this pack */
    double joint_ohm[SIM_PACK_CELLS]; /* busbar joint, inside the cell's measurement */
    double sense_ohm[SIM_PACK_CELLS]; /* sense wires, carry the balance current */
    double cell_error_v[SIM_PACK_CELLS];
    double temp_error_degc[SIM_PACK_TEMPS];
    double current_error_a;
    struct sim_random noise;
    struct inputs reading; /* last measurement, repeated while frozen */
};

void sim_pack_init(struct sim_pack *pack, const struct sim_pack_setup *setup);

/* Fills everything but button, bus_request and dip, which are left alone. Cells 0..15, sensors
 * 0..4. sample_count moves with each call; short_circuit tells of the time since the last. */
void sim_pack_measure(struct sim_pack *pack, struct inputs *inputs);

/* Mean charge of the cells, per mille (the truth, not an estimate). */
int32_t sim_pack_soc_permille(const struct sim_pack *pack);

/* For sim/parallel.c: takes the outputs for a step and tells how the pack looks at its terminals
 * (for a gate with a diode without its drop); then advances at the current found. */
struct sim_line sim_pack_prepare(struct sim_pack *pack, const struct outputs *outputs,
                                 double step_s);
void sim_pack_step(struct sim_pack *pack, double current_a, double step_s);

#endif
