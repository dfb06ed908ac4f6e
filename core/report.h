/* SPDX-License-Identifier: Apache-2.0
 * Writes the state of a pack into its snapshot. Decides nothing.
 */
#ifndef HEARTH_CORE_REPORT_H
#define HEARTH_CORE_REPORT_H

#include "core/bms.h"

/* What changes in every step: measurements, switches, alarms. */
void report_fast(struct bms *bms);

/* What may be a tenth of a second old: charge, limits, phases, times. */
void report_slow(struct bms *bms);

/* Lamps, contacts and balancing, at the end of a step. */
void report_outputs(struct bms *bms, const struct inputs *inputs);

#endif
