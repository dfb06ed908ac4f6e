/* SPDX-License-Identifier: Apache-2.0
 * Four cells at a time, for processors with AVX2.
 */
#define LANES 4
#define RUN sim_cells_run_avx2
#define TARGET __attribute__((target("avx2")))

#include "sim/cells_parts.h"

#include "sim/cells_kernel.h"
