/* SPDX-License-Identifier: Apache-2.0
 * PACE BMS Modbus Protocol for RS485 V1.3, 2017-06-27, both ends; "WOW RS485 Modbus V1.3" is the
 * same under another name. Register numbers are decimal. Totals, flags and switches are those of
 * the bank, cells and temperatures those of the pack that speaks. The protocol has no limits: an
 * inverter takes them from the settings and from whether a switch is on, which here means that its
 * direction is allowed. A write changes what differs from what a read shows; it is refused where a
 * read afterwards would not show it exactly.
 */
#include <string.h>

#include "base/bytes.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"

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
    SETTINGS = 60,
    FULL_CHARGE_MV = 107, /* of the pack */
    FULL_CHARGE_MA = 108,
    SETTING_WORDS = 55,
    TEXTS = 150,
    WRITABLE_TEXTS = 160,
    TEXT_WORDS = 10,
    TEXT_COUNT = 3,
};

enum {
    NO_SENSOR = -2000,         /* as JK packs say it */
    IDLE_MA = 500,             /* less is neither charging nor discharging */
    FULL_CURRENT_DIVISOR = 20, /* core/soc.c: full is below 0.05C */
    INTO_A_CELL = 1,           /* of balance_state, else out of one */
    COMMANDS_MAX = 8,          /* of one write: a pack queues no more */
};

#define HIGH(word) WORD(word)
#define LOW(word) (WORD(word) + 1)

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

/* Settings. Without a counterpart of ours, read as 0: environment temperatures (99..104). 108
 * follows from the capacity. 63 and 71 are one setting of ours. */
#define SETTING(number, name, type, scale) {(number) - SETTINGS, PARAM_##name, type, scale}

static const struct register_setting settings[] = {
    SETTING(60,  pack_ov_warning_mv,           U16BE,        PLAIN),
    SETTING(61,  pack_ovp_mv,                  U16BE,        PLAIN),
    SETTING(62,  pack_ovp_release_mv,          U16BE,        PLAIN),
    SETTING(63,  pack_voltage_delay_ms,        U16BE,        BY_100),
    SETTING(64,  cell_ov_warning_mv,           U16BE,        PLAIN),
    SETTING(65,  cell_ovp_mv,                  U16BE,        PLAIN),
    SETTING(66,  cell_ovp_release_mv,          U16BE,        PLAIN),
    SETTING(67,  cell_ovp_delay_ms,            U16BE,        BY_100),
    SETTING(68,  pack_uv_warning_mv,           U16BE,        PLAIN),
    SETTING(69,  pack_uvp_mv,                  U16BE,        PLAIN),
    SETTING(70,  pack_uvp_release_mv,          U16BE,        PLAIN),
    SETTING(71,  pack_voltage_delay_ms,        U16BE,        BY_100),
    SETTING(72,  cell_uv_warning_mv,           U16BE,        PLAIN),
    SETTING(73,  cell_uvp_mv,                  U16BE,        PLAIN),
    SETTING(74,  cell_uvp_release_mv,          U16BE,        PLAIN),
    SETTING(75,  cell_uvp_delay_ms,            U16BE,        BY_100),
    SETTING(76,  charge_oc_warning_ma,         U16BE | DOWN, BY_1000),
    SETTING(77,  charge_ocp_ma,                U16BE | DOWN, BY_1000),
    SETTING(78,  charge_ocp_delay_s,           U16BE,        TIMES_10),
    SETTING(79,  discharge_oc_warning_ma,      U16BE | DOWN, BY_1000),
    SETTING(80,  discharge_ocp_ma,             U16BE | DOWN, BY_1000),
    SETTING(81,  discharge_ocp_delay_s,        U16BE,        TIMES_10),
    SETTING(82,  discharge_ocp2_ma,            U16BE | DOWN, BY_1000),
    SETTING(83,  discharge_ocp2_delay_ms,      U16BE,        BY_25),
    SETTING(84,  temp_hot_warning_ddegc,       S16BE,        PLAIN),
    SETTING(85,  charge_otp_ddegc,             S16BE,        PLAIN),
    SETTING(86,  charge_otp_release_ddegc,     S16BE,        PLAIN),
    SETTING(87,  discharge_hot_warning_ddegc,  S16BE,        PLAIN),
    SETTING(88,  discharge_otp_ddegc,          S16BE,        PLAIN),
    SETTING(89,  discharge_otp_release_ddegc,  S16BE,        PLAIN),
    SETTING(90,  temp_cold_warning_ddegc,      S16BE,        PLAIN),
    SETTING(91,  charge_utp_ddegc,             S16BE,        PLAIN),
    SETTING(92,  charge_utp_release_ddegc,     S16BE,        PLAIN),
    SETTING(93,  discharge_cold_warning_ddegc, S16BE,        PLAIN),
    SETTING(94,  discharge_utp_ddegc,          S16BE,        PLAIN),
    SETTING(95,  discharge_utp_release_ddegc,  S16BE,        PLAIN),
    SETTING(96,  mos_warning_ddegc,            S16BE,        PLAIN),
    SETTING(97,  mos_otp_ddegc,                S16BE,        PLAIN),
    SETTING(98,  mos_otp_release_ddegc,        S16BE,        PLAIN),
    SETTING(105, balance_start_mv,             U16BE,        PLAIN),
    SETTING(106, balance_trigger_mv,           U16BE,        PLAIN),
    SETTING(109, smart_sleep_mv,               U16BE,        PLAIN),
    SETTING(110, smart_sleep_delay_s,          U16BE,        BY_60),
    SETTING(111, scp_delay_us,                 U16BE,        BY_25),
    SETTING(112, force_charge_soc_permille,    U16BE,        BY_10),
    SETTING(113, charge_ocp2_ma,               U16BE | DOWN, BY_1000),
    SETTING(114, charge_ocp2_delay_ms,         U16BE,        BY_25),
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
    {0,                         DATA_WORDS, REGISTER_OF_BANK, BLOCK_FIELDS(bank_fields),          BLOCK_ALARMS(flags)},
    {0,                         DATA_WORDS,                                   REGISTER_OF_PACK,                 BLOCK_FIELDS(pack_fields), BLOCK_SETTINGS(design)},
    {SETTINGS,   SETTING_WORDS,             REGISTER_OF_PACK,                      BLOCK_SETTINGS(settings)                                        },
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

static void add_bits(const struct register_span *span, uint16_t address, uint16_t bits)
{
    uint8_t *word = register_at(span, address);
    if (word != NULL)
        put_u16be(word, (uint16_t)(get_u16be(word) | bits));
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
    enum { CHARGING = 0x0100, DISCHARGING = 0x0200 };
    int32_t value;
    if (snapshot_get(battery->view.bank, VALUE_pack_ma, &value)) {
        add_bits(span, STATUS, value >= IDLE_MA ? CHARGING : 0);
        add_bits(span, STATUS, value <= -IDLE_MA ? DISCHARGING : 0);
    }
    add_bits(span, BALANCING, balancing_bits(battery->own));
    if (snapshot_get(battery->view.bank, VALUE_pack_count, &value) && value > 1)
        put_word(span, DESIGN_CAPACITY,
                 div_round((int64_t)value * battery->params->nominal_mah, 10));
    for (uint16_t at = TEMPERATURES; at <= ENVIRONMENT; at++) {
        const uint8_t *word = register_at(span, at);
        if (word != NULL && (at == ENVIRONMENT || get_u16be(word) == 0x8000))
            put_word(span, at, NO_SENSOR);
    }
}

static int32_t cells_of(const struct params *params)
{
    return max32(params->cell_count, 1);
}

static void fill_settings(const struct params *params, const struct register_span *span)
{
    put_word(span, FULL_CHARGE_MV, (int64_t)params->soc_full_mv * cells_of(params));
    put_word(span, FULL_CHARGE_MA, params->nominal_mah / FULL_CURRENT_DIVISOR);
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
    fill_settings(battery->params, span);
    fill_texts(battery->params, span);
    return MODBUS_NO_EXCEPTION;
}

/* Writes */

struct write {
    const struct serial_battery *battery;
    const struct register_span *span;
    struct params params; /* as they would be */
    struct command commands[COMMANDS_MAX];
    uint8_t count;
};

static bool lies_in(const struct register_span *span, uint16_t first, uint16_t words)
{
    return span->first >= first && span->first + span->words <= first + words;
}

static void read_settings(const struct serial_battery *battery, const struct params *params,
                          const struct register_span *span)
{
    const struct register_values from = {&battery->view, battery->own, params};
    register_map_read(&map, &from, span);
    fill_settings(params, span);
}

/* What a word asks for; false: there is no such setting. */
static bool command_for(const struct write *write, uint16_t address, const uint8_t word[2],
                        struct command *command)
{
    const struct register_setting *setting = register_map_setting(&map, address);
    *command = (struct command){.kind = COMMAND_SET_PARAM, .session = write->battery->session};
    if (address == FULL_CHARGE_MV) {
        command->id = PARAM_soc_full_mv;
        command->value = (int32_t)div_round(get_u16be(word), cells_of(&write->params));
    } else if (setting != NULL) {
        command->id = setting->param;
        command->value = register_setting_value(setting, word);
    }
    return address == FULL_CHARGE_MV || setting != NULL;
}

/* One command for each word that differs from `now`. */
static enum modbus_exception collect(struct write *write, const uint8_t *now)
{
    const struct register_span *span = write->span;
    for (unsigned i = 0; i < span->words; i++) {
        const uint8_t *word = span->data + 2 * i;
        struct command command;
        if (memcmp(word, now + 2 * i, 2) == 0)
            continue;
        if (!command_for(write, (uint16_t)(span->first + i), word, &command))
            return MODBUS_ILLEGAL_VALUE;
        if (write->count == COMMANDS_MAX)
            return MODBUS_DEVICE_FAILURE;
        write->commands[write->count++] = command;
        write->params.value[command.id] = command.value;
    }
    return MODBUS_NO_EXCEPTION;
}

/* Nothing changes; the write still has to be one that the asker may make. */
static enum modbus_exception confirm(struct write *write)
{
    const struct register_span *span = write->span;
    for (unsigned i = 0; i < span->words && write->count == 0; i++) {
        struct command *command = &write->commands[0];
        if (!command_for(write, (uint16_t)(span->first + i), span->data + 2 * i, command))
            continue;
        command->value = write->params.value[command->id];
        write->count = 1;
    }
    return write->count > 0 ? MODBUS_NO_EXCEPTION : MODBUS_ILLEGAL_VALUE;
}

static enum modbus_exception write_settings(const struct serial_battery *battery,
                                            const struct register_span *span)
{
    uint8_t words[2 * SETTING_WORDS];
    const struct register_span shown = {span->first, span->words, words};
    struct write write = {.battery = battery, .span = span, .params = *battery->params};
    read_settings(battery, &write.params, &shown);
    enum modbus_exception exception = collect(&write, words);
    if (exception == MODBUS_NO_EXCEPTION && write.count == 0)
        exception = confirm(&write);
    if (exception != MODBUS_NO_EXCEPTION)
        return exception;
    read_settings(battery, &write.params, &shown);
    if (battery->request == NULL || memcmp(words, span->data, 2u * span->words) != 0)
        return MODBUS_ILLEGAL_VALUE;
    return register_refusal(battery->request(battery->context, write.commands, write.count));
}

/* Model and serial number are writable in the document, and nobody's to write here. */
static enum modbus_exception write_words(const struct serial_battery *battery,
                                         const struct register_span *span)
{
    if (lies_in(span, SETTINGS, SETTING_WORDS))
        return write_settings(battery, span);
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

/* What the first cells that are there have in common; `values` holds the whole list. */
static void sum_up_cells(struct snapshot *values)
{
    int32_t count = 0;
    for (int32_t i = 0; i < CELL_COUNT; i++) {
        int32_t mv;
        if (!snapshot_get(values, (enum value_id)(VALUE_cell_mv + i), &mv))
            continue;
        if (count == 0 || mv < values->cell_min_mv) {
            snapshot_put(values, VALUE_cell_min_mv, mv);
            snapshot_put(values, VALUE_cell_min_index, i);
        }
        if (count == 0 || mv > values->cell_max_mv) {
            snapshot_put(values, VALUE_cell_max_mv, mv);
            snapshot_put(values, VALUE_cell_max_index, i);
        }
        count++;
    }
    snapshot_put(values, VALUE_cell_count, count);
    if (count > 0)
        snapshot_put(values, VALUE_cell_spread_mv, values->cell_max_mv - values->cell_min_mv);
}

static void sum_up_temperatures(struct snapshot *values)
{
    bool any = false;
    for (unsigned i = 0; i < SENSOR_COUNT; i++) {
        int32_t ddegc;
        if (!snapshot_get(values, (enum value_id)(VALUE_temp_ddegc + i), &ddegc))
            continue;
        snapshot_put(values, VALUE_temp_min_ddegc,
                     any ? min32(values->temp_min_ddegc, ddegc) : ddegc);
        snapshot_put(values, VALUE_temp_max_ddegc,
                     any ? max32(values->temp_max_ddegc, ddegc) : ddegc);
        any = true;
    }
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
    int32_t cells;
    const uint8_t *full = register_at(span, FULL_CHARGE_MV);
    forget_absent_sensors(span, reading->values);
    if (holds(span, CELLS, CELL_COUNT))
        sum_up_cells(reading->values);
    if (holds(span, TEMPERATURES, SENSOR_COUNT))
        sum_up_temperatures(reading->values);
    for (unsigned i = 0; i < TEXT_COUNT; i++)
        take_text(span, i, reading->params);
    if (full != NULL && snapshot_get(reading->values, VALUE_cell_count, &cells) && cells > 0)
        params_put(reading->params, PARAM_soc_full_mv, (int32_t)div_round(get_u16be(full), cells));
}

/* A read that crosses a reserved area is refused, so there are two. */
static const struct register_question questions[] = {
    {"status",   0,        DATA_WORDS   },
    {"settings", SETTINGS, SETTING_WORDS},
};

static const struct register_protocol pace = {
    .map = &map,
    .questions = questions,
    .question_count = COUNT(questions),
    .fill = fill,
    .take = take,
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
