/* SPDX-License-Identifier: Apache-2.0
 * What a transfer does to the voltages of its two cells: the step when it starts and stops, and
 * from it the resistance of each cell's connection. A step is compared with the mean of the cells
 * that take no part, so that the pack current does not disturb it; a cycle in which that current
 * changes is not used, nor one of steps longer than a second.
 */
#ifndef HEARTH_CORE_WIRES_H
#define HEARTH_CORE_WIRES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"

/* What the balancer did while the present measurement was taken. */
struct transfer {
    uint8_t source; /* cell index */
    uint8_t sink;
    bool on;
    int32_t ma;  /* out of the source while on */
    uint32_t ms; /* since it went on or off */
};

/* When a voltage is averaged, a sum over one window, and its mean against the other cells. */
enum wires_window { WIRES_BEFORE, WIRES_EARLY, WIRES_LATE, WIRES_AFTER, WIRES_NONE };

struct wires_sum {
    int32_t source_mv;
    int32_t sink_mv;
    int32_t cells_mv; /* of all cells */
    int32_t low_ma;
    int32_t high_ma;
    int32_t count; /* samples */
};

struct wires_mean {
    int32_t source_uv;
    int32_t sink_uv;
};

struct wires {
    int32_t contrast_uv; /* of the last cycle: how much the source fell plus the sink rose */
    int32_t largest_uohm;
    uint32_t high_mask; /* bit per cell: above wire_warning_uohm */
    /* private */
    int32_t mean_uohm[CELL_MAX];
    uint8_t cycles[CELL_MAX]; /* in mean_uohm, held at the top */
    struct wires_sum sum;
    struct wires_mean mean[WIRES_NONE];
    uint8_t have;   /* bit per window */
    uint8_t window; /* enum wires_window */
    uint8_t source; /* of the cycle */
    uint8_t sink;
    int32_t ma;
    int32_t low_ma; /* of the pack, over the windows of the cycle */
    int32_t high_ma;
};

void wires_init(struct wires *wires);

/* Every step with a complete measurement. True when a cycle has been evaluated; then contrast_uv is
 * new. */
bool wires_step(struct wires *wires, const struct measured *measured, const struct params *params,
                const struct transfer *transfer, uint32_t dt_ms);

/* The measurement was lost, or the windows missed for another reason: nothing is made of them. */
void wires_skip(struct wires *wires);

enum { WIRES_END_MS = 2000 }; /* of the last window, since the transfer went off */

/* Nothing to look at until the next transfer, which comes too late to belong to the last one: as
 * good as skipped. */
static inline bool wires_idle(const struct wires *wires, const struct transfer *transfer)
{
    return !transfer->on && transfer->ms > WIRES_END_MS && wires->window == WIRES_NONE;
}

/* Resistance of the connection of a cell, 0 not known yet (fewer than four cycles). Both its wires
 * and the joints of the sense leads; the cell's own ohmic part, about 0.3 mOhm at 25 degC and more
 * when cold, is part of the step and taken off as a constant. It is not the resistance that the
 * pack current meets. Too low by the part that the stage delivers less than the set current. */
int32_t wires_get(const struct wires *wires, uint8_t cell);

#endif
