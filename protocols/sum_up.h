/* SPDX-License-Identifier: Apache-2.0
 * For readers of protocols that tell cells and temperatures, but not what they have in common.
 */
#ifndef HEARTH_PROTOCOLS_SUM_UP_H
#define HEARTH_PROTOCOLS_SUM_UP_H

#include "core/snapshot.h"

/* Lowest and highest cell, their numbers, the spread, of the cells that are known; nothing where
 * none is. */
void sum_up_cells(struct snapshot *values);

/* Likewise lowest and highest temperature. */
void sum_up_temperatures(struct snapshot *values);

#endif
