/* SPDX-License-Identifier: Apache-2.0
 * Capacity: Plett's approximate weighted total least squares with forgetting. Both the charge of an
 * anchor and the counted ampere-hours are uncertain; a plain quotient of sums would be biased. Six
 * sums hold all pairs; the best capacity is a root of a quartic, found by Newton's method from the
 * last one. Everything is scaled by the nominal capacity, so that all numbers are near 1.
 */
#include "core/soc_health.h"

#include <string.h>

#include "base/number.h"
#include "core/stored.h"

#define MAMS_PER_MAH 3600000LL

enum {
    DAY_S = 86400,
    STEP_WITHIN_MS = 1500,
    STEPS_FRESH = 20,
    MILD_LOW_DDEGC = 150,
    MILD_HIGH_DDEGC = 350,
    STEP_LOW_PERMILLE = 300,
    STEP_HIGH_PERMILLE = 900,
    NEWTON_STEPS = 8,
    FREE_PAIRS = 3, /* that may move the capacity as far as they want */
};

static const float PAIR_MIN = 0.4f;
static const float FORGET = 0.98f;
static const float GAIN_SIGMA = 0.002f; /* of the shunt */
static const float MOVE_MAX = 0.005f;   /* of the capacity, by one pair */
static const float STEP_C = 0.1f;       /* smallest step of the current */
static const float OHM_PART = 0.05f;    /* of the mean, each step */
static const float LEAK_PART = 0.125f;  /* of the mean, each day */

void soc_health_init(struct soc_health *health, int32_t nominal_mah)
{
    memset(health, 0, sizeof(*health));
    health->nominal_mah = (float)nominal_mah;
    health->capacity.value = health->nominal_mah;
}

/* ---- Use ---- */

static unsigned class_of(int32_t value, const int16_t *limits, unsigned count)
{
    unsigned i = 0;
    while (i < count && value >= limits[i])
        i++;
    return i;
}

static void count_use(struct soc_health *health, const struct soc_health_look *look)
{
    static const int16_t temps[SOC_HEALTH_TEMPS - 1] = {-100, 0, 150, 300, 450};
    static const int16_t charges[SOC_HEALTH_CHARGES - 1] = {200, 400, 600, 800};
    health->part_ms += look->dt_ms;
    uint32_t seconds = health->part_ms / 1000;
    health->part_ms %= 1000;
    uint32_t *used = &health->used_s[class_of(look->temp_ddegc, temps, SOC_HEALTH_TEMPS - 1)]
                                    [class_of(look->soc_permille, charges, SOC_HEALTH_CHARGES - 1)];
    *used = add_sat_u32(*used, seconds);
    health->since_s = add_sat_u32(health->since_s, seconds);
    health->capacity.age_s = add_sat_u32(health->capacity.age_s, seconds);
    health->day_s += seconds;
}

static void count_charge(struct soc_health *health, const struct soc_health_look *look)
{
    int64_t moved = (int64_t)look->pack_ma * look->dt_ms;
    int64_t mah = 0;
    health->counted_mams += moved;
    health->through_mams += moved < 0 ? -moved : moved;
    mah = health->through_mams / MAMS_PER_MAH;
    health->through_mams -= mah * MAMS_PER_MAH;
    health->cycles += (float)mah / (2.0f * health->capacity.value);
    health->mild &= look->temp_ddegc >= MILD_LOW_DDEGC && look->temp_ddegc <= MILD_HIGH_DDEGC;
}

/* ---- Resistance ---- */

/* Resistance at 25 degC against that at a temperature of 15..35 degC: straight lines between the
 * factors 1.25, 1 and 0.873 of the cell facts, section 1.5. */
static float to_25_degc(int32_t temp_ddegc)
{
    float away = (float)(temp_ddegc - 250) / 100.0f;
    return 1.0f / (away < 0.0f ? 1.0f - 0.25f * away : 1.0f - 0.127f * away);
}

static void take_step(struct soc_health_cell *cell, float mohm)
{
    if (mohm <= 0.0f)
        return;
    if (cell->steps < UINT16_MAX)
        cell->steps++;
    if (cell->steps <= STEPS_FRESH)
        cell->mohm += (mohm - cell->mohm) / (float)cell->steps;
    else
        cell->mohm += (mohm - cell->mohm) * OHM_PART;
    if (cell->steps == STEPS_FRESH)
        cell->fresh_mohm = cell->mohm;
}

static void look_for_step(struct soc_health *health, const struct soc_health_look *look)
{
    int32_t step_ma = look->pack_ma - health->before_ma;
    bool wide = (float)abs32(step_ma) >= STEP_C * health->nominal_mah;
    bool mild = look->temp_ddegc >= MILD_LOW_DDEGC && look->temp_ddegc <= MILD_HIGH_DDEGC;
    bool middle =
        look->soc_permille >= STEP_LOW_PERMILLE && look->soc_permille <= STEP_HIGH_PERMILLE;
    bool close = health->has_before && look->dt_ms <= STEP_WITHIN_MS;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++) {
        if (wide && mild && middle && close && look->cell_mask >> i & 1)
            take_step(&health->cell[i], (float)(look->cell_mv[i] - health->before_mv[i]) * 1000.0f /
                                            (float)step_ma * to_25_degc(look->temp_ddegc));
        health->before_mv[i] = look->cell_mv[i];
    }
    health->before_ma = look->pack_ma;
    health->has_before = true;
}

int32_t soc_health_growth_permille(const struct soc_health *health, uint8_t cell)
{
    const struct soc_health_cell *of = &health->cell[cell];
    return of->fresh_mohm > 0.0f ? (int32_t)(of->mohm / of->fresh_mohm * 1000.0f + 0.5f) : 0;
}

int32_t soc_health_growth_max_permille(const struct soc_health *health)
{
    int32_t most = 0;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++)
        most = max32(most, soc_health_growth_permille(health, i));
    return most;
}

/* ---- Leakage ---- */

/* A cell that always has to be filled up leaks by so much more than its neighbours. */
static void end_day(struct soc_health *health)
{
    float mean = 0.0f;
    health->day_s -= DAY_S;
    if (health->leak_days < UINT16_MAX)
        health->leak_days++;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++)
        mean += health->cell[i].moved_mah / SOC_HEALTH_CELLS;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++) {
        struct soc_health_cell *cell = &health->cell[i];
        float part = 1.0f / (float)health->leak_days;
        cell->leak_mah +=
            (cell->moved_mah - mean - cell->leak_mah) * (part > LEAK_PART ? part : LEAK_PART);
        cell->moved_mah = 0.0f;
    }
}

void soc_health_balance(struct soc_health *health, uint8_t source, uint8_t sink, int32_t out_ma,
                        int32_t in_ma, uint32_t dt_ms)
{
    float hours = (float)dt_ms / 3600000.0f;
    if (source < SOC_HEALTH_CELLS)
        health->cell[source].moved_mah -= (float)out_ma * hours;
    if (sink < SOC_HEALTH_CELLS)
        health->cell[sink].moved_mah += (float)in_ma * hours;
}

void soc_health_step(struct soc_health *health, const struct soc_health_look *look)
{
    count_use(health, look);
    count_charge(health, look);
    look_for_step(health, look);
    if (health->day_s >= DAY_S)
        end_day(health);
}

int32_t soc_health_leak_max_mah(const struct soc_health *health)
{
    float most = 0.0f;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++)
        most = health->cell[i].leak_mah > most ? health->cell[i].leak_mah : most;
    return (int32_t)(most + 0.5f);
}

/* ---- Capacity ---- */

static void add_pair(struct soc_health *health, float x, float var_x, float y, float var_y)
{
    const float terms[6] = {x * x / var_y, x * y / var_y, y * y / var_y,
                            x * x / var_x, x * y / var_x, y * y / var_x};
    for (int i = 0; i < 6; i++)
        health->sum[i] = health->sum[i] * FORGET + terms[i];
}

/* Slope of the cost, up to a positive factor. */
static float slope(const float c[6], float q)
{
    return (((c[4] * q + 2.0f * c[3] - c[0] - c[5]) * q + 3.0f * (c[1] - c[4])) * q + c[0] -
            2.0f * c[2] + c[5]) *
               q -
           c[1];
}

static float slope_of_slope(const float c[6], float q)
{
    return ((4.0f * c[4] * q + 3.0f * (2.0f * c[3] - c[0] - c[5])) * q + 6.0f * (c[1] - c[4])) * q +
           c[0] - 2.0f * c[2] + c[5];
}

/* The capacity that fits all pairs best, as a part of the nominal one. */
static float best(const struct soc_health *health)
{
    float q = health->capacity.value / health->nominal_mah;
    for (int i = 0; i < NEWTON_STEPS; i++) {
        float steepness = slope_of_slope(health->sum, q);
        if (steepness <= 0.0f)
            break;
        q -= slope(health->sum, q) / steepness;
        q = q < 0.6f ? 0.6f : q > 1.1f ? 1.1f : q;
    }
    return q;
}

/* Square root of x > 0 by Newton's method, to a part in a million for x within 1e-12..1e6. */
static float root(float x)
{
    float r = x > 1.0f ? x : 1.0f;
    for (int i = 0; i < 32; i++)
        r = 0.5f * (r + x / r);
    return r;
}

static void learn(struct soc_health *health)
{
    float before = health->capacity.value / health->nominal_mah;
    float q = best(health);
    float scale = q * q + 1.0f;
    float curvature = 2.0f * slope_of_slope(health->sum, q) / (scale * scale * scale);
    if (health->pair_count < UINT32_MAX)
        health->pair_count++;
    if (health->pair_count > FREE_PAIRS && q > before + MOVE_MAX)
        q = before + MOVE_MAX;
    if (health->pair_count > FREE_PAIRS && q < before - MOVE_MAX)
        q = before - MOVE_MAX;
    health->capacity.value = q * health->nominal_mah;
    health->capacity.age_s = 0;
    if (curvature > 0.0f)
        health->capacity.sigma = health->nominal_mah * root(2.0f / curvature);
}

void soc_health_anchor(struct soc_health *health, float soc, float sigma, float bias_ma)
{
    float x = soc - health->anchor_soc;
    float y = (float)div_round(health->counted_mams, MAMS_PER_MAH) / health->nominal_mah;
    float hours = (float)health->since_s / 3600.0f;
    float drift = bias_ma * hours / health->nominal_mah;
    float var_x = sigma * sigma + health->anchor_sigma * health->anchor_sigma;
    float var_y = drift * drift + GAIN_SIGMA * GAIN_SIGMA * y * y;
    bool wide = x >= PAIR_MIN || x <= -PAIR_MIN;
    bool agrees = y * x > 0.0f && y / x > 0.6f && y / x < 1.1f;
    if (health->anchor_sigma > 0.0f && wide && agrees && health->mild && health->since_s < DAY_S) {
        add_pair(health, x, var_x, y, var_y);
        learn(health);
    }
    health->anchor_soc = soc;
    health->anchor_sigma = sigma;
    health->counted_mams = 0;
    health->since_s = 0;
    health->mild = true;
}

/* ---- Over a restart ---- */

void soc_health_remember(const struct soc_health *health, struct stored *stored)
{
    bool known = health->capacity.sigma > 0.0f;
    stored->capacity_mah = known ? (int32_t)health->capacity.value : 0;
    stored->capacity_sigma_mah = (int32_t)health->capacity.sigma;
    stored->capacity_age_s = health->capacity.age_s;
    stored->capacity_pairs = health->pair_count;
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++) {
        const struct soc_health_cell *cell = &health->cell[i];
        stored->fresh_uohm[i] =
            (uint16_t)clamp32((int64_t)(cell->fresh_mohm * 1e3f), 0, UINT16_MAX);
        stored->cell_uohm[i] = (uint16_t)clamp32((int64_t)(cell->mohm * 1e3f), 0, UINT16_MAX);
        stored->leak_mah[i] = (int16_t)clamp32((int64_t)cell->leak_mah, INT16_MIN, INT16_MAX);
    }
}

/* The pairs themselves are gone: a pair that says what was learned stands for them. */
static void recall_capacity(struct soc_health *health, const struct stored *stored)
{
    float q = (float)stored->capacity_mah / health->nominal_mah;
    float sigma = (float)stored->capacity_sigma_mah / health->nominal_mah;
    if (q < 0.6f || q > 1.1f || sigma <= 0.0f || sigma > 0.5f)
        return;
    add_pair(health, 1.0f, sigma * sigma, q, sigma * sigma);
    health->capacity.value = q * health->nominal_mah;
    health->capacity.sigma = sigma * health->nominal_mah;
    health->capacity.age_s = stored->capacity_age_s;
    health->pair_count = stored->capacity_pairs;
}

void soc_health_recall(struct soc_health *health, const struct stored *stored)
{
    recall_capacity(health, stored);
    for (uint8_t i = 0; i < SOC_HEALTH_CELLS; i++) {
        struct soc_health_cell *cell = &health->cell[i];
        cell->fresh_mohm = (float)stored->fresh_uohm[i] / 1e3f;
        cell->mohm = (float)stored->cell_uohm[i] / 1e3f;
        cell->steps = stored->fresh_uohm[i] > 0 ? STEPS_FRESH : 0;
        cell->leak_mah = (float)stored->leak_mah[i];
    }
}
