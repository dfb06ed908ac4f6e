/* SPDX-License-Identifier: Apache-2.0
 * The events of a pack in flash: a ring that always holds the last EVENT_LOG_MIN_COUNT or more.
 * An event that has rotted, or whose writing was broken off, is left out and the others stay.
 */
#ifndef HEARTH_CORE_EVENT_LOG_H
#define HEARTH_CORE_EVENT_LOG_H

#include "core/flash_log.h"
#include "core/io.h"

#define EVENT_LOG_MIN_COUNT 1000
#define EVENT_SIZE 16
#define EVENT_LOG_PER_PAGE(page_size) FLASH_LOG_PER_PAGE(page_size, EVENT_SIZE)

/* One page more is being filled, and one makes up for places lost to power cuts. */
#define EVENT_LOG_PAGES(page_size)                                                                 \
    ((EVENT_LOG_MIN_COUNT + EVENT_LOG_PER_PAGE(page_size) - 1) / EVENT_LOG_PER_PAGE(page_size) + 2)
#define EVENT_LOG_PAGES_MAX 18 /* with pages of 2048 bytes */

struct event_log {
    struct flash_log log;
    uint16_t counts[EVENT_LOG_PAGES_MAX]; /* events in each page */
};

/* `first_page`: EVENT_LOG_PAGES pages from there on are the ring's own. Returns 0 or RESULT_IO. */
int event_log_init(struct event_log *events, const struct flash *flash, uint32_t first_page,
                   uint8_t area);

/* Appends an event. Returns 0, or RESULT_IO: then it is not stored. */
int event_log_put(struct event_log *events, const struct event *event);

uint32_t event_log_count(const struct event_log *events);

/* The event with this index, 0 is the oldest, count - 1 the newest. Returns 0, RESULT_UNKNOWN when
 * there is none, or RESULT_IO. */
int event_log_get(struct event_log *events, uint32_t index, struct event *event);

#endif
