/* SPDX-License-Identifier: Apache-2.0
 * Voltronic inverters, both ends. Source: "Voltronic Inverter and BMS 485 communication protocol",
 * 2020-03-25 (document; a capture of a JK BMS). Like Modbus, but an answer counts its words in two
 * bytes, what does not exist reads 0, and the error codes are its own. Sums, means and what any
 * pack has are those of the bank; cells, temperatures and their states of the pack that speaks. The
 * host answers at the common address 1. A reader takes Modbus answers too, and cells in mV.
 * Never sent: the second demand for charge, shut-down and ID errors, which no alarm means.
 */
#include "base/bytes.h"
#include "base/result.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "protocols/sum_up.h"
#include "wire/can_sides.h"

enum {
    CELL_NUMBER = 0x10,
    CELLS = 0x11,
    CELL_COUNT = 20,
    TEMPERATURE_NUMBER = 0x25,
    TEMPERATURE_COUNT = 10,
    TOTALS = 0x30,
    CHARGE_CURRENT = 0x30,
    DISCHARGE_CURRENT = 0x31,
    PACKS = 0x36,
    CHARGE_PROTECTION = 0x39,
    DESIGN_CAPACITY = 0x3E,
    CELL_STATE_NUMBER = 0x40,
    CELL_STATES = 0x41,
    TEMPERATURE_STATE_NUMBER = 0x50,
    TEMPERATURE_STATES = 0x51,
    STATES = 0x60,
    LIMITS = 0x70,
    SWITCHES = 0x74,
    MAY_CHARGE = 0x80,
    MAY_DISCHARGE = 0x40,
    RUN_TIME = 0x75,
    END = 0x78,                /* nothing from here on */
    RUN_TIME_MAX = UINT16_MAX, /* min; nothing is being used up */
    COARSE_MAX = 100,          /* a cell below is in 0.1 V, else in mV */
    STEP = 100,                /* mV, mA */
};

/* Error codes. Requests for other addresses than these are wrong. */
enum { ADDRESS_ERROR = 1, COMMAND_ERROR = 2, CRC_ERROR = 3, COMMON_ADDRESS = 1, ADDRESS_MAX = 16 };

/* clang-format off */
#define CELL(n) {FROM(cell_mv) + (n), WORD(1 + (n)), U16BE, BY_100, ZERO}
static const struct can_field cells[] = {
    {FROM(cell_count), WORD(0), U16BE, PLAIN, ZERO},
    CELL(0),  CELL(1),  CELL(2),  CELL(3),  CELL(4),
    CELL(5),  CELL(6),  CELL(7),  CELL(8),  CELL(9),
    CELL(10), CELL(11), CELL(12), CELL(13), CELL(14),
    CELL(15), CELL(16), CELL(17), CELL(18), CELL(19),
};
/* clang-format on */

/* 0.1 K; the sixth is of the switches. */
static const struct can_field temperatures[] = {
    {FROM(temp_ddegc),     WORD(1), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 1, WORD(2), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 2, WORD(3), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 3, WORD(4), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 4, WORD(5), U16BE, PLUS_2731, ZERO},
    {FROM(mos_ddegc),      WORD(6), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 5, WORD(7), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 6, WORD(8), U16BE, PLUS_2731, ZERO},
    {FROM(temp_ddegc) + 7, WORD(9), U16BE, PLUS_2731, ZERO},
};

/* 0.1 A either way, the other 0; 0.1 V, 1 %, mAh. */
static const struct can_field totals[] = {
    {FROM(pack_ma),      WORD(0), U16BE, BY_100,       ZERO    },
    {FROM(pack_ma),      WORD(1), U16BE, MINUS_BY_100, ZERO    },
    {FROM(pack_mv),      WORD(2), U16BE, BY_100,       REQUIRED},
    {FROM(soc_permille), WORD(3), U16BE, BY_10,        REQUIRED},
    {FROM(full_mah),     WORD(4), U32BE, PLAIN,        ZERO    },
    {FROM(packs_online), WORD(6), U16BE, PLAIN,        ZERO    },
};

static const struct can_field cell_number[] = {
    {FROM(cell_count), WORD(0), U16BE, PLAIN, ZERO},
};

/* The hook takes permissions back. The document does not use the three after the first yet: 0 says
 * nothing. */
static const struct can_field limits[] = {
    {FROM(charge_limit_mv),    WORD(0),     U16BE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_mv), WORD(1),     U16BE | UP,   BY_100, ZERO    },
    {FROM(charge_limit_ma),    WORD(2),     U16BE | DOWN, BY_100, ZERO    },
    {FROM(discharge_limit_ma), WORD(3),     U16BE | DOWN, BY_100, ZERO    },
    {FROM(charge_allowed),     WORD(4) + 1, BIT7,         PLAIN,  ZERO    },
    {FROM(discharge_allowed),  WORD(4) + 1, BIT6,         PLAIN,  ZERO    },
    {FROM(force_charge),       WORD(4) + 1, BIT5,         PLAIN,  ZERO    },
    {FROM(force_charge),       WORD(4) + 1, BIT4 | FIXED, PLAIN,  ZERO    },
    {FROM(remaining_mah),      WORD(6),     U32BE,        PLAIN,  ZERO    },
};

/* clang-format off */
/* Words from 0x30: alarms of charge and discharge, then protections, two words of each. */
static const struct can_alarm alarms[] = {
    WORD_WARNING(charge_over_temp,         7, 0) WORD_WARNING(battery_over_temp,        7, 0)
    WORD_ALARM(battery_over_temp,          7, 0)
    WORD_WARNING(cell_over_voltage,        7, 1) WORD_WARNING(pack_over_voltage,        7, 1)
    WORD_WARNING(charge_under_temp,        7, 2)
    WORD_WARNING(charge_over_current,      7, 3) WORD_WARNING(charge_over_current_2,    7, 3)
    WORD_WARNING(charge_limit_ignored,     7, 3)
    WORD_WARNING(discharge_over_temp,      8, 0) WORD_WARNING(battery_over_temp,        8, 0)
    WORD_ALARM(battery_over_temp,          8, 0)
    WORD_WARNING(discharge_under_temp,     8, 1)
    WORD_WARNING(mos_over_temp,            8, 2)
    WORD_WARNING(cell_under_voltage,       8, 3) WORD_WARNING(pack_under_voltage,       8, 3)
    WORD_ALARM(charge_mos,                 9, 1)
    WORD_ALARM(coprocessor,                9, 2)
    WORD_ALARM(mos_over_temp,              9, 6)
    WORD_ALARM(deep_discharge,             9, 7)
    WORD_ALARM(charge_over_temp,           9, 8)
    WORD_ALARM(charge_under_temp,          9, 9)
    WORD_ALARM(cell_over_voltage,         9, 10) WORD_ALARM(pack_over_voltage,         9, 10)
    WORD_ALARM(charge_over_current,       9, 11) WORD_ALARM(charge_limit_ignored,      9, 11)
    WORD_ALARM(cell_over_voltage_2,       9, 12)
    WORD_ALARM(charge_over_current_2,     9, 15)
    WORD_ALARM(charge_short_circuit,      10, 2)
    WORD_ALARM(discharge_mos,             11, 1) WORD_ALARM(discharge_on_failed,       11, 1)
    WORD_ALARM(mos_over_temp,            11, 10)
    WORD_ALARM(cell_under_voltage,       11, 11) WORD_ALARM(pack_under_voltage,       11, 11)
    WORD_ALARM(discharge_over_current,   11, 12) WORD_ALARM(discharge_limit_ignored,  11, 12)
    WORD_ALARM(discharge_under_temp,     11, 13)
    WORD_ALARM(discharge_over_temp,      11, 14)
    WORD_ALARM(coprocessor,               12, 0)
    WORD_ALARM(discharge_short_circuit,   12, 1) WORD_ALARM(short_release_failed,      12, 1)
    WORD_ALARM(discharge_over_current_2,  12, 2) WORD_ALARM(discharge_over_current_3,  12, 2)
    WORD_ALARM(cell_over_voltage_2,       12, 4)
};
/* clang-format on */

/* Said by charge protection and again, later, by discharge protection: one of both is enough. */
static const struct {
    uint8_t bit; /* of charge protection */
    uint8_t alarm;
} said_twice[] = {
    {2,  ALARM_coprocessor        },
    {6,  ALARM_mos_over_temp      },
    {12, ALARM_cell_over_voltage_2},
};

static const struct register_setting design[] = {
    {0, PARAM_nominal_mah, U32BE, PLAIN},
};

static const struct register_block blocks[] = {
    {CELL_NUMBER,        21, REGISTER_OF_PACK, BLOCK_FIELDS(cells)       },
    {TEMPERATURE_NUMBER, 11, REGISTER_OF_PACK, BLOCK_FIELDS(temperatures)},
    {TOTALS,             14, REGISTER_OF_BANK, BLOCK_FIELDS(totals),       BLOCK_ALARMS(alarms)},
    {DESIGN_CAPACITY,                  2,      REGISTER_OF_PACK,    BLOCK_SETTINGS(design)        },
    {CELL_STATE_NUMBER,                  1,    REGISTER_OF_PACK,  BLOCK_FIELDS(cell_number)},
    {LIMITS,                  8,               REGISTER_OF_BANK,             BLOCK_FIELDS(limits)        },
};

static const struct register_map map = {blocks, COUNT(blocks), true};

static const struct register_question questions[] = {
    {"cells",  CELL_NUMBER, 32},
    {"totals", TOTALS,      16},
    {"limits", LIMITS,      8 },
};

/* States: of the cells and temperatures by what the pack warns of, of the module by its alarms. */

enum state { NORMAL = 0x00, BELOW = 0x01, ABOVE = 0x02, OTHER = 0xF0 };

#define STATE(address) (1 << ((address)-STATES))
#define MODULE_VOLTAGES (STATE(0x60) | STATE(0x61))
#define CELL_VOLTAGES (STATE(0x62) | STATE(0x63))
#define CURRENTS (STATE(0x64) | STATE(0x65))
#define CHARGE_TEMPERATURES (STATE(0x66) | STATE(0x68))
#define DISCHARGE_TEMPERATURES (STATE(0x67) | STATE(0x69))

/* The first that is set counts: what cannot be measured is neither high nor low. */
static const struct {
    uint16_t states; /* mask */
    uint8_t alarm;   /* or the warning */
    uint8_t state;   /* enum state */
} module_states[] = {
    {MODULE_VOLTAGES | CELL_VOLTAGES,              ALARM_cell_sum,                 OTHER},
    {CELL_VOLTAGES,                                ALARM_coprocessor,              OTHER},
    {CELL_VOLTAGES,                                ALARM_open_wire,                OTHER},
    {CELL_VOLTAGES,                                ALARM_cells_frozen,             OTHER},
    {CELL_VOLTAGES,                                ALARM_cell_count,               OTHER},
    {CURRENTS,                                     ALARM_current_sensor,           OTHER},
    {CHARGE_TEMPERATURES | DISCHARGE_TEMPERATURES, ALARM_temp_sensor,              OTHER},
    {STATE(0x60),                                  ALARM_pack_over_voltage,        ABOVE},
    {STATE(0x61),                                  ALARM_pack_under_voltage,       BELOW},
    {STATE(0x62),                                  ALARM_cell_over_voltage,        ABOVE},
    {STATE(0x62),                                  ALARM_cell_over_voltage_2,      ABOVE},
    {STATE(0x63),                                  ALARM_cell_under_voltage,       BELOW},
    {STATE(0x63),                                  ALARM_deep_discharge,           BELOW},
    {STATE(0x64),                                  ALARM_charge_over_current,      ABOVE},
    {STATE(0x64),                                  ALARM_charge_over_current_2,    ABOVE},
    {STATE(0x64),                                  ALARM_charge_limit_ignored,     ABOVE},
    {STATE(0x64),                                  ALARM_charge_short_circuit,     ABOVE},
    {STATE(0x65),                                  ALARM_discharge_over_current,   ABOVE},
    {STATE(0x65),                                  ALARM_discharge_over_current_2, ABOVE},
    {STATE(0x65),                                  ALARM_discharge_over_current_3, ABOVE},
    {STATE(0x65),                                  ALARM_discharge_limit_ignored,  ABOVE},
    {STATE(0x65),                                  ALARM_discharge_short_circuit,  ABOVE},
    {CHARGE_TEMPERATURES,                          ALARM_charge_over_temp,         ABOVE},
    {CHARGE_TEMPERATURES,                          ALARM_charge_under_temp,        BELOW},
    {DISCHARGE_TEMPERATURES,                       ALARM_discharge_over_temp,      ABOVE},
    {DISCHARGE_TEMPERATURES,                       ALARM_discharge_under_temp,     BELOW},
};

static void put(const struct register_span *span, unsigned address, int64_t number)
{
    uint8_t *to = register_at(span, (uint16_t)address);
    if (to != NULL)
        put_u16be(to, (uint16_t)clamp64(number, 0, UINT16_MAX));
}

/* Two states to a word, the first in the high byte. */
static void put_state(const struct register_span *span, unsigned first, unsigned index,
                      enum state state)
{
    uint8_t *to = register_at(span, (uint16_t)(first + index / 2));
    if (to != NULL)
        to[index % 2] = (uint8_t)state;
}

static enum state state_of(const struct snapshot *own, unsigned id, int32_t low, int32_t high)
{
    int32_t value;
    if (!snapshot_get(own, (enum value_id)id, &value))
        return OTHER;
    if (value >= high)
        return ABOVE;
    return value <= low ? BELOW : NORMAL;
}

static void put_cell_states(const struct serial_battery *battery, const struct register_span *span)
{
    const struct params *params = battery->params;
    int32_t cell_count = clamp32(battery->own->cell_count, 0, CELL_COUNT);
    for (unsigned i = 0; i < (unsigned)cell_count; i++)
        put_state(span, CELL_STATES, i,
                  state_of(battery->own, VALUE_cell_mv + i, params->cell_uv_warning_mv,
                           params->cell_ov_warning_mv));
}

/* The numbers of temperatures are those up to the last one that is known. */
static void put_temperatures(const struct serial_battery *battery, const struct register_span *span)
{
    const struct params *params = battery->params;
    unsigned count = COUNT(temperatures);
    while (count > 0 && !snapshot_have(battery->own, (enum value_id)temperatures[count - 1].value))
        count--;
    put(span, TEMPERATURE_NUMBER, count);
    put(span, TEMPERATURE_STATE_NUMBER, count);
    for (unsigned i = 0; i < count; i++) {
        unsigned id = temperatures[i].value;
        bool of_switches = id == VALUE_mos_ddegc;
        put_state(
            span, TEMPERATURE_STATES, i,
            state_of(battery->own, id, of_switches ? INT32_MIN : params->temp_cold_warning_ddegc,
                     of_switches ? params->mos_warning_ddegc : params->temp_hot_warning_ddegc));
    }
}

static enum state module_state(const struct snapshot *own, unsigned index)
{
    for (size_t i = 0; i < COUNT(module_states); i++) {
        enum alarm alarm = (enum alarm)module_states[i].alarm;
        bool set = alarm_get(own->alarms, alarm) || alarm_get(own->warnings, alarm);
        if (set && module_states[i].states >> index & 1)
            return (enum state)module_states[i].state;
    }
    return NORMAL;
}

static void put_module_states(const struct snapshot *own, const struct register_span *span)
{
    for (unsigned i = 0; i < 10; i++)
        put(span, STATES + i, module_state(own, i));
}

static int64_t run_time_min(const struct snapshot *bank)
{
    if (bank->pack_ma >= 0)
        return RUN_TIME_MAX;
    return div_floor(60 * (int64_t)bank->remaining_mah, -(int64_t)bank->pack_ma);
}

static bool is_nothing(const struct snapshot *bank, enum value_id limit)
{
    int32_t limit_ma;
    return snapshot_get(bank, limit, &limit_ma) && limit_ma <= 0;
}

/* Any pack may forbid the charge. An inverter that does not use the current limits has to stop at
 * limits of 0 too. */
static void restrict_switches(const struct snapshot *bank, uint8_t *word)
{
    if (word == NULL)
        return;
    if (bank->packs_no_charge > 0 || is_nothing(bank, VALUE_charge_limit_ma))
        word[1] &= (uint8_t)~MAY_CHARGE;
    if (is_nothing(bank, VALUE_discharge_limit_ma))
        word[1] &= (uint8_t)~MAY_DISCHARGE;
}

static enum modbus_exception fill(const struct serial_battery *battery,
                                  const struct register_span *span)
{
    const struct snapshot *bank = battery->view.bank;
    if (!snapshot_have(bank, VALUE_pack_ma))
        return MODBUS_DEVICE_FAILURE;
    if (!snapshot_have(bank, VALUE_packs_online))
        put(span, PACKS, 1); /* it is the pack's own */
    restrict_switches(bank, register_at(span, SWITCHES));
    put(span, RUN_TIME, run_time_min(bank));
    put_cell_states(battery, span);
    put_temperatures(battery, span);
    put_module_states(battery->own, span);
    return MODBUS_NO_EXCEPTION;
}

static void take_current(const struct register_span *span, struct snapshot *values)
{
    const uint8_t *charge = register_at(span, CHARGE_CURRENT);
    const uint8_t *discharge = register_at(span, DISCHARGE_CURRENT);
    if (charge != NULL && discharge != NULL)
        snapshot_put(values, VALUE_pack_ma, STEP * (get_u16be(charge) - get_u16be(discharge)));
}

/* Of cells in 0.1 V the spread says nothing. */
static void take_cells(const struct register_span *span, struct snapshot *values)
{
    bool coarse = false;
    for (unsigned i = 0; i < CELL_COUNT; i++) {
        const uint8_t *word = register_at(span, (uint16_t)(CELLS + i));
        uint16_t number = word != NULL ? get_u16be(word) : 0;
        if (number >= COARSE_MAX)
            snapshot_put(values, (enum value_id)(VALUE_cell_mv + i), number);
        coarse |= number > 0 && number < COARSE_MAX;
    }
    sum_up_cells(values);
    if (coarse)
        snapshot_set_have(values, VALUE_cell_spread_mv, false);
}

static void take_protections(const struct register_span *span, struct snapshot *values)
{
    const uint8_t *word = register_at(span, CHARGE_PROTECTION);
    for (size_t i = 0; word != NULL && i < COUNT(said_twice); i++) {
        if (get_u16be(word) >> said_twice[i].bit & 1)
            alarm_put(values->alarms, (enum alarm)said_twice[i].alarm, true);
    }
}

static void take(const struct register_span *span, struct serial_reading *reading)
{
    take_current(span, reading->values);
    if (register_at(span, CELLS) != NULL)
        take_cells(span, reading->values);
    sum_up_temperatures(reading->values);
    take_protections(span, reading->values);
}

static const struct register_protocol voltronic = {
    .map = &map,
    .questions = READER(questions),
    .question_count = COUNT(questions),
    .counts_words = true,
    .fill = fill,
    .take = READER(take),
};

REGISTER_FUNCTIONS(common, voltronic)

/* A read with a wrong check sum comes through, as far as it could be one: it is answered. */
static bool request_good(const uint8_t *bytes, size_t size)
{
    if (modbus_sealed(bytes, size))
        return true;
    unsigned first = get_u16be(bytes + 2);
    unsigned words = get_u16be(bytes + 4);
    return bytes[0] >= 1 && bytes[0] <= ADDRESS_MAX && bytes[1] == MODBUS_READ && first < END &&
           words > 0 && words <= MODBUS_WORDS_MAX;
}

static int request_size_of(const uint8_t *bytes, size_t size)
{
    return register_request_shape.size(bytes, size);
}

static const struct serial_shape request_shape = {SERIAL_FRAME, SERIAL_BROKEN, 0, request_size_of,
                                                  request_good};

static size_t refuse(const uint8_t *request, uint8_t code, uint8_t *reply)
{
    return modbus_exception_reply(reply, request[0], request[1], code);
}

/* Only the host, which talks for all, answers what is for nobody. */
static enum serial_answer_kind foreign(const struct serial_battery *battery, const uint8_t *request,
                                       uint8_t *reply, size_t *size)
{
    bool wrong = battery->dip == 0 && battery->ready && request[0] > ADDRESS_MAX;
    *size = wrong ? refuse(request, ADDRESS_ERROR, reply) : 0;
    return wrong ? SERIAL_REFUSED : SERIAL_FOREIGN;
}

static enum serial_answer_kind answer(const struct serial_battery *battery, const uint8_t *request,
                                      size_t request_size, uint8_t reply[SERIAL_REPLY_MAX],
                                      size_t *size)
{
    bool sealed = modbus_sealed(request, request_size);
    enum serial_answer_kind kind = common_answer(battery, request, request_size, reply, size);
    if (kind == SERIAL_FOREIGN)
        return sealed ? foreign(battery, request, reply, size) : SERIAL_DAMAGED;
    if (kind == SERIAL_SILENT)
        return kind;
    if (!sealed) {
        *size = refuse(request, CRC_ERROR, reply);
        return SERIAL_DAMAGED;
    }
    if (kind != SERIAL_REFUSED)
        return kind;
    bool unable = reply[2] == MODBUS_DEVICE_FAILURE; /* there is no code for it */
    *size = unable ? 0 : refuse(request, COMMAND_ERROR, reply);
    return unable ? SERIAL_SILENT : SERIAL_REFUSED;
}

static void explain(const struct serial_token *request, struct serial_reading *reading)
{
    common_explain(request, reading);
    if (!modbus_sealed(request->bytes, request->size))
        reading->name = "broken";
}

const struct serial_protocol voltronic_rs485[1] = {
    {.name = "voltronic_rs485",
     .profile = "",
     .baud = 9600,
     .address_first = COMMON_ADDRESS,
     .address_last = ADDRESS_MAX,
     .pause_ms = 5,
     .timeout_ms = 200,
     .question_count = COUNT(questions),
     .request = &request_shape,
     .reply = READER(&register_words_shape),
     .answer = answer,
     .ask = READER(common_ask),
     .take = READER(common_take),
     .explain = READER(explain)},
};
