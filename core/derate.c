/* SPDX-License-Identifier: Apache-2.0
 * Piecewise linear look-up in core/derate.def. Knows no battery, only the table.
 */
#include "core/derate.h"

#include <stddef.h>

#include "base/assert.h"
#include "base/number.h"

struct point {
    int16_t x;
    int16_t y;
};

#define POINT(x, y) {x, y},
#define CURVE(name, points) static const struct point name[] = {points};
#include "core/derate.def"
#undef CURVE

static const struct {
    const struct point *points;
    size_t count;
} curves[CURVE_COUNT] = {
#define CURVE(name, ...) {name, COUNT(name)},
#include "core/derate.def"
#undef CURVE
};

int32_t derate_at(enum curve curve, int32_t x)
{
    ASSERT(curve < CURVE_COUNT);
    const struct point *points = curves[curve].points;
    size_t last = curves[curve].count - 1;
    size_t i = 0;
    while (i < last && x >= points[i + 1].x)
        i++;
    if (i == last)
        return points[last].y;
    return interpolate(x, points[i].x, points[i].y, points[i + 1].x, points[i + 1].y);
}
