/* SPDX-License-Identifier: Apache-2.0
 * Numbers and rows of Pylon over RS485. Sources: "PYLON low voltage Protocol RS485 V3.3", sections
 * for 42, 44, 47; for 61 and 62 implementations and the answers of JK packs. Rounding and
 * saturation happen here; what a number means does not.
 */
#include "protocols/pylon_rs485_rows.h"

#include "base/number.h"

/* raw = value / divisor + offset */
static const struct form {
    uint8_t size; /* bytes */
    bool is_signed;
    int8_t divisor;
    uint16_t offset;
    uint16_t max;    /* raw; signed: -max is the least, else 0 */
    uint16_t absent; /* raw */
} forms[PYLON_FORM_COUNT] = {
    [PYLON_MV] = {2, false, 1,    0,    UINT16_MAX, 0   },
    [PYLON_CENTIAMPS] = {2, true,  10,   0,    INT16_MAX,  0   },
    [PYLON_DECIAMPS] = {2, true,  100,  0,    INT16_MAX,  0   },
    [PYLON_MINUS_DECIAMPS] = {2, true,  -100, 0,    INT16_MAX,  0   },
    [PYLON_KELVIN] = {2, false, 1,    2731, UINT16_MAX, 2981}, /* 25 degC; limits are 0 then */
    [PYLON_PERCENT] = {1, false, 10,   0,    100,        100 },
    [PYLON_SOC] = {1, false, 10,   0,    100,        0   },
    [PYLON_WORD] = {2, false, 1,    0,    UINT16_MAX, 0   },
    [PYLON_BYTE] = {1, false, 1,    0,    UINT8_MAX,  0   },
    [PYLON_NUMBER] = {1, false, 1,    1,    UINT8_MAX,  0   },
};

size_t pylon_form_size(enum pylon_form form)
{
    return forms[form].size;
}

/* 100 % is said of a full battery only, and 0 % of an empty one. */
static int64_t not_at_an_end(int64_t percent, int32_t permille)
{
    return clamp64(percent, permille > 0, permille < 1000 ? 99 : 100);
}

uint32_t pylon_raw(enum pylon_form form, int32_t value)
{
    const struct form *row = &forms[form];
    int64_t raw = div_round(value, row->divisor) + row->offset;
    if (form == PYLON_SOC)
        raw = not_at_an_end(raw, value);
    return (uint32_t)clamp64(raw, row->is_signed ? -row->max : 0, row->max);
}

int32_t pylon_value(enum pylon_form form, uint32_t raw)
{
    const struct form *row = &forms[form];
    int32_t number = row->is_signed ? (int16_t)(uint16_t)raw : (int32_t)raw;
    return (number - row->offset) * row->divisor;
}

uint32_t pylon_absent(enum pylon_form form)
{
    return forms[form].absent;
}

/* Voltage, current, charge, cycles, health, cells, temperatures of cells, switches, boards. Packs
 * count from 0 and cells from 1, as JK has it. */
const struct pylon_field pylon_system_analog[PYLON_SYSTEM_ANALOG_FIELDS] = {
    {VALUE_pack_mv,         PYLON_MV,        PYLON_OF_BANK,    true },
    {VALUE_pack_ma,         PYLON_CENTIAMPS, PYLON_OF_BANK,    true },
    {VALUE_soc_permille,    PYLON_SOC,       PYLON_OF_BANK,    true },
    {VALUE_cycle_count,     PYLON_WORD,      PYLON_MEAN,       false},
    {VALUE_cycle_count,     PYLON_WORD,      PYLON_HIGH,       true },
    {VALUE_soh_permille,    PYLON_PERCENT,   PYLON_OF_BANK,    true },
    {VALUE_soh_permille,    PYLON_PERCENT,   PYLON_LOW,        false},
    {VALUE_cell_max_mv,     PYLON_MV,        PYLON_OF_BANK,    true },
    {VALUE_cell_max_pack,   PYLON_BYTE,      PYLON_OF_BANK,    true },
    {VALUE_cell_max_index,  PYLON_NUMBER,    PYLON_OF_BANK,    true },
    {VALUE_cell_min_mv,     PYLON_MV,        PYLON_OF_BANK,    true },
    {VALUE_cell_min_pack,   PYLON_BYTE,      PYLON_OF_BANK,    true },
    {VALUE_cell_min_index,  PYLON_NUMBER,    PYLON_OF_BANK,    true },
    {VALUE_temp_mean_ddegc, PYLON_KELVIN,    PYLON_OF_BANK,    true },
    {VALUE_temp_max_ddegc,  PYLON_KELVIN,    PYLON_OF_BANK,    true },
    {VALUE_temp_max_ddegc,  PYLON_WORD,      PYLON_HOT_PLACE,  false},
    {VALUE_temp_min_ddegc,  PYLON_KELVIN,    PYLON_OF_BANK,    true },
    {VALUE_temp_min_ddegc,  PYLON_WORD,      PYLON_COLD_PLACE, false},
    {VALUE_mos_ddegc,       PYLON_KELVIN,    PYLON_MEAN,       false},
    {VALUE_mos_ddegc,       PYLON_KELVIN,    PYLON_HIGH,       true },
    {VALUE_mos_ddegc,       PYLON_WORD,      PYLON_HIGH_PACK,  false},
    {VALUE_mos_ddegc,       PYLON_KELVIN,    PYLON_LOW,        false},
    {VALUE_mos_ddegc,       PYLON_WORD,      PYLON_LOW_PACK,   false},
    {VALUE_temp_ddegc,      PYLON_KELVIN,    PYLON_MEAN,       false},
    {VALUE_temp_ddegc,      PYLON_KELVIN,    PYLON_HIGH,       false},
    {VALUE_temp_ddegc,      PYLON_WORD,      PYLON_HIGH_PACK,  false},
    {VALUE_temp_ddegc,      PYLON_KELVIN,    PYLON_LOW,        false},
    {VALUE_temp_ddegc,      PYLON_WORD,      PYLON_LOW_PACK,   false},
};

const struct pylon_setting pylon_settings[PYLON_SETTING_COUNT] = {
    {PARAM_cell_ovp_mv,         PYLON_MV            },
    {PARAM_cell_uv_warning_mv,  PYLON_MV            },
    {PARAM_cell_uvp_mv,         PYLON_MV            },
    {PARAM_charge_otp_ddegc,    PYLON_KELVIN        },
    {PARAM_charge_utp_ddegc,    PYLON_KELVIN        },
    {PARAM_charge_ocp_ma,       PYLON_DECIAMPS      },
    {PARAM_pack_ovp_mv,         PYLON_MV            },
    {PARAM_pack_uv_warning_mv,  PYLON_MV            },
    {PARAM_pack_uvp_mv,         PYLON_MV            },
    {PARAM_discharge_otp_ddegc, PYLON_KELVIN        },
    {PARAM_discharge_utp_ddegc, PYLON_KELVIN        },
    {PARAM_discharge_ocp_ma,    PYLON_MINUS_DECIAMPS},
};

/* A warning stands two bytes before the alarm. */
#define ALARM_BIT(alarm, byte, mask) ALARM_ROW(alarm, byte, mask)
#define WARNING_BIT(alarm, byte, mask) WARNING_ROW(alarm, (byte)-2, mask)

/* clang-format off */
#define LEVEL_BITS(ROW, HOT)                                                                       \
    ROW(cell_over_voltage,  2, 0x20) ROW(cell_over_voltage_2,  2, 0x20)                            \
    ROW(cell_under_voltage, 2, 0x10) ROW(deep_discharge,       2, 0x10)                            \
    ROW(charge_over_temp,   2, 0x08) ROW(discharge_over_temp,  2, 0x08) HOT                        \
    ROW(charge_under_temp,  2, 0x04) ROW(discharge_under_temp, 2, 0x04)                            \
    ROW(mos_over_temp,      2, 0x02)                                                               \
    ROW(charge_over_current,      3, 0x40) ROW(charge_over_current_2,    3, 0x40)                  \
    ROW(charge_short_circuit,     3, 0x40) ROW(charge_limit_ignored,     3, 0x40)                  \
    ROW(discharge_over_current,   3, 0x20) ROW(discharge_over_current_2, 3, 0x20)                  \
    ROW(discharge_over_current_3, 3, 0x20) ROW(discharge_short_circuit,  3, 0x20)                  \
    ROW(short_release_failed,     3, 0x20) ROW(discharge_limit_ignored,  3, 0x20)

/* A hot battery is a warning wherever it stands: nothing has acted. */
#define HOT_BITS WARNING_BIT(battery_over_temp, 2, 0x08) ALARM_BIT(battery_over_temp, 0, 0x08)

/* Bytes 2 and 3: protections; 0 and 1: the warnings before, at the same places but for voltages. */
const struct can_alarm pylon_system_bits[] = {
    ALARM_BIT(pack_over_voltage, 2, 0x80)
    ALARM_BIT(pack_under_voltage, 2, 0x40)
    LEVEL_BITS(ALARM_BIT, )
    ALARM_BIT(internal, 3, 0x08)
    ALARM_BIT(cell_count, 3, 0x08)
    ALARM_BIT(current_sensor, 3, 0x08)
    ALARM_BIT(coprocessor, 3, 0x08)
    ALARM_BIT(temp_sensor, 3, 0x08)
    ALARM_BIT(parallel_limiter, 3, 0x08)
    ALARM_BIT(open_wire, 3, 0x08)
    ALARM_BIT(cell_sum, 3, 0x08)
    ALARM_BIT(cells_frozen, 3, 0x08)
    ALARM_BIT(balancer, 3, 0x08)
    ALARM_BIT(charge_mos, 3, 0x08)
    ALARM_BIT(discharge_mos, 3, 0x08)
    ALARM_BIT(discharge_on_failed, 3, 0x08)
    ALARM_BIT(cell_spread, 3, 0x08)
    ALARM_BIT(temp_spread, 3, 0x08)
    ALARM_BIT(breaker_open, 3, 0x08)
    ALARM_BIT(thermal_event, 3, 0x08)
    ALARM_BIT(extinguisher, 3, 0x08)
    ALARM_BIT(no_pack, 3, 0x08)
    ALARM_BIT(bank_stopped, 3, 0x08)
    WARNING_BIT(pack_over_voltage, 2, 0x80)
    WARNING_BIT(pack_under_voltage, 2, 0x40)
    LEVEL_BITS(WARNING_BIT, HOT_BITS)
    WARNING_BIT(cell_spread, 2, 0x01)
    WARNING_BIT(temp_spread, 3, 0x80)
    ALARM_BIT(pack_stale, 1, 0x10)
    ALARM_BIT(pack_missing, 1, 0x10)
    ALARM_BIT(no_pack, 1, 0x10)
};

const size_t pylon_system_bit_count = COUNT(pylon_system_bits);

/* A cell's over-voltage shares the place of the module's; the cell's own state tells them apart. */
const struct can_alarm pylon_pack_bits[] = {
    ALARM_BIT(pack_over_voltage, 0, 0x01)
    ALARM_BIT(cell_over_voltage, 0, 0x01)
    ALARM_BIT(cell_over_voltage_2, 0, 0x01)
    ALARM_BIT(cell_under_voltage, 0, 0x02)
    ALARM_BIT(deep_discharge, 0, 0x02)
    ALARM_BIT(charge_over_current, 0, 0x04)
    ALARM_BIT(charge_over_current_2, 0, 0x04)
    ALARM_BIT(charge_short_circuit, 0, 0x04)
    ALARM_BIT(charge_limit_ignored, 0, 0x04)
    ALARM_BIT(discharge_over_current, 0, 0x10)
    ALARM_BIT(discharge_over_current_2, 0, 0x10)
    ALARM_BIT(discharge_over_current_3, 0, 0x10)
    ALARM_BIT(discharge_short_circuit, 0, 0x10)
    ALARM_BIT(short_release_failed, 0, 0x10)
    ALARM_BIT(discharge_limit_ignored, 0, 0x10)
    ALARM_BIT(discharge_over_temp, 0, 0x20)
    ALARM_BIT(charge_over_temp, 0, 0x40)
    ALARM_BIT(pack_under_voltage, 0, 0x80)
};

const size_t pylon_pack_bit_count = COUNT(pylon_pack_bits);
/* clang-format on */
