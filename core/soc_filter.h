/* SPDX-License-Identifier: Apache-2.0
 * State of charge of one cell, or of the mean cell of a pack, from current and voltage. Charge is
 * counted in mA ms; every ten seconds hypotheses of how far the counter is off are weighed by the
 * voltage. Resistances and the bias of the current are found on the way. Currents are in C (1 = the
 * capacity in an hour), voltages in mV, charge as a fraction of the capacity.
 */
#ifndef HEARTH_CORE_SOC_FILTER_H
#define HEARTH_CORE_SOC_FILTER_H

#include "core/soc_grid.h"

#define SOC_PLAY_COUNT 2

/* What moved the estimate last, beside counting. */
enum soc_correction {
    SOC_COUNTED,
    SOC_BY_VOLTAGE,
    SOC_BY_FULL,
    SOC_BY_EMPTY,
    SOC_BY_REST,
    SOC_BY_MEMORY,
};

struct soc_filter_config {
    const struct soc_curve *curve;
    int64_t capacity_mams; /* of 100 %, mA ms, > 0 */
    float full_mv;         /* full: at least this at no more than 0.05C for 60 s */
    float gate_c;          /* largest bias of the current, C */
    float ripple_c;        /* a current this steady within the gate is none; 0: only when told */
    float curve_rate_c;    /* current at which the curve was recorded, 0 at rest */
    float unsure_mv;       /* how wrong the curve may be beyond the usual, standard deviation */
};

struct soc_filter {
    float soc;   /* 0..1 */
    float sigma; /* standard deviation */
    float low;   /* interval that holds the truth */
    float high;
    float bias_c;   /* of the measured current */
    float bias_var; /* its variance; negative before the first step */
    float ohm[2];   /* mV per C: at once, and behind half a minute */
    uint8_t reason; /* enum soc_correction */
    bool swapped;   /* the voltage falls when the current charges: its sign is wrong */
    bool frozen;    /* voltage or current is stuck: the voltage is not used */
    /* private */
    struct soc_grid grid;
    int64_t block_mams;             /* measured charge of the block */
    float bias_cov;                 /* of charge and bias */
    float travel;                   /* charge moved since the start: place of the plays */
    float moved;                    /* since the last anchor */
    float play_low[SOC_PLAY_COUNT]; /* bounds of where each play of the hysteresis hangs */
    float play_high[SOC_PLAY_COUNT];
    float ohm_p[3]; /* covariance of ohm */
    float fast_c;   /* current behind 30 s */
    float slow_c;   /* behind some minutes */
    float age_s;
    float block_s, voltage_s, sum_ii, sum_v, sum_fast, sum_slow; /* of the block */
    float steady_low, steady_high, steady_s;                     /* of a steady current */
    float rest_ma;                                               /* current of the last rest */
    bool anchored;                                               /* at least once */
    bool lean; /* the direction of the first way was taken as that before */
    bool rest_seen, rest_over, rest_sure;
    float full_s;
    float before_v, before_i, before_fast; /* of the block before */
    uint8_t before;                        /* there was one: voltages follow each other */
    uint8_t swapped_count, frozen_count, stuck_count;
    bool fell; /* the last large change of the voltage */
};

/* start: charge, negative when it is not known; sigma: its standard deviation if it is right;
 * trust: how probable it is that it is right at all, 0..1. */
void soc_filter_init(struct soc_filter *filter, float start, float sigma, float trust);

/* Current in mA, positive while charging; cell_mv 0: no voltage. dt_ms 1..60000. */
void soc_filter_step(struct soc_filter *filter, const struct soc_filter_config *config,
                     int32_t current_ma, float cell_mv, uint32_t dt_ms);

/* The charge is less sure by so much (standard deviation). */
void soc_filter_widen(struct soc_filter *filter, float sigma);

/* The charge is known: an anchor. */
void soc_filter_anchor(struct soc_filter *filter, float soc, float sigma, uint8_t reason);

/* The true current was nothing when this was measured, mA. */
void soc_filter_zero(struct soc_filter *filter, const struct soc_filter_config *config,
                     float measured_ma);

#endif
