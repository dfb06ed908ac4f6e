/* SPDX-License-Identifier: Apache-2.0
 * The words of protocols/can_names.def.
 */
#include "protocols/can_names.h"

#include "base/assert.h"

static const char *const names[CAN_NAME_COUNT] = {
#define CAN_NAME(name) [NAME_##name] = #name,
#include "protocols/can_names.def"
#undef CAN_NAME
};

const char *can_message_name(const struct can_message *message)
{
    ASSERT(message->name < CAN_NAME_COUNT);
    return names[message->name];
}
