/* SPDX-License-Identifier: Apache-2.0
 * Tests of device/memory.c: what a pack knows again after its power has failed at any moment, and
 * what it does when its flash has lost something.
 */
#include "tests/support/test.h"

#include "device/memory.h"
#include "sim/flash.h"
#include "tests/support/rig.h"

enum { PAGE_SIZE = 2048, PAGE_COUNT = STORAGE_PAGES_MIN(PAGE_SIZE) };

struct bench {
    struct rig rig;
    struct memory memory;
    struct sim_flash flash;
    uint8_t bytes[PAGE_SIZE * PAGE_COUNT];
    uint32_t erase_counts[PAGE_COUNT];
};

static struct bench bench;

/* Power comes back: everything is found again in the flash. */
static void boot(void)
{
    struct params params;
    struct stored stored = {.remaining_mah = 157000, .on = true};
    params_init(&params);
    sim_flash_power_on(&bench.flash);
    memory_init(&bench.memory, &bench.flash.flash, &params, &stored);
    rig_init_with(&bench.rig, &params, &stored);
}

static void start(void)
{
    memset(&bench, 0, sizeof(bench));
    sim_flash_init(&bench.flash, bench.bytes, bench.erase_counts, PAGE_SIZE, PAGE_COUNT);
    boot();
}

static void run(uint32_t ms, uint32_t dt_ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += dt_ms) {
        rig_cell(&bench.rig, 0, bench.rig.inputs.cell_mv[0] == 3300 ? 3301 : 3300); /* noise */
        rig_step_once(&bench.rig, dt_ms);
        memory_step(&bench.memory, &bench.rig.bms, dt_ms);
    }
}

static void settings_and_state_outlive_a_power_cut(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    rig_installer(&bench.rig);
    rig_command(&bench.rig, COMMAND_SET_PARAM, PARAM_cell_ovp_mv, 3640);
    rig_command(&bench.rig, COMMAND_SET_PARAM, PARAM_balance_enabled,
                0); /* cells that answer not */
    rig_text(&bench.rig, COMMAND_SET_TEXT, TEXT_PARAM_device_name, "Cellar");
    run(20, 10);
    bench.rig.inputs.pack_ma = -50000;
    run(3600000, 1000);
    int32_t remaining_mah = bench.rig.bms.soc.remaining_mah;
    assert_in_range(remaining_mah, 106000, 108000);
    boot(); /* without the load */
    assert_int_equal(bench.rig.bms.params.cell_ovp_mv, 3640);
    assert_string_equal(bench.rig.bms.params.device_name, "Cellar");
    assert_in_range(bench.rig.bms.soc.remaining_mah, remaining_mah, remaining_mah + 900);
    assert_int_equal(bench.rig.bms.start_count, 2);
    assert_in_range(bench.rig.bms.run_time_ms, 3540000, 3603020);
    run(3000, 10);
    assert_int_equal(bench.rig.bms.power.state, POWER_ON);
}

static void an_end_in_good_order_keeps_the_charge_of_the_last_minute(void **state)
{
    (void)state;
    start();
    run(65000, 1000);
    bench.rig.inputs.pack_ma = -100000;
    run(20000, 1000);
    int32_t remaining_mah = bench.rig.bms.soc.remaining_mah;
    assert_in_range(remaining_mah, 156000, 156700);
    memory_save(&bench.memory, &bench.rig.bms);
    boot();
    assert_int_equal(bench.rig.bms.soc.remaining_mah, remaining_mah);
}

static void a_lock_outlives_a_power_cut(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    rig_cell(&bench.rig, 4, 3850);
    run(500, 10);
    assert_true(rig_alarm(&bench.rig, ALARM_cell_over_voltage_2));
    boot();
    run(30000, 10);
    assert_true(rig_alarm(&bench.rig, ALARM_cell_over_voltage_2));
    assert_false(bench.rig.bms.outputs.charge_fet || bench.rig.bms.outputs.discharge_fet);
    rig_installer(&bench.rig);
    rig_command(&bench.rig, COMMAND_RELEASE, 0, 0);
    run(100, 10);
    assert_false(rig_alarm(&bench.rig, ALARM_cell_over_voltage_2));
    boot();
    run(3000, 10);
    assert_true(bench.rig.bms.outputs.charge_fet);
}

static void a_pack_that_was_switched_off_stays_off(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    bench.rig.inputs.button = true;
    run(5020, 10);
    assert_int_equal(bench.rig.bms.power.state, POWER_OFF);
    boot();
    run(3000, 10);
    assert_int_equal(bench.rig.bms.power.state, POWER_OFF);
}

static void events_outlive_a_power_cut_in_their_order(void **state)
{
    (void)state;
    struct event event;
    start();
    run(3000, 10);
    uint32_t count = memory_event_count(&bench.memory);
    assert_true(count >= 4);
    boot();
    run(3000, 10);
    assert_true(memory_event_count(&bench.memory) >= 2 * count - 1);
    assert_true(memory_event_get(&bench.memory, 0, &event));
    assert_int_equal(event.kind, EVENT_POWER);
    assert_false(memory_event_get(&bench.memory, memory_event_count(&bench.memory), &event));
}

/* Whether the log holds an event of this kind and detail. */
static bool logged(enum event_kind kind, int detail)
{
    struct event event;
    for (uint32_t i = 0; memory_event_get(&bench.memory, i, &event); i++) {
        if (event.kind == kind && event.detail == detail)
            return true;
    }
    return false;
}

static void settings_lost_in_both_copies_block_the_pack_until_confirmed(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    rig_installer(&bench.rig);
    rig_command(&bench.rig, COMMAND_SET_PARAM, PARAM_cell_ovp_mv, 3640);
    run(100, 10);
    for (uint32_t page = 0; page < STORAGE_PARAMS_PAGES; page++) {
        for (uint32_t at = 100; at < 600; at += 50)
            sim_flash_rot(&bench.flash, page * PAGE_SIZE + at, 3);
    }
    for (int boots = 0; boots < 2; boots++) { /* a restart is no confirmation */
        boot();
        run(3000, 10);
        assert_true(rig_alarm(&bench.rig, ALARM_internal));
        assert_false(bench.rig.bms.outputs.charge_fet || bench.rig.bms.outputs.discharge_fet);
        assert_int_equal(bench.rig.bms.params.cell_ovp_mv, 3650);
        assert_true(logged(EVENT_STORAGE, STORAGE_BOTH_BAD));
    }
    rig_installer(&bench.rig);
    rig_command(&bench.rig, COMMAND_RELEASE, 0, 0);
    run(3000, 10);
    assert_true(bench.rig.bms.outputs.charge_fet);
    boot();
    run(3000, 10);
    assert_false(rig_alarm(&bench.rig, ALARM_internal));
}

static void one_rotten_copy_is_repaired_and_told(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    sim_flash_rot(&bench.flash, 300, 0);
    boot();
    run(3000, 10);
    assert_true(logged(EVENT_STORAGE, STORAGE_REPAIRED));
    assert_true(bench.rig.bms.outputs.charge_fet);
}

static void a_cut_in_any_write_of_a_change_leaves_old_or_new(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    uint64_t cuts = 0;
    bool finished = false;
    while (!finished) {
        start();
        run(2000, 10);
        rig_installer(&bench.rig);
        rig_command(&bench.rig, COMMAND_SET_PARAM, PARAM_cell_ovp_mv, 3640);
        sim_flash_cut_after(&bench.flash, cuts);
        run(20, 10);
        finished = bench.flash.powered;
        boot();
        int32_t ovp_mv = bench.rig.bms.params.cell_ovp_mv;
        assert_true(ovp_mv == 3650 || ovp_mv == 3640);
        assert_false(bench.rig.bms.parameters_bad);
        assert_true(!finished || ovp_mv == 3640);
        cuts += 37;
    }
    assert_true(cuts > 1000);
}

static void a_flash_that_fails_is_counted_and_the_pack_goes_on(void **state)
{
    (void)state;
    start();
    run(3000, 10);
    sim_flash_cut_after(&bench.flash, 0);
    rig_installer(&bench.rig);
    rig_command(&bench.rig, COMMAND_SET_PARAM, PARAM_cell_ovp_mv, 3640);
    run(100, 10);
    assert_true(bench.memory.failures > 0 && bench.memory.params_due);
    assert_true(bench.rig.bms.outputs.charge_fet);
    sim_flash_power_on(&bench.flash);
    run(20, 10);
    assert_false(bench.memory.params_due);
    boot();
    assert_int_equal(bench.rig.bms.params.cell_ovp_mv, 3640);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_and_state_outlive_a_power_cut),
        cmocka_unit_test(an_end_in_good_order_keeps_the_charge_of_the_last_minute),
        cmocka_unit_test(a_lock_outlives_a_power_cut),
        cmocka_unit_test(a_pack_that_was_switched_off_stays_off),
        cmocka_unit_test(events_outlive_a_power_cut_in_their_order),
        cmocka_unit_test(settings_lost_in_both_copies_block_the_pack_until_confirmed),
        cmocka_unit_test(one_rotten_copy_is_repaired_and_told),
        cmocka_unit_test(a_cut_in_any_write_of_a_change_leaves_old_or_new),
        cmocka_unit_test(a_flash_that_fails_is_counted_and_the_pack_goes_on),
    };
    return RUN_TESTS(tests);
}
