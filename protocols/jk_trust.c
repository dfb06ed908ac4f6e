/* SPDX-License-Identifier: Apache-2.0
 * The rules against the frame before, a row per value, and the verdict. A pack that breaks the same
 * rules three times in a row means it: they are waived as long as it goes on, so that nothing can
 * lock a pack out.
 */
#include "protocols/jk_trust.h"

#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/number.h"

enum {
    UNKNOWN = INT32_MIN,
    RESTART_MS = 60000, /* after such a silence anything may have happened */
    STREAK_WAIVED = 3,
    CELL_STEP_MV = 20, /* and 3 mV a second */
    REST_STEP_MV = 100,
    CURRENT_STEP_MA = 10000,
    TEMP_JUMP_DDEGC = 100, /* and 2 K a second; within a poll nothing heats up faster */
};

/* --- against the frame before --- */

enum motion {
    MOVES_CLOCK,   /* by the time that passed, +- step; 0 is a clock that was never set */
    MOVES_COUNTER, /* up, at most step a second and ten more */
    MOVES_TIMER,   /* up or down with the time, +- step */
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
    {VALUE_run_time_s,       MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_uptime_s,         MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_clock_s,          MOVES_CLOCK,   false, VALUE_ID_COUNT,          2  },
    {VALUE_cycle_mah,        MOVES_COUNTER, false, VALUE_ID_COUNT,          150},
    {VALUE_record_count,     MOVES_COUNTER, false, VALUE_ID_COUNT,          2  },
    {VALUE_charge_phase_s,   MOVES_TIMER,   false, VALUE_ID_COUNT,          3  },
    {VALUE_sleep_left_s,     MOVES_TIMER,   false, VALUE_ID_COUNT,          3  },
    {VALUE_emergency_left_s, MOVES_TIMER,   false, VALUE_ID_COUNT,          3  },
    {VALUE_cell_max_mv,      WORSE_UP,      true,  VALUE_ID_COUNT,          20 },
    {VALUE_cell_min_mv,      WORSE_DOWN,    true,  VALUE_ID_COUNT,          20 },
    {VALUE_mos_ddegc,        WORSE_UP,      false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_max_ddegc,   WORSE_UP,      false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_min_ddegc,   WORSE_DOWN,    false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc,       WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 1,   WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 2,   WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 3,   WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_temp_ddegc + 4,   WORSE_OUT,     false, VALUE_ID_COUNT,          20 },
    {VALUE_soc_permille,     WORSE_NONE,    false, VALUE_ID_COUNT,          20 },
    {VALUE_charge_on,        WORSE_DOWN,    false, VALUE_charge_allowed,    0  },
    {VALUE_discharge_on,     WORSE_DOWN,    false, VALUE_discharge_allowed, 0  },
};

_Static_assert(COUNT(tracks) == JK_TRACK_COUNT, "a place per row");
enum { TRACK_TEMP_MAX = 11, TRACK_TEMP_MIN = 12, TRACK_CHARGE_ON = 19, TRACK_DISCHARGE_ON = 20 };

#define BIT(alarm) ((uint32_t)1 << ALARM_##alarm)
#define OPENS_BOTH (BIT(mos_over_temp) | BIT(cell_count) | BIT(current_sensor) | BIT(coprocessor))
#define OPENS_CHARGE                                                                               \
    (OPENS_BOTH | BIT(cell_over_voltage) | BIT(pack_over_voltage) | BIT(charge_over_current) |     \
     BIT(charge_short_circuit) | BIT(charge_over_temp) | BIT(charge_under_temp))
#define OPENS_DISCHARGE                                                                            \
    (OPENS_BOTH | BIT(cell_under_voltage) | BIT(pack_under_voltage) |                              \
     BIT(discharge_over_current) | BIT(discharge_short_circuit) | BIT(discharge_over_temp) |       \
     BIT(short_release_failed) | BIT(discharge_over_current_2) | BIT(discharge_over_current_3) |   \
     BIT(discharge_under_temp))

/* Bytes that stand still for days in every capture: {offset, size}. */
static const uint16_t fixed[][2] = {
    {0x040, 4 }, /* cells present */
    {0x0AC, 8 }, /* full capacity, cycles */
    {0x0B8, 1 }, /* state of health */
    {0x0D2, 2 },
    {0x0D6, 2 }, /* current correction */
    {0x0DC, 4 }, /* voltage correction */
    {0x0E8, 7 },
    {0x0F4, 4 },
    {0x0FE, 2 },
    {0x10D, 3 }, /* battery type */
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

/* Bytes of measuring circuits that rest at 0: {offset, size}. */
static const uint16_t resting[][2] = {
    {0x0D8, 4},
    {0x0E0, 4},
    {0x10C, 1},
};

static bool wakes(const uint8_t *data)
{
    uint8_t any = 0;
    for (size_t i = 0; i < COUNT(resting); i++) {
        for (size_t n = 0; n < resting[i][1]; n++)
            any |= data[resting[i][0] + n];
    }
    return any != 0;
}

/* Offsets from the mean of all cells but the lowest and the highest. */
static void listen_cells(const struct snapshot *snapshot, struct jk_said *said)
{
    int32_t sum = 0, count = 0, low = INT32_MAX, high = 0, mv;
    for (int i = 0; i < CELL_MAX; i++) {
        if (!snapshot_get(snapshot, (enum value_id)(VALUE_cell_mv + i), &mv))
            continue;
        low = min32(low, mv);
        high = max32(high, mv);
        sum += mv;
        count++;
    }
    said->rest_mv = snapshot->pack_mv - sum;
    int32_t mean = count > 2 ? (int32_t)div_round(sum - low - high, count - 2) : low;
    for (int i = 0; i < CELL_MAX; i++) {
        bool have = snapshot_get(snapshot, (enum value_id)(VALUE_cell_mv + i), &mv);
        said->cell_offset_mv[i] = (int8_t)(have ? clamp32((int64_t)mv - mean, -128, 127) : 0);
    }
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
    listen_cells(snapshot, said);
    said->pack_ma = snapshot->pack_ma;
    said->awake = wakes(data);
    said->fixed_crc = fixed_crc(data);
    said->wires_crc = crc32_more(crc32(data + 0x04A, 64), data + 0x08C, 4);
}

static bool strays(size_t i, const struct jk_said *now, const struct jk_said *then)
{
    const struct track_row *row = &tracks[i];
    int64_t passed_s = (now->at_ms - then->at_ms) / 1000;
    int64_t change = (int64_t)now->value[i] - then->value[i];
    if (now->value[i] == UNKNOWN || then->value[i] == UNKNOWN) /* a clock was set or lost */
        return row->motion == MOVES_CLOCK && now->value[i] != then->value[i];
    switch (row->motion) {
    case MOVES_CLOCK:
        return change < passed_s - row->step || change > passed_s + row->step + passed_s / 50;
    case MOVES_COUNTER:
        return change < 0 || change > row->step * (passed_s + 10);
    case MOVES_TIMER:
        return change < -passed_s - row->step || change > passed_s + row->step;
    default:
        return false;
    }
}

/* A cell between the others moved against them, and no current explains it, or all of them did
 * against the pack voltage. */
static bool cell_jumps(const struct jk_said *now, const struct jk_said *then)
{
    int64_t current_ma = (int64_t)now->pack_ma - then->pack_ma;
    int64_t step_mv = CELL_STEP_MV + 3 * (int64_t)((now->at_ms - then->at_ms) / 1000);
    int64_t rest_mv = (int64_t)now->rest_mv - then->rest_mv;
    int32_t most = 0, least = 0;
    if (rest_mv > REST_STEP_MV || rest_mv < -REST_STEP_MV)
        return true;
    bool same_pack = now->fixed_crc == then->fixed_crc && now->wires_crc == then->wires_crc;
    if (same_pack && (current_ma > CURRENT_STEP_MA || current_ma < -CURRENT_STEP_MA))
        return false;
    for (int i = 0; i < CELL_MAX; i++) {
        most = max32(most, then->cell_offset_mv[i]);
        least = min32(least, then->cell_offset_mv[i]);
    }
    for (int i = 0; i < CELL_MAX; i++) {
        int32_t offset = now->cell_offset_mv[i];
        int32_t change = offset - then->cell_offset_mv[i];
        bool free = same_pack && (offset > most || offset < least);
        if (!free && (change > step_mv || change < -step_mv))
            return true;
    }
    return false;
}

/* One sensor hotter and another colder at once, or one by more than heat can do. */
static bool temps_jump(const struct jk_said *now, const struct jk_said *then)
{
    int64_t most = TEMP_JUMP_DDEGC + 20 * (int64_t)((now->at_ms - then->at_ms) / 1000);
    bool hotter = false, colder = false, jump = false;
    for (size_t i = 0; i < COUNT(tracks); i++) {
        bool sensor = tracks[i].motion == WORSE_OUT || tracks[i].value == VALUE_mos_ddegc;
        int64_t change = (int64_t)now->value[i] - then->value[i];
        if (!sensor || now->value[i] == UNKNOWN || then->value[i] == UNKNOWN)
            continue;
        hotter = hotter || change > tracks[i].step;
        colder = colder || change < -tracks[i].step;
        jump = jump || change > most || change < -most;
    }
    return jump || (hotter && colder);
}

/* An alarm comes with its switch open. */
static bool alarms_contradict(const struct jk_said *now, const struct jk_said *then)
{
    uint32_t fresh = now->alarms[0] & ~then->alarms[0];
    return (fresh & OPENS_CHARGE && now->value[TRACK_CHARGE_ON] == 1) ||
           (fresh & OPENS_DISCHARGE && now->value[TRACK_DISCHARGE_ON] == 1);
}

/* What `now` cannot be after `then`. */
static uint32_t doubt_course(const struct jk_said *now, const struct jk_said *then)
{
    uint32_t doubts = jk_doubt_if(now->fixed_crc != then->fixed_crc, JK_DOUBT_FIXED) |
                      jk_doubt_if(now->awake && !then->awake, JK_DOUBT_FIXED) |
                      jk_doubt_if(now->wires_crc != then->wires_crc, JK_DOUBT_WIRES) |
                      jk_doubt_if(then->acknowledged && !now->acknowledged, JK_DOUBT_ALONE) |
                      jk_doubt_if(cell_jumps(now, then), JK_DOUBT_CELLS) |
                      jk_doubt_if(temps_jump(now, then), JK_DOUBT_TEMPS) |
                      jk_doubt_if(alarms_contradict(now, then), JK_DOUBT_ALARMS);
    for (size_t i = 0; i < COUNT(tracks); i++) {
        enum jk_doubt doubt = tracks[i].motion == MOVES_COUNTER ? JK_DOUBT_COUNTER : JK_DOUBT_CLOCK;
        doubts |= jk_doubt_if(strays(i, now, then), doubt);
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
        return trust->easing >> i & 1 || betters(i, seen, &trust->last);
    int64_t change = (int64_t)now->value[i] - seen->value[i];
    return change >= -tracks[i].step && change <= tracks[i].step;
}

/* Puts the last values where better ones are new. True when there were any. */
static bool keep_back(struct jk_trust *trust, struct jk_said *now, struct snapshot *snapshot)
{
    const struct jk_said read = *now; /* sensors are compared as they were read */
    bool waits = false;
    uint32_t easing = 0;
    for (size_t i = 0; i < COUNT(tracks); i++) {
        bool better = betters(i, &read, &trust->last);
        easing |= (uint32_t)better << i;
        if (!better || confirmed(trust, i, &read))
            continue;
        waits = true;
        now->value[i] = trust->last.value[i];
        snapshot_put(snapshot, (enum value_id)tracks[i].value, now->value[i]);
        if (tracks[i].also != VALUE_ID_COUNT)
            snapshot_put(snapshot, (enum value_id)tracks[i].also, now->value[i]);
    }
    trust->easing = easing;
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

/* The frame before confirms one that does not fit what is believed. Not where cells moved against
 * each other: with a head of another pack's frame two in a row are no accident. */
static uint32_t doubt_history(const struct jk_trust *trust, const struct jk_said *now)
{
    const uint32_t never = jk_doubt_if(true, JK_DOUBT_CELLS);
    if (!trust->met)
        return jk_doubt_if(true, JK_DOUBT_FIRST);
    if (!trust->trusted)
        return doubt_course(now, &trust->seen);
    uint32_t doubts = doubt_course(now, &trust->last);
    bool confirmed_now = !(doubts & never) && doubt_course(now, &trust->seen) == 0;
    return confirmed_now ? 0 : doubts;
}

/* Counts the doubts; true when they have come so often that they are this pack's kind. */
static bool wont_change(struct jk_trust *trust, uint32_t doubts)
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
    uint32_t doubts = jk_doubts(frame, snapshot) | doubt_history(trust, &now);
    trust->waived &= doubts;
    doubts &= ~trust->waived;
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
        bool moves = tracks[i].motion <= MOVES_TIMER;
        if (!moves && snapshot_get(snapshot, (enum value_id)tracks[i].value, &value))
            trust->last.value[i] = value;
    }
    if (snapshot_have(snapshot, VALUE_alarms))
        memcpy(trust->last.alarms, snapshot->alarms, sizeof(trust->last.alarms));
}
