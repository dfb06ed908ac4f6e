/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/action.c: what is done by hand, and what a bank makes of it.
 */
#include "site/action.h"

#include "tests/support/test.h"

static struct site site;

static int make(void **state)
{
    static struct params params;
    (void)state;
    params_init(&params);
    const struct site_setup setup = {
        .seed = 2,
        .pack_count = 3,
        .start_ms = 10 * 3600000,
        .soc_permille = {500, 520, 480},
        .params = &params,
        .inverter_on_can = true
    };
    site_init(&site, &setup);
    return 0;
}

static void run(uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds * 100; i++)
        site_step(&site, 10);
}

static uint32_t fresh(void)
{
    return (uint32_t)bank_snapshot(&site_host(&site)->bank)->pack_fresh_mask;
}

static void names_and_ranges_are_those_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(site_action_find("dip"), SITE_ACTION_dip);
    assert_int_equal(site_action_find("nothing"), RESULT_UNKNOWN);
    assert_int_equal(site_act(&site, SITE_ACTION_COUNT, 0, 0), RESULT_UNKNOWN);
    assert_int_equal(site_act(&site, SITE_ACTION_dip, 3, 0), RESULT_UNKNOWN);
    assert_int_equal(site_act(&site, SITE_ACTION_dip, 0, 16), RESULT_BAD_VALUE);
    assert_int_equal(site_act(&site, SITE_ACTION_dip, 0, -1), RESULT_BAD_VALUE);
    assert_int_equal(site.inputs[0].dip, 0);
}

static void cables_button_and_switch_are_moved(void **state)
{
    (void)state;
    site_act(&site, SITE_ACTION_rs485_cable, 1, 0);
    site_act(&site, SITE_ACTION_can_cable, 0, 0);
    site_act(&site, SITE_ACTION_button, 2, 1);
    site_act(&site, SITE_ACTION_dip, 2, 9);
    assert_true(site.bus_cable[0] && !site.bus_cable[1] && !site.can_cable);
    assert_true(site.inputs[2].button && !site.inputs[1].button);
    assert_int_equal(site.inputs[2].dip, 9);
}

static void a_board_without_power_opens_and_starts_from_its_flash(void **state)
{
    (void)state;
    run(70); /* the charge is stored once a minute */
    assert_int_equal(fresh(), 7);
    int32_t soc = device_snapshot(&site.device[1])->soc_permille;
    int32_t starts = device_snapshot(&site.device[1])->start_count;
    site_act(&site, SITE_ACTION_board_power, 1, 0);
    run(3);
    assert_int_equal(fresh(), 5);
    assert_int_equal(site.plant.pack[1].switches, SIM_GATE_OPEN);
    site_act(&site, SITE_ACTION_board_power, 1, 1);
    run(8);
    const struct snapshot *back = device_snapshot(&site.device[1]);
    assert_int_equal(fresh(), 7);
    assert_int_equal(back->start_count, starts + 1);
    assert_in_range(back->soc_permille, soc - 5, soc + 5);
}

static void without_its_host_a_bank_is_silent(void **state)
{
    (void)state;
    run(20);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_RUN);
    site_act(&site, SITE_ACTION_board_power, 0, 0);
    run(15);
    assert_null(site_host(&site));
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_LOST);
    for (int i = 0; i < 100; i++)
        site_step(&site, 1000); /* in long steps likewise */
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_LOST);
    site_act(&site, SITE_ACTION_board_power, 0, 1);
    run(20);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_RUN);
}

static void a_clock_is_set_by_its_owner(void **state)
{
    (void)state;
    run(2);
    site_act(&site, SITE_ACTION_clock_s, 1, 200000000);
    run(2);
    assert_in_range(device_snapshot(&site.device[1])->clock_s, 200000000, 200000003);
    site_act(&site, SITE_ACTION_clock_s, 1, 100000000);
    run(1);
    assert_in_range(device_snapshot(&site.device[1])->clock_s, 100000000, 100000002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(names_and_ranges_are_those_of_the_table, make),
        cmocka_unit_test_setup(cables_button_and_switch_are_moved, make),
        cmocka_unit_test_setup(a_board_without_power_opens_and_starts_from_its_flash, make),
        cmocka_unit_test_setup(without_its_host_a_bank_is_silent, make),
        cmocka_unit_test_setup(a_clock_is_set_by_its_owner, make),
    };
    return RUN_TESTS(tests);
}
