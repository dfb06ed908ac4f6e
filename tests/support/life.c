/* SPDX-License-Identifier: Apache-2.0
 * The random world of a pack; see the header. Half of the lives are calm, so that a pack also lives
 * long enough to do its work.
 */
#include "tests/support/life.h"

#include "base/number.h"
#include "tests/support/test.h"

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

static void command(struct life *life)
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
        life->accepted++;
        life->sessions |= 1u << command.session;
    }
}

void life_begin(struct life *life, uint32_t number, int32_t soc_permille)
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
    if (number % 7 == 5) { /* clocks of 32 bits wrap within this life */
        life->rig.bms.uptime_ms = UINT32_MAX - draw(life, 600000);
        life->rig.bms.run_time_ms = UINT32_MAX * 1000ull - draw(life, 600000);
    }
    if (one_in(life, 3))
        drive_faults(life);
    for (size_t way = 0; way < LIFE_WAYS; way++)
        life->watched[way].clear_ms = 60000; /* no protection yet */
}

void life_step(struct life *life)
{
    drive(life);
    for (int i = one_in(life, 10) ? 5 : 0; i > 0; i--)
        command(life);
    life->dt_ms = draw_dt(life);
    life->pending_ms = life->rig.bms.limits_pending_ms + life->dt_ms;
    rig_step_once(&life->rig, life->dt_ms);
    life->step++;
}
