/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/site.c: the demonstration bank, headless. Minutes with bytes on the buses, a day in
 * steps of a second.
 */
#include "tests/support/test.h"

#include "protocols/protocols.h"
#include "site/site.h"

static struct params params;

static struct site *new_site_timed(uint64_t start_ms, enum jk_timing timing)
{
    params_init(&params);
    struct site *site = malloc(sizeof(*site));
    assert_non_null(site);
    const struct site_setup setup = {
        .seed = 1,
        .pack_count = 3,
        .start_ms = start_ms,
        .soc_permille = {500, 480, 520},
        .params = &params,
        .timing = timing,
        .inverter_on_can = true,
    };
    site_init(site, &setup);
    return site;
}

static struct site *new_site(uint64_t start_ms)
{
    return new_site_timed(start_ms, JK_TIMING_FAST);
}

static void run(struct site *site, uint32_t ms)
{
    for (uint32_t passed = 0; passed < ms; passed += 10)
        site_step(site, 10);
}

static const struct snapshot *bank_of(const struct site *site)
{
    return bank_snapshot(&site_host(site)->bank);
}

static void three_packs_find_each_other_and_the_inverter_runs(void **state)
{
    (void)state;
    struct site *site = new_site(10 * 3600000);
    run(site, 2000);
    assert_true(bank_ready(&site_host(site)->bank));
    assert_int_equal(bank_of(site)->pack_fresh_mask, 7);
    run(site, 28000);
    const struct snapshot *heard = &site->receiver[0].values;
    assert_int_equal(site->inverter[0].state, SIM_INVERTER_RUN);
    assert_in_range(abs32(heard->pack_mv - bank_of(site)->pack_mv), 0, 50);
    assert_in_range(abs32(heard->charge_limit_ma - bank_of(site)->charge_limit_ma), 0, 5000);
    assert_int_equal(heard->pack_count, 3);
    assert_int_equal(site->bus.collisions, 0);
    assert_true(site->plant.total_ma != 0);
    free(site);
}

static void a_pulled_cable_takes_the_pack_out_and_lowers_the_limits(void **state)
{
    (void)state;
    struct site *site = new_site(10 * 3600000);
    run(site, 60000);
    int32_t charge_ma = bank_of(site)->charge_limit_ma;
    int32_t discharge_ma = bank_of(site)->discharge_limit_ma;
    site->bus_cable[1] = false;
    run(site, 2 * 1000 + 500);
    const struct snapshot *bank = bank_of(site);
    assert_int_equal(bank->pack_fresh_mask, 5);
    assert_int_equal(bank_pack_state(&site_host(site)->bank, 1), BANK_STALE);
    assert_true(alarm_get(bank->alarms, ALARM_pack_stale) ||
                alarm_get(bank->warnings, ALARM_pack_stale));
    assert_true(bank->charge_limit_ma <= charge_ma * 7 / 10);
    assert_true(bank->discharge_limit_ma <= discharge_ma * 7 / 10);
    run(site, 1000);
    assert_in_range(abs32(site->receiver[0].values.charge_limit_ma - bank->charge_limit_ma), 0,
                    200);
    site->bus_cable[1] = true;
    run(site, 8000);
    assert_int_equal(bank_of(site)->pack_fresh_mask, 7);
    free(site);
}

static void slow_readings_keep_all_packs_but_count_less(void **state)
{
    (void)state;
    struct site *site = new_site_timed(10 * 3600000, JK_TIMING_SLOTS);
    run(site, 10000);
    assert_int_equal(bank_of(site)->pack_fresh_mask, 7);
    for (int s = 0; s < 60; s++) {
        run(site, 1000);
        assert_int_equal(bank_of(site)->pack_fresh_mask, 7);
    }
    assert_int_equal(bank_of(site)->charge_limit_reason, REASON_bank_slow);
    site->bus_cable[2] = false;
    run(site, 2 * 7600 + 300);
    assert_int_equal(bank_of(site)->pack_fresh_mask, 3);
    free(site);
}

static void a_lone_host_stops_the_inverter_when_its_can_cable_is_pulled(void **state)
{
    (void)state;
    struct site *site = new_site(12 * 3600000);
    run(site, 30000);
    assert_int_equal(site->inverter[0].state, SIM_INVERTER_RUN);
    site->can_cable = false;
    run(site, 12000);
    assert_int_equal(site->inverter[0].state, SIM_INVERTER_LOST);
    assert_in_range(abs32(site->inverter[0].demand.total_ma), 0, 1000);
    free(site);
}

static struct site *new_site_with(uint8_t inverters, int32_t load_w)
{
    struct site *site = malloc(sizeof(*site));
    assert_non_null(site);
    params_init(&params);
    const struct site_setup setup = {
        .seed = 1,
        .pack_count = 3,
        .start_ms = 2 * 3600000,
        .soc_permille = {500, 500, 500},
        .params = &params,
        .inverter_count = inverters,
        .inverter_on_can = true
    };
    static const uint64_t always = 0;
    static int32_t load;
    static const struct sim_profile profile = {&always, &load, 1, 0};
    load = load_w;
    site_init(site, &setup);
    site->day.load_w = &profile;
    run(site, 30000);
    return site;
}

static void two_inverters_share_the_household(void **state)
{
    (void)state;
    struct site *one = new_site_with(1, 6000);
    struct site *two = new_site_with(2, 6000);
    assert_in_range(abs32(one->plant.total_ma - two->plant.total_ma), 0, 3000);
    assert_in_range(two->inverter[0].battery_w, -3200, -2900);
    assert_in_range(abs32(two->inverter[0].battery_w - two->inverter[1].battery_w), 0, 5);
    assert_in_range(abs32(two->inverter[0].grid_w), 0, 100);
    free(one);
    free(two);
}

/* Each goes by the limits as if it were alone: what is allowed is asked for twice. */
static void two_inverters_do_not_share_the_limits(void **state)
{
    (void)state;
    struct site *site = new_site_with(2, 60000);
    int32_t limit_ma = bank_of(site)->discharge_limit_ma;
    int32_t asked_ma = site->inverter[0].demand.total_ma + site->inverter[1].demand.total_ma;
    site->inverter[0].setup.power_w = site->inverter[1].setup.power_w = 60000;
    for (int s = 0; s < 20 && -asked_ma < limit_ma * 3 / 2; s++) {
        run(site, 500);
        asked_ma = site->inverter[0].demand.total_ma + site->inverter[1].demand.total_ma;
    }
    assert_true(-asked_ma > limit_ma * 3 / 2);
    free(site);
}

static void the_lamp_of_a_slave_flickers_while_the_host_talks(void **state)
{
    (void)state;
    struct site *site = new_site(10 * 3600000);
    run(site, 5000);
    assert_true(site->device[1].bms.leds.flickering >> LED_L6 & 1);
    site->bus_cable[1] = false;
    run(site, 31000);
    assert_false(site->device[1].bms.leds.flickering >> LED_L6 & 1);
    assert_true(site->device[0].bms.leds.flickering >> LED_L6 & 1);
    free(site);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    struct site *one = new_site(10 * 3600000);
    struct site *two = new_site(10 * 3600000);
    for (int i = 0; i < 500; i++) {
        uint8_t a[1024];
        uint8_t b[1024];
        site_step(one, 10);
        site_step(two, 10);
        size_t size = site_bus_transmit(one, a, sizeof(a));
        assert_int_equal(site_bus_transmit(two, b, sizeof(b)), size);
        assert_memory_equal(a, b, size);
    }
    free(one);
    free(two);
}

static void an_answer_to_the_outside_comes_over_the_bus(void **state)
{
    (void)state;
    struct site *site = new_site(10 * 3600000);
    uint8_t bytes[1024];
    site->inputs[0].dip = 5; /* nobody else asks */
    run(site, 100);
    while (site_bus_transmit(site, bytes, sizeof(bytes)) > 0)
        continue;
    const uint8_t fetch[] = {0x01, 0x10, 0x16, 0x20, 0x00, 0x01, 0x02, 0x00, 0x00, 0xD6, 0xF1};
    site_bus_receive(site, fetch, sizeof(fetch));
    run(site, 50);
    size_t size = site_bus_transmit(site, bytes, sizeof(bytes));
    assert_int_equal(size, 308);
    assert_int_equal(bytes[0], 0x55);
    assert_int_equal(bytes[4], 2);
    free(site);
}

/* What a day must keep. */
struct day_record {
    int32_t cell_max_mv;
    int32_t cell_min_mv;
    int32_t soc_max_permille;
    int32_t soc_min_permille;
    int32_t soc_error_permille;
    int32_t over_charge_ma;
    int32_t over_discharge_ma;
    uint32_t balanced_s;
};

static void watch(const struct site *site, struct day_record *day)
{
    const struct snapshot *bank = bank_of(site);
    day->soc_max_permille = max32(day->soc_max_permille, bank->soc_permille);
    day->soc_min_permille = min32(day->soc_min_permille, bank->soc_permille);
    day->over_charge_ma = max32(day->over_charge_ma, site->plant.total_ma - bank->charge_limit_ma);
    day->over_discharge_ma =
        max32(day->over_discharge_ma, -site->plant.total_ma - bank->discharge_limit_ma);
    for (uint8_t i = 0; i < site->pack_count; i++) {
        const struct snapshot *pack = device_snapshot(&site->device[i]);
        int32_t truth = sim_pack_soc_permille(&site->plant.pack[i]);
        day->cell_max_mv = max32(day->cell_max_mv, pack->cell_max_mv);
        day->cell_min_mv = min32(day->cell_min_mv, pack->cell_min_mv);
        day->soc_error_permille = max32(day->soc_error_permille, abs32(pack->soc_permille - truth));
        day->balanced_s += pack->balance_ma > 0;
    }
}

static void a_day_of_the_demonstration_bank_stays_within_its_limits(void **state)
{
    (void)state;
    struct site *site = new_site(10 * 3600000);
    struct day_record day = {.cell_min_mv = INT32_MAX, .soc_min_permille = 1000};
    for (int s = 0; s < 60; s++)
        site_step(site, 1000);
    for (int s = 60; s < 86400; s++) {
        site_step(site, 1000);
        watch(site, &day);
        assert_int_equal(bank_of(site)->alarms[0] & ~(1u << ALARM_password_not_changed), 0);
    }
    print_message("day: cells %d..%d mV, SOC %d..%d permille, SOC error %d permille, "
                  "beyond limits %d / %d mA, balanced %u s\n",
                  day.cell_min_mv, day.cell_max_mv, day.soc_min_permille, day.soc_max_permille,
                  day.soc_error_permille, day.over_charge_ma, day.over_discharge_ma,
                  day.balanced_s);
    assert_in_range(day.cell_max_mv, 3400, 3650);
    assert_in_range(day.cell_min_mv, 2900, 3350);
    assert_true(day.soc_max_permille - day.soc_min_permille >= 300);
    assert_in_range(day.soc_error_permille, 0, 30);
    assert_true(day.balanced_s > 0);
    free(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_packs_find_each_other_and_the_inverter_runs),
        cmocka_unit_test(a_pulled_cable_takes_the_pack_out_and_lowers_the_limits),
        cmocka_unit_test(slow_readings_keep_all_packs_but_count_less),
        cmocka_unit_test(a_lone_host_stops_the_inverter_when_its_can_cable_is_pulled),
        cmocka_unit_test(two_inverters_share_the_household),
        cmocka_unit_test(two_inverters_do_not_share_the_limits),
        cmocka_unit_test(the_lamp_of_a_slave_flickers_while_the_host_talks),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(an_answer_to_the_outside_comes_over_the_bus),
        cmocka_unit_test(a_day_of_the_demonstration_bank_stays_within_its_limits),
    };
    return RUN_TESTS(tests);
}
