/* SPDX-License-Identifier: Apache-2.0
 * Signs: what the switches, the inverter, the sensors and the settings should do, against what is
 * measured. Fills the quantities of kind SIGN for the rules; decides nothing.
 */
#ifndef HEARTH_CORE_SUPERVISE_H
#define HEARTH_CORE_SUPERVISE_H

#include "core/bms.h"

/* Call after the measurement and before the protections: switches and limits are still those of
 * the last step, which made what is measured now. */
void supervise_step(struct bms *bms, const struct inputs *inputs);

#endif
