/* SPDX-License-Identifier: Apache-2.0
 * A site with a story: what it is made of, and what happens to it when. Pure data and the loop that
 * plays it through site_step(); files are read by service/scenario_file.h.
 */
#ifndef HEARTH_SITE_SCENARIO_H
#define HEARTH_SITE_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "site/action.h"
#include "site/site.h"

#define SCENARIO_EVENT_MAX 256
#define SCENARIO_CELL_MAX 64
#define SCENARIO_STAYS UINT64_MAX
#define SCENARIO_ACTION SIM_FAULT_COUNT /* what = this + enum site_action_id */

struct scenario_event {
    uint64_t at_ms;    /* since the start */
    uint64_t until_ms; /* healed or put back then; SCENARIO_STAYS: never */
    uint16_t what;     /* enum sim_fault_id, or an action */
    uint8_t pack;      /* position; 0 for what concerns no pack */
    uint8_t index;     /* cell or sensor, 0 for what has none */
    int32_t value;
};

/* An event begins or ends. */
struct scenario_moment {
    uint64_t at_ms;
    uint16_t event;
    bool begins;
};

/* A cell that differs from what the seed made of it. */
struct scenario_cell {
    uint8_t pack;
    uint8_t cell;
    int32_t capacity_permille;   /* of what it has, 1000 */
    int32_t resistance_permille; /* likewise */
    int32_t soc_permille;        /* -1: that of its pack */
};

struct scenario {
    struct site_setup setup;
    struct params params;
    struct sim_day day;       /* its seed is that of the setup */
    int32_t inverter_w;       /* 0: as it is */
    uint8_t inverter_options; /* enum sim_option */
    uint64_t duration_ms;
    uint32_t step_ms; /* 10..60,000 */
    struct scenario_event event[SCENARIO_EVENT_MAX];
    struct scenario_moment moment[2 * SCENARIO_EVENT_MAX]; /* in order of time */
    uint16_t event_count;
    uint16_t moment_count;
    struct scenario_cell cell[SCENARIO_CELL_MAX];
    uint8_t cell_count;
};

/* Three packs, no event, an hour in steps of a second. */
void scenario_init(struct scenario *scenario);

/* Name of what an event does, and how it reads for people. */
const char *scenario_name(const struct scenario_event *event);
const char *scenario_label(const struct scenario_event *event);

/* Adds an event when packs, duration and step are known. Returns NULL, or why it cannot be: outside
 * a range, never, impossible at this step, or against another event. */
const char *scenario_add(struct scenario *scenario, const struct scenario_event *event);

struct scenario_run {
    const struct scenario *scenario;
    struct site *site;
    uint16_t next; /* moment; those before have happened */
};

/* Makes the site; the scenario has to outlive it. */
void scenario_start(struct scenario_run *run, const struct scenario *scenario, struct site *site);

/* What is due now happens; scenario_step() does it too. */
void scenario_act(struct scenario_run *run);

/* What is due happens, then the site advances by a step. False at the end, when nothing was done.
 */
bool scenario_step(struct scenario_run *run);

#endif
