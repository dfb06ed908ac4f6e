/* SPDX-License-Identifier: Apache-2.0
 * What the estimator needs of a mathematical library, in single precision, the same bits
 * everywhere.
 */
#ifndef HEARTH_CORE_SOC_MATH_H
#define HEARTH_CORE_SOC_MATH_H

/* e to the power x for x <= 0, relative error below 1e-3; 0 below -60. */
float soc_exp(float x);

/* Square root; 0 for what is not positive. */
float soc_root(float x);

/* What is no number becomes `low`. */
static inline float soc_clamp(float x, float low, float high)
{
    return x > low ? x < high ? x : high : low;
}

static inline float soc_abs(float x)
{
    return x < 0.0f ? -x : x;
}

#endif
