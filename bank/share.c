/* SPDX-License-Identifier: Apache-2.0
 * Current of parallel packs divides by resistance, not by wish: the weakest pack carries about its
 * Nth part, so the bank may do N times what the weakest may, less 10 % for unequal shares. With one
 * pack there is nothing to share. Slow readings are worth 80 %. Divisions round down.
 */
#include "bank/share.h"

#include "base/number.h"

enum {
    SHARE_PERMILLE = 900,  /* k, for more than one pack */
    SLOW_PERMILLE = 800,   /* limits of a slowly read pack */
    SAFE_CHARGE_MV = 54000 /* CVL when nobody answers: float voltage of 16 cells */
};

/* The values of one direction of current, by enum value_id. */
struct direction {
    uint8_t allowed;
    uint8_t mask;
    uint8_t limit;
    uint8_t reason;
    uint8_t index;
};

static const struct direction charge = {
    .allowed = VALUE_charge_allowed,
    .mask = VALUE_pack_charge_mask,
    .limit = VALUE_charge_limit_ma,
    .reason = VALUE_charge_limit_reason,
    .index = VALUE_charge_limit_index,
};

static const struct direction discharge = {
    .allowed = VALUE_discharge_allowed,
    .mask = VALUE_pack_discharge_mask,
    .limit = VALUE_discharge_limit_ma,
    .reason = VALUE_discharge_limit_reason,
    .index = VALUE_discharge_limit_index,
};

struct share {
    int64_t sum_ma;
    int32_t smallest_ma;
    uint8_t weakest; /* pack index */
    uint8_t count;
    bool slow;
};

static int32_t lowest_bit(uint16_t mask)
{
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        if (mask >> i & 1)
            return i;
    }
    return 0;
}

static struct share share_of(const struct bank *bank, const struct direction *direction,
                             uint16_t mask)
{
    struct share share = {.smallest_ma = INT32_MAX};
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct bank_pack *pack = &bank->pack[i];
        if (!(mask >> i & 1))
            continue;
        int32_t limit_ma = max32(pack->snapshot.value[direction->limit], 0);
        if (bank_pack_slow(pack)) {
            limit_ma = (int32_t)div_floor((int64_t)limit_ma * SLOW_PERMILLE, 1000);
            share.slow = true;
        }
        if (limit_ma < share.smallest_ma) {
            share.smallest_ma = limit_ma;
            share.weakest = i;
        }
        share.sum_ma += limit_ma;
        share.count++;
    }
    return share;
}

static int32_t share_ma(const struct share *share)
{
    int64_t equal_ma = (int64_t)share->count * share->smallest_ma;
    int64_t total_ma = equal_ma < share->sum_ma ? equal_ma : share->sum_ma;
    if (share->count > 1)
        total_ma = div_floor(total_ma * SHARE_PERMILLE, 1000);
    return saturate32(total_ma);
}

static void put_current(struct snapshot *total, const struct direction *direction, int32_t limit_ma,
                        enum reason reason, int32_t index)
{
    snapshot_put(total, (enum value_id)direction->limit, limit_ma);
    snapshot_put(total, (enum value_id)direction->reason, (int32_t)reason);
    snapshot_put(total, (enum value_id)direction->index, index);
}

/* The reason of a current that flows: what takes most away comes first. */
static void put_share(const struct bank *bank, const struct direction *direction,
                      const struct share *share, struct snapshot *total)
{
    int32_t limit_ma = share_ma(share);
    uint16_t silent = bank_state_mask(bank, BANK_STALE) | bank->missing_mask;
    bool weakest = (int64_t)share->count * share->smallest_ma < share->sum_ma;
    if (share->slow)
        put_current(total, direction, limit_ma, REASON_bank_slow, 0);
    else if (silent != 0)
        put_current(total, direction, limit_ma, REASON_bank_stale, lowest_bit(silent));
    else if (weakest)
        put_current(total, direction, limit_ma, REASON_bank_weakest, share->weakest);
    else if (share->count == 1)
        put_current(total, direction, limit_ma, REASON_bank_pack, share->weakest);
    else
        put_current(total, direction, limit_ma, REASON_bank_sum, 0);
}

static void fill_direction(const struct bank *bank, const struct direction *direction,
                           struct snapshot *total)
{
    uint16_t fresh = (uint16_t)total->pack_fresh_mask;
    uint16_t mask = (uint16_t)total->value[direction->mask];
    bool allowed = mask != 0 && bank->stopped_by < 0;
    snapshot_put(total, (enum value_id)direction->allowed, allowed);
    if (allowed) {
        struct share share = share_of(bank, direction, mask);
        put_share(bank, direction, &share, total);
    } else if (bank->stopped_by >= 0) {
        put_current(total, direction, 0, REASON_bank_stopped, bank->stopped_by);
    } else if (fresh != 0) {
        put_current(total, direction, 0, REASON_bank_pack, lowest_bit(fresh));
    } else {
        put_current(total, direction, 0, bank->ready ? REASON_no_pack : REASON_not_ready, 0);
    }
}

static void lower_charge_voltage(struct snapshot *total, int32_t limit_mv, int32_t reason)
{
    if (snapshot_have(total, VALUE_charge_limit_mv) && total->charge_limit_mv <= limit_mv)
        return;
    snapshot_put(total, VALUE_charge_limit_mv, limit_mv);
    snapshot_put(total, VALUE_voltage_limit_reason, reason);
}

static void fill_voltages(const struct bank *bank, struct snapshot *total)
{
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = &bank->pack[i].snapshot;
        if (bank->pack[i].state != BANK_FRESH)
            continue;
        lower_charge_voltage(total, pack->charge_limit_mv, pack->voltage_limit_reason);
        snapshot_put(total, VALUE_discharge_limit_mv,
                     max32(total->discharge_limit_mv, pack->discharge_limit_mv));
    }
    if (bank->stopped_by >= 0)
        lower_charge_voltage(total, SAFE_CHARGE_MV, REASON_bank_stopped);
    if (total->pack_fresh_mask != 0 || bank->last_charge_mv == 0)
        return;
    snapshot_put(total, VALUE_charge_limit_mv, min32(bank->last_charge_mv, SAFE_CHARGE_MV));
    snapshot_put(total, VALUE_voltage_limit_reason, REASON_no_pack);
}

void share_fill(const struct bank *bank, struct snapshot *total)
{
    fill_direction(bank, &charge, total);
    fill_direction(bank, &discharge, total);
    fill_voltages(bank, total);
}
