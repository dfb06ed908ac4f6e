/* SPDX-License-Identifier: Apache-2.0
 * The short-circuit comparator of the board: hardware that opens both switches within microseconds,
 * long before the core sees a measurement. Above 700 A in either direction for longer than its
 * delay it trips and stays tripped until both switches have been commanded open. The current rises
 * into the fault by inductance; everything in closed form, so a step may have any length.
 */
#ifndef HEARTH_SIM_COMPARATOR_H
#define HEARTH_SIM_COMPARATOR_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_COMPARATOR_A 700.0
#define SIM_COMPARATOR_LEAST_US 5 /* shortest delay of the part; taken for a setting of 0 */

/* A loop at constant voltage: i(t) = drive / ohm + (start - drive / ohm) exp(-t ohm / henry).
 * Voltage and currents are negative while discharging. */
struct sim_surge {
    double start_a;
    double drive_v;
    double ohm;
    double henry;
    double duration_us;
};

struct sim_comparator {
    bool open;           /* tripped: holds both switches open */
    bool discharge_told; /* tripped discharging, not yet measured */
    bool charge_told;    /* likewise charging */
    double above_us;     /* time beyond the threshold so far */
    /* the last trip */
    double trip_us; /* after the surge began */
    double trip_a;  /* current cut */
    double let_as;  /* charge let through in that surge, signed */
    double let_j;   /* heat in the loop until then */
};

double sim_surge_a(const struct sim_surge *surge, double at_us);

/* Watches one surge; true if it trips within, which fills the last trip. An untripped surge goes
 * on in the next call if that begins at the current at which this one ended. */
bool sim_comparator_watch(struct sim_comparator *comparator, const struct sim_surge *surge,
                          uint16_t delay_us);

/* Currents stay below the threshold for a while. */
void sim_comparator_rest(struct sim_comparator *comparator);

/* What the board commands in this step; both open ends a trip. */
void sim_comparator_command(struct sim_comparator *comparator, bool charge, bool discharge);

#endif
