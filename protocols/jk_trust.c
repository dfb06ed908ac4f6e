/* SPDX-License-Identifier: Apache-2.0
 * The rules, a row per checked value. Tolerances hold for every status frame we have captures of
 * (firmware 11.28 to 15.38): mean within 1 mV, difference and extremes within 2 mV (they are of
 * another moment), pack voltage -4..7 mV beside the sum, its copy cut to 10 mV, power within 4 %.
 * A pack that breaks a rule three times in a row is of its own kind: the rule is waived for it, so
 * that nothing can lock a pack out.
 */
#include "protocols/jk_trust.h"

#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"

enum {
    UNKNOWN = INT32_MIN,
    RESTART_MS = 60000, /* after such a silence anything may have happened */
    STREAK_WAIVED = 3,
    OWN_MARK = 0x48, /* upper byte of the field that carries our own alarms, see jk_map.c */
};

/* --- within one frame --- */

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

/* Bits that no pack uses: alarms 29..31, contacts but 1 and 2, what belongs to alarms of ours. */
static int64_t spare_bits(const struct sample *sample)
{
    uint16_t own = get_u16le(sample->data + 0x0BA);
    return (get_u32le(sample->data + 0x0A0) >> JK_ALARM_COUNT) | (sample->data[0x113] & ~6u) |
           (own >> 8 == OWN_MARK ? own & 0xFCu : own);
}

static int64_t bad_flags(const struct sample *sample)
{
    int64_t bad = 0;
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool flag = row->block == JK_BLOCK_STATUS && row->type == JK_TYPE_BOOL;
        bad += flag && sample->data[row->offset] > 1;
    }
    return bad;
}

static int64_t bad_timers(const struct sample *sample)
{
    int64_t bad = 0;
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool timer = row->kind == JK_HOOK_TIMER || row->kind == JK_HOOK_FIRST_TIMER;
        bad += timer && get_u16le(sample->data + row->offset) != 0 &&
               !(sample->snapshot->alarms[0] & (uint32_t)row->num);
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
    {JK_DOUBT_CELL_SUM,    sum_residual,     -200,  200 },
    {JK_DOUBT_PACK_COPY,   copy_residual,    -5,    9   },
    {JK_DOUBT_POWER,       power_residual,   -1000, 1000},
    {JK_DOUBT_SOC,         soc_residual,     -13,   13  },
    {JK_DOUBT_FLAGS,       spare_bits,       0,     0   },
    {JK_DOUBT_FLAGS,       bad_flags,        0,     0   },
    {JK_DOUBT_TIMERS,      bad_timers,       0,     0   },
};

static uint16_t doubt_if(bool wrong, uint8_t doubt)
{
    return (uint16_t)(wrong ? 1u << doubt : 0);
}

static uint16_t doubt_ranges(const struct snapshot *snapshot)
{
    uint16_t doubts = 0;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        const struct range_row *row = &ranges[i];
        for (int n = 0; n < row->count; n++) {
            int32_t value;
            bool have = snapshot_get(snapshot, (enum value_id)(row->value + n), &value);
            doubts |= doubt_if(have && (value < row->low || value > row->high), JK_DOUBT_RANGE);
        }
    }
    return doubts;
}

static uint16_t doubt_itself(const uint8_t *frame, const struct snapshot *snapshot)
{
    struct sample sample = {frame + JK_FRAME_DATA, snapshot, count_cells(snapshot)};
    uint16_t doubts = doubt_ranges(snapshot);
    if (sample.cells.count == 0)
        return doubts | doubt_if(true, JK_DOUBT_RANGE);
    for (size_t i = 0; i < COUNT(residuals); i++) {
        const struct residual_row *row = &residuals[i];
        int64_t residual = row->residual(&sample);
        doubts |= doubt_if(residual < row->low || residual > row->high, row->doubt);
    }
    return doubts;
}

/* --- against another frame --- */

enum motion {
    MOVES_CLOCK,   /* by the time that passed, +- step; 0 is a clock that was never set */
    MOVES_COUNTER, /* up, at most step a second and ten more */
    WORSE_UP,      /* free upwards; downwards by more than a step it waits */
    WORSE_DOWN,
    WORSE_OUT, /* free beyond the sensors of the frame before; between them it waits */
    WORSE_NONE /* any step of more waits */
};

/* In the order of struct jk_said. `ramp`: two steps in the same direction confirm each other. */
static const struct track_row {
    uint8_t value;
    uint8_t motion; /* enum motion */
    bool ramp;
    uint8_t also; /* put back with it; VALUE_ID_COUNT none */
    int32_t step;
} tracks[] = {
    {VALUE_run_time_s,     MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_uptime_s,       MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_clock_s,        MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_cycle_mah,      MOVES_COUNTER, false, VALUE_ID_COUNT,          150},
    {VALUE_record_count,   MOVES_COUNTER, false, VALUE_ID_COUNT,          10 },
    {VALUE_cell_max_mv,    WORSE_UP,      true,  VALUE_ID_COUNT,          20 },
    {VALUE_cell_min_mv,    WORSE_DOWN,    true,  VALUE_ID_COUNT,          20 },
    {VALUE_mos_ddegc,      WORSE_UP,      false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_max_ddegc, WORSE_UP,      false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_min_ddegc, WORSE_DOWN,    false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc,     WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 1, WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 2, WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 3, WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 4, WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_soc_permille,   WORSE_NONE,    false, VALUE_ID_COUNT,          20 },
    {VALUE_charge_on,      WORSE_DOWN,    false, VALUE_charge_allowed,    0  },
    {VALUE_discharge_on,   WORSE_DOWN,    false, VALUE_discharge_allowed, 0  },
};

_Static_assert(COUNT(tracks) == JK_TRACK_COUNT, "a place per row");
enum { TRACK_TEMP_MAX = 8, TRACK_TEMP_MIN = 9 };

/* Bytes that stand still for days in every capture: {offset, size}. */
static const uint16_t fixed[][2] = {
    {0x040, 4 }, /* cells present */
    {0x0AC, 8 }, /* full capacity, cycles */
    {0x0B8, 1 }, /* state of health */
    {0x0D2, 2 },
    {0x0DC, 4 }, /* voltage correction */
    {0x0E8, 7 },
    {0x0F4, 4 },
    {0x10D, 1 }, /* battery type */
    {0x114, 17}, /* capabilities */
};

static uint32_t fixed_crc(const uint8_t *data)
{
    uint32_t crc = 0;
    uint32_t present = get_u32le(data + 0x040);
    for (size_t i = 0; i < COUNT(fixed); i++)
        crc = crc32_more(crc, data + fixed[i][0], fixed[i][1]);
    for (size_t i = 0; i < CELL_MAX; i++) {
        if (!(present >> i & 1))
            crc = crc32_more(crc, data + 2 * i, 2);
    }
    return crc;
}

static void listen(const uint8_t *frame, const struct snapshot *snapshot, struct jk_said *said)
{
    const uint8_t *data = frame + JK_FRAME_DATA;
    for (size_t i = 0; i < COUNT(tracks); i++) {
        int32_t value;
        bool known = snapshot_get(snapshot, (enum value_id)tracks[i].value, &value) &&
                     (value != 0 || tracks[i].motion != MOVES_CLOCK);
        said->value[i] = known ? value : UNKNOWN;
    }
    memcpy(said->alarms, snapshot->alarms, sizeof(said->alarms));
    said->fixed_crc = fixed_crc(data);
    said->wires_crc = crc32_more(crc32(data + 0x04A, 64), data + 0x08C, 4);
}

static bool strays(size_t i, const struct jk_said *now, const struct jk_said *then)
{
    const struct track_row *row = &tracks[i];
    int64_t passed_s = (now->at_ms - then->at_ms) / 1000;
    int64_t change = (int64_t)now->value[i] - then->value[i];
    if (now->value[i] == UNKNOWN || then->value[i] == UNKNOWN)
        return row->motion == MOVES_CLOCK && then->value[i] != UNKNOWN; /* it stopped */
    switch (row->motion) {
    case MOVES_CLOCK:
        return change < passed_s - row->step || change > passed_s + row->step + passed_s / 50;
    case MOVES_COUNTER:
        return change < 0 || change > row->step * (passed_s + 10);
    default:
        return false;
    }
}

/* What `now` cannot be after `then`. */
static uint16_t doubt_course(const struct jk_said *now, const struct jk_said *then)
{
    uint16_t doubts = doubt_if(now->fixed_crc != then->fixed_crc, JK_DOUBT_FIXED) |
                      doubt_if(now->wires_crc != then->wires_crc, JK_DOUBT_WIRES) |
                      doubt_if(then->acknowledged && !now->acknowledged, JK_DOUBT_ALONE);
    for (size_t i = 0; i < COUNT(tracks); i++) {
        uint8_t doubt = tracks[i].motion == MOVES_CLOCK ? JK_DOUBT_CLOCK : JK_DOUBT_COUNTER;
        doubts |= doubt_if(strays(i, now, then), doubt);
    }
    return doubts;
}

/* --- better values wait --- */

static bool betters(size_t i, const struct jk_said *now, const struct jk_said *then)
{
    const struct track_row *row = &tracks[i];
    int32_t value = now->value[i];
    int64_t change = (int64_t)value - then->value[i];
    if (value == UNKNOWN || then->value[i] == UNKNOWN)
        return false;
    switch (row->motion) {
    case WORSE_UP:
        return change < -row->step;
    case WORSE_DOWN:
        return change > row->step;
    case WORSE_OUT:
        return (change > row->step && value <= then->value[TRACK_TEMP_MAX]) ||
               (change < -row->step && value >= then->value[TRACK_TEMP_MIN]);
    case WORSE_NONE:
        return change > row->step || change < -row->step;
    default:
        return false;
    }
}

static bool confirmed(const struct jk_trust *trust, size_t i, const struct jk_said *now)
{
    const struct jk_said *seen = &trust->seen;
    if (seen->value[i] == UNKNOWN)
        return false;
    if (tracks[i].ramp)
        return betters(i, seen, &trust->last);
    int64_t change = (int64_t)now->value[i] - seen->value[i];
    return change >= -tracks[i].step && change <= tracks[i].step;
}

/* Puts the last values where better ones are new. True when there were any. */
static bool keep_back(const struct jk_trust *trust, struct jk_said *now, struct snapshot *snapshot)
{
    const struct jk_said read = *now; /* sensors are compared as they were read */
    bool waits = false;
    for (size_t i = 0; i < COUNT(tracks); i++) {
        if (!betters(i, &read, &trust->last) || confirmed(trust, i, &read))
            continue;
        waits = true;
        now->value[i] = trust->last.value[i];
        snapshot_put(snapshot, (enum value_id)tracks[i].value, now->value[i]);
        if (tracks[i].also != VALUE_ID_COUNT)
            snapshot_put(snapshot, (enum value_id)tracks[i].also, now->value[i]);
    }
    for (int i = 0; i < ALARM_WORDS; i++) {
        uint32_t kept = trust->last.alarms[i] & ~read.alarms[i] & trust->seen.alarms[i];
        waits = waits || kept != 0;
        now->alarms[i] |= kept;
        snapshot->alarms[i] |= kept;
    }
    return waits;
}

/* --- verdict --- */

static void count(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        (*counter)++;
}

static bool holds_another(const uint8_t *frame)
{
    size_t inside = JK_FRAME_SIZE - 1;
    return jk_frame_find(frame + 1, inside) + JK_MARKER_SIZE <= inside;
}

/* The frame before confirms one that does not fit what is believed. */
static uint16_t doubt_history(const struct jk_trust *trust, const struct jk_said *now)
{
    if (!trust->met)
        return doubt_if(true, JK_DOUBT_FIRST);
    if (!trust->trusted)
        return doubt_course(now, &trust->seen);
    uint16_t doubts = doubt_course(now, &trust->last);
    return doubts && doubt_course(now, &trust->seen) == 0 ? 0 : doubts;
}

/* Counts the doubts; true when they have come so often that they are this pack's kind. */
static bool wont_change(struct jk_trust *trust, uint16_t doubts)
{
    trust->streak = (uint8_t)(doubts == trust->doubts ? trust->streak + 1 : 1);
    trust->doubts = doubts;
    if (trust->streak >= STREAK_WAIVED) {
        trust->waived |= doubts;
        return true;
    }
    for (size_t i = 0; i < JK_DOUBT_COUNT; i++) {
        if (doubts >> i & 1)
            count(&trust->held[i]);
    }
    return false;
}

static void forget(struct jk_trust *trust, uint32_t now_ms)
{
    if (!trust->met || now_ms - trust->seen.at_ms <= RESTART_MS)
        return;
    trust->met = false;
    trust->trusted = false;
    trust->streak = 0;
}

void jk_trust_init(struct jk_trust *trust)
{
    memset(trust, 0, sizeof(*trust));
}

enum jk_verdict jk_trust_judge(struct jk_trust *trust, const uint8_t frame[JK_FRAME_SIZE],
                               bool acknowledged, struct snapshot *snapshot, uint32_t now_ms)
{
    struct jk_said now = {.at_ms = now_ms, .acknowledged = acknowledged};
    if (holds_another(frame)) {
        count(&trust->refused);
        return JK_REFUSED;
    }
    listen(frame, snapshot, &now);
    forget(trust, now_ms);
    uint16_t doubts = doubt_itself(frame, snapshot) | doubt_history(trust, &now);
    doubts &= (uint16_t)~trust->waived;
    struct jk_said seen = now;
    bool held = doubts != 0 && !wont_change(trust, doubts);
    bool waits = !held && trust->trusted && keep_back(trust, &now, snapshot);
    if (!held) {
        trust->last = now;
        trust->trusted = true;
    }
    if (doubts == 0)
        trust->streak = 0;
    if (waits)
        count(&trust->waits);
    trust->seen = seen;
    trust->met = true;
    if (held)
        return JK_HELD;
    return waits ? JK_TAKEN_WORSE : JK_TAKEN;
}

void jk_trust_confirm(struct jk_trust *trust, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < COUNT(tracks); i++) {
        int32_t value;
        bool moves = tracks[i].motion == MOVES_CLOCK || tracks[i].motion == MOVES_COUNTER;
        if (!moves && snapshot_get(snapshot, (enum value_id)tracks[i].value, &value))
            trust->last.value[i] = value;
    }
    if (snapshot_have(snapshot, VALUE_alarms))
        memcpy(trust->last.alarms, snapshot->alarms, sizeof(trust->last.alarms));
}
