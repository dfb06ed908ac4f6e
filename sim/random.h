/* SPDX-License-Identifier: Apache-2.0
 * Seeded deterministic random numbers: a generator with state for spread and noise, and hashes
 * for things that are functions of time. No security, no libm; same seed, same bits.
 */
#ifndef HEARTH_SIM_RANDOM_H
#define HEARTH_SIM_RANDOM_H

#include <stdint.h>

struct sim_random {
    uint64_t state;
};

void sim_random_init(struct sim_random *random, uint64_t seed);

uint32_t sim_random_bits(struct sim_random *random);

/* Even over 0 <= x < 1. */
double sim_random_uniform(struct sim_random *random);

/* Bell shaped, mean 0, standard deviation 1, never beyond +-6. */
double sim_random_normal(struct sim_random *random);

/* The number that belongs to (seed, key), even over 0 <= x < 1: always the same. */
double sim_random_at(uint64_t seed, uint64_t key);

#endif
