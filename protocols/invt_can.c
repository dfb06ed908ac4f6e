/* SPDX-License-Identifier: Apache-2.0
 * INVT CAN, both ends: an alias of Pylon V1.2 with all frames of eight bytes. Evidence: none. The
 * layout of "INVT BMS CAN Bus protocol V1.02" is not public; that the BD series takes Pylon's
 * frames is hearsay (bms-to-inverter, discussion 199). The true rows would go into a table here.
 * Charge stops and a bank without a fresh pack is told as in pylon_can.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

/* clang-format off */
const struct can_message can_351_padded[6] = {
    CAN_351_LIMITS(10000),
    {0x355, 1000, 10000, CAN_11_BIT, 8, NAME_state,        FIELDS(can_351_state)},
    {0x356, 1000, 0,     CAN_11_BIT, 8, NAME_measurements, FIELDS(can_351_measurements)},
    {0x359, 1000, 0,     CAN_11_BIT, 8, NAME_alarms,       .fill = "\0\0\0\0\0PN\0", FIELDS(can_351_modules), CAN_351_PYLON_BITS},
    {0x35C, 1000, 0,     CAN_11_BIT, 8, NAME_requests,     FIELDS(can_351_requests)},
    CAN_351_MAKER("PYLON   "),
};
/* clang-format on */

const struct can_protocol invt_can[1] = {
    {
     .name = "invt_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(can_351_padded),
     INVERTER(can_351_heartbeat),
     .stop_lowers_voltage = true,
     }
};
