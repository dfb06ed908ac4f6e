/* SPDX-License-Identifier: Apache-2.0
 * A quantity over time as it was recorded: a value holds from its time until the next one.
 */
#ifndef HEARTH_SIM_PROFILE_H
#define HEARTH_SIM_PROFILE_H

#include <stdint.h>

struct sim_profile {
    const uint64_t *time_ms; /* rising */
    const int32_t *value;
    uint32_t count; /* >= 1 */
    uint64_t
        period_ms; /* it begins anew after this time, > the last one; 0: the last value stays */
};

/* Before the first time: the first value. */
int32_t sim_profile_at(const struct sim_profile *profile, uint64_t time_ms);

#endif
