/* SPDX-License-Identifier: Apache-2.0
 * What the battery says of one pack over Pylon RS485: numbers (42) and states (44). T1 is the
 * board; a pack with cell sensors only has the temperature of its switches there, as JK. States
 * name the cell and sensor at the end, for which there is an alarm or a warning; the limits behind
 * them are decided elsewhere. Only "failed" cells and flowing current follow the numbers of the
 * document.
 */
#include <string.h>

#include "base/number.h"
#include "protocols/pylon_rs485_answer.h"
#include "wire/row_codec.h"

enum {
    SMALL_MAH = 65000,    /* the largest pack with two items */
    MAH_MAX = 0xFFFFFF,   /* three bytes */
    BOARD_TEMP_COUNT = 6, /* so many temperatures have the board's before them */
    FULL_PERMILLE = 1000,
    CELL_FAILED_HIGH_MV = 4200, /* the document's own definition; likewise the next two */
    CELL_FAILED_LOW_MV = 1000,
    FLOWING_MA = 100,
    UNKNOWN_DDEGC = 250,
};

bool pylon_is_set(const struct snapshot *source, enum value_id id)
{
    int32_t value;
    return snapshot_get(source, id, &value) && value != 0;
}

int32_t pylon_value_or(const struct snapshot *source, enum value_id id, int32_t unknown)
{
    int32_t value;
    return snapshot_get(source, id, &value) ? value : unknown;
}

bool pylon_knows(const struct snapshot *source, const uint16_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!snapshot_have(source, (enum value_id)ids[i]))
            return false;
    }
    return true;
}

void pylon_put_number(struct pylon_writer *writer, enum pylon_form form, int32_t value)
{
    pylon_put(writer, pylon_raw(form, value), pylon_form_size(form));
}

void pylon_put_value(struct pylon_writer *writer, enum pylon_form form,
                     const struct snapshot *source, enum value_id id)
{
    int32_t value;
    bool known = snapshot_get(source, id, &value);
    pylon_put(writer, known ? pylon_raw(form, value) : pylon_absent(form), pylon_form_size(form));
}

/* ---- Cells and temperatures of a pack ---- */

static unsigned count_known(const struct snapshot *pack, enum value_id first, unsigned count)
{
    while (count > 0 && !snapshot_have(pack, (enum value_id)(first + count - 1)))
        count--;
    return count;
}

static unsigned cell_count(const struct snapshot *pack)
{
    return count_known(pack, VALUE_cell_mv, CELL_MAX);
}

/* A pack with cell sensors only has its switches' for the board, as JK; a sensor that is lost shows
 * the mean, and 44 says so. */
void pylon_temperatures(const struct snapshot *pack, struct pylon_temperatures *found)
{
    int32_t mean_ddegc = pylon_value_or(pack, VALUE_temp_mean_ddegc, UNKNOWN_DDEGC);
    unsigned count = count_known(pack, VALUE_temp_ddegc, TEMP_MAX);
    memset(found, 0, sizeof(*found));
    bool cells_only = count < BOARD_TEMP_COUNT && snapshot_have(pack, VALUE_mos_ddegc);
    if (cells_only)
        found->ddegc[found->count++] = pack->mos_ddegc;
    for (unsigned i = 0; i < count; i++) {
        int32_t ddegc;
        bool known = snapshot_get(pack, (enum value_id)(VALUE_temp_ddegc + i), &ddegc);
        found->lost |= (uint16_t)(!known << found->count);
        found->ddegc[found->count++] = known ? ddegc : mean_ddegc;
    }
    found->cells_end = cells_only || count < BOARD_TEMP_COUNT ? found->count : BOARD_TEMP_COUNT - 1;
}

/* ---- 42 ---- */

bool pylon_analog_known(const struct snapshot *pack)
{
    static const uint16_t ids[] = {VALUE_pack_mv, VALUE_pack_ma, VALUE_remaining_mah,
                                   VALUE_full_mah};
    return pylon_knows(pack, ids, COUNT(ids)) && cell_count(pack) > 0;
}

bool pylon_is_large(const struct snapshot *pack)
{
    return pylon_value_or(pack, VALUE_full_mah, 0) > SMALL_MAH;
}

static void put_charge(struct pylon_writer *writer, int32_t mah, bool large)
{
    pylon_put(writer, large ? UINT16_MAX : pylon_raw(PYLON_WORD, mah), 2);
}

static void put_large_charge(struct pylon_writer *writer, int32_t mah)
{
    pylon_put(writer, (uint32_t)clamp32(mah, 0, MAH_MAX), 3);
}

void pylon_put_analog(struct pylon_writer *writer, const struct snapshot *pack, bool large)
{
    struct pylon_temperatures temps;
    unsigned cells = cell_count(pack);
    pylon_temperatures(pack, &temps);
    pylon_put(writer, cells, 1);
    for (unsigned i = 0; i < cells; i++)
        pylon_put_value(writer, PYLON_MV, pack, (enum value_id)(VALUE_cell_mv + i));
    pylon_put(writer, temps.count, 1);
    for (unsigned i = 0; i < temps.count; i++)
        pylon_put_number(writer, PYLON_KELVIN, temps.ddegc[i]);
    pylon_put_number(writer, PYLON_DECIAMPS, pack->pack_ma);
    pylon_put_number(writer, PYLON_MV, pack->pack_mv);
    put_charge(writer, pack->remaining_mah, large);
    pylon_put(writer, large ? 4 : 2, 1);
    put_charge(writer, pack->full_mah, large);
    pylon_put_value(writer, PYLON_WORD, pack, VALUE_cycle_count);
    if (large) {
        put_large_charge(writer, pack->remaining_mah);
        put_large_charge(writer, pack->full_mah);
    }
}

/* ---- 44 ---- */

bool pylon_alarms_known(const struct snapshot *pack)
{
    return snapshot_have(pack, VALUE_alarms) && cell_count(pack) > 0;
}

/* States that an alarm in force, or warned of, stands for; bits of two bytes. */
enum {
    CELL_ABOVE = 0x01,
    CELL_BELOW = 0x02,
    TEMP_ABOVE = 0x04,
    TEMP_BELOW = 0x08,
    BOARD_ABOVE = 0x10,
    PACK_ABOVE = 0x20,
    PACK_BELOW = 0x40,
    CHARGE_ABOVE = 0x01, /* of the second */
    DISCHARGE_ABOVE = 0x02,
};

/* clang-format off */
#define STATE(alarm, byte, mask) ALARM_ROW(alarm, byte, mask) WARNING_ROW(alarm, byte, mask)
static const struct can_alarm states[] = {
    STATE(cell_over_voltage,        0, CELL_ABOVE)
    STATE(cell_over_voltage_2,      0, CELL_ABOVE)
    STATE(cell_under_voltage,       0, CELL_BELOW)
    STATE(deep_discharge,           0, CELL_BELOW)
    STATE(charge_over_temp,         0, TEMP_ABOVE)
    STATE(discharge_over_temp,      0, TEMP_ABOVE)
    STATE(battery_over_temp,        0, TEMP_ABOVE)
    STATE(charge_under_temp,        0, TEMP_BELOW)
    STATE(discharge_under_temp,     0, TEMP_BELOW)
    STATE(mos_over_temp,            0, BOARD_ABOVE)
    STATE(pack_over_voltage,        0, PACK_ABOVE)
    STATE(pack_under_voltage,       0, PACK_BELOW)
    STATE(charge_over_current,      1, CHARGE_ABOVE)
    STATE(charge_over_current_2,    1, CHARGE_ABOVE)
    STATE(charge_short_circuit,     1, CHARGE_ABOVE)
    STATE(charge_limit_ignored,     1, CHARGE_ABOVE)
    STATE(discharge_over_current,   1, DISCHARGE_ABOVE)
    STATE(discharge_over_current_2, 1, DISCHARGE_ABOVE)
    STATE(discharge_over_current_3, 1, DISCHARGE_ABOVE)
    STATE(discharge_short_circuit,  1, DISCHARGE_ABOVE)
    STATE(short_release_failed,     1, DISCHARGE_ABOVE)
    STATE(discharge_limit_ignored,  1, DISCHARGE_ABOVE)
};
/* clang-format on */

/* Only the cell at the end is known to be beyond. */
static void put_cell_states(struct pylon_writer *writer, const struct snapshot *pack, uint8_t said)
{
    int32_t highest = said & CELL_ABOVE ? pylon_value_or(pack, VALUE_cell_max_index, 0) : -1;
    int32_t lowest = said & CELL_BELOW ? pylon_value_or(pack, VALUE_cell_min_index, 0) : -1;
    unsigned count = cell_count(pack);
    pylon_put(writer, count, 1);
    for (unsigned i = 0; i < count; i++) {
        uint8_t state = (int32_t)i == highest  ? PYLON_ABOVE
                        : (int32_t)i == lowest ? PYLON_BELOW
                                               : PYLON_FINE;
        bool known = snapshot_have(pack, (enum value_id)(VALUE_cell_mv + i));
        pylon_put(writer, known ? state : PYLON_OTHER, 1);
    }
}

/* The first cell sensor that is the hottest (sign 1) or coldest (-1); the board where there is
 * none.
 */
static unsigned extreme_sensor(const struct pylon_temperatures *found, int32_t sign)
{
    unsigned best = found->count > 1 ? 1 : 0;
    for (unsigned i = best + 1; i < found->cells_end; i++) {
        if (sign * found->ddegc[i] > sign * found->ddegc[best])
            best = i;
    }
    return best;
}

static void put_temperature_states(struct pylon_writer *writer, const struct snapshot *pack,
                                   uint8_t said)
{
    struct pylon_temperatures found;
    uint8_t state[TEMP_MAX + 1] = {0};
    pylon_temperatures(pack, &found);
    if (said & TEMP_ABOVE)
        state[extreme_sensor(&found, 1)] = PYLON_ABOVE;
    if (said & TEMP_BELOW)
        state[extreme_sensor(&found, -1)] = PYLON_BELOW;
    if (said & BOARD_ABOVE)
        state[0] = PYLON_ABOVE;
    pylon_put(writer, found.count, 1);
    for (unsigned i = 0; i < found.count; i++)
        pylon_put(writer, found.lost >> i & 1 ? PYLON_OTHER : state[i], 1);
}

static uint8_t switches(const struct snapshot *pack)
{
    enum { PRECHARGE = 1, CHARGE = 2, DISCHARGE = 4, OWN_POWER = 8 };
    return (uint8_t)(OWN_POWER | (pylon_is_set(pack, VALUE_discharge_on) ? DISCHARGE : 0) |
                     (pylon_is_set(pack, VALUE_charge_on) ? CHARGE : 0) |
                     (pylon_is_set(pack, VALUE_precharging) ? PRECHARGE : 0));
}

static uint8_t activity(const struct snapshot *pack)
{
    enum { BUZZER = 1, FULL = 8, HEATER = 0x20, DISCHARGING = 0x40, CHARGING = 0x80 };
    enum { BUZZER_CONTACT = 4 };
    int32_t current_ma = pylon_value_or(pack, VALUE_pack_ma, 0);
    bool buzzer = pylon_value_or(pack, VALUE_contacts, 0) & BUZZER_CONTACT;
    return (uint8_t)((current_ma > FLOWING_MA ? CHARGING : 0) |
                     (current_ma < -FLOWING_MA ? DISCHARGING : 0) |
                     (pylon_is_set(pack, VALUE_heating_on) ? HEATER : 0) |
                     (pylon_value_or(pack, VALUE_soc_permille, 0) >= FULL_PERMILLE ? FULL : 0) |
                     (buzzer ? BUZZER : 0));
}

/* The first 16 cells: as many bits as there are. */
static uint16_t failed_cells(const struct snapshot *pack)
{
    uint16_t failed = 0;
    unsigned count = cell_count(pack);
    for (unsigned i = 0; i < 16 && i < count; i++) {
        int32_t cell_mv = pylon_value_or(pack, (enum value_id)(VALUE_cell_mv + i), 0);
        failed |= (uint16_t)((cell_mv > CELL_FAILED_HIGH_MV || cell_mv < CELL_FAILED_LOW_MV) << i);
    }
    return failed;
}

void pylon_put_alarms(struct pylon_writer *writer, const struct snapshot *pack, bool large)
{
    uint8_t said[2] = {0};
    uint8_t status = 0;
    uint16_t failed = failed_cells(pack);
    (void)large;
    row_encode_alarms(states, COUNT(states), 0, pack, said);
    row_encode_alarms(pylon_pack_bits, pylon_pack_bit_count, 0, pack, &status);
    put_cell_states(writer, pack, said[0]);
    put_temperature_states(writer, pack, said[0]);
    const uint8_t bytes[] = {said[1] & CHARGE_ABOVE ? PYLON_ABOVE : PYLON_FINE,
                             said[0] & PACK_ABOVE   ? PYLON_ABOVE
                             : said[0] & PACK_BELOW ? PYLON_BELOW
                                                    : PYLON_FINE,
                             said[1] & DISCHARGE_ABOVE ? PYLON_ABOVE : PYLON_FINE,
                             status,
                             switches(pack),
                             activity(pack),
                             (uint8_t)failed,
                             (uint8_t)(failed >> 8)};
    for (size_t i = 0; i < sizeof(bytes); i++)
        pylon_put(writer, bytes[i], 1);
}
