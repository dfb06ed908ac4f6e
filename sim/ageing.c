/* SPDX-License-Identifier: Apache-2.0
 * Both losses follow q = k x^p with x = days or cycles, and k by the conditions. When these change
 * the curve of the new k is entered at the loss there is: x0 = (q / k)^(1/p), which is the exact
 * solution of dq = k p (q/k)^((p-1)/p) dx.
 */
#include "sim/ageing.h"

#include "sim/number.h"

static const double CALENDAR_POWER = 0.526;
static const double CYCLE_POWER = 0.828;
static const double RESISTANCE_PER_LOSS = 1.5;
static const double ZERO_DEGC_K = 273.15;

static double power(double base, double exponent)
{
    return base > 0.0 ? sim_exp(exponent * sim_log(base)) : 0.0;
}

static double tanh_of(double x)
{
    double e = sim_exp(-2.0 * sim_abs(x));
    double value = (1.0 - e) / (1.0 + e);
    return x < 0.0 ? -value : value;
}

/* Of the graphite, V against lithium. */
static double anode_v(double soc)
{
    double x = 0.0085 + sim_clamp(soc, 0.0, 1.0) * 0.7715;
    return 0.6379 + 0.5416 * sim_exp(-305.5309 * x) + 0.044 * tanh_of(-(x - 0.1958) / 0.1088) -
           0.1978 * tanh_of((x - 1.0571) / 0.0854) - 0.6875 * tanh_of((x + 0.0117) / 0.0529) -
           0.0175 * tanh_of((x - 0.5692) / 0.0875);
}

static double further(double lost, double k, double exponent, double x)
{
    return x > 0.0 ? k * power(power(lost / k, 1.0 / exponent) + x, exponent) : lost;
}

void sim_ageing_add(struct sim_ageing *ageing, const struct sim_ageing_period *period)
{
    double kelvin = period->degc + ZERO_DEGC_K;
    double calendar_k =
        8.37e4 * sim_exp(-5210.0 / kelvin) * sim_exp(-3560.0 * anode_v(period->soc) / kelvin);
    double cycle_k = (4.38e-8 + 1.55e-8 * period->depth + 1.68e-7 * period->rate_c) *
                     (sim_exp(2190.0 / kelvin) + sim_exp(-1.55e5 / kelvin));
    ageing->calendar = further(ageing->calendar, calendar_k, CALENDAR_POWER, period->days);
    ageing->cyclic = further(ageing->cyclic, cycle_k, CYCLE_POWER, period->cycles);
}

double sim_ageing_capacity(const struct sim_ageing *ageing)
{
    return sim_clamp(1.0 - ageing->calendar - ageing->cyclic, 0.0, 1.0);
}

double sim_ageing_resistance(const struct sim_ageing *ageing)
{
    return 1.0 + RESISTANCE_PER_LOSS * (1.0 - sim_ageing_capacity(ageing));
}
