/* SPDX-License-Identifier: Apache-2.0
 * A pack of 16 cells for core_step.py, which counts the instructions of bms_step() from outside:
 * start, charge, a cell over-voltage with its trip, discharge. Prints the number of steps.
 */
#include <stdio.h>

#include "core/bms.h"

enum { STEPS = 600, STEP_MS = 10, CELLS = 16 };

static void measure(struct inputs *inputs, int step)
{
    int16_t high_mv = step >= 300 && step < 450 ? 3700 : 3330;
    inputs->sample_count++;
    inputs->pack_mv = 0;
    for (int i = 0; i < CELLS; i++) {
        inputs->cell_mv[i] = i == 7 ? high_mv : (int16_t)(3320 + i);
        inputs->pack_mv += inputs->cell_mv[i];
    }
    inputs->load_mv = inputs->pack_mv;
    inputs->pack_ma = step < 450 ? 50000 : -80000;
}

int main(void)
{
    static struct bms bms;
    struct params params;
    struct stored stored = {.remaining_mah = 188400, .on = true};
    struct inputs inputs = {.cell_valid_mask = 0xFFFF, .temp_valid_mask = 0xFF, .pack_valid = true};
    for (int i = 0; i < TEMP_MAX; i++)
        inputs.temp_ddegc[i] = 250;
    inputs.mos_ddegc = 300;
    inputs.mos_valid = true;
    params_init(&params);
    bms_init(&bms, &params, &stored);
    for (int step = 0; step < STEPS; step++) {
        measure(&inputs, step);
        bms_step(&bms, &inputs, STEP_MS);
    }
    printf("%d\n", STEPS);
    return 0;
}
