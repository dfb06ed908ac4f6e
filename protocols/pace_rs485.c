/* SPDX-License-Identifier: Apache-2.0
 * PACE BMS Modbus Protocol for RS485 V1.3, 2017-06-27, both ends; "WOW RS485 Modbus V1.3" is the
 * same under another name. Register numbers are decimal. Totals, flags and switches are those of
 * the bank, cells and temperatures those of the pack that speaks. The protocol has no limits: an
 * inverter takes them from the settings (pace_settings.h) and from whether a switch is on, which
 * here means that its direction is allowed and its limit is not 0.
 */
#include <string.h>

#include "base/bytes.h"
#include "protocols/pace_settings.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "protocols/sum_up.h"
#include "wire/can_sides.h"

enum {
    DESIGN_CAPACITY = 6,
    STATUS = 11,
    BALANCING = 12, /* bit 0: cell 1 */
    CELLS = 15,
    CELL_COUNT = 16,
    TEMPERATURES = 31,
    SENSOR_COUNT = 4,
    ENVIRONMENT = 36,
    DATA_WORDS = 37,
    TEXTS = 150,
    WRITABLE_TEXTS = 160,
    TEXT_WORDS = 10,
    TEXT_COUNT = 3,
};

enum {
    NO_SENSOR = -2000, /* as JK packs say it */
    IDLE_MA = 500,     /* less is neither charging nor discharging */
    INTO_A_CELL = 1,   /* of balance_state, else out of one */
};

#define HIGH(word) WORD(word)

/* Data */

static const struct can_field bank_fields[] = {
    {FROM(pack_ma),           WORD(0),  S16BE,        BY_10, REQUIRED},
    {FROM(pack_mv),           WORD(1),  U16BE,        BY_10, REQUIRED},
    {FROM(soc_permille),      WORD(2),  U16BE,        BY_10, REQUIRED},
    {FROM(soh_permille),      WORD(3),  U16BE,        BY_10, ZERO    },
    {FROM(remaining_mah),     WORD(4),  U16BE,        BY_10, ZERO    },
    {FROM(full_mah),          WORD(5),  U16BE,        BY_10, ZERO    },
    {FROM(cycle_count),       WORD(7),  U16BE,        PLAIN, ZERO    },
    {FROM(force_charge),      HIGH(9),  BIT7,         PLAIN, ZERO    },
    {FROM(charge_allowed),    HIGH(11), BIT2,         PLAIN, ZERO    },
    {FROM(discharge_allowed), HIGH(11), BIT3,         PLAIN, ZERO    },
    {FROM(charge_on),         HIGH(11), BIT2 | FIXED, PLAIN, ZERO    },
    {FROM(discharge_on),      HIGH(11), BIT3 | FIXED, PLAIN, ZERO    },
};

/* clang-format off */
#define CELL(index) {FROM(cell_mv) + (index), WORD(CELLS + (index)), U16BE, PLAIN, ZERO}
#define TEMPERATURE(index) \
    {FROM(temp_ddegc) + (index), WORD(TEMPERATURES + (index)), S16BE, PLAIN, TOP_BIT}

static const struct can_field pack_fields[] = {
    {FROM(heating_on), HIGH(11), BIT7, PLAIN, ZERO},
    CELL(0), CELL(1), CELL(2), CELL(3), CELL(4), CELL(5), CELL(6), CELL(7),
    CELL(8), CELL(9), CELL(10), CELL(11), CELL(12), CELL(13), CELL(14), CELL(15),
    TEMPERATURE(0), TEMPERATURE(1), TEMPERATURE(2), TEMPERATURE(3),
    {FROM(mos_ddegc), WORD(35), S16BE, PLAIN, TOP_BIT},
};

/* Warnings, protections, faults. Without a bit: environment, charger voltage and polarity, which
 * we do not measure; and our alarms of the current sensor, the board, balancer, breaker, limiter,
 * other packs and settings, of which the switches tell enough. */
static const struct can_alarm flags[] = {
    WORD_WARNING(cell_over_voltage, 9, 0)
    WORD_WARNING(cell_over_voltage_2, 9, 0)
    WORD_WARNING(cell_under_voltage, 9, 1)
    WORD_WARNING(deep_discharge, 9, 1)
    WORD_WARNING(pack_over_voltage, 9, 2)
    WORD_WARNING(pack_under_voltage, 9, 3)
    WORD_WARNING(charge_over_current, 9, 4)
    WORD_WARNING(charge_over_current_2, 9, 4)
    WORD_WARNING(charge_short_circuit, 9, 4)
    WORD_WARNING(charge_limit_ignored, 9, 4)
    WORD_WARNING(discharge_over_current, 9, 5)
    WORD_WARNING(discharge_over_current_2, 9, 5)
    WORD_WARNING(discharge_over_current_3, 9, 5)
    WORD_WARNING(discharge_short_circuit, 9, 5)
    WORD_WARNING(discharge_limit_ignored, 9, 5)
    WORD_WARNING(charge_over_temp, 9, 8)
    WORD_WARNING(battery_over_temp, 9, 8)
    WORD_ALARM(battery_over_temp, 9, 8)
    WORD_WARNING(discharge_over_temp, 9, 9)
    WORD_WARNING(charge_under_temp, 9, 10)
    WORD_WARNING(discharge_under_temp, 9, 11)
    WORD_WARNING(mos_over_temp, 9, 14)
    WORD_ALARM(cell_over_voltage, 10, 0)
    WORD_ALARM(cell_over_voltage_2, 10, 0)
    WORD_ALARM(cell_under_voltage, 10, 1)
    WORD_ALARM(deep_discharge, 10, 1)
    WORD_ALARM(pack_over_voltage, 10, 2)
    WORD_ALARM(pack_under_voltage, 10, 3)
    WORD_ALARM(charge_over_current, 10, 4)
    WORD_ALARM(charge_over_current_2, 10, 4)
    WORD_ALARM(charge_limit_ignored, 10, 4)
    WORD_ALARM(discharge_over_current, 10, 5)
    WORD_ALARM(discharge_over_current_2, 10, 5)
    WORD_ALARM(discharge_over_current_3, 10, 5)
    WORD_ALARM(discharge_limit_ignored, 10, 5)
    WORD_ALARM(discharge_short_circuit, 10, 6)
    WORD_ALARM(charge_short_circuit, 10, 6)
    WORD_ALARM(short_release_failed, 10, 6)
    WORD_ALARM(charge_over_temp, 10, 8)
    WORD_ALARM(discharge_over_temp, 10, 9)
    WORD_ALARM(charge_under_temp, 10, 10)
    WORD_ALARM(discharge_under_temp, 10, 11)
    WORD_ALARM(mos_over_temp, 10, 12)
    WORD_ALARM(charge_mos, 11, 0)
    WORD_ALARM(discharge_mos, 11, 1)
    WORD_ALARM(discharge_on_failed, 11, 1)
    WORD_ALARM(temp_sensor, 11, 2)
    WORD_ALARM(open_wire, 11, 4)
    WORD_ALARM(cell_sum, 11, 4)
    WORD_ALARM(cells_frozen, 11, 4)
    WORD_ALARM(cell_count, 11, 4)
    WORD_ALARM(cell_spread, 11, 4)
    WORD_ALARM(thermal_event, 11, 4)
    WORD_ALARM(extinguisher, 11, 4)
    WORD_ALARM(coprocessor, 11, 5)
};

/* clang-format on */

static const struct register_setting design[] = {
    {DESIGN_CAPACITY, PARAM_nominal_mah, U16BE, BY_10},
};

/* Version, model, serial number of the pack. */
static const uint8_t texts[TEXT_COUNT] = {
    TEXT_PARAM_software_version,
    TEXT_PARAM_model,
    TEXT_PARAM_serial_number,
};

static const struct register_block blocks[] = {
    {0,                              DATA_WORDS, REGISTER_OF_BANK, BLOCK_FIELDS(bank_fields),               BLOCK_ALARMS(flags)},
    {0,                              DATA_WORDS,                                        REGISTER_OF_PACK,                 BLOCK_FIELDS(pack_fields), BLOCK_SETTINGS(design)},
    {PACE_SETTINGS,        PACE_SETTING_WORDS,                  REGISTER_OF_PACK,                      BLOCK_SETTINGS(pace_settings)                                   },
    {TEXTS, TEXT_COUNT *TEXT_WORDS,           REGISTER_OF_PACK,  .fill = NULL},
};

static const struct register_map map = {blocks, COUNT(blocks), false};

/* What rows cannot say, battery side */

static void put_word(const struct register_span *span, uint16_t address, int64_t value)
{
    uint8_t *word = register_at(span, address);
    if (word != NULL)
        put_u16be(word, (uint16_t)clamp64(value, INT16_MIN, UINT16_MAX - 1));
}

static void change_bits(const struct register_span *span, uint16_t address, unsigned off,
                        unsigned on)
{
    uint8_t *word = register_at(span, address);
    if (word != NULL)
        put_u16be(word, (uint16_t)((get_u16be(word) & ~off) | on));
}

static void fill_status(const struct snapshot *bank, const struct register_span *span)
{
    enum { CHARGING = 0x0100, DISCHARGING = 0x0200, CHARGE_ON = 0x0400, DISCHARGE_ON = 0x0800 };
    int32_t ma;
    if (snapshot_get(bank, VALUE_charge_limit_ma, &ma) && ma <= 0)
        change_bits(span, STATUS, CHARGE_ON, 0);
    if (snapshot_get(bank, VALUE_discharge_limit_ma, &ma) && ma <= 0)
        change_bits(span, STATUS, DISCHARGE_ON, 0);
    if (!snapshot_get(bank, VALUE_pack_ma, &ma))
        return;
    change_bits(span, STATUS, 0, ma >= IDLE_MA ? CHARGING : 0);
    change_bits(span, STATUS, 0, ma <= -IDLE_MA ? DISCHARGING : 0);
}

static uint16_t balancing_bits(const struct snapshot *own)
{
    int32_t state;
    int32_t cell;
    if (!snapshot_get(own, VALUE_balance_state, &state) || state == 0)
        return 0;
    enum value_id id = state == INTO_A_CELL ? VALUE_balance_sink_index : VALUE_balance_source_index;
    bool known = snapshot_get(own, id, &cell) && cell >= 0 && cell < CELL_COUNT;
    return (uint16_t)(known ? 1u << cell : 0);
}

static void fill_data(const struct serial_battery *battery, const struct register_span *span)
{
    int32_t value;
    fill_status(battery->view.bank, span);
    change_bits(span, BALANCING, 0, balancing_bits(battery->own));
    if (snapshot_get(battery->view.bank, VALUE_pack_count, &value) && value > 1)
        put_word(span, DESIGN_CAPACITY,
                 div_round((int64_t)value * battery->params->nominal_mah, 10));
    for (uint16_t at = TEMPERATURES; at <= ENVIRONMENT; at++) {
        const uint8_t *word = register_at(span, at);
        if (word != NULL && (at == ENVIRONMENT || get_u16be(word) == 0x8000))
            put_word(span, at, NO_SENSOR);
    }
}

/* Blanks at the end, two characters to a word. */
static void fill_texts(const struct params *params, const struct register_span *span)
{
    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        const char *text = params_text_const(params, (enum text_param_id)texts[i]);
        for (unsigned at = 0; at < 2 * TEXT_WORDS; at++) {
            uint8_t *word = register_at(span, (uint16_t)(TEXTS + i * TEXT_WORDS + at / 2));
            if (word != NULL)
                word[at % 2] = *text != '\0' ? (uint8_t)*text : ' ';
            text += *text != '\0';
        }
    }
}

static enum modbus_exception fill(const struct serial_battery *battery,
                                  const struct register_span *span)
{
    fill_data(battery, span);
    pace_settings_fill(battery->params, span);
    fill_texts(battery->params, span);
    return MODBUS_NO_EXCEPTION;
}

/* Writes */

static bool lies_in(const struct register_span *span, uint16_t first, uint16_t words)
{
    return span->first >= first && span->first + span->words <= first + words;
}

/* Model and serial number are writable in the document, and nobody's to write here. */
static enum modbus_exception write_words(const struct serial_battery *battery,
                                         const struct register_span *span)
{
    if (lies_in(span, PACE_SETTINGS, PACE_SETTING_WORDS))
        return pace_settings_write(battery, span);
    return lies_in(span, WRITABLE_TEXTS, 2 * TEXT_WORDS) ? MODBUS_ILLEGAL_VALUE
                                                         : MODBUS_ILLEGAL_ADDRESS;
}

/* What rows cannot say, asking side */

static void forget_absent_sensors(const struct register_span *span, struct snapshot *values)
{
    for (unsigned i = 0; i < COUNT(pack_fields); i++) {
        const struct can_field *field = &pack_fields[i];
        const uint8_t *word = register_at(span, field->byte / 2);
        if (field->absent != TOP_BIT || word == NULL || get_u16be(word) != (uint16_t)NO_SENSOR)
            continue;
        snapshot_put(values, (enum value_id)field->value, 0);
        snapshot_set_have(values, (enum value_id)field->value, false);
    }
}

static void count_cells(struct snapshot *values)
{
    int32_t count = 0;
    for (unsigned i = 0; i < CELL_COUNT; i++)
        count += snapshot_have(values, (enum value_id)(VALUE_cell_mv + i));
    snapshot_put(values, VALUE_cell_count, count);
}

static bool holds(const struct register_span *span, uint16_t first, uint16_t words)
{
    return register_at(span, first) != NULL &&
           register_at(span, (uint16_t)(first + words - 1)) != NULL;
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static void take_text(const struct register_span *span, unsigned index, struct params *params)
{
    uint16_t first = (uint16_t)(TEXTS + index * TEXT_WORDS);
    const char *text = (const char *)register_at(span, first);
    size_t size = 0;
    if (!holds(span, first, TEXT_WORDS))
        return;
    while (size < 2 * TEXT_WORDS && is_printable(text[size]))
        size++;
    while (size > 0 && text[size - 1] == ' ')
        size--;
    params_put_text(params, (enum text_param_id)texts[index], text, size);
}

static void take(const struct register_span *span, struct serial_reading *reading)
{
    forget_absent_sensors(span, reading->values);
    if (holds(span, CELLS, CELL_COUNT)) {
        count_cells(reading->values);
        sum_up_cells(reading->values);
    }
    if (holds(span, TEMPERATURES, SENSOR_COUNT))
        sum_up_temperatures(reading->values);
    for (unsigned i = 0; i < TEXT_COUNT; i++)
        take_text(span, i, reading->params);
    pace_settings_take(span, reading);
}

/* A read that crosses a reserved area is refused, so there are two. */
static const struct register_question questions[] = {
    {"status",   0,             DATA_WORDS        },
    {"settings", PACE_SETTINGS, PACE_SETTING_WORDS},
};

static const struct register_protocol pace = {
    .map = &map,
    .questions = READER(questions),
    .question_count = COUNT(questions),
    .fill = fill,
    .take = READER(take),
    .write = write_words,
};

REGISTER_FUNCTIONS(pace, pace)

/* An answer begins within 200 ms, more than 100 ms lie between frames; the rest is for adapters. */
#define PACE(name_)                                                                                \
    {                                                                                              \
        .name = name_, .profile = "", .baud = 9600, .address_first = 1, .address_last = 15,        \
        .pause_ms = 110, .timeout_ms = 250, REGISTER_USES(pace, questions, register_reply_shape),  \
    }

const struct serial_protocol pace_rs485[1] = {PACE("pace_rs485")};
const struct serial_protocol wow_rs485[1] = {PACE("wow_rs485")};
