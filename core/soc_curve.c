/* SPDX-License-Identifier: Apache-2.0
 * Straight lines between the points of the curve.
 */
#include "core/soc_curve.h"

#include "core/soc_math.h"

static const float BEYOND = 0.2f;

struct soc_point soc_curve_at(const struct soc_curve *curve, float soc)
{
    float at = soc_clamp(soc, -BEYOND, 1.0f + BEYOND) * (float)(SOC_CURVE_COUNT - 1);
    int i = at < 0.0f ? 0 : (int)at;
    if (i > SOC_CURVE_COUNT - 2)
        i = SOC_CURVE_COUNT - 2;
    float part = at - (float)i;
    int low = curve->charge[i] + curve->discharge[i];
    int high = curve->charge[i + 1] + curve->discharge[i + 1];
    int gap = curve->charge[i] - curve->discharge[i];
    int gap_high = curve->charge[i + 1] - curve->discharge[i + 1];
    struct soc_point point = {
        .mean_mv = 0.05f * ((float)low + part * (float)(high - low)),
        .half_mv = 0.05f * ((float)gap + part * (float)(gap_high - gap)),
        .slope_mv = 0.05f * (float)(SOC_CURVE_COUNT - 1) * (float)(high - low),
    };
    return point;
}
