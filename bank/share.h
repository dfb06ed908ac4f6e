/* SPDX-License-Identifier: Apache-2.0
 * Limits of the bank from the limits of its packs: CVL, DVL, CCL, DCL and the enables, each current
 * limit with its reason. Knows nothing of single cells and of what an inverter does with a limit.
 */
#ifndef HEARTH_BANK_SHARE_H
#define HEARTH_BANK_SHARE_H

#include "core/limits.h"
#include "bank/bank.h"

/* Call after totals_fill() (masks) and with bank->stopped_by set. Before bank_ready() and without
 * any reading the voltage limits stay unknown and the currents are 0. */
void share_fill(const struct bank *bank, struct snapshot *total);

#endif
