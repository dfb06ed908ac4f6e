/* SPDX-License-Identifier: Apache-2.0
 * A chart of a whole simulation: power, voltage, cells, current, charge and temperature over time,
 * drawn by gnuplot as SVG or PNG. Of many values in one place the lowest and the highest are drawn,
 * so that a short event of a long year stays visible.
 */
#ifndef HEARTH_APP_HEARTH_SIM_CHART_H
#define HEARTH_APP_HEARTH_SIM_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "service/columns.h"
#include "site/scenario.h"

#define SIM_CHART_PLACES 1200 /* along the time */
#define SIM_CHART_LINES 128

struct sim_chart_line {
    struct column column;
    uint8_t series; /* which row of the table of series it belongs to */
    int32_t low[SIM_CHART_PLACES];
    int32_t high[SIM_CHART_PLACES];
};

struct sim_chart {
    uint64_t duration_ms;
    struct sim_chart_line line[SIM_CHART_LINES];
    uint8_t line_count;
};

void sim_chart_begin(struct sim_chart *chart, const struct scenario *scenario);

/* Takes the values of this moment. */
void sim_chart_add(struct sim_chart *chart, const struct site *site);

/* Draws into a file, *.png or *.svg. Returns 0, or -1 with the reason on standard error. */
int sim_chart_draw(const struct sim_chart *chart, const char *title,
                   const struct scenario *scenario, const char *file);

#endif
