/* SPDX-License-Identifier: Apache-2.0
 * The decisions of a common hybrid inverter in self-consumption: battery first, grid for the rest.
 * Without a complete and living set of limits no current is asked at all. Received current limits
 * are taken absolute (senders with a sign error are in the field). The voltage limit is kept by
 * the bank's ceiling, which acts like a constant-voltage charger. Disobedience leaves the decisions
 * as they are and takes limits away; the charger and the load of the faults take their place.
 */
#include "sim/inverter.h"

#include <stddef.h>

#include "base/number.h"

enum {
    POWER_W = 12000,
    RISE_MA_PER_S = 50000,
    FALL_MA_PER_S = 400000,
    SYNC_MS = 3000,
    EMPTY_RELEASE_MV = 1000,
    FORCE_CHARGE_DIVISOR = 10, /* 0.1C */
    PLAUSIBLE_MV = 30000,      /* a 16-cell battery is never below */
    IGNORANT_MV = 60000,       /* where it stops by itself */
    CHARGER_MV = 58400,        /* standard charge of the pack's manual */
};

static const enum value_id NEEDED[] = {
    VALUE_pack_mv,         VALUE_soc_permille,       VALUE_charge_limit_mv,
    VALUE_charge_limit_ma, VALUE_discharge_limit_ma,
};

void sim_inverter_init(struct sim_inverter *inverter, int32_t bank_mah)
{
    *inverter = (struct sim_inverter){
        .setup = {POWER_W, RISE_MA_PER_S, FALL_MA_PER_S, bank_mah / FORCE_CHARGE_DIVISOR},
    };
}

static bool complete(const struct snapshot *received)
{
    for (size_t i = 0; i < COUNT(NEEDED); i++) {
        if (!snapshot_have(received, NEEDED[i]))
            return false;
    }
    return received->pack_mv >= PLAUSIBLE_MV && received->charge_limit_mv >= PLAUSIBLE_MV;
}

static enum sim_inverter_state next_state(const struct sim_inverter *inverter,
                                          const struct sim_inverter_sight *sight)
{
    bool heard = sight->link_ok && sight->received != NULL;
    if (!heard)
        return inverter->state == SIM_INVERTER_NO_BMS ? SIM_INVERTER_NO_BMS : SIM_INVERTER_LOST;
    if (inverter->state == SIM_INVERTER_RUN)
        return SIM_INVERTER_RUN;
    if (inverter->state != SIM_INVERTER_SYNC)
        return SIM_INVERTER_SYNC;
    bool ready = inverter->state_ms >= SYNC_MS && complete(sight->received);
    return ready ? SIM_INVERTER_RUN : SIM_INVERTER_SYNC;
}

static void step_state(struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       uint32_t dt_ms)
{
    enum sim_inverter_state state = next_state(inverter, sight);
    inverter->state_ms = state == inverter->state ? add_sat_u32(inverter->state_ms, dt_ms) : 0;
    inverter->state = (uint8_t)state;
}

static int32_t number_or(const struct snapshot *received, enum value_id id, int32_t otherwise)
{
    int32_t value;
    return snapshot_get(received, id, &value) ? value : otherwise;
}

/* Limit of a direction: 0 unless known and not forbidden. */
static int32_t limit_ma(const struct snapshot *received, enum value_id limit, enum value_id allowed)
{
    return number_or(received, allowed, 1) ? abs32(number_or(received, limit, 0)) : 0;
}

/* Whether a limit means nothing to it; `limit` is one of the two directions or all. */
static bool ignores(const struct sim_inverter *inverter, enum sim_disobedience limit)
{
    int32_t disobedience = inverter->faults.disobedience;
    return disobedience == (int32_t)limit || disobedience == SIM_INVERTER_IGNORES_ALL;
}

static int32_t charge_limit_ma(const struct sim_inverter *inverter, const struct snapshot *received)
{
    if (ignores(inverter, SIM_INVERTER_IGNORES_CHARGE))
        return INT32_MAX;
    return limit_ma(received, VALUE_charge_limit_ma, VALUE_charge_allowed);
}

static int32_t discharge_limit_ma(const struct sim_inverter *inverter,
                                  const struct snapshot *received)
{
    if (ignores(inverter, SIM_INVERTER_IGNORES_DISCHARGE))
        return INT32_MAX;
    return inverter->empty ? 0
                           : limit_ma(received, VALUE_discharge_limit_ma, VALUE_discharge_allowed);
}

/* Discharge ends at the received voltage and begins again a volt above. */
static void step_empty(struct sim_inverter *inverter, const struct sim_inverter_sight *sight)
{
    int32_t floor_mv = number_or(sight->received, VALUE_discharge_limit_mv, 0);
    if (sight->terminal_mv < floor_mv)
        inverter->empty = true;
    else if (sight->terminal_mv > floor_mv + EMPTY_RELEASE_MV)
        inverter->empty = false;
}

/* Where the current should go, ramp apart. */
static int32_t target_ma(const struct sim_inverter *inverter,
                         const struct sim_inverter_sight *sight)
{
    const struct snapshot *received = sight->received;
    int32_t terminal_mv = max32(sight->terminal_mv, PLAUSIBLE_MV);
    int64_t surplus_w = (int64_t)sight->solar_w - sight->load_w;
    int64_t battery_w = clamp64(surplus_w, -inverter->setup.power_w, inverter->setup.power_w);
    int64_t asked_ma = div_round(battery_w * 1000000, terminal_mv);
    if (number_or(received, VALUE_force_charge, 0) && asked_ma < inverter->setup.force_charge_ma)
        asked_ma = inverter->setup.force_charge_ma;
    return clamp32(asked_ma, -discharge_limit_ma(inverter, received),
                   charge_limit_ma(inverter, received));
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
    inverter->grid_w = saturate32((int64_t)sight->load_w + inverter->battery_w - sight->solar_w);
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
    struct sim_demand *demand = &inverter->demand;
    if (inverter->state != SIM_INVERTER_RUN) {
        *demand = (struct sim_demand){.ceiling_mv = demand->ceiling_mv};
        return;
    }
    step_empty(inverter, sight);
    demand->total_ma = ramp_ma(inverter, target_ma(inverter, sight), dt_ms);
    demand->ceiling_mv = number_or(sight->received, VALUE_charge_limit_mv, demand->ceiling_mv);
    if (inverter->faults.disobedience == SIM_INVERTER_IGNORES_ALL)
        demand->ceiling_mv = IGNORANT_MV;
    demand->charger_on =
        sight->solar_w > sight->load_w || number_or(sight->received, VALUE_force_charge, 0) != 0;
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
