/* SPDX-License-Identifier: Apache-2.0
 * A battery as the benches of codecs send it: every number known, 16 cells, nothing wrong. Serves
 * as the bank and as one of its packs alike.
 */
#ifndef HEARTH_TESTS_BENCH_SUPPORT_BATTERY_H
#define HEARTH_TESTS_BENCH_SUPPORT_BATTERY_H

#include "core/snapshot.h"

/* Overwrites all of it. */
void bench_battery(struct snapshot *battery);

#endif
