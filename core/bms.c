/* SPDX-License-Identifier: Apache-2.0
 * Table of contents of the core: one call per stage, in order. Power and switches come before the
 * limits, so that a limit is zero in the same step in which its direction is closed.
 */
#include "core/bms.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "core/events.h"
#include "core/faults.h"
#include "core/report.h"
#include "core/request.h"

enum { LIMITS_MS = 100, ADDRESSED_MS = 30000, STEP_MAX_MS = 60000 };

void bms_init(struct bms *bms, const struct params *params, const struct stored *stored)
{
    int relation;
    memset(bms, 0, sizeof(*bms));
    bms->params = *params;
    bms->parameters_bad = params_check(params, &relation) >= 0;
    if (bms->parameters_bad) /* defaults to compute with; nothing closes */
        params_init(&bms->params);
    measure_init(&bms->measured);
    soc_init(&bms->soc, &bms->params, stored->soc_permille);
    protect_init(&bms->protect);
    switches_init(&bms->switches);
    limits_init(&bms->limits);
    balance_init(&bms->balance);
    power_init(&bms->power, stored->on);
    leds_init(&bms->leds);
    contacts_init(&bms->contacts);
    access_init(&bms->access);
    snapshot_init(&bms->snapshot);
    bms->run_time_ms = stored->run_time_s * 1000ull;
    bms->addressed_ms = ADDRESSED_MS;
}

static void step_time(struct bms *bms, uint32_t dt_ms)
{
    bms->run_time_ms += dt_ms;
    bms->uptime_ms += dt_ms;
    bms->clock_ms += dt_ms;
    if (bms->clock_s)
        bms->clock_s += bms->clock_ms / 1000;
    bms->clock_ms %= 1000;
}

/* Shows what happened between the steps. */
static void step_events(struct bms *bms)
{
    struct outputs *outputs = &bms->outputs;
    outputs->event_count = 0;
    for (uint8_t i = 0; i < bms->early_count; i++)
        event_put(outputs, bms->run_time_ms, bms->early[i]);
    bms->early_count = 0;
}

static void step_protect(struct bms *bms, uint32_t dt_ms)
{
    if (bms->measured.seen)
        protect_step(&bms->protect, &bms->measured, &bms->params, dt_ms);
    uint32_t alarms[ALARM_WORDS];
    memcpy(alarms, bms->protect.alarms, sizeof(alarms));
    bms->protect.blocks |= faults_collect(bms, alarms);
    events_of_alarms(&bms->outputs, bms->run_time_ms, bms->alarms, alarms);
    memcpy(bms->alarms, alarms, sizeof(alarms));
    memcpy(bms->warnings, bms->protect.warnings, sizeof(bms->warnings));
}

static void step_power(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    int32_t before = bms->snapshot.power_state;
    power_step(&bms->power, inputs, &bms->measured, &bms->params, dt_ms);
    if (bms->power.state == before)
        return;
    struct event event = event_of(EVENT_POWER, bms->power.state, bms->power.state);
    event.before = before;
    event_put(&bms->outputs, bms->run_time_ms, event);
}

static void step_switches(struct bms *bms)
{
    struct switches before = bms->switches;
    const struct switch_conditions conditions = {
        .blocks = bms->protect.blocks,
        .powered = bms->power.state == POWER_ON,
        .measured = bms->measured.complete,
        .pack_ma = bms->measured.pack_ma,
    };
    switches_step(&bms->switches, &conditions, &bms->params);
    events_of_switches(&bms->outputs, bms->run_time_ms, &before, &bms->switches,
                       bms->measured.pack_ma);
}

static bool lights_alarm(const struct bms *bms)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (alarm_info[id].led == ALARM_LED_ALM &&
            (alarm_get(bms->alarms, (enum alarm)id) || alarm_get(bms->warnings, (enum alarm)id)))
            return true;
    }
    return false;
}

/* Limits, lamps and contacts by their causes: every 100 ms, and at once when what is allowed
 * changes. */
static void step_slow(struct bms *bms, uint32_t dt_ms)
{
    bool changed = bms->snapshot.charge_allowed != bms->switches.charge_allowed ||
                   bms->snapshot.discharge_allowed != bms->switches.discharge_allowed;
    report_fast(bms);
    bms->limits_pending_ms += dt_ms;
    if (!changed && bms->limits_pending_ms < LIMITS_MS)
        return;
    limits_step(&bms->limits, &bms->snapshot, &bms->params, bms->limits_pending_ms);
    contacts_step(&bms->contacts, bms->alarms, bms->soc.soc_permille, &bms->params);
    bms->alarm_lit = lights_alarm(bms);
    bms->limits_pending_ms = 0;
    report_slow(bms);
}

/* Before the first complete measurement and after an internal error nothing is driven at all. */
static bool is_live(const struct bms *bms)
{
    return bms->measured.proven && !bms->parameters_bad;
}

static void step_front(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    bms->addressed_ms = inputs->bus_request ? 0 : add_sat_u32(bms->addressed_ms, dt_ms);
    const struct led_conditions conditions = {
        .on = is_live(bms) && bms->power.state != POWER_OFF,
        .alarm = bms->alarm_lit,
        .host = inputs->dip == 0,
        .addressed = bms->addressed_ms < ADDRESSED_MS,
        .soc_permille = bms->soc.soc_permille,
    };
    leds_step(&bms->leds, &conditions, dt_ms);
}

/* The only place where outputs are set. */
static void set_outputs(struct bms *bms)
{
    struct outputs *outputs = &bms->outputs;
    bool live = is_live(bms);
    bool on = live && bms->power.state == POWER_ON;
    outputs->charge_fet = bms->switches.charge;
    outputs->discharge_fet = bms->switches.discharge;
    outputs->balance_ma = (int16_t)bms->balance.ma;
    outputs->balance_source = bms->balance.source;
    outputs->balance_sink = bms->balance.sink;
    outputs->leds = bms->leds.lit;
    outputs->contacts = (uint8_t)(on ? bms->contacts.dry1 | bms->contacts.dry2 << 1 : 0);
    outputs->buzzer = live && (bms->power.beep || (on && bms->contacts.buzzer));
}

void bms_step(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    ASSERT(dt_ms >= 1 && dt_ms <= STEP_MAX_MS);
    step_time(bms, dt_ms);
    step_events(bms);
    request_apply(bms);
    bms->params.address = inputs->dip;
    access_step(&bms->access, dt_ms);
    measure_step(&bms->measured, inputs, &bms->params, dt_ms);
    if (bms->measured.complete)
        soc_step(&bms->soc, &bms->measured, &bms->params, dt_ms);
    step_protect(bms, dt_ms);
    step_power(bms, inputs, dt_ms);
    step_switches(bms);
    step_slow(bms, dt_ms);
    bool permitted = bms->power.state == POWER_ON && bms->protect.blocks == BLOCKS_NOTHING;
    balance_step(&bms->balance, &bms->measured, &bms->params, permitted, dt_ms);
    step_front(bms, inputs, dt_ms);
    set_outputs(bms);
    report_outputs(bms);
}
