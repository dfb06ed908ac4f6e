/* SPDX-License-Identifier: Apache-2.0
 * What the owner of an inverter reads on it about the battery, line by line, in the words and codes
 * of its brand. Nothing is decided here.
 */
#ifndef HEARTH_SIM_INVERTER_DISPLAY_H
#define HEARTH_SIM_INVERTER_DISPLAY_H

#include "sim/inverter.h"

#define SIM_DISPLAY_LINES 8

struct sim_display {
    const char *line[SIM_DISPLAY_LINES]; /* the first one says what it does */
    uint8_t count;                       /* at least 1 */
};

void sim_inverter_display(const struct sim_inverter *inverter,
                          const struct sim_inverter_sight *sight, struct sim_display *display);

bool sim_display_equal(const struct sim_display *a, const struct sim_display *b);

#endif
