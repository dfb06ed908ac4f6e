/* SPDX-License-Identifier: Apache-2.0
 * The measuring front end of a pack: what the board sees of the physics, with the errors of this
 * board and the faults of its sensors. Changes nothing in the pack but the noise, the stored
 * reading and the told short circuits. Callers use sim_pack_measure().
 */
#ifndef HEARTH_SIM_FRONT_END_H
#define HEARTH_SIM_FRONT_END_H

#include "sim/pack.h"

void sim_front_end_measure(struct sim_pack *pack, struct inputs *inputs);

#endif
