/* SPDX-License-Identifier: Apache-2.0
 * The kernels one by one, for sim/cells_choice_*.c and tests; everyone else calls sim_cells_run().
 */
#ifndef HEARTH_SIM_CELLS_PARTS_H
#define HEARTH_SIM_CELLS_PARTS_H

#include "sim/cells.h"

typedef void sim_cells_runner(struct sim_cells *cells, size_t count,
                              const struct sim_cells_step *step, int steps);

sim_cells_runner sim_cells_run_scalar; /* the reference */
sim_cells_runner sim_cells_run_pairs;  /* what every 64-bit processor has */
sim_cells_runner sim_cells_run_avx2;
sim_cells_runner sim_cells_run_avx512;

#endif
