/* SPDX-License-Identifier: Apache-2.0
 * All CAN profiles of the registry in turn, and complete values that each of them can carry. Random
 * values come from a fixed seed.
 */
#ifndef HEARTH_TESTS_SUPPORT_CAN_PROFILES_H
#define HEARTH_TESTS_SUPPORT_CAN_PROFILES_H

#include "protocols/protocols.h"
#include "wire/can_table.h"

typedef void protocol_check(const struct can_protocol *can);

extern const struct can_protocol *profile_now; /* inside each_profile() */

void each_profile(protocol_check *check);

/* All packs are alike. */
struct view profile_view(const struct snapshot *source);
bool profile_encode(const struct can_message *message, const struct snapshot *source,
                    struct can_frame *frame);

/* Likewise; what only a hook holds back (no charger, no alarm) is not built, all else is. */
bool profile_built(const struct can_message *message, const struct snapshot *source,
                   struct can_frame *frame);

/* Complete: every number and set is known. */
struct snapshot profile_snapshot(const struct can_protocol *can);

bool field_is_bit(const struct can_field *field);
bool field_is_limit(const struct can_field *field);
bool field_is_sent(const struct can_field *field); /* its bytes follow the value */

#endif
