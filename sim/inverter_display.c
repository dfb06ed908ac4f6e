/* SPDX-License-Identifier: Apache-2.0
 * The display of an inverter: what it does, why, and the battery's alarms and warnings. The numbers
 * of SMA are those of FSS-ConnectingBat-TI-en-10; other brands show the same conditions without.
 */
#include "sim/inverter_display.h"

#include "base/text.h"

enum { WRONG_SHOWN_MS = 10000, CODE_SIZE = 5 };

/* Conditions of frame 0x35A, of which all brands tell about. */
enum condition {
    GENERAL,
    HIGH_VOLTAGE,
    LOW_VOLTAGE,
    HOT,
    COLD,
    HOT_CHARGE,
    COLD_CHARGE,
    DISCHARGE_CURRENT,
    CHARGE_CURRENT,
    CONTACTOR,
    SHORT_CIRCUIT,
    INTERNAL,
    IMBALANCE,
    CONDITION_COUNT
};

#define CONDITION(alarm_code, warning_code, text)                                                  \
    {                                                                                              \
        alarm_code " battery alarm: " text, warning_code " battery warning: " text                 \
    }

static const char *const condition_text[CONDITION_COUNT][2] = {
    [GENERAL] = CONDITION("F920", "W936", "general"),
    [HIGH_VOLTAGE] = CONDITION("F921", "W937", "high voltage"),
    [LOW_VOLTAGE] = CONDITION("F922", "W938", "low voltage"),
    [HOT] = CONDITION("F923", "W939", "high temperature"),
    [COLD] = CONDITION("F924", "W940", "low temperature"),
    [HOT_CHARGE] = CONDITION("F925", "W941", "high temperature while charging"),
    [COLD_CHARGE] = CONDITION("F926", "W942", "low temperature while charging"),
    [DISCHARGE_CURRENT] = CONDITION("F927", "W943", "high current"),
    [CHARGE_CURRENT] = CONDITION("F928", "W944", "high charge current"),
    [CONTACTOR] = CONDITION("F929", "W945", "contactor"),
    [SHORT_CIRCUIT] = CONDITION("F930", "W946", "short circuit"),
    [INTERNAL] = CONDITION("F931", "W947", "BMS internal"),
    [IMBALANCE] = CONDITION("F932", "W948", "cell imbalance"),
};

/* What is not here is GENERAL. */
static const uint8_t condition_of[ALARM_COUNT] = {
    [ALARM_cell_over_voltage] = HIGH_VOLTAGE,
    [ALARM_pack_over_voltage] = HIGH_VOLTAGE,
    [ALARM_cell_over_voltage_2] = HIGH_VOLTAGE,
    [ALARM_cell_under_voltage] = LOW_VOLTAGE,
    [ALARM_pack_under_voltage] = LOW_VOLTAGE,
    [ALARM_deep_discharge] = LOW_VOLTAGE,
    [ALARM_discharge_over_temp] = HOT,
    [ALARM_mos_over_temp] = HOT,
    [ALARM_battery_over_temp] = HOT,
    [ALARM_discharge_under_temp] = COLD,
    [ALARM_charge_over_temp] = HOT_CHARGE,
    [ALARM_charge_under_temp] = COLD_CHARGE,
    [ALARM_discharge_over_current] = DISCHARGE_CURRENT,
    [ALARM_discharge_over_current_2] = DISCHARGE_CURRENT,
    [ALARM_discharge_over_current_3] = DISCHARGE_CURRENT,
    [ALARM_discharge_limit_ignored] = DISCHARGE_CURRENT,
    [ALARM_charge_over_current] = CHARGE_CURRENT,
    [ALARM_charge_over_current_2] = CHARGE_CURRENT,
    [ALARM_charge_limit_ignored] = CHARGE_CURRENT,
    [ALARM_charge_mos] = CONTACTOR,
    [ALARM_discharge_mos] = CONTACTOR,
    [ALARM_discharge_on_failed] = CONTACTOR,
    [ALARM_discharge_short_circuit] = SHORT_CIRCUIT,
    [ALARM_charge_short_circuit] = SHORT_CIRCUIT,
    [ALARM_short_release_failed] = SHORT_CIRCUIT,
    [ALARM_coprocessor] = INTERNAL,
    [ALARM_current_sensor] = INTERNAL,
    [ALARM_temp_sensor] = INTERNAL,
    [ALARM_cell_count] = INTERNAL,
    [ALARM_internal] = INTERNAL,
    [ALARM_open_wire] = INTERNAL,
    [ALARM_cell_sum] = INTERNAL,
    [ALARM_cells_frozen] = INTERNAL,
    [ALARM_balancer] = INTERNAL,
    [ALARM_pack_stale] = INTERNAL,
    [ALARM_pack_missing] = INTERNAL,
    [ALARM_no_pack] = INTERNAL,
    [ALARM_cell_spread] = IMBALANCE,
    [ALARM_temp_spread] = IMBALANCE,
};

/* Each line once; what finds no room is not shown. */
static void add(struct sim_display *display, const char *text)
{
    for (uint8_t i = 0; i < display->count; i++) {
        if (text != NULL && text_equal(display->line[i], text))
            return;
    }
    if (text != NULL && display->count < SIM_DISPLAY_LINES)
        display->line[display->count++] = text;
}

static void add_alarms(struct sim_display *display, const struct sim_brand *brand,
                       const uint32_t set[ALARM_WORDS], int column)
{
    int skipped = brand->quirks & SIM_OWN_CODES ? 0 : CODE_SIZE;
    for (int alarm = 0; alarm < ALARM_COUNT; alarm++) {
        if (alarm_get(set, (enum alarm)alarm))
            add(display, condition_text[condition_of[alarm]][column] + skipped);
    }
}

/* The state of a running inverter as its owner sees it. */
static const char *running_text(const struct sim_inverter *inverter)
{
    const struct sim_orders *orders = &inverter->orders;
    if (orders->force_charge)
        return "Request Force Charge";
    if (orders->charge_ma == 0 && orders->discharge_ma == 0)
        return "standby";
    int32_t total_ma = inverter->demand.total_ma;
    return total_ma > 0 ? "charging" : total_ma < 0 ? "discharging" : "ready";
}

static const char *state_text(const struct sim_inverter *inverter)
{
    if (inverter->state == SIM_INVERTER_RUN)
        return running_text(inverter);
    if (inverter->state == SIM_INVERTER_LOST)
        return inverter->orders.charge_ma > 0 ? "Use Batt V" : "stopped";
    return inverter->state == SIM_INVERTER_SYNC ? "reading the battery" : "waiting for the battery";
}

void sim_inverter_display(const struct sim_inverter *inverter,
                          const struct sim_inverter_sight *sight, struct sim_display *display)
{
    const struct sim_brand *brand = inverter->brand;
    const struct sim_situation now = sim_inverter_situation(inverter, sight);
    *display = (struct sim_display){.line = {state_text(inverter)}, .count = 1};
    if (inverter->state != SIM_INVERTER_RUN && sim_brand_state_lost(brand, &now))
        add(display, brand->state_text);
    if (inverter->state != SIM_INVERTER_RUN && sim_brand_limits_lost(brand, &now))
        add(display, brand->limits_text);
    if (inverter->right_ms < WRONG_SHOWN_MS)
        add(display, brand->wrong_text);
    if (inverter->state != SIM_INVERTER_RUN || sight->received == NULL)
        return;
    add_alarms(display, brand, sight->received->alarms, 0);
    add_alarms(display, brand, sight->received->warnings, 1);
}

bool sim_display_equal(const struct sim_display *a, const struct sim_display *b)
{
    bool equal = a->count == b->count;
    for (uint8_t i = 0; equal && i < a->count; i++)
        equal = a->line[i] == b->line[i];
    return equal;
}
