/* SPDX-License-Identifier: Apache-2.0
 * Alarms as the event bits of SunSpec models 802 to 804 (Evt1). Every alarm has a bit; what the
 * standard has no bit for is "other". An alarm that only warns never sets an alarm bit.
 */
#ifndef HEARTH_PROTOCOLS_SUNSPEC_EVENTS_H
#define HEARTH_PROTOCOLS_SUNSPEC_EVENTS_H

#include <stdint.h>

#include "core/snapshot.h"

/* For strings that do not answer. */
#define SUNSPEC_COMMUNICATION_ERROR 1u

uint32_t sunspec_events(const struct snapshot *snapshot);

/* Sets one alarm or warning for each bit, the most likely one of those that share it. */
void sunspec_events_take(uint32_t events, struct snapshot *snapshot);

#endif
