/* SPDX-License-Identifier: Apache-2.0
 * The safety invariants as properties: packs live through a million steps of random sensor values,
 * commands, presses of the button, faults and short circuits, in steps of 1 ms to 60 s, and after
 * every step each invariant is looked at from outside, by its number in the safety rules. What an
 * alarm must block is written down here once more, on purpose.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

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

/* What was seen up to the last step, for one direction. */
struct watched {
    bool closed;
    bool barred; /* by a protection or by its switch in the settings */
    int32_t limit_ma;
    uint32_t clear_ms; /* since a protection last blocked it in a pack that was on */
};

struct life {
    struct rig rig;
    uint64_t random;
    bool calm;
    bool sleepy; /* hours without current, charger or request */
    uint32_t number;
    uint32_t step;
    uint32_t dt_ms;
    bool complete_seen;
    bool voltage_published;
    uint64_t emergency_ms; /* of the present one */
    uint64_t emergency_most_ms;
    uint32_t pending_ms; /* time the limits of this step cover */
    struct watched watched[COUNT(directions)];
    bool rule_active[RULE_COUNT];
    uint32_t rule_free_ms[RULE_COUNT];
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

/* Random numbers: xorshift, seeded by the number of the life. */

static uint32_t draw(struct life *life, uint32_t count)
{
    life->random ^= life->random << 13;
    life->random ^= life->random >> 7;
    life->random ^= life->random << 17;
    return (uint32_t)(life->random >> 32) % count;
}

static bool one_in(struct life *life, uint32_t count)
{
    return draw(life, count) == 0;
}

static int32_t between(struct life *life, int32_t low, int32_t high)
{
    uint64_t width = (uint64_t)((int64_t)high - low) + 1;
    uint64_t draws = (uint64_t)draw(life, UINT32_MAX);
    return (int32_t)(low + (int64_t)(draws % width));
}

/* The world of a pack. */

/* Tables of the world begin with its mild part; a calm life knows no other. */
static int32_t pick(struct life *life, const int32_t *levels, uint32_t mild_count, uint32_t count)
{
    return levels[draw(life, life->calm ? mild_count : count)];
}

static void drive_cells(struct life *life)
{
    static const int32_t levels[] = {3300, 3300, 3300, 3300, 3250, 3400, 3440, 3460, 3520,
                                     3600, 3640, 3660, 2950, 2850, 2750, 2690, 2510, 1950};
    static const int32_t odd[] = {3300, 3350, 3500, 3660, 3700, 2850, 2680,
                                  3810, 1980, 1450, 900,  4600, -1};
    rig_cells(&life->rig, (int16_t)pick(life, levels, 16, COUNT(levels)));
    if (one_in(life, 3))
        rig_cell(&life->rig, (uint8_t)draw(life, 16), (int16_t)pick(life, odd, 7, COUNT(odd)));
    if (one_in(life, 60))
        life->rig.inputs.pack_mv = between(life, 0, 70000);
}

static void drive_current(struct life *life)
{
    static const int32_t levels[] = {0,      0,      500,     -500,    1500,    -1500,   2500,
                                     -2500,  2000,   -2000,   20000,   -20000,  60000,   -60000,
                                     180000, 210000, -230000, -310000, -360000, 1000001, -1000001};
    life->rig.inputs.pack_ma = pick(life, levels, 14, COUNT(levels));
}

static void drive_temps(struct life *life)
{
    static const int32_t levels[] = {250, 250, 250, 250, 120,  20,   -5,
                                     420, 460, 520, 610, -160, -210, 1300};
    rig_temps(&life->rig, (int16_t)pick(life, levels, 9, COUNT(levels)));
    life->rig.inputs.mos_ddegc = one_in(life, 6) ? (int16_t)between(life, 700, 1000) : 300;
    if (!life->calm && one_in(life, 4))
        life->rig.inputs.temp_ddegc[draw(life, 5)] = (int16_t)between(life, -500, 1400);
}

/* Current flows only where a closed switch or its diode lets it, and a calm world obeys. */
static void obey(struct life *life)
{
    const struct bms *bms = &life->rig.bms;
    int32_t *pack_ma = &life->rig.inputs.pack_ma;
    const struct snapshot *s = &bms->snapshot;
    if (one_in(life, life->calm ? 2000 : 40))
        return;
    bool blocked = *pack_ma > 0 ? !bms->outputs.charge_fet : !bms->outputs.discharge_fet;
    if (life->calm && one_in(life, 3))
        *pack_ma = clamp32(*pack_ma, -s->discharge_limit_ma - 2000, s->charge_limit_ma + 2000);
    if (blocked)
        *pack_ma = 0;
}

/* What lies behind the switches. */
static void drive_terminals(struct life *life)
{
    struct inputs *inputs = &life->rig.inputs;
    inputs->load_mv = one_in(life, 50) ? between(life, 0, 60000) : inputs->pack_mv;
    inputs->short_present = one_in(life, 2000);
    inputs->discharge_short = one_in(life, life->calm ? 10000 : 300);
    inputs->charge_short = one_in(life, life->calm ? 20000 : 3000);
    inputs->charger_present = one_in(life, 3);
    inputs->breaker_open = inputs->breaker_open ? !one_in(life, 10) : one_in(life, 500);
    inputs->extinguisher_fired = one_in(life, 20000);
}

static void drive_faults(struct life *life)
{
    struct inputs *inputs = &life->rig.inputs;
    inputs->pack_valid = !one_in(life, 10);
    inputs->mos_valid = !one_in(life, 10);
    inputs->temp_valid_mask = 0x1F;
    inputs->cell_valid_mask = 0xFFFF;
    if (life->calm)
        return;
    if (one_in(life, 6))
        inputs->temp_valid_mask = (uint8_t)draw(life, 0x20);
    if (one_in(life, 10))
        inputs->cell_valid_mask ^= 1u << draw(life, 17);
}

static void drive_button(struct life *life)
{
    bool on = power_is_powered(&life->rig.bms.power);
    bool pressed = life->rig.inputs.button;
    life->rig.inputs.button = pressed ? !one_in(life, on ? 2 : 10) : one_in(life, on ? 200 : 2);
}

static void drive(struct life *life)
{
    struct inputs *inputs = &life->rig.inputs;
    if (one_in(life, 20))
        drive_cells(life);
    if (one_in(life, 15))
        drive_current(life);
    if (one_in(life, 40))
        drive_temps(life);
    if (one_in(life, 40))
        drive_faults(life);
    drive_button(life);
    drive_terminals(life);
    obey(life);
    inputs->bus_request = one_in(life, 50);
    if (life->sleepy && !one_in(life, 400)) {
        inputs->pack_ma = 0;
        inputs->charger_present = false;
        inputs->bus_request = false;
    }
    if (one_in(life, 200))
        inputs->dip = (uint8_t)draw(life, 16);
    if (one_in(life, 100))
        inputs->sample_count--; /* no new sample in this step */
}

static uint32_t draw_dt(struct life *life)
{
    if (life->sleepy && !one_in(life, 3))
        return 60000;
    switch (draw(life, 10)) {
    case 0:
        return (uint32_t)between(life, 1, 60000);
    case 1:
        return one_in(life, 5) ? 60000 : 1000;
    case 2:
    case 3:
        return (uint32_t)between(life, 500, 5000);
    case 4:
    case 5:
        return (uint32_t)between(life, 1, 150);
    default:
        return 10;
    }
}

static int32_t draw_value(struct life *life, const struct param_info *info)
{
    switch (draw(life, 6)) {
    case 0:
        return info->min - (int32_t)draw(life, 2);
    case 1:
        return info->max + (int32_t)draw(life, 2);
    case 2:
        return between(life, INT32_MIN, INT32_MAX);
    case 3:
        return between(life, info->min, info->max);
    default:
        return info->initial;
    }
}

static void command(struct life *life, struct seen *seen)
{
    static const char *const texts[] = {"666666", "666666", "1234", "wrong", "", "abcdefgh"};
    struct command command = {
        .kind = (uint8_t)draw(life, COMMAND_KIND_COUNT + 1),
        .session = (uint8_t)draw(life, SESSION_COUNT + 1),
        .id = (uint16_t)draw(life, PARAM_COUNT + 1),
    };
    if (one_in(life, 2))
        command.kind = COMMAND_SET_PARAM;
    if (one_in(life, 3)) {
        command.kind = COMMAND_LOGIN;
        command.session = (uint8_t)draw(life, SESSION_COUNT);
    }
    if (command.kind == COMMAND_SET_TEXT)
        command.id = (uint16_t)draw(life, TEXT_PARAM_COUNT + 1);
    command.value = draw_value(life, &param_info[min32(command.id, PARAM_COUNT - 1)]);
    const char *text = texts[draw(life, COUNT(texts))];
    memcpy(command.text, text, strlen(text));
    bool accepted = bms_request(&life->rig.bms, &command) == COMMAND_ACCEPTED;
    if (accepted && command.kind == COMMAND_SET_PARAM) {
        seen->accepted++;
        seen->sessions |= 1u << command.session;
    }
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

static void begin(struct life *life, uint32_t number, int32_t soc_permille)
{
    struct params params;
    params_init(&params);
    memset(life, 0, sizeof(*life));
    life->number = number;
    life->calm = number % 2 == 0;
    life->random = 0x9E3779B97F4A7C15ull * (number + 1);
    life->sleepy = number % 20 == 6;
    params.smart_sleep_enabled = life->sleepy;
    params.smart_sleep_delay_s = 3600;
    if (number % 25 == 24)
        params.cell_uvp_mv = 2499; /* out of bounds */
    rig_init_with(&life->rig, &params,
                  &(struct stored){.remaining_mah = 314 * soc_permille, .on = !one_in(life, 4)});
    if (one_in(life, 3))
        drive_faults(life);
    for (size_t way = 0; way < COUNT(directions); way++)
        life->watched[way].clear_ms = 60000; /* no protection yet */
}

static void live(struct life *life, struct seen *seen)
{
    drive(life);
    for (int i = one_in(life, 10) ? 5 : 0; i > 0; i--)
        command(life, seen);
    life->dt_ms = draw_dt(life);
    life->pending_ms = life->rig.bms.limits_pending_ms + life->dt_ms;
    rig_step_once(&life->rig, life->dt_ms);
    life->step++;
}

static void the_safety_invariants_hold_whatever_happens(void **state)
{
    (void)state;
    struct seen seen = {0};
    for (uint32_t number = 0; number < LIVES; number++) {
        struct life life;
        begin(&life, number, (int32_t)(number * 37 % 1001));
        for (int i = 0; i < LIFE_STEPS; i++) {
            live(&life, &seen);
            check(&life, &seen);
        }
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
    struct seen seen = {0};
    uint32_t compared = 0;
    for (uint32_t number = 0; number < TWIN_LIVES; number++) {
        struct life low;
        struct life high;
        begin(&low, number, 0);
        begin(&high, number, 1000);
        for (int i = 0; i < LIFE_STEPS; i++) {
            live(&low, &seen);
            live(&high, &seen);
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
    }
    assert_true(seen.accepted > 0 && compared > 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_safety_invariants_hold_whatever_happens),
        cmocka_unit_test(the_state_of_charge_takes_part_in_no_protection),
    };
    return RUN_TESTS(tests);
}
