/* SPDX-License-Identifier: Apache-2.0
 * Events of a step: what changed, with its reason. Every opening and closing of a FET is one.
 */
#ifndef HEARTH_CORE_EVENTS_H
#define HEARTH_CORE_EVENTS_H

#include "core/io.h"
#include "core/switches.h"

/* Appends an event; counts it as lost when the queue of this step is full. The last two places are
 * kept for the two FETs, so that none of their moves is ever lost. */
void event_put(struct outputs *outputs, uint64_t run_time_ms, struct event event);

/* An event that no rule fired and nobody asked for. */
struct event event_of(enum event_kind kind, uint8_t detail, int32_t value);

/* One event per FET that moved; `value` is the pack current. */
void events_of_switches(struct outputs *outputs, uint64_t run_time_ms,
                        const struct switches *before, const struct switches *now, int32_t pack_ma);

#endif
