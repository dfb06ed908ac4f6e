/* SPDX-License-Identifier: Apache-2.0
 * The kernels of an x86-64 build; the widest that this processor has runs.
 */
#include "base/number.h"
#include "sim/cells_parts.h"

static int always(void)
{
    return 1;
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

const struct sim_cells_kernel sim_cells_kernels[] = {
    {"scalar", sim_cells_run_scalar, always    },
    {"pairs",  sim_cells_run_pairs,  always    },
    {"avx2",   sim_cells_run_avx2,   has_avx2  },
    {"avx512", sim_cells_run_avx512, has_avx512},
};

const int sim_cells_kernel_count = COUNT(sim_cells_kernels);
