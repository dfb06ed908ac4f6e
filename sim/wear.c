/* SPDX-License-Identifier: Apache-2.0
 * A minute is short against the swing of a household, a day is short against ageing. The charge
 * that a cell holds goes down with its capacity: what is lost is lost with what was in it.
 */
#include "sim/wear.h"

#include <string.h>

#include "sim/number.h"

enum { LOOKS_PER_DAY = 1440 };

static const double LOOK_S = 60.0;
static const double SECONDS_PER_HOUR = 3600.0;
static const double SECONDS_PER_DAY = 86400.0;
static const double FLOWING_C = 0.01; /* less is no cycling */

static void begin_day(struct sim_wear *wear)
{
    memset(wear->day, 0, sizeof(wear->day));
    for (int i = 0; i < SIM_CELLS; i++)
        wear->day[i].low_soc = 2.0;
    wear->looks = 0;
}

void sim_wear_init(struct sim_wear *wear, const struct sim_cells *cells)
{
    memset(wear, 0, sizeof(*wear));
    memcpy(wear->new_ah, cells->capacity_ah, sizeof(wear->new_ah));
    memcpy(wear->new_resistance, cells->resistance, sizeof(wear->new_resistance));
    begin_day(wear);
}

static void look(struct sim_wear_day *day, const struct sim_cells *cells, int i, double step_s)
{
    double current_a = sim_abs(cells->current_a[i]);
    day->soc_sum += cells->soc[i];
    day->degc_sum += cells->degc[i];
    day->moved_ah += current_a * step_s / SECONDS_PER_HOUR;
    if (current_a > FLOWING_C * cells->capacity_ah[i]) {
        day->flowing_a += current_a;
        day->flowing_looks += 1.0;
    }
    day->low_soc = cells->soc[i] < day->low_soc ? cells->soc[i] : day->low_soc;
    day->high_soc = cells->soc[i] > day->high_soc ? cells->soc[i] : day->high_soc;
}

static void end_day(struct sim_wear *wear, struct sim_cells *cells)
{
    for (int i = 0; i < SIM_CELLS; i++) {
        const struct sim_wear_day *day = &wear->day[i];
        double mean_a = day->flowing_looks > 0.0 ? day->flowing_a / day->flowing_looks : 0.0;
        struct sim_ageing_period period = {
            .days = LOOKS_PER_DAY * LOOK_S / SECONDS_PER_DAY,
            .soc = day->soc_sum / wear->looks,
            .degc = day->degc_sum / wear->looks,
            .cycles = day->moved_ah / (2.0 * cells->capacity_ah[i]),
            .depth = day->high_soc - day->low_soc,
            .rate_c = mean_a / cells->capacity_ah[i],
        };
        sim_ageing_add(&wear->ageing[i], &period);
        cells->capacity_ah[i] = wear->new_ah[i] * sim_ageing_capacity(&wear->ageing[i]);
        cells->resistance[i] = wear->new_resistance[i] * sim_ageing_resistance(&wear->ageing[i]);
    }
}

void sim_wear_step(struct sim_wear *wear, struct sim_cells *cells, double step_s)
{
    wear->waited_s += step_s;
    if (wear->waited_s < LOOK_S)
        return;
    for (int i = 0; i < SIM_CELLS; i++)
        look(&wear->day[i], cells, i, wear->waited_s);
    wear->waited_s = 0.0;
    if (++wear->looks < LOOKS_PER_DAY)
        return;
    end_day(wear, cells);
    begin_day(wear);
}
