/* SPDX-License-Identifier: Apache-2.0
 * The exponential: x = k ln 2 + r with |r| <= ln 2 / 2, a Taylor polynomial for e^r, and k added to
 * the exponent of the double. The logarithm is its inverse: exponent and the area tangent of the
 * mantissa. Only additions and multiplications, so the result does not depend on
 * a library.
 */
#include "sim/number.h"

#include <string.h>

enum { TERMS = 14, LOG_TERMS = 12, EXPONENT_BIAS = 1023, MANTISSA_BITS = 52 };

static const double EXP_LIMIT = 700.0;
static const double LOG2_E = 1.4426950408889634;
static const double LN_2_HIGH = 0.6931471803691238; /* last 21 bits are zero: k times it is exact */
static const double LN_2_LOW = 1.9082149292705877e-10;
static const double SQRT_2 = 1.4142135623730951;
static const double SERIES_LIMIT = 1e-3;

static double power_of_two(int32_t exponent)
{
    uint64_t bits = (uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS;
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

double sim_exp(double x)
{
    double held = sim_clamp(x, -EXP_LIMIT, EXP_LIMIT);
    int32_t k = sim_round(held * LOG2_E);
    double r = held - k * LN_2_HIGH - k * LN_2_LOW;
    double sum = 1.0;
    for (int n = TERMS; n > 0; n--)
        sum = 1.0 + sum * r / n;
    return sum * power_of_two(k);
}

double sim_approach(double x)
{
    if (x < SERIES_LIMIT)
        return x * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0)));
    return 1.0 - sim_exp(-x);
}

/* x = m 2^k with m near 1; ln m = 2 artanh((m - 1) / (m + 1)). */
double sim_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    int32_t k = (int32_t)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    double m = x / power_of_two(k);
    if (m > SQRT_2) {
        m /= 2.0;
        k++;
    }
    double s = (m - 1.0) / (m + 1.0);
    double sum = 0.0;
    for (int n = LOG_TERMS; n >= 0; n--)
        sum = sum * s * s + 1.0 / (2 * n + 1);
    return 2.0 * s * sum + k * LN_2_LOW + k * LN_2_HIGH;
}

double sim_clamp(double value, double low, double high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

double sim_abs(double value)
{
    return value < 0.0 ? -value : value;
}

int32_t sim_round(double value)
{
    double moved = value + (value < 0.0 ? -0.5 : 0.5);
    return (int32_t)sim_clamp(moved, INT32_MIN, INT32_MAX);
}
