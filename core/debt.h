/* SPDX-License-Identifier: Apache-2.0
 * The charge debt of each cell: what it lacked against the fullest one at the last full charge,
 * less what the balancer has moved since. On the plateau voltage tells nothing of charge, so the
 * balancer pays these debts by ampere-hours. Also what each cell lost between full charges that
 * nobody moved: its leakage.
 */
#ifndef HEARTH_CORE_DEBT_H
#define HEARTH_CORE_DEBT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"

/* Part of the charge out of the source that reaches the sink. A user measured 1.35 A into a cell
 * from a "2 A" stage: 0.68. */
#define DEBT_EFFICIENCY_PERMILLE 680

struct debt {
    bool known;           /* a full charge was seen, or debts were restored */
    uint8_t anchor_count; /* full charges since init, counts round */
    uint32_t span_s;      /* time over which lost_mah was gathered, first to last full charge */
    int32_t moved_mah;    /* by the balancer since the beginning of that time */
    int16_t lost_mah[CELL_MAX]; /* more than the cell that lost least, nothing moved it */
    /* private */
    bool based;             /* a full charge since init: losses count from there */
    int32_t uah[CELL_MAX];  /* debts, millionths of an Ah; only their differences mean something */
    int32_t source_rest;    /* mA ms not yet counted in uah, likewise the next */
    int32_t sink_rest;      /* thousandths of a mA ms */
    int32_t moved_rest_uah; /* not yet in moved_mah */
    uint32_t age_s;         /* since the beginning of the losses */
    uint32_t age_ms;
};

void debt_init(struct debt *debt);

/* What is stored over a restart, mAh; only differences mean something. All zero: nothing was known.
 * Losses are not stored; they are gathered anew, because nobody counts the time without supply. */
void debt_get(const struct debt *debt, int32_t mah[CELL_MAX]);
void debt_set(struct debt *debt, const int32_t mah[CELL_MAX]);

/* Time passes; every step. */
void debt_step(struct debt *debt, uint32_t dt_ms);

/* The pack is full and the balancer has been off for two seconds: new debts from the voltages.
 * False, and nothing changed, while more than 0.05C flows. */
bool debt_take(struct debt *debt, const struct measured *measured, const struct params *params);

/* The balancer took `mams` mA ms (>= 0) out of the source. */
void debt_move(struct debt *debt, uint8_t source, uint8_t sink, int32_t mams);

/* The cells with the largest surplus and the largest need of the first `count`, and how far they
 * are apart in mAh (0 when nothing is known). */
int32_t debt_pair(const struct debt *debt, uint8_t count, uint8_t *source, uint8_t *sink);

#endif
