/* SPDX-License-Identifier: Apache-2.0
 * The kernels of a build for any other processor.
 */
#include "base/number.h"
#include "sim/cells_parts.h"

static int always(void)
{
    return 1;
}

const struct sim_cells_kernel sim_cells_kernels[] = {
    {"scalar", sim_cells_run_scalar, always},
    {"pairs",  sim_cells_run_pairs,  always},
};

const int sim_cells_kernel_count = COUNT(sim_cells_kernels);
