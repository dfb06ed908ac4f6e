/* SPDX-License-Identifier: Apache-2.0
 * What the web service shows, as JSON made from a struct web_source: bank, packs, frames. The same
 * texts are answers and events.
 */
#ifndef HEARTH_SERVICE_WEB_JSON_H
#define HEARTH_SERVICE_WEB_JSON_H

#include "service/web.h"
#include "ui/writer.h"

#define WEB_JSON_SIZE_MAX 262144 /* bytes that suffice for every text below */

/* {"values":{...},"words":{...},"site":{...}} */
void web_json_bank(struct text_writer *writer, const struct web_source *source);

/* {"pack":1,"name":...,"excluded":null,"values":{...},"words":{...}}; with_params adds the
 * settings. */
void web_json_pack(struct text_writer *writer, const struct web_pack *pack, bool with_params);

/* [pack, ...] */
void web_json_packs(struct text_writer *writer, const struct web_source *source);

/* {"id":"351","bytes":"...","age_ms":...,"message":...,"values":{...}} */
void web_json_frame(struct text_writer *writer, const struct web_frame *frame);

/* The pack with that DIP number; false when there is none. */
bool web_find_pack(const struct web_source *source, int dip, struct web_pack *pack);

#endif
