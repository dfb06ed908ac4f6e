/* SPDX-License-Identifier: Apache-2.0
 * Sun, household and air temperature as pure functions of (seed, virtual time): no state, so a
 * replay from any moment gives the same day. Sized for three 16 kWh packs. Time 0 is midnight, with
 * seasons that of the first of January. What was recorded replaces what is made up.
 */
#ifndef HEARTH_SIM_DAY_H
#define HEARTH_SIM_DAY_H

#include <stdint.h>

#include "sim/profile.h"

#define SIM_DAY_MS 86400000u

struct sim_day {
    uint64_t seed;
    int32_t solar_peak_w;        /* clear sky at noon, 14000 */
    int32_t load_scale_permille; /* 1000: the household of the demonstration */
    int32_t ambient_mean_ddegc;  /* 200 */
    int32_t season_permille;     /* 0: every day is one of spring; 1000: those of central Europe */
    const struct sim_profile *solar_w; /* each may be NULL; outlive the day */
    const struct sim_profile *load_w;
    const struct sim_profile *ambient_ddegc;
};

void sim_day_init(struct sim_day *day, uint64_t seed);

int32_t sim_day_solar_w(const struct sim_day *day, uint64_t time_ms);
int32_t sim_day_load_w(const struct sim_day *day, uint64_t time_ms);
int32_t sim_day_ambient_ddegc(const struct sim_day *day, uint64_t time_ms);

#endif
