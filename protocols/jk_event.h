/* SPDX-License-Identifier: Apache-2.0
 * The event log of a JK pack, frame type 05: at most 50 entries of a time (seconds of run time) and
 * a one-byte code, oldest first. Encoding takes the newest of our events that have a code. Knows
 * not where events are kept: a reader hands them over.
 */
#ifndef HEARTH_PROTOCOLS_JK_EVENT_H
#define HEARTH_PROTOCOLS_JK_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/io.h"
#include "wire/jk_frame.h"

#define JK_EVENT_MAX 50 /* entries of a frame */

/* How far back an answer looks for events with a code: bounds the time it takes. */
#define JK_EVENT_SCAN_MAX 1024

/* Reads kept events; index 0 is the oldest. get() is false when that event is not readable. */
struct event_source {
    const void *context;
    uint32_t (*count)(const void *context);
    bool (*get)(const void *context, uint32_t index, struct event *event);
};

struct jk_event {
    uint32_t time_s; /* run time */
    uint8_t code;
};

/* The JK code of an event of ours, 0 when JK has none. */
uint8_t jk_event_code(const struct event *event);

/* Our word for a code, "unknown" when nobody has one. *cell_index is the cell it speaks of, or -1.
 */
const char *jk_event_name(uint8_t code, int *cell_index);

/* `events` may be NULL: an empty log. */
void jk_event_encode(const struct event_source *events, uint8_t frame[JK_FRAME_SIZE]);

/* Entries that a frame says there are (a pack may know of more than it shows). 0 for other types.
 */
uint32_t jk_event_count(const uint8_t frame[JK_FRAME_SIZE]);

/* Entry of an event-log frame, 0 the oldest; false behind the last one and for other types. */
bool jk_event_get(const uint8_t frame[JK_FRAME_SIZE], size_t index, struct jk_event *entry);

#endif
