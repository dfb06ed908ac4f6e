/* SPDX-License-Identifier: Apache-2.0
 * A healthy pack and its limits at their best, for the tests of core/limits.c.
 */
#ifndef HEARTH_TESTS_CORE_LIMITS_BENCH_H
#define HEARTH_TESTS_CORE_LIMITS_BENCH_H

#include "tests/support/test.h"

#include "core/limits.h"
#include "ui/words.h"

enum {
    FULL_CHARGE_MA = 157000,    /* 0.5C of 314 Ah */
    FULL_DISCHARGE_MA = 198000, /* 0.9 of the lowest trip, 220 A */
    BULK_MV = 16 * 3550,
    FLOAT_MV = 16 * 3375,
    STEP_MS = 100,
};

struct bench {
    struct limits limits;
    struct snapshot snapshot;
    struct params params;
};

static inline void one_step(struct bench *bench, uint32_t dt_ms)
{
    limits_step(&bench->limits, &bench->snapshot, &bench->params, dt_ms);
}

static inline void put(struct bench *bench, enum value_id id, int32_t value)
{
    snapshot_put(&bench->snapshot, id, value);
}

/* A healthy pack at 25.0 degC, 3.30 V per cell, half full; limits at their best. */
static inline void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    snapshot_init(&bench->snapshot);
    const int32_t values[][2] = {
        {VALUE_pack_mv,           52800},
        {VALUE_cell_min_mv,       3300 },
        {VALUE_cell_max_mv,       3300 },
        {VALUE_temp_min_ddegc,    250  },
        {VALUE_temp_max_ddegc,    250  },
        {VALUE_mos_ddegc,         300  },
        {VALUE_soc_permille,      500  },
        {VALUE_power_state,       2    },
        {VALUE_charge_allowed,    1    },
        {VALUE_pack_ma,           0    },
        {VALUE_discharge_allowed, 1    },
    };
    for (size_t i = 0; i < COUNT(values); i++)
        snapshot_put(&bench->snapshot, (enum value_id)values[i][0], values[i][1]);
    memset(&bench->limits, 0xff, sizeof(bench->limits));
    limits_init(&bench->limits);
    one_step(bench, 1);
    one_step(bench, 60000);
}

static inline void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += STEP_MS)
        one_step(bench, STEP_MS);
}

static inline void expect(struct limit limit, int32_t value, enum reason reason)
{
    assert_int_equal(limit.value, value);
    assert_string_equal(reason_info[limit.reason].name, reason_info[reason].name);
    if (reason_info[reason].subject == REASON_SUBJECT_NONE)
        assert_int_equal(limit.index, 0);
}

#endif
