/* SPDX-License-Identifier: Apache-2.0
 * A common hybrid inverter in self-consumption: battery first, grid for the rest, within the orders
 * of its brand. The voltage limit is kept by the bank's ceiling, which acts like a constant-voltage
 * charger. Disobedience leaves the decisions as they are and takes limits away; the charger and the
 * load of the faults take their place.
 */
#include "sim/inverter.h"

#include <stddef.h>

#include "base/number.h"

enum {
    POWER_W = 12000,
    RISE_MA_PER_S = 50000,
    FALL_MA_PER_S = 400000,
    EMPTY_RELEASE_MV = 1000,
    FORCE_CHARGE_DIVISOR = 10, /* 0.1C */
    LEAST_MV = 30000,          /* a 16-cell battery is never below */
    IGNORANT_MV = 60000,       /* where it stops by itself */
    CHARGER_MV = 58400,        /* standard charge of the pack's manual */
};

void sim_inverter_init(struct sim_inverter *inverter, int32_t bank_mah)
{
    *inverter = (struct sim_inverter){
        .setup = {POWER_W, RISE_MA_PER_S, FALL_MA_PER_S, bank_mah / FORCE_CHARGE_DIVISOR},
    };
    sim_inverter_set_brand(inverter, &sim_brands[0]);
}

void sim_inverter_set_brand(struct sim_inverter *inverter, const struct sim_brand *brand)
{
    inverter->brand = brand;
    inverter->state = SIM_INVERTER_NO_BMS;
    inverter->state_ms = 0;
    inverter->steady_ms = 0;
    inverter->wrong_count = 0;
    inverter->right_ms = UINT32_MAX;
}

struct sim_situation sim_inverter_situation(const struct sim_inverter *inverter,
                                            const struct sim_inverter_sight *sight)
{
    return (struct sim_situation){
        .received = sight->received,
        .link = sight->link,
        .state = inverter->state,
        .options = inverter->options,
        .state_ms = inverter->state_ms,
        .steady_ms = inverter->steady_ms,
        .terminal_mv = sight->terminal_mv,
    };
}

/* A lower charge limit is obeyed after a while, a higher one at once. */
static void follow(struct sim_inverter *inverter, uint32_t dt_ms)
{
    int32_t *charge_ma = &inverter->orders.charge_ma;
    bool lower = *charge_ma < inverter->followed_ma && inverter->state == SIM_INVERTER_RUN;
    inverter->unfollowed_ms = lower ? add_sat_u32(inverter->unfollowed_ms, dt_ms) : 0;
    if (!lower || inverter->unfollowed_ms > inverter->brand->follow_ms)
        inverter->followed_ma = *charge_ma;
    *charge_ma = inverter->followed_ma;
}

static void step_state(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       uint32_t dt_ms)
{
    const struct sim_brand *brand = inverter->brand;
    bool steady = sim_brand_is_steady(brand, &sight->link);
    struct sim_situation now = sim_inverter_situation(inverter, sight);
    now.state = (uint8_t)sim_brand_next(brand, &now);
    inverter->state_ms = now.state == inverter->state ? add_sat_u32(inverter->state_ms, dt_ms) : 0;
    inverter->steady_ms = steady ? add_sat_u32(inverter->steady_ms, dt_ms) : 0;
    inverter->state = now.state;
    bool wrong = sight->link.wrong_count != inverter->wrong_count;
    inverter->right_ms = wrong ? 0 : add_sat_u32(inverter->right_ms, dt_ms);
    inverter->wrong_count = sight->link.wrong_count;
    sim_brand_orders(brand, &now, &inverter->orders);
    follow(inverter, dt_ms);
}

/* Whether a limit means nothing to it; `limit` is one of the two directions or all. */
static bool ignores(const struct sim_inverter *inverter, enum sim_disobedience limit)
{
    int32_t disobedience = inverter->faults.disobedience;
    return disobedience == (int32_t)limit || disobedience == SIM_INVERTER_IGNORES_ALL;
}

/* Discharge ends at the discharge voltage and begins again a volt above. */
static void step_empty(struct sim_inverter *inverter, int32_t terminal_mv)
{
    int32_t floor_mv = inverter->orders.discharge_mv;
    if (terminal_mv < floor_mv)
        inverter->empty = true;
    else if (terminal_mv > floor_mv + EMPTY_RELEASE_MV)
        inverter->empty = false;
}

/* Where the current should go, ramp apart. */
static int32_t target_ma(const struct sim_inverter *inverter,
                         const struct sim_inverter_sight *sight)
{
    const struct sim_orders *orders = &inverter->orders;
    int32_t charge_ma = orders->charge_ma;
    int32_t discharge_ma = inverter->empty ? 0 : orders->discharge_ma;
    if (ignores(inverter, SIM_INVERTER_IGNORES_CHARGE))
        charge_ma = SIM_UNLIMITED;
    if (ignores(inverter, SIM_INVERTER_IGNORES_DISCHARGE))
        discharge_ma = SIM_UNLIMITED;
    int32_t power_w = inverter->setup.power_w;
    int64_t surplus_w = orders->dump ? -power_w : (int64_t)sight->solar_w - sight->load_w;
    int64_t battery_w = clamp64(surplus_w, -power_w, power_w);
    int64_t asked_ma = div_round(battery_w * 1000000, max32(sight->terminal_mv, LEAST_MV));
    if (orders->force_charge && asked_ma < inverter->setup.force_charge_ma)
        asked_ma = inverter->setup.force_charge_ma;
    return clamp32(asked_ma, -discharge_ma, charge_ma);
}

/* Moves `now` to `target`: away from zero slowly, towards zero (which it does not pass) fast. */
static int32_t ramp_ma(const struct sim_inverter *inverter, int32_t target, uint32_t dt_ms)
{
    int32_t now = inverter->demand.total_ma;
    if (inverter->faults.no_ramp)
        return target;
    bool opposite = (now > 0 && target < 0) || (now < 0 && target > 0);
    int32_t goal = opposite ? 0 : target;
    bool falling = abs32(goal) < abs32(now);
    int64_t rate = falling ? inverter->setup.fall_ma_per_s : inverter->setup.rise_ma_per_s;
    int64_t most = max32(saturate32(div_floor(rate * dt_ms, 1000)), 1);
    return clamp32(goal, saturate32(now - most), saturate32(now + most));
}

static void report(struct sim_inverter *inverter, const struct sim_inverter_sight *sight)
{
    int64_t battery_uw = (int64_t)sight->terminal_mv * sight->battery_ma;
    inverter->battery_w = saturate32(div_round(battery_uw, 1000000));
    int32_t load_w = inverter->orders.output_off ? 0 : sight->load_w;
    inverter->grid_w = saturate32((int64_t)load_w + inverter->battery_w - sight->solar_w);
}

/* The charger and the load that hear nobody. */
static void force(struct sim_inverter *inverter, uint32_t dt_ms)
{
    const struct sim_inverter_faults *faults = &inverter->faults;
    struct sim_demand *demand = &inverter->demand;
    int32_t target = saturate32((int64_t)faults->charger_ma - faults->load_ma);
    demand->total_ma = ramp_ma(inverter, target, dt_ms);
    demand->charger_on = faults->charger_ma > 0;
    if (demand->charger_on)
        demand->ceiling_mv = faults->charger_mv > 0 ? faults->charger_mv : CHARGER_MV;
}

static void decide(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                   uint32_t dt_ms)
{
    const struct sim_orders *orders = &inverter->orders;
    struct sim_demand *demand = &inverter->demand;
    bool may = inverter->state == SIM_INVERTER_RUN || orders->charge_ma > 0;
    if (orders->charge_mv > 0)
        demand->ceiling_mv = orders->charge_mv;
    if (!may) {
        *demand = (struct sim_demand){.ceiling_mv = demand->ceiling_mv};
        return;
    }
    step_empty(inverter, sight->terminal_mv);
    demand->total_ma = ramp_ma(inverter, target_ma(inverter, sight), dt_ms);
    if (inverter->faults.disobedience == SIM_INVERTER_IGNORES_ALL)
        demand->ceiling_mv = IGNORANT_MV;
    demand->charger_on = sight->solar_w > sight->load_w || orders->force_charge;
}

void sim_inverter_step(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       uint32_t dt_ms)
{
    const struct sim_inverter_faults *faults = &inverter->faults;
    step_state(inverter, sight, dt_ms);
    report(inverter, sight);
    if (faults->charger_ma > 0 || faults->load_ma > 0)
        force(inverter, dt_ms);
    else if (faults->disobedience != SIM_INVERTER_HANGS)
        decide(inverter, sight, dt_ms);
}

const char *sim_inverter_state_name(enum sim_inverter_state state)
{
    static const char *const names[] = {"no_bms", "sync", "run", "lost"};
    return (size_t)state < COUNT(names) ? names[state] : "";
}
