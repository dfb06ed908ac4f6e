/* SPDX-License-Identifier: Apache-2.0
 * Current limits as the minimum over the rules of core/limits.def, each with its reason. They fall
 * at once and rise by at most 5 % of full scale per second, a minute after a protection; time in
 * which the direction was closed, and that minute, count for nothing. The charge voltage is
 * core/charge.c.
 */
#include "core/limits.h"

#include "base/number.h"
#include "core/derate.h"
#include "core/power.h"

enum {
    TRIP_MARGIN_PERMILLE = 900,
    RISE_PERMILLE_PER_S = 50,
    AFTER_TRIP_MS = 60000,
    EMERGENCY_PERMILLE = 200, /* of 1C */
    EMERGENCY_CELL_MV = 2500,
    NO_INDEX = VALUE_ID_COUNT,
};

enum direction { CHARGE, DISCHARGE };
enum { TRIP, WARN };
enum { BINDS, WAIVED };
enum { OF_CAPACITY, OF_FULL };

/* Rows of core/limits.def. */
static const struct lowered {
    uint8_t direction;
    uint8_t alarm;
    uint8_t level;
    uint8_t reason;
    int16_t permille;
} lowered[] = {
#define LOWERED(direction, alarm, level, permille, reason)                                         \
    {direction, ALARM_##alarm, level, REASON_##reason, permille},
#define TAPER(...)
#include "core/limits.def"
};

static const struct taper {
    uint8_t direction;
    uint8_t curve;
    uint8_t value;
    uint8_t index;
    uint8_t share;
    int8_t back;
    uint8_t emergency;
    uint8_t reason;
    uint8_t zero_reason;
} tapers[] = {
#define LOWERED(...)
#define TAPER(direction, curve, value, index, share, back, emergency, reason, zero_reason)         \
    {direction,       CURVE_##curve,       value, index, share, back, emergency,                   \
     REASON_##reason, REASON_##zero_reason},
#include "core/limits.def"
};

/* The settings of a direction. */
static const struct {
    uint8_t allowed;  /* enum value_id */
    uint16_t enabled; /* enum param_id, likewise the others */
    uint16_t rate;
    uint16_t trip[3];
} settings[] = {
  /* clang-format off */
    [CHARGE] = {
        VALUE_charge_allowed, PARAM_charge_enabled, PARAM_charge_rate_permille,
        {PARAM_charge_ocp_ma, PARAM_charge_ocp2_ma, PARAM_charge_ocp2_ma},
    },
    [DISCHARGE] = {
        VALUE_discharge_allowed, PARAM_discharge_enabled, PARAM_discharge_rate_permille,
        {PARAM_discharge_ocp_ma, PARAM_discharge_ocp2_ma, PARAM_discharge_ocp3_ma},
    },
  /* clang-format on */
};

void limits_init(struct limits *limits)
{
    charge_init(&limits->charge);
    limits->discharge_mv = (struct limit){0};
    limits->charge_ma = (struct current_limit){.limit.reason = REASON_not_ready};
    limits->discharge_ma = (struct current_limit){.limit.reason = REASON_not_ready};
}

static void lower(struct limit *limit, int64_t value, uint8_t reason, int32_t index)
{
    if (value < limit->value)
        *limit = (struct limit){clamp32(value, 0, INT32_MAX), reason, (uint8_t)index};
}

static int64_t part(int32_t whole, int32_t permille)
{
    return div_floor((int64_t)whole * permille, 1000);
}

/* Full scale: what the pack can do at its best. */
static struct limit best(enum direction direction, const struct params *params)
{
    struct limit limit = {.value = INT32_MAX};
    lower(&limit, part(params->nominal_mah, params->value[settings[direction].rate]), REASON_rated,
          0);
    lower(&limit, params->board_rating_ma, REASON_board, 0);
    for (size_t i = 0; i < COUNT(settings[direction].trip); i++)
        lower(&limit, part(params->value[settings[direction].trip[i]], TRIP_MARGIN_PERMILLE),
              REASON_trip_margin, 0);
    return limit;
}

static bool is_open(enum direction direction, const struct snapshot *snapshot)
{
    static const uint8_t needed[] = {VALUE_cell_min_mv, VALUE_cell_max_mv, VALUE_temp_min_ddegc,
                                     VALUE_temp_max_ddegc};
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!snapshot_have(snapshot, (enum value_id)needed[i]))
            return false;
    }
    int32_t allowed;
    return snapshot_get(snapshot, (enum value_id)settings[direction].allowed, &allowed) &&
           allowed != 0;
}

/* Why a direction is closed. Not every reading tells the power state; a closed pack without any
 * alarm is starting. */
static enum reason closed_reason(const struct snapshot *snapshot, bool enabled, bool protection)
{
    static const bool powered[] = {
#define STATE(id, number, powered, words) [number] = powered,
#define ARROW(...)
#include "core/power.def"
    };
    int32_t state;
    if (snapshot_get(snapshot, VALUE_power_state, &state) && (uint32_t)state < COUNT(powered) &&
        !powered[state])
        return state == POWER_STARTING ? REASON_not_ready : REASON_off;
    if (!enabled)
        return REASON_switched_off;
    return protection ? REASON_protection : REASON_not_ready;
}

/* A protection that is active now is waited for afterwards, whatever else closes the direction. */
static void close_direction(struct current_limit *current, const struct snapshot *snapshot,
                            bool enabled)
{
    bool protection = alarm_common(snapshot->alarms, alarm_protecting_set);
    if (protection)
        current->hold_ms = AFTER_TRIP_MS;
    enum reason reason = closed_reason(snapshot, enabled, protection);
    current->limit = (struct limit){0, (uint8_t)reason, 0};
    current->open = false;
}

/* In the cold a load lowers the cell voltage long before the cell is empty: the drop in the
 * resistance of a typical cell does not count. */
static int32_t taper_value(const struct taper *taper, const struct snapshot *snapshot)
{
    int32_t value = snapshot->value[taper->value];
    if (taper->curve != CURVE_cell_low)
        return value;
    int64_t uohm = derate_at(CURVE_cold_resistance, snapshot->temp_min_ddegc);
    return saturate32(value - div_round(snapshot->pack_ma * uohm, 1000000));
}

/* What the curve leaves; nothing, until the value has come back far enough. */
static int32_t taper_permille(uint16_t *zeros, size_t row, int32_t value)
{
    const struct taper *taper = &tapers[row];
    uint16_t bit = (uint16_t)(1u << row);
    int32_t permille = derate_at((enum curve)taper->curve, value);
    if (*zeros & bit &&
        derate_at((enum curve)taper->curve, saturate32((int64_t)value + taper->back)) == 0)
        permille = 0;
    *zeros = (uint16_t)(permille == 0 ? *zeros | bit : *zeros & ~bit);
    return permille;
}

static void apply_lowered(struct limit *limit, enum direction direction,
                          const struct snapshot *snapshot, int32_t capacity_ma)
{
    for (size_t i = 0; i < COUNT(lowered); i++) {
        enum alarm alarm = (enum alarm)lowered[i].alarm;
        if (lowered[i].direction == direction &&
            (alarm_get(snapshot->alarms, alarm) ||
             (lowered[i].level == WARN && alarm_get(snapshot->warnings, alarm))))
            lower(limit, part(capacity_ma, lowered[i].permille), lowered[i].reason, 0);
    }
}

static void apply_taper(struct current_limit *current, struct limit *limit, size_t row,
                        const struct snapshot *snapshot, const int32_t share_ma[2])
{
    const struct taper *taper = &tapers[row];
    if (!snapshot_have(snapshot, (enum value_id)taper->value))
        return;
    int32_t permille = taper_permille(&current->zeros, row, taper_value(taper, snapshot));
    int32_t index = taper->index == NO_INDEX ? 0 : snapshot->value[taper->index];
    lower(limit, part(share_ma[taper->share], permille),
          permille == 0 ? taper->zero_reason : taper->reason, index);
}

static struct limit target_of(struct current_limit *current, enum direction direction,
                              const struct snapshot *snapshot, const struct params *params,
                              struct limit limit)
{
    const int32_t share_ma[] = {[OF_CAPACITY] = params->nominal_mah, [OF_FULL] = limit.value};
    bool emergency = snapshot->emergency_left_s > 0;
    if (emergency && direction == DISCHARGE)
        lower(&limit, part(params->nominal_mah, EMERGENCY_PERMILLE), REASON_emergency, 0);
    apply_lowered(&limit, direction, snapshot, params->nominal_mah);
    for (size_t row = 0; row < COUNT(tapers); row++) {
        bool waived = emergency && tapers[row].emergency == WAIVED;
        if (tapers[row].direction == direction && !waived)
            apply_taper(current, &limit, row, snapshot, share_ma);
    }
    return limit;
}

/* Falls at once; rises slowly, and only in time that the hold leaves. */
static void approach(struct current_limit *current, struct limit target, int32_t full_ma,
                     uint32_t dt_ms)
{
    int32_t waited_ms = min32(current->hold_ms, (int32_t)dt_ms);
    current->hold_ms -= waited_ms;
    int64_t rise = ((int64_t)dt_ms - waited_ms) * full_ma * RISE_PERMILLE_PER_S;
    rise += current->rise_rest;
    int64_t value = current->limit.value + rise / 1000000;
    if (value >= target.value) {
        current->limit = target;
        current->rise_rest = 0;
        return;
    }
    enum reason reason = current->hold_ms > 0 ? REASON_after_trip : REASON_rising;
    current->limit = (struct limit){(int32_t)value, (uint8_t)reason, 0};
    current->rise_rest = (uint32_t)(rise % 1000000);
}

/* The time before a step in which the direction opens was not open. */
static void step_current(struct current_limit *current, enum direction direction,
                         const struct snapshot *snapshot, const struct params *params,
                         uint32_t dt_ms)
{
    if (!is_open(direction, snapshot)) {
        close_direction(current, snapshot, params->value[settings[direction].enabled] != 0);
        return;
    }
    struct limit full = best(direction, params);
    struct limit target = target_of(current, direction, snapshot, params, full);
    approach(current, target, full.value, current->open ? dt_ms : 0);
    current->open = true;
}

/* Why the charge voltage falls at once, REASON_none when it need not. */
static enum reason charge_stop(const struct current_limit *current)
{
    enum reason reason = (enum reason)current->limit.reason;
    if (reason == REASON_protection || reason == REASON_thermal_sign)
        return REASON_fault;
    return current->open ? REASON_none : reason;
}

void limits_step(struct limits *limits, const struct snapshot *snapshot,
                 const struct params *params, uint32_t dt_ms)
{
    step_current(&limits->charge_ma, CHARGE, snapshot, params, dt_ms);
    step_current(&limits->discharge_ma, DISCHARGE, snapshot, params, dt_ms);
    charge_step(&limits->charge, snapshot, params, charge_stop(&limits->charge_ma), dt_ms);
    bool emergency = snapshot->emergency_left_s > 0;
    int32_t cell_mv = emergency ? EMERGENCY_CELL_MV : params->discharge_limit_cell_mv;
    limits->discharge_mv.value = charge_pack_mv(params, cell_mv);
    limits->discharge_mv.reason = emergency ? REASON_emergency : REASON_discharge_floor;
}

void limits_publish(const struct limits *limits, struct snapshot *snapshot)
{
    const struct limit *charge_ma = &limits->charge_ma.limit;
    const struct limit *discharge_ma = &limits->discharge_ma.limit;
    snapshot_put(snapshot, VALUE_charge_limit_mv, limits->charge.limit.value);
    snapshot_put(snapshot, VALUE_voltage_limit_reason, limits->charge.limit.reason);
    snapshot_put(snapshot, VALUE_discharge_limit_mv, limits->discharge_mv.value);
    snapshot_put(snapshot, VALUE_charge_limit_ma, charge_ma->value);
    snapshot_put(snapshot, VALUE_charge_limit_reason, charge_ma->reason);
    snapshot_put(snapshot, VALUE_charge_limit_index, charge_ma->index);
    snapshot_put(snapshot, VALUE_discharge_limit_ma, discharge_ma->value);
    snapshot_put(snapshot, VALUE_discharge_limit_reason, discharge_ma->reason);
    snapshot_put(snapshot, VALUE_discharge_limit_index, discharge_ma->index);
    snapshot_put(snapshot, VALUE_charge_phase, limits->charge.phase);
    snapshot_put(snapshot, VALUE_charge_phase_s, (int32_t)(limits->charge.phase_ms / 1000));
}
