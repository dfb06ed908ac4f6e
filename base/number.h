/* SPDX-License-Identifier: Apache-2.0
 * Integer arithmetic that rounds and saturates the same way everywhere. Division below sim/ goes
 * through here; nothing wraps silently.
 */
#ifndef HEARTH_BASE_NUMBER_H
#define HEARTH_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Quotient rounded half away from zero. `den` is not 0. */
int64_t div_round(int64_t num, int64_t den);

/* Quotient rounded towards minus infinity (for limits, which are never rounded up). `den` > 0. */
int64_t div_floor(int64_t num, int64_t den);

/* low <= high */
static inline int64_t clamp64(int64_t value, int64_t low, int64_t high)
{
    ASSERT(low <= high);
    if (value < low)
        return low;
    return value > high ? high : value;
}

static inline int32_t clamp32(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)clamp64(value, low, high);
}

/* Saturates to the range of int32_t. */
static inline int32_t saturate32(int64_t value)
{
    if (value == (int32_t)value)
        return (int32_t)value;
    return value < 0 ? INT32_MIN : INT32_MAX;
}

static inline int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t max32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* INT32_MIN gives INT32_MAX. */
static inline int32_t abs32(int32_t value)
{
    if (value == INT32_MIN)
        return INT32_MAX;
    return value < 0 ? -value : value;
}

/* Point on the line through (x0,y0) and (x1,y1), rounded; x0 < x1. Values outside are held. */
int32_t interpolate(int32_t x, int32_t x0, int32_t y0, int32_t x1, int32_t y1);

/* Adds without passing the top of the range (timers that only have to be "long enough"). */
static inline uint32_t add_sat_u32(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Walk over a set of bits: `for (; set; set = without_first(set))` and the number of each in turn.
 * The set is not 0. */
static inline int first_bit(uint64_t set)
{
    uint32_t low = (uint32_t)set;
    return low ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(set >> 32));
}

static inline uint64_t without_first(uint64_t set)
{
    return set & (set - 1);
}

/* Time comparison that survives the wrap of a 32-bit millisecond or microsecond clock. */
bool elapsed_u32(uint32_t now, uint32_t then, uint32_t interval);

#endif
