/* SPDX-License-Identifier: Apache-2.0
 * Rows that tie an alarm or a warning to a bit of a CAN frame, packed into two bytes: there are
 * hundreds of them. Rows of one place stand together. All of them feed it; when it is read, it is
 * the alarm of the first of them (in levels: the first of each set).
 */
#ifndef HEARTH_WIRE_CAN_ALARM_H
#define HEARTH_WIRE_CAN_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarms.h"

#define CAN_ALARM_WARNS 0x80 /* added to `what` */
#define CAN_ALARM_WHAT 0x7F

enum alarm_set { IN_ALARMS, IN_WARNINGS };

struct can_alarm {
    uint8_t what;  /* enum alarm, of the alarms or of the warnings */
    uint8_t place; /* byte x 8 + bit; of pairs and levels the lower bit */
};

/* Rows, with their comma. `mask` has one bit. */
#define ALARM_ROW(alarm, byte, mask) {ALARM_##alarm, CAN_PLACE(byte, mask)},
#define WARNING_ROW(alarm, byte, mask) {CAN_ALARM_WARNS | ALARM_##alarm, CAN_PLACE(byte, mask)},

#define CAN_PLACE(byte, mask) (8 * (byte) + CAN_BIT_OF(mask))
#define CAN_BIT_OF(mask) (((mask)&0xF0 ? 4 : 0) + ((mask)&0xCC ? 2 : 0) + ((mask)&0xAA ? 1 : 0))

static inline bool can_alarm_warns(const struct can_alarm *row)
{
    return row->what & CAN_ALARM_WARNS;
}

static inline enum alarm can_alarm_id(const struct can_alarm *row)
{
    return (enum alarm)(row->what & CAN_ALARM_WHAT);
}

static inline uint8_t can_alarm_byte(const struct can_alarm *row)
{
    return row->place / 8;
}

static inline uint8_t can_alarm_bit(const struct can_alarm *row)
{
    return row->place % 8;
}

static inline uint8_t can_alarm_mask(const struct can_alarm *row)
{
    return (uint8_t)(1u << can_alarm_bit(row));
}

#endif
