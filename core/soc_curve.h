/* SPDX-License-Identifier: Apache-2.0
 * Open-circuit voltage of a cell over its charge, both branches of the hysteresis.
 */
#ifndef HEARTH_CORE_SOC_CURVE_H
#define HEARTH_CORE_SOC_CURVE_H

#include <stdint.h>

#define SOC_CURVE_COUNT 101

struct soc_curve {
    uint16_t discharge[SOC_CURVE_COUNT]; /* 0.1 mV at 0, 1 .. 100 % */
    uint16_t charge[SOC_CURVE_COUNT];
};

/* Of the cells that the default settings are for. */
extern const struct soc_curve soc_curve_lfp;

/* A point of the curve. */
struct soc_point {
    float mean_mv;  /* between the branches */
    float half_mv;  /* half the gap */
    float slope_mv; /* of the mean, mV per 100 % */
};

/* Beyond 0..1 the ends go on straight, up to 0.2 beyond. */
struct soc_point soc_curve_at(const struct soc_curve *curve, float soc);

#endif
