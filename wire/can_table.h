/* SPDX-License-Identifier: Apache-2.0
 * The CAN table engine: the same rows (wire/can_rows.h) encode, decode, describe and explain
 * traffic. Knows no brand and no driver; wire/can_link.h sends and receives by these tables.
 */
#ifndef HEARTH_WIRE_CAN_TABLE_H
#define HEARTH_WIRE_CAN_TABLE_H

#include "base/result.h"
#include "wire/can_rows.h"

/* The row a frame belongs to, of either side, or NULL. A 29-bit frame is never an 11-bit one. */
const struct can_message *can_find(const struct can_protocol *protocol,
                                   const struct can_frame *frame);
bool can_from_inverter(const struct can_protocol *protocol, const struct can_message *message);

/* Which pack a frame with this row speaks of, or -1. */
int can_pack(const struct can_protocol *protocol, const struct can_message *message,
             const struct can_frame *frame);

/* The alarm that a bit stands for when it is read. */
bool can_alarm_is_first(const struct can_message *message, const struct can_alarm *row);

/* `pack` (0..15) matters to EACH_PACK and HOST_PACK only; a pack that is not there has no values.
 * False, and no frame, when a required value is not known or a hook says so. */
bool can_encode(const struct can_protocol *protocol, const struct can_message *message,
                const struct view *view, unsigned pack, struct can_frame *frame);

/* Adds what the frame says: a field is there only if the frame covers it. BAD: it covers no row. */
enum decode can_decode(const struct can_protocol *protocol, const struct can_message *message,
                       const struct can_frame *frame, struct snapshot *values);

#endif
