/* SPDX-License-Identifier: Apache-2.0
 * The event log of a JK pack as JSON, alike in `hearth decode` and `hearth log`.
 */
#ifndef HEARTH_APP_HEARTH_EVENT_JSON_H
#define HEARTH_APP_HEARTH_EVENT_JSON_H

#include "protocols/jk_event.h"
#include "ui/writer.h"

/* Members (no braces) time_s, code, name and, where the code tells it, cell_index. */
void json_jk_event(struct text_writer *json, const struct jk_event *event);

/* Members event_count and events of a good frame, oldest first. */
void json_jk_events(struct text_writer *json, const uint8_t frame[JK_FRAME_SIZE]);

#endif
