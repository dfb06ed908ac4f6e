/* SPDX-License-Identifier: Apache-2.0
 * The names of the CAN protocols' messages: numbers for the tables, NAME_limits and the like, and
 * words for people. A firmware that shows no names does without can_names.c.
 */
#ifndef HEARTH_PROTOCOLS_CAN_NAMES_H
#define HEARTH_PROTOCOLS_CAN_NAMES_H

#include "wire/can_rows.h"

enum can_name {
#define CAN_NAME(name) NAME_##name,
#include "protocols/can_names.def"
#undef CAN_NAME
    CAN_NAME_COUNT
};

/* Of a message of this folder's protocols. */
const char *can_message_name(const struct can_message *message);

#endif
