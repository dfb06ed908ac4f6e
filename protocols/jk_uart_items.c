/* SPDX-License-Identifier: Apache-2.0
 * The items of 4E 57 as one table, and their contents: of numbers by rows, of the rest by a pair of
 * functions for each kind. What we have no value for is told as a constant and not read; a number
 * that is not known as 0, a temperature as that of an open sensor.
 * Sources: "Communication protocol between monitoring platform and BMS" V2.5; a recorded exchange
 * of a JK-B2A24S, firmware 10.07.
 */
#include "protocols/jk_uart_items.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "wire/can_sides.h"
#include "wire/row_codec.h"

enum { PROTOCOL_VERSION = 1, VERSION_CODE = 0xC0 };

enum item_kind {
    CONSTANT,    /* id: the number; we have no such thing, or it does not change */
    SETTING,     /* id: enum param_id */
    TEXTUAL,     /* id: enum text_param_id; `unit` bytes, padded with NUL */
    SECRET,      /* likewise, a password */
    VERSION,     /* hardware and software as HARDWARE_SSOFTWARE */
    NAMING,      /* user data and model, 12 bytes each */
    ORDER,       /* written only; id: enum command_kind */
    MEASURED,    /* id: enum value_id; this and what follows needs a pack that can be vouched for */
    CHARGE,      /* of 100 % only when full */
    TEMPERATURE, /* above 100: negative, counted from there; id: enum value_id */
    CURRENT,
    CELLS,
    SENSORS,
    WARNINGS,
    SWITCHES,
    KIND_COUNT
};

struct item {
    uint8_t code;
    uint8_t kind;  /* enum item_kind */
    uint8_t type;  /* enum field_type */
    uint16_t unit; /* of a count, in the unit of the value; of texts the size */
    uint16_t id;
};

static const struct item items[] = {
    {0x79, CELLS,       U8,    0,    0                                },
    {0x80, TEMPERATURE, U16BE, 10,   VALUE_mos_ddegc                  },
    {0x81, TEMPERATURE, U16BE, 10,   VALUE_temp_ddegc                 },
    {0x82, TEMPERATURE, U16BE, 10,   VALUE_temp_ddegc + 1             },
    {0x83, MEASURED,    U16BE, 10,   VALUE_pack_mv                    },
    {0x84, CURRENT,     U16BE, 10,   VALUE_pack_ma                    },
    {0x85, CHARGE,      U8,    0,    0                                },
    {0x86, SENSORS,     U8,    0,    0                                },
    {0x87, MEASURED,    U16BE, 1,    VALUE_cycle_count                },
    {0x89, MEASURED,    U32BE, 1000, VALUE_cycle_mah                  },
    {0x8A, MEASURED,    U16BE, 1,    VALUE_cell_count                 },
    {0x8B, WARNINGS,    U16BE, 0,    0                                },
    {0x8C, SWITCHES,    U16BE, 0,    0                                },
    {0x8E, SETTING,     U16BE, 10,   PARAM_pack_ovp_mv                },
    {0x8F, SETTING,     U16BE, 10,   PARAM_pack_uvp_mv                },
    {0x90, SETTING,     U16BE, 1,    PARAM_cell_ovp_mv                },
    {0x91, SETTING,     U16BE, 1,    PARAM_cell_ovp_release_mv        },
    {0x92, SETTING,     U16BE, 1000, PARAM_cell_ovp_delay_ms          },
    {0x93, SETTING,     U16BE, 1,    PARAM_cell_uvp_mv                },
    {0x94, SETTING,     U16BE, 1,    PARAM_cell_uvp_release_mv        },
    {0x95, SETTING,     U16BE, 1000, PARAM_cell_uvp_delay_ms          },
    {0x96, SETTING,     U16BE, 1,    PARAM_cell_spread_mv             },
    {0x97, SETTING,     U16BE, 1000, PARAM_discharge_ocp_ma           },
    {0x98, SETTING,     U16BE, 1,    PARAM_discharge_ocp_delay_s      },
    {0x99, SETTING,     U16BE, 1000, PARAM_charge_ocp_ma              },
    {0x9A, SETTING,     U16BE, 1,    PARAM_charge_ocp_delay_s         },
    {0x9B, SETTING,     U16BE, 1,    PARAM_balance_start_mv           },
    {0x9C, SETTING,     U16BE, 1,    PARAM_balance_trigger_mv         },
    {0x9D, SETTING,     U8,    1,    PARAM_balance_enabled            },
    {0x9E, SETTING,     S16BE, 10,   PARAM_mos_otp_ddegc              },
    {0x9F, SETTING,     S16BE, 10,   PARAM_mos_otp_release_ddegc      },
    {0xA0, CONSTANT,    U16BE, 0,    100                              }, /* no sensor of the box */
    {0xA1, CONSTANT,    U16BE, 0,    100                              },
    {0xA2, SETTING,     S16BE, 10,   PARAM_temp_spread_ddegc          },
    {0xA3, SETTING,     S16BE, 10,   PARAM_charge_otp_ddegc           },
    {0xA4, SETTING,     S16BE, 10,   PARAM_discharge_otp_ddegc        },
    {0xA5, SETTING,     S16BE, 10,   PARAM_charge_utp_ddegc           },
    {0xA6, SETTING,     S16BE, 10,   PARAM_charge_utp_release_ddegc   },
    {0xA7, SETTING,     S16BE, 10,   PARAM_discharge_utp_ddegc        },
    {0xA8, SETTING,     S16BE, 10,   PARAM_discharge_utp_release_ddegc},
    {0xA9, SETTING,     U8,    1,    PARAM_cell_count                 },
    {0xAA, SETTING,     U32BE, 1000, PARAM_nominal_mah                },
    {0xAB, SETTING,     U8,    1,    PARAM_charge_enabled             },
    {0xAC, SETTING,     U8,    1,    PARAM_discharge_enabled          },
    {0xAD, CONSTANT,    U16BE, 0,    1000                             }, /* current calibration */
    {0xAE, SETTING,     U8,    1,    PARAM_address                    },
    {0xAF, CONSTANT,    U8,    0,    0                                }, /* LiFePO4 */
    {0xB0, SETTING,     U16BE, 1,    PARAM_smart_sleep_delay_s        },
    {0xB1, CONSTANT,    U8,    0,    0                                }, /* no low-charge alarm */
    {0xB2, SECRET,      TEXT,  10,   TEXT_PARAM_settings_password     },
    {0xB3, SETTING,     U8,    1,    PARAM_dedicated_charger          },
    {0xB4, TEXTUAL,     TEXT,  8,    TEXT_PARAM_user_data             },
    {0xB5, TEXTUAL,     TEXT,  4,    TEXT_PARAM_manufacture_date      },
    {0xB6, MEASURED,    U32BE, 60,   VALUE_run_time_s                 },
    {0xB7, VERSION,     TEXT,  15,   0                                },
    {0xB8, CONSTANT,    U8,    0,    0                                }, /* calibration runs */
    {0xB9, MEASURED,    U32BE, 1000, VALUE_full_mah                   },
    {0xBA, NAMING,      TEXT,  24,   0                                },
    {0xBB, ORDER,       U8,    0,    COMMAND_FORBIDDEN                }, /* restart */
    {0xBC, ORDER,       U8,    0,    COMMAND_PRESET_LFP               },
    {0xBD, ORDER,       U8,    0,    COMMAND_FORBIDDEN                }, /* firmware update */
    {0xBE, ORDER,       U16BE, 0,    COMMAND_FORBIDDEN                }, /* voltages of the GPS */
    {0xBF, ORDER,       U16BE, 0,    COMMAND_FORBIDDEN                },
    {0xC0, CONSTANT,    U8,    0,    PROTOCOL_VERSION                 },
};

/* clang-format off */
/* Bits of 8B; bit 0 (low capacity), 8 (box) and 12, 13 (309_A) have no alarm of ours. */
static const struct can_alarm warnings[] = {
    ALARM_ROW(mos_over_temp,            1, 0x02)
    ALARM_ROW(pack_over_voltage,        1, 0x04)
    ALARM_ROW(pack_under_voltage,       1, 0x08)
    ALARM_ROW(battery_over_temp,        1, 0x10)
    ALARM_ROW(charge_over_temp,         1, 0x10)
    ALARM_ROW(discharge_over_temp,      1, 0x10)
    ALARM_ROW(charge_over_current,      1, 0x20)
    ALARM_ROW(charge_over_current_2,    1, 0x20)
    ALARM_ROW(charge_short_circuit,     1, 0x20)
    ALARM_ROW(discharge_over_current,   1, 0x40)
    ALARM_ROW(discharge_over_current_2, 1, 0x40)
    ALARM_ROW(discharge_over_current_3, 1, 0x40)
    ALARM_ROW(discharge_short_circuit,  1, 0x40)
    ALARM_ROW(cell_spread,              1, 0x80)
    ALARM_ROW(charge_under_temp,        0, 0x02)
    ALARM_ROW(discharge_under_temp,     0, 0x02)
    ALARM_ROW(cell_over_voltage,        0, 0x04)
    ALARM_ROW(cell_over_voltage_2,      0, 0x04)
    ALARM_ROW(cell_under_voltage,       0, 0x08)
    ALARM_ROW(deep_discharge,           0, 0x08)
};
/* clang-format on */

/* What is being read. */
struct heard {
    struct snapshot *values;
    struct params *params;
    uint8_t version; /* of the protocol; says how the current is told */
};

struct kind {
    void (*put)(const struct item *item, const struct serial_battery *battery, uint8_t *out);
    void (*get)(const struct item *item, const uint8_t *bytes, struct heard *heard);
};

static const struct field_type_info *type_of(const struct item *item)
{
    return &field_type_info[item->type];
}

static const struct item *find_item(uint8_t code)
{
    for (size_t i = 0; i < COUNT(items); i++) {
        if (items[i].code == code)
            return &items[i];
    }
    return NULL;
}

/* Of the content that begins at `bytes`, of which `size` > 0 are there. */
static size_t content_size(const struct item *item, const uint8_t *bytes)
{
    if (item->kind == CELLS)
        return 1u + bytes[0];
    return item->type == TEXT ? item->unit : type_of(item)->size;
}

/* ---- Numbers ---- */

static void put_constant(const struct item *item, const struct serial_battery *battery,
                         uint8_t *out)
{
    (void)battery;
    field_put(type_of(item), out, item->id);
}

static int32_t in_own_unit(const struct item *item, const uint8_t *bytes)
{
    return saturate32(field_get(type_of(item), bytes) * item->unit);
}

static void put_setting(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    field_put(type_of(item), out, div_round(battery->params->value[item->id], item->unit));
}

static void get_setting(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    params_put(heard->params, (enum param_id)item->id, in_own_unit(item, bytes));
}

static void put_measured(const struct item *item, const struct serial_battery *battery,
                         uint8_t *out)
{
    int32_t value = 0;
    snapshot_get(battery->own, (enum value_id)item->id, &value);
    field_put(type_of(item), out, div_round(value, item->unit));
}

/* The actual capacity is 0 where it was never learnt. */
static void get_measured(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    int32_t value = in_own_unit(item, bytes);
    if (item->id != VALUE_full_mah || value != 0)
        snapshot_put(heard->values, (enum value_id)item->id, value);
}

static const struct can_field charge_field = {FROM(soc_permille), 0, U8, BY_10, ZERO};

static void put_charge(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    static const struct row_told as_it_is = {NULL, 0, false};
    (void)item;
    row_encode(&charge_field, 1, &as_it_is, battery->own, out);
}

static void get_charge(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    (void)item;
    snapshot_put(heard->values, VALUE_soc_permille, bytes[0] * 10);
}

/* A sensor that is missing reads as an open one: the least there is. */
static void put_temperature(const struct item *item, const struct serial_battery *battery,
                            uint8_t *out)
{
    enum { LEAST = -40, MOST = 100 };
    int32_t ddegc;
    if (!snapshot_get(battery->own, (enum value_id)item->id, &ddegc))
        ddegc = LEAST * item->unit;
    int32_t degc = clamp32(div_round(ddegc, item->unit), LEAST, MOST);
    put_u16be(out, (uint16_t)(degc < 0 ? MOST - degc : degc));
}

static void get_temperature(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    int32_t raw = get_u16be(bytes);
    int32_t degc = raw > 100 ? 100 - raw : raw;
    snapshot_put(heard->values, (enum value_id)item->id, degc * item->unit);
}

static void put_current(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    int32_t ma = 0;
    snapshot_get(battery->own, VALUE_pack_ma, &ma);
    int32_t raw = clamp32(div_round(ma, item->unit), -INT16_MAX, INT16_MAX);
    put_u16be(out, (uint16_t)(raw > 0 ? 0x8000 | raw : -raw));
}

static void get_current(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    int32_t raw = get_u16be(bytes);
    int32_t amount = raw & 0x7FFF;
    if (heard->version == 0)
        amount = 10000 - raw;
    else if (!(raw & 0x8000))
        amount = -amount;
    snapshot_put(heard->values, VALUE_pack_ma, amount * item->unit);
}

/* ---- Sets ---- */

enum { CELL_SIZE = 3 }; /* number, voltage in mV */

static void put_cells(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    uint8_t *at = out + 1;
    (void)item;
    for (unsigned cell = 0; cell < CELL_MAX; cell++) {
        int32_t mv;
        if (!snapshot_get(battery->own, (enum value_id)(VALUE_cell_mv + cell), &mv))
            continue;
        at[0] = (uint8_t)(cell + 1);
        put_u16be(at + 1, (uint16_t)max32(mv, 0));
        at += CELL_SIZE;
    }
    out[0] = (uint8_t)(at - out - 1);
}

static void get_cells(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    (void)item;
    for (size_t at = 1; at + CELL_SIZE <= 1u + bytes[0]; at += CELL_SIZE) {
        unsigned cell = bytes[at] - 1u;
        if (cell < CELL_MAX)
            snapshot_put(heard->values, (enum value_id)(VALUE_cell_mv + cell),
                         get_u16be(bytes + at + 1));
    }
}

/* Their number; which of them work is not told. */
static void put_sensors(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    int32_t mask = 0;
    (void)item;
    snapshot_get(battery->own, VALUE_temp_sensor_mask, &mask);
    out[0] = 0;
    for (uint32_t left = (uint32_t)mask; left != 0; left &= left - 1)
        out[0]++;
}

static void get_sensors(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    (void)item;
    if (bytes[0] <= TEMP_MAX)
        snapshot_put(heard->values, VALUE_temp_sensor_mask, (1 << bytes[0]) - 1);
}

static void put_warnings(const struct item *item, const struct serial_battery *battery,
                         uint8_t *out)
{
    (void)item;
    put_u16be(out, 0);
    row_encode_alarms(warnings, COUNT(warnings), 0, battery->own, out);
}

static void get_warnings(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    const struct row_bytes there = {bytes, 0, type_of(item)->size};
    row_decode_alarms(warnings, COUNT(warnings), 0, &there, heard->values);
}

enum { CHARGE_ON = 0x01, DISCHARGE_ON = 0x02, BALANCING = 0x04 };

static void put_switches(const struct item *item, const struct serial_battery *battery,
                         uint8_t *out)
{
    const struct snapshot *own = battery->own;
    (void)item;
    put_u16be(out,
              (uint16_t)((own->charge_on ? CHARGE_ON : 0) | (own->discharge_on ? DISCHARGE_ON : 0) |
                         (own->balance_state ? BALANCING : 0)));
}

/* The direction of balancing is not told: any is 1. */
static void get_switches(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    uint16_t raw = get_u16be(bytes);
    (void)item;
    snapshot_put(heard->values, VALUE_charge_on, (raw & CHARGE_ON) != 0);
    snapshot_put(heard->values, VALUE_discharge_on, (raw & DISCHARGE_ON) != 0);
    snapshot_put(heard->values, VALUE_balance_state, (raw & BALANCING) != 0);
}

/* ---- Texts ---- */

/* At most `size` bytes; returns their number. */
static size_t copy_text(uint8_t *out, size_t size, const char *text)
{
    size_t used = 0;
    while (used < size && text[used] != '\0') {
        out[used] = (uint8_t)text[used];
        used++;
    }
    return used;
}

static void put_text(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    memset(out, 0, item->unit);
    copy_text(out, item->unit, params_text_const(battery->params, (enum text_param_id)item->id));
}

static void get_text(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    params_put_text(heard->params, (enum text_param_id)item->id, (const char *)bytes, item->unit);
}

static void put_secret(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    memset(out, 0, item->unit);
    if (battery->params->passwords_readable)
        put_text(item, battery, out);
}

/* Blank: not shown. */
static void get_secret(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    if (bytes[0] != 0)
        get_text(item, bytes, heard);
}

static void put_version(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    memset(out, '_', item->unit);
    size_t used = copy_text(out, item->unit - 2u, battery->params->hardware_version);
    out[used + 1] = 'S';
    copy_text(out + used + 2, item->unit - used - 2, battery->params->software_version);
}

static size_t without_padding(const uint8_t *bytes, size_t size)
{
    while (size > 0 && (bytes[size - 1] == '_' || bytes[size - 1] == '\0'))
        size--;
    return size;
}

static void get_version(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    const char *text = (const char *)bytes;
    size_t size = without_padding(bytes, item->unit);
    size_t split = 0;
    while (split + 1 < size && !(text[split] == '_' && text[split + 1] == 'S'))
        split++;
    bool both = split + 1 < size;
    size_t from = both ? split + 2 : 0;
    if (both)
        params_put_text(heard->params, TEXT_PARAM_hardware_version, text,
                        without_padding(bytes, split));
    params_put_text(heard->params, TEXT_PARAM_software_version, text + from, size - from);
}

static void put_naming(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    size_t half = item->unit / 2u;
    memset(out, 0, item->unit);
    copy_text(out, half, battery->params->user_data);
    copy_text(out + half, half, battery->params->model);
}

static void get_naming(const struct item *item, const uint8_t *bytes, struct heard *heard)
{
    size_t half = item->unit / 2u;
    params_put_text(heard->params, TEXT_PARAM_user_data, (const char *)bytes, half);
    params_put_text(heard->params, TEXT_PARAM_model, (const char *)bytes + half, half);
}

#define BOTH(name)                                                                                 \
    {                                                                                              \
        put_##name, READER(get_##name)                                                             \
    }

static const struct kind kinds[KIND_COUNT] = {
    [CONSTANT] = {put_constant, NULL},
    [SETTING] = BOTH(setting),
    [TEXTUAL] = BOTH(text),
    [SECRET] = BOTH(secret),
    [VERSION] = BOTH(version),
    [NAMING] = BOTH(naming),
    [ORDER] = {NULL,         NULL},
    [MEASURED] = BOTH(measured),
    [CHARGE] = BOTH(charge),
    [TEMPERATURE] = BOTH(temperature),
    [CURRENT] = BOTH(current),
    [CELLS] = BOTH(cells),
    [SENSORS] = BOTH(sensors),
    [WARNINGS] = BOTH(warnings),
    [SWITCHES] = BOTH(switches),
};

/* ---- Lists of items ---- */

/* The item at the front of data; NULL: none that is known, or it is cut. */
static const struct item *first_item(const uint8_t *data, size_t size, size_t *whole)
{
    const struct item *item = size > 1 ? find_item(data[0]) : NULL;
    if (item == NULL)
        return NULL;
    *whole = 1 + content_size(item, data + 1);
    return *whole <= size ? item : NULL;
}

static size_t put_item(const struct item *item, const struct serial_battery *battery, uint8_t *out)
{
    out[0] = item->code;
    kinds[item->kind].put(item, battery, out + 1);
    return 1 + content_size(item, out + 1);
}

size_t jk_items_put(uint8_t code, const struct serial_battery *battery, uint8_t *out)
{
    const struct item *item = find_item(code);
    if (item == NULL || item->kind == ORDER)
        return 0;
    if (item->kind >= MEASURED && !(battery->ready && battery->own != NULL))
        return 0;
    return put_item(item, battery, out);
}

size_t jk_items_put_all(const struct serial_battery *battery, uint8_t *out)
{
    size_t size = 0;
    if (!battery->ready || battery->own == NULL)
        return 0;
    for (size_t i = 0; i < COUNT(items); i++) {
        if (items[i].kind != ORDER)
            size += put_item(&items[i], battery, out + size);
    }
    return size;
}

bool jk_items_known(uint8_t code)
{
    return find_item(code) != NULL;
}

/* The version stands behind what depends on it. */
static uint8_t version_of(const uint8_t *data, size_t size)
{
    const struct item *item;
    size_t whole;
    for (size_t at = 0; (item = first_item(data + at, size - at, &whole)) != NULL; at += whole) {
        if (item->code == VERSION_CODE)
            return data[at + 1];
    }
    return PROTOCOL_VERSION;
}

enum decode jk_items_get(const uint8_t *data, size_t size, struct snapshot *values,
                         struct params *params)
{
    struct heard heard = {values, params, version_of(data, size)};
    const struct item *item;
    size_t at = 0;
    size_t whole;
    while ((item = first_item(data + at, size - at, &whole)) != NULL) {
        if (kinds[item->kind].get != NULL)
            kinds[item->kind].get(item, data + at + 1, &heard);
        at += whole;
    }
    return at == size || (at > 0 && !jk_items_known(data[at])) ? DECODED : BAD;
}

static struct command command_of(const struct item *item, const uint8_t *content)
{
    struct command command = {.kind = COMMAND_FORBIDDEN, .id = item->code};
    if (item->kind == SETTING) {
        command.kind = COMMAND_SET_PARAM;
        command.id = item->id;
        command.value = in_own_unit(item, content);
    } else if (item->kind == TEXTUAL || item->kind == SECRET) {
        command.kind = COMMAND_SET_TEXT;
        command.id = item->id;
        memcpy(command.text, content, item->unit);
    } else if (item->kind == ORDER && content[0] == 1) {
        command.kind = (uint8_t)item->id;
    }
    return command;
}

size_t jk_items_commands(const uint8_t *data, size_t size, struct command *commands,
                         size_t capacity)
{
    const struct item *item;
    size_t count = 0;
    size_t at = 0;
    size_t whole;
    while (count < capacity && (item = first_item(data + at, size - at, &whole)) != NULL) {
        commands[count++] = command_of(item, data + at + 1);
        at += whole;
    }
    return at == size ? count : 0;
}
