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
    ESTIMATE_MS = 1000,
    SHOWN_LOW_PERMILLE = 10, /* without the empty anchor */
    SHOWN_HIGH_PERMILLE = 990,
};

static const uint64_t full_charge_due_ms = 30ull * 86400000ull;

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
}

void soc_init(struct soc *soc, const struct params *params, const struct stored *stored)
{
    memset(soc, 0, sizeof(*soc));
    soc->full_mams = params->nominal_mah * MAMS_PER_MAH;
    soc->charge_mams = clamp64(stored->remaining_mah * MAMS_PER_MAH, 0, soc->full_mams);
    soc->cycle_mah = stored->cycle_mah;
    soc->since_full_ms = stored->since_full_s * 1000ull;
    publish(soc);
}

void soc_remember(const struct soc *soc, struct stored *stored)
{
    stored->remaining_mah = soc->remaining_mah;
    stored->cycle_mah = soc->cycle_mah;
    stored->since_full_s = (uint32_t)(soc->since_full_ms / 1000);
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
        soc->full = true;
        soc->since_full_ms = 0;
    } else if (soc->charge_mams < soc->full_mams - away) {
        soc->full = false;
    }
    if (soc->empty_ms >= EMPTY_HOLD_MS) {
        soc->charge_mams = 0;
        soc->empty = true;
    } else if (soc->charge_mams > away) {
        soc->empty = false;
    }
}

void soc_step(struct soc *soc, const struct measured *measured, const struct params *params,
              uint32_t dt_ms)
{
    count(soc, measured->pack_ma, dt_ms);
    soc->pending_ms += dt_ms;
    if (soc->pending_ms < ESTIMATE_MS)
        return;
    uint32_t passed_ms = soc->pending_ms;
    soc->pending_ms = 0;
    soc->since_full_ms += passed_ms;
    soc->full_ms = looks_full(measured, params) ? add_sat_u32(soc->full_ms, passed_ms) : 0;
    soc->empty_ms = looks_empty(measured, params) ? add_sat_u32(soc->empty_ms, passed_ms) : 0;
    anchor(soc);
    publish(soc);
}
