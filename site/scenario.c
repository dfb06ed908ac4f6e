/* SPDX-License-Identifier: Apache-2.0
 * Events are checked when they are added; playing them is walking a sorted list of moments.
 */
#include "site/scenario.h"

#include <stddef.h>
#include <string.h>

#include "base/number.h"

void scenario_init(struct scenario *scenario)
{
    memset(scenario, 0, sizeof(*scenario));
    params_init(&scenario->params);
    scenario->setup = (struct site_setup){
        .seed = 1, .pack_count = 3, .inverter_count = 1, .inverter_on_can = true};
    for (int i = 0; i < PACK_MAX; i++)
        scenario->setup.soc_permille[i] = 500;
    sim_day_init(&scenario->day, 0);
    scenario->duration_ms = 3600000;
    scenario->step_ms = 1000;
}

static bool is_action(uint16_t what)
{
    return what >= SCENARIO_ACTION;
}

static const struct site_action_row *action_of(uint16_t what)
{
    return &site_action_rows[what - SCENARIO_ACTION];
}

const char *scenario_name(const struct scenario_event *event)
{
    return is_action(event->what) ? action_of(event->what)->name : sim_fault_rows[event->what].name;
}

const char *scenario_label(const struct scenario_event *event)
{
    return is_action(event->what) ? action_of(event->what)->label
                                  : sim_fault_rows[event->what].label;
}

/* One thing cannot be in both of these ways. */
static bool exclude(uint16_t a, uint16_t b)
{
    static const uint16_t pairs[][2] = {
        {SIM_FAULT_charge_welded,      SIM_FAULT_charge_stuck_open   },
        {SIM_FAULT_discharge_welded,   SIM_FAULT_discharge_stuck_open},
        {SIM_FAULT_balance_stuck_mask, SIM_FAULT_balance_dead        },
        {SIM_FAULT_heater_stuck,       SIM_FAULT_heater_dead         },
        {SIM_FAULT_current_reversed,   SIM_FAULT_current_dead        },
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if ((pairs[i][0] == a && pairs[i][1] == b) || (pairs[i][0] == b && pairs[i][1] == a))
            return true;
    }
    return false;
}

/* A later value may follow one that stays; what overlaps otherwise contradicts. */
static bool overlap(const struct scenario_event *a, const struct scenario_event *b, bool same)
{
    bool replaces =
        same && a->at_ms != b->at_ms && (a->at_ms < b->at_ms ? a : b)->until_ms == SCENARIO_STAYS;
    return !replaces && a->at_ms < b->until_ms && b->at_ms < a->until_ms;
}

static const char *contradiction(const struct scenario *scenario,
                                 const struct scenario_event *event)
{
    for (uint16_t i = 0; i < scenario->event_count; i++) {
        const struct scenario_event *other = &scenario->event[i];
        bool same = other->what == event->what && other->index == event->index;
        if (other->pack != event->pack || !overlap(other, event, same))
            continue;
        if (same)
            return "an earlier event has the same subject at the same time";
        if (exclude(other->what, event->what))
            return "an earlier event makes the opposite of the same thing at the same time";
    }
    return NULL;
}

static const char *check_fault(const struct scenario *scenario, const struct scenario_event *event)
{
    const struct sim_fault_row *row = &sim_fault_rows[event->what];
    if (event->index >= row->count)
        return row->index == SIM_FAULT_NO_INDEX ? "it is of no single cell or sensor"
                                                : "there is no such cell or sensor";
    if (event->value < row->min || event->value > row->max)
        return "the value is outside the range of this fault";
    if (row->scope == SIM_FAULT_OF_BUS && scenario->step_ms > SITE_BYTES_STEP_MS)
        return "there are no bytes on the buses in steps longer than 10 ms";
    return NULL;
}

static const char *check_action(const struct scenario_event *event)
{
    const struct site_action_row *row = action_of(event->what);
    if (event->index != 0)
        return "it is of no single cell or sensor";
    if (event->value < row->min || event->value > row->max)
        return "the value is outside the range of this action";
    if (row->usual == SITE_ACTION_ONCE && event->until_ms != SCENARIO_STAYS)
        return "it happens once and has no end";
    return NULL;
}

static const char *check(const struct scenario *scenario, const struct scenario_event *event)
{
    if (event->pack >= scenario->setup.pack_count)
        return "there is no such pack";
    if (event->at_ms >= scenario->duration_ms)
        return "the scenario is over before it";
    if (event->until_ms <= event->at_ms)
        return "it ends when it begins";
    const char *why = is_action(event->what) ? check_action(event) : check_fault(scenario, event);
    return why ? why : contradiction(scenario, event);
}

/* Behind all that come no later; what ends makes way for what begins. */
static void insert(struct scenario *scenario, struct scenario_moment moment)
{
    uint16_t place = scenario->moment_count++;
    for (; place > 0; place--) {
        const struct scenario_moment *before = &scenario->moment[place - 1];
        if (before->at_ms < moment.at_ms ||
            (before->at_ms == moment.at_ms && (moment.begins || !before->begins)))
            break;
        scenario->moment[place] = *before;
    }
    scenario->moment[place] = moment;
}

const char *scenario_add(struct scenario *scenario, const struct scenario_event *event)
{
    if (scenario->event_count == SCENARIO_EVENT_MAX)
        return "there are too many events";
    const char *why = check(scenario, event);
    if (why)
        return why;
    uint16_t number = scenario->event_count++;
    scenario->event[number] = *event;
    insert(scenario, (struct scenario_moment){event->at_ms, number, true});
    if (event->until_ms != SCENARIO_STAYS)
        insert(scenario, (struct scenario_moment){event->until_ms, number, false});
    return NULL;
}

/* Of the end of an action: back to the usual; a fault is healed by 0. */
static void happen(struct scenario_run *run, const struct scenario_moment *moment)
{
    const struct scenario_event *event = &run->scenario->event[moment->event];
    struct sim_fault_target target = site_fault_target(run->site, event->pack);
    if (is_action(event->what))
        site_act(run->site, (enum site_action_id)(event->what - SCENARIO_ACTION), event->pack,
                 moment->begins ? event->value : action_of(event->what)->usual);
    else
        sim_fault_set(&target, (enum sim_fault_id)event->what, event->index,
                      moment->begins ? event->value : 0);
}

static void change_cell(struct site *site, const struct scenario_cell *change)
{
    struct sim_pack *pack = &site->plant.pack[change->pack];
    struct sim_cells *cells = &pack->cells;
    cells->capacity_ah[change->cell] *= change->capacity_permille / 1000.0;
    cells->resistance[change->cell] *= change->resistance_permille / 1000.0;
    if (change->soc_permille >= 0)
        cells->soc[change->cell] = change->soc_permille / 1000.0;
    sim_wear_init(&pack->wear, cells);
    sim_cells_run(cells, 1, &pack->step, 0);
}

void scenario_start(struct scenario_run *run, const struct scenario *scenario, struct site *site)
{
    struct site_setup setup = scenario->setup;
    setup.params = &scenario->params;
    site_init(site, &setup);
    uint64_t seed = site->day.seed;
    site->day = scenario->day;
    site->day.seed = seed;
    for (uint8_t i = 0; i < site->inverter_count; i++) {
        site->inverter[i].options = scenario->inverter_options;
        if (scenario->inverter_w > 0)
            site->inverter[i].setup.power_w = scenario->inverter_w;
    }
    for (uint8_t i = 0; i < site->pack_count; i++)
        sim_pack_temper(&site->plant.pack[i], sim_day_ambient_ddegc(&site->day, setup.start_ms));
    for (uint8_t i = 0; i < scenario->cell_count; i++)
        change_cell(site, &scenario->cell[i]);
    *run = (struct scenario_run){scenario, site, 0};
}

void scenario_act(struct scenario_run *run)
{
    const struct scenario *scenario = run->scenario;
    uint64_t now_ms = run->site->time_us / 1000;
    while (run->next < scenario->moment_count && scenario->moment[run->next].at_ms <= now_ms)
        happen(run, &scenario->moment[run->next++]);
}

bool scenario_step(struct scenario_run *run)
{
    if (run->site->time_us / 1000 >= run->scenario->duration_ms)
        return false;
    scenario_act(run);
    site_step(run->site, run->scenario->step_ms);
    return true;
}
