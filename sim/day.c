/* SPDX-License-Identifier: Apache-2.0
 * A summer day: the sun is a bell between six and twenty o'clock, dimmed by clouds that are smooth
 * noise between seeded points; the household is a base, a morning and an evening hill, and
 * appliances whose slots the seed chooses; the air is coldest at three, warmest at fifteen o'clock.
 */
#include "sim/day.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/number.h"
#include "sim/number.h"
#include "sim/random.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000 };

/* Separate streams of random numbers of one seed. */
enum stream { STREAM_WEATHER, STREAM_CLOUD, STREAM_WISP, STREAM_FLICKER, STREAM_AIR, STREAM_FIRST };

struct hill {
    double centre_h;
    double half_width_h;
    double peak_w;
};

static const double BASE_W = 1300.0;
static const struct hill hills[] = {
    {7.5,  2.0, 1800.0},
    {20.0, 4.5, 4200.0},
    {13.0, 2.0, 900.0 }
};

/* An appliance may run once per slot, with a probability, from a random moment of the slot. */
struct appliance {
    uint32_t slot_ms;
    uint32_t run_ms;
    int32_t power_w;
    double probability;
};

static const struct appliance appliances[] = {
    {1 * HOUR_MS, 4 * MINUTE_MS,  2000, 0.40}, /* kettle */
    {1 * HOUR_MS, 20 * MINUTE_MS, 120,  0.90}, /* refrigerator */
    {6 * HOUR_MS, 35 * MINUTE_MS, 2800, 0.60}, /* oven */
    {8 * HOUR_MS, 90 * MINUTE_MS, 900,  0.50}, /* washing machine */
    {4 * HOUR_MS, 25 * MINUTE_MS, 2400, 0.45}, /* water heater */
};

static double draw(const struct sim_day *day, uint32_t stream, uint64_t index)
{
    return sim_random_at(day->seed, index * 64 + stream);
}

/* 1 at the centre, 0 from the half width on, smooth. */
static double bell(double x, double centre, double half_width)
{
    double t = (x - centre) / half_width;
    double rest = 1.0 - t * t;
    return rest > 0.0 ? rest * rest : 0.0;
}

/* Seeded points every `period_ms`, joined smoothly; 0..1. */
static double smooth(const struct sim_day *day, uint32_t stream, uint64_t time_ms,
                     uint32_t period_ms)
{
    uint64_t index = time_ms / period_ms;
    double t = (double)(time_ms % period_ms) / period_ms;
    double share = t * t * (3.0 - 2.0 * t);
    double here = draw(day, stream, index);
    return here + (draw(day, stream, index + 1) - here) * share;
}

static double hour_of(uint64_t time_ms)
{
    return (double)(time_ms % SIM_DAY_MS) / HOUR_MS;
}

void sim_day_init(struct sim_day *day, uint64_t seed)
{
    *day = (struct sim_day){.seed = seed,
                            .solar_peak_w = 14000,
                            .load_scale_permille = 1000,
                            .ambient_mean_ddegc = 200};
}

/* How much summer it is: 1 on its longest day, -1 half a year from it, times the strength of the
 * seasons. The air is `late_days` behind. */
static double summer(const struct sim_day *day, uint64_t time_ms, uint32_t late_days)
{
    const uint32_t year_days = 365;
    const uint32_t longest_day = 171;
    uint64_t since_ms = time_ms + (uint64_t)(year_days - longest_day - late_days) * SIM_DAY_MS;
    double year = (double)(since_ms % ((uint64_t)year_days * SIM_DAY_MS)) / year_days / SIM_DAY_MS;
    double away = year < 0.5 ? 1.0 - 2.0 * year : 2.0 * year - 1.0;
    return (2.0 * away * away * (3.0 - 2.0 * away) - 1.0) * day->season_permille / 1000.0;
}

int32_t sim_day_solar_w(const struct sim_day *day, uint64_t time_ms)
{
    if (day->solar_w != NULL)
        return sim_profile_at(day->solar_w, time_ms);
    double season = summer(day, time_ms, 0);
    double strength = day->season_permille / 1000.0;
    double height = bell(hour_of(time_ms), 13.0, 7.0 - 0.75 * strength + 1.75 * season) *
                    (1.0 - 0.325 * (strength - season));
    double cloudiness = 0.15 + 0.45 * draw(day, STREAM_WEATHER, time_ms / SIM_DAY_MS);
    double cloud = smooth(day, STREAM_CLOUD, time_ms, 20 * MINUTE_MS);
    double wisp = smooth(day, STREAM_WISP, time_ms, 2 * MINUTE_MS);
    double clear = 1.0 - cloudiness * cloud * cloud - 0.05 * wisp;
    return sim_round(day->solar_peak_w * height * clear);
}

static double appliance_w(const struct sim_day *day, uint32_t number, uint64_t time_ms)
{
    const struct appliance *appliance = &appliances[number];
    uint32_t stream = STREAM_FIRST + 2 * number;
    uint64_t slot = time_ms / appliance->slot_ms;
    if (draw(day, stream, slot) >= appliance->probability)
        return 0.0;
    double room_ms = appliance->slot_ms - appliance->run_ms;
    double since_ms =
        (double)(time_ms % appliance->slot_ms) - room_ms * draw(day, stream + 1, slot);
    return since_ms >= 0.0 && since_ms < appliance->run_ms ? appliance->power_w : 0.0;
}

int32_t sim_day_load_w(const struct sim_day *day, uint64_t time_ms)
{
    if (day->load_w != NULL)
        return sim_profile_at(day->load_w, time_ms);
    double sum_w = BASE_W + 150.0 * smooth(day, STREAM_FLICKER, time_ms, 30000);
    for (uint32_t i = 0; i < COUNT(hills); i++)
        sum_w += hills[i].peak_w * bell(hour_of(time_ms), hills[i].centre_h, hills[i].half_width_h);
    for (uint32_t i = 0; i < COUNT(appliances); i++)
        sum_w += appliance_w(day, i, time_ms);
    double scale = day->load_scale_permille / 1000.0 * (1.0 - 0.2 * summer(day, time_ms, 0));
    return sim_round(sum_w * scale);
}

int32_t sim_day_ambient_ddegc(const struct sim_day *day, uint64_t time_ms)
{
    if (day->ambient_ddegc != NULL)
        return sim_profile_at(day->ambient_ddegc, time_ms);
    double hour = hour_of(time_ms);
    double warmth = 2.0 * bell(hour, 15.0, 12.0) - 1.0 + 2.0 * bell(hour, -9.0, 12.0);
    double weather = smooth(day, STREAM_AIR, time_ms, SIM_DAY_MS) - 0.5;
    double season = 100.0 * summer(day, time_ms, 30);
    return sim_round(day->ambient_mean_ddegc + season + 40.0 * warmth + 40.0 * weather);
}
