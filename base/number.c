/* SPDX-License-Identifier: Apache-2.0
 * Rounding, saturation and interpolation for the integer layers. Knows nothing of batteries.
 */
#include "base/number.h"

#include "base/assert.h"

int64_t div_round(int64_t num, int64_t den)
{
    ASSERT(den != 0);
    if (den < 0) {
        num = -num;
        den = -den;
    }
    int64_t half = den / 2;
    return num >= 0 ? (num + half) / den : -((-num + half) / den);
}

int64_t div_floor(int64_t num, int64_t den)
{
    ASSERT(den > 0);
    int64_t quotient = num / den;
    return (num % den < 0) ? quotient - 1 : quotient;
}

int32_t interpolate(int32_t x, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    ASSERT(x0 < x1);
    if (x <= x0)
        return y0;
    if (x >= x1)
        return y1;
    int64_t rise = (int64_t)y1 - y0;
    return (int32_t)(y0 + div_round(rise * ((int64_t)x - x0), (int64_t)x1 - x0));
}

bool elapsed_u32(uint32_t now, uint32_t then, uint32_t interval)
{
    return (uint32_t)(now - then) >= interval;
}
