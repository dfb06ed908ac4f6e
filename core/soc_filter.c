/* SPDX-License-Identifier: Apache-2.0
 * Counting, resistances, hysteresis and bias around the hypotheses of soc_grid. The hysteresis is a
 * sum of plays (Prandtl, Ishlinskii): after a small way back the voltage is where it was, which a
 * decaying state does not know. Where a play hangs at the start is not known; its bounds close as
 * the charge moves.
 */
#include "core/soc_filter.h"

#include <string.h>

#include "core/soc_math.h"

/* Chosen on half of the measured sets and a simulated cell (docs/soc.md). */
static const float NOISE_MV = 5.9f;
static const float DROP_PART = 1.0f; /* of the drop in the resistances, that is not understood */
static const float FOG_MV = 1.2f;    /* at the start: what flowed before is not known */
static const float FOG_S = 16.0f;
static const float OFFSET_S = 6470.0f;  /* memory of the voltage errors, in time */
static const float OFFSET_SOC = 0.063f; /* and in charge */
static const float GAIN_SIGMA = 0.01f;  /* of the measured current */
static const float FALL_PART = 0.7f;    /* of the fast resistance, that a slow curve holds */
static const float SLOW_S = 470.0f;
static const float MARGIN = 0.0026f; /* of the interval, beside the tails */
static const float TAIL = 0.009f;
static const float SURPRISE =
    6.7e-05f; /* widening per root second and standard deviation too much */
/* Who discharges has as a rule discharged before. */
static const float LEAN_AFTER = 0.015f;
static const float LEAN = 0.83f;
static const float LEAN_SIGMA = 0.45f;

static const float BLOCK_S = 10.0f;
static const float FAST_S = 30.0f;
static const float MS_PER_HOUR = 3600000.0f;
static const float BIAS_DRIFT_C = 1e-4f; /* per root hour */
static const float ZERO_SIGMA_C = 3e-4f; /* of a current of nothing */
static const float FULL_C = 0.05f, FULL_S = 60.0f, FULL_SIGMA = 0.004f;
static const float REST_S = 240.0f, REST_APART_C = 0.1f;
static const float MOST_C = 30.0f;
static const float CELL_MAX_MV = 10000.0f; /* beyond, nothing was measured */
static const float STUCK_MV = 5.0f, STUCK_C = 1e-5f;
static const float STUCK_SIGMA = 0.002f; /* charge, per root second: nothing is known of it */
static const float OHM_NOISE_MV = 2.0f;
static const float OHM_MIN_MV = 2.0f, OHM_MAX_MV = 4000.0f;

enum { SWAPPED_BLOCKS = 60, FROZEN_BLOCKS = 6 };

static const float play_width[SOC_PLAY_COUNT] = {0.03f, 0.08f}; /* half, charge */
static const float play_share[SOC_PLAY_COUNT] = {0.27f, 0.73f};

static void publish(struct soc_filter *filter, float moved)
{
    const struct soc_grid *grid = &filter->grid;
    float inside = grid->step * grid->step * (1.0f / 12.0f);
    filter->soc = soc_clamp(soc_grid_quantile(grid, 0.5f) + moved, 0.0f, 1.0f);
    filter->sigma = soc_root(grid->var + grid->spread + inside);
}

static void publish_interval(struct soc_filter *filter)
{
    const struct soc_grid *grid = &filter->grid;
    float margin = MARGIN + soc_root(grid->spread);
    filter->low = soc_clamp(soc_grid_quantile(grid, TAIL) - margin, 0.0f, 1.0f);
    filter->high = soc_clamp(soc_grid_quantile(grid, 1.0f - TAIL) + margin, 0.0f, 1.0f);
}

void soc_filter_init(struct soc_filter *filter, float start, float sigma, float trust)
{
    memset(filter, 0, sizeof(*filter));
    soc_grid_init(&filter->grid, start, sigma, trust);
    for (int i = 0; i < SOC_PLAY_COUNT; i++) {
        filter->play_low[i] = -play_width[i];
        filter->play_high[i] = play_width[i];
    }
    filter->bias_var = -1.0f;
    filter->ohm[0] = 45.0f;
    filter->ohm[1] = 20.0f;
    filter->ohm_p[0] = 1600.0f;
    filter->ohm_p[2] = 900.0f;
    publish(filter, 0.0f);
    publish_interval(filter);
}

/* The charge of the block, its uncertainty, and the plays. */
static void count(struct soc_filter *filter, float moved)
{
    float hours = filter->block_s / 3600.0f;
    float before = filter->moved * filter->moved;
    filter->moved += moved;
    float way = filter->moved * filter->moved - before;
    float spread = -2.0f * filter->bias_cov * hours + filter->bias_var * hours * hours;
    if (way > 0.0f)
        spread += GAIN_SIGMA * GAIN_SIGMA * way;
    filter->bias_cov -= filter->bias_var * hours;
    filter->bias_var += BIAS_DRIFT_C * BIAS_DRIFT_C * hours;
    soc_grid_move(&filter->grid, moved, spread > 0.0f ? spread : 0.0f);
    filter->travel += moved;
    for (int i = 0; i < SOC_PLAY_COUNT; i++) {
        float low = filter->travel - play_width[i], high = filter->travel + play_width[i];
        filter->play_low[i] = soc_clamp(filter->play_low[i], low, high);
        filter->play_high[i] = soc_clamp(filter->play_high[i], low, high);
    }
}

/* Known part of the branch, -1..1, and the share that is not known. */
static float branch(const struct soc_filter *filter, float *unknown)
{
    float sum = 0.0f;
    *unknown = 0.0f;
    for (int i = 0; i < SOC_PLAY_COUNT; i++) {
        float low = filter->play_low[i], high = filter->play_high[i];
        float scale = play_share[i] / play_width[i];
        sum += scale * (filter->travel - 0.5f * (low + high));
        *unknown += scale * 0.5f * (high - low);
    }
    return sum;
}

/* Least squares with forgetting over the differences from block to block. */
static void learn_ohm(struct soc_filter *filter, float d_v, float d_i, float d_fast)
{
    float *p = filter->ohm_p;
    float ohm = filter->ohm[0] + filter->ohm[1];
    float p0 = p[0] * d_i + p[1] * d_fast, p1 = p[1] * d_i + p[2] * d_fast;
    float s = d_i * p0 + d_fast * p1 + OHM_NOISE_MV * OHM_NOISE_MV;
    float error = d_v - filter->ohm[0] * d_i - filter->ohm[1] * d_fast;
    float grow = 1e-5f * ohm * ohm;
    filter->ohm[0] = soc_clamp(filter->ohm[0] + p0 / s * error, OHM_MIN_MV, OHM_MAX_MV);
    filter->ohm[1] = soc_clamp(filter->ohm[1] + p1 / s * error, 0.0f, OHM_MAX_MV);
    p[0] = soc_clamp(p[0] + grow - p0 * p0 / s, 0.1f, 1e6f);
    p[2] = soc_clamp(p[2] + grow - p1 * p1 / s, 0.1f, 1e6f);
    float most = 0.95f * soc_root(p[0] * p[2]);
    p[1] = soc_clamp(p[1] - p0 * p1 / s, -most, most);
}

/* Voltage and current that go opposite ways, again and again: what goes the same way counts more.
 */
static void watch_sign(struct soc_filter *filter, float d_v, float d_i)
{
    if (soc_abs(d_i) < 0.05f || soc_abs(d_v) < 0.5f)
        return;
    int count = filter->swapped_count + (d_v * d_i < 0.0f ? 1 : -4);
    count = count < 0 ? 0 : count > SWAPPED_BLOCKS ? SWAPPED_BLOCKS : count;
    filter->swapped_count = (uint8_t)count;
    if (filter->swapped_count == SWAPPED_BLOCKS)
        filter->swapped = true;
    else if (filter->swapped_count == 0)
        filter->swapped = false;
}

/* A voltage that stays where it is while the current changes is not measured; a current that stays
 * to the last digit while the voltage goes up and down neither. */
static void watch_frozen(struct soc_filter *filter, float d_v, float d_i)
{
    bool turned = d_v > STUCK_MV ? filter->fell : d_v < -STUCK_MV && !filter->fell;
    if (d_v != 0.0f)
        filter->frozen_count = 0;
    else if (soc_abs(d_i) > 0.05f && filter->frozen_count < FROZEN_BLOCKS)
        filter->frozen_count++;
    if (soc_abs(d_i) > STUCK_C)
        filter->stuck_count = 0;
    else if (turned && filter->stuck_count < FROZEN_BLOCKS)
        filter->stuck_count++;
    if (turned)
        filter->fell = d_v < 0.0f;
    filter->frozen = filter->frozen_count >= FROZEN_BLOCKS || filter->stuck_count >= FROZEN_BLOCKS;
}

/* An anchor moved the charge: what that says of the bias since the anchor before. What the voltage
 * moves says nothing: it may as well be an error of the curve, hour by hour the same. */
static void learn_bias(struct soc_filter *filter, float moved)
{
    float var = filter->grid.var + filter->grid.spread + FULL_SIGMA * FULL_SIGMA;
    float gain = filter->bias_cov / var;
    filter->bias_c += gain * moved;
    filter->bias_var = soc_clamp(filter->bias_var - gain * filter->bias_cov, 1e-9f, 1.0f);
}

void soc_filter_zero(struct soc_filter *filter, const struct soc_filter_config *config,
                     float measured_ma)
{
    float var = ZERO_SIGMA_C * ZERO_SIGMA_C;
    float measured = measured_ma * MS_PER_HOUR / (float)config->capacity_mams;
    if (filter->bias_var <= var || soc_abs(measured) > config->gate_c)
        return;
    float scale = 1.0f / (filter->bias_var + var);
    float error = measured - filter->bias_c;
    soc_grid_move(&filter->grid, filter->bias_cov * scale * error, 0.0f);
    filter->bias_c += filter->bias_var * scale * error;
    filter->bias_cov *= var * scale;
    filter->bias_var *= var * scale;
    filter->reason = SOC_BY_REST;
}

/* A current that stays the same to the last digits is none, if it was the same at the rest before,
 * with other currents in between. Once is not enough: a household can be that steady for minutes.
 */
static void watch_rest(struct soc_filter *filter, const struct soc_filter_config *config, float ma,
                       float dt_s)
{
    float per_c = (float)config->capacity_mams / MS_PER_HOUR;
    float low = ma < filter->steady_low ? ma : filter->steady_low;
    float high = ma > filter->steady_high ? ma : filter->steady_high;
    filter->steady_s += dt_s;
    if (high - low > config->ripple_c * per_c) {
        low = high = ma;
        filter->steady_s = 0.0f;
        if (soc_abs(ma - filter->rest_ma) > REST_APART_C * per_c)
            filter->rest_over = true;
    }
    filter->steady_low = low;
    filter->steady_high = high;
    if (filter->steady_s < REST_S || soc_abs(ma) > config->gate_c * per_c)
        return;
    float middle = 0.5f * (low + high);
    filter->steady_s = 0.0f;
    bool same =
        filter->rest_seen && soc_abs(middle - filter->rest_ma) < 2.0f * config->ripple_c * per_c;
    if (same && filter->rest_over)
        filter->rest_sure = true;
    else if (!same)
        filter->rest_sure = false;
    if (!same || filter->rest_over) {
        filter->rest_ma = middle;
        filter->rest_over = false;
    }
    filter->rest_seen = true;
    if (filter->rest_sure)
        soc_filter_zero(filter, config, middle);
}

void soc_filter_anchor(struct soc_filter *filter, float soc, float sigma, uint8_t reason)
{
    if (filter->anchored)
        learn_bias(filter, soc - filter->grid.mean);
    soc_grid_set(&filter->grid, soc, sigma);
    filter->anchored = true;
    filter->bias_cov = 0.0f;
    filter->moved = 0.0f;
    filter->reason = reason;
    filter->block_mams = 0;
    publish(filter, 0.0f);
    publish_interval(filter);
}

void soc_filter_widen(struct soc_filter *filter, float sigma)
{
    soc_grid_move(&filter->grid, 0.0f, sigma * sigma);
    filter->before = false;
}

static void watch_full(struct soc_filter *filter, const struct soc_filter_config *config, float c,
                       float cell_mv, float dt_s)
{
    bool full = cell_mv >= config->full_mv && soc_abs(c) <= FULL_C;
    filter->full_s = full ? filter->full_s + dt_s : 0.0f;
    if (filter->full_s < FULL_S)
        return;
    filter->full_s = 0.0f;
    soc_filter_anchor(filter, 1.0f, FULL_SIGMA, SOC_BY_FULL);
    filter->bias_c = soc_clamp(filter->bias_c, -config->gate_c, config->gate_c);
}

static struct soc_look what_is_seen(struct soc_filter *filter,
                                    const struct soc_filter_config *config, float v, float i)
{
    float scale = 1.0f / filter->block_s;
    float fast = filter->sum_fast * scale;
    float ohm = filter->ohm[0] + filter->ohm[1];
    float rms = soc_root(filter->sum_ii * scale);
    float drop = DROP_PART * ohm * rms;
    float fog = FOG_MV * soc_exp(-filter->age_s / FOG_S) + soc_root(filter->ohm_p[0]) * rms;
    struct soc_look look = {
        .cell_mv = v - filter->ohm[0] * i - filter->ohm[1] * fast,
        .fall_mv = FALL_PART * config->curve_rate_c * ohm,
        .slow_mv = filter->sum_slow * scale * ohm,
        .noise_mv = soc_root(NOISE_MV * NOISE_MV + drop * drop + fog * fog),
    };
    look.branch = branch(filter, &look.unknown);
    return look;
}

/* What the mean voltage of the block says. */
static void look(struct soc_filter *filter, const struct soc_filter_config *config, float i)
{
    float v = filter->sum_v / filter->voltage_s;
    float fast = filter->sum_fast / filter->block_s;
    if (filter->before) {
        watch_frozen(filter, v - filter->before_v, i - filter->before_i);
        watch_sign(filter, v - filter->before_v, i - filter->before_i);
        if (!filter->frozen)
            learn_ohm(filter, v - filter->before_v, i - filter->before_i,
                      fast - filter->before_fast);
    }
    filter->before_v = v;
    filter->before_i = i;
    filter->before_fast = fast;
    filter->before = true;
    if (filter->stuck_count >= FROZEN_BLOCKS)
        soc_grid_move(&filter->grid, 0.0f, STUCK_SIGMA * STUCK_SIGMA * filter->block_s);
    if (filter->frozen || filter->swapped)
        return;
    struct soc_look seen = what_is_seen(filter, config, v, i);
    if (!filter->lean && soc_abs(filter->travel) >= LEAN_AFTER) {
        filter->lean = true;
        soc_grid_lean(&filter->grid, filter->travel > 0.0f ? LEAN : -LEAN, LEAN_SIGMA);
    }
    float mean = filter->grid.mean, var = filter->grid.var + filter->grid.spread;
    float way = soc_abs(i) * filter->block_s / 3600.0f;
    if (config->unsure_mv != filter->grid.unsure_mv)
        soc_grid_doubt(&filter->grid, config->unsure_mv);
    soc_grid_age(&filter->grid,
                 soc_clamp(filter->block_s / OFFSET_S + way / OFFSET_SOC, 0.0f, 1.0f));
    float surprise = soc_grid_look(&filter->grid, config->curve, &seen);
    if (surprise > 0.0f)
        soc_grid_move(&filter->grid, 0.0f,
                      SURPRISE * SURPRISE * surprise * surprise * filter->block_s);
    float left = filter->grid.var / (var > 1e-8f ? var : 1e-8f);
    filter->bias_cov *= soc_clamp(left, 0.0f, 1.0f);
    if (soc_abs(filter->grid.mean - mean) > 0.001f)
        filter->reason = SOC_BY_VOLTAGE;
}

static void end_block(struct soc_filter *filter, const struct soc_filter_config *config)
{
    filter->bias_c = soc_clamp(filter->bias_c, -config->gate_c, config->gate_c);
    float moved = (float)filter->block_mams / (float)config->capacity_mams -
                  filter->bias_c * filter->block_s / 3600.0f;
    watch_rest(filter, config, 0.001f * (float)filter->block_mams / filter->block_s,
               filter->block_s);
    count(filter, moved);
    filter->age_s += filter->block_s;
    if (filter->voltage_s > 0.5f * filter->block_s)
        look(filter, config, soc_clamp(moved * 3600.0f / filter->block_s, -MOST_C, MOST_C));
    else
        filter->before = false;
    filter->block_mams = 0;
    filter->block_s = filter->voltage_s = filter->sum_v = 0.0f;
    filter->sum_ii = filter->sum_fast = filter->sum_slow = 0.0f;
    publish(filter, 0.0f);
    publish_interval(filter);
}

void soc_filter_step(struct soc_filter *filter, const struct soc_filter_config *config,
                     int32_t current_ma, float cell_mv, uint32_t dt_ms)
{
    if (filter->bias_var < 0.0f)
        filter->bias_var = 0.25f * config->gate_c * config->gate_c;
    float dt_s = (float)dt_ms * 0.001f;
    float c = (float)current_ma * MS_PER_HOUR / (float)config->capacity_mams - filter->bias_c;
    filter->block_mams += (int64_t)current_ma * dt_ms;
    c = soc_clamp(c, -MOST_C, MOST_C); /* beyond, voltages say nothing */
    filter->fast_c += (c - filter->fast_c) * dt_s / (FAST_S + dt_s);
    filter->slow_c += (c - filter->slow_c) * dt_s / (SLOW_S + dt_s);
    filter->block_s += dt_s;
    filter->sum_ii += c * c * dt_s;
    filter->sum_fast += filter->fast_c * dt_s;
    filter->sum_slow += filter->slow_c * dt_s;
    if (cell_mv > 0.0f && cell_mv < CELL_MAX_MV) {
        filter->voltage_s += dt_s;
        filter->sum_v += cell_mv * dt_s;
    }
    if (filter->block_s >= BLOCK_S)
        end_block(filter, config);
    else
        publish(filter, (float)filter->block_mams / (float)config->capacity_mams);
    watch_full(filter, config, c, cell_mv, dt_s);
}
