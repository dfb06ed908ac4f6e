/* SPDX-License-Identifier: Apache-2.0
 * A pack that reports a protection opens its switch and leaves the bank, the rest goes on: for the
 * inverter that is a warning. It is an alarm when no other pack carries that direction. A switch
 * that did not open cannot be trusted, and heat or fire is no matter of one pack: both stop all.
 */
#include "bank/stop.h"

#include "base/number.h"

enum {
    CHARGE = STOP_CHARGE,       /* a pack with this alarm opens its charge switch */
    DISCHARGE = STOP_DISCHARGE, /* likewise its discharge switch */
    BOTH = CHARGE | DISCHARGE,
    ALL = BOTH | 4, /* stops the whole bank at once */
};

/* Below this current no body diode has to be saved (safety rules, invariant 1). */
enum { DIODE_MA = 1000 };

/* The least that a pack with this alarm has to open, ours or a JK pack. Alarms that are not here
 * open nothing. */
static const uint8_t opens[ALARM_COUNT] = {
    [ALARM_mos_over_temp] = BOTH,
    [ALARM_cell_count] = BOTH,
    [ALARM_current_sensor] = BOTH,
    [ALARM_cell_over_voltage] = CHARGE,
    [ALARM_pack_over_voltage] = CHARGE,
    [ALARM_charge_over_current] = CHARGE,
    [ALARM_charge_short_circuit] = CHARGE,
    [ALARM_charge_over_temp] = CHARGE,
    [ALARM_charge_under_temp] = CHARGE,
    [ALARM_coprocessor] = BOTH,
    [ALARM_cell_under_voltage] = DISCHARGE,
    [ALARM_pack_under_voltage] = DISCHARGE,
    [ALARM_discharge_over_current] = DISCHARGE,
    [ALARM_discharge_short_circuit] = DISCHARGE,
    [ALARM_discharge_over_temp] = DISCHARGE,
    [ALARM_charge_mos] = CHARGE,
    [ALARM_discharge_mos] = DISCHARGE,
    [ALARM_discharge_on_failed] = DISCHARGE,
    [ALARM_short_release_failed] = DISCHARGE,
    [ALARM_discharge_over_current_2] = DISCHARGE,
    [ALARM_discharge_over_current_3] = DISCHARGE,
    [ALARM_discharge_under_temp] = DISCHARGE,
    [ALARM_cell_over_voltage_2] = BOTH,
    [ALARM_charge_over_current_2] = CHARGE,
    [ALARM_deep_discharge] = BOTH,
    [ALARM_internal] = BOTH,
    [ALARM_cell_spread] = CHARGE,
    [ALARM_open_wire] = BOTH,
    [ALARM_cell_sum] = BOTH,
    [ALARM_cells_frozen] = BOTH,
    [ALARM_charge_limit_ignored] = CHARGE,
    [ALARM_discharge_limit_ignored] = DISCHARGE,
    [ALARM_balancer] = BOTH,
    [ALARM_breaker_open] = BOTH,
    [ALARM_thermal_event] = ALL,
    [ALARM_extinguisher] = ALL,
};

static bool flag(const struct snapshot *pack, enum value_id id)
{
    int32_t value;
    return snapshot_get(pack, id, &value) && value != 0;
}

/* During an emergency first-stage under-voltage opens nothing (safety rules, invariant 2). */
static bool overridden(const struct snapshot *pack, enum alarm alarm)
{
    return (alarm == ALARM_cell_under_voltage || alarm == ALARM_pack_under_voltage) &&
           flag(pack, VALUE_emergency_left_s);
}

static uint8_t must_open(const struct snapshot *pack)
{
    uint8_t mask = 0;
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (alarm_get(pack->alarms, (enum alarm)id) && !overridden(pack, (enum alarm)id))
            mask |= opens[id];
    }
    return mask;
}

uint8_t stop_closes(const struct snapshot *pack)
{
    return must_open(pack) & BOTH;
}

/* A blocked switch may be closed while the current of the other direction needs it. */
static bool saves_diode(const struct snapshot *pack, enum value_id other_allowed, int32_t sign)
{
    int32_t pack_ma;
    return flag(pack, other_allowed) && snapshot_get(pack, VALUE_pack_ma, &pack_ma) &&
           (int64_t)sign * pack_ma >= DIODE_MA;
}

/* A switch that is told faulty while the other one had to open too: it did not open. One that did
 * not close leaves the other direction alone. */
static bool welded(const struct snapshot *pack)
{
    return (alarm_get(pack->alarms, ALARM_charge_mos) && !flag(pack, VALUE_discharge_allowed)) ||
           (alarm_get(pack->alarms, ALARM_discharge_mos) && !flag(pack, VALUE_charge_allowed));
}

static bool stops_bank(const struct snapshot *pack)
{
    uint8_t mask = must_open(pack);
    if (mask == ALL || welded(pack))
        return true;
    if (mask & CHARGE && flag(pack, VALUE_charge_on) &&
        !saves_diode(pack, VALUE_discharge_allowed, -1))
        return true;
    return mask & DISCHARGE && flag(pack, VALUE_discharge_on) &&
           !saves_diode(pack, VALUE_charge_allowed, 1);
}

int stop_find(const struct bank *bank)
{
    for (int i = 0; i < PACK_MAX; i++) {
        if (bank->pack[i].state == BANK_FRESH && stops_bank(&bank->pack[i].snapshot))
            return i;
    }
    return -1;
}

/* Directions in which nothing goes any more. */
static uint8_t closed(const struct snapshot *total)
{
    return (uint8_t)((total->pack_charge_mask == 0 ? CHARGE : 0) |
                     (total->pack_discharge_mask == 0 ? DISCHARGE : 0));
}

static void add_pack(const struct snapshot *pack, uint8_t stopped, struct snapshot *total)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        enum alarm alarm = (enum alarm)id;
        if (alarm_get(pack->warnings, alarm))
            alarm_put(total->warnings, alarm, true);
        if (alarm_get(pack->alarms, alarm))
            alarm_put(opens[id] & stopped ? total->alarms : total->warnings, alarm, true);
    }
}

void stop_alarms(const struct bank *bank, struct snapshot *total)
{
    for (int i = 0; i < PACK_MAX; i++) {
        if (bank->pack[i].state != BANK_FRESH)
            continue;
        uint8_t stopped = i == bank->stopped_by ? ALL : closed(total);
        add_pack(&bank->pack[i].snapshot, stopped, total);
    }
    bool over = bank->ready || bank->missing_mask != 0;
    alarm_put(total->alarms, ALARM_pack_stale, bank_state_mask(bank, BANK_STALE) != 0);
    alarm_put(total->alarms, ALARM_pack_missing, bank->missing_mask != 0);
    alarm_put(total->alarms, ALARM_no_pack, over && total->pack_fresh_mask == 0);
    alarm_put(total->alarms, ALARM_bank_stopped, bank->stopped_by >= 0);
    snapshot_set_have(total, VALUE_alarms, true);
    snapshot_set_have(total, VALUE_warnings, true);
}
