/* SPDX-License-Identifier: Apache-2.0
 * The four signs of cell and pack facts, section 4.9 (two of them at once: stop). Temperatures have
 * 0.1 K and voltages 1 mV of resolution, so slopes are taken over a minute and sags against the
 * smallest depth of the last 10 to 20 min. Leakage is judged from full charge to full charge only,
 * and only beyond what two full charges and the count of the balancer may err.
 */
#include "core/thermal.h"

#include <string.h>

#include "base/number.h"

enum {
    LOOK_MS = 1000,
    HOLD_MS = 60000,

    SLOT_MS = 30000,
    SLOTS_PER_MINUTE = 2,
    WARMING_DDEGC = 10, /* per minute */
    QUIET_DIVISOR = 10, /* of capacity: 0.1C */

    HOTTER_DDEGC = 100,

    REST_DIVISOR = 50,         /* 0.02C out: 0.3 mOhm of difference between joints are 2 mV */
    CHARGE_REST_DIVISOR = 500, /* 0.002C in: near full others rise, which looks like a sag */
    SAG_MV = 50,
    DEPTH_MV = 2,       /* unit of a depth */
    DEPTH_NONE = 255,   /* nothing known, or deeper than can be told */
    SETTLE_MS = 500,    /* after a transfer */
    PERIOD_MS = 600000, /* 10 min */

    LEAK_FACTOR = 5,
    LEAK_FLOOR_MAH = 50,      /* per day */
    LEAK_ERROR_DIVISOR = 500, /* of capacity: two full charges, 0.1 % each */
    MOVED_ERROR_DIVISOR = 5,  /* of what the balancer moved: its efficiency is not known better */
    DAY_S = 86400,
};

void thermal_init(struct thermal *thermal)
{
    memset(thermal, 0, sizeof(*thermal));
    memset(thermal->depth, DEPTH_NONE, sizeof(thermal->depth));
}

/* Of `count` >= 1 values, which are sorted; the lower one of two in the middle. */
static int16_t median(int16_t *value, uint8_t count)
{
    for (uint8_t i = 1; i < count; i++) {
        int16_t moved = value[i];
        uint8_t at = i;
        for (; at > 0 && value[at - 1] > moved; at--)
            value[at] = value[at - 1];
        value[at] = moved;
    }
    return value[(count - 1) / 2];
}

static bool current_below(const struct measured *measured, const struct params *params,
                          int32_t divisor)
{
    return abs32(measured->pack_ma) < params->nominal_mah / divisor;
}

static bool sensor_used(const struct measured *measured, uint8_t sensor)
{
    return measured->temp_valid_mask >> sensor & 1;
}

static void fill_slot(struct thermal *thermal, const struct measured *measured)
{
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++) {
        int16_t *slot = thermal->slot_ddegc[i];
        memmove(&slot[1], &slot[0], (THERMAL_SLOT_COUNT - 1) * sizeof(slot[0]));
        slot[0] = measured->temp_ddegc[i];
        if (thermal->quiet[i] < THERMAL_SLOT_COUNT)
            thermal->quiet[i]++;
    }
}

/* Each of the last two minutes by itself, so that one jump of a sensor is no sign. */
static bool is_warming(const struct thermal *thermal)
{
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++) {
        const int16_t *slot = thermal->slot_ddegc[i];
        int32_t last = slot[0] - slot[SLOTS_PER_MINUTE];
        int32_t before = slot[SLOTS_PER_MINUTE] - slot[2 * SLOTS_PER_MINUTE];
        if (thermal->quiet[i] == THERMAL_SLOT_COUNT && min32(last, before) > WARMING_DDEGC)
            return true;
    }
    return false;
}

static bool step_warming(struct thermal *thermal, const struct measured *measured,
                         const struct params *params, uint32_t passed_ms)
{
    bool quiet = current_below(measured, params, QUIET_DIVISOR);
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++) {
        if (!quiet || !sensor_used(measured, i))
            thermal->quiet[i] = 0;
    }
    thermal->slot_ms += passed_ms;
    for (; thermal->slot_ms >= SLOT_MS; thermal->slot_ms -= SLOT_MS)
        fill_slot(thermal, measured);
    return quiet && is_warming(thermal);
}

static bool is_hotter(const struct measured *measured)
{
    int16_t used[TEMP_SENSOR_COUNT];
    uint8_t count = 0;
    int16_t hottest = INT16_MIN;
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++) {
        if (!sensor_used(measured, i))
            continue;
        used[count++] = measured->temp_ddegc[i];
        if (measured->temp_ddegc[i] > hottest)
            hottest = measured->temp_ddegc[i];
    }
    return count > 0 && hottest - median(used, count) >= HOTTER_DDEGC;
}

static void forget_depths(struct thermal *thermal)
{
    memset(thermal->depth, DEPTH_NONE, sizeof(thermal->depth));
    thermal->rest_ms = 0;
}

static void turn_period(struct thermal *thermal, uint32_t passed_ms)
{
    thermal->rest_ms += passed_ms;
    if (thermal->rest_ms < PERIOD_MS)
        return;
    thermal->rest_ms = 0;
    memcpy(thermal->depth[1], thermal->depth[0], sizeof(thermal->depth[0]));
    memset(thermal->depth[0], DEPTH_NONE, sizeof(thermal->depth[0]));
}

/* Against the smallest depth of this period and the last: a steady difference is no sag. */
static bool is_sagging(struct thermal *thermal, const struct measured *measured)
{
    int16_t sorted[CELL_MAX];
    memcpy(sorted, measured->cell_mv, sizeof(sorted));
    int32_t middle_mv = median(sorted, measured->cell_count);
    bool sagging = false;
    for (uint8_t i = 0; i < measured->cell_count; i++) {
        int32_t below_mv = max32(middle_mv - measured->cell_mv[i], 0);
        uint8_t depth = (uint8_t)min32(below_mv / DEPTH_MV, DEPTH_NONE);
        uint8_t *smallest = &thermal->depth[0][i];
        if (depth < *smallest)
            *smallest = depth;
        int32_t known = min32(*smallest, thermal->depth[1][i]);
        sagging |= below_mv - known * DEPTH_MV > SAG_MV && known < DEPTH_NONE;
    }
    return sagging;
}

static bool step_sagging(struct thermal *thermal, const struct measured *measured,
                         const struct params *params, const struct balance *balance,
                         uint32_t passed_ms)
{
    if (!current_below(measured, params, REST_DIVISOR) ||
        measured->pack_ma >= params->nominal_mah / CHARGE_REST_DIVISOR) {
        forget_depths(thermal);
        return false;
    }
    turn_period(thermal, passed_ms);
    bool undisturbed = balance->ma == 0 && balance->phase_ms + passed_ms > SETTLE_MS;
    return undisturbed && is_sagging(thermal, measured);
}

static bool is_leaking(const struct debt *debt, const struct params *params, uint8_t count)
{
    if (debt->span_s < DAY_S)
        return false;
    int16_t sorted[CELL_MAX];
    memcpy(sorted, debt->lost_mah, sizeof(sorted));
    int32_t middle_mah = median(sorted, count);
    int32_t most_mah = sorted[count - 1];
    int32_t beyond_mah = most_mah - middle_mah;
    int32_t error_mah =
        params->nominal_mah / LEAK_ERROR_DIVISOR + debt->moved_mah / MOVED_ERROR_DIVISOR;
    return most_mah > LEAK_FACTOR * middle_mah && beyond_mah > error_mah &&
           (int64_t)beyond_mah * DAY_S > (int64_t)LEAK_FLOOR_MAH * debt->span_s;
}

static bool step_leaking(struct thermal *thermal, const struct debt *debt,
                         const struct params *params, uint8_t cell_count)
{
    if (debt->anchor_count != thermal->anchor_count)
        thermal->leaking = is_leaking(debt, params, cell_count);
    thermal->anchor_count = debt->anchor_count;
    return thermal->leaking;
}

static void hold(struct thermal *thermal, const bool found[THERMAL_SIGN_COUNT], uint32_t passed_ms)
{
    thermal->signs = 0;
    thermal->count = 0;
    for (uint8_t i = 0; i < THERMAL_SIGN_COUNT; i++) {
        uint32_t *hold_ms = &thermal->hold_ms[i];
        *hold_ms = *hold_ms > passed_ms ? *hold_ms - passed_ms : 0;
        if (found[i])
            *hold_ms = HOLD_MS;
        if (!*hold_ms)
            continue;
        thermal->signs = (uint8_t)(thermal->signs | 1u << i);
        thermal->count++;
    }
}

void thermal_step(struct thermal *thermal, const struct measured *measured,
                  const struct params *params, const struct balance *balance, uint32_t dt_ms)
{
    thermal->pending_ms += dt_ms;
    if (thermal->pending_ms < LOOK_MS)
        return;
    uint32_t passed_ms = thermal->pending_ms;
    thermal->pending_ms = 0;
    if (!measured->complete)
        return;
    const bool found[THERMAL_SIGN_COUNT] = {
        [THERMAL_WARMING] = step_warming(thermal, measured, params, passed_ms),
        [THERMAL_HOTTER] = is_hotter(measured),
        [THERMAL_SAGGING] = step_sagging(thermal, measured, params, balance, passed_ms),
        [THERMAL_LEAKING] = step_leaking(thermal, &balance->debt, params, measured->cell_count),
    };
    hold(thermal, found, passed_ms);
}
