/* SPDX-License-Identifier: Apache-2.0
 * The current of a surge runs monotonically from its start to its final value, so it is beyond the
 * threshold during one span at most: from the start or a crossing to a crossing or the end. Charge
 * and heat are the integrals of i and ohm i^2 over the exponential.
 */
#include "sim/comparator.h"

#include "sim/number.h"

static const double US_PER_S = 1e6;

/* The span in which the comparator sees too much; empty if end <= begin. */
struct span {
    double begin_us;
    double end_us;
};

static double final_a(const struct sim_surge *surge)
{
    return surge->drive_v / surge->ohm;
}

static double tau_us(const struct sim_surge *surge)
{
    return surge->henry / surge->ohm * US_PER_S;
}

double sim_surge_a(const struct sim_surge *surge, double at_us)
{
    double end_a = final_a(surge);
    return end_a + (surge->start_a - end_a) * sim_exp(-at_us / tau_us(surge));
}

/* +1 or -1: the direction in which the surge is, or will be, strongest. */
static double direction(const struct sim_surge *surge)
{
    double end_a = final_a(surge);
    double most_a = sim_abs(end_a) > sim_abs(surge->start_a) ? end_a : surge->start_a;
    return most_a < 0.0 ? -1.0 : 1.0;
}

static struct span find_span(const struct sim_surge *surge)
{
    double sign = direction(surge);
    double from_a = sign * surge->start_a;
    double to_a = sign * final_a(surge);
    bool starts = from_a > SIM_COMPARATOR_A;
    bool ends = to_a > SIM_COMPARATOR_A || (starts && to_a >= SIM_COMPARATOR_A);
    struct span span = {0.0, surge->duration_us};
    if (!starts && !ends)
        return (struct span){0.0, 0.0};
    if (starts && ends)
        return span;
    double crossing_us = tau_us(surge) * sim_log((to_a - from_a) / (to_a - SIM_COMPARATOR_A));
    if (ends)
        span.begin_us = crossing_us;
    else
        span.end_us = sim_clamp(crossing_us, 0.0, surge->duration_us);
    return span;
}

static void record(struct sim_comparator *comparator, const struct sim_surge *surge)
{
    double end_a = final_a(surge);
    double over_a = surge->start_a - end_a;
    double time_s = comparator->trip_us / US_PER_S;
    double tau_s = surge->henry / surge->ohm;
    double once_s = tau_s * sim_approach(time_s / tau_s);
    double twice_s = tau_s / 2.0 * sim_approach(2.0 * time_s / tau_s);
    comparator->trip_a = sim_surge_a(surge, comparator->trip_us);
    comparator->let_as = end_a * time_s + over_a * once_s;
    comparator->let_j = surge->ohm * (end_a * end_a * time_s + 2.0 * end_a * over_a * once_s +
                                      over_a * over_a * twice_s);
}

bool sim_comparator_watch(struct sim_comparator *comparator, const struct sim_surge *surge,
                          uint16_t delay_us)
{
    struct span span = find_span(surge);
    double delay = delay_us > SIM_COMPARATOR_LEAST_US ? delay_us : SIM_COMPARATOR_LEAST_US;
    double before_us = span.begin_us > 0.0 ? 0.0 : comparator->above_us;
    double trip_us = span.begin_us + sim_clamp(delay - before_us, 0.0, delay);
    bool lasting = span.end_us >= surge->duration_us;
    if (comparator->open || span.end_us <= span.begin_us || trip_us > span.end_us) {
        double seen_us = before_us + span.end_us - span.begin_us;
        comparator->above_us = lasting && span.end_us > span.begin_us ? seen_us : 0.0;
        return false;
    }
    comparator->above_us = 0.0;
    comparator->trip_us = trip_us;
    record(comparator, surge);
    comparator->open = true;
    comparator->discharge_told |= comparator->trip_a < 0.0;
    comparator->charge_told |= comparator->trip_a > 0.0;
    return true;
}

void sim_comparator_rest(struct sim_comparator *comparator)
{
    comparator->above_us = 0.0;
}

void sim_comparator_command(struct sim_comparator *comparator, bool charge, bool discharge)
{
    if (!charge && !discharge)
        comparator->open = false;
}
