/* SPDX-License-Identifier: Apache-2.0
 * Plausibility of measurements. A value out of its physical range, too old, or contradicting
 * another is not used: the last good set is held for a moment, then the whole measurement counts as
 * lost. A lost temperature sensor is assumed 15 K colder (cold rules) and hotter (hot rules) than
 * its neighbours, the spread at which the pack would be stopped anyway; a lost switch sensor counts
 * as burning. Ranges: cell and pack facts, section 4.6 (plausibility).
 */
#include "core/measure.h"

#include <string.h>

#include "base/number.h"

enum {
    CELL_LOW_MV = 1000,
    CELL_HIGH_MV = 4500,
    PACK_CELL_LOW_MV = 1875, /* 30 V and 65 V of 16 cells */
    PACK_CELL_HIGH_MV = 4063,
    TEMP_LOW_DDEGC = -400,
    TEMP_HIGH_DDEGC = 1250,
    TEMP_LOST_MARGIN_DDEGC = 150,
    MOS_LOST_DDEGC = TEMP_HIGH_DDEGC,
    HOLD_MS = 500,       /* last good set is used this long */
    TEMP_HOLD_MS = 2000, /* last good temperature likewise */
    SUM_HOLD_MS = 3000,
    SUM_LIMIT_MV = 500,
    SPREAD_TOP_FROM_MV = 3400,
    REST_DIVISOR = 50,      /* of capacity: 0.02C */
    JUMP_DDEGC_PER_S = 100, /* no cell does that: the sensor or its wire */
    JUMP_LEAST_DDEGC = 20,  /* below: noise of one sample */
    JUMP_MS = 10000,        /* a sensor that jumped is left alone this long */
};

const struct quantity_info quantity_info[QUANTITY_COUNT] = {
#define QUANTITY(id, unit, kind, words) [QUANTITY_##id] = {UNIT_##unit, QUANTITY_##kind},
#include "core/quantities.def"
#undef QUANTITY
};

void measure_init(struct measured *measured)
{
    memset(measured, 0, sizeof(*measured));
    measured->mos_lost_ms = TEMP_HOLD_MS; /* a sensor that never answered has no last good value */
    for (int i = 0; i < TEMP_SENSOR_COUNT; i++)
        measured->temp_lost_ms[i] = TEMP_HOLD_MS;
}

static bool temp_plausible(int16_t ddegc)
{
    return ddegc >= TEMP_LOW_DDEGC && ddegc <= TEMP_HIGH_DDEGC;
}

/* The lowest `count` bits. */
static uint32_t low_bits(uint8_t count)
{
    return (uint32_t)((1ull << count) - 1);
}

/* As many cells as the setting says, and not one more. */
static bool count_matches(uint32_t mask, uint8_t count)
{
    return (mask & low_bits((uint8_t)(count + 1))) == low_bits(count);
}

/* What one walk over the cells finds. */
struct cells {
    int32_t sum_mv;
    int16_t min_mv;
    int16_t max_mv;
    uint8_t min_index;
    uint8_t max_index;
};

static struct cells find_cells(const int16_t *cell_mv, uint8_t count)
{
    struct cells found = {.min_mv = cell_mv[0], .max_mv = cell_mv[0]};
    for (uint8_t i = 0; i < count; i++) {
        int16_t mv = cell_mv[i];
        found.sum_mv += mv;
        if (mv < found.min_mv) {
            found.min_mv = mv;
            found.min_index = i;
        } else if (mv > found.max_mv) {
            found.max_mv = mv;
            found.max_index = i;
        }
    }
    return found;
}

static bool current_plausible(const struct inputs *inputs, const struct params *params)
{
    /* Up to the short-circuit range; a shunt amplifier that clips far beyond it is broken. */
    return abs32(inputs->pack_ma) <= params->board_rating_ma * 5;
}

static bool set_plausible(const struct inputs *inputs, const struct cells *cells,
                          const struct params *params)
{
    uint8_t count = (uint8_t)params->cell_count;
    return inputs->pack_valid && inputs->pack_mv >= PACK_CELL_LOW_MV * count &&
           inputs->pack_mv <= PACK_CELL_HIGH_MV * count &&
           (inputs->cell_valid_mask & low_bits(count)) == low_bits(count) &&
           cells->min_mv >= CELL_LOW_MV && cells->max_mv <= CELL_HIGH_MV;
}

static void take_cells(struct measured *measured, const struct inputs *inputs,
                       const struct cells *cells)
{
    memcpy(measured->cell_mv, inputs->cell_mv, sizeof(measured->cell_mv));
    measured->cell_sum_mv = cells->sum_mv;
    measured->cell_min_index = cells->min_index;
    measured->cell_max_index = cells->max_index;
    measured->quantity[QUANTITY_CELL_MIN_MV] = cells->min_mv;
    measured->quantity[QUANTITY_CELL_MAX_MV] = cells->max_mv;
}

static void take_spread(struct measured *measured, const struct params *params)
{
    int32_t *quantity = measured->quantity;
    int32_t max_mv = quantity[QUANTITY_CELL_MAX_MV];
    int32_t spread_mv = max_mv - quantity[QUANTITY_CELL_MIN_MV];
    bool rest = abs32(measured->pack_ma) < params->nominal_mah / REST_DIVISOR;
    quantity[QUANTITY_SPREAD_MV] = spread_mv;
    quantity[QUANTITY_SPREAD_TOP_MV] = max_mv > SPREAD_TOP_FROM_MV ? spread_mv : 0;
    quantity[QUANTITY_SPREAD_REST_MV] = rest ? spread_mv : 0;
}

static void take_pack(struct measured *measured, const struct inputs *inputs)
{
    measured->pack_mv = inputs->pack_mv;
    measured->pack_ma = inputs->pack_ma;
    measured->quantity[QUANTITY_PACK_MV] = inputs->pack_mv;
    measured->quantity[QUANTITY_CHARGE_MA] = max32(inputs->pack_ma, 0);
    measured->quantity[QUANTITY_DISCHARGE_MA] = max32(-inputs->pack_ma, 0);
}

/* Whether a sensor answers with a value that its last one could have become. */
static bool sensor_good(struct measured *measured, const struct inputs *inputs, uint8_t i,
                        uint32_t dt_ms)
{
    uint32_t *jump_ms = &measured->jump_ms[i];
    *jump_ms = *jump_ms > dt_ms ? *jump_ms - dt_ms : 0;
    if (!(inputs->temp_valid_mask >> i & 1) || !temp_plausible(inputs->temp_ddegc[i]))
        return false;
    if (measured->temp_lost_ms[i] > 0)
        return *jump_ms == 0;
    int64_t change = abs32(inputs->temp_ddegc[i] - measured->temp_ddegc[i]);
    if (change > JUMP_LEAST_DDEGC && change * 1000 > (int64_t)JUMP_DDEGC_PER_S * dt_ms)
        *jump_ms = JUMP_MS;
    return *jump_ms == 0;
}

/* Holds the last good value for a moment; false when the sensor is lost. */
static bool take_sensor(struct measured *measured, const struct inputs *inputs, uint8_t i,
                        uint32_t dt_ms)
{
    bool good = sensor_good(measured, inputs, i, dt_ms);
    uint32_t *lost_ms = &measured->temp_lost_ms[i];
    *lost_ms = good ? 0 : add_sat_u32(*lost_ms, dt_ms);
    if (good)
        measured->temp_ddegc[i] = inputs->temp_ddegc[i];
    return *lost_ms < TEMP_HOLD_MS;
}

/* What one walk over the sensors in use finds. */
struct temps {
    int32_t sum_ddegc;
    int32_t min_ddegc;
    int32_t max_ddegc;
    int32_t count;
    uint32_t mask;
};

static struct temps find_temps(struct measured *measured, const struct inputs *inputs,
                               uint32_t dt_ms)
{
    struct temps found = {.min_ddegc = TEMP_HIGH_DDEGC, .max_ddegc = TEMP_LOW_DDEGC};
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++) {
        if (!take_sensor(measured, inputs, i, dt_ms))
            continue;
        int32_t ddegc = measured->temp_ddegc[i];
        found.sum_ddegc += ddegc;
        found.min_ddegc = min32(found.min_ddegc, ddegc);
        found.max_ddegc = max32(found.max_ddegc, ddegc);
        found.count++;
        found.mask |= 1u << i;
    }
    return found;
}

static void take_temps(struct measured *measured, const struct inputs *inputs, uint32_t dt_ms)
{
    const struct temps found = find_temps(measured, inputs, dt_ms);
    int32_t *quantity = measured->quantity;
    bool any = found.count > 0;
    measured->temp_valid_mask = (uint8_t)found.mask;
    measured->temps_lost = !any;
    measured->temp_fault = found.count < TEMP_SENSOR_COUNT;
    measured->temp_min_ddegc = found.min_ddegc;
    measured->temp_max_ddegc = found.max_ddegc;
    measured->temp_mean_ddegc = any ? (int32_t)div_round(found.sum_ddegc, found.count) : 0;
    int32_t margin = measured->temp_fault ? TEMP_LOST_MARGIN_DDEGC : 0;
    quantity[QUANTITY_TEMP_SPREAD_DDEGC] = any ? found.max_ddegc - found.min_ddegc : 0;
    quantity[QUANTITY_COLD_DDEGC] = any ? found.min_ddegc - margin : TEMP_LOW_DDEGC;
    quantity[QUANTITY_HOT_DDEGC] = any ? found.max_ddegc + margin : TEMP_HIGH_DDEGC;
}

static void take_mos(struct measured *measured, const struct inputs *inputs, uint32_t dt_ms)
{
    bool good = inputs->mos_valid && temp_plausible(inputs->mos_ddegc);
    measured->mos_lost_ms = good ? 0 : add_sat_u32(measured->mos_lost_ms, dt_ms);
    if (good)
        measured->mos_ddegc = inputs->mos_ddegc;
    measured->mos_valid = measured->mos_lost_ms < TEMP_HOLD_MS;
    measured->temp_fault |= !measured->mos_valid;
    measured->quantity[QUANTITY_MOS_DDEGC] =
        measured->mos_valid ? measured->mos_ddegc : MOS_LOST_DDEGC;
}

static void check_sum(struct measured *measured, uint32_t dt_ms)
{
    int32_t difference = abs32(measured->cell_sum_mv - measured->pack_mv);
    bool bad = difference > SUM_LIMIT_MV || (int64_t)difference * 100 > measured->pack_mv;
    measured->sum_bad_ms = bad ? add_sat_u32(measured->sum_bad_ms, dt_ms) : 0;
}

void measure_step(struct measured *measured, const struct inputs *inputs,
                  const struct params *params, uint32_t dt_ms)
{
    bool fresh = !measured->seen || inputs->sample_count != measured->sample_count;
    measured->cell_count = (uint8_t)params->cell_count;
    measured->cell_count_wrong = !count_matches(inputs->cell_valid_mask, measured->cell_count);
    measured->current_fault = inputs->pack_valid && !current_plausible(inputs, params);
    const struct cells cells = find_cells(inputs->cell_mv, measured->cell_count);
    bool good = fresh && !measured->current_fault && set_plausible(inputs, &cells, params);
    measured->bad_ms = good ? 0 : add_sat_u32(measured->bad_ms, dt_ms);
    measured->sample_count = inputs->sample_count;
    if (good) {
        take_cells(measured, inputs, &cells);
        take_pack(measured, inputs);
        take_spread(measured, params);
        check_sum(measured, dt_ms);
    }
    take_temps(measured, inputs, dt_ms);
    take_mos(measured, inputs, dt_ms);
    measured->fresh = good;
    measured->seen |= good;
    measured->complete = measured->seen && measured->bad_ms < HOLD_MS &&
                         measured->sum_bad_ms < SUM_HOLD_MS && !measured->temps_lost;
    measured->proven |= measured->complete;
}
