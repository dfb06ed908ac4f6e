/* SPDX-License-Identifier: Apache-2.0
 * One row of the table, one case here.
 */
#include "site/world.h"

#include "base/number.h"
#include "sim/number.h"

const struct site_world_row site_world_rows[SITE_WORLD_COUNT] = {
#define WORLD(name, unit, label) {#name, label, UNIT_##unit},
#include "site/world.def"
};

const struct site_world_row site_truth_rows[SITE_TRUTH_COUNT] = {
#define TRUTH(name, unit, label) {#name, label, UNIT_##unit},
#include "site/world.def"
};

struct flow {
    int32_t grid_w;
    int32_t battery_w;
    int32_t asked_ma;
};

static struct flow flow_of(const struct site *site)
{
    struct flow flow = {0};
    for (uint8_t i = 0; i < site->inverter_count; i++) {
        flow.grid_w += site->inverter[i].grid_w;
        flow.battery_w += site->inverter[i].battery_w;
        flow.asked_ma += site->inverter[i].demand.total_ma;
    }
    return flow;
}

int32_t site_world_get(const struct site *site, enum site_world_id id)
{
    const struct flow flow = flow_of(site);
    const int32_t values[SITE_WORLD_COUNT] = {
        [SITE_WORLD_load_w] = site->load_w,
        [SITE_WORLD_solar_w] = site->solar_w,
        [SITE_WORLD_grid_w] = flow.grid_w,
        [SITE_WORLD_battery_w] = flow.battery_w,
        [SITE_WORLD_battery_ma] = site->plant.total_ma,
        [SITE_WORLD_terminal_mv] = site->plant.terminal_mv,
        [SITE_WORLD_ambient_ddegc] = site->plant.pack[0].ambient_ddegc,
        [SITE_WORLD_asked_ma] = flow.asked_ma,
    };
    return values[id];
}

/* Over the cells of a pack. */
struct span {
    double low;
    double mean;
    double high;
};

static struct span span_of(const double values[SIM_CELLS])
{
    struct span span = {values[0], 0.0, values[0]};
    for (int i = 0; i < SIM_CELLS; i++) {
        span.low = values[i] < span.low ? values[i] : span.low;
        span.high = values[i] > span.high ? values[i] : span.high;
        span.mean += values[i] / SIM_CELLS;
    }
    return span;
}

static double health(const struct sim_pack *pack)
{
    double sum = 0.0;
    for (int i = 0; i < SIM_CELLS; i++)
        sum += pack->cells.capacity_ah[i] / pack->wear.new_ah[i];
    return sum / SIM_CELLS;
}

int32_t site_truth_get(const struct site *site, uint8_t position, enum site_truth_id id)
{
    const struct sim_pack *pack = &site->plant.pack[position];
    const struct span soc = span_of(pack->cells.soc);
    const double values[SITE_TRUTH_COUNT] = {
        [SITE_TRUTH_soc_permille] = soc.mean * 1000.0,
        [SITE_TRUTH_soc_low_permille] = soc.low * 1000.0,
        [SITE_TRUTH_soc_high_permille] = soc.high * 1000.0,
        [SITE_TRUTH_health_permille] = health(pack) * 1000.0,
        [SITE_TRUTH_hottest_ddegc] = span_of(pack->cells.degc).high * 10.0,
        [SITE_TRUTH_current_ma] = pack->current_a * 1000.0,
    };
    return sim_round(values[id]);
}
