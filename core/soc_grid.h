/* SPDX-License-Identifier: Apache-2.0
 * Hypotheses of the charge, equally far apart, and how likely each is. Each one carries its own
 * estimate of what the voltage would have to be wrong by, under gains that all share. They are
 * fixed to the charge that was counted: counting moves all of them at once, for nothing.
 */
#ifndef HEARTH_CORE_SOC_GRID_H
#define HEARTH_CORE_SOC_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "core/soc_curve.h"

#define SOC_BIN_COUNT 64

struct soc_grid {
    float weight[SOC_BIN_COUNT];    /* sum 1 */
    float offset_mv[SOC_BIN_COUNT]; /* of curve and relaxation */
    float branch[SOC_BIN_COUNT];    /* unknown part of the hysteresis, -1..1 */
    float slow[SOC_BIN_COUNT];      /* slow resistance, in fast ones */
    float p[6];                     /* covariance of the three, packed 00 01 02 11 12 22 */
    float unsure_mv;                /* of the curve, beyond the usual */
    float origin;                   /* charge of the first hypothesis */
    float step;
    float mean;
    float var;
    float spread; /* variance that the hypotheses have not been given yet */
};

/* What is known of a voltage. */
struct soc_look {
    float cell_mv;  /* without the drop in the fast resistances */
    float fall_mv;  /* by which the gap of the curve is too wide on either side */
    float branch;   /* known part, -1..1 */
    float unknown;  /* share of the branch that is not, 0..1 */
    float slow_mv;  /* drop of the slow current in the fast resistances */
    float noise_mv; /* standard deviation */
};

/* Half of the weight, or what trust says, around start, the rest anywhere. start < 0: anywhere. */
void soc_grid_init(struct soc_grid *grid, float start, float sigma, float trust);

/* All weight around one charge; keeps the slow resistance. */
void soc_grid_set(struct soc_grid *grid, float soc, float sigma);

/* The charge moved by so much; `spread` is the variance that came with it. */
void soc_grid_move(struct soc_grid *grid, float moved, float spread);

/* How wrong the curve may be beyond the usual (standard deviation); from now on. */
void soc_grid_doubt(struct soc_grid *grid, float unsure_mv);

/* Time passes for the voltage errors. `part`: share of the offset's memory that is lost, 0..1. */
void soc_grid_age(struct soc_grid *grid, float part);

/* The unknown part of the branch is rather this one. */
void soc_grid_lean(struct soc_grid *grid, float branch, float sigma);

/* Weighs every hypothesis by a voltage. Returns by how many standard deviations beyond 2.5 the
 * voltage errors are larger than they may be; 0 as a rule. */
float soc_grid_look(struct soc_grid *grid, const struct soc_curve *curve,
                    const struct soc_look *look);

/* The charge below which `part` of the weight lies. */
float soc_grid_quantile(const struct soc_grid *grid, float part);

#endif
