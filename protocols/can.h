/* SPDX-License-Identifier: Apache-2.0
 * The CAN protocols, one file each; an element is a profile, the first one is the default. Others
 * reach them through the registry, by name.
 */
#ifndef HEARTH_PROTOCOLS_CAN_H
#define HEARTH_PROTOCOLS_CAN_H

#include "protocols/can_names.h"
#include "wire/can_rows.h"

extern const struct can_protocol deye_can[2];
extern const struct can_protocol goodwe_can[3];
extern const struct can_protocol growatt_can[2];
extern const struct can_protocol invt_can[1];
extern const struct can_protocol jk_can[2];
extern const struct can_protocol luxpower_can[2];
extern const struct can_protocol megarevo_can[1];
extern const struct can_protocol must_can[1];
extern const struct can_protocol pylon_can[2];
extern const struct can_protocol seplos_can[1];
extern const struct can_protocol sma_can[1];
extern const struct can_protocol sofar_can[3];
extern const struct can_protocol victron_can[1];

#endif
