/* SPDX-License-Identifier: Apache-2.0
 * Coulomb counter in integer milliampere milliseconds, so that no charge is ever lost to rounding.
 * Anchors: full = highest cell at the 100 % voltage, all cells at most 50 mV below, current at most
 * 0.05C, held 60 s; empty = lowest cell, corrected for its resistance, at the 0 % voltage for 30 s.
 * (Estimation rules: cell and safety facts, section 2.4.)
 */
#include "core/soc.h"

#include <string.h>

#include "base/number.h"

#define MAMS_PER_MAH 3600000LL

enum {
    FULL_HOLD_MS = 60000,
    EMPTY_HOLD_MS = 30000,
    FULL_BAND_MV = 50,
    FULL_CURRENT_DIVISOR = 20, /* 0.05C */
    CELL_UOHM = 600,           /* typical 314 Ah cell with its joint, for the empty anchor */
    LEAVE_ANCHOR_PERMILLE = 5,
    EFFICIENCY_PERMILLE = 999,
    ANCHOR_MS = 1000,
    STEP_MAX_MS = 60000,
    SLEW_S = 3000,           /* the counter follows the filter by the whole charge in this time */
    SHOWN_LOW_PERMILLE = 10, /* without the empty anchor */
    SHOWN_HIGH_PERMILLE = 990,
};

static const float ANCHOR_SIGMA = 0.01f;
static const float RESTART_SIGMA = 0.01f; /* while it was off */
static const float NEW_SIGMA = 0.015f;    /* of a board that never knew */
static const float TRUST = 0.9f;          /* that what was stored is right at all */
static const float ROOM = 0.01f;
static const float NO_FULL_MV = 1e9f; /* anchors are found here, from all cells */

static const uint64_t full_charge_due_ms = 30ull * 86400000ull;

/* The interval of the filter, and room for a curve that is not exactly that of these cells. */
static float low_of(const struct soc *soc)
{
    return soc->filter.low > ROOM ? soc->filter.low - ROOM : 0.0f;
}

static float high_of(const struct soc *soc)
{
    return soc->filter.high < 1.0f - ROOM ? soc->filter.high + ROOM : 1.0f;
}

static void publish(struct soc *soc)
{
    int64_t permille = div_round(soc->charge_mams * 1000, soc->full_mams);
    if (soc->full)
        soc->soc_permille = 1000;
    else if (soc->empty)
        soc->soc_permille = 0;
    else
        soc->soc_permille = clamp32(permille, SHOWN_LOW_PERMILLE, SHOWN_HIGH_PERMILLE);
    soc->remaining_mah = (int32_t)div_round(soc->charge_mams, MAMS_PER_MAH);
    soc->full_mah = (int32_t)div_round(soc->full_mams, MAMS_PER_MAH);
    soc->reason = soc->full    ? (uint8_t)SOC_BY_FULL
                  : soc->empty ? (uint8_t)SOC_BY_EMPTY
                               : soc->filter.reason;
    soc->low_permille = clamp32((int64_t)(low_of(soc) * 1000.0f), 0, soc->soc_permille);
    soc->high_permille =
        clamp32((int64_t)(high_of(soc) * 1000.0f + 0.999f), soc->soc_permille, 1000);
}

void soc_init(struct soc *soc, const struct params *params, const struct stored *stored)
{
    memset(soc, 0, sizeof(*soc));
    soc->full_mams = params->nominal_mah * MAMS_PER_MAH;
    soc->charge_mams = clamp64(stored->remaining_mah * MAMS_PER_MAH, 0, soc->full_mams);
    soc->cycle_mah = stored->cycle_mah;
    soc->since_full_ms = stored->since_full_s * 1000ull;
    float sigma =
        stored->soc_sigma_permille > 0 ? (float)stored->soc_sigma_permille / 1000.0f : NEW_SIGMA;
    soc_filter_init(&soc->filter, (float)soc->charge_mams / (float)soc->full_mams,
                    sigma + RESTART_SIGMA, TRUST);
    publish(soc);
}

void soc_remember(const struct soc *soc, struct stored *stored)
{
    stored->remaining_mah = soc->remaining_mah;
    stored->cycle_mah = soc->cycle_mah;
    stored->since_full_s = (uint32_t)(soc->since_full_ms / 1000);
    stored->soc_sigma_permille =
        (uint16_t)clamp32((int64_t)(soc->filter.sigma * 1000.0f + 0.5f), 1, 1000);
}

bool soc_full_charge_due(const struct soc *soc)
{
    return soc->since_full_ms >= full_charge_due_ms;
}

void soc_set_capacity(struct soc *soc, int32_t nominal_mah)
{
    soc->full_mams = nominal_mah * MAMS_PER_MAH;
    soc->charge_mams = clamp64(soc->charge_mams, 0, soc->full_mams);
    publish(soc);
}

static void count(struct soc *soc, int32_t pack_ma, uint32_t dt_ms)
{
    int64_t moved = (int64_t)pack_ma * dt_ms;
    if (moved > 0) {
        soc->cycle_mams += moved;
        if (soc->cycle_mams >= MAMS_PER_MAH) {
            int64_t mah = soc->cycle_mams / MAMS_PER_MAH;
            soc->cycle_mah = saturate32(soc->cycle_mah + mah);
            soc->cycle_mams -= mah * MAMS_PER_MAH;
        }
        int64_t counted = moved * EFFICIENCY_PERMILLE + soc->efficiency_rest;
        soc->efficiency_rest = (int32_t)(counted % 1000);
        moved = counted / 1000;
    }
    soc->charge_mams = clamp64(soc->charge_mams + moved, 0, soc->full_mams);
    soc->estimate_mams += moved;
}

static bool looks_full(const struct measured *measured, const struct params *params)
{
    int32_t tail_ma = params->nominal_mah / FULL_CURRENT_DIVISOR;
    return measured->quantity[QUANTITY_CELL_MAX_MV] >= params->soc_full_mv &&
           measured->quantity[QUANTITY_CELL_MIN_MV] >= params->soc_full_mv - FULL_BAND_MV &&
           abs32(measured->pack_ma) <= tail_ma;
}

static bool looks_empty(const struct measured *measured, const struct params *params)
{
    int64_t drop_mv = div_round((int64_t)measured->pack_ma * CELL_UOHM, 1000000);
    int64_t rest_mv = measured->quantity[QUANTITY_CELL_MIN_MV] - drop_mv;
    return rest_mv <= params->soc_empty_mv;
}

/* Sets the counter at an anchor, and leaves the anchor when the charge has moved away from it. */
static void anchor(struct soc *soc)
{
    int64_t away = soc->full_mams / 1000 * LEAVE_ANCHOR_PERMILLE;
    if (soc->full_ms >= FULL_HOLD_MS) {
        soc->charge_mams = soc->full_mams;
        soc->since_full_ms = 0;
        if (!soc->full)
            soc_filter_anchor(&soc->filter, 1.0f, ANCHOR_SIGMA, SOC_BY_FULL);
        soc->full = true;
    } else if (soc->charge_mams < soc->full_mams - away) {
        soc->full = false;
    }
    if (soc->empty_ms >= EMPTY_HOLD_MS) {
        soc->charge_mams = 0;
        if (!soc->empty)
            soc_filter_anchor(&soc->filter, 0.0f, ANCHOR_SIGMA, SOC_BY_EMPTY);
        soc->empty = true;
    } else if (soc->charge_mams > away) {
        soc->empty = false;
    }
}

static int64_t part_of(const struct soc *soc, float part)
{
    return (int64_t)(part * (float)(soc->full_mams / 1000)) * 1000;
}

/* On the plateau a millivolt is worth more points than a day of counting loses, so the counter is
 * left alone within the interval; from outside it goes to the nearer end. At an anchor it stands.
 */
static void follow(struct soc *soc, uint32_t passed_ms)
{
    int64_t low_mams = part_of(soc, low_of(soc));
    int64_t high_mams = part_of(soc, high_of(soc));
    int64_t wanted_mams = clamp64(soc->charge_mams, low_mams, high_mams);
    int64_t most_mams = soc->full_mams / SLEW_S * passed_ms / 1000;
    if (!soc->full && !soc->empty)
        soc->charge_mams += clamp64(wanted_mams - soc->charge_mams, -most_mams, most_mams);
    soc->charge_mams = clamp64(soc->charge_mams, 0, soc->full_mams);
}

static struct soc_filter_config config_of(const struct soc *soc, const struct params *params)
{
    return (struct soc_filter_config){
        .curve = &soc_curve_lfp,
        .capacity_mams = soc->full_mams,
        .full_mv = NO_FULL_MV,
        .gate_c = (float)params->soc_bias_gate_permille / 1000.0f,
    };
}

static void estimate(struct soc *soc, const struct measured *measured, const struct params *params)
{
    const struct soc_filter_config config = config_of(soc, params);
    uint32_t passed_ms = soc->estimate_ms < STEP_MAX_MS ? soc->estimate_ms : STEP_MAX_MS;
    int32_t mean_ma = (int32_t)div_round(soc->estimate_mams, soc->estimate_ms);
    uint8_t cells = measured->cell_count;
    float mean_mv = cells > 0 ? (float)measured->cell_sum_mv / cells : 0.0f;
    soc_filter_step(&soc->filter, &config, mean_ma, mean_mv, passed_ms);
    if (soc->open)
        soc_filter_zero(&soc->filter, &config, (float)soc->open_ma);
    soc->open = false;
    soc->estimate_ms = 0;
    soc->estimate_mams = 0;
    follow(soc, passed_ms);
}

void soc_zero(struct soc *soc, int32_t measured_ma)
{
    soc->open = true;
    soc->open_ma = measured_ma;
}

void soc_step(struct soc *soc, const struct measured *measured, int32_t beside_ma,
              const struct params *params, uint32_t dt_ms)
{
    count(soc, measured->pack_ma - beside_ma, dt_ms);
    soc->pending_ms += dt_ms;
    soc->estimate_ms += dt_ms;
    if (soc->pending_ms < ANCHOR_MS)
        return;
    uint32_t passed_ms = soc->pending_ms;
    soc->pending_ms = 0;
    soc->since_full_ms += passed_ms;
    soc->full_ms = looks_full(measured, params) ? add_sat_u32(soc->full_ms, passed_ms) : 0;
    soc->empty_ms = looks_empty(measured, params) ? add_sat_u32(soc->empty_ms, passed_ms) : 0;
    anchor(soc);
    if (soc->estimate_ms >= (uint32_t)params->soc_period_s * 1000u)
        estimate(soc, measured, params);
    publish(soc);
}
