/* SPDX-License-Identifier: Apache-2.0
 * Eight cells at a time, for processors with AVX-512.
 */
#define LANES 8
#define RUN sim_cells_run_avx512
#define TARGET __attribute__((target("avx512f,avx512dq")))

#include "sim/cells_parts.h"

#include "sim/cells_kernel.h"
