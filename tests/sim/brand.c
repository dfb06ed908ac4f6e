/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/brand.c: what each brand makes of limits, alarms and silence.
 */
#include "sim/brand.h"

#include "tests/support/test.h"

static struct snapshot received;
static struct sim_situation now;
static struct sim_orders orders;

/* A battery that allows 150 A and 180 A, heard by an inverter that runs. */
static int make_heard(void **state)
{
    (void)state;
    snapshot_init(&received);
    snapshot_put(&received, VALUE_pack_mv, 52000);
    snapshot_put(&received, VALUE_soc_permille, 500);
    snapshot_put(&received, VALUE_charge_limit_mv, 56800);
    snapshot_put(&received, VALUE_charge_limit_ma, 150000);
    snapshot_put(&received, VALUE_discharge_limit_mv, 46400);
    snapshot_put(&received, VALUE_discharge_limit_ma, 180000);
    now = (struct sim_situation){
        .received = &received,
        .state = SIM_INVERTER_RUN,
        .steady_ms = 10000,
        .terminal_mv = 52000,
    };
    return 0;
}

static const struct sim_brand *brand(const char *name)
{
    const struct sim_brand *found = sim_brand_find(name);
    assert_non_null(found);
    return found;
}

static void decide(const char *name)
{
    sim_brand_orders(brand(name), &now, &orders);
}

static void check_currents(const char *name, int32_t charge_ma, int32_t discharge_ma)
{
    decide(name);
    assert_int_equal(orders.charge_ma, charge_ma);
    assert_int_equal(orders.discharge_ma, discharge_ma);
}

static enum sim_inverter_state next(const char *name, uint32_t limits_age_ms, uint32_t state_age_ms)
{
    now.link = (struct sim_link){limits_age_ms, state_age_ms, 0};
    return sim_brand_next(brand(name), &now);
}

static void brands_are_found_by_name_and_have_different_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sim_brand_count; i++)
        assert_ptr_equal(sim_brand_find(sim_brands[i].name), &sim_brands[i]);
    assert_null(sim_brand_find("acme"));
    assert_null(sim_brand_find(""));
}

static void a_protocol_has_a_brand_that_stands_for_it(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *profile, *brand;
    } rows[] = {
        {"pylon_can",    "v12",   "pylon"  },
        {"pylon_can",    "v13",   "pylon"  },
        {"deye_can",     "pylon", "deye"   },
        {"deye_can",     "dy33",  "deye_dy"},
        {"sma_can",      "",      "sma"    },
        {"goodwe_can",   "b",     "goodwe" },
        {"growatt_can",  "rev04", "growatt"},
        {"victron_can",  "",      "victron"},
        {"jk_can",       "250k",  "pylon"  },
        {"sma_can_else", "",      "pylon"  },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(sim_brand_of_protocol(rows[i].protocol, rows[i].profile)->name,
                            rows[i].brand);
}

static void every_brand_obeys_the_limits_of_a_healthy_battery(void **state)
{
    (void)state;
    for (size_t i = 0; i < sim_brand_count; i++) {
        check_currents(sim_brands[i].name, 150000, 180000);
        assert_int_equal(orders.charge_mv, 56800);
        assert_false(orders.dump || orders.output_off || orders.force_charge);
    }
}

static void every_brand_is_without_current_unless_it_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sim_brand_count; i++) {
        for (uint8_t phase = 0; phase <= SIM_INVERTER_LOST; phase++) {
            now.state = phase;
            if (phase != SIM_INVERTER_RUN)
                check_currents(sim_brands[i].name, 0, 0);
        }
    }
}

static void every_brand_loses_the_battery_at_its_own_time(void **state)
{
    (void)state;
    static const struct {
        const char *brand;
        uint32_t limits_ms, state_ms;
    } rows[] = {
        {"pylon",    10000, 10000},
        {"deye",     10000, 10000},
        {"deye_dy",  10000, 10000},
        {"victron",  3000,  10000},
        {"sma",      60000, 60000},
        {"goodwe",   10000, 10000},
        {"growatt",  10000, 10000},
        {"sofar",    10000, 10000},
        {"luxpower", 10000, 10000},
        {"megarevo", 10000, 10000},
        {"invt",     10000, 10000},
        {"must",     10000, 10000},
        {"seplos",   10000, 10000},
        {"solis",    10000, 10000},
        {"srne",     10000, 10000},
    };
    assert_int_equal(COUNT(rows), sim_brand_count);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *name = rows[i].brand;
        assert_int_equal(next(name, rows[i].limits_ms, 0), SIM_INVERTER_RUN);
        assert_int_equal(next(name, rows[i].limits_ms + 1, 0), SIM_INVERTER_LOST);
        assert_int_equal(next(name, 0, rows[i].state_ms), SIM_INVERTER_RUN);
        assert_int_equal(next(name, 0, rows[i].state_ms + 1), SIM_INVERTER_LOST);
        assert_int_equal(next(name, SIM_AGE_NEVER, SIM_AGE_NEVER), SIM_INVERTER_LOST);
    }
}

static void brands_without_a_time_of_their_own_ramp_down_after_three_seconds(void **state)
{
    (void)state;
    static const char *const names[] = {"growatt", "sofar",  "luxpower", "megarevo", "invt",
                                        "must",    "seplos", "solis",    "srne"};
    for (size_t i = 0; i < COUNT(names); i++) {
        now.link.limits_age_ms = 3000;
        check_currents(names[i], 150000, 180000);
        now.link.limits_age_ms = 3001;
        check_currents(names[i], 0, 0);
        assert_int_equal(orders.charge_mv, 56800);
    }
    check_currents("pylon", 150000, 180000);
}

static void a_battery_comes_back_after_three_seconds_without_a_gap(void **state)
{
    (void)state;
    now.state = SIM_INVERTER_LOST;
    assert_int_equal(next("growatt", 1501, 0), SIM_INVERTER_LOST);
    assert_int_equal(next("growatt", 0, 1501), SIM_INVERTER_LOST);
    assert_int_equal(next("growatt", 1500, 1500), SIM_INVERTER_SYNC);
    now.state = SIM_INVERTER_SYNC;
    now.steady_ms = 2999;
    assert_int_equal(next("growatt", 100, 100), SIM_INVERTER_SYNC);
    now.steady_ms = 3000;
    assert_int_equal(next("growatt", 100, 100), SIM_INVERTER_RUN);
    snapshot_set_have(&received, VALUE_soc_permille, false);
    assert_int_equal(next("growatt", 100, 100), SIM_INVERTER_SYNC);
}

static void a_new_battery_has_time_for_its_first_frames(void **state)
{
    (void)state;
    now.state = SIM_INVERTER_NO_BMS;
    assert_int_equal(next("deye", SIM_AGE_NEVER, SIM_AGE_NEVER), SIM_INVERTER_NO_BMS);
    assert_int_equal(next("deye", SIM_AGE_NEVER, 0), SIM_INVERTER_SYNC);
    now.state = SIM_INVERTER_SYNC;
    now.state_ms = 10000;
    now.steady_ms = 0;
    assert_int_equal(next("deye", SIM_AGE_NEVER, 0), SIM_INVERTER_SYNC);
    now.state_ms = 10001;
    assert_int_equal(next("deye", SIM_AGE_NEVER, 0), SIM_INVERTER_LOST);
    now.received = NULL;
    assert_int_equal(next("deye", 0, 0), SIM_INVERTER_LOST);
}

static void deye_stops_without_battery_unless_told_to_go_on(void **state)
{
    (void)state;
    now.state = SIM_INVERTER_LOST;
    check_currents("deye", 0, 0);
    now.options = SIM_GOES_ON;
    check_currents("deye", 50000, 50000);
    assert_int_equal(orders.charge_mv, 56000);
    assert_int_equal(orders.discharge_mv, 46000);
    check_currents("pylon", 0, 0);
    now.state = SIM_INVERTER_NO_BMS;
    check_currents("deye", 0, 0);
}

static void sma_goes_back_to_its_defaults(void **state)
{
    (void)state;
    for (uint8_t phase = SIM_INVERTER_NO_BMS; phase <= SIM_INVERTER_LOST; phase++) {
        now.state = phase;
        decide("sma");
        assert_int_equal(orders.charge_mv, phase == SIM_INVERTER_RUN ? 56800 : 54000);
    }
}

static void growatt_cuts_the_output_with_the_battery_lost(void **state)
{
    (void)state;
    now.state = SIM_INVERTER_LOST;
    decide("growatt");
    assert_true(orders.output_off);
    decide("luxpower");
    assert_false(orders.output_off);
    now.state = SIM_INVERTER_SYNC;
    decide("growatt");
    assert_false(orders.output_off);
}

static void permissions_are_obeyed_except_by_deye_with_its_own_batteries(void **state)
{
    (void)state;
    snapshot_put(&received, VALUE_charge_allowed, 0);
    snapshot_put(&received, VALUE_discharge_allowed, 0);
    for (size_t i = 0; i < sim_brand_count; i++) {
        bool obeys = &sim_brands[i] != brand("deye_dy");
        check_currents(sim_brands[i].name, obeys ? 0 : 150000, obeys ? 0 : 180000);
    }
}

static void a_limit_of_zero_stops_unless_the_inverter_is_careless(void **state)
{
    (void)state;
    snapshot_put(&received, VALUE_charge_limit_ma, 0);
    snapshot_put(&received, VALUE_discharge_limit_ma, 0);
    check_currents("deye", 0, 0);
    check_currents("solis", 0, 0);
    now.options = SIM_IGNORES_ZERO;
    check_currents("deye", SIM_UNLIMITED, SIM_UNLIMITED);
    check_currents("solis", SIM_UNLIMITED, SIM_UNLIMITED);
    check_currents("pylon", 0, 0);
    snapshot_put(&received, VALUE_charge_allowed, 0);
    check_currents("deye", 0, SIM_UNLIMITED);
}

static void sofar_counts_packs_where_a_limit_is_zero(void **state)
{
    (void)state;
    snapshot_put(&received, VALUE_charge_limit_ma, 0);
    check_currents("sofar", 0, 180000);
    snapshot_put(&received, VALUE_pack_count, 3);
    check_currents("sofar", 111000, 180000);
    snapshot_put(&received, VALUE_discharge_limit_ma, 0);
    snapshot_put(&received, VALUE_pack_count, 255);
    check_currents("sofar", 592000, 592000);
}

static void sma_stands_by_with_any_alarm_but_not_with_a_warning(void **state)
{
    (void)state;
    alarm_put(received.warnings, ALARM_cell_over_voltage, true);
    check_currents("sma", 150000, 180000);
    alarm_put(received.alarms, ALARM_bank_stopped, true); /* in the second word */
    check_currents("sma", 0, 0);
    check_currents("victron", 150000, 180000);
    alarm_put(received.alarms, ALARM_bank_stopped, false);
    alarm_put(received.alarms, ALARM_wire_resistance, true);
    check_currents("sma", 0, 0);
}

static void sma_has_no_discharge_limit_off_grid_or_above_the_charge_voltage(void **state)
{
    (void)state;
    now.options = SIM_OFF_GRID;
    check_currents("sma", 150000, SIM_UNLIMITED);
    check_currents("victron", 150000, 180000);
    now.options = 0;
    now.terminal_mv = 56800;
    check_currents("sma", 150000, 180000);
    now.terminal_mv = 56801;
    check_currents("sma", 150000, SIM_UNLIMITED);
    check_currents("pylon", 150000, 180000);
}

static void victron_dumps_the_battery_at_charge_voltage_zero(void **state)
{
    (void)state;
    snapshot_put(&received, VALUE_charge_limit_mv, 0);
    decide("victron");
    assert_true(orders.dump);
    assert_int_equal(orders.discharge_ma, 180000);
    decide("sma");
    assert_false(orders.dump);
}

static void victron_takes_the_discharge_voltage_for_information(void **state)
{
    (void)state;
    decide("victron");
    assert_int_equal(orders.discharge_mv, 0);
    decide("deye");
    assert_int_equal(orders.discharge_mv, 46400);
}

static void forced_charge_is_an_order(void **state)
{
    (void)state;
    snapshot_put(&received, VALUE_force_charge, 1);
    decide("deye");
    assert_true(orders.force_charge);
    decide("pylon");
    assert_true(orders.force_charge);
    now.state = SIM_INVERTER_LOST;
    decide("pylon");
    assert_false(orders.force_charge);
}

int main(void)
{
#define HEARD(test) cmocka_unit_test_setup(test, make_heard)
    const struct CMUnitTest tests[] = {
        HEARD(brands_are_found_by_name_and_have_different_names),
        HEARD(a_protocol_has_a_brand_that_stands_for_it),
        HEARD(every_brand_obeys_the_limits_of_a_healthy_battery),
        HEARD(every_brand_is_without_current_unless_it_runs),
        HEARD(every_brand_loses_the_battery_at_its_own_time),
        HEARD(brands_without_a_time_of_their_own_ramp_down_after_three_seconds),
        HEARD(a_battery_comes_back_after_three_seconds_without_a_gap),
        HEARD(a_new_battery_has_time_for_its_first_frames),
        HEARD(deye_stops_without_battery_unless_told_to_go_on),
        HEARD(sma_goes_back_to_its_defaults),
        HEARD(growatt_cuts_the_output_with_the_battery_lost),
        HEARD(permissions_are_obeyed_except_by_deye_with_its_own_batteries),
        HEARD(a_limit_of_zero_stops_unless_the_inverter_is_careless),
        HEARD(sofar_counts_packs_where_a_limit_is_zero),
        HEARD(sma_stands_by_with_any_alarm_but_not_with_a_warning),
        HEARD(sma_has_no_discharge_limit_off_grid_or_above_the_charge_voltage),
        HEARD(victron_dumps_the_battery_at_charge_voltage_zero),
        HEARD(victron_takes_the_discharge_voltage_for_information),
        HEARD(forced_charge_is_an_order),
    };
    return RUN_TESTS(tests);
}
