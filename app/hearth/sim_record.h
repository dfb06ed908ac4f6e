/* SPDX-License-Identifier: Apache-2.0
 * What a simulation writes: rows of numbers as CSV and JSON Lines, and what happened as JSON Lines.
 * Every line is complete when it is written, so that the files are good up to any moment.
 */
#ifndef HEARTH_APP_HEARTH_SIM_RECORD_H
#define HEARTH_APP_HEARTH_SIM_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "service/columns.h"
#include "site/scenario.h"

struct sim_record {
    FILE *csv;    /* NULL: none */
    FILE *lines;  /* rows and events; NULL: none */
    FILE *events; /* events only; NULL: none */
    const struct columns *columns;
    const struct site *site;
    /* as last seen, by position; the bank behind the packs */
    uint32_t alarms[PACK_MAX + 1][ALARM_WORDS];
    uint32_t switches[PACK_MAX];
    uint8_t inverter[SITE_INVERTER_MAX]; /* enum sim_inverter_state */
    uint32_t alarm_count;                /* begun so far */
    uint32_t row_count;
};

/* Writes the header. The streams stay the caller's. */
void sim_record_begin(struct sim_record *record, const struct columns *columns,
                      const struct site *site);

/* The row of this moment. */
void sim_record_row(struct sim_record *record);

/* After each step: alarms, switches and inverters that changed, as events. */
void sim_record_watch(struct sim_record *record);

/* An event of the scenario has begun or ended. */
void sim_record_moment(struct sim_record *record, const struct scenario *scenario,
                       const struct scenario_moment *moment);

/* False when something could not be written. */
bool sim_record_good(const struct sim_record *record);

#endif
