/* SPDX-License-Identifier: Apache-2.0
 * A bank under test with a clock and a healthy reading that each test changes as it likes: 52.8 V,
 * 10 A charging, 60.0 %, 314 Ah, CCL 100 A, DCL 150 A, CVL 56.8 V, DVL 46.4 V.
 */
#ifndef HEARTH_TESTS_BANK_PACKS_H
#define HEARTH_TESTS_BANK_PACKS_H

#include "bank/bank.h"
#include "base/number.h"

enum { PERIOD_MS = 500, TIMEOUT_MS = 30000 };

struct fixture {
    struct bank bank;
    struct snapshot reading;
    struct params params;
    uint32_t now_ms;
    uint32_t period_ms;
};

static inline struct snapshot healthy_reading(void)
{
    static const struct {
        uint8_t id;
        int32_t value;
    } values[] = {
        {VALUE_pack_mv,            52800 },
        {VALUE_pack_ma,            10000 },
        {VALUE_power_w,            528   },
        {VALUE_soc_permille,       600   },
        {VALUE_soh_permille,       1000  },
        {VALUE_remaining_mah,      188400},
        {VALUE_full_mah,           314000},
        {VALUE_cycle_count,        10    },
        {VALUE_cell_count,         16    },
        {VALUE_cell_min_mv,        3295  },
        {VALUE_cell_max_mv,        3305  },
        {VALUE_cell_min_index,     3     },
        {VALUE_cell_max_index,     7     },
        {VALUE_temp_mean_ddegc,    250   },
        {VALUE_temp_min_ddegc,     240   },
        {VALUE_temp_max_ddegc,     260   },
        {VALUE_mos_ddegc,          300   },
        {VALUE_charge_limit_mv,    56800 },
        {VALUE_charge_limit_ma,    100000},
        {VALUE_discharge_limit_mv, 46400 },
        {VALUE_discharge_limit_ma, 150000},
        {VALUE_charge_allowed,     1     },
        {VALUE_discharge_allowed,  1     },
        {VALUE_charge_on,          1     },
        {VALUE_discharge_on,       1     },
        {VALUE_force_charge,       0     },
    };
    struct snapshot reading;
    snapshot_init(&reading);
    for (size_t i = 0; i < COUNT(values); i++)
        snapshot_put(&reading, (enum value_id)values[i].id, values[i].value);
    snapshot_put(&reading, VALUE_voltage_limit_reason, REASON_bulk);
    snapshot_put_maker(&reading, "HEARTH", 6);
    return reading;
}

static inline struct fixture fixture_start(uint8_t expected_count)
{
    struct fixture f = {.reading = healthy_reading(), .now_ms = 1000, .period_ms = PERIOD_MS};
    params_init(&f.params);
    bank_init(&f.bank, expected_count, TIMEOUT_MS);
    return f;
}

static inline void fixture_status(struct fixture *f, uint8_t index)
{
    bank_put_status(&f->bank, index, &f->reading, f->now_ms, f->period_ms);
}

/* A complete reading. */
static inline void fixture_pack(struct fixture *f, uint8_t index)
{
    fixture_status(f, index);
    bank_put_params(&f->bank, index, &f->params, f->now_ms);
}

static inline void fixture_step(struct fixture *f, uint32_t dt_ms)
{
    f->now_ms += dt_ms;
    bank_step(&f->bank, f->now_ms);
}

/* Runs in steps of 10 ms while the packs of the mask answer in each. */
static inline void fixture_run(struct fixture *f, uint32_t time_ms, uint16_t answering_mask)
{
    for (uint32_t t = 0; t < time_ms; t += 10) {
        f->now_ms += 10;
        for (uint8_t i = 0; i < PACK_MAX; i++) {
            if (answering_mask >> i & 1)
                fixture_status(f, i);
        }
        bank_step(&f->bank, f->now_ms);
    }
}

static inline void fixture_without_limits(struct fixture *f)
{
    snapshot_set_have(&f->reading, VALUE_charge_limit_mv, false);
    snapshot_set_have(&f->reading, VALUE_charge_limit_ma, false);
    snapshot_set_have(&f->reading, VALUE_discharge_limit_mv, false);
    snapshot_set_have(&f->reading, VALUE_discharge_limit_ma, false);
}

#endif
