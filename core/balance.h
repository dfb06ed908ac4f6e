/* SPDX-License-Identifier: Apache-2.0
 * Active balancing: one transfer stage moves charge from one cell to another. Decides when, between
 * which cells and for what reason: near full by voltage, elsewhere by the debts of the last full
 * charge. Watches whether the stage obeys, and proves it by a transfer of 10 s when nothing else
 * was moved for six hours.
 */
#ifndef HEARTH_CORE_BALANCE_H
#define HEARTH_CORE_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/debt.h"
#include "core/measure.h"
#include "core/params.h"
#include "core/wires.h"

enum balance_phase { BALANCE_IDLE, BALANCE_ON, BALANCE_PAUSE };
enum balance_mode { BALANCE_BY_VOLTAGE, BALANCE_BY_DEBT, BALANCE_AS_PROOF };

struct balance {
    int32_t ma;     /* transfer current, 0 off */
    uint8_t source; /* cell index */
    uint8_t sink;
    uint8_t phase; /* enum balance_phase */
    uint8_t mode;  /* enum balance_mode, of the last transfer */
    bool
        stuck; /* the stage does not move anything, or does not stop; nothing is moved until init */
    struct debt debt;
    struct wires wires;
    /* private */
    bool paying; /* debts were large enough to begin, and are not yet small */
    bool full;
    uint16_t soc_permille;
    uint8_t cell_10uohm[CELL_MAX]; /* tens of micro-ohm, 0 not known */
    uint32_t take_ms;              /* > 0: the pack became full, its debts are to be read */
    uint32_t phase_ms;
    uint32_t wait_ms;     /* to the next decision */
    int32_t moved_mams;   /* of this transfer, not yet in the debts */
    int32_t doubt_uv;     /* how much the voltages contradict the balancer, gathered */
    uint32_t unproven_ms; /* since the stage was last seen to obey */
    uint8_t proofs;       /* transfers of the present proof */
};

void balance_init(struct balance *balance);

/* An installer says that the stage works again: it is proven anew. */
void balance_trust(struct balance *balance);

/* What the estimator knows; before each balance_step(). `full`: at the full anchor, held as long as
 * it lasts or only for one step. Until the first call nothing is paid by debt. */
void balance_set_charge(struct balance *balance, int32_t soc_permille, bool full);

/* Resistance of each cell with its joints, as the pack current meets it, in micro-ohm; whenever
 * learned anew (kept in steps of 10, up to 2550). Used when no cell of the pack has 0; else the
 * settings wire_NN_uohm are. */
void balance_set_resistance(struct balance *balance, const int32_t cell_uohm[CELL_MAX]);

/* `permitted`: no protection active and the pack is on. */
void balance_step(struct balance *balance, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms);

#endif
