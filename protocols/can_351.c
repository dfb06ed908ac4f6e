/* SPDX-License-Identifier: Apache-2.0
 * The shared rows of the 0x351 family. Sources: "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408"
 * (351, 355, 356, 359, 35C, 35E), "FSS-ConnectingBat-TI-en-10" (35A), "SEPLOS CANBUS Protocol V1.0"
 * (370, 371; its voltage unit is a misprint, senders disagree); sizes as on real buses.
 */
#include "protocols/can_351.h"

#include "wire/can_table.h"

enum {
    FINE_ABOVE = 1000, /* a cell's voltage above it is in mV, else in 0.01 V */
    EXTREMES_END = 8,  /* size of the frame */
    TEMPERATURES = 4,  /* its bytes before the voltages */
    PACKS_BYTE = 7,
    LOWEST_CELL = 0x374, /* of a bank: "pack.cell", by its address and from 1 */
    HIGHEST_CELL = 0x375,
    COLDEST = 0x376, /* "pack" */
    HOTTEST = 0x377,
};

const struct can_field can_351_limits[4] = {
    {FROM(charge_limit_mv),    0, U16LE | DOWN, BY_100, REQUIRED},
    {FROM(charge_limit_ma),    2, S16LE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_ma), 4, S16LE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_mv), 6, U16LE | UP,   BY_100, ZERO    },
};

const struct can_field can_351_state[2] = {
    {FROM(soc_permille), 0, U16LE, BY_10, REQUIRED},
    {FROM(soh_permille), 2, U16LE, BY_10, REQUIRED},
};

const struct can_field can_351_state_fine[3] = {
    {FROM(soc_permille), 0, U16LE,         BY_10,    REQUIRED},
    {FROM(soh_permille), 2, U16LE,         BY_10,    REQUIRED},
    {FROM(soc_permille), 4, U16LE | FINER, TIMES_10, ALL_ONES},
};

const struct can_field can_351_measurements[3] = {
    {FROM(pack_mv),         0, S16LE, BY_10,  REQUIRED},
    {FROM(pack_ma),         2, S16LE, BY_100, REQUIRED},
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,  REQUIRED},
};

const struct can_field can_351_coarse[4] = {
    {FROM(pack_mv),         0, S16LE, BY_100, REQUIRED},
    {FROM(pack_ma),         2, S16LE, BY_100, REQUIRED},
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,  REQUIRED},
    {FROM(cycle_count),     6, U16LE, PLAIN,  ZERO    },
};

const struct can_field can_351_modules[1] = {
    {FROM(pack_count), 4, U8, PLAIN, ZERO},
};

const struct can_field can_351_packs[2] = {
    {FROM(pack_count),      4, U8,         PLAIN, ZERO},
    {FROM(pack_fresh_mask), 7, U8 | FIXED, PLAIN, ZERO},
};

const struct can_field can_351_requests[5] = {
    {FROM(charge_allowed),        0, BIT7,         PLAIN, ZERO},
    {FROM(discharge_allowed),     0, BIT6,         PLAIN, ZERO},
    {FROM(force_charge),          0, BIT5 | FIXED, PLAIN, ZERO},
    {FROM(force_charge),          0, BIT4,         PLAIN, ZERO},
    {FROM(full_charge_requested), 0, BIT3,         PLAIN, ZERO},
};

const struct can_field can_351_requests_1[4] = {
    {FROM(charge_allowed),    0, BIT7,         PLAIN, ZERO},
    {FROM(discharge_allowed), 0, BIT6,         PLAIN, ZERO},
    {FROM(force_charge),      0, BIT5,         PLAIN, ZERO},
    {FROM(force_charge),      0, BIT4 | FIXED, PLAIN, ZERO},
};

const struct can_field can_351_maker[1] = {
    {FROM(maker), 0, TEXT | FIXED, PLAIN, ZERO},
};

const struct can_field can_351_extremes[4] = {
    {FROM(temp_max_ddegc), 0, S16LE, PLAIN, TOP_BIT},
    {FROM(temp_min_ddegc), 2, S16LE, PLAIN, TOP_BIT},
    {FROM(cell_max_mv),    4, U16LE, PLAIN, ZERO   },
    {FROM(cell_min_mv),    6, U16LE, PLAIN, ZERO   },
};

const struct can_field can_351_numbers[2] = {
    {FROM(cell_max_index), 4, U16LE, PLUS_1, ZERO},
    {FROM(cell_min_index), 6, U16LE, PLUS_1, ZERO},
};

const struct can_range can_351_extremes_ranges[2] = {
    {VALUE_cell_max_mv, FINE_ABOVE + 1, UINT16_MAX - 1},
    {VALUE_cell_min_mv, FINE_ABOVE + 1, UINT16_MAX - 1},
};

const struct can_field can_351_sma_limits[4] = {
    {FROM(charge_limit_mv),    0, U16LE | DOWN, BY_100, ALL_ONES},
    {FROM(charge_limit_ma),    2, S16LE | DOWN, BY_100, TOP_BIT },
    {FROM(discharge_limit_ma), 4, S16LE | DOWN, BY_100, TOP_BIT },
    {FROM(discharge_limit_mv), 6, U16LE | UP,   BY_100, ALL_ONES},
};

const struct can_field can_351_sma_state[3] = {
    {FROM(soc_permille), 0, U16LE,         BY_10,    ALL_ONES},
    {FROM(soh_permille), 2, U16LE,         BY_10,    ALL_ONES},
    {FROM(soc_permille), 4, U16LE | FINER, TIMES_10, ALL_ONES},
};

const struct can_field can_351_sma_measurements[3] = {
    {FROM(pack_mv),         0, S16LE, BY_10,  TOP_BIT},
    {FROM(pack_ma),         2, S16LE, BY_100, TOP_BIT},
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,  TOP_BIT},
};

const struct can_range can_351_sma_ranges[4] = {
    {VALUE_charge_limit_mv,    41000, 63000  },
    {VALUE_charge_limit_ma,    0,     1200000},
    {VALUE_discharge_limit_ma, 0,     1200000},
    {VALUE_discharge_limit_mv, 41000, 48000  },
};

const struct can_field can_351_product[1] = {
    {FROM(full_mah), 4, U16LE, BY_1000, ZERO},
};

const struct can_field can_351_fleet[4] = {
    {FROM(packs_online),       0, U16LE, PLAIN, REQUIRED},
    {FROM(packs_no_charge),    2, U16LE, PLAIN, REQUIRED},
    {FROM(packs_no_discharge), 4, U16LE, PLAIN, REQUIRED},
    {FROM(packs_offline),      6, U16LE, PLAIN, REQUIRED},
};

const struct can_field can_351_kelvin[4] = {
    {FROM(cell_min_mv),    0, U16LE, PLAIN,          REQUIRED},
    {FROM(cell_max_mv),    2, U16LE, PLAIN,          REQUIRED},
    {FROM(temp_min_ddegc), 4, U16LE, BY_10_PLUS_273, REQUIRED},
    {FROM(temp_max_ddegc), 6, U16LE, BY_10_PLUS_273, REQUIRED},
};

const struct can_field can_351_capacity[1] = {
    {FROM(full_mah), 0, U16LE, BY_1000, REQUIRED},
};

#define BITS_WARNING_ROW(alarm, byte, mask) WARNING_ROW(alarm, (byte) + 2, mask)
#define PAIR_WARNING_ROW(alarm, byte, mask) WARNING_ROW(alarm, (byte) + 4, mask)

/* clang-format off */
#define PYLON_ROWS(ROW, HOT)                                                                      \
    ROW(cell_over_voltage,        0, 0x02) ROW(pack_over_voltage,        0, 0x02)                  \
    ROW(cell_over_voltage_2,      0, 0x02)                                                         \
    ROW(cell_under_voltage,       0, 0x04) ROW(pack_under_voltage,       0, 0x04)                  \
    ROW(deep_discharge,           0, 0x04)                                                         \
    ROW(charge_over_temp,         0, 0x08) ROW(discharge_over_temp,      0, 0x08)                  \
    ROW(mos_over_temp,            0, 0x08) HOT                                                     \
    ROW(charge_under_temp,        0, 0x10) ROW(discharge_under_temp,     0, 0x10)                  \
    ROW(discharge_over_current,   0, 0x80) ROW(discharge_over_current_2, 0, 0x80)                  \
    ROW(discharge_over_current_3, 0, 0x80) ROW(discharge_short_circuit,  0, 0x80)                  \
    ROW(short_release_failed,     0, 0x80) ROW(discharge_limit_ignored,  0, 0x80)                  \
    ROW(charge_over_current,      1, 0x01) ROW(charge_over_current_2,    1, 0x01)                  \
    ROW(charge_short_circuit,     1, 0x01) ROW(charge_limit_ignored,     1, 0x01)

/* The general error of Pylon and the internal one of SMA. */
#define INTERNAL_ROWS(ROW, byte, mask)                                                             \
    ROW(internal,                 byte, mask) ROW(cell_count,               byte, mask)            \
    ROW(current_sensor,           byte, mask) ROW(coprocessor,              byte, mask)            \
    ROW(temp_sensor,              byte, mask) ROW(parallel_limiter,         byte, mask)            \
    ROW(open_wire,                byte, mask) ROW(cell_sum,                 byte, mask)            \
    ROW(cells_frozen,             byte, mask) ROW(balancer,                 byte, mask)            \
    ROW(no_pack,                  byte, mask)

#define PAIR_ROWS(ROW, HOT)                                                                        \
    ROW(bank_stopped,             0, 0x01) ROW(thermal_event,            0, 0x01)                  \
    ROW(extinguisher,             0, 0x01)                                                         \
    ROW(cell_over_voltage,        0, 0x04) ROW(pack_over_voltage,        0, 0x04)                  \
    ROW(cell_over_voltage_2,      0, 0x04)                                                         \
    ROW(cell_under_voltage,       0, 0x10) ROW(pack_under_voltage,       0, 0x10)                  \
    ROW(deep_discharge,           0, 0x10)                                                         \
    ROW(discharge_over_temp,      0, 0x40) ROW(mos_over_temp,            0, 0x40) HOT              \
    ROW(discharge_under_temp,     1, 0x01)                                                         \
    ROW(charge_over_temp,         1, 0x04)                                                         \
    ROW(charge_under_temp,        1, 0x10)                                                         \
    ROW(discharge_over_current,   1, 0x40) ROW(discharge_over_current_2, 1, 0x40)                  \
    ROW(discharge_over_current_3, 1, 0x40) ROW(discharge_limit_ignored,  1, 0x40)                  \
    ROW(charge_over_current,      2, 0x01) ROW(charge_over_current_2,    2, 0x01)                  \
    ROW(charge_limit_ignored,     2, 0x01)                                                         \
    ROW(charge_mos,               2, 0x04) ROW(discharge_mos,            2, 0x04)                  \
    ROW(discharge_on_failed,      2, 0x04)                                                         \
    ROW(discharge_short_circuit,  2, 0x10) ROW(charge_short_circuit,     2, 0x10)                  \
    ROW(short_release_failed,     2, 0x10)                                                         \
    INTERNAL_ROWS(ROW, 2, 0x40)

/* A hot battery is a warning wherever it stands: nothing has acted. */
#define HOT_ROWS(byte, mask)                                                                       \
    WARNING_ROW(battery_over_temp, byte, mask) ALARM_ROW(battery_over_temp, byte, mask)

/* The system error of Pylon alone, what is common, the cells of GoodWe alone. */
const struct can_alarm can_351_bits[] = {
    INTERNAL_ROWS(ALARM_ROW, 1, 0x08)
    ALARM_ROW(charge_mos, 1, 0x08)
    ALARM_ROW(discharge_mos, 1, 0x08)
    ALARM_ROW(discharge_on_failed, 1, 0x08)
    ALARM_ROW(cell_spread, 1, 0x08)
    ALARM_ROW(temp_spread, 1, 0x08)
    ALARM_ROW(thermal_event, 1, 0x08)
    ALARM_ROW(extinguisher, 1, 0x08)
    ALARM_ROW(bank_stopped, 1, 0x08)
    PYLON_ROWS(ALARM_ROW, )
    PYLON_ROWS(BITS_WARNING_ROW, HOT_ROWS(2, 0x08))
    ALARM_ROW(pack_stale, 3, 0x08)
    ALARM_ROW(pack_missing, 3, 0x08)
    ALARM_ROW(no_pack, 3, 0x08)
    ALARM_ROW(cell_spread, 1, 0x10)
    ALARM_ROW(open_wire, 1, 0x10)
    ALARM_ROW(cell_sum, 1, 0x10)
    ALARM_ROW(cells_frozen, 1, 0x10)
    ALARM_ROW(thermal_event, 1, 0x10)
    BITS_WARNING_ROW(cell_spread, 1, 0x10)
};

const struct can_alarm can_351_pairs[] = {
    PAIR_ROWS(ALARM_ROW, )
    ALARM_ROW(cell_spread, 3, 0x01)
    ALARM_ROW(temp_spread, 3, 0x01)
    PAIR_ROWS(PAIR_WARNING_ROW, HOT_ROWS(4, 0x40))
    ALARM_ROW(pack_stale, 6, 0x40)
    ALARM_ROW(pack_missing, 6, 0x40)
    PAIR_WARNING_ROW(cell_spread, 3, 0x01)
    PAIR_WARNING_ROW(temp_spread, 3, 0x01)
};
/* clang-format on */

bool can_351_encode_packs(const struct can_message *message, const struct view *view, unsigned pack,
                          struct can_frame *frame)
{
    (void)pack;
    if (message->fields == can_351_packs)
        frame->data[PACKS_BYTE] = (uint8_t)view->bank->pack_fresh_mask;
    return true;
}

static bool is_text(const struct can_frame *frame)
{
    bool text = frame->size == EXTREMES_END;
    for (size_t i = 0; i < frame->size; i++)
        text &= frame->data[i] >= ' ' && frame->data[i] <= '~';
    return text;
}

static int32_t raw_of(const struct can_field *field, const struct can_frame *frame)
{
    return (int32_t)field_get(can_field_type(field), frame->data + field->byte);
}

/* Tenths, as documented, or whole degrees: what lies nearer to the mean that is known already. */
static int32_t degree_of(const struct can_frame *frame, const struct snapshot *values)
{
    int32_t mean;
    int32_t away[2] = {0, 0};
    if (frame->size < TEMPERATURES || !snapshot_get(values, VALUE_temp_mean_ddegc, &mean))
        return 1;
    for (size_t i = 0; i < 2; i++) {
        int32_t raw = raw_of(&can_351_extremes[i], frame);
        away[0] += abs32(raw - mean);
        away[1] += abs32(10 * raw - mean);
    }
    return away[0] <= away[1] ? 1 : 10;
}

bool can_351_decode_extremes(const struct can_message *message, const struct can_frame *frame,
                             struct snapshot *values)
{
    bool extremes = message->fields == can_351_extremes;
    if ((extremes || message->fields == can_351_numbers) && is_text(frame))
        return true;
    if (!extremes)
        return false;
    int32_t degree = degree_of(frame, values);
    size_t i = 0;
    for (; i < COUNT(can_351_extremes) && 2 * i + 2 <= frame->size; i++) {
        const struct can_field *field = &can_351_extremes[i];
        int32_t raw = raw_of(field, frame);
        int32_t factor = field->byte < TEMPERATURES ? degree : raw > FINE_ABOVE ? 1 : 10;
        if (!can_field_is_absent(field, raw))
            snapshot_put(values, (enum value_id)field->value, raw * factor);
    }
    return i > 0;
}

bool can_351_encode_known(const struct can_message *message, const struct view *view, unsigned pack,
                          struct can_frame *frame)
{
    (void)pack, (void)frame;
    bool known = true;
    for (size_t i = 0; i < message->field_count; i++)
        known &= snapshot_have(view->bank, (enum value_id)message->fields[i].value);
    return known;
}

/* One or two digits; the next place. */
static uint8_t *put_number(uint8_t *text, int32_t number)
{
    number = clamp32(number, 0, 99);
    if (number > 9)
        *text++ = (uint8_t)('0' + number / 10);
    *text++ = (uint8_t)('0' + number % 10);
    return text;
}

/* The first pack that has the bank's value, or PACK_MAX. */
static unsigned pack_with(const struct view *view, enum value_id id)
{
    int32_t wanted;
    int32_t value;
    unsigned pack = 0;
    if (!snapshot_get(view->bank, id, &wanted))
        return PACK_MAX;
    while (pack < PACK_MAX && (view->pack[pack] == NULL ||
                               !snapshot_get(view->pack[pack], id, &value) || value != wanted))
        pack++;
    return pack;
}

static bool put_cell(const struct snapshot *bank, enum value_id pack_id, enum value_id cell_id,
                     uint8_t *text)
{
    int32_t pack;
    int32_t cell;
    if (!snapshot_get(bank, pack_id, &pack) || !snapshot_get(bank, cell_id, &cell))
        return false;
    text = put_number(text, pack);
    *text++ = '.';
    put_number(text, cell < INT32_MAX ? cell + 1 : cell);
    return true;
}

static bool put_pack(const struct view *view, enum value_id id, uint8_t *text)
{
    unsigned pack = pack_with(view, id);
    if (pack < PACK_MAX)
        put_number(text, (int32_t)pack);
    return pack < PACK_MAX;
}

bool can_351_encode_places(const struct can_message *message, const struct view *view,
                           unsigned pack, struct can_frame *frame)
{
    (void)pack;
    switch (message->id) {
    case LOWEST_CELL:
        return put_cell(view->bank, VALUE_cell_min_pack, VALUE_cell_min_index, frame->data);
    case HIGHEST_CELL:
        return put_cell(view->bank, VALUE_cell_max_pack, VALUE_cell_max_index, frame->data);
    case COLDEST:
        return put_pack(view, VALUE_temp_min_ddegc, frame->data);
    case HOTTEST:
        return put_pack(view, VALUE_temp_max_ddegc, frame->data);
    default:
        return true;
    }
}
