/* SPDX-License-Identifier: Apache-2.0
 * Event queue of one step and the comparisons that fill it. Stores nothing: device drains the
 * queue.
 */
#include "core/events.h"

#include "core/command.h"

enum { FET_PLACES = 2 };

struct event event_of(enum event_kind kind, uint8_t detail, int32_t value)
{
    return (struct event){
        .kind = (uint8_t)kind, .detail = detail, .value = value, .session = SESSION_COUNT};
}

void event_put(struct outputs *outputs, uint64_t run_time_ms, struct event event)
{
    bool fet = event.kind >= EVENT_CHARGE_CLOSED && event.kind <= EVENT_DISCHARGE_OPENED;
    if (outputs->event_count >= (fet ? OUTPUT_EVENT_MAX : OUTPUT_EVENT_MAX - FET_PLACES)) {
        outputs->events_lost++;
        return;
    }
    event.time_s = (uint32_t)(run_time_ms / 1000);
    outputs->events[outputs->event_count++] = event;
}

void events_of_switches(struct outputs *outputs, uint64_t run_time_ms,
                        const struct switches *before, const struct switches *now, int32_t pack_ma)
{
    if (before->charge != now->charge)
        event_put(outputs, run_time_ms,
                  event_of(now->charge ? EVENT_CHARGE_CLOSED : EVENT_CHARGE_OPENED,
                           now->charge_reason, pack_ma));
    if (before->discharge != now->discharge)
        event_put(outputs, run_time_ms,
                  event_of(now->discharge ? EVENT_DISCHARGE_CLOSED : EVENT_DISCHARGE_OPENED,
                           now->discharge_reason, pack_ma));
}
