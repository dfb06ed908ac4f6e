/* SPDX-License-Identifier: Apache-2.0
 * GoodWe low voltage on CAN, both ends; no document of GoodWe is public. "a": the frames of "SEPLOS
 * CANBUS Protocol V1.0", which declares itself compatible with GoodWe V1.5, and of a gateway at
 * work on a GW5000S-BP (Uksa007/esphome-jk-bms-can). Evidence: implementation (no real battery).
 * "b": 0x42x and 0x45x from ai-republic/bms-to-inverter, probably of other families. Evidence:
 * implementation. "sma": the older mapping V1.2, SMA's frames. Charge stops by permission (a),
 * current 0 and a charge voltage lowered to the present one (a, b).
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

static const struct can_field state[] = {
    {FROM(soc_permille), 0, U16LE, TIMES_10, REQUIRED}, /* 0.01 % */
    {FROM(soh_permille), 2, U16LE, TIMES_10, REQUIRED},
};

static const struct can_field module_count[] = {
    {FROM(pack_count), 0, U8, PLAIN, ZERO},
};

static const struct can_field own_values[] = {
    {FROM(pack_mv), 0, U16LE, BY_100, ZERO},
    {FROM(pack_ma), 2, S16LE, BY_100, ZERO},
};

/* Bytes 0 and 1: what has acted; 4 and 5: the warnings. */
static const struct can_alarm bits[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x01) ALARM_ROW(pack_over_voltage, 0, 0x01)
        ALARM_ROW(cell_under_voltage, 0, 0x02) ALARM_ROW(pack_under_voltage, 0, 0x02) ALARM_ROW(
            charge_over_temp, 0, 0x04) ALARM_ROW(discharge_over_temp, 0, 0x04)
            ALARM_ROW(mos_over_temp, 0, 0x04) ALARM_ROW(charge_under_temp, 0, 0x08) ALARM_ROW(
                discharge_under_temp, 0, 0x08) ALARM_ROW(charge_over_current, 0, 0x10)
                ALARM_ROW(charge_over_current_2, 0, 0x10) ALARM_ROW(charge_limit_ignored, 0, 0x10)
                    ALARM_ROW(discharge_over_current, 0, 0x20)
                        ALARM_ROW(discharge_over_current_2, 0, 0x20)
                            ALARM_ROW(discharge_over_current_3, 0, 0x20)
                                ALARM_ROW(discharge_short_circuit, 0, 0x20)
                                    ALARM_ROW(discharge_limit_ignored, 0, 0x20)
                                        ALARM_ROW(discharge_on_failed, 0, 0x40)
                                            ALARM_ROW(bank_stopped, 1, 0x01) /* "battery break" */
    ALARM_ROW(thermal_event, 1, 0x01) ALARM_ROW(extinguisher, 1, 0x01)
        ALARM_ROW(internal, 1, 0x02) /* "battery lock" */
    ALARM_ROW(discharge_mos, 1, 0x04) ALARM_ROW(charge_mos, 1, 0x08)
        ALARM_ROW(no_pack, 1, 0x10) /* communication failure */
    ALARM_ROW(deep_discharge, 1, 0x40) ALARM_ROW(cell_over_voltage_2, 1, 0x80)
        WARNING_ROW(cell_over_voltage, 4, 0x01) WARNING_ROW(pack_over_voltage, 4, 0x01)
            WARNING_ROW(cell_under_voltage, 4, 0x02) WARNING_ROW(pack_under_voltage, 4, 0x02)
                WARNING_ROW(battery_over_temp, 4, 0x04) ALARM_ROW(battery_over_temp, 4, 0x04)
                    WARNING_ROW(charge_over_temp, 4, 0x04) WARNING_ROW(discharge_over_temp, 4, 0x04)
                        WARNING_ROW(charge_under_temp, 4, 0x08) WARNING_ROW(
                            discharge_under_temp, 4, 0x08) WARNING_ROW(charge_over_current, 4, 0x10)
                            WARNING_ROW(discharge_over_current, 4, 0x20)
                                ALARM_ROW(pack_stale, 4, 0x40) ALARM_ROW(pack_missing, 4, 0x40)
                                    WARNING_ROW(cell_spread, 5, 0x01)};

/* clang-format off */
/* The document that was seen prints 0x370 as 0x70; both are read. */
static const struct can_message family_a[] = {
    CAN_351_GOODWE_ALARMS, CAN_351_LIMITS(10000), CAN_351_STATE(10000), CAN_351_MEASUREMENTS,
    CAN_351_REQUESTS, CAN_351_MAKER("GoodWe  "), CAN_351_EXTREMES(0x370, 1000),
    CAN_351_NUMBERS(1000),
    READ_ONLY(CAN_351_EXTREMES(0x070, 0))
};

static const struct can_message family_b[] = {
    {0x453, 1000, 0,     CAN_11_BIT, 8, NAME_modules,      FIELDS(module_count)},
    {0x455, 1000, 0,     CAN_11_BIT, 8, NAME_alarms,       ALARMS(bits)},
    {0x456, 1000, 10000, CAN_11_BIT, 8, NAME_limits,       FIELDS(can_351_limits)},
    {0x457, 1000, 10000, CAN_11_BIT, 4, NAME_state,        FIELDS(state)},
    {0x458, 1000, 0,     CAN_11_BIT, 6, NAME_measurements, CAN_351_COARSE},
    {0x45A, 1000, 0,     CAN_11_BIT, 8, NAME_reserved_1,   NO_ROWS},
    {0x460, 1000, 0,     CAN_11_BIT, 2, NAME_reserved_2,   NO_ROWS},
};

static const struct can_message mapping[] = {
    CAN_351_SMA_LIMITS, CAN_351_SMA_STATE, CAN_351_SMA_MEASUREMENTS, CAN_351_PAIRS,
    CAN_351_EVENTS, CAN_351_MAKER("GoodWe  "), CAN_351_PRODUCT("\0\0\1\0\0\0\1\0"),
};

static const struct can_message answers_b[] = {
    {0x425, 1000, 0, CAN_11_BIT, 8, NAME_own_values, FIELDS(own_values)},
    {0x420, 0,    0, CAN_11_BIT, 8, NAME_signature,  NO_ROWS},
    {0x421, 0,    0, CAN_11_BIT, 8, NAME_time,       NO_ROWS},
};
/* clang-format on */

const struct can_protocol goodwe_can[3] = {
    {
     .name = "goodwe_can",
     .profile = "a",
     .bitrate = 500000,
     BATTERY(family_a),
     INVERTER(can_351_heartbeat),
     .ranges = can_351_extremes_ranges,
     .range_count = COUNT(can_351_extremes_ranges),
     .encode = can_351_encode_packs,
     .decode = READER(can_351_decode_extremes),
     .stop_lowers_voltage = true,
     },
    {
     .name = "goodwe_can",
     .profile = "b",
     .bitrate = 500000,
     BATTERY(family_b),
     INVERTER(answers_b),
     .stop_lowers_voltage = true,
     },
    {
     .name = "goodwe_can",
     .profile = "sma",
     .bitrate = 500000,
     BATTERY(mapping),
     INVERTER(can_351_heartbeat),
     .ranges = can_351_sma_ranges,
     .range_count = COUNT(can_351_sma_ranges),
     .encode = can_351_encode_known,
     },
};
