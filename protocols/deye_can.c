/* SPDX-License-Identifier: Apache-2.0
 * Deye low voltage CAN, both ends. `pylon`: "CAN-Bus-protocol-DEYE-low-voltage-V1.2-20180408", that
 * is Pylon V1.2, with the name PYLON that Deye inverters know; 361, 363, 364 and 371 from DY beside
 * it (implementation). `dy33`: "PCS CAN-Bus-protocol-DY-low-voltage V3.3" (document; 35E, 363, 364
 * and 110 from real packs). DY turns the sign of the current. Limits off grid and on grid are the
 * same here; an inverter goes by 351. Grey bits of 359 are read, not sent. Versions, serial numbers
 * and counters of packs are named only. Real packs send no permissions: where a current limit is
 * known and not 0, it permits. Charge stops by permission, current 0 and the voltage lowered.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"
#include "wire/can_table.h"

static const struct can_field extremes[] = {
    {FROM(cell_max_mv),    0, U16LE, PLAIN, REQUIRED},
    {FROM(cell_min_mv),    2, U16LE, PLAIN, REQUIRED},
    {FROM(temp_max_ddegc), 4, S16LE, PLAIN, REQUIRED},
    {FROM(temp_min_ddegc), 6, S16LE, PLAIN, REQUIRED},
};

static const struct can_field packs[] = {
    {FROM(packs_online),       0, U8, PLAIN, REQUIRED},
    {FROM(packs_no_charge),    1, U8, PLAIN, REQUIRED},
    {FROM(packs_no_discharge), 2, U8, PLAIN, REQUIRED},
    {FROM(packs_offline),      3, U8, PLAIN, REQUIRED},
    {FROM(pack_count),         4, U8, PLAIN, REQUIRED},
};

static const struct can_field on_grid[] = {
    {FROM(charge_limit_ma),    0, S16LE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_ma), 2, S16LE | DOWN, BY_100, REQUIRED},
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),         0, S16LE, BY_10,        REQUIRED},
    {FROM(pack_ma),         2, S16LE, MINUS_BY_100, REQUIRED}, /* + = discharging, since V2.5 */
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,        REQUIRED},
};

static const struct can_field maker[] = {
    {FROM(maker),    0, TEXT | FIXED, PLAIN,  ZERO},
    {FROM(full_mah), 6, U16LE,        BY_100, ZERO}, /* 0.1 Ah, of the master alone */
};

static const struct can_field switches[] = {
    {FROM(charge_on),    7, BIT4, PLAIN, REQUIRED},
    {FROM(discharge_on), 7, BIT5, PLAIN, REQUIRED},
    {FROM(precharging),  7, BIT6, PLAIN, ZERO    },
    {FROM(heating_on),   7, BIT7, PLAIN, ZERO    },
};

static const struct can_field pack_state[] = {
    {FROM(pack_mv),      0, U16LE, BY_100,       REQUIRED},
    {FROM(pack_ma),      2, S16LE, MINUS_BY_100, REQUIRED},
    {FROM(soc_permille), 4, U16LE, PLAIN,        REQUIRED},
    {FROM(soh_permille), 6, U16LE, PLAIN,        REQUIRED},
};

/* Bytes 2 and 3 are of the heating film, which has no sensor of its own here. */
static const struct can_field pack_limits[] = {
    {FROM(mos_ddegc),          0, S16LE,        PLAIN,   REQUIRED},
    {FROM(charge_limit_ma),    4, U16LE | DOWN, BY_1000, REQUIRED},
    {FROM(discharge_limit_ma), 6, U16LE | DOWN, BY_1000, REQUIRED},
};

static const struct can_field pack_status[] = {
    {FROM(cycle_count), 2, U16LE, PLAIN, REQUIRED},
};

/* Section 3.5 of the spec's table: 359, and 110 of each pack. */
/* clang-format off */
static const struct can_alarm faults[] = {
    ALARM_ROW(cell_over_voltage,        0, 0x01) ALARM_ROW(cell_over_voltage_2,      0, 0x01)
    ALARM_ROW(pack_over_voltage,        0, 0x01)
    ALARM_ROW(cell_under_voltage,       0, 0x02) ALARM_ROW(pack_under_voltage,       0, 0x02)
    ALARM_ROW(deep_discharge,           0, 0x02)
    ALARM_ROW(charge_over_current,      0, 0x10) ALARM_ROW(charge_over_current_2,    0, 0x10)
    ALARM_ROW(charge_limit_ignored,     0, 0x10)
    ALARM_ROW(discharge_over_current,   0, 0x20) ALARM_ROW(discharge_limit_ignored,  0, 0x20)
    ALARM_ROW(charge_over_temp,         0, 0x40) ALARM_ROW(discharge_over_temp,      0, 0x40)
    ALARM_ROW(thermal_event,            0, 0x40) ALARM_ROW(extinguisher,             0, 0x40)
    ALARM_ROW(charge_under_temp,        0, 0x80) ALARM_ROW(discharge_under_temp,     0, 0x80)
    ALARM_ROW(cell_spread,              1, 0x04) ALARM_ROW(temp_spread,              1, 0x08)
    ALARM_ROW(mos_over_temp,            1, 0x10)
    ALARM_ROW(discharge_over_current_2, 2, 0x04) ALARM_ROW(discharge_over_current_3, 2, 0x04)
    ALARM_ROW(discharge_short_circuit,  2, 0x80) ALARM_ROW(charge_short_circuit,     2, 0x80)
    ALARM_ROW(short_release_failed,     2, 0x80)
    ALARM_ROW(coprocessor,              3, 0x01) ALARM_ROW(current_sensor,           3, 0x01)
    ALARM_ROW(internal,                 3, 0x01) ALARM_ROW(parallel_limiter,         3, 0x01)
    ALARM_ROW(balancer,                 3, 0x01)
    ALARM_ROW(cell_sum,                 3, 0x02) ALARM_ROW(cells_frozen,             3, 0x02)
    ALARM_ROW(cell_count,               3, 0x02)
    ALARM_ROW(temp_sensor,              3, 0x04)
    ALARM_ROW(charge_mos,               3, 0x08) ALARM_ROW(discharge_mos,            3, 0x08)
    ALARM_ROW(bank_stopped,             3, 0x08)
    ALARM_ROW(pack_stale,               3, 0x20) ALARM_ROW(pack_missing,             3, 0x20)
    ALARM_ROW(no_pack,                  3, 0x20)
    ALARM_ROW(discharge_on_failed,      6, 0x02) ALARM_ROW(open_wire,                6, 0x20)
};

/* No longer sent since V3.2. None of them is the first of its place above. */
static const struct can_alarm grey[] = {
    ALARM_ROW(pack_over_voltage,         0, 0x04) ALARM_ROW(pack_under_voltage,        0, 0x08)
    ALARM_ROW(discharge_over_temp,       1, 0x01) ALARM_ROW(discharge_under_temp,      1, 0x02)
    ALARM_ROW(discharge_over_current_3,  1, 0x40) ALARM_ROW(discharge_over_current_3,  1, 0x80)
    ALARM_ROW(deep_discharge,            2, 0x01)
    ALARM_ROW(cell_over_voltage_2,       2, 0x02) ALARM_ROW(charge_over_current_2,     2, 0x08)
    WARNING_ROW(cell_over_voltage,       4, 0x01) WARNING_ROW(cell_under_voltage,      4, 0x02)
    WARNING_ROW(pack_over_voltage,       4, 0x04) WARNING_ROW(pack_under_voltage,      4, 0x08)
    WARNING_ROW(charge_over_current,     4, 0x10) WARNING_ROW(discharge_over_current,  4, 0x20)
    WARNING_ROW(charge_over_temp,        4, 0x40) WARNING_ROW(charge_under_temp,       4, 0x80)
    WARNING_ROW(discharge_over_temp,     5, 0x01) WARNING_ROW(discharge_under_temp,    5, 0x02)
    WARNING_ROW(cell_spread,             5, 0x04) WARNING_ROW(temp_spread,             5, 0x08)
    WARNING_ROW(mos_over_temp,           5, 0x10)
};

#define FOR_ALL_DEYE                                                                               \
    {0x361, 1000, 0, CAN_11_BIT, 8, NAME_extremes, FIELDS(extremes)},                              \
    {0x363, 1000, 0, CAN_11_BIT, 8, NAME_versions, NO_ROWS},                                       \
    {0x364, 1000, 0, CAN_11_BIT, 8, NAME_packs, FIELDS(packs)},                                    \
    {0x371, 1000, 0, CAN_11_BIT | ASIDE, 8, NAME_limits_on_grid, FIELDS(on_grid)}

static const struct can_message pylon[] = {
    CAN_351_LIMITS(10000), CAN_351_STATE(10000), CAN_351_MEASUREMENTS, CAN_351_PYLON_ALARMS,
    CAN_351_REQUESTS,      CAN_351_MAKER("PYLON   "),
    FOR_ALL_DEYE,
};

#define ASIDE_ONLY (CAN_11_BIT | ASIDE)
#define OF_PACK (CAN_11_BIT | EACH_PACK)
#define HOOKED_PACK (CAN_11_BIT | EACH_PACK | HOOKED)

static const struct can_message dy33[] = {
    CAN_351_LIMITS(10000),
    {0x355, 1000, 10000, CAN_11_BIT,          8, NAME_state,        FIELDS(can_351_state)},
    {0x356, 1000, 0,     CAN_11_BIT,          8, NAME_measurements, FIELDS(measurements)},
    {0x359, 1000, 0,     CAN_11_BIT | HOOKED, 8, NAME_alarms,       ALARMS(faults)},
    {0x35C, 1000, 0,     CAN_11_BIT | HOOKED, 8, NAME_requests,     FIELDS(can_351_requests)},
    {0x35E, 1000, 0,     CAN_11_BIT | HOOKED, 8, NAME_maker,        .fill = "DY001\3\0\0", FIELDS(maker)}, /* 3: EVE */
    FOR_ALL_DEYE,
    READ_ONLY({0x358, 0, 0, ASIDE_ONLY, 8, NAME_usb, NO_ROWS})
    {0x110, 1000, 0, HOOKED_PACK, 8, NAME_pack_alarms,   .fill = "\0\0\0\0\0\0\0\1", FIELDS(switches), ALARMS(faults)},
    {0x150, 1000, 0, OF_PACK,     8, NAME_pack_state,    FIELDS(pack_state)},
    {0x200, 1000, 0, OF_PACK,     8, NAME_pack_extremes, FIELDS(extremes)},
    {0x250, 1000, 0, OF_PACK,     8, NAME_pack_limits,   FIELDS(pack_limits)},
    {0x400, 1000, 0, HOOKED_PACK, 8, NAME_pack_status,   FIELDS(pack_status)},
    READ_ONLY({0x500, 0, 0, OF_PACK, 8, NAME_pack_version,  NO_ROWS})
    READ_ONLY({0x550, 0, 0, OF_PACK, 8, NAME_pack_energy,   NO_ROWS})
    READ_ONLY({0x600, 0, 0, OF_PACK, 8, NAME_pack_serial_1, NO_ROWS})
    READ_ONLY({0x650, 0, 0, OF_PACK, 8, NAME_pack_serial_2, NO_ROWS})
    READ_ONLY({0x700, 0, 0, OF_PACK, 8, NAME_pack_counts_1, NO_ROWS})
    READ_ONLY({0x750, 0, 0, OF_PACK, 8, NAME_pack_counts_2, NO_ROWS})
};
/* clang-format on */

static const struct can_message dy33_answers[] = {
    {0x305, 1000, 0, CAN_EITHER | HOOKED, 8, NAME_time,       NO_ROWS},
    {0x306, 0,    0, CAN_11_BIT,          3, NAME_usb_switch, NO_ROWS},
};

/* Time: second, minute, hour, day, month, year - 2000; all zero of an inverter without a clock.
 * clock_s begins with 2020, a leap year, and ends before 2100, which is none. */

enum { DAY_S = 86400, YEARS_4_DAYS = 4 * 365 + 1, FIRST_YEAR = 20, LAST_YEAR = 87 };

/* Days of a year before a month, 0..11. */
static uint32_t days_before(unsigned month, bool leap)
{
    static const uint16_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return (uint32_t)days[month] + (leap && month >= 2);
}

static void encode_time(const struct snapshot *own, uint8_t *data)
{
    int32_t clock_s;
    if (!snapshot_get(own, VALUE_clock_s, &clock_s) || clock_s <= 0)
        return;
    uint32_t day = (uint32_t)clock_s / DAY_S;
    uint32_t second = (uint32_t)clock_s % DAY_S;
    uint32_t rest = day % YEARS_4_DAYS;
    bool leap = rest < 366;
    uint32_t year = leap ? 0 : (rest - 1) / 365;
    unsigned month = 11;
    rest -= leap ? 0 : 365 * year + 1;
    while (days_before(month, leap) > rest)
        month--;
    data[0] = (uint8_t)(second % 60);
    data[1] = (uint8_t)(second / 60 % 60);
    data[2] = (uint8_t)(second / 3600);
    data[3] = (uint8_t)(rest - days_before(month, leap) + 1);
    data[4] = (uint8_t)(month + 1);
    data[5] = (uint8_t)(FIRST_YEAR + 4 * (day / YEARS_4_DAYS) + year);
}

static bool is_time(const uint8_t *data)
{
    return data[0] < 60 && data[1] < 60 && data[2] < 24 && data[3] >= 1 && data[3] <= 31 &&
           data[4] >= 1 && data[4] <= 12 && data[5] >= FIRST_YEAR && data[5] <= LAST_YEAR;
}

static void decode_time(const struct can_frame *frame, struct snapshot *values)
{
    const uint8_t *data = frame->data;
    if (frame->size < 6 || !is_time(data))
        return;
    uint32_t year = data[5] - FIRST_YEAR;
    uint32_t day = 365 * year + (year + 3) / 4 + days_before(data[4] - 1u, year % 4 == 0);
    uint32_t second = 3600u * data[2] + 60u * data[1] + data[0];
    snapshot_put(values, VALUE_clock_s, (int32_t)(DAY_S * (day + data[3] - 1) + second));
}

/* Bank frames are those of the master; its capacity is not that of the bank. */
static void encode_capacity(const struct can_message *message, const struct view *view,
                            uint8_t *data)
{
    const struct can_field *field = &message->fields[1];
    int32_t full_mah;
    for (size_t i = 0; i < PACK_MAX; i++) {
        if (view->pack[i] == NULL || !snapshot_get(view->pack[i], VALUE_full_mah, &full_mah))
            continue;
        field_put(can_field_type(field), data + field->byte,
                  div_round(full_mah, can_field_scale(field)->den));
        return;
    }
}

static bool is_empty(const uint32_t set[ALARM_WORDS])
{
    static const uint32_t all[ALARM_WORDS] = {UINT32_MAX, UINT32_MAX};
    return !alarm_common(set, all);
}

/* 0 none, 1 minor, 2 major: something has acted. */
static uint8_t fault_level(const struct snapshot *pack)
{
    if (alarm_common(pack->alarms, alarm_protecting_set))
        return 2;
    return !is_empty(pack->alarms) || !is_empty(pack->warnings);
}

static void put_balancing(const struct snapshot *pack, enum value_id id, uint8_t *data)
{
    int32_t cell;
    if (snapshot_get(pack, id, &cell) && cell >= 0 && cell < 16)
        data[4 + cell / 8] |= (uint8_t)(1u << cell % 8);
}

/* Idle, charge, discharge; fault level; the cells that are balanced. */
static void encode_status(const struct snapshot *pack, uint8_t *data)
{
    enum { IDLE_MA = 100 };
    int32_t value;
    if (snapshot_get(pack, VALUE_pack_ma, &value))
        data[0] = value > IDLE_MA ? 1 : value < -IDLE_MA ? 2 : 0;
    data[1] = fault_level(pack);
    if (!snapshot_get(pack, VALUE_balance_state, &value) || value == 0)
        return;
    put_balancing(pack, VALUE_balance_source_index, data);
    put_balancing(pack, VALUE_balance_sink_index, data);
}

static bool encode(const struct can_message *message, const struct view *view, unsigned pack,
                   struct can_frame *frame)
{
    if (CAN_BOTH_SIDES && message->id == 0x305)
        encode_time(view->bank, frame->data);
    else if (message->id == 0x35E)
        encode_capacity(message, view, frame->data);
    else if (message->id == 0x400)
        encode_status(view->pack[pack], frame->data);
    return true;
}

/* Of two rows of one alarm either is enough. */
static void decode_grey(const struct can_frame *frame, struct snapshot *values)
{
    for (size_t i = 0; i < COUNT(grey); i++) {
        const struct can_alarm *row = &grey[i];
        bool warns = can_alarm_warns(row);
        uint32_t *set = warns ? values->warnings : values->alarms;
        if (can_alarm_byte(row) >= frame->size)
            continue;
        bool active = frame->data[can_alarm_byte(row)] & can_alarm_mask(row);
        if (i > 0 && grey[i - 1].what == row->what)
            active |= alarm_get(set, can_alarm_id(row));
        snapshot_set_have(values, warns ? VALUE_warnings : VALUE_alarms, true);
        alarm_put(set, can_alarm_id(row), active);
    }
}

static bool permits(const struct snapshot *values, enum value_id limit)
{
    int32_t limit_ma;
    return snapshot_get(values, limit, &limit_ma) && limit_ma > 0;
}

/* Bits as in can_351_requests. */
static bool decode_requests(const struct can_frame *frame, struct snapshot *values)
{
    if (frame->size == 0)
        return false;
    uint8_t bits = frame->data[0];
    snapshot_put(values, VALUE_charge_allowed,
                 bits & 0x80 || permits(values, VALUE_charge_limit_ma));
    snapshot_put(values, VALUE_discharge_allowed,
                 bits & 0x40 || permits(values, VALUE_discharge_limit_ma));
    snapshot_put(values, VALUE_force_charge, (bits & 0x30) != 0);
    snapshot_put(values, VALUE_full_charge_requested, (bits & 0x08) != 0);
    return true;
}

static bool decode(const struct can_message *message, const struct can_frame *frame,
                   struct snapshot *values)
{
    if (message->id == 0x35C)
        return decode_requests(frame, values);
    if (message->id == 0x305)
        decode_time(frame, values);
    else if (message->alarms == faults)
        decode_grey(frame, values);
    return false;
}

/* clang-format off */
const struct can_protocol deye_can[2] = {
    {
        .name = "deye_can",
        .profile = "pylon",
        .bitrate = 500000,
        BATTERY(pylon),
        INVERTER(can_351_heartbeat),
        .stop_lowers_voltage = true,
    },
    {
        .name = "deye_can",
        .profile = "dy33",
        .bitrate = 500000,
        BATTERY(dy33),
        INVERTER(dy33_answers),
        .encode = encode,
        .decode = READER(decode),
        .pack_step = 1,
        .stop_lowers_voltage = true,
    },
};
/* clang-format on */
