/* SPDX-License-Identifier: Apache-2.0
 * Table of contents of the core: one call per stage, in order. Power and switches come before the
 * limits, so that a limit is zero in the same step in which its direction is closed.
 */
#include "core/bms.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "core/events.h"
#include "core/report.h"
#include "core/request.h"
#include "core/supervise.h"

enum {
    LIMITS_MS = 100,
    ADDRESSED_MS = 30000,
    STEP_MAX_MS = 60000,
    HEATING_SOC_PERMILLE = 200, /* without a charger only above it */
    BALANCE_PERCENT = 68,       /* of what the balancer takes out arrives */
};

static const float ANCHOR_SIGMA = 0.01f; /* of the charge, fraction */
static const float BIAS_MA = 50.0f;      /* that the current may be wrong by all the time */

void bms_init(struct bms *bms, const struct params *params, const struct stored *stored)
{
    int relation;
    memset(bms, 0, sizeof(*bms));
    bms->params = *params;
    bms->parameters_bad = stored->parameters_lost || params_check(params, &relation) >= 0;
    if (bms->parameters_bad) /* defaults to compute with; nothing closes */
        params_init(&bms->params);
    bms->password_unchanged = access_password_unchanged(&bms->params);
    measure_init(&bms->measured);
    trust_init(&bms->trust);
    soc_init(&bms->soc, &bms->params, stored);
    soc_health_init(&bms->health, bms->params.nominal_mah);
    soc_health_recall(&bms->health, stored);
    soc_set_capacity(&bms->soc, (int32_t)bms->health.capacity.value);
    protect_init(&bms->protect, &bms->params);
    stored_put_locks(stored, &bms->protect);
    precharge_init(&bms->precharge);
    switches_init(&bms->switches);
    heating_init(&bms->heating);
    limits_init(&bms->limits);
    thermal_init(&bms->thermal);
    balance_init(&bms->balance);
    debt_set(&bms->balance.debt, stored->debt_mah);
    button_init(&bms->button);
    power_init(&bms->power, stored->on);
    leds_init(&bms->leds);
    buzzer_init(&bms->buzzer);
    contacts_init(&bms->contacts);
    access_init(&bms->access);
    snapshot_init(&bms->snapshot);
    bms->run_time_ms = stored->run_time_s * 1000ull;
    bms->start_count = stored->start_count + 1;
    bms->addressed_ms = ADDRESSED_MS;
    bms->early[bms->early_count++] = event_of(EVENT_POWER, bms->power.state, bms->power.state);
}

void bms_remember(const struct bms *bms, struct stored *stored)
{
    memset(stored, 0, sizeof(*stored));
    stored->on = bms->power.state != POWER_OFF && bms->power.state != POWER_SHUTTING_DOWN;
    soc_remember(&bms->soc, stored);
    soc_health_remember(&bms->health, stored);
    stored_take_locks(stored, &bms->protect);
    debt_get(&bms->balance.debt, stored->debt_mah);
    stored->run_time_s = (uint32_t)(bms->run_time_ms / 1000);
    stored->start_count = bms->start_count;
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

/* Tells what a rule saw: its value now, and where it trips or releases. */
static void explain_alarm(const struct bms *bms, struct event *event)
{
    bool set = event->kind == EVENT_ALARM_SET;
    int id = set ? protect_cause(&bms->protect, (enum alarm)event->detail)
                 : bms->alarm_rule[event->detail] - 1;
    if (id < 0)
        return;
    event->rule = (uint8_t)(id + 1);
    event->value = bms->measured.quantity[rules[id].quantity];
    event->before = set ? rule_trip_value(&rules[id], &bms->params)
                        : rule_release_value(&rules[id], &bms->params);
}

static void tell_alarms(struct bms *bms)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        bool was = alarm_get(bms->alarms, (enum alarm)id);
        bool is = alarm_get(bms->protect.alarms, (enum alarm)id);
        if (was == is)
            continue;
        struct event event = event_of(is ? EVENT_ALARM_SET : EVENT_ALARM_CLEARED, (uint8_t)id, 0);
        explain_alarm(bms, &event);
        bms->alarm_rule[id] = is ? event.rule : 0;
        event_put(&bms->outputs, bms->run_time_ms, event);
    }
}

static void step_protect(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    supervise_step(bms, inputs);
    protect_step(&bms->protect, &bms->measured, &bms->params, dt_ms);
    if (memcmp(bms->alarms, bms->protect.alarms, sizeof(bms->alarms)) != 0)
        tell_alarms(bms);
    memcpy(bms->alarms, bms->protect.alarms, sizeof(bms->alarms));
    memcpy(bms->warnings, bms->protect.warnings, sizeof(bms->warnings));
}

static bool pack_is_off(const struct bms *bms)
{
    return bms->power.state == POWER_OFF || bms->power.state == POWER_SLEEP ||
           bms->power.state == POWER_STOPPED;
}

static void step_button(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    button_step(&bms->button, inputs->button, pack_is_off(bms), dt_ms);
    if (bms->button.on)
        buzzer_beep(&bms->buzzer, BEEPS_ON);
    if (bms->button.reset) {
        request_reset_passwords(bms);
        buzzer_beep(&bms->buzzer, BEEPS_PASSWORD_RESET);
    }
}

static void tell_power(struct bms *bms, uint8_t before)
{
    uint8_t now = bms->power.state;
    uint8_t cause = bms->power.emergency_cause;
    struct event event = event_of(EVENT_POWER, now, now);
    event.before = before;
    event_put(&bms->outputs, bms->run_time_ms, event);
    if (now == POWER_EMERGENCY)
        event_put(&bms->outputs, bms->run_time_ms, event_of(EVENT_EMERGENCY_ON, cause, 0));
    if (before == POWER_EMERGENCY)
        event_put(&bms->outputs, bms->run_time_ms, event_of(EVENT_EMERGENCY_OFF, cause, 0));
}

static void step_power(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    uint8_t before = bms->power.state;
    const struct power_conditions conditions = {
        .button_on = bms->button.on,
        .button_off = bms->button.off,
        .emergency = bms->button.emergency && bms->params.emergency_button_enabled,
        .charger = inputs->charger_present,
        .request = inputs->bus_request,
        .blocked = protect_blocks(&bms->protect, false) != BLOCKS_NOTHING,
        .precharging = bms->precharge.on,
    };
    power_step(&bms->power, &conditions, &bms->measured, &bms->params, dt_ms);
    if (bms->power.state != before)
        tell_power(bms, before);
}

static void step_switches(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    struct switches before = bms->switches;
    struct switch_conditions conditions = {
        .blocks = protect_blocks(&bms->protect, bms->power.state == POWER_EMERGENCY),
        .powered = power_is_powered(&bms->power),
        .measured = bms->measured.complete,
        .pack_ma = bms->measured.pack_ma,
    };
    const struct precharge_conditions precharge = {
        .wanted = switches_want_discharge(&conditions, &bms->params),
        .closed = before.discharge,
        .terminal_mv = inputs->load_mv,
        .pack_mv = bms->measured.pack_mv,
    };
    precharge_step(&bms->precharge, &precharge, &bms->params, dt_ms);
    conditions.precharged = bms->precharge.ready;
    switches_step(&bms->switches, &conditions, &bms->params);
    events_of_switches(&bms->outputs, bms->run_time_ms, &before, &bms->switches,
                       bms->measured.pack_ma);
}

/* No protection, or only those that balancing and heating do not make worse. */
static bool nothing_hard(const struct bms *bms)
{
    return power_is_powered(&bms->power) &&
           (protect_blocks(&bms->protect, false) & BLOCKS_HARD) != BLOCKS_HARD;
}

static void step_heating(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms)
{
    bool supplied = inputs->charger_present || bms->soc.soc_permille > HEATING_SOC_PERMILLE;
    heating_step(&bms->heating, &bms->measured, &bms->params, nothing_hard(bms) && supplied, dt_ms);
}

/* Timed storage: one record per period, as an event. */
static void step_record(struct bms *bms, uint32_t dt_ms)
{
    bms->record_ms = add_sat_u32(bms->record_ms, dt_ms);
    if (!bms->params.timed_storage_enabled || !bms->measured.complete ||
        bms->record_ms < (uint32_t)bms->params.data_period_s * 1000u)
        return;
    struct event event =
        event_of(EVENT_RECORD, (uint8_t)(bms->soc.soc_permille / 10), bms->measured.pack_ma);
    event.before = bms->measured.pack_mv;
    event_put(&bms->outputs, bms->run_time_ms, event);
    bms->record_ms = 0;
    bms->record_count++;
}

static bool lights_alarm(const struct bms *bms)
{
    return alarm_common(bms->alarms, alarm_lit_set) || alarm_common(bms->warnings, alarm_lit_set);
}

/* Before the first complete measurement and after an internal error nothing is driven at all. */
static bool is_live(const struct bms *bms)
{
    return bms->measured.proven && !bms->parameters_bad;
}

static void step_contacts(struct bms *bms, uint32_t dt_ms)
{
    struct contact_conditions conditions = {
        .remote_mask = bms->remote_mask,
        .running = power_is_powered(&bms->power) && is_live(bms),
    };
    memcpy(conditions.alarms, bms->alarms, sizeof(conditions.alarms));
    contact_conditions_measure(&conditions, &bms->measured, bms->soc.soc_permille);
    contacts_step(&bms->contacts, &conditions, &bms->params, dt_ms);
}

static const uint8_t lamps_of_power[POWER_STATE_COUNT] = {
    [POWER_OFF] = LED_STATE_OFF,           [POWER_STARTING] = LED_STATE_STARTING,
    [POWER_ON] = LED_STATE_RUNNING,        [POWER_STOPPED] = LED_STATE_SHUT_DOWN,
    [POWER_PRECHARGE] = LED_STATE_RUNNING, [POWER_PROTECT] = LED_STATE_PROTECT,
    [POWER_SLEEP] = LED_STATE_SLEEP,       [POWER_EMERGENCY] = LED_STATE_EMERGENCY,
    [POWER_SHUTTING_DOWN] = LED_STATE_OFF,
};

/* The plate shows protection only when neither switch is closed. */
static enum led_state lamp_state(const struct bms *bms)
{
    bool runs = bms->switches.charge || bms->switches.discharge;
    if (!is_live(bms))
        return LED_STATE_OFF;
    if (bms->power.state == POWER_PROTECT && runs)
        return LED_STATE_RUNNING;
    return (enum led_state)lamps_of_power[bms->power.state];
}

static void step_lamps(struct bms *bms, uint32_t dt_ms)
{
    const struct led_conditions conditions = {
        .state = lamp_state(bms),
        .alarm = lights_alarm(bms),
        .host = bms->params.address == 0,
        .addressed = bms->addressed_ms < ADDRESSED_MS,
        .soc_permille = bms->soc.soc_permille,
    };
    leds_step(&bms->leds, &conditions, dt_ms);
}

/* What need not be faster than every 100 ms: limits, lamps, contacts. At once when what
 * is allowed changes, or the power state. */
static void step_slow(struct bms *bms, uint32_t dt_ms)
{
    bool changed = bms->snapshot.charge_allowed != bms->switches.charge_allowed ||
                   bms->snapshot.discharge_allowed != bms->switches.discharge_allowed ||
                   bms->snapshot.power_state != bms->power.state;
    report_fast(bms);
    bms->limits_pending_ms += dt_ms;
    if (!changed && bms->limits_pending_ms < LIMITS_MS)
        return;
    uint32_t passed_ms = bms->limits_pending_ms;
    bms->limits_pending_ms = 0;
    limits_step(&bms->limits, &bms->snapshot, &bms->params, passed_ms);
    step_contacts(bms, passed_ms);
    step_lamps(bms, passed_ms);
    report_slow(bms);
}

/* The only place where outputs are set. */
static void set_outputs(struct bms *bms, uint32_t dt_ms)
{
    struct outputs *outputs = &bms->outputs;
    bool live = is_live(bms);
    bool on = live && power_is_powered(&bms->power);
    bool sounds = buzzer_step(&bms->buzzer, on && bms->contacts.buzzer, dt_ms);
    outputs->charge_fet = bms->switches.charge;
    outputs->discharge_fet = bms->switches.discharge;
    outputs->precharge = bms->precharge.on;
    outputs->heater = bms->heating.on;
    outputs->scp_delay_us = (uint16_t)bms->params.scp_delay_us;
    outputs->balance_ma = (int16_t)bms->balance.ma;
    outputs->balance_source = bms->balance.source;
    outputs->balance_sink = bms->balance.sink;
    outputs->leds = bms->leds.lit;
    outputs->contacts = (uint8_t)(on ? bms->contacts.dry1 | bms->contacts.dry2 << 1 : 0);
    outputs->buzzer = live && sounds;
}

static void step_balance(struct bms *bms, uint32_t dt_ms)
{
    balance_set_charge(&bms->balance, bms->soc.soc_permille, bms->soc.full);
    bool permitted = power_is_powered(&bms->power) && bms->protect.blocks == BLOCKS_NOTHING;
    balance_step(&bms->balance, &bms->measured, &bms->params, permitted, dt_ms);
}

static bool is_open(const struct bms *bms)
{
    return !bms->switches.charge && !bms->switches.discharge && !bms->precharge.on;
}

/* An anchor of the charge teaches the capacity. */
static void step_charge(struct bms *bms, int32_t heater_ma, uint32_t dt_ms)
{
    const struct measured *measured = &bms->measured;
    bool was_full = bms->soc.full;
    bool was_empty = bms->soc.empty;
    soc_step(&bms->soc, measured, heater_ma, &bms->params, dt_ms);
    const struct soc_health_look look = {
        .pack_ma = measured->pack_ma - heater_ma,
        .cell_mv = measured->cell_mv,
        .cell_mask = (1u << measured->cell_count) - 1,
        .temp_ddegc = measured->temp_mean_ddegc,
        .soc_permille = bms->soc.soc_permille,
        .dt_ms = dt_ms,
    };
    if (is_open(bms)) /* all that the shunt shows is its own error */
        soc_zero(&bms->soc, measured->pack_ma);
    soc_health_step(&bms->health, &look);
    if (bms->balance.ma > 0)
        soc_health_balance(&bms->health, bms->balance.source, bms->balance.sink, bms->balance.ma,
                           bms->balance.ma * BALANCE_PERCENT / 100, dt_ms);
    if (bms->soc.full && !was_full)
        soc_health_anchor(&bms->health, 1.0f, ANCHOR_SIGMA, BIAS_MA);
    else if (bms->soc.empty && !was_empty)
        soc_health_anchor(&bms->health, 0.0f, ANCHOR_SIGMA, BIAS_MA);
    else
        return;
    soc_set_capacity(&bms->soc, (int32_t)bms->health.capacity.value);
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
    trust_step(&bms->trust, inputs, &bms->measured, dt_ms);
    if (bms->measured.complete)
        step_charge(bms, inputs->heater_ma, dt_ms);
    thermal_step(&bms->thermal, &bms->measured, &bms->params, &bms->balance, dt_ms);
    step_protect(bms, inputs, dt_ms);
    step_button(bms, inputs, dt_ms);
    step_power(bms, inputs, dt_ms);
    step_switches(bms, inputs, dt_ms);
    bms->addressed_ms = inputs->bus_request ? 0 : add_sat_u32(bms->addressed_ms, dt_ms);
    step_slow(bms, dt_ms);
    step_balance(bms, dt_ms);
    step_heating(bms, inputs, dt_ms);
    step_record(bms, dt_ms);
    set_outputs(bms, dt_ms);
    report_outputs(bms, inputs);
}
