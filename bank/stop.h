/* SPDX-License-Identifier: Apache-2.0
 * Protections of the bank: whether one pack stops all of them, and which alarms of the packs are
 * alarms of the bank. Raises nothing that no pack reports, but for the bank's own four alarms.
 */
#ifndef HEARTH_BANK_STOP_H
#define HEARTH_BANK_STOP_H

#include "bank/bank.h"

/* Directions. */
enum { STOP_CHARGE = 1, STOP_DISCHARGE = 2 };

/* Directions that the alarms of a pack close, whatever its switches say: a switch may be closed
 * only to save its body diode. */
uint8_t stop_closes(const struct snapshot *pack);

/* Index of the first fresh pack that stops the bank, or -1. */
int stop_find(const struct bank *bank);

/* Fills alarms and warnings. Call after totals_fill() (masks) and with bank->stopped_by set. */
void stop_alarms(const struct bank *bank, struct snapshot *total);

#endif
