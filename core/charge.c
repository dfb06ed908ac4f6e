/* SPDX-License-Identifier: Apache-2.0
 * Phases of a charge and the voltage request that follows from them. The request ramps down from
 * bulk to float, because some inverters discharge what lies above it; at a fault it falls at once;
 * it is never 0. A cell above its target lowers it by integral control.
 * Rules: cell and pack facts, section 4.3; JK behaviour of RCV and RFV times.
 */
#include "core/charge.h"

#include <string.h>

#include "base/number.h"

enum {
    PACK_MAX_MV = 120000,
    REACHED_BAND_MV = 200,
    REACHED_MS = 5000,
    RAMP_MS_PER_MV = 100,  /* 10 mV per second */
    ABOVE_FLOOR_MV = 1000, /* lower, and an inverter would drain the pack into the grid */
    TARGET_BAND_MV = 10,
    EXCESS_MAX_MV = 50,        /* lowers by 10 mV per second: no faster than the ramp */
    EXCESS_MVMS_PER_MV = 5000, /* 0.2 V per V and second */
    RECOVER_MV = 5,            /* as if so far below: 1 mV per second */
    RECOVER_AFTER_MS = 60000,
};

void charge_init(struct charge *charge)
{
    memset(charge, 0, sizeof(*charge));
}

int32_t charge_pack_mv(const struct params *params, int32_t cell_mv)
{
    return clamp32((int64_t)cell_mv * params->cell_count, 0, PACK_MAX_MV);
}

static int32_t request_mv(const struct params *params, int32_t cell_mv)
{
    return min32(charge_pack_mv(params, cell_mv), params->charge_voltage_ceiling_mv);
}

static int32_t lowered_mv(const struct charge *charge)
{
    return charge->excess_mvms / EXCESS_MVMS_PER_MV;
}

static enum charge_phase next_phase(const struct charge *charge, const struct snapshot *snapshot,
                                    const struct params *params)
{
    if (snapshot_have(snapshot, VALUE_soc_permille) &&
        snapshot->soc_permille < params->rebulk_soc_permille)
        return CHARGE_BULK;
    switch (charge->phase) {
    case CHARGE_BULK:
        return charge->reached_ms >= REACHED_MS ? CHARGE_ABSORPTION : CHARGE_BULK;
    case CHARGE_ABSORPTION:
        return params->float_enabled && charge->phase_ms >= params->absorption_s * 1000ll
                   ? CHARGE_FLOAT
                   : CHARGE_ABSORPTION;
    default:
        return charge->phase_ms >= params->float_s * 1000ll ? CHARGE_BULK : CHARGE_FLOAT;
    }
}

/* Bulk ends when the pack is full or has the voltage it is allowed, also where that is lowered. */
static void step_phase(struct charge *charge, const struct snapshot *snapshot,
                       const struct params *params, uint32_t dt_ms)
{
    int32_t asked_mv = request_mv(params, params->charge_request_mv) - lowered_mv(charge);
    bool reached =
        snapshot->soc_permille >= 1000 || snapshot->pack_mv >= asked_mv - REACHED_BAND_MV;
    charge->reached_ms = reached ? add_sat_u32(charge->reached_ms, dt_ms) : 0;
    charge->phase_ms = add_sat_u32(charge->phase_ms, dt_ms);
    enum charge_phase phase = next_phase(charge, snapshot, params);
    if (phase == charge->phase)
        return;
    charge->phase = (uint8_t)phase;
    charge->phase_ms = 0;
    charge->reached_ms = 0;
}

/* Sums up how far the highest cell is above its target; at most what lowers the request by most_mv.
 */
static void step_overshoot(struct charge *charge, const struct snapshot *snapshot,
                           const struct params *params, int32_t most_mv, uint32_t dt_ms)
{
    int64_t target_mv = (int64_t)params->charge_request_mv + TARGET_BAND_MV;
    int32_t excess_mv = min32(saturate32(snapshot->cell_max_mv - target_mv), EXCESS_MAX_MV);
    int64_t sum_mvms = charge->excess_mvms;
    if (excess_mv > 0) {
        sum_mvms += (int64_t)excess_mv * dt_ms;
        charge->overshoot_ms = RECOVER_AFTER_MS;
    } else {
        int32_t waited_ms = min32(charge->overshoot_ms, (int32_t)dt_ms);
        charge->overshoot_ms -= waited_ms;
        sum_mvms -= RECOVER_MV * ((int64_t)dt_ms - waited_ms);
    }
    charge->excess_mvms = clamp32(sum_mvms, 0, most_mv * EXCESS_MVMS_PER_MV);
}

/* Moves the request: up at once, down by the ramp. */
static void ramp(struct charge *charge, struct limit target, uint32_t dt_ms)
{
    int32_t value = charge->limit.value;
    charge->limit = target;
    if (target.value >= value) {
        charge->ramp_ms = 0;
        return;
    }
    uint32_t time_ms = charge->ramp_ms + dt_ms;
    charge->limit.value = max32(value - (int32_t)(time_ms / RAMP_MS_PER_MV), target.value);
    charge->ramp_ms = time_ms % RAMP_MS_PER_MV;
}

void charge_step(struct charge *charge, const struct snapshot *snapshot,
                 const struct params *params, enum reason stop, uint32_t dt_ms)
{
    static const uint8_t phase_reason[] = {REASON_bulk, REASON_absorption, REASON_floating};
    step_phase(charge, snapshot, params, dt_ms);
    int32_t cell_mv =
        charge->phase == CHARGE_FLOAT ? params->float_request_mv : params->charge_request_mv;
    int32_t float_mv = request_mv(params, params->float_request_mv);
    struct limit target = {request_mv(params, cell_mv), phase_reason[charge->phase], 0};
    if (charge_pack_mv(params, cell_mv) > params->charge_voltage_ceiling_mv)
        target.reason = REASON_ceiling;
    step_overshoot(charge, snapshot, params, max32(target.value - float_mv, 0), dt_ms);
    if (lowered_mv(charge) > 0) {
        int32_t value = target.value - lowered_mv(charge);
        target = (struct limit){value, REASON_overshoot, (uint8_t)snapshot->cell_max_index};
    }
    if (stop != REASON_none)
        charge->limit = (struct limit){min32(target.value, float_mv), (uint8_t)stop, 0};
    else
        ramp(charge, target, dt_ms);
    int32_t floor_mv = charge_pack_mv(params, params->discharge_limit_cell_mv) + ABOVE_FLOOR_MV;
    charge->limit.value = max32(charge->limit.value, floor_mv);
}
