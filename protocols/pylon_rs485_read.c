/* SPDX-License-Identifier: Apache-2.0
 * Packs in the answers 42 and 44 of Pylon over RS485, alone or one behind the other. More than four
 * items behind the charge are left alone. Adds what follows from the numbers: state of charge
 * (charge over capacity), extremes of the cells and of the sensors behind T1, which is the board's.
 */
#include "base/number.h"
#include "protocols/pylon_rs485_take.h"

enum {
    ITEMS_SMALL = 2, /* more: charge and capacity in three bytes each follow */
    ITEMS_LARGE = 4,
    TEMPERATURES_MAX = 32,
    STATES_AFTER = 8, /* bytes of 44 behind the temperatures */
};

/* ---- Where the packs lie in 42 and 44 ---- */

/* The end of a counted list of `size`-byte numbers, 0 when it does not fit or is too long. */
static size_t list_end(const struct pylon_frame *frame, size_t at, size_t size, size_t longest)
{
    if (at >= frame->info_size)
        return 0;
    size_t count = pylon_get(frame, at, 1);
    size_t end = at + 1 + count * size;
    return count <= longest && end <= frame->info_size ? end : 0;
}

static size_t lists_end(const struct pylon_frame *frame, size_t at, size_t size)
{
    size_t end = list_end(frame, at, size, CELL_MAX);
    bool empty = end == at + 1;
    return end == 0 || empty ? 0 : list_end(frame, end, size, TEMPERATURES_MAX);
}

/* Behind the items that are known others may follow, if nothing else does. */
size_t pylon_analog_extent(const struct pylon_frame *frame, size_t at)
{
    size_t end = lists_end(frame, at, 2);
    if (end == 0 || end + 7 > frame->info_size)
        return 0;
    uint32_t items = pylon_get(frame, end + 6, 1);
    size_t size = end - at + 7 + 4 + (items > ITEMS_SMALL ? 6 : 0);
    if (items < ITEMS_SMALL || at + size > frame->info_size)
        return 0;
    return items > ITEMS_LARGE ? frame->info_size - at : size;
}

/* Every state of 44 is one of four. */
static bool only_states(const struct pylon_frame *frame, size_t start, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t state = pylon_get(frame, start + i, 1);
        if (state > PYLON_ABOVE && state != PYLON_OTHER)
            return false;
    }
    return true;
}

size_t pylon_alarms_extent(const struct pylon_frame *frame, size_t at)
{
    size_t end = lists_end(frame, at, 1);
    if (end == 0 || end + STATES_AFTER > frame->info_size)
        return 0;
    size_t cells = pylon_get(frame, at, 1);
    size_t temps = at + 1 + cells;
    bool states =
        only_states(frame, at + 1, cells) && only_states(frame, temps + 1, end - temps - 1);
    return states ? end - at + STATES_AFTER : 0;
}

unsigned pylon_find_packs(const struct pylon_frame *frame, pylon_extent *extent, unsigned wanted,
                          size_t *start)
{
    size_t at = PYLON_PACKS_AT;
    unsigned count = 0;
    while (at < frame->info_size) {
        size_t size = extent(frame, at);
        if (size == 0 || count == PACK_MAX)
            return 0;
        if (count == wanted)
            *start = at;
        at += size;
        count++;
    }
    return count;
}

/* ---- Numbers ---- */

int32_t pylon_part_get(const struct pylon_part *part, size_t at, enum pylon_form form)
{
    return pylon_value(form, pylon_get(part->frame, at, pylon_form_size(form)));
}

void pylon_part_take(const struct pylon_part *part, size_t at, enum pylon_form form,
                     enum value_id id)
{
    snapshot_put(part->reading->values, id, pylon_part_get(part, at, form));
}

static void note_cell(struct snapshot *values, int32_t index, int32_t cell_mv)
{
    int32_t known_mv;
    if (!snapshot_get(values, VALUE_cell_max_mv, &known_mv) || cell_mv > known_mv) {
        snapshot_put(values, VALUE_cell_max_mv, cell_mv);
        snapshot_put(values, VALUE_cell_max_index, index);
    }
    if (!snapshot_get(values, VALUE_cell_min_mv, &known_mv) || cell_mv < known_mv) {
        snapshot_put(values, VALUE_cell_min_mv, cell_mv);
        snapshot_put(values, VALUE_cell_min_index, index);
    }
}

/* Returns the next place. */
static size_t take_cells(const struct pylon_part *part, size_t at)
{
    struct snapshot *values = part->reading->values;
    uint32_t count = pylon_get(part->frame, at, 1);
    snapshot_put(values, VALUE_cell_count, (int32_t)count);
    for (uint32_t i = 0; i < count; i++) {
        int32_t cell_mv = pylon_part_get(part, at + 1 + 2 * i, PYLON_MV);
        snapshot_put(values, (enum value_id)(VALUE_cell_mv + i), cell_mv);
        note_cell(values, (int32_t)i, cell_mv);
    }
    return at + 1 + 2 * count;
}

static void note_temperatures(const struct pylon_part *part, size_t at, uint32_t count)
{
    struct snapshot *values = part->reading->values;
    int32_t low = INT32_MAX;
    int32_t high = INT32_MIN;
    int64_t sum = 0;
    uint32_t first = count > 1 ? 1 : 0;
    for (uint32_t i = first; i < count; i++) {
        int32_t ddegc = pylon_part_get(part, at + 2 * i, PYLON_KELVIN);
        low = min32(low, ddegc);
        high = max32(high, ddegc);
        sum += ddegc;
    }
    if (count == 0)
        return;
    snapshot_put(values, VALUE_temp_min_ddegc, low);
    snapshot_put(values, VALUE_temp_max_ddegc, high);
    snapshot_put(values, VALUE_temp_mean_ddegc, (int32_t)div_round(sum, count - first));
}

static size_t take_temperatures(const struct pylon_part *part, size_t at)
{
    uint32_t count = pylon_get(part->frame, at, 1);
    for (uint32_t i = 0; i < count && i < TEMP_MAX; i++)
        pylon_part_take(part, at + 1 + 2 * i, PYLON_KELVIN, (enum value_id)(VALUE_temp_ddegc + i));
    note_temperatures(part, at + 1, count);
    return at + 1 + 2 * count;
}

/* The largest number says that it does not fit. */
static void take_small_charge(const struct pylon_part *part, size_t at, enum value_id id)
{
    if (pylon_get(part->frame, at, 2) != UINT16_MAX)
        pylon_part_take(part, at, PYLON_WORD, id);
}

void pylon_take_analog(const struct pylon_part *part)
{
    struct snapshot *values = part->reading->values;
    size_t at = take_temperatures(part, take_cells(part, part->start));
    bool large = pylon_get(part->frame, at + 6, 1) > ITEMS_SMALL;
    pylon_part_take(part, at, PYLON_DECIAMPS, VALUE_pack_ma);
    pylon_part_take(part, at + 2, PYLON_MV, VALUE_pack_mv);
    pylon_part_take(part, at + 9, PYLON_WORD, VALUE_cycle_count);
    if (large) {
        snapshot_put(values, VALUE_remaining_mah, (int32_t)pylon_get(part->frame, at + 11, 3));
        snapshot_put(values, VALUE_full_mah, (int32_t)pylon_get(part->frame, at + 14, 3));
    } else {
        take_small_charge(part, at + 4, VALUE_remaining_mah);
        take_small_charge(part, at + 7, VALUE_full_mah);
    }
    int32_t remaining_mah, full_mah;
    if (snapshot_get(values, VALUE_remaining_mah, &remaining_mah) &&
        snapshot_get(values, VALUE_full_mah, &full_mah) && full_mah > 0)
        snapshot_put(values, VALUE_soc_permille,
                     clamp32(div_round((int64_t)remaining_mah * 1000, full_mah), 0, 1000));
}

/* ---- 44 ---- */

/* States of the three kinds in a list: which of them occur. */
struct states {
    bool below;
    bool above;
    bool other;
};

static void note_state(struct states *found, uint32_t state)
{
    found->below |= state == PYLON_BELOW;
    found->above |= state == PYLON_ABOVE;
    found->other |= state == PYLON_OTHER;
}

static size_t read_states(const struct pylon_part *part, size_t at, struct states *found)
{
    uint32_t count = pylon_get(part->frame, at, 1);
    for (uint32_t i = 0; i < count; i++)
        note_state(found, pylon_get(part->frame, at + 1 + i, 1));
    return at + 1 + count;
}

/* What a state says is a warning, unless the pack has acted on it. */
static void warn(struct snapshot *values, bool active, enum alarm alarm)
{
    if (active && !alarm_get(values->alarms, alarm))
        alarm_put(values->warnings, alarm, true);
}

/* The alarms of a byte; of several in one place the first. */
void pylon_part_bits(const struct pylon_part *part, const struct can_alarm *rows, size_t count,
                     const uint8_t *bytes)
{
    struct snapshot *values = part->reading->values;
    for (size_t i = 0; i < count; i++) {
        const struct can_alarm *row = &rows[i];
        bool first = i == 0 || rows[i - 1].place != row->place;
        uint32_t *set = can_alarm_warns(row) ? values->warnings : values->alarms;
        if (first && bytes[can_alarm_byte(row)] & can_alarm_mask(row))
            alarm_put(set, can_alarm_id(row), true);
    }
    snapshot_set_have(values, VALUE_alarms, true);
    snapshot_set_have(values, VALUE_warnings, true);
}

static void take_states(const struct pylon_part *part, size_t at, const struct states *cells,
                        const struct states *temps)
{
    struct snapshot *values = part->reading->values;
    struct states charge = {0}, voltage = {0}, discharge = {0};
    note_state(&charge, pylon_get(part->frame, at, 1));
    note_state(&voltage, pylon_get(part->frame, at + 1, 1));
    note_state(&discharge, pylon_get(part->frame, at + 2, 1));
    if (alarm_get(values->alarms, ALARM_pack_over_voltage) && cells->above && !voltage.above) {
        alarm_put(values->alarms, ALARM_pack_over_voltage, false);
        alarm_put(values->alarms, ALARM_cell_over_voltage, true);
    }
    bool hot = alarm_get(values->alarms, ALARM_charge_over_temp) ||
               alarm_get(values->alarms, ALARM_discharge_over_temp);
    warn(values, cells->below, ALARM_cell_under_voltage);
    warn(values, cells->above, ALARM_cell_over_voltage);
    warn(values, temps->below, ALARM_charge_under_temp);
    warn(values, temps->above && !hot, ALARM_battery_over_temp);
    warn(values, charge.above, ALARM_charge_over_current);
    warn(values, voltage.below, ALARM_pack_under_voltage);
    warn(values, voltage.above, ALARM_pack_over_voltage);
    warn(values, discharge.above, ALARM_discharge_over_current);
    if (cells->other)
        alarm_put(values->alarms, ALARM_open_wire, true);
    if (temps->other)
        alarm_put(values->alarms, ALARM_temp_sensor, true);
}

void pylon_take_alarms(const struct pylon_part *part)
{
    enum { CHARGE_ON = 2, DISCHARGE_ON = 4, PRECHARGE = 1, HEATER = 0x20 };
    struct snapshot *values = part->reading->values;
    struct states cells = {0}, temps = {0};
    size_t at = read_states(part, part->start, &cells);
    snapshot_put(values, VALUE_cell_count, (int32_t)pylon_get(part->frame, part->start, 1));
    at = read_states(part, at, &temps);
    uint8_t status = (uint8_t)pylon_get(part->frame, at + 3, 1);
    uint32_t switches = pylon_get(part->frame, at + 4, 1);
    pylon_part_bits(part, pylon_pack_bits, pylon_pack_bit_count, &status);
    take_states(part, at, &cells, &temps);
    snapshot_put(values, VALUE_charge_on, (switches & CHARGE_ON) != 0);
    snapshot_put(values, VALUE_discharge_on, (switches & DISCHARGE_ON) != 0);
    snapshot_put(values, VALUE_precharging, (switches & PRECHARGE) != 0);
    snapshot_put(values, VALUE_heating_on, (pylon_get(part->frame, at + 5, 1) & HEATER) != 0);
}
