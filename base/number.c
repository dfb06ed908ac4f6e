/* SPDX-License-Identifier: Apache-2.0
 * Rounding, saturation and interpolation for the integer layers. Knows nothing of batteries.
 */
#include "base/number.h"

#include "base/assert.h"

/* Of two numbers >= 0. Division of 32 bits is one instruction on a Cortex-M4, of 64 bits a hundred.
 */
static uint64_t divide(uint64_t num, uint64_t den)
{
    bool narrow = num <= UINT32_MAX && den <= UINT32_MAX;
    return narrow ? (uint32_t)num / (uint32_t)den : num / den;
}

int64_t div_round(int64_t num, int64_t den)
{
    ASSERT(den != 0);
    if (den < 0) {
        num = -num;
        den = -den;
    }
    int64_t half = den / 2;
    return num >= 0 ? (int64_t)divide((uint64_t)(num + half), (uint64_t)den)
                    : -(int64_t)divide((uint64_t)(-num + half), (uint64_t)den);
}

int64_t div_floor(int64_t num, int64_t den)
{
    ASSERT(den > 0);
    if (num >= 0)
        return (int64_t)divide((uint64_t)num, (uint64_t)den);
    return -(int64_t)divide((uint64_t)(-(num + 1)), (uint64_t)den) - 1;
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
