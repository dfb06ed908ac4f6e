/* SPDX-License-Identifier: Apache-2.0
 * The estimator fed from samples of a log, with what may be wrong in a log: gaps, steps of any
 * length, missing voltages. And the score of an estimate against a reference.
 */
#ifndef HEARTH_SERVICE_SOC_RUN_H
#define HEARTH_SERVICE_SOC_RUN_H

#include <stdio.h>

#include "core/soc_filter.h"
#include "service/cell_file.h"

struct soc_run {
    struct soc_filter filter;
    struct soc_filter_config config;
    double efficiency;
    double scale;      /* of currents and charges */
    double curve_degc; /* NAN: not told */
    float unsure_mv;   /* of the curve, at its temperature */
    bool started;
    int64_t last_ms;
    double last_a;
};

/* How far a start is believed: its standard deviation if it is right, and how probably it is. */
struct soc_trust {
    float sigma;
    float part;
};

#define SOC_TOLD ((struct soc_trust){0.01f, 0.9f})     /* a person says so */
#define SOC_GUESSED ((struct soc_trust){0.03f, 0.25f}) /* a new estimator with any number */

/* start: charge 0..1, or negative: not known. The cell has to outlive the run. */
void soc_run_init(struct soc_run *run, const struct cell_file *cell, double start,
                  struct soc_trust trust);

/* One sample. The current is taken as that of the time since the sample before; of a gap of more
 * than a minute only as its mean, of one of more than 30 days nothing is believed. voltage_v NAN:
 * not measured. A time that does not rise is skipped.
 */
void soc_run_sample(struct soc_run *run, double time_s, double current_a, double voltage_v,
                    double temp_degc);

struct soc_score {
    uint64_t count;
    uint64_t inside;
    double square;
    double most;
    double width;
};

/* All as fractions. */
void soc_score_add(struct soc_score *score, double soc, double low, double high, double reference);

/* As JSON: {"rmse_points":..,"max_points":..,"coverage":..,"mean_width_points":..,"samples":..} */
void soc_score_print(const struct soc_score *score, FILE *stream);

#endif
