/* SPDX-License-Identifier: Apache-2.0
 * One cell at a time: the reference that the other kernels equal bit by bit.
 */
#define LANES 1
#define RUN sim_cells_run_scalar
#define TARGET

#include "sim/cells_parts.h"

#include "sim/cells_kernel.h"
