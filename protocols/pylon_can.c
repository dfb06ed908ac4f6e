/* SPDX-License-Identifier: Apache-2.0
 * Pylon low-voltage CAN, both ends. Sources: "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408";
 * V1.3 from the bus of real packs (setfirelabs.com); "v2" is no document of Pylontech but a
 * superset in use (esphome-yambms). Evidence: capture (v12, v13), implementation (v2). Charge stops
 * by permission, current 0 and the charge voltage lowered to the present one; v13 has no
 * permissions. Without a fresh pack: system error and internal communication failure are set, 355
 * and 356 stop.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

static const struct can_field product[] = {
    {FROM(full_mah), 4, U16LE, BY_1000, ZERO}, /* 1 Ah */
};

const struct can_message can_351_heartbeat[1] = {CAN_351_HEARTBEAT};

/* Packs of JK and others add the last two. */
/* clang-format off */
const struct can_message can_351_pylon[CAN_351_PYLON_COUNT] = {
    CAN_351_LIMITS(10000), CAN_351_STATE(10000), CAN_351_MEASUREMENTS, CAN_351_PYLON_ALARMS,
    CAN_351_REQUESTS,      CAN_351_MAKER("PYLON   "),
    READ_ONLY(CAN_351_EXTREMES(0x370, 0)) READ_ONLY(CAN_351_NUMBERS(0))
};
/* clang-format on */

static const struct can_message v13[] = {
    CAN_351_LIMITS(10000),
    CAN_351_STATE_FINE(10000),
    CAN_351_MEASUREMENTS,
    CAN_351_PAIRS,
    CAN_351_MAKER("PYLON   "),
    {0x35F, 1000, 0, CAN_11_BIT, 8, NAME_product, .fill = "LI\1\3\0\0\0\0", FIELDS(product)},
};

const struct can_protocol pylon_can[2] = {
    {
     .name = "pylon_can",
     .profile = "v12",
     .bitrate = 500000,
     BATTERY(can_351_pylon),
     INVERTER(can_351_heartbeat),
     .ranges = can_351_extremes_ranges,
     .range_count = COUNT(can_351_extremes_ranges),
     .decode = READER(can_351_decode_extremes),
     .stop_lowers_voltage = true,
     },
    {
     .name = "pylon_can",
     .profile = "v13",
     .bitrate = 500000,
     BATTERY(v13),
     INVERTER(can_351_heartbeat),
     .stop_lowers_voltage = true,
     },
};
