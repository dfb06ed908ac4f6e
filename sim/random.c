/* SPDX-License-Identifier: Apache-2.0
 * A 64-bit counter with odd increment (the golden ratio) whose values are scrambled by two
 * multiply-and-shift rounds: each (seed, count) has its own number, which also serves as hash.
 */
#include "sim/random.h"

enum { NORMAL_TERMS = 12, UNIFORM_SHIFT = 11 };

static const uint64_t INCREMENT = 0x9E3779B97F4A7C15u;

static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static uint64_t next(struct sim_random *random)
{
    random->state += INCREMENT;
    return scramble(random->state);
}

static double to_unit(uint64_t bits)
{
    return (double)(bits >> UNIFORM_SHIFT) / 9007199254740992.0; /* 2^53 */
}

void sim_random_init(struct sim_random *random, uint64_t seed)
{
    random->state = scramble(seed);
}

uint32_t sim_random_bits(struct sim_random *random)
{
    return (uint32_t)(next(random) >> 32);
}

double sim_random_uniform(struct sim_random *random)
{
    return to_unit(next(random));
}

double sim_random_normal(struct sim_random *random)
{
    double sum = 0.0;
    for (int i = 0; i < NORMAL_TERMS; i++)
        sum += sim_random_uniform(random);
    return sum - NORMAL_TERMS / 2.0;
}

double sim_random_at(uint64_t seed, uint64_t key)
{
    return to_unit(scramble(scramble(seed) + key * INCREMENT));
}
