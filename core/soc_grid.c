/* SPDX-License-Identifier: Apache-2.0
 * Point-mass filter over the charge; per hypothesis a Kalman filter over three errors of the
 * voltage. Their covariance does not depend on the voltage, so one serves all.
 */
#include "core/soc_grid.h"

#include <string.h>

#include "core/soc_math.h"

/* Chosen on half of the measured sets and a simulated cell (docs/soc.md). */
static const float OFFSET_SIGMA_MV = 3.9f; /* of curve and relaxation */
static const float BRANCH_SIGMA = 1.2f;
static const float SLOW_MV = 1.9f; /* slow resistance, in fast ones */
static const float SLOW_SIGMA_MV = 0.45f;
static const float KAPPA = 0.0037f; /* charge by which the curve may be shifted */
static const float KNEE = 0.014f;   /* likewise, on top, where it is steep */
static const float HUBER = 70.0f;   /* square beyond which an error counts less */
static const float TEMPER = 0.072f; /* part of a look that is new; the errors of looks are alike */

static const float SLOW_MAX = 4.0f;
static const float STEP_MAX = 1.04f / (SOC_BIN_COUNT - 1);
static const float STEP_MIN = 0.0005f;
static const float SPREAD_MAX = 0.1f; /* anywhere */
static const float EDGE = 0.02f;      /* by which counting may leave the scale */
static const float LOW = -0.01f;
static const float HIGH = 1.01f;

static float offset_var(const struct soc_grid *grid)
{
    return OFFSET_SIGMA_MV * OFFSET_SIGMA_MV + grid->unsure_mv * grid->unsure_mv;
}

static void forget_errors(struct soc_grid *grid)
{
    float slow = 0.0f;
    for (int i = 0; i < SOC_BIN_COUNT; i++)
        slow += grid->weight[i] * grid->slow[i];
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        grid->offset_mv[i] = 0.0f;
        grid->branch[i] = 0.0f;
        grid->slow[i] = slow;
    }
    grid->p[0] = offset_var(grid);
    grid->p[1] = grid->p[2] = grid->p[4] = 0.0f;
    grid->p[3] = BRANCH_SIGMA * BRANCH_SIGMA;
}

/* Mean and variance; brings the sum of the weights to one. False: there is no weight. */
static bool sum_up(struct soc_grid *grid)
{
    float sum = 0.0f, first = 0.0f, second = 0.0f;
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        float x = (float)i;
        sum += grid->weight[i];
        first += grid->weight[i] * x;
        second += grid->weight[i] * x * x;
    }
    if (!(sum > 1e-20f))
        return false;
    float scale = 1.0f / sum;
    first *= scale;
    for (int i = 0; i < SOC_BIN_COUNT; i++)
        grid->weight[i] *= scale;
    float var = second * scale - first * first;
    grid->mean = grid->origin + first * grid->step;
    grid->var = (var > 0.0f ? var : 0.0f) * grid->step * grid->step;
    return true;
}

static float bell(float x, float sigma)
{
    float y = x / sigma;
    return soc_exp(-0.5f * y * y);
}

void soc_grid_set(struct soc_grid *grid, float soc, float sigma)
{
    forget_errors(grid);
    float step = sigma * (8.0f / SOC_BIN_COUNT);
    grid->step = soc_clamp(step, STEP_MIN, STEP_MAX);
    grid->origin = soc - grid->step * (0.5f * (SOC_BIN_COUNT - 1));
    for (int i = 0; i < SOC_BIN_COUNT; i++)
        grid->weight[i] = bell(grid->origin + grid->step * (float)i - soc, sigma);
    grid->spread = 0.0f;
    sum_up(grid);
}

void soc_grid_init(struct soc_grid *grid, float start, float sigma, float trust)
{
    memset(grid, 0, sizeof(*grid));
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        grid->weight[i] = 1.0f / SOC_BIN_COUNT;
        grid->slow[i] = SLOW_MV;
    }
    grid->p[5] = SLOW_SIGMA_MV * SLOW_SIGMA_MV;
    if (start >= 0.0f && trust >= 1.0f) {
        soc_grid_set(grid, start, sigma);
        return;
    }
    forget_errors(grid);
    grid->step = STEP_MAX;
    grid->origin = -0.02f;
    float sum = 0.0f;
    for (int i = 0; i < SOC_BIN_COUNT && start >= 0.0f; i++) {
        grid->weight[i] = bell(grid->origin + grid->step * (float)i - start, sigma);
        sum += grid->weight[i];
    }
    for (int i = 0; i < SOC_BIN_COUNT && sum > 0.0f; i++)
        grid->weight[i] = trust * grid->weight[i] / sum + (1.0f - trust) / SOC_BIN_COUNT;
    sum_up(grid);
}

/* Reads the arrays at a place between the hypotheses. */
static float between(const float *value, float at)
{
    if (!(at > 0.0f))
        return value[0];
    if (at >= (float)(SOC_BIN_COUNT - 1))
        return value[SOC_BIN_COUNT - 1];
    int i = (int)at;
    return value[i] + (at - (float)i) * (value[i + 1] - value[i]);
}

/* New distance and place of the hypotheses. */
static void place(struct soc_grid *grid, float origin, float step)
{
    float old[SOC_BIN_COUNT];
    float *const array[4] = {grid->weight, grid->offset_mv, grid->branch, grid->slow};
    for (int k = 0; k < 4; k++) {
        memcpy(old, array[k], sizeof(old));
        for (int i = 0; i < SOC_BIN_COUNT; i++) {
            float at = (origin + step * (float)i - grid->origin) / grid->step;
            bool outside = at < -1.0f || at > (float)SOC_BIN_COUNT;
            array[k][i] = k == 0 && outside ? 0.0f : between(old, at);
            if (k == 0 && !outside && (at < 0.0f || at > (float)(SOC_BIN_COUNT - 1)))
                array[k][i] = 0.0f;
        }
    }
    grid->origin = origin;
    grid->step = step;
    sum_up(grid);
}

/* Keeps the hypotheses where the weight is: closer together when it is narrow, further apart when
 * it reaches the edge, in the middle of it. */
static void fit(struct soc_grid *grid)
{
    float sigma = soc_root(grid->var);
    float half = 0.5f * (SOC_BIN_COUNT - 1);
    float step = grid->step;
    if (sigma < 2.5f * step && step > STEP_MIN)
        step *= 0.5f;
    else if (sigma > 8.0f * step && step < STEP_MAX)
        step = 2.0f * step < STEP_MAX ? 2.0f * step : STEP_MAX;
    float origin = grid->mean - half * step;
    if (step >= 0.9f * STEP_MAX)
        origin = -0.02f;
    if (step != grid->step || soc_abs(origin - grid->origin) > 8.0f * step)
        place(grid, origin, step);
}

static void blur(struct soc_grid *grid)
{
    float part = grid->spread / (2.0f * grid->step * grid->step);
    if (part < 0.02f)
        return;
    if (part > 0.25f)
        part = 0.25f;
    grid->spread -= part * 2.0f * grid->step * grid->step;
    float last = grid->weight[0];
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        float here = grid->weight[i];
        float next = i + 1 < SOC_BIN_COUNT ? grid->weight[i + 1] : here;
        grid->weight[i] += part * (last + next - 2.0f * here);
        last = here;
    }
}

void soc_grid_move(struct soc_grid *grid, float moved, float spread)
{
    float to = soc_clamp(grid->mean + moved, -EDGE, 1.0f + EDGE);
    grid->origin += to - grid->mean;
    grid->mean = to;
    grid->spread = soc_clamp(grid->spread + spread, 0.0f, SPREAD_MAX);
    blur(grid);
}

void soc_grid_doubt(struct soc_grid *grid, float unsure_mv)
{
    float before = offset_var(grid);
    grid->unsure_mv = unsure_mv;
    float more = offset_var(grid) - before;
    grid->p[0] += more > 0.0f ? more : 0.0f;
}

void soc_grid_age(struct soc_grid *grid, float part)
{
    float keep = 1.0f - part;
    float *p = grid->p;
    float sigma2 = offset_var(grid);
    p[0] = keep * keep * p[0] + (1.0f - keep * keep) * sigma2;
    p[1] *= keep;
    p[2] *= keep;
    for (int i = 0; i < SOC_BIN_COUNT; i++)
        grid->offset_mv[i] *= keep;
}

void soc_grid_lean(struct soc_grid *grid, float branch, float sigma)
{
    float *p = grid->p;
    float gain = p[3] / (p[3] + sigma * sigma);
    float gain_offset = p[1] / (p[3] + sigma * sigma), gain_slow = p[4] / (p[3] + sigma * sigma);
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        float error = branch - grid->branch[i];
        grid->branch[i] = soc_clamp(grid->branch[i] + gain * error, -1.0f, 1.0f);
        grid->offset_mv[i] += gain_offset * error;
        grid->slow[i] = soc_clamp(grid->slow[i] + gain_slow * error, 0.0f, SLOW_MAX);
        grid->weight[i] *= soc_exp(-0.5f * error * error / (p[3] + sigma * sigma));
    }
    p[0] -= gain_offset * p[1];
    p[2] -= gain_offset * p[4];
    p[5] -= gain_slow * p[4];
    p[1] *= 1.0f - gain;
    p[4] *= 1.0f - gain;
    p[3] *= 1.0f - gain;
    sum_up(grid);
}

/* Voltage error of a curve that is shifted in charge, more so where it is steepest. */
static float soft(float slope_mv)
{
    float knee = slope_mv - 600.0f;
    return KAPPA * slope_mv + (knee > 0.0f ? KNEE * knee : 0.0f);
}

float soc_grid_look(struct soc_grid *grid, const struct soc_curve *curve,
                    const struct soc_look *look)
{
    float *p = grid->p;
    struct soc_point here = soc_curve_at(curve, grid->mean);
    float h1 = look->unknown * here.half_mv, h2 = look->slow_mv;
    float ph0 = p[0] + p[1] * h1 + p[2] * h2;
    float ph1 = p[1] + p[3] * h1 + p[4] * h2;
    float ph2 = p[2] + p[4] * h1 + p[5] * h2;
    float steep = soft(here.slope_mv);
    float noise = look->noise_mv * look->noise_mv;
    float s = soc_clamp(ph0 + h1 * ph1 + h2 * ph2, 0.0f, 1e9f) + noise;
    float one_s = 1.0f / s;
    float gain_s = 1.0f / (s + steep * steep);
    float k0 = ph0 * gain_s, k1 = ph1 * gain_s, k2 = ph2 * gain_s;
    float best = 1e30f;
    float cost[SOC_BIN_COUNT];
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        float soc = grid->origin + grid->step * (float)i;
        struct soc_point point = soc_curve_at(curve, soc);
        float half = point.half_mv - look->fall_mv;
        half = half < 0.0f ? 0.0f : half;
        float error = look->cell_mv - point.mean_mv - look->branch * half - grid->offset_mv[i] -
                      look->unknown * half * grid->branch[i] - grid->slow[i] * h2;
        float wide = soft(point.slope_mv);
        float share = wide * wide * one_s;
        float square = error * error * one_s / (1.0f + share);
        float volume = share * (6.0f + share) / (6.0f + 4.0f * share); /* ln(1 + share) */
        cost[i] = TEMPER * (volume + (square < HUBER ? square : HUBER + 0.1f * (square - HUBER)));
        if (soc < LOW || soc > HIGH)
            cost[i] += 2.0f;
        if (grid->weight[i] > 1e-12f && cost[i] < best)
            best = cost[i];
        grid->offset_mv[i] += k0 * error;
        grid->branch[i] = soc_clamp(grid->branch[i] + k1 * error, -1.0f, 1.0f);
        grid->slow[i] = soc_clamp(grid->slow[i] + k2 * error, 0.0f, SLOW_MAX);
    }
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        grid->weight[i] *= soc_exp(-0.5f * (cost[i] - best));
        if (grid->weight[i] < 1e-15f)
            grid->weight[i] = 1e-15f;
    }
    p[0] = soc_clamp(p[0] - k0 * ph0, 1e-3f, 1e4f);
    p[1] -= k0 * ph1;
    p[2] -= k0 * ph2;
    p[3] = soc_clamp(p[3] - k1 * ph1, 1e-4f, 1.0f);
    p[4] -= k1 * ph2;
    p[5] = soc_clamp(p[5] - k2 * ph2, 1e-4f, 10.0f);
    float offset = 0.0f;
    if (!sum_up(grid))
        soc_grid_init(grid, -1.0f, 0.0f, 0.0f);
    for (int i = 0; i < SOC_BIN_COUNT; i++)
        offset += grid->weight[i] * grid->offset_mv[i];
    fit(grid);
    float beyond = soc_abs(offset) / soc_root(offset_var(grid)) - 2.5f;
    return beyond > 0.0f ? beyond : 0.0f;
}

float soc_grid_quantile(const struct soc_grid *grid, float part)
{
    float sum = 0.0f;
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        float weight = grid->weight[i];
        if (sum + weight >= part) {
            float inside = weight > 0.0f ? (part - sum) / weight : 0.0f;
            return grid->origin + grid->step * ((float)i - 0.5f + inside);
        }
        sum += weight;
    }
    return grid->origin + grid->step * (float)(SOC_BIN_COUNT - 1);
}
