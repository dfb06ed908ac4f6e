/* SPDX-License-Identifier: Apache-2.0
 * Membership: who answers, who is waited for, when the totals are computed anew. The sums are in
 * totals.c, the limits in share.c, the protections in stop.c. A stale pack leaves the totals in the
 * very step in which its time is up, and stays out until three good readings, so the wrap of the
 * millisecond clock can never bring it back.
 */
#include "bank/bank.h"

#include <string.h>

#include "bank/share.h"
#include "bank/stop.h"
#include "bank/totals.h"
#include "base/assert.h"
#include "base/number.h"

enum {
    STALE_EXTRA_MS = 200,
    SLOW_PERIOD_MS = 2000,
    PERIOD_MAX_MS = 600000,
    GOOD_READINGS = 3,
    TOTALS_MS = 100,
    LIMITS_STEP_MAX_MS = 60000,
};

/* The limits a reading may carry, each with what explains it. */
static const struct limit_row {
    uint8_t value;
    uint8_t reason; /* VALUE_ID_COUNT: none, likewise index */
    uint8_t index;
} limit_rows[] = {
    {VALUE_charge_limit_mv,    VALUE_voltage_limit_reason,   VALUE_ID_COUNT             },
    {VALUE_discharge_limit_mv, VALUE_ID_COUNT,               VALUE_ID_COUNT             },
    {VALUE_charge_limit_ma,    VALUE_charge_limit_reason,    VALUE_charge_limit_index   },
    {VALUE_discharge_limit_ma, VALUE_discharge_limit_reason, VALUE_discharge_limit_index},
};

/* What a reading needs to be a first one. */
static const uint8_t needed[] = {VALUE_pack_mv, VALUE_pack_ma, VALUE_soc_permille,
                                 VALUE_charge_allowed, VALUE_discharge_allowed};

void bank_init(struct bank *bank, uint8_t expected_count, uint32_t first_timeout_ms)
{
    ASSERT(expected_count <= PACK_MAX);
    memset(bank, 0, sizeof(*bank));
    bank->expected_count = expected_count;
    bank->timeout_ms = first_timeout_ms;
    bank->stopped_by = -1;
    bank->changed = true;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        bank->pack[i].state = i < expected_count ? BANK_WAITING : BANK_ABSENT;
        params_init(&bank->pack[i].params);
        limits_init(&bank->pack[i].limits);
    }
}

static bool overdue(const struct bank_pack *pack, uint32_t now_ms)
{
    return elapsed_u32(now_ms, pack->status_ms, 2 * pack->period_ms + STALE_EXTRA_MS);
}

static bool complete(const struct bank_pack *pack)
{
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!snapshot_have(&pack->snapshot, (enum value_id)needed[i]))
            return false;
    }
    return pack->status_read && pack->params_read;
}

static void enter(struct bank *bank, struct bank_pack *pack, enum bank_pack_state state)
{
    pack->state = (uint8_t)state;
    pack->good_count = 0;
    bank->changed = true;
}

/* The state after a reading of status or settings. */
static void admit(struct bank *bank, struct bank_pack *pack)
{
    if (pack->state == BANK_ABSENT)
        enter(bank, pack, BANK_WAITING);
    if (pack->state == BANK_WAITING && complete(pack))
        enter(bank, pack, BANK_FRESH);
    if (pack->state == BANK_STALE && pack->good_count >= GOOD_READINGS)
        enter(bank, pack, BANK_FRESH);
}

/* A direction that an alarm closes is not allowed, even where the frames of the pack only tell that
 * the switch is closed. */
static void close_directions(struct snapshot *snapshot)
{
    uint8_t closed = stop_closes(snapshot);
    if (closed & STOP_CHARGE)
        snapshot_put(snapshot, VALUE_charge_allowed, 0);
    if (closed & STOP_DISCHARGE)
        snapshot_put(snapshot, VALUE_discharge_allowed, 0);
}

void bank_put_status(struct bank *bank, uint8_t index, const struct snapshot *snapshot,
                     uint32_t now_ms, uint32_t period_ms)
{
    ASSERT(index < PACK_MAX);
    struct bank_pack *pack = &bank->pack[index];
    bool in_row = pack->state == BANK_STALE && !overdue(pack, now_ms);
    pack->good_count = (uint8_t)(in_row ? pack->good_count + 1 : 1);
    pack->snapshot = *snapshot;
    close_directions(&pack->snapshot);
    pack->status_ms = now_ms;
    pack->period_ms = period_ms < PERIOD_MAX_MS ? period_ms : PERIOD_MAX_MS;
    pack->status_read = true;
    pack->given_mask = 0;
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        if (snapshot_have(snapshot, (enum value_id)limit_rows[i].value))
            pack->given_mask |= (uint8_t)(1u << i);
    }
    bank->changed = true;
    admit(bank, pack);
}

void bank_put_params(struct bank *bank, uint8_t index, const struct params *params, uint32_t now_ms)
{
    ASSERT(index < PACK_MAX);
    struct bank_pack *pack = &bank->pack[index];
    pack->params = *params;
    pack->params_read = true;
    bank->changed = true;
    if (pack->state == BANK_WAITING && pack->status_read && overdue(pack, now_ms))
        pack->status_read = false; /* too old to begin with */
    admit(bank, pack);
}

static void copy_value(struct snapshot *to, const struct snapshot *from, uint8_t id)
{
    if (id != VALUE_ID_COUNT)
        snapshot_put(to, (enum value_id)id, from->value[id]);
}

/* Computes the limits that the reading did not carry. */
static void fill_limits(struct bank_pack *pack, uint32_t dt_ms)
{
    if (pack->given_mask == (1u << COUNT(limit_rows)) - 1)
        return;
    struct snapshot computed = pack->snapshot;
    limits_step(&pack->limits, &pack->snapshot, &pack->params, dt_ms);
    limits_publish(&pack->limits, &computed);
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        if (pack->given_mask >> i & 1)
            continue;
        copy_value(&pack->snapshot, &computed, limit_rows[i].value);
        copy_value(&pack->snapshot, &computed, limit_rows[i].reason);
        copy_value(&pack->snapshot, &computed, limit_rows[i].index);
    }
}

static void age_packs(struct bank *bank, uint32_t now_ms)
{
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        struct bank_pack *pack = &bank->pack[i];
        if (pack->state == BANK_FRESH && overdue(pack, now_ms)) {
            enter(bank, pack, BANK_STALE);
            limits_init(&pack->limits);
        }
    }
}

/* Ends the wait for the first readings. */
static void step_wait(struct bank *bank, uint32_t dt_ms)
{
    uint16_t expected = (uint16_t)((1u << bank->expected_count) - 1);
    uint16_t waiting = bank_state_mask(bank, BANK_WAITING) & expected;
    bank->waited_ms = add_sat_u32(bank->waited_ms, dt_ms);
    bool over = bank->ready || bank->waited_ms >= bank->timeout_ms;
    uint16_t missing = over ? waiting : 0;
    bool begun = bank_state_mask(bank, BANK_FRESH) != 0;
    bool ready = bank->ready || (begun && (waiting == 0 || over));
    bank->changed = bank->changed || ready != bank->ready || missing != bank->missing_mask;
    bank->ready = ready;
    bank->missing_mask = missing;
}

static void step_silence(struct bank *bank, uint32_t dt_ms)
{
    bool silent = bank->ready && bank_state_mask(bank, BANK_FRESH) == 0;
    bank->silent_ms = silent ? add_sat_u32(bank->silent_ms, dt_ms) : 0;
}

static void compute(struct bank *bank, uint32_t now_ms)
{
    uint32_t dt_ms = bank->pending_ms;
    if (dt_ms == 0)
        dt_ms = 1; /* a fall is never put off, not even within a millisecond */
    if (dt_ms > LIMITS_STEP_MAX_MS)
        dt_ms = LIMITS_STEP_MAX_MS;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        if (bank->pack[i].state == BANK_FRESH)
            fill_limits(&bank->pack[i], dt_ms);
    }
    struct snapshot *total = &bank->snapshot;
    snapshot_init(total);
    total->taken_ms = now_ms;
    totals_fill(bank, now_ms, total);
    bank->stopped_by = (int8_t)stop_find(bank);
    share_fill(bank, total);
    stop_alarms(bank, total);
    if (total->pack_fresh_mask != 0)
        bank->last_charge_mv = total->charge_limit_mv;
    bank->pending_ms = 0;
    bank->changed = false;
}

void bank_step(struct bank *bank, uint32_t now_ms)
{
    uint32_t dt_ms = bank->started ? now_ms - bank->stepped_ms : 0;
    bank->started = true;
    bank->stepped_ms = now_ms;
    age_packs(bank, now_ms);
    step_wait(bank, dt_ms);
    step_silence(bank, dt_ms);
    bank->pending_ms = add_sat_u32(bank->pending_ms, dt_ms);
    if (bank->changed || bank->pending_ms >= TOTALS_MS)
        compute(bank, now_ms);
}

const struct snapshot *bank_snapshot(const struct bank *bank)
{
    return &bank->snapshot;
}

bool bank_ready(const struct bank *bank)
{
    return bank->ready;
}

uint32_t bank_silent_ms(const struct bank *bank)
{
    return bank->silent_ms;
}

enum bank_pack_state bank_pack_state(const struct bank *bank, uint8_t index)
{
    ASSERT(index < PACK_MAX);
    return (enum bank_pack_state)bank->pack[index].state;
}

enum reason bank_pack_reason(const struct bank *bank, uint8_t index)
{
    switch (bank_pack_state(bank, index)) {
    case BANK_WAITING:
        return bank->missing_mask >> index & 1 ? REASON_no_pack : REASON_not_ready;
    case BANK_STALE:
        return REASON_bank_stale;
    case BANK_FRESH:
        if (bank->stopped_by == index)
            return REASON_bank_stopped;
        return bank_pack_slow(&bank->pack[index]) ? REASON_bank_slow : REASON_none;
    default:
        return REASON_none;
    }
}

uint16_t bank_state_mask(const struct bank *bank, enum bank_pack_state state)
{
    uint16_t mask = 0;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        if (bank->pack[i].state == state)
            mask |= (uint16_t)(1u << i);
    }
    return mask;
}

uint16_t bank_known_mask(const struct bank *bank)
{
    return (uint16_t)~bank_state_mask(bank, BANK_ABSENT);
}

bool bank_pack_slow(const struct bank_pack *pack)
{
    return pack->period_ms > SLOW_PERIOD_MS;
}

void bank_view(const struct bank *bank, struct view *view)
{
    view->bank = &bank->snapshot;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct bank_pack *pack = &bank->pack[i];
        view->pack[i] = pack->state == BANK_FRESH ? &pack->snapshot : NULL;
    }
}
