/* SPDX-License-Identifier: Apache-2.0
 * The CAN protocol of JK's own, both ends: each pack speaks of itself, identifier + address.
 * Source: "JK BMS-CAN protocol V2.1" (document; 4F4 and 1F21400, which is not in it, from real
 * packs). The alarms go out while there are any, the charger frame while a charger is plugged. The
 * charge moved in all cycles is sent modulo 65536. The control frame, with which any node could
 * open the switches, is understood and ignored. No time-out is documented: 2F4 is given 3 s. State
 * of charge low, ACC and the sensor of the hottest and coldest place have no value here: 0.
 */
#include "protocols/can.h"
#include "wire/can_table.h"

enum { CELLS_PER_FRAME = 4 };

static const struct can_field status[] = {
    {FROM(pack_mv),      0, U16LE, BY_100,           REQUIRED},
    {FROM(pack_ma),      2, U16LE, BY_100_PLUS_4000, REQUIRED}, /* -400 A is 0 */
    {FROM(soc_permille), 4, U8,    BY_10,            REQUIRED},
};

static const struct can_field cells[] = {
    {FROM(cell_max_mv),    0, U16LE, PLAIN,  REQUIRED},
    {FROM(cell_max_index), 2, U8,    PLUS_1, REQUIRED},
    {FROM(cell_min_mv),    3, U16LE, PLAIN,  REQUIRED},
    {FROM(cell_min_index), 5, U8,    PLUS_1, REQUIRED},
};

static const struct can_field temperatures[] = {
    {FROM(temp_max_ddegc),  0, U8, BY_10_PLUS_50, REQUIRED},
    {FROM(temp_min_ddegc),  2, U8, BY_10_PLUS_50, REQUIRED},
    {FROM(temp_mean_ddegc), 4, U8, BY_10_PLUS_50, REQUIRED},
};

static const struct can_field capacity[] = {
    {FROM(remaining_mah), 0, U16LE,         BY_100, REQUIRED},
    {FROM(full_mah),      2, U16LE,         BY_100, REQUIRED},
    {FROM(cycle_mah),     4, U16LE | FIXED, BY_100, ZERO    }, /* sent by put_cycles */
    {FROM(cycle_count),   6, U16LE,         PLAIN,  REQUIRED},
};

/* Byte 0: which of them there are. */
static const struct can_field all_temperatures[] = {
    {FROM(temp_ddegc),     1, U8, BY_10_PLUS_50, ALL_ONES},
    {FROM(temp_ddegc) + 1, 2, U8, BY_10_PLUS_50, ALL_ONES},
    {FROM(mos_ddegc),      3, U8, BY_10_PLUS_50, ALL_ONES},
    {FROM(temp_ddegc) + 2, 4, U8, BY_10_PLUS_50, ALL_ONES},
    {FROM(temp_ddegc) + 3, 5, U8, BY_10_PLUS_50, ALL_ONES},
};

static const struct can_field info[] = {
    {FROM(run_time_s),   0, U32LE, PLAIN, ALL_ONES},
    {FROM(heating_ma),   4, U16LE, PLAIN, ALL_ONES},
    {FROM(soh_permille), 6, U8,    BY_10, REQUIRED},
};

static const struct can_field switches[] = {
    {FROM(charge_on),       0, BIT0, PLAIN, REQUIRED},
    {FROM(discharge_on),    0, BIT1, PLAIN, REQUIRED},
    {FROM(balance_state),   0, BIT2, PLAIN, ZERO    },
    {FROM(heating_on),      0, BIT3, PLAIN, ZERO    },
    {FROM(charger_present), 0, BIT4, PLAIN, ZERO    },
};

/* Big-endian; byte 4 is 0 for on. */
static const struct can_field charger[] = {
    {FROM(charge_limit_mv), 0, U16BE | DOWN, BY_100,    REQUIRED},
    {FROM(charge_limit_ma), 2, U16BE | DOWN, BY_100,    REQUIRED},
    {FROM(charge_allowed),  4, U8,           ONE_MINUS, REQUIRED},
    {FROM(heating_on),      5, BIT0,         PLAIN,     ZERO    },
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),         0, U16LE, BY_10,  REQUIRED},
    {FROM(pack_ma),         2, S16LE, BY_100, REQUIRED},
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,  REQUIRED},
    {FROM(cycle_count),     6, U16LE, PLAIN,  REQUIRED},
};

#define BIT(alarm) {ALARM_##alarm, ALARM_##alarm},
#define CELL(n, at, absent)                                                                        \
    {                                                                                              \
        FROM(cell_mv) + (n), at, U16LE, PLAIN, absent                                              \
    }

/* clang-format off */
/* Four cells that begin with cell n; a frame without its first cell is not needed. */
#define CELLS(n)                                                                                   \
    {CELL(n, 0, REQUIRED), CELL((n) + 1, 2, ZERO), CELL((n) + 2, 4, ZERO), CELL((n) + 3, 6, ZERO)}

static const struct can_field cell_voltages[][CELLS_PER_FRAME] = {
    CELLS(0), CELLS(4), CELLS(8), CELLS(12), CELLS(16), CELLS(20), CELLS(24),
};

/* Each place: first the rows of alarms, then those of warnings. */
#define OVER_VOLTAGE(ROW)                                                                          \
    ROW(cell_over_voltage,        0, 0x01) ROW(cell_over_voltage_2,      0, 0x01)                  \
    ROW(pack_over_voltage,        0, 0x01)
#define UNDER_VOLTAGE(ROW)                                                                         \
    ROW(cell_under_voltage,       0, 0x04) ROW(pack_under_voltage,       0, 0x04)                  \
    ROW(deep_discharge,           0, 0x04)
#define SPREAD(ROW)                                                                                \
    ROW(cell_spread,              1, 0x01)
#define DISCHARGE(ROW)                                                                             \
    ROW(discharge_over_current,   1, 0x04) ROW(discharge_over_current_2, 1, 0x04)                  \
    ROW(discharge_over_current_3, 1, 0x04) ROW(discharge_short_circuit,  1, 0x04)                  \
    ROW(short_release_failed,     1, 0x04) ROW(discharge_limit_ignored,  1, 0x04)
#define CHARGE(ROW)                                                                                \
    ROW(charge_over_current,      1, 0x10) ROW(charge_over_current_2,    1, 0x10)                  \
    ROW(charge_short_circuit,     1, 0x10) ROW(charge_limit_ignored,     1, 0x10)
#define HOT(ROW)                                                                                   \
    ROW(charge_over_temp,         1, 0x40) ROW(discharge_over_temp,      1, 0x40)                  \
    ROW(mos_over_temp,            1, 0x40) ROW(battery_over_temp,        1, 0x40)                  \
    ROW(thermal_event,            1, 0x40)
#define COLD(ROW)                                                                                  \
    ROW(charge_under_temp,        2, 0x01) ROW(discharge_under_temp,     2, 0x01)
#define INSIDE(ROW)                                                                                \
    ROW(coprocessor,              3, 0x10) ROW(pack_stale,               3, 0x10)                  \
    ROW(pack_missing,             3, 0x10) ROW(no_pack,                  3, 0x10)
#define BOTH(PLACE) PLACE(ALARM_ROW) PLACE(WARNING_ROW)

static const struct can_alarm levels[] = {
    BOTH(OVER_VOLTAGE) BOTH(UNDER_VOLTAGE) BOTH(SPREAD) BOTH(DISCHARGE)
    BOTH(CHARGE)       BOTH(HOT)           BOTH(COLD)   BOTH(INSIDE)
};

/* The first alarms of JK's own list, bit by bit. */
static const struct can_alarm errors[] = {
    BIT(wire_resistance)      BIT(mos_over_temp)           BIT(cell_count)
    BIT(current_sensor)       BIT(cell_over_voltage)       BIT(pack_over_voltage)
    BIT(charge_over_current)  BIT(charge_short_circuit)    BIT(charge_over_temp)
    BIT(charge_under_temp)    BIT(coprocessor)             BIT(cell_under_voltage)
    BIT(pack_under_voltage)   BIT(discharge_over_current)  BIT(discharge_short_circuit)
    BIT(discharge_over_temp)  BIT(charge_mos)              BIT(discharge_mos)
};

#define SHORT (CAN_11_BIT | HOST_PACK)
#define LONG (CAN_29_BIT | HOST_PACK)
#define CELL_FRAME(n)                                                                              \
    {0x18E028F4 + 0x10000 * (n), 1000, 0, LONG, 8, NAME_cell_voltages, FIELDS(cell_voltages[n])}

static const struct can_message messages[] = {
    {0x2F4,      20,  3000, SHORT,                         8, NAME_status,           FIELDS(status)},
    {0x4F4,      100, 0,    SHORT,                         8, NAME_cells,            FIELDS(cells)},
    {0x5F4,      500, 0,    SHORT,                         8, NAME_temperatures,     FIELDS(temperatures)},
    {0x7F4,      100, 0,    SHORT | ALARM_LEVELS | HOOKED, 8, NAME_levels,           ALARMS(levels)},
    {0x18F128F4, 100, 0,    LONG | HOOKED,                 8, NAME_capacity,         FIELDS(capacity)},
    {0x18F228F4, 500, 0,    LONG | HOOKED,                 8, NAME_all_temperatures, FIELDS(all_temperatures)},
    {0x18F328F4, 100, 0,    LONG,                          8, NAME_errors,           ALARMS(errors)},
    {0x18F428F4, 500, 0,    LONG,                          8, NAME_info,             FIELDS(info)},
    {0x18F528F4, 500, 0,    LONG,                          8, NAME_switches,         FIELDS(switches)},
    CELL_FRAME(0), CELL_FRAME(1), CELL_FRAME(2), CELL_FRAME(3),
    CELL_FRAME(4), CELL_FRAME(5), CELL_FRAME(6),
    {0x1806E5F4, 500, 0, LONG | HOOKED, 8, NAME_charger,      FIELDS(charger)},
    {0x01F21400, 0,   0, CAN_29_BIT,    8, NAME_measurements, FIELDS(measurements)},
};

static const struct can_message answers[] = {
    {0x18F0F428, 0, 0, CAN_29_BIT, 8, NAME_control, NO_ROWS},
};
/* clang-format on */

static void put_cycles(const struct snapshot *pack, uint8_t *data)
{
    int32_t cycle_mah;
    if (!snapshot_get(pack, VALUE_cycle_mah, &cycle_mah))
        return;
    uint16_t raw = (uint16_t)div_round(cycle_mah, 100);
    data[4] = (uint8_t)raw;
    data[5] = (uint8_t)(raw >> 8);
}

/* False: there is no sensor at all. */
static bool put_sensors(uint8_t *data)
{
    for (unsigned i = 0; i < COUNT(all_temperatures); i++)
        data[0] |= (uint8_t)((data[1 + i] != 0xFF) << i);
    return data[0] != 0;
}

static bool is_calm(const uint8_t *data)
{
    return (data[0] | data[1] | data[2] | data[3]) == 0;
}

static bool encode(const struct can_message *message, const struct view *view, unsigned pack,
                   struct can_frame *frame)
{
    int32_t plugged = 0;
    switch (message->id) {
    case 0x7F4: /* with addresses above 11 its number would not fit 11 bits */
        return !is_calm(frame->data) && frame->id <= 0x7FF;
    case 0x18F128F4:
        put_cycles(view->pack[pack], frame->data);
        return true;
    case 0x18F228F4:
        return put_sensors(frame->data);
    default: /* the charger */
        return snapshot_get(view->pack[pack], VALUE_charger_present, &plugged) && plugged != 0;
    }
}

/* But for the bit rate both are one. */
#define PROFILE_OF(name_of_rate, rate)                                                             \
    .name = "jk_can", .profile = name_of_rate, .bitrate = rate, BATTERY(messages),                 \
    INVERTER(answers), .encode = encode, .pack_step = 1

/* clang-format off */
const struct can_protocol jk_can[2] = {
    {PROFILE_OF("250k", 250000)},
    {PROFILE_OF("500k", 500000)},
};
/* clang-format on */
