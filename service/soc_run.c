/* SPDX-License-Identifier: Apache-2.0
 * Time is counted in whole milliseconds of the log, so that no part of a step is lost.
 */
#include "service/soc_run.h"

#include <math.h>
#include <string.h>

#define GAP_MAX_MS (30 * 86400000LL)
enum { STEP_MAX_MS = 60000 };

static const double FULL_BELOW_V = 0.15; /* under the end of a charge, relaxed */
static const double USUAL_AH = 300.0;    /* smaller cells are scaled up: a mA is coarse to them */
static const float SINGLE_UNSURE_MV = 5.0f; /* nobody knows which branch it is */
static const float AWAY_MV_PER_K = 0.2f, AWAY_NEAR_K = 7.0f, AWAY_MAX_K = 40.0f;
static const float GATE_C = 0.015f;
static const float RIPPLE_C = 0.0004f;

void soc_run_init(struct soc_run *run, const struct cell_file *cell, double start,
                  struct soc_trust trust)
{
    memset(run, 0, sizeof(*run));
    run->scale = fmax(1.0, USUAL_AH / cell->capacity_ah);
    run->config = (struct soc_filter_config){
        .curve = &cell->curve,
        .capacity_mams = (int64_t)llround(run->scale * cell->capacity_ah * 3.6e9),
        .full_mv = (float)((cell->v_max - FULL_BELOW_V) * 1000.0),
        .gate_c = GATE_C,
        .ripple_c = RIPPLE_C,
        .curve_rate_c = (float)cell->ocv_rate_c,
    };
    run->efficiency = cell->efficiency;
    run->curve_degc = cell->ocv_temp_c;
    run->unsure_mv = cell->guessed ? SINGLE_UNSURE_MV : 0.0f;
    soc_filter_init(&run->filter, (float)start, trust.sigma, trust.part);
}

static int32_t to_ma(const struct soc_run *run, double current_a)
{
    return (int32_t)lround(fmax(-2e9, fmin(current_a * run->scale * 1000.0, 2e9)));
}

/* A gap: the charge that flowed is not known better than to half the change of the current. */
static void cross_gap(struct soc_run *run, int64_t gap_ms, double current_a)
{
    double mean_a = 0.5 * (current_a + run->last_a);
    double unsure_a = 0.5 * fabs(current_a - run->last_a);
    double unsure =
        1000.0 * run->scale * unsure_a * (double)gap_ms / (double)run->config.capacity_mams;
    if (gap_ms > GAP_MAX_MS) { /* nobody knows what happened */
        soc_filter_widen(&run->filter, 1.0f);
        return;
    }
    while (gap_ms > 0) {
        int64_t step_ms = gap_ms < STEP_MAX_MS ? gap_ms : STEP_MAX_MS;
        soc_filter_step(&run->filter, &run->config, to_ma(run, mean_a), 0.0f, (uint32_t)step_ms);
        gap_ms -= step_ms;
    }
    soc_filter_widen(&run->filter, (float)unsure);
}

/* A curve of another temperature is a guess. */
static void doubt(struct soc_run *run, double temp_degc)
{
    bool known = !isnan(temp_degc) && !isnan(run->curve_degc);
    float away = known ? (float)fabs(temp_degc - run->curve_degc) : 0.0f;
    float mv = AWAY_MV_PER_K * (away < AWAY_MAX_K ? away : AWAY_MAX_K);
    mv = away < AWAY_NEAR_K ? 0.0f : mv;
    run->config.unsure_mv = (float)sqrt((double)(run->unsure_mv * run->unsure_mv + mv * mv));
}

void soc_run_sample(struct soc_run *run, double time_s, double current_a, double voltage_v,
                    double temp_degc)
{
    int64_t now_ms = llround(time_s * 1000.0);
    int64_t passed_ms = now_ms - run->last_ms;
    double counted_a = current_a > 0.0 ? current_a * run->efficiency : current_a;
    bool first = !run->started;
    doubt(run, temp_degc);
    if (!first && passed_ms <= 0)
        return;
    run->started = true;
    run->last_ms = now_ms;
    if (!first && passed_ms > STEP_MAX_MS)
        cross_gap(run, passed_ms, counted_a);
    else if (!first)
        soc_filter_step(&run->filter, &run->config, to_ma(run, counted_a),
                        isnan(voltage_v) ? 0.0f : (float)(voltage_v * 1000.0), (uint32_t)passed_ms);
    run->last_a = counted_a;
}

void soc_score_add(struct soc_score *score, double soc, double low, double high, double reference)
{
    static const double ROUNDING = 0.0005; /* of a printed value */
    double error = fabs(soc - reference);
    score->count++;
    score->square += error * error;
    score->most = error > score->most ? error : score->most;
    score->width += high - low;
    score->inside += reference >= low - ROUNDING && reference <= high + ROUNDING;
}

void soc_score_print(const struct soc_score *score, FILE *stream)
{
    double count = score->count > 0 ? (double)score->count : 1.0;
    fprintf(stream,
            "{\"rmse_points\":%.3f,\"max_points\":%.3f,\"coverage\":%.4f,"
            "\"mean_width_points\":%.3f,\"samples\":%llu}\n",
            100.0 * sqrt(score->square / count), 100.0 * score->most, (double)score->inside / count,
            100.0 * score->width / count, (unsigned long long)score->count);
}
