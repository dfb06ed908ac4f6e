/* SPDX-License-Identifier: Apache-2.0
 * Events as records of 16 bytes. The ring fills its pages in order, so the page behind the newest
 * is the oldest; how many events each holds is counted at boot and kept while writing.
 */
#include "core/event_log.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/result.h"

static void encode(const struct event *event, uint8_t *bytes)
{
    put_u32le(bytes, event->time_s);
    put_u32le(bytes + 4, (uint32_t)event->before);
    put_u32le(bytes + 8, (uint32_t)event->value);
    bytes[12] = event->kind;
    bytes[13] = event->detail;
    bytes[14] = event->rule;
    bytes[15] = event->session;
}

static void decode(const uint8_t *bytes, struct event *event)
{
    *event = (struct event){
        .time_s = get_u32le(bytes),
        .before = (int32_t)get_u32le(bytes + 4),
        .value = (int32_t)get_u32le(bytes + 8),
        .kind = bytes[12],
        .detail = bytes[13],
        .rule = bytes[14],
        .session = bytes[15],
    };
}

/* The next event in the page of `record`, see flash_log_next(). */
static bool next_event(struct flash_log *log, struct flash_record *record)
{
    while (flash_log_next(log, record)) {
        if (record->size == EVENT_SIZE)
            return true;
    }
    return false;
}

int event_log_init(struct event_log *events, const struct flash *flash, uint32_t first_page,
                   uint8_t area)
{
    *events = (struct event_log){
        .log = {.flash = flash,
                .first_page = first_page,
                .page_count = EVENT_LOG_PAGES(flash->page_size),
                .area = area}
    };
    ASSERT(events->log.page_count <= EVENT_LOG_PAGES_MAX);
    int result = flash_log_init(&events->log);
    for (uint32_t page = 0; page < events->log.page_count; page++) {
        struct flash_record record = {.page = page};
        while (next_event(&events->log, &record))
            events->counts[page]++;
    }
    return events->log.read_errors ? RESULT_IO : result;
}

int event_log_put(struct event_log *events, const struct event *event)
{
    uint8_t bytes[EVENT_SIZE];
    struct flash_writer writer;
    uint32_t erases = events->log.erases;
    encode(event, bytes);
    flash_log_begin(&events->log, &writer, sizeof bytes);
    if (events->log.erases != erases)
        events->counts[events->log.page] = 0;
    flash_log_put(&writer, bytes, sizeof bytes);
    int result = flash_log_end(&writer);
    if (result == RESULT_OK)
        events->counts[events->log.page]++;
    return result;
}

uint32_t event_log_count(const struct event_log *events)
{
    uint32_t count = 0;
    for (uint32_t page = 0; page < events->log.page_count; page++)
        count += events->counts[page];
    return count;
}

/* The page of an event; `*index` becomes its index in that page. */
static bool find_page(const struct event_log *events, uint32_t *index, uint32_t *page)
{
    for (uint32_t i = 1; i <= events->log.page_count; i++) {
        *page = (events->log.page + i) % events->log.page_count;
        if (*index < events->counts[*page])
            return true;
        *index -= events->counts[*page];
    }
    return false;
}

int event_log_get(struct event_log *events, uint32_t index, struct event *event)
{
    uint8_t bytes[EVENT_SIZE];
    struct flash_record record = {0};
    if (!find_page(events, &index, &record.page))
        return RESULT_UNKNOWN;
    for (uint32_t i = 0; i <= index; i++) {
        if (!next_event(&events->log, &record))
            return RESULT_IO; /* rotted since it was counted */
    }
    if (flash_log_read(&events->log, &record, 0, bytes, sizeof bytes) < 0)
        return RESULT_IO;
    decode(bytes, event);
    return RESULT_OK;
}
