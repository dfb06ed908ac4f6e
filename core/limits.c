/* SPDX-License-Identifier: Apache-2.0
 * Limits as the minimum over rules, each candidate with its reason. Currents fall at once and rise
 * by at most 5 % of full scale per second, a minute after a protection; the voltage request ramps
 * from bulk down to float and falls at once at a fault; it is never 0.
 * Rules: cell and pack facts, section 4.3; JK behaviour of RCV and RFV times.
 */
#include "core/limits.h"

#include <string.h>

#include "base/number.h"
#include "core/derate.h"
#include "core/power.h"

enum {
    TRIP_MARGIN_PERMILLE = 900,
    RISE_PERMILLE_PER_S = 50,
    AFTER_TRIP_MS = 60000,
    SOC_HIGH_PERMILLE = 970,
    SOC_LOW_PERMILLE = 100,
    SOC_DERATE_PERMILLE = 400,
    GENTLE_CHARGE_PERMILLE = 50, /* of 1C, while a cell is below GENTLE_CELL_MV */
    GENTLE_CELL_MV = 2800,
    REACHED_BAND_MV = 200,
    REACHED_MS = 5000,
    RAMP_US_PER_MV = 100000, /* 10 mV per second */
};

const struct reason_info reason_info[REASON_COUNT] = {
#define REASON(id, subject, words) [REASON_##id] = {#id, words, REASON_SUBJECT_##subject},
#include "core/reasons.def"
#undef REASON
};

void limits_init(struct limits *limits)
{
    memset(limits, 0, sizeof(*limits));
    limits->charge_ma.limit.reason = REASON_not_ready;
    limits->discharge_ma.limit.reason = REASON_not_ready;
}

static void lower(struct limit *limit, int64_t value, enum reason reason, int32_t index)
{
    if (value >= limit->value)
        return;
    limit->value = (int32_t)clamp64(value, 0, INT32_MAX);
    limit->reason = (uint8_t)reason;
    limit->index = (uint8_t)index;
}

static int64_t part(int32_t whole, int32_t permille)
{
    return div_floor((int64_t)whole * permille, 1000);
}

/* Full scale: what the pack can do at its best. */
static struct limit best(const struct params *params, int32_t rate_permille, int32_t trip_ma)
{
    struct limit limit = {.value = INT32_MAX};
    lower(&limit, part(params->nominal_mah, rate_permille), REASON_rated, 0);
    lower(&limit, params->board_rating_ma, REASON_board, 0);
    lower(&limit, part(trip_ma, TRIP_MARGIN_PERMILLE), REASON_trip_margin, 0);
    return limit;
}

static struct limit best_charge(const struct params *params)
{
    return best(params, params->charge_rate_permille,
                min32(params->charge_ocp_ma, params->charge_ocp2_ma));
}

static struct limit best_discharge(const struct params *params)
{
    int32_t trip_ma = min32(params->discharge_ocp2_ma, params->discharge_ocp3_ma);
    return best(params, params->discharge_rate_permille, min32(params->discharge_ocp_ma, trip_ma));
}

static bool knows(const struct snapshot *snapshot, enum value_id allowed)
{
    return snapshot_have(snapshot, allowed) && snapshot_have(snapshot, VALUE_cell_min_mv) &&
           snapshot_have(snapshot, VALUE_cell_max_mv) &&
           snapshot_have(snapshot, VALUE_temp_min_ddegc) &&
           snapshot_have(snapshot, VALUE_temp_max_ddegc);
}

static bool protecting(const struct snapshot *snapshot)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (alarm_info[id].severity != SEVERITY_WARNING &&
            alarm_get(snapshot->alarms, (enum alarm)id))
            return true;
    }
    return false;
}

/* Why a direction is closed, when it is. Not every reading tells the power state; a closed pack
 * without any alarm is starting or was switched off. */
static enum reason closed_reason(const struct snapshot *snapshot, bool enabled)
{
    if (snapshot_have(snapshot, VALUE_power_state) && snapshot->power_state != POWER_ON)
        return REASON_not_ready;
    if (protecting(snapshot))
        return REASON_protection;
    return enabled ? REASON_not_ready : REASON_switched_off;
}

static void derate(struct limit *limit, int32_t full_ma, enum curve curve, int32_t x,
                   enum reason reason)
{
    lower(limit, part(full_ma, derate_permille(curve, x)), reason, 0);
}

static struct limit charge_target(const struct snapshot *s, const struct params *params)
{
    struct limit limit = best_charge(params);
    int32_t full_ma = limit.value;
    int32_t one_c_ma = params->nominal_mah;
    derate(&limit, one_c_ma, CURVE_charge_cold, s->temp_min_ddegc, REASON_cold);
    derate(&limit, one_c_ma, CURVE_charge_hot, s->temp_max_ddegc, REASON_hot);
    if (snapshot_have(s, VALUE_mos_ddegc))
        derate(&limit, full_ma, CURVE_switch_hot, s->mos_ddegc, REASON_switch_hot);
    lower(&limit, part(full_ma, derate_permille(CURVE_cell_high, s->cell_max_mv)), REASON_cell_high,
          s->cell_max_index);
    if (s->cell_min_mv < GENTLE_CELL_MV)
        lower(&limit, part(one_c_ma, GENTLE_CHARGE_PERMILLE), REASON_deep_discharge,
              s->cell_min_index);
    if (snapshot_have(s, VALUE_soc_permille) && s->soc_permille > SOC_HIGH_PERMILLE)
        lower(&limit, part(full_ma, SOC_DERATE_PERMILLE), REASON_soc_high, 0);
    if (snapshot_have(s, VALUE_soc_permille) && s->soc_permille >= 1000)
        lower(&limit, 0, REASON_full, 0);
    return limit;
}

static struct limit discharge_target(const struct snapshot *s, const struct params *params)
{
    struct limit limit = best_discharge(params);
    int32_t full_ma = limit.value;
    derate(&limit, params->nominal_mah, CURVE_discharge_cold, s->temp_min_ddegc, REASON_cold);
    derate(&limit, params->nominal_mah, CURVE_discharge_hot, s->temp_max_ddegc, REASON_hot);
    if (snapshot_have(s, VALUE_mos_ddegc))
        derate(&limit, full_ma, CURVE_switch_hot, s->mos_ddegc, REASON_switch_hot);
    lower(&limit, part(full_ma, derate_permille(CURVE_cell_low, s->cell_min_mv)), REASON_cell_low,
          s->cell_min_index);
    if (snapshot_have(s, VALUE_soc_permille) && s->soc_permille < SOC_LOW_PERMILLE)
        lower(&limit, part(full_ma, SOC_DERATE_PERMILLE), REASON_soc_low, 0);
    if (snapshot_have(s, VALUE_soc_permille) && s->soc_permille <= 0)
        lower(&limit, 0, REASON_empty, 0);
    return limit;
}

/* A protection that is active now is waited for afterwards, whatever else closes the direction. */
static void close_direction(struct current_limit *current, const struct snapshot *snapshot,
                            bool enabled)
{
    current->limit = (struct limit){0, (uint8_t)closed_reason(snapshot, enabled), 0};
    if (protecting(snapshot))
        current->hold_ms = AFTER_TRIP_MS;
}

/* Falls at once; rises slowly, and not at all while the hold runs. */
static void approach(struct current_limit *current, struct limit target, int32_t full_ma,
                     uint32_t dt_ms)
{
    bool holding = current->hold_ms > 0;
    current->hold_ms = current->hold_ms > dt_ms ? current->hold_ms - dt_ms : 0;
    if (target.value <= current->limit.value) {
        current->limit = target;
        return;
    }
    if (holding) {
        current->limit.reason = REASON_after_trip;
        return;
    }
    int64_t rise_millionths = (int64_t)full_ma * RISE_PERMILLE_PER_S * dt_ms + current->rise_rest;
    int64_t rise = rise_millionths / 1000000;
    current->rise_rest = (uint32_t)(rise_millionths % 1000000);
    if (current->limit.value + rise >= target.value) {
        current->limit = target;
        return;
    }
    current->limit.value += (int32_t)rise;
    current->limit.reason = REASON_rising;
}

static void step_charge_current(struct limits *limits, const struct snapshot *snapshot,
                                const struct params *params, uint32_t dt_ms)
{
    if (!knows(snapshot, VALUE_charge_allowed) || !snapshot->charge_allowed) {
        close_direction(&limits->charge_ma, snapshot, params->charge_enabled);
        return;
    }
    approach(&limits->charge_ma, charge_target(snapshot, params), best_charge(params).value, dt_ms);
}

static void step_discharge_current(struct limits *limits, const struct snapshot *snapshot,
                                   const struct params *params, uint32_t dt_ms)
{
    if (!knows(snapshot, VALUE_discharge_allowed) || !snapshot->discharge_allowed) {
        close_direction(&limits->discharge_ma, snapshot, params->discharge_enabled);
        return;
    }
    approach(&limits->discharge_ma, discharge_target(snapshot, params),
             best_discharge(params).value, dt_ms);
}

static void enter(struct limits *limits, enum charge_phase phase)
{
    limits->phase = (uint8_t)phase;
    limits->phase_ms = 0;
    limits->reached_ms = 0;
}

static int32_t request_mv(const struct params *params, int32_t cell_mv)
{
    return min32(cell_mv * params->cell_count, params->charge_voltage_ceiling_mv);
}

static void step_phase(struct limits *limits, const struct snapshot *snapshot,
                       const struct params *params, uint32_t dt_ms)
{
    limits->phase_ms = add_sat_u32(limits->phase_ms, dt_ms);
    bool full = snapshot->soc_permille >= 1000;
    int32_t bulk_mv = request_mv(params, params->charge_request_mv);
    bool reached = full || snapshot->pack_mv >= bulk_mv - REACHED_BAND_MV;
    limits->reached_ms = reached ? add_sat_u32(limits->reached_ms, dt_ms) : 0;
    uint32_t absorption_ms = (uint32_t)params->absorption_s * 1000u;
    uint32_t float_ms = (uint32_t)params->float_s * 1000u;
    bool low = snapshot->soc_permille < params->rebulk_soc_permille;
    if (limits->phase == CHARGE_BULK && limits->reached_ms >= REACHED_MS)
        enter(limits, CHARGE_ABSORPTION);
    else if (limits->phase == CHARGE_ABSORPTION && params->float_enabled &&
             limits->phase_ms >= absorption_ms)
        enter(limits, CHARGE_FLOAT);
    else if (limits->phase != CHARGE_BULK && low)
        enter(limits, CHARGE_BULK);
    else if (limits->phase == CHARGE_FLOAT && limits->phase_ms >= float_ms)
        enter(limits, CHARGE_BULK);
}

/* Moves the voltage request: up at once, down by the ramp. */
static void ramp(struct limits *limits, struct limit target, uint32_t dt_ms)
{
    int32_t value = limits->charge_mv.value;
    if (value == 0 || target.value >= value) {
        limits->charge_mv = target;
        limits->ramp_us = 0;
        return;
    }
    uint64_t time_us = (uint64_t)limits->ramp_us + (uint64_t)dt_ms * 1000u;
    value = max32(value - (int32_t)(time_us / RAMP_US_PER_MV), target.value);
    limits->ramp_us = (uint32_t)(time_us % RAMP_US_PER_MV);
    limits->charge_mv = (struct limit){value, target.reason, 0};
}

static void step_voltage(struct limits *limits, const struct snapshot *snapshot,
                         const struct params *params, uint32_t dt_ms)
{
    static const uint8_t phase_reason[] = {REASON_bulk, REASON_absorption, REASON_floating};
    bool floating = limits->phase == CHARGE_FLOAT;
    int32_t cell_mv = floating ? params->float_request_mv : params->charge_request_mv;
    struct limit target = {request_mv(params, cell_mv), phase_reason[limits->phase], 0};
    if (cell_mv * params->cell_count > params->charge_voltage_ceiling_mv)
        target.reason = REASON_ceiling;
    int32_t floor_mv = params->discharge_limit_cell_mv * params->cell_count;
    limits->discharge_mv = (struct limit){floor_mv, REASON_discharge_floor, 0};
    if (limits->charge_ma.limit.reason == REASON_protection || !snapshot->charge_allowed) {
        int32_t float_mv = request_mv(params, params->float_request_mv);
        limits->charge_mv = (struct limit){min32(target.value, float_mv), REASON_fault, 0};
    } else {
        ramp(limits, target, dt_ms);
    }
    /* Never so low that an inverter would drain the pack into the grid. */
    limits->charge_mv.value = max32(limits->charge_mv.value, floor_mv + 1000);
}

void limits_step(struct limits *limits, const struct snapshot *snapshot,
                 const struct params *params, uint32_t dt_ms)
{
    step_phase(limits, snapshot, params, dt_ms);
    step_charge_current(limits, snapshot, params, dt_ms);
    step_discharge_current(limits, snapshot, params, dt_ms);
    step_voltage(limits, snapshot, params, dt_ms);
}

void limits_publish(const struct limits *limits, struct snapshot *snapshot)
{
    const struct limit *charge = &limits->charge_ma.limit;
    const struct limit *discharge = &limits->discharge_ma.limit;
    snapshot_put(snapshot, VALUE_charge_limit_mv, limits->charge_mv.value);
    snapshot_put(snapshot, VALUE_voltage_limit_reason, limits->charge_mv.reason);
    snapshot_put(snapshot, VALUE_discharge_limit_mv, limits->discharge_mv.value);
    snapshot_put(snapshot, VALUE_charge_limit_ma, charge->value);
    snapshot_put(snapshot, VALUE_charge_limit_reason, charge->reason);
    snapshot_put(snapshot, VALUE_charge_limit_index, charge->index);
    snapshot_put(snapshot, VALUE_discharge_limit_ma, discharge->value);
    snapshot_put(snapshot, VALUE_discharge_limit_reason, discharge->reason);
    snapshot_put(snapshot, VALUE_discharge_limit_index, discharge->index);
    snapshot_put(snapshot, VALUE_charge_phase, limits->phase);
    snapshot_put(snapshot, VALUE_charge_phase_s, (int32_t)(limits->phase_ms / 1000));
}
