/* SPDX-License-Identifier: Apache-2.0
 * Growatt low-voltage CAN, both ends, high byte first. Sources: "Growatt BMS CAN-Bus-protocol-
 * low-voltage" Rev_04 (document), which "rev05" keeps; 322, 323 and the polls 211, 212 of Rev_05
 * from an independent reader (implementation). Answers every poll at once and goes on once a second
 * when nobody polls. Charge stops by permission (319) and current 0 (311); permissions in the
 * status word are sent, not read. Without a fresh pack: system error and internal communication
 * failure, 313, 314 and 322 stop. Cells are those of a single pack. Hooks: status word, capacities
 * that do not fit, numbers of cells and sensors, charge of the packs, cells.
 */
#include "base/bytes.h"
#include "core/alarms.h"
#include "protocols/can.h"
#include "protocols/can_351.h"
#include "protocols/growatt.h"
#include "wire/can_table.h"

enum {
    LIMITS = 0x311,
    CAPACITY = 0x314,
    CELLS_1 = 0x315,
    REQUESTS = 0x319,
    TEMPERATURES = 0x322,
    PERIOD_MS = 1000,
    PATIENCE_MS = 1500,
    TIMEOUT_MS = 10000,
    COUNT_MAX = 254,
};

/* 0.1 V, 0.1 A; the status word of bytes 6 and 7 comes from the hook. */
static const struct can_field limits[] = {
    {FROM(charge_limit_mv),    0, U16BE | DOWN, BY_100, REQUIRED},
    {FROM(charge_limit_ma),    2, U16BE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_ma), 4, U16BE | DOWN, BY_100, REQUIRED},
};

static const struct can_field protection[] = {
    {FROM(pack_count), 4, U8, PLAIN, ZERO},
    {FROM(cell_count), 7, U8, PLAIN, ZERO},
};

/* 0.01 V, 0.1 A, 0.1 degC, 1 %. Bit 7 of the last byte is an end-of-life mark. */
static const struct can_field measurements[] = {
    {FROM(pack_mv),        0, S16BE, BY_10,  REQUIRED},
    {FROM(pack_ma),        2, S16BE, BY_100, REQUIRED},
    {FROM(temp_max_ddegc), 4, S16BE, PLAIN,  REQUIRED},
    {FROM(soc_permille),   6, U8,    BY_10,  REQUIRED},
    {FROM(soh_permille),   7, U7,    BY_10,  REQUIRED},
};

/* 10 mAh */
static const struct can_field capacity[] = {
    {FROM(remaining_mah),  0, U16BE, BY_10, REQUIRED},
    {FROM(full_mah),       2, U16BE, BY_10, REQUIRED},
    {FROM(cell_spread_mv), 4, U16BE, PLAIN, ZERO    },
    {FROM(cycle_count),    6, U16BE, PLAIN, ZERO    },
};

/* Of the two forced charges the document wants the first. Bytes 5 to 7 count from 1. */
static const struct can_field requests[] = {
    {FROM(charge_allowed),    0, BIT7,         PLAIN,  ZERO},
    {FROM(discharge_allowed), 0, BIT6,         PLAIN,  ZERO},
    {FROM(force_charge),      0, BIT5,         PLAIN,  ZERO},
    {FROM(force_charge),      0, BIT4 | FIXED, PLAIN,  ZERO},
    {FROM(cell_max_mv),       1, U16BE,        PLAIN,  ZERO},
    {FROM(cell_min_mv),       3, U16BE,        PLAIN,  ZERO},
    {FROM(cell_max_index),    5, U8,           PLUS_1, ZERO},
    {FROM(cell_min_index),    6, U8,           PLUS_1, ZERO},
};

static const struct can_field temperatures[] = {
    {FROM(temp_max_ddegc), 0, S16BE, PLAIN, REQUIRED},
    {FROM(temp_min_ddegc), 2, S16BE, PLAIN, REQUIRED},
};

static const struct can_field numbers[] = {
    {FROM(cell_count), 0, U8, PLAIN, ZERO},
};

/* clang-format off */
#define CELL(first, n, absent) {FROM(cell_mv) + (first) + (n), 2 * (n), U16BE, PLAIN, absent}
#define CELLS(first)                                                                               \
    {CELL(first, 0, REQUIRED), CELL(first, 1, ZERO), CELL(first, 2, ZERO), CELL(first, 3, ZERO)}

static const struct can_field cells[4][4] = {CELLS(0), CELLS(4), CELLS(8), CELLS(12)};

#define LATER_WARNING_ROW(alarm, byte, mask) WARNING_ROW(alarm, (byte) + 2, mask)

/* Bytes 0 and 1: the battery has acted; 2 and 3: the warning before. */
#define BOTH_ROWS(ROW, HOT)                                                                        \
    ROW(discharge_over_current, 0, 0x80) ROW(discharge_over_current_2, 0, 0x80)                    \
    ROW(discharge_over_current_3, 0, 0x80) ROW(discharge_limit_ignored, 0, 0x80)                   \
    ROW(charge_over_current,    0, 0x40) ROW(charge_over_current_2,    0, 0x40)                    \
    ROW(charge_limit_ignored,   0, 0x40)                                                           \
    ROW(cell_over_voltage,      0, 0x10) ROW(cell_over_voltage_2,      0, 0x10)                    \
    ROW(cell_under_voltage,     0, 0x08) ROW(deep_discharge,           0, 0x08)                    \
    ROW(pack_over_voltage,      0, 0x04)                                                           \
    ROW(pack_under_voltage,     0, 0x02)                                                           \
    ROW(discharge_over_temp,    1, 0x80) ROW(mos_over_temp,            1, 0x80)  HOT               \
    ROW(charge_over_temp,       1, 0x40)                                                           \
    ROW(discharge_under_temp,   1, 0x20)                                                           \
    ROW(charge_under_temp,      1, 0x10)                                                           \
    ROW(cell_spread,            1, 0x04) ROW(temp_spread,              1, 0x04)

/* A hot battery is a warning wherever it stands: nothing has acted. */
#define HOT_ROWS WARNING_ROW(battery_over_temp, 3, 0x80) ALARM_ROW(battery_over_temp, 3, 0x80)

static const struct can_alarm alarms[] = {
    BOTH_ROWS(ALARM_ROW, )
    ALARM_ROW(discharge_short_circuit, 0, 0x20)
    ALARM_ROW(charge_short_circuit, 0, 0x20)
    ALARM_ROW(short_release_failed, 0, 0x20)
    ALARM_ROW(discharge_on_failed, 0, 0x01) /* soft start */
    ALARM_ROW(internal, 1, 0x08)
    ALARM_ROW(cell_count, 1, 0x08)
    ALARM_ROW(current_sensor, 1, 0x08)
    ALARM_ROW(coprocessor, 1, 0x08)
    ALARM_ROW(temp_sensor, 1, 0x08)
    ALARM_ROW(parallel_limiter, 1, 0x08)
    ALARM_ROW(open_wire, 1, 0x08)
    ALARM_ROW(cell_sum, 1, 0x08)
    ALARM_ROW(cells_frozen, 1, 0x08)
    ALARM_ROW(balancer, 1, 0x08)
    ALARM_ROW(charge_mos, 1, 0x08)
    ALARM_ROW(discharge_mos, 1, 0x08)
    ALARM_ROW(thermal_event, 1, 0x08)
    ALARM_ROW(extinguisher, 1, 0x08)
    ALARM_ROW(bank_stopped, 1, 0x08)
    ALARM_ROW(no_pack, 1, 0x08)
    BOTH_ROWS(LATER_WARNING_ROW, HOT_ROWS)
    ALARM_ROW(pack_stale, 3, 0x01)
    ALARM_ROW(pack_missing, 3, 0x01)
    ALARM_ROW(no_pack, 3, 0x01)
};

/* The causes behind a system error, as far as Rev_05 names them. */
static const struct can_alarm causes[] = {
    ALARM_ROW(charge_mos, 4, 0x10)
    ALARM_ROW(discharge_mos, 4, 0x10)
    ALARM_ROW(coprocessor, 4, 0x20)
    ALARM_ROW(open_wire, 4, 0x40)
    ALARM_ROW(current_sensor, 4, 0x80)
    ALARM_ROW(cell_sum, 5, 0x01)
    ALARM_ROW(parallel_limiter, 5, 0x40)
};

#define SENT(id, form, timeout_ms, name, ...)                                                      \
    {id, PERIOD_MS, timeout_ms, POLL | (form), 8, name, __VA_ARGS__}
#define CELLS_OF(n)                                                                                \
    SENT(CELLS_1 + (n)-1, HOST_PACK | HOOKED, 0, NAME_cells_##n, FIELDS(cells[(n)-1]))

/* Rev_05 at the end, so that both profiles are parts of one table. */
static const struct can_message messages[] = {
    SENT(LIMITS,       HOOKED, TIMEOUT_MS, NAME_limits,       FIELDS(limits)),
    SENT(0x312,        0,      0,          NAME_protection,   FIELDS(protection), ALARMS(alarms),
         .fill = "\0\0\0\0\0\xAA\xBB"),
    SENT(0x313,        0,      TIMEOUT_MS, NAME_measurements, FIELDS(measurements)),
    SENT(CAPACITY,     HOOKED, 0,          NAME_capacity,     FIELDS(capacity)),
    SENT(REQUESTS,     HOOKED, 0,          NAME_requests,     FIELDS(requests)),
    SENT(0x320,        0,      0,          NAME_identity,     FIELDS(can_351_maker),
         .fill = "HE\1\1\0\0\0"),
    SENT(0x321,        0,      0,          NAME_upgrade,      NO_ROWS),
    CELLS_OF(1), CELLS_OF(2), CELLS_OF(3), CELLS_OF(4),
    SENT(TEMPERATURES, HOOKED, 0,          NAME_temperatures, FIELDS(temperatures)),
    SENT(0x323,        0,      0,          NAME_protection_2, FIELDS(numbers), ALARMS(causes)),
};

enum { ADDED_BY_REV05 = 2 };

/* What the last two carry is not public. */
static const struct can_message answers[] = {
    {0x301, PERIOD_MS, 0, POLL, 8, NAME_poll, .fill = "\x0B\x16\x21\x2C\x37\x42\x4D\x58"},
    {0x211, 0,         0, POLL, 8, NAME_event_trigger, NO_ROWS},
    {0x212, 0,         0, POLL, 8, NAME_query, NO_ROWS},
};
/* clang-format on */

static const struct can_range ranges[] = {
    {VALUE_pack_count, 1, COUNT_MAX},
    {VALUE_cell_count, 1, COUNT_MAX},
};

static void put_byte(struct can_frame *frame, unsigned byte, int64_t number)
{
    frame->data[byte] = (uint8_t)clamp64(number, 0, UINT8_MAX);
}

/* 0 if it is not known. */
static int32_t number_of(const struct snapshot *source, unsigned id)
{
    int32_t value = 0;
    if (source != NULL)
        snapshot_get(source, (enum value_id)id, &value);
    return value;
}

static bool is_balancing(const struct view *view)
{
    bool any = false;
    for (unsigned i = 0; i < PACK_MAX; i++)
        any |= number_of(view->pack[i], VALUE_balance_state) != 0;
    return any;
}

static void put_status(const struct view *view, struct can_frame *frame)
{
    enum { VALID = 1 << 2, BALANCING = 1 << 3, MAY_DISCHARGE = 1 << 5, MAY_CHARGE = 1 << 6 };
    const struct snapshot *bank = view->bank;
    unsigned state = growatt_state(bank);
    unsigned flags = growatt_error_valid(bank) ? VALID : 0;
    flags |= is_balancing(view) ? BALANCING : 0;
    flags |= number_of(bank, VALUE_discharge_allowed) ? MAY_DISCHARGE : 0;
    flags |= number_of(bank, VALUE_charge_allowed) ? MAY_CHARGE : 0;
    frame->data[6] = (uint8_t)(state << 2 | growatt_parallel(bank));
    frame->data[7] = (uint8_t)(state | flags);
}

static void put_capacity(const struct snapshot *bank, struct can_frame *frame)
{
    put_u16be(frame->data, growatt_capacity(bank, bank->remaining_mah));
    put_u16be(frame->data + 2, growatt_capacity(bank, bank->full_mah));
}

/* Counted from 1; 0: none. */
static unsigned first_protecting_pack(const struct view *view)
{
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = view->pack[i];
        if (pack != NULL && alarm_common(pack->alarms, alarm_protecting_set))
            return i + 1;
    }
    return 0;
}

static void put_numbers(const struct view *view, struct can_frame *frame)
{
    put_byte(frame, 5, growatt_cell_number(view, VALUE_cell_max_index, VALUE_cell_max_pack));
    put_byte(frame, 6, growatt_cell_number(view, VALUE_cell_min_index, VALUE_cell_min_pack));
    put_byte(frame, 7, first_protecting_pack(view));
}

/* The first sensor, within its pack, that reads as the bank says; 0: none. */
static unsigned sensor_number(const struct view *view, int32_t ddegc)
{
    for (unsigned i = 0; i < PACK_MAX * TEMP_MAX; i++) {
        const struct snapshot *pack = view->pack[i / TEMP_MAX];
        int32_t reading;
        enum value_id id = (enum value_id)(VALUE_temp_ddegc + i % TEMP_MAX);
        if (pack != NULL && snapshot_get(pack, id, &reading) && reading == ddegc)
            return i % TEMP_MAX + 1;
    }
    return 0;
}

/* Like every charge on the wire: 100 % is full, 0 % is empty. */
static int64_t percent(int32_t soc_permille)
{
    return clamp64(div_round(soc_permille, 10), soc_permille > 0, soc_permille < 1000 ? 99 : 100);
}

static void put_extremes(const struct view *view, struct can_frame *frame)
{
    const struct snapshot *bank = view->bank;
    int32_t high = INT32_MIN;
    int32_t low = INT32_MAX;
    for (unsigned i = 0; i < PACK_MAX; i++) {
        int32_t soc_permille;
        if (view->pack[i] == NULL ||
            !snapshot_get(view->pack[i], VALUE_soc_permille, &soc_permille))
            continue;
        high = max32(high, soc_permille);
        low = min32(low, soc_permille);
    }
    if (high < low)
        high = low = number_of(bank, VALUE_soc_permille);
    put_byte(frame, 4, sensor_number(view, bank->temp_max_ddegc));
    put_byte(frame, 5, sensor_number(view, bank->temp_min_ddegc));
    put_byte(frame, 6, percent(high));
    put_byte(frame, 7, percent(low));
}

static bool encode(const struct can_message *message, const struct view *view, unsigned pack,
                   struct can_frame *frame)
{
    (void)pack;
    switch (message->id) {
    case LIMITS:
        put_status(view, frame);
        return true;
    case CAPACITY:
        put_capacity(view->bank, frame);
        return true;
    case REQUESTS:
        put_numbers(view, frame);
        return true;
    case TEMPERATURES:
        put_extremes(view, frame);
        return true;
    default: /* cells */
        return number_of(view->bank, VALUE_pack_count) <= 1;
    }
}

/* clang-format off */
#define PROFILE(name_, count)                                                                      \
    {.name = "growatt_can", .profile = name_, .bitrate = 500000,                                   \
     .messages = messages, .message_count = count, INVERTER(answers),                              \
     .ranges = ranges, .range_count = COUNT(ranges), .encode = encode,                             \
     .poll_patience_ms = PATIENCE_MS}

const struct can_protocol growatt_can[2] = {
    PROFILE("rev05", COUNT(messages)),
    PROFILE("rev04", COUNT(messages) - ADDED_BY_REV05),
};
/* clang-format on */
