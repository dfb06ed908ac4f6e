/* SPDX-License-Identifier: Apache-2.0
 * How a hybrid inverter behaves towards a battery: solar surplus charges, deficit discharges,
 * within the limits it has received; the grid takes the rest. Physics and decision only: the limits
 * come as a decoded snapshot, no byte and no protocol is known here.
 */
#ifndef HEARTH_SIM_INVERTER_H
#define HEARTH_SIM_INVERTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "sim/faults.h"
#include "sim/parallel.h"

enum sim_inverter_state {
    SIM_INVERTER_NO_BMS, /* nothing heard since start */
    SIM_INVERTER_SYNC,   /* hears the battery, waits for a complete set */
    SIM_INVERTER_RUN,
    SIM_INVERTER_LOST, /* heard it once; currents are zero */
};

struct sim_inverter_setup {
    int32_t power_w;         /* largest battery power, 12000 */
    int32_t rise_ma_per_s;   /* ramp away from zero, 50000 */
    int32_t fall_ma_per_s;   /* ramp towards zero, 400000 */
    int32_t force_charge_ma; /* from the grid when the battery asks, 0.1C of the bank */
};

struct sim_inverter_sight {
    const struct snapshot *received; /* what the battery sent; may be NULL before anything came */
    bool link_ok;                    /* frames are arriving in time */
    int32_t solar_w;                 /* >= 0 */
    int32_t load_w;                  /* >= 0 */
    int32_t terminal_mv;             /* own measurement, sim_parallel.terminal_mv */
    int32_t battery_ma;              /* own measurement, sim_parallel.total_ma */
};

struct sim_inverter {
    struct sim_inverter_setup setup;
    struct sim_inverter_faults faults; /* may be written at any time */
    uint8_t state;                     /* enum sim_inverter_state */
    uint32_t state_ms;                 /* time in it */
    bool empty;                        /* discharge ended at the received discharge voltage */
    struct sim_demand demand;          /* for sim_parallel_step() */
    int32_t battery_w;                 /* measured, positive charges */
    int32_t grid_w;                    /* positive imports: load + battery - solar */
};

/* The sizes given above for a bank of `bank_mah`. */
void sim_inverter_init(struct sim_inverter *inverter, int32_t bank_mah);

/* Advances by dt_ms; the new demand, battery and grid power are in the object. */
void sim_inverter_step(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       uint32_t dt_ms);

const char *sim_inverter_state_name(enum sim_inverter_state state);

#endif
