/* SPDX-License-Identifier: Apache-2.0
 * What Growatt's protocols over CAN and RS485 mean alike: the state of the battery, numbers of
 * cells, capacities in 16 bits.
 */
#ifndef HEARTH_PROTOCOLS_GROWATT_H
#define HEARTH_PROTOCOLS_GROWATT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"

enum growatt_state { GROWATT_STANDBY = 1, GROWATT_CHARGING, GROWATT_DISCHARGING };

/* What the inverter does is what the battery sees of it: the current. */
enum growatt_state growatt_state(const struct snapshot *bank);

/* Whether something has acted, and the error bits tell what. */
bool growatt_error_valid(const struct snapshot *bank);

/* Whether several packs speak as one. */
bool growatt_parallel(const struct snapshot *bank);

/* Of the cell whose index and pack the bank has under these ids. Cells count from 1 through the
 * bank, whose packs have equally many; 0: not known. */
int64_t growatt_cell_number(const struct view *view, unsigned index_id, unsigned pack_id);

/* Remaining or full charge of the bank, in 10 mAh. Above 655 Ah both shrink alike, so that their
 * ratio stays right; 0..65534. */
uint16_t growatt_capacity(const struct snapshot *bank, int32_t mah);

#endif
