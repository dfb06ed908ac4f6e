/* SPDX-License-Identifier: Apache-2.0
 * Piecewise linear look-up in core/derate.def. Knows no battery, only the table.
 */
#include "core/derate.h"

#include "base/assert.h"
#include "base/number.h"

static const struct point {
    uint8_t curve;
    int16_t x;
    int16_t permille;
} points[] = {
#define POINT(curve, x, permille) {CURVE_##curve, x, permille},
#include "core/derate.def"
#undef POINT
};

int32_t derate_permille(enum curve curve, int32_t x)
{
    ASSERT(curve < CURVE_COUNT);
    size_t i = 0;
    while (points[i].curve != curve)
        i++;
    while (i + 1 < COUNT(points) && points[i + 1].curve == curve && x >= points[i + 1].x)
        i++;
    bool last = i + 1 == COUNT(points) || points[i + 1].curve != curve;
    if (last)
        return points[i].permille;
    return interpolate(x, points[i].x, points[i].permille, points[i + 1].x, points[i + 1].permille);
}
