/* SPDX-License-Identifier: Apache-2.0
 * Straight lines between the points of the curve.
 */
#include "core/soc_curve.h"

/* A 314 Ah LiFePO4 cell at 25 degC. The discharge branch was measured from 20 to 95 %, all else is
 * inferred (cell and safety facts, section 1.3). */
/* clang-format off */
const struct soc_curve soc_curve_lfp = {
    .discharge = {
        26000, 28000, 29200, 30000, 30525, 31050, 31310, 31570, 31766, 31898, 32030, 32078,
        32126, 32174, 32222, 32270, 32313, 32356, 32400, 32443, 32486, 32517, 32548, 32580,
        32611, 32642, 32676, 32711, 32745, 32780, 32814, 32822, 32829, 32837, 32844, 32852,
        32854, 32856, 32857, 32859, 32861, 32862, 32864, 32865, 32867, 32868, 32870, 32872,
        32874, 32876, 32878, 32882, 32886, 32891, 32895, 32899, 32934, 32969, 33003, 33038,
        33073, 33111, 33148, 33186, 33223, 33261, 33261, 33262, 33262, 33263, 33263, 33264,
        33265, 33265, 33266, 33267, 33268, 33268, 33269, 33269, 33270, 33271, 33271, 33272,
        33272, 33273, 33273, 33273, 33274, 33274, 33274, 33274, 33274, 33275, 33275, 33275,
        33276, 33277, 33290, 33360, 34000,
    },
    .charge = {
        26300, 28280, 29460, 30250, 30770, 31290, 31546, 31802, 31994, 32122, 32250, 32294,
        32338, 32382, 32426, 32470, 32509, 32548, 32588, 32627, 32666, 32697, 32728, 32760,
        32791, 32822, 32850, 32879, 32907, 32936, 32964, 32972, 32979, 32987, 32994, 33002,
        33005, 33008, 33010, 33013, 33016, 33017, 33019, 33020, 33022, 33023, 33026, 33029,
        33032, 33035, 33038, 33046, 33054, 33063, 33071, 33079, 33114, 33149, 33183, 33218,
        33253, 33281, 33308, 33336, 33363, 33391, 33392, 33393, 33393, 33394, 33395, 33396,
        33397, 33397, 33398, 33399, 33400, 33400, 33401, 33401, 33402, 33403, 33403, 33404,
        33404, 33405, 33406, 33406, 33407, 33407, 33408, 33409, 33411, 33412, 33414, 33415,
        33421, 33427, 33460, 33600, 34500,
    },
};
/* clang-format on */

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
