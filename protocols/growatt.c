/* SPDX-License-Identifier: Apache-2.0
 * Rules of the Growatt family that its layouts share. Sources: "Growatt BMS CAN-Bus-protocol-low-
 * voltage" Rev_04; "Growatt BMS RS485 Protocol 1xSxxP ESS" Rev 2.01.
 */
#include "protocols/growatt.h"

#include <stddef.h>

#include "base/number.h"

enum {
    IDLE_MA = 500,            /* less is standby */
    STEP_MAH = 10,            /* of a capacity */
    LARGEST = UINT16_MAX - 1, /* the top code may mean "not known" */
};

enum growatt_state growatt_state(const struct snapshot *bank)
{
    int32_t current_ma = 0;
    snapshot_get(bank, VALUE_pack_ma, &current_ma);
    if (current_ma >= IDLE_MA)
        return GROWATT_CHARGING;
    return current_ma > -IDLE_MA ? GROWATT_STANDBY : GROWATT_DISCHARGING;
}

bool growatt_error_valid(const struct snapshot *bank)
{
    return alarm_common(bank->alarms, alarm_protecting_set);
}

bool growatt_parallel(const struct snapshot *bank)
{
    int32_t pack_count;
    return snapshot_get(bank, VALUE_pack_count, &pack_count) && pack_count > 1;
}

/* Cells of the packs before `pack`. */
static int64_t cells_before(const struct view *view, int32_t pack)
{
    int32_t cell_count;
    if (pack < 0 || pack >= PACK_MAX || view->pack[pack] == NULL ||
        !snapshot_get(view->pack[pack], VALUE_cell_count, &cell_count))
        return 0;
    return (int64_t)pack * cell_count;
}

int64_t growatt_cell_number(const struct view *view, unsigned index_id, unsigned pack_id)
{
    int32_t index;
    int32_t pack = 0;
    if (!snapshot_get(view->bank, (enum value_id)index_id, &index))
        return 0;
    snapshot_get(view->bank, (enum value_id)pack_id, &pack);
    return cells_before(view, pack) + index + 1;
}

uint16_t growatt_capacity(const struct snapshot *bank, int32_t mah)
{
    int64_t largest_mah = max32(bank->remaining_mah, bank->full_mah);
    int64_t number = largest_mah <= STEP_MAH * LARGEST
                         ? div_round(mah, STEP_MAH)
                         : div_round((int64_t)mah * LARGEST, largest_mah);
    return (uint16_t)clamp64(number, 0, LARGEST);
}
