/* SPDX-License-Identifier: Apache-2.0
 * The serial protocols, one per file of protocols/. Each is an array of profiles, the default
 * first.
 */
#ifndef HEARTH_PROTOCOLS_RS485_H
#define HEARTH_PROTOCOLS_RS485_H

#include "protocols/jk_lcd.h"
#include "protocols/serial.h"

extern const struct serial_protocol pylon_rs485[2];

extern const struct serial_protocol pace_rs485[1];
extern const struct serial_protocol wow_rs485[1];
extern const struct serial_protocol jk_uart[2];

extern const struct serial_protocol growatt_rs485[2];
extern const struct serial_protocol voltronic_rs485[1];
extern const struct serial_protocol sunspec[1];

#endif
