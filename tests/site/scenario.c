/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/scenario.c.
 */
#include "site/scenario.h"

#include <string.h>

#include "tests/support/test.h"

enum { MINUTE_MS = 60000 };

static struct scenario scenario;
static struct site site;
static struct scenario_run run;

static int make(void **state)
{
    (void)state;
    scenario_init(&scenario);
    scenario.duration_ms = 30 * MINUTE_MS;
    return 0;
}

static const char *add(uint64_t at_min, uint64_t until_min, uint16_t what, uint8_t pack,
                       uint8_t index, int32_t value)
{
    const struct scenario_event event = {at_min * MINUTE_MS,
                                         until_min == SCENARIO_STAYS ? SCENARIO_STAYS
                                                                     : until_min * MINUTE_MS,
                                         what,
                                         pack,
                                         index,
                                         value};
    return scenario_add(&scenario, &event);
}

static void play_until(uint64_t minute)
{
    while (site.time_us < minute * MINUTE_MS * 1000 && scenario_step(&run))
        continue;
}

static void events_begin_and_end_in_time(void **state)
{
    (void)state;
    assert_null(add(10, 15, SIM_FAULT_leak_ma, 1, 4, 500));
    assert_null(add(5, SCENARIO_STAYS, SIM_FAULT_bus_load_mohm, 0, 0, 9000));
    assert_null(add(12, 20, SCENARIO_ACTION + SITE_ACTION_can_cable, 0, 0, 0));
    scenario_start(&run, &scenario, &site);
    play_until(10);
    assert_int_equal(site.plant.faults.bus_load_mohm, 9000);
    assert_int_equal(site.plant.pack[1].faults.leak_ma[4], 0);
    scenario_step(&run);
    assert_int_equal(site.plant.pack[1].faults.leak_ma[4], 500);
    play_until(14);
    assert_false(site.can_cable);
    play_until(21);
    assert_int_equal(site.plant.pack[1].faults.leak_ma[4], 0);
    assert_true(site.can_cable);
    assert_int_equal(site.plant.faults.bus_load_mohm, 9000);
    play_until(99);
    assert_int_equal(site.time_us, (uint64_t)30 * MINUTE_MS * 1000);
    assert_false(scenario_step(&run));
}

/* At the same moment what ends makes way for what begins. */
static void one_event_may_follow_another_at_once(void **state)
{
    (void)state;
    assert_null(add(4, 8, SIM_FAULT_heat_w, 0, 0, 100));
    assert_null(add(2, 4, SIM_FAULT_heat_w, 0, 0, 200));
    scenario_start(&run, &scenario, &site);
    play_until(3);
    assert_int_equal(site.plant.pack[0].faults.heat_w, 200);
    play_until(5);
    assert_int_equal(site.plant.pack[0].faults.heat_w, 100);
}

static void a_value_that_stays_may_be_replaced(void **state)
{
    (void)state;
    assert_null(add(2, SCENARIO_STAYS, SIM_FAULT_joint_extra_uohm, 0, 6, 300));
    assert_null(add(4, SCENARIO_STAYS, SIM_FAULT_joint_extra_uohm, 0, 6, 900));
    assert_non_null(add(4, SCENARIO_STAYS, SIM_FAULT_joint_extra_uohm, 0, 6, 500));
    assert_null(add(4, SCENARIO_STAYS, SIM_FAULT_joint_extra_uohm, 0, 7, 500));
    assert_null(add(4, SCENARIO_STAYS, SIM_FAULT_joint_extra_uohm, 1, 6, 500));
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    assert_null(add(2, 10, SIM_FAULT_charge_welded, 0, 0, 1));
    assert_non_null(strstr(add(5, 8, SIM_FAULT_charge_stuck_open, 0, 0, 1), "opposite"));
    assert_non_null(strstr(add(5, SCENARIO_STAYS, SIM_FAULT_charge_welded, 0, 0, 1), "same"));
    assert_null(add(5, 8, SIM_FAULT_charge_stuck_open, 1, 0, 1));
    assert_null(add(10, 12, SIM_FAULT_charge_stuck_open, 0, 0, 1));
    assert_int_equal(scenario.event_count, 3);
}

static void what_cannot_be_is_refused_with_a_reason(void **state)
{
    (void)state;
    assert_string_equal(add(1, 2, SIM_FAULT_heat_w, 3, 0, 1), "there is no such pack");
    assert_non_null(strstr(add(1, 2, SIM_FAULT_leak_ma, 0, 16, 1), "no such cell"));
    assert_non_null(strstr(add(1, 2, SIM_FAULT_heat_w, 0, 1, 1), "no single cell"));
    assert_non_null(strstr(add(1, 2, SIM_FAULT_leak_ma, 0, 0, -1), "range"));
    assert_non_null(strstr(add(30, 31, SIM_FAULT_heat_w, 0, 0, 1), "over before"));
    assert_non_null(strstr(add(2, 2, SIM_FAULT_heat_w, 0, 0, 1), "ends when"));
    assert_non_null(strstr(add(1, 2, SIM_FAULT_rs485_echo, 0, 0, 1), "10 ms"));
    assert_non_null(strstr(add(1, 2, SCENARIO_ACTION + SITE_ACTION_dip, 0, 0, 16), "range"));
    assert_non_null(strstr(add(1, 2, SCENARIO_ACTION + SITE_ACTION_dip, 0, 0, 1), "once"));
    assert_non_null(
        strstr(add(1, 2, SCENARIO_ACTION + SITE_ACTION_button, 0, 1, 1), "no single cell"));
    assert_int_equal(scenario.event_count, 0);
    scenario.step_ms = 10;
    assert_null(add(1, 2, SIM_FAULT_rs485_echo, 0, 0, 1));
}

static void a_full_list_is_said(void **state)
{
    (void)state;
    scenario.duration_ms = 1000 * MINUTE_MS;
    for (uint64_t i = 0; i < SCENARIO_EVENT_MAX; i++)
        assert_null(add(i, i + 1, SIM_FAULT_heat_w, 0, 0, 1));
    assert_string_equal(add(900, 901, SIM_FAULT_heat_w, 0, 0, 1), "there are too many events");
}

static void cells_and_world_are_as_said(void **state)
{
    (void)state;
    scenario.setup.pack_count = 2;
    scenario.cell[scenario.cell_count++] = (struct scenario_cell){1, 4, 800, 1500, 100};
    scenario.day.ambient_mean_ddegc = -150;
    scenario.inverter_w = 3000;
    scenario.inverter_options = SIM_OFF_GRID;
    scenario_start(&run, &scenario, &site);
    const struct sim_cells *weak = &site.plant.pack[1].cells;
    assert_true(weak->capacity_ah[4] < 0.83 * weak->capacity_ah[5]);
    assert_true(weak->resistance[4] > 1.3 * weak->resistance[5]);
    assert_true(weak->soc[4] > 0.099 && weak->soc[4] < 0.101);
    assert_true(weak->voltage_v[4] < weak->voltage_v[5] - 0.03);
    assert_true(weak->degc[0] < -5.0);
    assert_int_equal(site.inverter[0].setup.power_w, 3000);
    assert_int_equal(site.inverter[0].options, SIM_OFF_GRID);
}

static void names_are_those_of_the_tables(void **state)
{
    (void)state;
    const struct scenario_event fault = {.what = SIM_FAULT_leak_ma};
    const struct scenario_event action = {.what = SCENARIO_ACTION + SITE_ACTION_dip};
    assert_string_equal(scenario_name(&fault), "leak_ma");
    assert_string_equal(scenario_label(&fault), "Leakage inside a cell");
    assert_string_equal(scenario_name(&action), "dip");
    assert_string_equal(scenario_label(&action), "DIP switch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(events_begin_and_end_in_time, make),
        cmocka_unit_test_setup(one_event_may_follow_another_at_once, make),
        cmocka_unit_test_setup(a_value_that_stays_may_be_replaced, make),
        cmocka_unit_test_setup(contradictions_are_refused, make),
        cmocka_unit_test_setup(what_cannot_be_is_refused_with_a_reason, make),
        cmocka_unit_test_setup(a_full_list_is_said, make),
        cmocka_unit_test_setup(cells_and_world_are_as_said, make),
        cmocka_unit_test_setup(names_are_those_of_the_tables, make),
    };
    return RUN_TESTS(tests);
}
