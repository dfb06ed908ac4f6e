/* SPDX-License-Identifier: Apache-2.0
 * A cell with a plateau, a step and two knees for tests of the estimator: its curve, and its
 * voltage behind a resistance. Nothing is random.
 */
#ifndef HEARTH_TESTS_CORE_SOC_BENCH_H
#define HEARTH_TESTS_CORE_SOC_BENCH_H

#include "core/soc_filter.h"

#define CELL_CAPACITY_MAMS (100000LL * 3600000) /* 100 Ah */

/* Open-circuit voltage on the discharge branch, mV: knees below 15 and above 96 %, a step of 36 mV
 * from 55 to 65 %, nearly flat between. */
static inline float cell_ocv_mv(float soc)
{
    float low = soc < 0.15f ? (0.15f - soc) * 4000.0f : 0.0f;
    float high = soc > 0.96f ? (soc - 0.96f) * 4000.0f : 0.0f;
    float step = soc < 0.55f ? 0.0f : soc > 0.65f ? 36.0f : (soc - 0.55f) * 360.0f;
    float slope = 10.0f * soc + (soc < 0.35f ? (soc - 0.35f) * 150.0f : 0.0f);
    return 3285.0f + slope + step - low + high;
}

static inline void cell_curve(struct soc_curve *curve, float gap_mv)
{
    for (int i = 0; i < SOC_CURVE_COUNT; i++) {
        float mv = cell_ocv_mv((float)i / (SOC_CURVE_COUNT - 1));
        curve->discharge[i] = (uint16_t)(mv * 10.0f + 0.5f);
        curve->charge[i] = (uint16_t)((mv + gap_mv) * 10.0f + 0.5f);
    }
}

struct soc_bench {
    struct soc_curve curve;
    struct soc_filter_config config;
    struct soc_filter filter;
    double soc; /* the truth */
    int32_t bias_ma;
    float ohm_mv; /* per C */
    bool blind;   /* no voltage is measured */
    bool frozen;  /* it stays what it is */
    bool swapped; /* the current is measured with the wrong sign */
    float cell_mv;
};

static inline void soc_bench_start(struct soc_bench *bench, double soc, float told, float trust)
{
    *bench = (struct soc_bench){.soc = soc, .ohm_mv = 60.0f};
    cell_curve(&bench->curve, 0.0f);
    bench->config = (struct soc_filter_config){
        .curve = &bench->curve,
        .capacity_mams = CELL_CAPACITY_MAMS,
        .full_mv = 3450.0f,
        .gate_c = 0.015f,
        .ripple_c = 0.0003f,
    };
    soc_filter_init(&bench->filter, told, 0.01f, trust);
}

/* True current for a time, in steps. */
static inline void soc_bench_run(struct soc_bench *bench, int32_t ma, uint32_t ms, uint32_t step_ms)
{
    for (uint32_t t = 0; t < ms; t += step_ms) {
        bench->soc += (double)ma * step_ms / (double)CELL_CAPACITY_MAMS;
        float mv = cell_ocv_mv((float)bench->soc) + bench->ohm_mv * (float)ma / 100000.0f;
        if (!bench->frozen)
            bench->cell_mv = mv;
        int32_t measured = (bench->swapped ? -ma : ma) + bench->bias_ma;
        soc_filter_step(&bench->filter, &bench->config, measured,
                        bench->blind ? 0.0f : bench->cell_mv, step_ms);
    }
}

/* Drive cycles that discharge by 0.17C in the mean, until the truth is below `soc`. */
static inline void soc_bench_drive(struct soc_bench *bench, double soc)
{
    static const int32_t ma[] = {-60000, 10000, -20000, 0, -80000, 40000, -10000};
    for (int i = 0; bench->soc > soc; i++)
        soc_bench_run(bench, ma[i % 7], 20000, 1000);
}

#endif
