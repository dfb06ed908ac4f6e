/* SPDX-License-Identifier: Apache-2.0
 * One table says how each value of the packs becomes one of the bank. Voltage, SOC and SOH are
 * weighted by capacity; currents and capacities are summed. Limits are in share.c.
 */
#include "bank/totals.h"

#include "base/number.h"

enum rule { SUM, MEAN, WEIGHTED, MINIMUM, MAXIMUM };

static const struct total_row {
    uint8_t value;
    uint8_t rule;
} rows[] = {
    {VALUE_pack_mv,               WEIGHTED},
    {VALUE_pack_ma,               SUM     },
    {VALUE_power_w,               SUM     },
    {VALUE_soc_permille,          WEIGHTED},
    {VALUE_soh_permille,          WEIGHTED},
    {VALUE_remaining_mah,         SUM     },
    {VALUE_full_mah,              SUM     },
    {VALUE_cycle_count,           MAXIMUM },
    {VALUE_cell_count,            MAXIMUM }, /* cells in series, not all cells */
    {VALUE_temp_mean_ddegc,       MEAN    },
    {VALUE_temp_min_ddegc,        MINIMUM },
    {VALUE_temp_max_ddegc,        MAXIMUM },
    {VALUE_mos_ddegc,             MAXIMUM },
    {VALUE_force_charge,          MAXIMUM }, /* any pack */
    {VALUE_full_charge_requested, MAXIMUM },
};

static int64_t capacity_mah(const struct bank_pack *pack)
{
    int32_t full_mah;
    if (snapshot_get(&pack->snapshot, VALUE_full_mah, &full_mah) && full_mah > 0)
        return full_mah;
    return max32(pack->params.nominal_mah, 1);
}

static int64_t weight(const struct bank_pack *pack, enum rule rule)
{
    return rule == WEIGHTED ? capacity_mah(pack) : 1;
}

static int64_t combine(int64_t so_far, int64_t value, enum rule rule)
{
    if (rule == MINIMUM)
        return value < so_far ? value : so_far;
    if (rule == MAXIMUM)
        return value > so_far ? value : so_far;
    return so_far + value;
}

static void fill_row(const struct bank *bank, const struct total_row *row, struct snapshot *total)
{
    enum value_id id = (enum value_id)row->value;
    enum rule rule = (enum rule)row->rule;
    int64_t result = 0;
    int64_t weights = 0;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct bank_pack *pack = &bank->pack[i];
        int32_t value;
        if (pack->state != BANK_FRESH || !snapshot_get(&pack->snapshot, id, &value))
            continue;
        int64_t weighted = value * weight(pack, rule);
        result = weights == 0 ? weighted : combine(result, weighted, rule);
        weights += weight(pack, rule);
    }
    if (weights == 0)
        return;
    if (rule == MEAN || rule == WEIGHTED)
        result = div_round(result, weights);
    snapshot_put(total, id, saturate32(result));
}

/* One extreme cell: its voltage, number and pack. */
struct extreme {
    uint8_t value;
    uint8_t index;
    uint8_t pack;
    int8_t sign; /* -1 lowest, 1 highest */
};

static const struct extreme lowest = {VALUE_cell_min_mv, VALUE_cell_min_index, VALUE_cell_min_pack,
                                      -1};
static const struct extreme highest = {VALUE_cell_max_mv, VALUE_cell_max_index, VALUE_cell_max_pack,
                                       1};

static void fill_extreme(const struct bank *bank, const struct extreme *extreme,
                         struct snapshot *total)
{
    enum value_id id = (enum value_id)extreme->value;
    enum value_id index_id = (enum value_id)extreme->index;
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct bank_pack *pack = &bank->pack[i];
        int32_t value;
        int32_t best;
        int32_t index;
        if (pack->state != BANK_FRESH || !snapshot_get(&pack->snapshot, id, &value))
            continue;
        if (snapshot_get(total, id, &best) && extreme->sign * value <= extreme->sign * best)
            continue;
        snapshot_put(total, id, value);
        snapshot_put(total, (enum value_id)extreme->pack, i);
        bool known = snapshot_get(&pack->snapshot, index_id, &index);
        snapshot_put(total, index_id, index);
        snapshot_set_have(total, index_id, known);
    }
}

static void fill_cells(const struct bank *bank, struct snapshot *total)
{
    fill_extreme(bank, &lowest, total);
    fill_extreme(bank, &highest, total);
    if (snapshot_have(total, VALUE_cell_min_mv) && snapshot_have(total, VALUE_cell_max_mv))
        snapshot_put(total, VALUE_cell_spread_mv, total->cell_max_mv - total->cell_min_mv);
}

static bool allows(const struct bank_pack *pack, enum value_id id)
{
    int32_t allowed;
    return snapshot_get(&pack->snapshot, id, &allowed) && allowed != 0;
}

static void fill_masks(const struct bank *bank, uint32_t now_ms, struct snapshot *total)
{
    uint32_t age_ms = 0;
    int32_t charge_mask = 0;
    int32_t discharge_mask = 0;
    uint16_t fresh_mask = bank_state_mask(bank, BANK_FRESH);
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        const struct bank_pack *pack = &bank->pack[i];
        if (pack->state != BANK_FRESH)
            continue;
        uint32_t pack_age_ms = now_ms - pack->status_ms;
        age_ms = pack_age_ms > age_ms ? pack_age_ms : age_ms;
        charge_mask |= allows(pack, VALUE_charge_allowed) << i;
        discharge_mask |= allows(pack, VALUE_discharge_allowed) << i;
    }
    snapshot_put(total, VALUE_pack_fresh_mask, fresh_mask);
    snapshot_put(total, VALUE_pack_charge_mask, charge_mask);
    snapshot_put(total, VALUE_pack_discharge_mask, discharge_mask);
    if (fresh_mask != 0)
        snapshot_put(total, VALUE_age_ms, saturate32(age_ms));
}

static int32_t count_bits(int32_t mask)
{
    int32_t count = 0;
    for (uint32_t rest = (uint32_t)mask; rest != 0; rest &= rest - 1)
        count++;
    return count;
}

/* The same masks as numbers, as most inverters want them. */
static void fill_counts(const struct bank *bank, struct snapshot *total)
{
    int32_t fresh = total->pack_fresh_mask;
    int32_t known = bank_known_mask(bank);
    snapshot_put(total, VALUE_pack_count, count_bits(known));
    snapshot_put(total, VALUE_packs_online, count_bits(fresh));
    snapshot_put(total, VALUE_packs_no_charge, count_bits(fresh & ~total->pack_charge_mask));
    snapshot_put(total, VALUE_packs_no_discharge, count_bits(fresh & ~total->pack_discharge_mask));
    snapshot_put(total, VALUE_packs_offline, count_bits(known & ~fresh));
}

static void fill_identity(const struct bank *bank, struct snapshot *total)
{
    for (uint8_t i = PACK_MAX; i-- > 0;) {
        const struct snapshot *pack = &bank->pack[i].snapshot;
        if (snapshot_have(pack, VALUE_maker))
            snapshot_put_maker(total, pack->maker, sizeof(pack->maker));
    }
}

void totals_fill(const struct bank *bank, uint32_t now_ms, struct snapshot *total)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        fill_row(bank, &rows[i], total);
    fill_cells(bank, total);
    fill_masks(bank, now_ms, total);
    fill_counts(bank, total);
    fill_identity(bank, total);
}
