/* SPDX-License-Identifier: Apache-2.0
 * MUST CAN, both ends: an alias of Pylon V1.2 with all frames of eight bytes. Evidence: none. "MUST
 * PV1800F-CAN communication Protocol1.04.04" is not public and probably a map of its own; the bit
 * rate is not known either. The true rows would go into a table here. Owners do better with their
 * inverter's Pylon setting and pylon_can. Charge stops and a bank without a fresh pack is told as
 * in pylon_can.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

const struct can_protocol must_can[1] = {
    {
     .name = "must_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(can_351_padded),
     INVERTER(can_351_heartbeat),
     .stop_lowers_voltage = true,
     }
};
