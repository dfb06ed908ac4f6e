/* SPDX-License-Identifier: Apache-2.0
 * The safety invariants as properties: packs live through a million steps of random sensor values,
 * commands, presses of the button, faults and short circuits, in steps of 1 ms to 60 s, and after
 * every step each invariant is looked at from outside, by its number in the safety rules. What an
 * alarm must block is written down here once more, on purpose.
 */
#include "tests/support/test.h"

#include "tests/support/life.h"

enum { LIVES = 1000, LIFE_STEPS = 1000, TWIN_LIVES = 20 };

/* One direction of current, and what the outside sees of it. */
struct direction {
    uint8_t block;
    int sign; /* of the pack current in this direction */
    enum value_id limit;
    enum value_id allowed;
    enum param_id enabled;
    enum event_kind closed;
    enum event_kind opened;
};

static const struct direction directions[] = {
    {
     .block = BLOCKS_CHARGE,
     .sign = 1,
     .limit = VALUE_charge_limit_ma,
     .allowed = VALUE_charge_allowed,
     .enabled = PARAM_charge_enabled,
     .closed = EVENT_CHARGE_CLOSED,
     .opened = EVENT_CHARGE_OPENED,
     },
    {
     .block = BLOCKS_DISCHARGE,
     .sign = -1,
     .limit = VALUE_discharge_limit_ma,
     .allowed = VALUE_discharge_allowed,
     .enabled = PARAM_discharge_enabled,
     .closed = EVENT_DISCHARGE_CLOSED,
     .opened = EVENT_DISCHARGE_OPENED,
     },
};

/* What an alarm must keep from flowing. */
static const uint8_t alarm_blocks[ALARM_COUNT] = {
    [ALARM_cell_over_voltage] = BLOCKS_CHARGE,
    [ALARM_pack_over_voltage] = BLOCKS_CHARGE,
    [ALARM_charge_over_current] = BLOCKS_CHARGE,
    [ALARM_charge_over_current_2] = BLOCKS_CHARGE,
    [ALARM_charge_over_temp] = BLOCKS_CHARGE,
    [ALARM_charge_under_temp] = BLOCKS_CHARGE,
    [ALARM_cell_under_voltage] = BLOCKS_UNDER_VOLTAGE,
    [ALARM_pack_under_voltage] = BLOCKS_UNDER_VOLTAGE,
    [ALARM_cell_spread] = BLOCKS_CHARGE,
    [ALARM_charge_limit_ignored] = BLOCKS_CHARGE,
    [ALARM_discharge_limit_ignored] = BLOCKS_DISCHARGE,
    [ALARM_discharge_on_failed] = BLOCKS_DISCHARGE,
    [ALARM_charge_mos] = BLOCKS_CHARGE,
    [ALARM_discharge_mos] = BLOCKS_DISCHARGE,
    [ALARM_breaker_open] = BLOCKS_BOTH,
    [ALARM_balancer] = BLOCKS_BOTH,
    [ALARM_discharge_over_current] = BLOCKS_DISCHARGE,
    [ALARM_discharge_over_current_2] = BLOCKS_DISCHARGE,
    [ALARM_discharge_over_current_3] = BLOCKS_DISCHARGE,
    [ALARM_discharge_under_temp] = BLOCKS_DISCHARGE,
    [ALARM_discharge_over_temp] = BLOCKS_BOTH,
    [ALARM_mos_over_temp] = BLOCKS_BOTH,
    [ALARM_cell_over_voltage_2] = BLOCKS_HARD,
    [ALARM_deep_discharge] = BLOCKS_HARD,
    [ALARM_discharge_short_circuit] = BLOCKS_HARD,
    [ALARM_coprocessor] = BLOCKS_HARD,
    [ALARM_cell_count] = BLOCKS_HARD,
    [ALARM_current_sensor] = BLOCKS_BOTH,
    [ALARM_charge_short_circuit] = BLOCKS_HARD,
    [ALARM_short_release_failed] = BLOCKS_HARD,
    [ALARM_open_wire] = BLOCKS_HARD,
    [ALARM_cell_sum] = BLOCKS_HARD,
    [ALARM_cells_frozen] = BLOCKS_HARD,
    [ALARM_thermal_event] = BLOCKS_HARD,
    [ALARM_extinguisher] = BLOCKS_HARD,
    [ALARM_internal] = BLOCKS_HARD,
};

/* How often the interesting things have happened; a test that never saw them proves nothing. */
struct seen {
    uint32_t closed;
    uint32_t diode;
    uint32_t hard;
    uint32_t rises;
    uint32_t releases;
    uint32_t moves;
    uint32_t accepted;
    uint32_t sessions;
    uint32_t dips;
    uint32_t emergencies; /* steps with under-voltage overridden */
    uint32_t powers;      /* a bit per power state */
    uint32_t precharges;
    uint32_t heatings;
    uint32_t balances;
    uint32_t releases_by_hand;
};

static void hold(const struct life *life, bool holds, const char *words)
{
    if (!holds)
        fail_msg("life %u, step %u (%u ms): %s", life->number, life->step, life->dt_ms, words);
}

/* What must hold after every step. */

/* An emergency lifts first-stage under-voltage (invariant 2); nothing else does. */
static uint8_t blocked_by_alarms(const struct rig *rig)
{
    uint8_t blocks = BLOCKS_NOTHING;
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (alarm_get(rig->bms.snapshot.alarms, (enum alarm)id))
            blocks |= alarm_blocks[id];
    }
    if (blocks & BLOCKS_UNDER_VOLTAGE && rig->bms.power.state != POWER_EMERGENCY)
        blocks |= BLOCKS_DISCHARGE;
    return blocks & BLOCKS_HARD;
}

static bool is_closed(const struct rig *rig, const struct direction *direction)
{
    const struct outputs *outputs = &rig->bms.outputs;
    return direction->block == BLOCKS_CHARGE ? outputs->charge_fet : outputs->discharge_fet;
}

static bool is_barred(const struct rig *rig, const struct direction *direction, uint8_t blocks)
{
    return blocks & direction->block || !rig->bms.params.value[direction->enabled];
}

/* Invariant 1: a FET that is barred is closed only for its body diode. */
static void check_diode(const struct life *life, size_t way, uint8_t blocks, struct seen *seen)
{
    const struct direction *direction = &directions[way];
    const struct watched *watched = &life->watched[way];
    if (!is_barred(&life->rig, direction, blocks) || !is_closed(&life->rig, direction))
        return;
    int32_t reverse_ma = -direction->sign * life->rig.bms.measured.pack_ma;
    bool stays = watched->closed && watched->barred;
    hold(life, reverse_ma > (stays ? 1000 : 2000), "a barred FET is closed without need");
    seen->diode++;
}

/* Nothing is driven. Lamps and beep may tell of a plausible set that lacks its temperatures. */
static bool is_dark(const struct bms *bms)
{
    const struct outputs *outputs = &bms->outputs;
    bool speaks = outputs->leds || outputs->buzzer;
    bool may_speak = bms->measured.seen && !bms->parameters_bad;
    return !outputs->charge_fet && !outputs->discharge_fet && !outputs->precharge &&
           !outputs->heater && !outputs->balance_ma && !outputs->contacts && (!speaks || may_speak);
}

/* Invariants 3 and 4. */
static void check_open(struct life *life, uint8_t blocks, struct seen *seen)
{
    const struct bms *bms = &life->rig.bms;
    bool closed = bms->outputs.charge_fet || bms->outputs.discharge_fet;
    bool hard = (blocks & BLOCKS_HARD) == BLOCKS_HARD;
    hold(life, !hard || !closed, "a FET is closed in spite of a hard block");
    hold(life, bms->measured.complete || !closed, "a FET is closed without a measurement");
    hold(life, power_is_powered(&bms->power) || !closed,
         "a FET is closed in a pack that is not on");
    life->complete_seen |= bms->measured.complete;
    if (!life->complete_seen || bms->parameters_bad)
        hold(life, is_dark(bms), "an output is driven too early");
    seen->closed += closed;
    seen->hard += hard && life->complete_seen;
}

static int32_t full_scale_ma(const struct params *params, const struct direction *direction)
{
    bool charge = direction->block == BLOCKS_CHARGE;
    int64_t rate = charge ? params->charge_rate_permille : params->discharge_rate_permille;
    int64_t trip_ma = charge ? params->charge_ocp_ma : params->discharge_ocp_ma;
    int64_t full_ma = params->nominal_mah * rate / 1000;
    full_ma = full_ma < params->board_rating_ma ? full_ma : params->board_rating_ma;
    return (int32_t)(full_ma < trip_ma * 9 / 10 ? full_ma : trip_ma * 9 / 10);
}

/* Invariant 6, currents: zero when closed, never above full scale, slowly up. */
static void check_limit(struct life *life, size_t way, uint8_t blocks, struct seen *seen)
{
    const struct direction *direction = &directions[way];
    const struct bms *bms = &life->rig.bms;
    struct watched *watched = &life->watched[way];
    int32_t limit_ma = bms->snapshot.value[direction->limit];
    bool allowed = bms->snapshot.value[direction->allowed];
    bool blocked = blocks & direction->block;
    watched->clear_ms = blocked ? 0 : add_sat_u32(watched->clear_ms, life->dt_ms);
    hold(life, !allowed || !blocked, "a blocked direction is allowed");
    hold(life, (allowed && power_is_powered(&bms->power)) || limit_ma == 0,
         "the limit of a direction that is not allowed is not zero");
    int64_t full_ma = full_scale_ma(&bms->params, direction);
    if (bms->limits_pending_ms == 0)
        hold(life, limit_ma <= full_ma, "a limit is above full scale");
    if (limit_ma <= watched->limit_ma)
        return;
    int64_t most_ma = full_ma * 50 * life->pending_ms / 1000000 + 1;
    hold(life, limit_ma - watched->limit_ma <= most_ma, "a limit rises too fast");
    hold(life, watched->clear_ms >= 60000, "a limit rises within a minute of a protection");
    seen->rises++;
}

/* Invariant 6: what cells and temperatures forbid is zero at once; the voltage is never zero. */
static void check_falls(struct life *life)
{
    const struct bms *bms = &life->rig.bms;
    const struct snapshot *s = &bms->snapshot;
    if (snapshot_have(s, VALUE_charge_limit_mv) || life->voltage_published) {
        hold(life, snapshot_have(s, VALUE_charge_limit_mv), "the voltage request has gone");
        hold(life, s->charge_limit_mv > 0, "the voltage request is zero");
        life->voltage_published = true;
    }
    if (bms->limits_pending_ms > 0 || !bms->measured.complete)
        return;
    bool no_charge = s->cell_max_mv >= 3630 || s->temp_min_ddegc <= 0 || s->temp_max_ddegc >= 450;
    bool emergency = bms->power.state == POWER_EMERGENCY;
    bool no_discharge = (!emergency && s->cell_min_mv <= 2800 && s->temp_min_ddegc >= 0) ||
                        s->temp_max_ddegc >= 600;
    hold(life, !no_charge || s->charge_limit_ma == 0, "the charge limit has not fallen");
    hold(life, !no_discharge || s->discharge_limit_ma == 0, "the discharge limit has not fallen");
}

/* Invariant 5: an automatic release only after its condition has held. */
static void check_releases(struct life *life, struct seen *seen)
{
    const struct bms *bms = &life->rig.bms;
    for (int id = 0; id < RULE_COUNT; id++) {
        const struct rule *rule = &rules[id];
        int32_t value = bms->measured.quantity[rule->quantity];
        int32_t release = rule_release_value(rule, &bms->params);
        bool equal = value == release && rule->release.param == PARAM_COUNT;
        bool free = equal || (rule->side == SIDE_OVER ? value < release : value > release);
        bool counts = life->rule_active[id] && free && bms->measured.complete;
        uint32_t *free_ms = &life->rule_free_ms[id];
        *free_ms = counts ? add_sat_u32(*free_ms, life->dt_ms) : 0;
        bool released = life->rule_active[id] && !bms->protect.state[id].active;
        if (released && rule->latch == LATCH_AUTO) {
            hold(life, *free_ms >= rule_hold_ms(rule, &bms->params), "released too early");
            seen->releases++;
        }
        life->rule_active[id] = bms->protect.state[id].active;
    }
}

/* Invariant 8: a FET that has moved left an event of this step with a reason that fits. */
static void check_events(const struct life *life, size_t way, struct seen *seen)
{
    const struct direction *direction = &directions[way];
    const struct outputs *outputs = &life->rig.bms.outputs;
    bool closed = is_closed(&life->rig, direction);
    enum event_kind kind = closed ? direction->closed : direction->opened;
    uint32_t found = 0;
    for (uint8_t i = 0; i < outputs->event_count; i++) {
        const struct event *event = &outputs->events[i];
        if (event->kind != direction->closed && event->kind != direction->opened)
            continue;
        bool closes = event->detail == SWITCH_ALLOWED || event->detail == SWITCH_BODY_DIODE;
        hold(life, event->kind == kind, "an event does not tell what the FET does");
        hold(life, event->detail != SWITCH_NONE && closes == closed, "the reason does not fit");
        found++;
    }
    bool moved = closed != life->watched[way].closed;
    hold(life, found == moved, "moves and events of a FET differ");
    seen->moves += moved;
}

/* Invariant 2: an emergency ends at 2.50 V and by its timer. */
static void check_emergency(struct life *life, struct seen *seen)
{
    const struct bms *bms = &life->rig.bms;
    bool emergency = bms->power.state == POWER_EMERGENCY;
    if (!emergency) {
        life->emergency_ms = 0;
        return;
    }
    if (life->emergency_ms == 0) /* has just begun */
        life->emergency_most_ms = (uint64_t)bms->params.emergency_s * 1000 + life->dt_ms;
    life->emergency_ms += life->dt_ms;
    hold(life, !bms->outputs.discharge_fet || bms->measured.quantity[QUANTITY_CELL_MIN_MV] > 2500,
         "an emergency discharges below 2.50 V");
    hold(life, life->emergency_ms <= life->emergency_most_ms, "an emergency outlasts its timer");
    seen->emergencies +=
        bms->outputs.discharge_fet && alarm_get(bms->alarms, ALARM_cell_under_voltage);
}

static void count_sights(const struct life *life, struct seen *seen)
{
    const struct bms *bms = &life->rig.bms;
    seen->powers |= 1u << bms->power.state;
    seen->precharges += bms->outputs.precharge;
    seen->heatings += bms->outputs.heater;
    seen->balances += bms->outputs.balance_ma > 0;
    seen->releases_by_hand += life->rig.event[EVENT_RELEASED].value > 0;
}

static void check(struct life *life, struct seen *seen)
{
    check_emergency(life, seen);
    count_sights(life, seen);
    int relation;
    uint8_t blocks = blocked_by_alarms(&life->rig);
    check_open(life, blocks, seen);
    check_falls(life);
    check_releases(life, seen);
    for (size_t way = 0; way < COUNT(directions); way++) {
        struct watched *watched = &life->watched[way];
        check_diode(life, way, blocks, seen);
        check_limit(life, way, blocks, seen);
        check_events(life, way, seen);
        watched->closed = is_closed(&life->rig, &directions[way]);
        watched->barred = is_barred(&life->rig, &directions[way], blocks);
        watched->limit_ma = life->rig.bms.snapshot.value[directions[way].limit];
    }
    hold(life, params_check(&life->rig.bms.params, &relation) < 0, "the settings contradict");
    hold(life, life->rig.bms.params.address == life->rig.inputs.dip, "the address is not the DIP");
    seen->dips |= 1u << life->rig.inputs.dip;
}

static void the_safety_invariants_hold_whatever_happens(void **state)
{
    (void)state;
    struct seen seen = {0};
    for (uint32_t number = 0; number < LIVES; number++) {
        struct life life;
        life_begin(&life, number, (int32_t)(number * 37 % 1001));
        for (int i = 0; i < LIFE_STEPS; i++) {
            life_step(&life);
            check(&life, &seen);
        }
        seen.accepted += life.accepted;
        seen.sessions |= life.sessions;
    }
    assert_true(seen.closed > 10000 && seen.hard > 1000 && seen.moves > 1000);
    assert_true(seen.diode > 100 && seen.rises > 1000 && seen.releases > 100);
    assert_true(seen.accepted > 100 && seen.emergencies > 10 && seen.precharges > 100);
    assert_true(seen.heatings > 100 && seen.balances > 100 && seen.releases_by_hand > 10);
    assert_int_equal(seen.powers, (1u << POWER_STATE_COUNT) - 1);
    assert_int_equal(seen.sessions, (1u << SESSION_COUNT) - 1);
    assert_int_equal(seen.dips, 0xFFFF);
}

/* A rule about the inverter compares with the limits that were sent, and charge is one of their
 * causes; from then on two lives may differ. */
static bool inverter_disobeyed(const struct bms *bms)
{
    return alarm_get(bms->alarms, ALARM_charge_limit_ignored) ||
           alarm_get(bms->alarms, ALARM_discharge_limit_ignored) ||
           bms->protect.tries[TRIES_CHARGE_OBEY].count > 0;
}

/* Invariant 7: two packs that differ in their charge only. */
static void the_state_of_charge_takes_part_in_no_protection(void **state)
{
    (void)state;
    uint32_t accepted = 0;
    uint32_t compared = 0;
    for (uint32_t number = 0; number < TWIN_LIVES; number++) {
        struct life low;
        struct life high;
        life_begin(&low, number, 0);
        life_begin(&high, number, 1000);
        for (int i = 0; i < LIFE_STEPS; i++) {
            life_step(&low);
            life_step(&high);
            const struct bms *a = &low.rig.bms;
            const struct bms *b = &high.rig.bms;
            if (inverter_disobeyed(a) || inverter_disobeyed(b))
                break;
            compared++;
            hold(&low, memcmp(a->alarms, b->alarms, sizeof(a->alarms)) == 0, "alarms differ");
            hold(&low, memcmp(&a->switches, &b->switches, sizeof(a->switches)) == 0,
                 "switches differ");
            hold(&low, a->power.state == b->power.state, "power states differ");
        }
        accepted += low.accepted;
    }
    assert_true(accepted > 0 && compared > 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_safety_invariants_hold_whatever_happens),
        cmocka_unit_test(the_state_of_charge_takes_part_in_no_protection),
    };
    return RUN_TESTS(tests);
}
