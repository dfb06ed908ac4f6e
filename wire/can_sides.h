/* SPDX-License-Identifier: Apache-2.0
 * For whom the tables of protocols are compiled: usually for both sides, which send, read and
 * explain. With -DHEARTH_ONLY_BATTERY, for a firmware that is only a battery, they are without what
 * an inverter or a monitor needs: messages that a battery neither sends nor hears, and hooks that
 * ask and read. What the battery sends and answers to is the same.
 */
#ifndef HEARTH_WIRE_CAN_SIDES_H
#define HEARTH_WIRE_CAN_SIDES_H

#include <stddef.h>

/* A name that nobody defined is pasted as it is, one that -D defines as 1. */
#define CAN_SIDES_PASTE_NOW(a, b) a##b
#define CAN_SIDES_PASTE(a, b) CAN_SIDES_PASTE_NOW(a, b)

#define CAN_BOTH_SIDES CAN_SIDES_PASTE(CAN_BOTH_SIDES_, HEARTH_ONLY_BATTERY)
#define CAN_BOTH_SIDES_HEARTH_ONLY_BATTERY 1
#define CAN_BOTH_SIDES_1 0

/* Row of a message that a battery neither sends nor hears, with its comma. */
#define READ_ONLY(...) CAN_SIDES_PASTE(READ_ONLY_, HEARTH_ONLY_BATTERY)(__VA_ARGS__)
#define READ_ONLY_HEARTH_ONLY_BATTERY(...) __VA_ARGS__,
#define READ_ONLY_1(...)

/* A hook or a table that a battery has no use for. */
#define READER(hook) (CAN_BOTH_SIDES ? (hook) : NULL)

#endif
