/* SPDX-License-Identifier: Apache-2.0
 * What a pack keeps in its flash and when: settings at every change, its state once a minute and
 * whenever a lock or the power state changes, every event. Works between the steps of the core.
 */
#ifndef HEARTH_DEVICE_MEMORY_H
#define HEARTH_DEVICE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/bms.h"
#include "core/storage.h"

struct memory {
    struct storage storage;
    uint32_t pending_ms;  /* since the state was last saved */
    uint32_t event_total; /* since the start */
    uint32_t failures;    /* writes that did not succeed; what they held is tried again or lost */
    bool params_due;      /* settings have changed and are not saved */
    bool state_due;
};

/* Finds what the flash holds. `params` and `stored` come with what a pack has at its first start
 * and leave with what it remembers; what cannot be trusted is told in the event log and in
 * `stored->parameters_lost`. The flash outlives the memory and is large enough (asserted). */
void memory_init(struct memory *memory, const struct flash *flash, struct params *params,
                 struct stored *stored);

/* After every step of the core. */
void memory_step(struct memory *memory, const struct bms *bms, uint32_t dt_ms);

/* Before the power is taken away in good order: the charge of the last minute is kept too. */
void memory_save(struct memory *memory, const struct bms *bms);

/* Events from the oldest, index 0; get is false when that event cannot be read. */
uint32_t memory_event_count(const struct memory *memory);
bool memory_event_get(struct memory *memory, uint32_t index, struct event *event);

#endif
