/* SPDX-License-Identifier: Apache-2.0
 * Rows and two registers that follow from several settings. Without a counterpart of ours, read as
 * 0: the temperatures of the environment (99..104). 63 and 71 are one setting of ours; 109 and 110
 * are those of smart sleep, whose switch has no register; 108 follows from the capacity.
 */
#include "protocols/pace_settings.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/register_serial.h"

enum {
    FULL_CHARGE_MV = 107, /* of the pack */
    FULL_CHARGE_MA = 108,
    FULL_CURRENT_DIVISOR = 20, /* core/soc.c: full is below 0.05C */
    COMMANDS_MAX = 8,          /* of one write: a pack queues no more */
};

/* clang-format off */
#define SETTING(number, name, type, scale) {(number) - PACE_SETTINGS, PARAM_##name, type, scale}

const struct register_setting pace_settings[PACE_SETTING_COUNT] = {
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

static const struct register_block blocks[] = {
    {PACE_SETTINGS, PACE_SETTING_WORDS, REGISTER_OF_PACK, BLOCK_SETTINGS(pace_settings)},
};

static const struct register_map map = {blocks, COUNT(blocks), false};

static void put_word(const struct register_span *span, uint16_t address, int64_t value)
{
    uint8_t *word = register_at(span, address);
    if (word != NULL)
        put_u16be(word, (uint16_t)clamp64(value, 0, UINT16_MAX - 1));
}

static int32_t cells_of(const struct params *params)
{
    return max32(params->cell_count, 1);
}

void pace_settings_fill(const struct params *params, const struct register_span *span)
{
    put_word(span, FULL_CHARGE_MV, (int64_t)params->soc_full_mv * cells_of(params));
    put_word(span, FULL_CHARGE_MA, params->nominal_mah / FULL_CURRENT_DIVISOR);
}

void pace_settings_take(const struct register_span *span, struct serial_reading *reading)
{
    const uint8_t *full = register_at(span, FULL_CHARGE_MV);
    int32_t cells;
    if (full != NULL && snapshot_get(reading->values, VALUE_cell_count, &cells) && cells > 0)
        params_put(reading->params, PARAM_soc_full_mv, (int32_t)div_round(get_u16be(full), cells));
}

struct write {
    const struct serial_battery *battery;
    const struct register_span *span;
    struct params params; /* as they would be */
    struct command commands[COMMANDS_MAX];
    uint8_t count;
};

static void read_settings(const struct serial_battery *battery, const struct params *params,
                          const struct register_span *span)
{
    const struct register_values from = {&battery->view, battery->own, params};
    register_map_read(&map, &from, span);
    pace_settings_fill(params, span);
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

enum modbus_exception pace_settings_write(const struct serial_battery *battery,
                                          const struct register_span *span)
{
    uint8_t words[2 * PACE_SETTING_WORDS];
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
