/* SPDX-License-Identifier: Apache-2.0
 * SEPLOS CAN, both ends. Source: "SEPLOS CANBUS Protocol V1.0" (document), which calls itself
 * compatible with Pylontech V1.3 and GoodWe V1.5. Its "0X70" is 370, its unit of the cells there is
 * 1 mV (both misprints, by real senders). Forced charge goes out as bit 5; bit 4 is understood. The
 * dialect that SEPLOS batteries speak to a Victron GX is victron_can. Charge stops by permission
 * and current 0; without a fresh pack internal communication failure is set, 355, 356 stop.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

/* clang-format off */
static const struct can_message messages[] = {
    CAN_351_LIMITS(10000),
    CAN_351_STATE(10000),
    CAN_351_MEASUREMENTS,
    CAN_351_GOODWE_ALARMS,
    {0x35C, 1000, 0, CAN_11_BIT, 1, NAME_requests, FIELDS(can_351_requests_1)},
    CAN_351_EXTREMES(0x370, 1000),
    CAN_351_NUMBERS(1000),
    {0x35E, 1000, 0, CAN_11_BIT, 2, NAME_maker, .fill = "HE", FIELDS(can_351_maker)},
};
/* clang-format on */

const struct can_protocol seplos_can[1] = {
    {
     .name = "seplos_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(messages),
     INVERTER(can_351_heartbeat),
     .ranges = can_351_extremes_ranges,
     .range_count = COUNT(can_351_extremes_ranges),
     .encode = can_351_encode_packs,
     .decode = READER(can_351_decode_extremes),
     }
};
