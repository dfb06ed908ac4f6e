/* SPDX-License-Identifier: Apache-2.0
 * The settings of a PACE pack, registers 60..114. A write changes what differs from what a read
 * shows, all of it or nothing; it is refused where a read afterwards would not show it exactly.
 * Source: PACE BMS Modbus Protocol for RS485 V1.3, 2017-06-27.
 */
#ifndef HEARTH_PROTOCOLS_PACE_SETTINGS_H
#define HEARTH_PROTOCOLS_PACE_SETTINGS_H

#include "protocols/serial.h"
#include "wire/register_map.h"

#define PACE_SETTINGS 60
#define PACE_SETTING_WORDS 55
#define PACE_SETTING_COUNT 47 /* with a row */

/* Rows of the block PACE_SETTINGS. What they cannot say is added by fill and take. */
extern const struct register_setting pace_settings[PACE_SETTING_COUNT];

void pace_settings_fill(const struct params *params, const struct register_span *span);

/* A voltage of the pack is only understood where its number of cells is known. */
void pace_settings_take(const struct register_span *span, struct serial_reading *reading);

/* `span` lies in the block. MODBUS_ILLEGAL_VALUE: refused by the pack, not exactly possible, or
 * nothing of it can be set; MODBUS_DEVICE_FAILURE: more changes than a pack queues. */
enum modbus_exception pace_settings_write(const struct serial_battery *battery,
                                          const struct register_span *span);

#endif
