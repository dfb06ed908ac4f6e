/* SPDX-License-Identifier: Apache-2.0
 * Entries of a JK event log as JSON objects.
 */
#include "app/hearth/event_json.h"

#include "ui/json.h"

void json_jk_event(struct text_writer *json, const struct jk_event *event)
{
    int cell;
    const char *name = jk_event_name(event->code, &cell);
    json_put_integer(json, "time_s", event->time_s);
    json_put_integer(json, "code", event->code);
    json_put_string(json, "name", name);
    if (cell >= 0)
        json_put_integer(json, "cell_index", cell);
}

void json_jk_events(struct text_writer *json, const uint8_t frame[JK_FRAME_SIZE])
{
    struct jk_event event;
    json_put_integer(json, "event_count", jk_event_count(frame));
    json_key(json, "events");
    json_open(json, '[');
    for (size_t i = 0; jk_event_get(frame, i, &event); i++) {
        json_open(json, '{');
        json_jk_event(json, &event);
        json_close(json, '}');
    }
    json_close(json, ']');
}
