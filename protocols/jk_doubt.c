/* SPDX-License-Identifier: Apache-2.0
 * The rules within one frame, a row per checked value. Tolerances hold for every status frame there
 * are captures of (firmware 11.28 to 15.38): mean within 1 mV, difference and extremes within 2 mV
 * (they are of another moment), pack voltage -4..7 mV beside the sum of the cells, its copy cut to
 * 10 mV, power within 1 %, in one frame 4 %.
 */
#include "protocols/jk_doubt.h"

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"

enum {
    TEMP_SENSORS = 5,
    OWN_MARK = 0x48, /* upper byte of the field that carries our own alarms, see jk_map.c */
};

static const struct range_row {
    uint8_t value; /* first of `count` */
    uint8_t count;
    int32_t low;
    int32_t high;
} ranges[] = {
    {VALUE_cell_count,       1,        1,        CELL_MAX},
    {VALUE_cell_mv,          CELL_MAX, 0,        5000    },
    {VALUE_temp_ddegc,       TEMP_MAX, -500,     1500    },
    {VALUE_mos_ddegc,        1,        -500,     2000    },
    {VALUE_pack_ma,          1,        -1000000, 1000000 },
    {VALUE_soc_permille,     1,        0,        1000    },
    {VALUE_remaining_mah,    1,        0,        4000000 },
    {VALUE_balance_ma,       1,        -5000,    5000    },
    {VALUE_balance_state,    1,        0,        2       },
    {VALUE_charge_phase,     1,        0,        2       },
    {VALUE_emergency_left_s, 1,        0,        15300   },
    {VALUE_sleep_left_s,     1,        0,        864000  },
    {VALUE_heating_ma,       1,        -20000,   20000   },
};

struct cells {
    int32_t count;
    int32_t sum_mv;
    int32_t low_mv;
    int32_t high_mv;
};

/* What of a frame a residual is made from. */
struct sample {
    const uint8_t *data; /* the block */
    const struct snapshot *snapshot;
    struct cells cells;
};

static struct cells count_cells(const struct snapshot *snapshot)
{
    struct cells cells = {0, 0, INT32_MAX, 0};
    for (int i = 0; i < CELL_MAX; i++) {
        int32_t mv;
        if (!snapshot_get(snapshot, (enum value_id)(VALUE_cell_mv + i), &mv))
            continue;
        cells.count++;
        cells.sum_mv += mv;
        cells.low_mv = min32(cells.low_mv, mv);
        cells.high_mv = max32(cells.high_mv, mv);
    }
    return cells;
}

/* Sixteenths of a millivolt. */
static int64_t mean_residual(const struct sample *sample)
{
    int64_t sum = (int64_t)sample->snapshot->cell_mean_mv * sample->cells.count;
    return div_round((sum - sample->cells.sum_mv) * 16, sample->cells.count);
}

static int64_t spread_residual(const struct sample *sample)
{
    return sample->snapshot->cell_spread_mv - (sample->cells.high_mv - sample->cells.low_mv);
}

/* A number of no cell leaves the extreme at 0. */
static int64_t highest_residual(const struct sample *sample)
{
    return sample->cells.high_mv - sample->snapshot->cell_max_mv;
}

static int64_t lowest_residual(const struct sample *sample)
{
    return sample->snapshot->cell_min_mv - sample->cells.low_mv;
}

static int64_t sum_residual(const struct sample *sample)
{
    return (int64_t)sample->snapshot->pack_mv - sample->cells.sum_mv;
}

static int64_t copy_residual(const struct sample *sample)
{
    return (int64_t)sample->snapshot->pack_mv - 10 * (int64_t)get_u16le(sample->data + 0x0E4);
}

/* In 1/1000 of what may be: 25 W and 2 %. */
static int64_t power_residual(const struct sample *sample)
{
    int64_t told_w = abs32(sample->snapshot->power_w);
    int64_t product = (int64_t)sample->snapshot->pack_mv * sample->snapshot->pack_ma;
    int64_t true_w = div_round(product < 0 ? -product : product, 1000000);
    return div_round((told_w - true_w) * 1000, 25 + true_w / 50);
}

static int64_t soc_residual(const struct sample *sample)
{
    int64_t full_mah = get_u32le(sample->data + 0x0AC);
    int64_t fine =
        full_mah ? div_round((int64_t)sample->snapshot->remaining_mah * 1000, full_mah) : INT32_MAX;
    return fine - 10 * (int64_t)sample->data[0x0A7];
}

/* Bits that no pack uses: alarms 29..31, contacts but 1 and 2, what belongs to alarms of ours, and
 * the two of the sensor mask that are always set. */
static int64_t spare_bits(const struct sample *sample)
{
    const uint8_t *data = sample->data;
    uint16_t own = get_u16le(data + 0x0BA);
    return (get_u32le(data + 0x0A0) >> JK_ALARM_COUNT) | (data[0x113] & ~6u) |
           (~data[0x0D0] & 0xC0u) | (own >> 8 == OWN_MARK ? own & 0xFCu : own);
}

/* A sensor that gives a value and is told missing. */
static int64_t bad_sensors(const struct sample *sample)
{
    const struct snapshot *snapshot = sample->snapshot;
    int64_t bad = snapshot_have(snapshot, VALUE_mos_ddegc) && !(sample->data[0x0D0] & 1);
    for (int i = 0; i < TEMP_SENSORS; i++) {
        bool have = snapshot_have(snapshot, (enum value_id)(VALUE_temp_ddegc + i));
        bad += have && !(sample->data[0x0D0] >> (i + 1) & 1);
    }
    return bad;
}

/* Currents of what is off. */
static int64_t idle_heater_ma(const struct sample *sample)
{
    return sample->snapshot->heating_on ? 0 : sample->snapshot->heating_ma;
}

static int64_t idle_balancer_ma(const struct sample *sample)
{
    return sample->snapshot->balance_state ? 0 : sample->snapshot->balance_ma;
}

/* Neither 0 nor 1, or unlike their copies. */
static int64_t bad_flags(const struct sample *sample)
{
    const uint8_t *data = sample->data;
    int64_t bad = (data[0x0C2] != data[0x0B9]) + ((data[0x0C3] != 0) != (data[0x0A6] != 0));
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool flag = jk_block(row) == JK_BLOCK_STATUS && row->type == JK_TYPE_BOOL;
        bad += flag && data[jk_offset(row)] > 1;
    }
    return bad;
}

static int64_t bad_timers(const struct sample *sample)
{
    int64_t bad = 0;
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool timer = row->kind == JK_HOOK_TIMER || row->kind == JK_HOOK_FIRST_TIMER;
        bad += timer && get_u16le(sample->data + jk_offset(row)) != 0 &&
               !(sample->snapshot->alarms[0] & row->alarms);
    }
    return bad;
}

static const struct residual_row {
    uint8_t doubt;
    int64_t (*residual)(const struct sample *sample);
    int32_t low;
    int32_t high;
} residuals[] = {
    {JK_DOUBT_CELL_MEAN,   mean_residual,    -16,   16  },
    {JK_DOUBT_CELL_SPREAD, spread_residual,  -3,    3   },
    {JK_DOUBT_CELL_SPREAD, highest_residual, 0,     3   },
    {JK_DOUBT_CELL_SPREAD, lowest_residual,  0,     3   },
    {JK_DOUBT_CELL_SUM,    sum_residual,     -100,  100 },
    {JK_DOUBT_PACK_COPY,   copy_residual,    -5,    9   },
    {JK_DOUBT_POWER,       power_residual,   -1000, 1000},
    {JK_DOUBT_SOC,         soc_residual,     -13,   13  },
    {JK_DOUBT_FLAGS,       spare_bits,       0,     0   },
    {JK_DOUBT_FLAGS,       bad_flags,        0,     0   },
    {JK_DOUBT_FLAGS,       bad_sensors,      0,     0   },
    {JK_DOUBT_FLAGS,       idle_heater_ma,   -100,  100 },
    {JK_DOUBT_FLAGS,       idle_balancer_ma, -100,  100 },
    {JK_DOUBT_TIMERS,      bad_timers,       0,     0   },
};

static uint32_t doubt_ranges(const struct snapshot *snapshot)
{
    uint32_t doubts = 0;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        const struct range_row *row = &ranges[i];
        for (int n = 0; n < row->count; n++) {
            int32_t value;
            bool have = snapshot_get(snapshot, (enum value_id)(row->value + n), &value);
            doubts |= jk_doubt_if(have && (value < row->low || value > row->high), JK_DOUBT_RANGE);
        }
    }
    return doubts;
}

uint32_t jk_doubts(const uint8_t frame[JK_FRAME_SIZE], const struct snapshot *snapshot)
{
    struct sample sample = {frame + JK_FRAME_DATA, snapshot, count_cells(snapshot)};
    uint32_t doubts = doubt_ranges(snapshot);
    if (sample.cells.count == 0)
        return doubts | jk_doubt_if(true, JK_DOUBT_RANGE);
    for (size_t i = 0; i < COUNT(residuals); i++) {
        const struct residual_row *row = &residuals[i];
        int64_t residual = row->residual(&sample);
        doubts |= jk_doubt_if(residual < row->low || residual > row->high, row->doubt);
    }
    return doubts;
}
