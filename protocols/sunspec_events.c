/* SPDX-License-Identifier: Apache-2.0
 * Two tables: alarm to group, group to event bits. SunSpec model 802, point Evt1.
 */
#include "protocols/sunspec_events.h"

#include "base/number.h"
#include "core/alarms.h"

enum group {
    OTHER, /* also what the table of alarms does not name */
    COMMUNICATION,
    HOT,
    COLD,
    CHARGE_CURRENT,
    DISCHARGE_CURRENT,
    HIGH_VOLTAGE,
    LOW_VOLTAGE,
    CELLS_APART,
    TEMPERATURES_APART,
    CONTACTOR,
    CONFIGURATION,
    GROUP_COUNT
};

static const uint8_t group_of[ALARM_COUNT] = {
    [ALARM_mos_over_temp] = HOT,
    [ALARM_cell_count] = CONFIGURATION,
    [ALARM_cell_over_voltage] = HIGH_VOLTAGE,
    [ALARM_pack_over_voltage] = HIGH_VOLTAGE,
    [ALARM_charge_over_current] = CHARGE_CURRENT,
    [ALARM_charge_short_circuit] = CHARGE_CURRENT,
    [ALARM_charge_over_temp] = HOT,
    [ALARM_charge_under_temp] = COLD,
    [ALARM_cell_under_voltage] = LOW_VOLTAGE,
    [ALARM_pack_under_voltage] = LOW_VOLTAGE,
    [ALARM_discharge_over_current] = DISCHARGE_CURRENT,
    [ALARM_discharge_short_circuit] = DISCHARGE_CURRENT,
    [ALARM_discharge_over_temp] = HOT,
    [ALARM_charge_mos] = CONTACTOR,
    [ALARM_discharge_mos] = CONTACTOR,
    [ALARM_password_not_changed] = CONFIGURATION,
    [ALARM_discharge_on_failed] = CONTACTOR,
    [ALARM_battery_over_temp] = HOT,
    [ALARM_short_release_failed] = DISCHARGE_CURRENT,
    [ALARM_discharge_over_current_2] = DISCHARGE_CURRENT,
    [ALARM_discharge_over_current_3] = DISCHARGE_CURRENT,
    [ALARM_discharge_under_temp] = COLD,
    [ALARM_cell_over_voltage_2] = HIGH_VOLTAGE,
    [ALARM_charge_over_current_2] = CHARGE_CURRENT,
    [ALARM_deep_discharge] = LOW_VOLTAGE,
    [ALARM_cell_spread] = CELLS_APART,
    [ALARM_temp_spread] = TEMPERATURES_APART,
    [ALARM_charge_limit_ignored] = CHARGE_CURRENT,
    [ALARM_discharge_limit_ignored] = DISCHARGE_CURRENT,
    [ALARM_thermal_event] = HOT,
    [ALARM_pack_stale] = COMMUNICATION,
    [ALARM_pack_missing] = COMMUNICATION,
    [ALARM_no_pack] = COMMUNICATION,
};

#define BIT(number) (1u << (number))

/* Voltage imbalance has a bit for the warning only, a contactor error one for the alarm only. */
static const struct group_info {
    uint32_t alarm;
    uint32_t warning;
    uint8_t meaning; /* enum alarm, for who reads the bits */
} groups[GROUP_COUNT] = {
    [OTHER] = {BIT(25),           BIT(26), ALARM_internal              },
    [COMMUNICATION] = {BIT(0),            BIT(0),  ALARM_pack_stale            },
    [HOT] = {BIT(1),            BIT(2),  ALARM_charge_over_temp      },
    [COLD] = {BIT(3),            BIT(4),  ALARM_charge_under_temp     },
    [CHARGE_CURRENT] = {BIT(5),            BIT(6),  ALARM_charge_over_current   },
    [DISCHARGE_CURRENT] = {BIT(7),            BIT(8),  ALARM_discharge_over_current},
    [HIGH_VOLTAGE] = {BIT(9),            BIT(10), ALARM_cell_over_voltage     },
    [LOW_VOLTAGE] = {BIT(11),           BIT(12), ALARM_cell_under_voltage    },
    [CELLS_APART] = {BIT(17) | BIT(25), BIT(17), ALARM_cell_spread           },
    [TEMPERATURES_APART] = {BIT(18),           BIT(19), ALARM_temp_spread           },
    [CONTACTOR] = {BIT(20),           BIT(26), ALARM_discharge_mos         },
    [CONFIGURATION] = {BIT(28),           BIT(29), ALARM_cell_count            },
};

uint32_t sunspec_events(const struct snapshot *snapshot)
{
    uint32_t events = 0;
    for (int id = 0; id < ALARM_COUNT; id++) {
        const struct group_info *group = &groups[group_of[id]];
        bool only_warns = alarm_info[id].severity == SEVERITY_WARNING;
        if (alarm_get(snapshot->alarms, (enum alarm)id))
            events |= only_warns ? group->warning : group->alarm;
        if (alarm_get(snapshot->warnings, (enum alarm)id))
            events |= group->warning;
    }
    return events;
}

/* OTHER, which shares bits, is read last. */
void sunspec_events_take(uint32_t events, struct snapshot *snapshot)
{
    for (int number = GROUP_COUNT - 1; number >= 0; number--) {
        const struct group_info *group = &groups[number];
        enum alarm alarm = (enum alarm)group->meaning;
        if ((events & group->alarm) == group->alarm) {
            alarm_put(snapshot->alarms, alarm, true);
            events &= ~group->alarm;
        } else if ((events & group->warning) == group->warning && number != CONTACTOR) {
            alarm_put(snapshot->warnings, alarm, true);
            events &= ~group->warning;
        }
    }
    snapshot_set_have(snapshot, VALUE_alarms, true);
    snapshot_set_have(snapshot, VALUE_warnings, true);
}
