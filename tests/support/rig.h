/* SPDX-License-Identifier: Apache-2.0
 * A pack on the bench for tests of the core: 16 cells at 3.30 V, 25.0 degC, no current, DIP 0.
 * Change `inputs` or use the helpers, then step. Every event of every step is counted and the last
 * of each kind kept, so that a test may step far and ask later.
 */
#ifndef HEARTH_TESTS_SUPPORT_RIG_H
#define HEARTH_TESTS_SUPPORT_RIG_H

#include "core/bms.h"

#define RIG_STEP_MS 10
#define RIG_EVENT_KINDS EVENT_KIND_COUNT

struct rig {
    struct bms bms;
    struct inputs inputs;
    uint32_t event_count[RIG_EVENT_KINDS]; /* since the start */
    struct event event[RIG_EVENT_KINDS];   /* the last of each kind */
};

/* Default settings, the pack was on before; nothing has been stepped. */
void rig_init(struct rig *rig);

/* The same with other settings and another memory. */
void rig_init_with(struct rig *rig, const struct params *params, const struct stored *stored);

/* rig_init() and three seconds: on, both switches closed. */
void rig_start(struct rig *rig);

/* One step of any length, with a new measurement. */
void rig_step_once(struct rig *rig, uint32_t dt_ms);

/* Steps of 10 ms; `ms` is a multiple of 10. */
void rig_step(struct rig *rig, uint32_t ms);

void rig_cells(struct rig *rig, int16_t mv); /* all cells, and the pack as their sum */
void rig_cell(struct rig *rig, uint8_t index, int16_t mv); /* one cell, and the pack */
void rig_temps(struct rig *rig, int16_t ddegc);            /* all cell sensors */

/* Command from the local session. */
enum command_result rig_command(struct rig *rig, enum command_kind kind, uint16_t id,
                                int32_t value);
enum command_result rig_text(struct rig *rig, enum command_kind kind, uint16_t id,
                             const char *text);

/* Log-in as installer on the local session. */
void rig_installer(struct rig *rig);

bool rig_alarm(const struct rig *rig, enum alarm alarm);

#endif
