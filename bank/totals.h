/* SPDX-License-Identifier: Apache-2.0
 * Measured values of the bank: sums, means, extremes over the fresh packs. A pack that does not
 * know a value takes no part in it; what no fresh pack knows is not known of the bank.
 */
#ifndef HEARTH_BANK_TOTALS_H
#define HEARTH_BANK_TOTALS_H

#include "bank/bank.h"

/* Fills measured values, masks, counts, age and maker; `total` comes in empty. */
void totals_fill(const struct bank *bank, uint32_t now_ms, struct snapshot *total);

#endif
