/* SPDX-License-Identifier: Apache-2.0
 * The bench: a site whose weather and household are switched off, so that only what a test does
 * happens. Pack 0 is the one that suffers and is watched.
 */
#include "tests/support/bench.h"

#include "protocols/protocols.h"
#include "sim/fault_menu.h"
#include "tests/support/test.h"

enum { HALF_PERMILLE = 500, ROOM_DDEGC = 250, START_MS = 8000, NOON_MS = 12 * 3600000 };

void bench_params(struct params *params)
{
    params_init(params);
    params_put_text(params, TEXT_PARAM_device_password, BENCH_DEVICE_PASSWORD, 16);
    params_put_text(params, TEXT_PARAM_settings_password, BENCH_SETTINGS_PASSWORD, 16);
}

void bench_temper(struct bench *bench, int32_t ddegc)
{
    struct site *site = &bench->site;
    uint64_t now_ms = site->start_ms + site->time_us / 1000;
    site->day.ambient_mean_ddegc += ddegc - sim_day_ambient_ddegc(&site->day, now_ms);
    for (uint8_t i = 0; i < site->pack_count; i++)
        sim_pack_temper(&site->plant.pack[i], ddegc);
}

void bench_open(struct bench *bench, const struct bench_setup *setup)
{
    struct params params;
    bench_params(&params);
    if (setup->change)
        setup->change(&params);
    struct site_setup site = {
        .seed = 1,
        .pack_count = setup->pack_count ? setup->pack_count : 1,
        .start_ms = NOON_MS,
        .params = &params,
        .inverter_on_can = true,
    };
    for (int i = 0; i < PACK_MAX; i++)
        site.soc_permille[i] = setup->soc_permille ? setup->soc_permille : HALF_PERMILLE;
    site_init(&bench->site, &site);
    bench->site.day.solar_peak_w = 0;
    bench->site.day.load_scale_permille = 0;
    bench_temper(bench, ROOM_DDEGC);
    if (setup->dead_bus)
        bench->site.plant.terminal_v = bench->site.plant.pack[0].terminal_v = 0.0;
    bench->site.inverter[0].faults.charger_ma = setup->charger_ma;
    bench->site.inverter[0].faults.load_ma = setup->load_ma;
    bench->events_seen = 0;
}

static bool any_alarm(const struct snapshot *snapshot)
{
    return snapshot->alarms[0] | snapshot->alarms[1] | snapshot->warnings[0] |
           snapshot->warnings[1];
}

void bench_start(struct bench *bench, const struct bench_setup *setup)
{
    bench_open(bench, setup);
    bench_run(bench, START_MS, 10);
    assert_int_equal(bench_directions(bench), BENCH_BOTH);
    assert_false(any_alarm(bench_pack(bench)));
    assert_false(any_alarm(bench_bank(bench)));
    bench_mark(bench);
}

static bool hard_block(const struct bms *bms)
{
    for (int id = 0; id < RULE_COUNT; id++) {
        if (bms->protect.state[id].active && rules[id].blocks == BLOCKS_HARD)
            return true;
    }
    return false;
}

static void check_always(const struct bench *bench)
{
    const struct device *device = &bench->site.device[0];
    const struct snapshot *pack = bench_pack(bench);
    const struct snapshot *bank = bench_bank(bench);
    bool counts = bench->site.pack_count == 1 && device_is_on(device);
    if (!pack->charge_allowed) {
        assert_int_equal(pack->charge_limit_ma, 0);
        assert_true(!counts || bank->charge_limit_ma == 0);
        assert_true(!counts || !bank->charge_allowed);
    }
    if (!pack->discharge_allowed) {
        assert_int_equal(pack->discharge_limit_ma, 0);
        assert_true(!counts || bank->discharge_limit_ma == 0);
        assert_true(!counts || !bank->discharge_allowed);
    }
    if (snapshot_have(pack, VALUE_charge_limit_mv))
        assert_in_range(pack->charge_limit_mv, 40000, 57600);
    if (hard_block(&device->bms)) {
        assert_false(device_outputs(device)->charge_fet);
        assert_false(device_outputs(device)->discharge_fet);
    }
}

static void step(struct bench *bench, uint32_t step_ms)
{
    site_step(&bench->site, step_ms);
    check_always(bench);
}

void bench_run(struct bench *bench, uint32_t ms, uint32_t step_ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += step_ms)
        step(bench, step_ms);
}

uint32_t bench_until(struct bench *bench, bench_condition *holds, int argument, uint32_t most_ms,
                     uint32_t step_ms)
{
    for (uint32_t passed_ms = 0; passed_ms <= most_ms; passed_ms += step_ms) {
        if (holds(bench, argument))
            return passed_ms;
        step(bench, step_ms);
    }
    return UINT32_MAX;
}

bool bench_allows(const struct bench *bench, int directions)
{
    return bench_directions(bench) == directions;
}

bool bench_in_state(const struct bench *bench, int power_state)
{
    return bench_pack(bench)->power_state == power_state;
}

/* Warnings have no event: their alarm is there and their rule acts. */
bool bench_rule_fired(const struct bench *bench, int rule)
{
    struct event event;
    if (bench_rule_ended(bench, rule))
        return false;
    if (rules[rule].level == LEVEL_WARN)
        return bench->site.device[0].bms.protect.state[rule].active;
    return bench_event(bench, EVENT_ALARM_SET, rules[rule].alarm, &event) && event.rule == rule + 1;
}

bool bench_rule_ended(const struct bench *bench, int rule)
{
    const struct snapshot *pack = bench_pack(bench);
    bool warns = rules[rule].level == LEVEL_WARN;
    return !alarm_get(warns ? pack->warnings : pack->alarms, (enum alarm)rules[rule].alarm);
}

static void set_cell_reading(struct bench *bench, uint8_t cell, int32_t mv)
{
    struct sim_pack *pack = &bench->site.plant.pack[0];
    pack->faults.cell_offset_mv[cell] += mv - bench->site.inputs[0].cell_mv[cell];
}

void bench_fault(struct bench *bench, const char *name, uint8_t index, int32_t value)
{
    const struct sim_fault_target target = site_fault_target(&bench->site, 0);
    bool reads = strcmp(name, "cell_reads_mv") == 0;
    int id = reads ? SIM_FAULT_cell_offset_mv : sim_fault_find(name);
    assert_true(id >= 0);
    uint8_t first = index == BENCH_EVERY ? 0 : index;
    uint8_t end = index == BENCH_EVERY ? sim_fault_rows[id].count : (uint8_t)(index + 1);
    for (uint8_t i = first; i < end; i++) {
        if (reads)
            set_cell_reading(bench, i, value);
        else
            assert_int_equal(sim_fault_set(&target, (enum sim_fault_id)id, i, value), RESULT_OK);
    }
}

void bench_balance(struct bench *bench, double soc)
{
    double missing_ah = (1.0 - soc) * bench->site.device[0].bms.params.nominal_mah / 1000.0;
    struct sim_pack *pack = &bench->site.plant.pack[0];
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->cells.soc[i] = 1.0 - missing_ah / pack->cells.capacity_ah[i];
    sim_cells_run(&pack->cells, 1, &pack->step, 0);
}

void bench_mark(struct bench *bench)
{
    bench->events_seen = device_event_count(&bench->site.device[0]);
}

/* Reading an event changes nothing that anyone sees. */
static bool event_at(const struct bench *bench, uint32_t index, struct event *event)
{
    struct device *device = (struct device *)(uintptr_t)&bench->site.device[0];
    return device_event_get(device, index, event);
}

bool bench_event(const struct bench *bench, enum event_kind kind, int detail, struct event *event)
{
    for (uint32_t i = device_event_count(&bench->site.device[0]); i > bench->events_seen; i--) {
        if (event_at(bench, i - 1, event) && event->kind == kind && event->detail == detail)
            return true;
    }
    return false;
}

uint32_t bench_event_count(const struct bench *bench, enum event_kind kind, int detail)
{
    struct event event;
    uint32_t count = 0;
    for (uint32_t i = bench->events_seen; i < device_event_count(&bench->site.device[0]); i++)
        count += event_at(bench, i, &event) && event.kind == kind && event.detail == detail;
    return count;
}

enum command_result bench_command(struct bench *bench, enum command_kind kind, uint16_t id,
                                  int32_t value)
{
    const struct command command = {
        .kind = (uint8_t)kind, .session = SESSION_LOCAL, .id = id, .value = value};
    return device_request(&bench->site.device[0], &command);
}

enum command_result bench_login(struct bench *bench, const char *password)
{
    struct command command = {.kind = COMMAND_LOGIN, .session = SESSION_LOCAL};
    memcpy(command.text, password, strlen(password));
    return device_request(&bench->site.device[0], &command);
}

void bench_installer(struct bench *bench)
{
    assert_int_equal(bench_login(bench, BENCH_SETTINGS_PASSWORD), COMMAND_ACCEPTED);
}

const struct snapshot *bench_pack(const struct bench *bench)
{
    return device_snapshot(&bench->site.device[0]);
}

const struct snapshot *bench_bank(const struct bench *bench)
{
    return bank_snapshot(&bench->site.device[0].bank);
}

int bench_directions(const struct bench *bench)
{
    const struct snapshot *pack = bench_pack(bench);
    return (pack->charge_allowed ? BENCH_CHARGE : 0) |
           (pack->discharge_allowed ? BENCH_DISCHARGE : 0);
}

bool bench_lamp_flickers(const struct bench *bench, int lamp)
{
    return bench_pack(bench)->leds >> (16 + lamp) & 1;
}

bool bench_contact_closed(const struct bench *bench)
{
    return bench_pack(bench)->contacts & 1;
}

void bench_press(struct bench *bench, uint32_t ms)
{
    bench->site.inputs[0].button = true;
    bench_run(bench, ms, 10);
    bench->site.inputs[0].button = false;
    bench_run(bench, 100, 10);
}
