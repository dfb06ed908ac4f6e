/* SPDX-License-Identifier: Apache-2.0
 * A protection engine on the bench: a pack at rest, any quantity put at any value, and what the
 * tests' own list expects of a rule.
 */
#ifndef HEARTH_TESTS_CORE_PROTECT_BENCH_H
#define HEARTH_TESTS_CORE_PROTECT_BENCH_H

#include "tests/support/test.h"

#include "core/protect.h"
#include "tests/core/protect_values.h"

enum { STEP_MS = 10 };

struct bench {
    struct protect protect;
    struct measured measured;
    struct params params;
};

/* A pack at rest: nothing is beyond anything. */
static inline void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    protect_init(&bench->protect, &bench->params);
    bench->measured.seen = bench->measured.complete = true;
    int32_t *quantity = bench->measured.quantity;
    quantity[QUANTITY_CELL_MAX_MV] = quantity[QUANTITY_CELL_MIN_MV] = 3300;
    quantity[QUANTITY_PACK_MV] = 52800;
    quantity[QUANTITY_HOT_DDEGC] = quantity[QUANTITY_COLD_DDEGC] = 250;
    quantity[QUANTITY_MOS_DDEGC] = 300;
}

static inline void step(struct bench *bench)
{
    protect_step(&bench->protect, &bench->measured, &bench->params, STEP_MS);
}

static inline void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += STEP_MS)
        step(bench);
}

static inline int32_t *quantity_of(struct bench *bench, int id)
{
    return &bench->measured.quantity[rules[id].quantity];
}

static inline int32_t trip_value(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].trip;
}

/* One unit from the trip or release value, towards the safe side. */
static inline int32_t safer(int id, int32_t value)
{
    return rules[id].side == SIDE_OVER ? value - 1 : value + 1;
}

/* The first value that frees the rule, and the last that still holds it. */
static inline int32_t free_value(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].free;
}

static inline int32_t held_value(const struct bench *bench, int id)
{
    int32_t free = free_value(bench, id);
    return 2 * free - safer(id, free);
}

static inline bool active(const struct bench *bench, int id)
{
    return bench->protect.state[id].active;
}

static inline uint32_t hold_ms(const struct bench *bench, int id)
{
    (void)bench;
    return expected[id].hold_ms;
}

static inline uint8_t tries_of(const struct bench *bench, int id)
{
    return bench->protect.tries[rules[id].tries].count;
}

/* Puts the quantity at the trip value; returns the time until the rule acts. */
static inline uint32_t trip_now(struct bench *bench, int id)
{
    *quantity_of(bench, id) = trip_value(bench, id);
    uint32_t passed_ms = 0;
    while (!active(bench, id) && passed_ms < 120000) {
        step(bench);
        passed_ms += STEP_MS;
    }
    return passed_ms;
}

#endif
