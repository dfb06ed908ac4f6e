/* SPDX-License-Identifier: Apache-2.0
 * Two cells at a time: SSE2, NEON or what the compiler makes of it.
 */
#define LANES 2
#define RUN sim_cells_run_pairs
#define TARGET

#include "sim/cells_parts.h"

#include "sim/cells_kernel.h"
