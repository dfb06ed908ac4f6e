/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/world.c: numbers agree with the simulator's own state, power is balanced.
 */
#include "site/world.h"

#include <string.h>

#include "tests/support/test.h"

static struct site site;

static int make(void **state)
{
    static struct params params;
    (void)state;
    params_init(&params);
    const struct site_setup setup = {
        .seed = 2,
        .pack_count = 2,
        .start_ms = 10 * 3600000,
        .soc_permille = {600, 600},
        .params = &params,
        .inverter_count = 2,
        .inverter_on_can = true
    };
    site_init(&site, &setup);
    for (int i = 0; i < 600; i++)
        site_step(&site, 1000);
    return 0;
}

static void power_of_sun_grid_household_and_battery_is_balanced(void **state)
{
    (void)state;
    int32_t battery_w = site_world_get(&site, SITE_WORLD_battery_w);
    int32_t in_w =
        site_world_get(&site, SITE_WORLD_solar_w) + site_world_get(&site, SITE_WORLD_grid_w);
    int32_t out_w = site_world_get(&site, SITE_WORLD_load_w) + battery_w;
    assert_in_range(abs32(in_w - out_w), 0, 3);
    int32_t product_w = (int32_t)((int64_t)site_world_get(&site, SITE_WORLD_battery_ma) *
                                  site_world_get(&site, SITE_WORLD_terminal_mv) / 1000000);
    assert_in_range(abs32(product_w - battery_w), 0, 20 + abs32(battery_w) / 50);
    assert_in_range(abs32(site_world_get(&site, SITE_WORLD_asked_ma) - site.plant.total_ma), 0,
                    2000);
}

static void truths_are_those_of_the_cells(void **state)
{
    (void)state;
    struct sim_pack *pack = &site.plant.pack[1];
    int32_t mean = site_truth_get(&site, 1, SITE_TRUTH_soc_permille);
    assert_in_range(abs32(mean - sim_pack_soc_permille(pack)), 0, 10);
    assert_true(site_truth_get(&site, 1, SITE_TRUTH_soc_low_permille) < mean);
    assert_true(site_truth_get(&site, 1, SITE_TRUTH_soc_high_permille) > mean);
    pack->cells.soc[7] = 0.01;
    pack->cells.degc[3] = 81.0;
    pack->cells.capacity_ah[0] /= 2.0;
    assert_int_equal(site_truth_get(&site, 1, SITE_TRUTH_soc_low_permille), 10);
    assert_int_equal(site_truth_get(&site, 1, SITE_TRUTH_hottest_ddegc), 810);
    assert_in_range(site_truth_get(&site, 1, SITE_TRUTH_health_permille), 968, 969);
    assert_in_range(abs32(site_truth_get(&site, 0, SITE_TRUTH_current_ma) +
                          site_truth_get(&site, 1, SITE_TRUTH_current_ma) - site.plant.total_ma),
                    0, 5);
}

static void every_row_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < SITE_WORLD_COUNT; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(site_world_rows[i].name, site_world_rows[k].name);
    assert_string_equal(site_truth_rows[SITE_TRUTH_hottest_ddegc].name, "hottest_ddegc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_of_sun_grid_household_and_battery_is_balanced, make),
        cmocka_unit_test_setup(truths_are_those_of_the_cells, make),
        cmocka_unit_test(every_row_has_a_name_of_its_own),
    };
    return RUN_TESTS(tests);
}
