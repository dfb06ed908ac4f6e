/* SPDX-License-Identifier: Apache-2.0
 * What the web service shows, as JSON made from a struct web_source: bank, packs, their events,
 * frames. The same texts are answers and events.
 */
#ifndef HEARTH_SERVICE_WEB_JSON_H
#define HEARTH_SERVICE_WEB_JSON_H

#include "service/web.h"
#include "service/web_diagnostics.h"
#include "ui/writer.h"

#define WEB_EVENTS_MAX 500       /* of one answer */
#define WEB_JSON_SIZE_MAX 262144 /* bytes that suffice for every text below */

/* {"values":{...},"words":{...},"site":{...}} */
void web_json_bank(struct text_writer *writer, const struct web_source *source);

/* {"pack":1,"dip":1,"name":...,"excluded":null,"values":{...},"words":{...}} of the pack at a
 * position; a local one has its front plate and faults, too. */
void web_json_pack(struct text_writer *writer, const struct web_source *source, size_t position);

/* The same with its settings, the role that may change them and its serial ports. */
void web_json_pack_settings(struct text_writer *writer, const struct web_source *source,
                            size_t position, bool logged_in);

/* {"pack":1,"kept":64,"events":[...]}, the newest first, at most max. */
void web_json_events(struct text_writer *writer, const struct web_source *source, size_t position,
                     uint32_t max);

/* [pack, ...] */
void web_json_packs(struct text_writer *writer, const struct web_source *source);

/* Protocol, heartbeat, port, counters and messages of the CAN bus. */
void web_json_diagnostics(struct text_writer *writer, const struct web_source *source);

/* One row of a list of counts. */
void web_json_count(struct text_writer *writer, const struct web_count *count);

/* {"id":"351","bytes":"...","age_ms":...,"message":...,"values":{...}} */
void web_json_frame(struct text_writer *writer, const struct web_frame *frame);

/* Position of the pack with that number, -1 when there is none. */
int web_find_pack(const struct web_source *source, int number, struct web_pack *pack);

#endif
