/* SPDX-License-Identifier: Apache-2.0
 * Finds the value that holds by bisection.
 */
#include "sim/profile.h"

int32_t sim_profile_at(const struct sim_profile *profile, uint64_t time_ms)
{
    if (profile->period_ms > 0)
        time_ms %= profile->period_ms;
    uint32_t first = 0;
    uint32_t end = profile->count;
    while (end - first > 1) {
        uint32_t middle = first + (end - first) / 2;
        if (profile->time_ms[middle] <= time_ms)
            first = middle;
        else
            end = middle;
    }
    return profile->value[first];
}
