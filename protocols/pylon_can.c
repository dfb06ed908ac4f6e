/* SPDX-License-Identifier: Apache-2.0
 * Pylon low-voltage CAN, both ends. Source: "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408";
 * sizes and order as on the bus of real packs (setfirelabs.com), which fill the discharge voltage
 * that the text leaves blank. Evidence: capture.
 * Without a fresh pack: system error and internal communication failure are set, 355 and 356 stop.
 */
#include "base/number.h"
#include "protocols/can.h"

static const struct can_field limits[] = {
    {FROM(charge_limit_mv),    0, U16LE | DOWN, 1, 100, 0, REQUIRED}, /* 0.1 V */
    {FROM(charge_limit_ma),    2, S16LE | DOWN, 1, 100, 0, REQUIRED}, /* 0.1 A */
    {FROM(discharge_limit_ma), 4, S16LE | DOWN, 1, 100, 0, REQUIRED},
    {FROM(discharge_limit_mv), 6, U16LE | UP,   1, 100, 0, 0       },
};

static const struct can_field state[] = {
    {FROM(soc_permille), 0, U16LE, 1, 10, 0, REQUIRED}, /* 1 % */
    {FROM(soh_permille), 2, U16LE, 1, 10, 0, REQUIRED},
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),         0, S16LE, 1, 10,  0, REQUIRED}, /* 0.01 V */
    {FROM(pack_ma),         2, S16LE, 1, 100, 0, REQUIRED}, /* 0.1 A, + = charging */
    {FROM(temp_mean_ddegc), 4, S16LE, 1, 1,   0, REQUIRED},
};

static const struct can_field modules[] = {
    {FROM(pack_count), 4, U8, 1, 1, 0, 0},
};

/* Bytes 0 and 1: the battery has acted; 2 and 3: the warning before. */
static const struct can_alarm alarms[] = {
    {IN_ALARMS,   ALARM_cell_over_voltage,        0, 0x02},
    {IN_ALARMS,   ALARM_pack_over_voltage,        0, 0x02},
    {IN_ALARMS,   ALARM_cell_over_voltage_2,      0, 0x02},
    {IN_ALARMS,   ALARM_cell_under_voltage,       0, 0x04},
    {IN_ALARMS,   ALARM_pack_under_voltage,       0, 0x04},
    {IN_ALARMS,   ALARM_deep_discharge,           0, 0x04},
    {IN_ALARMS,   ALARM_charge_over_temp,         0, 0x08},
    {IN_ALARMS,   ALARM_discharge_over_temp,      0, 0x08},
    {IN_ALARMS,   ALARM_mos_over_temp,            0, 0x08},
    {IN_ALARMS,   ALARM_charge_under_temp,        0, 0x10},
    {IN_ALARMS,   ALARM_discharge_under_temp,     0, 0x10},
    {IN_ALARMS,   ALARM_discharge_over_current,   0, 0x80},
    {IN_ALARMS,   ALARM_discharge_over_current_2, 0, 0x80},
    {IN_ALARMS,   ALARM_discharge_over_current_3, 0, 0x80},
    {IN_ALARMS,   ALARM_discharge_short_circuit,  0, 0x80},
    {IN_ALARMS,   ALARM_short_release_failed,     0, 0x80},
    {IN_ALARMS,   ALARM_charge_over_current,      1, 0x01},
    {IN_ALARMS,   ALARM_charge_over_current_2,    1, 0x01},
    {IN_ALARMS,   ALARM_charge_short_circuit,     1, 0x01},
    {IN_ALARMS,   ALARM_internal,                 1, 0x08},
    {IN_ALARMS,   ALARM_cell_count,               1, 0x08},
    {IN_ALARMS,   ALARM_current_sensor,           1, 0x08},
    {IN_ALARMS,   ALARM_coprocessor,              1, 0x08},
    {IN_ALARMS,   ALARM_charge_mos,               1, 0x08},
    {IN_ALARMS,   ALARM_discharge_mos,            1, 0x08},
    {IN_ALARMS,   ALARM_discharge_on_failed,      1, 0x08},
    {IN_ALARMS,   ALARM_temp_sensor,              1, 0x08},
    {IN_ALARMS,   ALARM_parallel_limiter,         1, 0x08},
    {IN_ALARMS,   ALARM_no_pack,                  1, 0x08},
    {IN_ALARMS,   ALARM_bank_stopped,             1, 0x08},
    {IN_WARNINGS, ALARM_cell_over_voltage,        2, 0x02},
    {IN_WARNINGS, ALARM_pack_over_voltage,        2, 0x02},
    {IN_WARNINGS, ALARM_cell_over_voltage_2,      2, 0x02},
    {IN_WARNINGS, ALARM_cell_under_voltage,       2, 0x04},
    {IN_WARNINGS, ALARM_pack_under_voltage,       2, 0x04},
    {IN_WARNINGS, ALARM_deep_discharge,           2, 0x04},
    {IN_WARNINGS, ALARM_charge_over_temp,         2, 0x08},
    {IN_WARNINGS, ALARM_discharge_over_temp,      2, 0x08},
    {IN_WARNINGS, ALARM_mos_over_temp,            2, 0x08},
    {IN_WARNINGS, ALARM_battery_over_temp,        2, 0x08},
    {IN_ALARMS,   ALARM_battery_over_temp,        2, 0x08},
    {IN_WARNINGS, ALARM_charge_under_temp,        2, 0x10},
    {IN_WARNINGS, ALARM_discharge_under_temp,     2, 0x10},
    {IN_WARNINGS, ALARM_discharge_over_current,   2, 0x80},
    {IN_WARNINGS, ALARM_discharge_over_current_2, 2, 0x80},
    {IN_WARNINGS, ALARM_discharge_over_current_3, 2, 0x80},
    {IN_WARNINGS, ALARM_discharge_short_circuit,  2, 0x80},
    {IN_WARNINGS, ALARM_short_release_failed,     2, 0x80},
    {IN_WARNINGS, ALARM_charge_over_current,      3, 0x01},
    {IN_WARNINGS, ALARM_charge_over_current_2,    3, 0x01},
    {IN_WARNINGS, ALARM_charge_short_circuit,     3, 0x01},
    {IN_ALARMS,   ALARM_pack_stale,               3, 0x08},
    {IN_ALARMS,   ALARM_pack_missing,             3, 0x08},
    {IN_ALARMS,   ALARM_no_pack,                  3, 0x08},
};

/* Forced charge goes out as bit 4, the one the document recommends. Bit 5 is for inverters that let
 * the battery switch itself off; it is understood, not sent. */
static const struct can_field requests[] = {
    {FROM(charge_allowed),        0, BIT7,         1, 1, 0, 0},
    {FROM(discharge_allowed),     0, BIT6,         1, 1, 0, 0},
    {FROM(force_charge),          0, BIT5 | FIXED, 1, 1, 0, 0},
    {FROM(force_charge),          0, BIT4,         1, 1, 0, 0},
    {FROM(full_charge_requested), 0, BIT3,         1, 1, 0, 0},
};

static const struct can_field maker[] = {
    {FROM(maker), 0, TEXT | FIXED, 1, 1, 0, 0},
};

static const struct can_message messages[] = {
    {0x351, CAN_11_BIT, 8, 1000, 10000, "limits",       NULL,           ROWS(limits),       NO_ROWS     },
    {0x355, CAN_11_BIT, 4, 1000, 10000, "state",        NULL,           ROWS(state),        NO_ROWS     },
    {0x356, CAN_11_BIT, 6, 1000, 0,     "measurements", NULL,           ROWS(measurements), NO_ROWS     },
    {0x359, CAN_11_BIT, 7, 1000, 0,     "alarms",       "\0\0\0\0\0PN", ROWS(modules),      ROWS(alarms)},
    {0x35C, CAN_11_BIT, 2, 1000, 0,     "requests",     NULL,           ROWS(requests),     NO_ROWS     },
    {0x35E, CAN_11_BIT, 8, 1000, 0,     "maker",        "PYLON   ",     ROWS(maker),        NO_ROWS     },
};

static const struct can_message answers[] = {
    {0x305, CAN_EITHER, 8, 1000, 0, "heartbeat", NULL, NO_ROWS, NO_ROWS},
};

const struct can_protocol pylon_can = {"pylon_can", 500000, ROWS(messages), ROWS(answers)};
