/* SPDX-License-Identifier: Apache-2.0
 * How a hybrid inverter behaves towards a battery: solar surplus charges, deficit discharges,
 * within what its brand (sim/brand.h) makes of the values received; the grid takes the rest.
 * Physics and decision only: what was received comes as a decoded snapshot, no byte is known here.
 */
#ifndef HEARTH_SIM_INVERTER_H
#define HEARTH_SIM_INVERTER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/brand.h"
#include "sim/faults.h"
#include "sim/parallel.h"

struct sim_inverter_setup {
    int32_t power_w;         /* largest battery power, 12000 */
    int32_t rise_ma_per_s;   /* ramp away from zero, 50000 */
    int32_t fall_ma_per_s;   /* ramp towards zero, 400000 */
    int32_t force_charge_ma; /* from the grid when the battery asks, 0.1C of the bank */
};

struct sim_inverter_sight {
    const struct snapshot *received; /* what the battery sent; may be NULL before anything came */
    struct sim_link link;
    int32_t solar_w;     /* >= 0 */
    int32_t load_w;      /* >= 0 */
    int32_t terminal_mv; /* own measurement, sim_parallel.terminal_mv */
    int32_t battery_ma;  /* own measurement, sim_parallel.total_ma */
};

struct sim_inverter {
    struct sim_inverter_setup setup;
    const struct sim_brand *brand;     /* see sim_inverter_set_brand() */
    uint8_t options;                   /* enum sim_option; may be written at any time */
    struct sim_inverter_faults faults; /* may be written at any time */
    uint8_t state;                     /* enum sim_inverter_state */
    uint32_t state_ms;                 /* time in it */
    uint32_t steady_ms;                /* without a missed cycle */
    uint32_t wrong_count;              /* frames with impossible values so far */
    uint32_t right_ms;                 /* since the last one */
    int32_t followed_ma;               /* charge limit that it has got to */
    uint32_t unfollowed_ms;            /* since a lower one came */
    struct sim_orders orders;          /* of the last step */
    bool empty;                        /* discharge ended at the received discharge voltage */
    struct sim_demand demand;          /* for sim_parallel_step() */
    int32_t battery_w;                 /* measured, positive charges */
    int32_t grid_w;                    /* positive imports: load + battery - solar */
};

/* The sizes given above for a bank of `bank_mah`; the first brand of the table. */
void sim_inverter_init(struct sim_inverter *inverter, int32_t bank_mah);

/* Another kind of battery was chosen in its menu: it starts anew, without current and alarm. */
void sim_inverter_set_brand(struct sim_inverter *inverter, const struct sim_brand *brand);

/* Advances by dt_ms; the new demand, battery and grid power are in the object. */
void sim_inverter_step(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       uint32_t dt_ms);

/* What the brand decides on. */
struct sim_situation sim_inverter_situation(const struct sim_inverter *inverter,
                                            const struct sim_inverter_sight *sight);

const char *sim_inverter_state_name(enum sim_inverter_state state);

#endif
