/* SPDX-License-Identifier: Apache-2.0
 * A power state machine on the bench: any state, no cause for any arrow, times of about a minute.
 */
#ifndef HEARTH_TESTS_CORE_POWER_BENCH_H
#define HEARTH_TESTS_CORE_POWER_BENCH_H

#include "tests/support/test.h"

#include "core/power.h"

enum { SELF_TEST_MS = 1000, EMPTY_S = 59, IDLE_S = 61, EMERGENCY_S = 120, STEP_MAX_MS = 60000 };

struct bench {
    struct power power;
    struct power_conditions conditions;
    struct measured measured;
    struct params params;
};

static inline void cells(struct bench *bench, int32_t mv)
{
    bench->measured.quantity[QUANTITY_CELL_MIN_MV] = mv;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = mv;
}

/* No cause holds, but for the one that lies in the state itself: SHUTTING_DOWN ends by itself. */
static inline void put_into(struct bench *bench, enum power_state state)
{
    bench->power.state = (uint8_t)state;
    bench->power.emergency_ms = state == POWER_EMERGENCY ? EMERGENCY_S * 1000u : 0;
    bench->conditions =
        (struct power_conditions){.precharging = true, .blocked = state == POWER_PROTECT};
    bench->measured.complete = true;
    bench->measured.pack_ma = 0;
    bench->params.smart_sleep_enabled = 0;
    cells(bench, 3300);
}

static inline void start(struct bench *bench, enum power_state state)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    bench->params.power_off_delay_s = EMPTY_S;
    bench->params.smart_sleep_delay_s = IDLE_S;
    bench->params.emergency_s = EMERGENCY_S;
    power_init(&bench->power, false);
    put_into(bench, state);
}

static inline void step(struct bench *bench, uint32_t dt_ms)
{
    power_step(&bench->power, &bench->conditions, &bench->measured, &bench->params, dt_ms);
}

/* Steps of at most `longest_ms` that make `ms` together. */
static inline void steps(struct bench *bench, uint32_t ms, uint32_t longest_ms)
{
    while (ms > 0) {
        uint32_t dt_ms = ms < longest_ms ? ms : longest_ms;
        step(bench, dt_ms);
        ms -= dt_ms;
    }
}

static inline void expect(const struct bench *bench, enum power_state state)
{
    assert_int_equal(bench->power.state, state);
}

static inline bool has_arrow(enum power_state from, enum power_cause cause)
{
    for (int i = 0; i < POWER_ARROW_COUNT; i++) {
        if (power_arrows[i].from == from && power_arrows[i].cause == cause)
            return true;
    }
    return false;
}

#endif
