/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/inverter.c: what it asks of the battery for what it has received.
 */
#include "sim/inverter.h"

#include "tests/support/test.h"

static struct sim_inverter inverter;
static struct snapshot received;
static struct sim_inverter_sight sight;
static const struct sim_link silent = {SIM_AGE_NEVER, SIM_AGE_NEVER, 0};
static const struct sim_link heard = {0};

static void put(enum value_id id, int32_t value)
{
    snapshot_put(&received, id, value);
    snapshot_set_have(&received, id, true);
}

static void run(int32_t ms)
{
    for (int32_t i = 0; i < ms; i += 100)
        sim_inverter_step(&inverter, &sight, 100);
}

/* An inverter that has been running for a while with a bank of three packs. */
static int make_running(void **state)
{
    (void)state;
    sim_inverter_init(&inverter, 942000);
    snapshot_init(&received);
    put(VALUE_pack_mv, 52000);
    put(VALUE_soc_permille, 500);
    put(VALUE_charge_limit_mv, 56800);
    put(VALUE_charge_limit_ma, 150000);
    put(VALUE_discharge_limit_ma, 180000);
    sight = (struct sim_inverter_sight){
        .received = &received,
        .terminal_mv = 52000,
    };
    run(5000);
    return inverter.state != SIM_INVERTER_RUN;
}

static void surplus_charges_and_deficit_discharges(void **state)
{
    (void)state;
    sight.solar_w = 5200;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 100000);
    assert_int_equal(inverter.demand.ceiling_mv, 56800);
    sight.solar_w = 0;
    sight.load_w = 2600;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -50000);
}

static void limits_cut_the_current_and_signs_do_not_matter(void **state)
{
    (void)state;
    sight.solar_w = 11000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 150000);
    put(VALUE_charge_limit_ma, -60000);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 60000);
    sight.solar_w = 0;
    sight.load_w = 11000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -180000);
}

static void inverter_power_is_a_limit_too(void **state)
{
    (void)state;
    put(VALUE_charge_limit_ma, 400000);
    sight.solar_w = 30000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 230769); /* 12 kW at 52 V */
}

static void permissions_are_obeyed_when_present(void **state)
{
    (void)state;
    sight.solar_w = 5200;
    put(VALUE_charge_allowed, 0);
    run(5000);
    assert_int_equal(inverter.demand.total_ma, 0);
    put(VALUE_discharge_allowed, 0);
    sight.solar_w = 0;
    sight.load_w = 5200;
    run(5000);
    assert_int_equal(inverter.demand.total_ma, 0);
    put(VALUE_discharge_allowed, 1);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -100000);
}

static void current_ramps_up_slowly_and_down_fast(void **state)
{
    (void)state;
    sight.solar_w = 7800;
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 50000);
    run(2000);
    assert_int_equal(inverter.demand.total_ma, 150000);
    put(VALUE_charge_limit_ma, 0);
    run(400);
    assert_int_equal(inverter.demand.total_ma, 0);
}

static void lost_link_means_no_current_at_once_and_grid_takes_all(void **state)
{
    (void)state;
    sight.load_w = 5200;
    run(10000);
    sight.link = silent;
    run(100);
    assert_int_equal(inverter.state, SIM_INVERTER_LOST);
    assert_int_equal(inverter.demand.total_ma, 0);
    sight.battery_ma = 0;
    run(100);
    assert_int_equal(inverter.grid_w, 5200);
    sight.link = heard;
    run(100);
    assert_int_equal(inverter.state, SIM_INVERTER_SYNC);
    run(4000);
    assert_int_equal(inverter.state, SIM_INVERTER_RUN);
}

static void nothing_starts_without_a_complete_set(void **state)
{
    (void)state;
    sim_inverter_init(&inverter, 942000);
    sight.received = NULL;
    sight.solar_w = 5000;
    run(5000);
    assert_int_equal(inverter.state, SIM_INVERTER_NO_BMS);
    sight.received = &received;
    snapshot_set_have(&received, VALUE_charge_limit_mv, false);
    run(10000);
    assert_int_equal(inverter.state, SIM_INVERTER_SYNC);
    assert_int_equal(inverter.demand.total_ma, 0);
}

static void forced_charge_comes_from_the_grid_within_the_limit(void **state)
{
    (void)state;
    put(VALUE_force_charge, 1);
    sight.load_w = 1000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 94200);
    assert_true(inverter.demand.charger_on);
    put(VALUE_charge_limit_ma, 20000);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 20000);
}

static void discharge_ends_at_the_received_voltage_until_a_volt_above(void **state)
{
    (void)state;
    put(VALUE_discharge_limit_mv, 46400);
    sight.load_w = 2600;
    sight.terminal_mv = 46399;
    run(5000);
    assert_int_equal(inverter.demand.total_ma, 0);
    sight.terminal_mv = 47000;
    run(5000);
    assert_int_equal(inverter.demand.total_ma, 0);
    sight.terminal_mv = 47500;
    run(5000);
    assert_true(inverter.demand.total_ma < -50000);
}

static void grid_closes_the_balance(void **state)
{
    (void)state;
    sight.solar_w = 9000;
    sight.load_w = 1000;
    sight.battery_ma = 100000;
    run(100);
    assert_int_equal(inverter.battery_w, 5200);
    assert_int_equal(inverter.grid_w, -2800);
}

static void disobedience_takes_limits_away(void **state)
{
    (void)state;
    static const struct {
        int32_t mode, charge_ma, discharge_ma, ceiling_mv;
    } rows[] = {
        {SIM_INVERTER_OBEYS,             60000,  -40000,  56800},
        {SIM_INVERTER_IGNORES_CHARGE,    200000, -40000,  56800},
        {SIM_INVERTER_IGNORES_DISCHARGE, 60000,  -200000, 56800},
        {SIM_INVERTER_IGNORES_ALL,       200000, -200000, 60000},
    };
    put(VALUE_charge_limit_ma, 60000);
    put(VALUE_discharge_limit_ma, 40000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        inverter.faults.disobedience = rows[i].mode;
        sight.solar_w = 10400;
        sight.load_w = 0;
        run(10000);
        assert_int_equal(inverter.demand.total_ma, rows[i].charge_ma);
        assert_int_equal(inverter.demand.ceiling_mv, rows[i].ceiling_mv);
        sight.solar_w = 0;
        sight.load_w = 10400;
        run(20000);
        assert_int_equal(inverter.demand.total_ma, rows[i].discharge_ma);
    }
}

static void permissions_and_discharge_voltage_are_ignored_likewise(void **state)
{
    (void)state;
    put(VALUE_charge_allowed, 0);
    put(VALUE_discharge_allowed, 0);
    put(VALUE_discharge_limit_mv, 53000); /* empty */
    inverter.faults.disobedience = SIM_INVERTER_IGNORES_ALL;
    sight.load_w = 5200;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -100000);
    sight.solar_w = 10400;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 100000);
}

static void hung_inverter_keeps_its_current_when_the_link_is_lost(void **state)
{
    (void)state;
    sight.load_w = 5200;
    run(10000);
    inverter.faults.disobedience = SIM_INVERTER_HANGS;
    sight.link = silent;
    sight.load_w = 0;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -100000);
    inverter.faults.disobedience = SIM_INVERTER_OBEYS;
    run(100);
    assert_int_equal(inverter.demand.total_ma, 0);
}

static void charger_and_load_of_the_faults_hear_nobody(void **state)
{
    (void)state;
    sight.link = silent;
    inverter.faults.charger_ma = 62800;
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 50000);
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 62800);
    assert_int_equal(inverter.demand.ceiling_mv, 58400);
    assert_true(inverter.demand.charger_on);
    inverter.faults.charger_mv = 57000;
    inverter.faults.load_ma = 100000;
    inverter.faults.no_ramp = true;
    run(100);
    assert_int_equal(inverter.demand.total_ma, -37200);
    assert_int_equal(inverter.demand.ceiling_mv, 57000);
    inverter.faults = (struct sim_inverter_faults){0};
    run(100);
    assert_int_equal(inverter.demand.total_ma, 0);
    assert_false(inverter.demand.charger_on);
}

static void charger_of_the_faults_charges_to_its_voltage_and_tapers(void **state)
{
    (void)state;
    static struct sim_parallel bank;
    struct sim_parallel_setup setup = {
        .seed = 5, .count = 1, .nominal_mah = 314000, .ambient_ddegc = 250, .soc_permille = {950}};
    struct outputs closed = {.charge_fet = true, .discharge_fet = true};
    sim_parallel_init(&bank, &setup);
    inverter.faults.charger_ma = 62800;
    for (int second = 0; second < 7200; second++) {
        sim_inverter_step(&inverter, &sight, 1000);
        sim_parallel_step(&bank, &closed, &inverter.demand, 1000);
        assert_true(bank.terminal_mv <= 58401);
    }
    assert_int_equal(bank.terminal_mv, 58400);
    assert_true(bank.total_ma > 0 && bank.total_ma < 6280);
}

static void current_jumps_without_ramp(void **state)
{
    (void)state;
    inverter.faults.no_ramp = true;
    sight.solar_w = 7800;
    run(100);
    assert_int_equal(inverter.demand.total_ma, 150000);
    sight.solar_w = 0;
    sight.load_w = 5200;
    run(100);
    assert_int_equal(inverter.demand.total_ma, -100000);
}

static void sma_follows_a_lower_charge_limit_after_ten_seconds(void **state)
{
    (void)state;
    sim_inverter_set_brand(&inverter, sim_brand_find("sma"));
    sight.solar_w = 11000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 150000);
    put(VALUE_charge_limit_ma, 50000);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 150000);
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 50000);
    put(VALUE_charge_limit_ma, 100000);
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 100000);
}

static void currents_are_zero_a_second_after_the_ramp_began(void **state)
{
    (void)state;
    sim_inverter_set_brand(&inverter, sim_brand_find("luxpower"));
    sight.load_w = 11000;
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -180000);
    sight.link.limits_age_ms = 3100;
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 0);
    assert_int_equal(inverter.state, SIM_INVERTER_RUN);
}

static void a_dumping_inverter_discharges_without_a_load(void **state)
{
    (void)state;
    sim_inverter_set_brand(&inverter, sim_brand_find("victron"));
    sight.solar_w = 5000;
    run(10000);
    assert_true(inverter.demand.total_ma > 0);
    put(VALUE_charge_limit_mv, 0);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, -180000);
}

static void a_cut_output_takes_nothing_from_the_grid(void **state)
{
    (void)state;
    sim_inverter_set_brand(&inverter, sim_brand_find("growatt"));
    sight.load_w = 5000;
    run(10000);
    sight.link = silent;
    sight.battery_ma = 0;
    run(200);
    assert_int_equal(inverter.grid_w, 0);
}

static void a_lost_deye_that_goes_on_keeps_its_own_voltages(void **state)
{
    (void)state;
    sim_inverter_set_brand(&inverter, sim_brand_find("deye"));
    inverter.options = SIM_GOES_ON;
    sight.load_w = 5200;
    run(10000);
    sight.link.limits_age_ms = 10001;
    run(5000);
    assert_int_equal(inverter.state, SIM_INVERTER_LOST);
    assert_int_equal(inverter.demand.total_ma, -50000);
    sight.terminal_mv = 45999;
    run(1000);
    assert_int_equal(inverter.demand.total_ma, 0);
}

static void another_brand_starts_anew_without_current(void **state)
{
    (void)state;
    sight.solar_w = 5200;
    run(10000);
    sim_inverter_set_brand(&inverter, sim_brand_find("deye"));
    run(100);
    assert_int_equal(inverter.state, SIM_INVERTER_SYNC);
    assert_int_equal(inverter.demand.total_ma, 0);
    run(10000);
    assert_int_equal(inverter.demand.total_ma, 100000);
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(sim_inverter_state_name(SIM_INVERTER_LOST), "lost");
    assert_string_equal(sim_inverter_state_name((enum sim_inverter_state)9), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(surplus_charges_and_deficit_discharges, make_running),
        cmocka_unit_test_setup(limits_cut_the_current_and_signs_do_not_matter, make_running),
        cmocka_unit_test_setup(inverter_power_is_a_limit_too, make_running),
        cmocka_unit_test_setup(permissions_are_obeyed_when_present, make_running),
        cmocka_unit_test_setup(current_ramps_up_slowly_and_down_fast, make_running),
        cmocka_unit_test_setup(lost_link_means_no_current_at_once_and_grid_takes_all, make_running),
        cmocka_unit_test_setup(nothing_starts_without_a_complete_set, make_running),
        cmocka_unit_test_setup(forced_charge_comes_from_the_grid_within_the_limit, make_running),
        cmocka_unit_test_setup(discharge_ends_at_the_received_voltage_until_a_volt_above,
                               make_running),
        cmocka_unit_test_setup(grid_closes_the_balance, make_running),
        cmocka_unit_test_setup(disobedience_takes_limits_away, make_running),
        cmocka_unit_test_setup(permissions_and_discharge_voltage_are_ignored_likewise,
                               make_running),
        cmocka_unit_test_setup(hung_inverter_keeps_its_current_when_the_link_is_lost, make_running),
        cmocka_unit_test_setup(charger_and_load_of_the_faults_hear_nobody, make_running),
        cmocka_unit_test_setup(charger_of_the_faults_charges_to_its_voltage_and_tapers,
                               make_running),
        cmocka_unit_test_setup(current_jumps_without_ramp, make_running),
        cmocka_unit_test_setup(sma_follows_a_lower_charge_limit_after_ten_seconds, make_running),
        cmocka_unit_test_setup(currents_are_zero_a_second_after_the_ramp_began, make_running),
        cmocka_unit_test_setup(a_dumping_inverter_discharges_without_a_load, make_running),
        cmocka_unit_test_setup(a_cut_output_takes_nothing_from_the_grid, make_running),
        cmocka_unit_test_setup(a_lost_deye_that_goes_on_keeps_its_own_voltages, make_running),
        cmocka_unit_test_setup(another_brand_starts_anew_without_current, make_running),
        cmocka_unit_test(states_have_names),
    };
    return RUN_TESTS(tests);
}
