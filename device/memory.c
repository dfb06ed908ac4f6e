/* SPDX-License-Identifier: Apache-2.0
 * Policy of storage (cell and pack facts, section 4.8). Settings of which both copies are bad leave
 * the defaults in use and the pack blocked until an installer confirms them; a first start is no
 * fault. A write that fails is tried again with the next step that has something to write.
 */
#include "device/memory.h"

#include "base/assert.h"
#include "base/number.h"
#include "core/events.h"

enum { STATE_MS = 60000 };

static void tell(struct memory *memory, uint32_t time_s, enum storage_trouble trouble)
{
    struct event event = event_of(EVENT_STORAGE, (uint8_t)trouble, 0);
    event.time_s = time_s;
    memory->failures += event_log_put(&memory->storage.events, &event) < 0;
}

/* Nothing was ever stored: the delivered settings become the stored ones at once. */
static void load_params(struct memory *memory, struct params *params, struct stored *stored)
{
    enum storage_trouble trouble = storage_load_params(&memory->storage, params);
    stored->parameters_lost |= trouble == STORAGE_BOTH_BAD || trouble == STORAGE_FAILED;
    memory->params_due = trouble == STORAGE_BLANK;
    if (trouble != STORAGE_OK && trouble != STORAGE_BLANK)
        tell(memory, stored->run_time_s, trouble);
}

static void load_state(struct memory *memory, struct stored *stored)
{
    uint8_t bytes[STORED_SIZE];
    uint32_t size;
    enum storage_trouble trouble =
        storage_load_state(&memory->storage, bytes, sizeof(bytes), &size);
    if (trouble == STORAGE_OK)
        stored_decode(stored, bytes, size);
    else if (trouble != STORAGE_BLANK)
        tell(memory, stored->run_time_s, trouble);
}

void memory_init(struct memory *memory, const struct flash *flash, struct params *params,
                 struct stored *stored)
{
    *memory = (struct memory){.state_due = true};
    int result = storage_init(&memory->storage, flash);
    ASSERT(result != RESULT_NO_SPACE);
    load_state(memory, stored);
    load_params(memory, params, stored);
    if (result < 0)
        tell(memory, stored->run_time_s, STORAGE_FAILED);
}

/* What an event asks to be saved. */
static void note(struct memory *memory, const struct event *event)
{
    switch (event->kind) {
    case EVENT_PARAM:
    case EVENT_TEXT:
    case EVENT_COMMAND:
    case EVENT_PASSWORD_RESET:
        memory->params_due = true;
        break;
    case EVENT_RELEASED:
        memory->params_due = true;
        memory->state_due = true;
        break;
    case EVENT_ALARM_SET:
    case EVENT_ALARM_CLEARED:
    case EVENT_POWER:
        memory->state_due = true;
        break;
    default:
        break;
    }
}

static void save_state(struct memory *memory, const struct bms *bms)
{
    struct stored stored;
    uint8_t bytes[STORED_SIZE];
    bms_remember(bms, &stored);
    stored_encode(&stored, bytes);
    bool failed = storage_save_state(&memory->storage, bytes, sizeof(bytes)) < 0;
    memory->failures += failed;
    memory->state_due = failed;
    memory->pending_ms = 0;
}

/* Settings that were lost are not replaced before somebody has confirmed the ones in use. */
static void save_params(struct memory *memory, const struct bms *bms)
{
    if (bms->parameters_bad)
        return;
    bool failed = storage_save_params(&memory->storage, &bms->params) < 0;
    memory->failures += failed;
    memory->params_due = failed;
}

void memory_step(struct memory *memory, const struct bms *bms, uint32_t dt_ms)
{
    const struct outputs *outputs = &bms->outputs;
    for (uint8_t i = 0; i < outputs->event_count; i++) {
        note(memory, &outputs->events[i]);
        memory->event_total++;
        memory->failures += event_log_put(&memory->storage.events, &outputs->events[i]) < 0;
    }
    memory->pending_ms = add_sat_u32(memory->pending_ms, dt_ms);
    if (memory->params_due)
        save_params(memory, bms);
    if (memory->state_due || memory->pending_ms >= STATE_MS)
        save_state(memory, bms);
}

void memory_save(struct memory *memory, const struct bms *bms)
{
    if (memory->params_due)
        save_params(memory, bms);
    save_state(memory, bms);
}

uint32_t memory_event_count(const struct memory *memory)
{
    return event_log_count(&memory->storage.events);
}

bool memory_event_get(struct memory *memory, uint32_t index, struct event *event)
{
    return event_log_get(&memory->storage.events, index, event) == 0;
}
