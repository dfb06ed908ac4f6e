/* SPDX-License-Identifier: Apache-2.0
 * Growatt over RS485, both ends, Modbus. Source: "Growatt BMS RS485 Protocol 1xSxxP ESS" Rev 2.01
 * (document); status word and cells of a JK BMS from captures. Profile `document` has a pack number
 * before the cells, `jk` begins with them; as readers both tell them apart. The host speaks for the
 * bank, in the place of a parallel box; any other pack for itself, its DIP number as battery ID.
 * The inverter's write to the status word is acknowledged, its meaning is not public. Left out: the
 * clock (encoding not known), the second group of old boxes, the registers of Rev 2.02.
 */
#include "base/bytes.h"
#include "protocols/growatt.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "wire/can_sides.h"

enum {
    IDENTITY = 0x01,
    ENERGY = 0x0F, /* Wh */
    STATUS = 0x10,
    STATUS_BITS = 0x13,
    REMAINING = 0x1A,
    FULL = 0x1B,
    BATTERY_ID = 0x1F,
    STATUS_2 = 0x20,
    CELL_MAX_NUMBER = 0x27,
    CELL_MIN_NUMBER = 0x28,
    CELLS = 0x70,
    CELL_COUNT = 16,
    CELL_LEAST_MV = 1000, /* less is no cell but the pack number, if it comes first */
    CELL_MOST_MV = 5000,
    NOMINAL_MV = 3200, /* of a cell */
    BOX_CONNECTED = 1,
    ID_MASK = 0x3F,
};

/* Status bits that no row says. */
enum {
    ERROR_VALID = 1 << 2,
    CELLS_EQUAL = 1 << 3,
    PARALLEL = 1 << 8,
    SYSTEM_STATE = 1 << 10, /* the lower bit of it */
};

/* 10 mA, 10 mV, 1 degC, 10 mAh, 1 %. */
static const struct can_field status[] = {
    {FROM(pack_ma),           WORD(0),     S16BE,        BY_10, REQUIRED}, /* of the gauge */
    {FROM(force_charge),      WORD(3),     BIT4,         PLAIN, ZERO    },
    {FROM(discharge_allowed), WORD(3) + 1, BIT5,         PLAIN, ZERO    },
    {FROM(charge_allowed),    WORD(3) + 1, BIT6,         PLAIN, ZERO    },
    {FROM(soc_permille),      WORD(5),     U16BE,        BY_10, REQUIRED},
    {FROM(pack_mv),           WORD(6),     U16BE,        BY_10, REQUIRED},
    {FROM(pack_ma),           WORD(7),     S16BE,        BY_10, REQUIRED},
    {FROM(temp_max_ddegc),    WORD(8),     S16BE,        BY_10, REQUIRED},
    {FROM(charge_limit_ma),   WORD(9),     U16BE | DOWN, BY_10, REQUIRED},
    {FROM(remaining_mah),     WORD(10),    U16BE,        BY_10, REQUIRED},
    {FROM(full_mah),          WORD(11),    U16BE,        BY_10, REQUIRED},
    {FROM(cell_spread_mv),    WORD(13),    U16BE,        PLAIN, ZERO    },
    {FROM(cycle_count),       WORD(14),    U16BE,        PLAIN, ZERO    },
};

static const struct can_field status_2[] = {
    {FROM(soh_permille),       WORD(0) + 1, U7,           BY_10,  ZERO    },
    {FROM(charge_limit_mv),    WORD(1),     U16BE | DOWN, BY_10,  REQUIRED},
    {FROM(discharge_limit_ma), WORD(3),     U16BE | DOWN, BY_10,  REQUIRED},
    {FROM(cell_max_mv),        WORD(5),     U16BE,        PLAIN,  ZERO    },
    {FROM(cell_min_mv),        WORD(6),     U16BE,        PLAIN,  ZERO    },
    {FROM(cell_max_index),     WORD(7),     U16BE,        PLUS_1, ZERO    },
    {FROM(cell_min_index),     WORD(8),     U16BE,        PLUS_1, ZERO    },
    {FROM(cell_count),         WORD(9),     U16BE,        PLAIN,  ZERO    },
};

/* clang-format off */
#define CELL(n) {FROM(cell_mv) + (n), WORD(n), U16BE, PLAIN, ZERO}
static const struct can_field cells[CELL_COUNT] = {
    CELL(0), CELL(1), CELL(2),  CELL(3),  CELL(4),  CELL(5),  CELL(6),  CELL(7),
    CELL(8), CELL(9), CELL(10), CELL(11), CELL(12), CELL(13), CELL(14), CELL(15),
};

/* The battery has acted. Bit 9 is a fault that has no bit of its own. */
static const struct can_alarm errors[] = {
    WORD_ALARM(discharge_over_current,   4, 0) WORD_ALARM(discharge_over_current_2, 4, 0)
    WORD_ALARM(discharge_over_current_3, 4, 0) WORD_ALARM(discharge_limit_ignored,  4, 0)
    WORD_ALARM(discharge_short_circuit,  4, 1) WORD_ALARM(charge_short_circuit,     4, 1)
    WORD_ALARM(short_release_failed,     4, 1)
    WORD_ALARM(pack_over_voltage,        4, 2) WORD_ALARM(cell_over_voltage,        4, 2)
    WORD_ALARM(cell_over_voltage_2,      4, 2)
    WORD_ALARM(pack_under_voltage,       4, 3) WORD_ALARM(cell_under_voltage,       4, 3)
    WORD_ALARM(deep_discharge,           4, 3)
    WORD_ALARM(discharge_over_temp,      4, 4)
    WORD_ALARM(charge_over_temp,         4, 5)
    WORD_ALARM(discharge_under_temp,     4, 6)
    WORD_ALARM(charge_under_temp,        4, 7)
    WORD_ALARM(discharge_on_failed,      4, 8) /* soft start */
    WORD_ALARM(internal,                 4, 9) WORD_ALARM(cell_count,               4, 9)
    WORD_ALARM(current_sensor,           4, 9) WORD_ALARM(coprocessor,              4, 9)
    WORD_ALARM(temp_sensor,              4, 9) WORD_ALARM(parallel_limiter,         4, 9)
    WORD_ALARM(open_wire,                4, 9) WORD_ALARM(cell_sum,                 4, 9)
    WORD_ALARM(cells_frozen,             4, 9) WORD_ALARM(balancer,                 4, 9)
    WORD_ALARM(charge_mos,               4, 9) WORD_ALARM(discharge_mos,            4, 9)
    WORD_ALARM(thermal_event,            4, 9) WORD_ALARM(extinguisher,             4, 9)
    WORD_ALARM(bank_stopped,             4, 9) WORD_ALARM(no_pack,                  4, 9)
    WORD_ALARM(cell_spread,             4, 10) WORD_ALARM(temp_spread,             4, 10)
    WORD_ALARM(charge_over_current,     4, 11) WORD_ALARM(charge_over_current_2,   4, 11)
    WORD_ALARM(charge_limit_ignored,    4, 11)
    WORD_ALARM(mos_over_temp,           4, 12)
};

/* Bits 14 and 15 of the warnings are the chemistry: 0 is LFP. A hot battery is a warning: nothing
 * has acted. */
static const struct can_alarm warnings[] = {
    WORD_WARNING(cell_over_voltage,        2, 0)
    WORD_WARNING(cell_under_voltage,       2, 1)
    WORD_WARNING(pack_over_voltage,        2, 2)
    WORD_WARNING(pack_under_voltage,       2, 3)
    WORD_WARNING(discharge_over_current,   2, 4) WORD_WARNING(discharge_over_current_2, 2, 4)
    WORD_WARNING(discharge_limit_ignored,  2, 4)
    WORD_WARNING(charge_over_current,      2, 5) WORD_WARNING(charge_over_current_2,    2, 5)
    WORD_WARNING(charge_limit_ignored,     2, 5)
    WORD_WARNING(discharge_over_temp,      2, 6) WORD_WARNING(battery_over_temp,        2, 6)
    WORD_ALARM(battery_over_temp,          2, 6)
    WORD_WARNING(discharge_under_temp,     2, 7)
    WORD_WARNING(charge_over_temp,         2, 8) WORD_WARNING(battery_over_temp,        2, 8)
    WORD_ALARM(battery_over_temp,          2, 8)
    WORD_WARNING(charge_under_temp,        2, 9)
    WORD_WARNING(mos_over_temp,           2, 10)
    WORD_ALARM(pack_stale,                 4, 4) WORD_ALARM(pack_missing,               4, 4)
};

/* The first is of `document`, the last of `jk`; the others of both. */
static const struct register_block blocks[] = {
    {CELLS + 1, CELL_COUNT, REGISTER_OF_PACK, BLOCK_FIELDS(cells)},
    {CELLS, 1, REGISTER_OF_PACK, .fill = NULL},
    {IDENTITY, 15, REGISTER_OF_BANK,
     .fill = "\1\0" "\1\0" "\0\0\0\0" "\0\0\0\0\0\0\0\0" "HEARTH\0\0" "\0\0" "\0\0" "\0"},
    {STATUS, 16, REGISTER_OF_BANK, BLOCK_FIELDS(status), BLOCK_ALARMS(errors),
     .fill = "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0" "\1\1\0\0\0\0\0"},
    {STATUS_2, 17, REGISTER_OF_BANK, BLOCK_FIELDS(status_2), BLOCK_ALARMS(warnings)},
    {CELLS + CELL_COUNT, 17, REGISTER_OF_PACK, .fill = NULL}, /* with the cells of a second group */
    {CELLS, CELL_COUNT, REGISTER_OF_PACK, BLOCK_FIELDS(cells)},
};
/* clang-format on */

static const struct register_map document_map = {blocks, COUNT(blocks) - 1, false};
static const struct register_map jk_map = {blocks + 1, COUNT(blocks) - 1, false};

/* Of these an inverter polls the first two. */
static const struct register_question questions[] = {
    {"status",   STATUS,   26            },
    {"cells",    CELLS,    CELL_COUNT + 1},
    {"identity", IDENTITY, 15            },
};

enum { POLLED = 2 };

static void put(const struct register_span *span, uint16_t address, int64_t number)
{
    uint8_t *to = register_at(span, address);
    if (to != NULL)
        put_u16be(to, (uint16_t)clamp64(number, 0, UINT16_MAX - 1));
}

static void add_status(const struct snapshot *bank, uint8_t *to)
{
    unsigned state = growatt_state(bank);
    unsigned bits = state | SYSTEM_STATE * state;
    bits |= growatt_error_valid(bank) ? ERROR_VALID : 0;
    bits |= alarm_get(bank->alarms, ALARM_cell_spread) ? 0 : CELLS_EQUAL;
    bits |= growatt_parallel(bank) ? PARALLEL : 0;
    put_u16be(to, (uint16_t)(get_u16be(to) | bits));
}

static int64_t energy_wh(const struct snapshot *bank)
{
    uint8_t count = (uint8_t)bank->cell_count; /* no bank has more; others may say anything */
    return div_floor((int64_t)bank->full_mah * count * NOMINAL_MV, 1000000);
}

static enum modbus_exception fill(const struct serial_battery *battery,
                                  const struct register_span *span)
{
    const struct view *view = &battery->view;
    const struct snapshot *bank = view->bank;
    uint8_t *bits = register_at(span, STATUS_BITS);
    if (bits != NULL)
        add_status(bank, bits);
    put(span, ENERGY, energy_wh(bank));
    put(span, REMAINING, growatt_capacity(bank, bank->remaining_mah));
    put(span, FULL, growatt_capacity(bank, bank->full_mah));
    put(span, BATTERY_ID, battery->dip == 0 ? BOX_CONNECTED : battery->dip << 8);
    put(span, CELL_MAX_NUMBER,
        growatt_cell_number(view, VALUE_cell_max_index, VALUE_cell_max_pack));
    put(span, CELL_MIN_NUMBER,
        growatt_cell_number(view, VALUE_cell_min_index, VALUE_cell_min_pack));
    return MODBUS_NO_EXCEPTION;
}

static enum modbus_exception document_fill(const struct serial_battery *battery,
                                           const struct register_span *span)
{
    put(span, CELLS, battery->dip);
    return fill(battery, span);
}

/* Only the first word tells where cells begin; without it they are read as the profile says. */
static void take_cells(const struct register_span *span, struct snapshot *values)
{
    const uint8_t *first = register_at(span, CELLS);
    if (first == NULL)
        return;
    uint16_t number = get_u16be(first);
    bool at_once = number >= CELL_LEAST_MV && number <= CELL_MOST_MV;
    for (unsigned i = 0; i < CELL_COUNT; i++) {
        const uint8_t *word = register_at(span, (uint16_t)(CELLS + i + !at_once));
        enum value_id id = (enum value_id)(VALUE_cell_mv + i);
        uint16_t cell_mv = word != NULL ? get_u16be(word) : 0;
        snapshot_put(values, id, cell_mv);
        snapshot_set_have(values, id, cell_mv != 0);
    }
}

/* A battery may tell of its packs in turn, each under its ID. */
static void take(const struct register_span *span, struct serial_reading *reading)
{
    const uint8_t *id = register_at(span, BATTERY_ID);
    if (id != NULL && (id[0] & ID_MASK) != 0)
        reading->pack = id[0] & ID_MASK;
    take_cells(span, reading->values);
}

static enum modbus_exception write(const struct serial_battery *battery,
                                   const struct register_span *span)
{
    (void)battery;
    bool known = span->first == STATUS_BITS && span->words == 1;
    return known ? MODBUS_NO_EXCEPTION : MODBUS_ILLEGAL_ADDRESS;
}

static const struct register_protocol document = {
    .map = &document_map,
    .questions = READER(questions),
    .question_count = COUNT(questions),
    .fill = document_fill,
    .take = READER(take),
    .write = write,
};

static const struct register_protocol jk = {
    .map = &jk_map,
    .questions = READER(questions),
    .question_count = COUNT(questions),
    .fill = fill,
    .take = READER(take),
    .write = write,
};

REGISTER_FUNCTIONS(document, document)
REGISTER_FUNCTIONS(jk, jk)

/* clang-format off */
#define PROFILE(id)                                                                                \
    {.name = "growatt_rs485", .profile = #id, .baud = 9600, .address_first = 1,                    \
     .address_last = 16, .pause_ms = 5, .timeout_ms = 200, .request = &register_request_shape,     \
     .reply = READER(&register_reply_shape), .question_count = POLLED, .answer = id##_answer,      \
     .ask = READER(id##_ask), .take = READER(id##_take), .explain = READER(id##_explain)}

const struct serial_protocol growatt_rs485[2] = {
    PROFILE(document),
    PROFILE(jk),
};
/* clang-format on */
