/* SPDX-License-Identifier: Apache-2.0
 * The manual's charge: 25 degC, 0.2C to 58.4 V, constant voltage until 0.02C, here by a charger
 * that ignores all limits (the setting "dedicated charger" says so); and a full cycle by an
 * inverter that goes to the limits. Cells are equal at the start. 58.4 V is exactly our
 * over-voltage, so the pack may end the charge first: no cell passes 3.68 V and the pack is full.
 */
#include "tests/support/bench.h"
#include "tests/support/test.h"

enum {
    NOMINAL_MA = 314000, /* 1C */
    CHARGER_MA = NOMINAL_MA / 5,
    END_MA = NOMINAL_MA / 50,
    HIGHEST_CELL_MV = 3680,
    LOWEST_MV = 40000,
    HIGHEST_MV = 58400,
    SUN_W = 90000,
    HOUSE_PERMILLE = 100000,
};

static struct bench bench;

/* Extremes of what was measured, and whether a protection acted. */
struct seen {
    int32_t cell_max_mv;
    int32_t pack_min_mv;
    int32_t pack_max_mv;
    int32_t charge_max_ma;
    int32_t discharge_max_ma;
    bool tripped;
};

static void watch(struct seen *seen)
{
    const struct snapshot *pack = bench_pack(&bench);
    seen->cell_max_mv = max32(seen->cell_max_mv, pack->cell_max_mv);
    seen->pack_min_mv = min32(seen->pack_min_mv, pack->pack_mv);
    seen->pack_max_mv = max32(seen->pack_max_mv, pack->pack_mv);
    seen->charge_max_ma = max32(seen->charge_max_ma, pack->pack_ma);
    seen->discharge_max_ma = max32(seen->discharge_max_ma, -pack->pack_ma);
    seen->tripped |= (pack->alarms[0] | pack->alarms[1]) != 0;
}

/* The grid does not help out. */
static void no_force(struct params *params)
{
    params->force_charge_soc_permille = 0;
}

static void deaf_charger(struct params *params)
{
    no_force(params);
    params->dedicated_charger = 1;
}

static void begin_with(int32_t soc_permille, double real_soc, void (*change)(struct params *))
{
    bench_open(&bench, &(struct bench_setup){.soc_permille = soc_permille, .change = change});
    bench_balance(&bench, real_soc);
    bench_run(&bench, 8000, 10);
    bench_mark(&bench);
    assert_in_range(bench_pack(&bench)->cell_spread_mv, 0, 5);
}

static void begin(int32_t soc_permille, double real_soc)
{
    begin_with(soc_permille, real_soc, no_force);
}

/* At 0.02C, give or take the noise of the reading, the pack says so itself: it is full. */
static bool charge_ended(void)
{
    const struct snapshot *pack = bench_pack(&bench);
    return pack->pack_ma <= END_MA || (pack->soc_permille == 1000 && pack->pack_ma <= END_MA + 50);
}

/* Charges until the current has ended by itself or fallen to 0.02C. */
static struct seen charge(uint32_t most_ms)
{
    struct seen seen = {.pack_min_mv = INT32_MAX};
    bench_fault(&bench, "charger_ma", 0, CHARGER_MA);
    bench_run(&bench, 5000, 10);
    for (uint32_t ms = 0; ms < most_ms && !charge_ended(); ms += 100) {
        bench_run(&bench, 100, 100);
        watch(&seen);
    }
    assert_true(charge_ended());
    bench_fault(&bench, "charger_ma", 0, 0);
    return seen;
}

static void
the_manuals_standard_charge_ends_at_0_02_c_or_by_over_voltage_with_a_full_pack(void **state)
{
    (void)state;
    begin_with(300, 0.3, deaf_charger);
    struct seen seen = charge(5 * 3600000);
    print_message("standard charge: cell %d mV, pack %d mV at most, %d mA\n", seen.cell_max_mv,
                  seen.pack_max_mv, seen.charge_max_ma);
    assert_false(bench_rule_fired(&bench, RULE_charge_disobeyed));
    assert_false(bench_rule_fired(&bench, RULE_charge_not_stopped));
    assert_int_equal(seen.tripped, bench_rule_fired(&bench, RULE_cell_ov));
    assert_in_range(seen.cell_max_mv, 3640, HIGHEST_CELL_MV);
    assert_in_range(seen.pack_max_mv, 58000, HIGHEST_MV);
    assert_in_range(seen.charge_max_ma, CHARGER_MA - 100, CHARGER_MA + 100);
    assert_true(sim_pack_soc_permille(&bench.site.plant.pack[0]) >= 990);
    bench_run(&bench, 70000, 10);
    assert_int_equal(bench_pack(&bench)->soc_permille, 1000);
}

static void a_deaf_charger_nobody_told_of_is_cut_off_below_58_v(void **state)
{
    (void)state;
    begin(300, 0.3);
    struct seen seen = charge(5 * 3600000);
    assert_true(bench_rule_fired(&bench, RULE_charge_disobeyed));
    assert_in_range(seen.pack_max_mv, 56800, 58000);
    assert_true(sim_pack_soc_permille(&bench.site.plant.pack[0]) >= 985);
}

static void over_voltage_at_the_end_of_a_charge_counts_as_its_end(void **state)
{
    (void)state;
    begin(930, 0.993);
    struct seen seen = charge(600000);
    assert_true(bench_rule_fired(&bench, RULE_cell_ov));
    assert_int_equal(bench_directions(&bench), BENCH_DISCHARGE);
    assert_in_range(seen.cell_max_mv, 3650, HIGHEST_CELL_MV);
    bench_run(&bench, 70000, 10);
    assert_int_equal(bench_pack(&bench)->soc_permille, 1000);
}

static void a_charger_of_55_2_v_that_ignores_limits_ends_at_0_02_c_without_a_trip(void **state)
{
    (void)state;
    begin(900, 0.9);
    bench_fault(&bench, "charger_mv", 0, 55200);
    struct seen seen = charge(5 * 3600000);
    assert_false(seen.tripped);
    assert_in_range(bench_pack(&bench)->pack_ma, END_MA - 300, END_MA + 50);
    assert_int_equal(bench_pack(&bench)->soc_permille, 1000);
    assert_in_range(seen.cell_max_mv, 3440, 3500);
}

/* An inverter with endless sun, or household, that obeys; ends when it stands still. */
static struct seen cycle(int32_t solar_w, int32_t load_permille)
{
    struct seen seen = {.pack_min_mv = INT32_MAX};
    bench.site.day.solar_peak_w = solar_w;
    bench.site.day.load_scale_permille = load_permille;
    bench.site.inverter[0].setup.power_w = 20000;
    uint32_t quiet_ms = 0;
    for (uint32_t ms = 0; ms < 6 * 3600000 && quiet_ms < 60000; ms += 100) {
        bench_run(&bench, 100, 100);
        watch(&seen);
        quiet_ms = abs32(bench_pack(&bench)->pack_ma) < 500 ? quiet_ms + 100 : 0;
    }
    return seen;
}

static void a_full_cycle_at_the_limits_trips_nothing_and_stays_in_the_working_range(void **state)
{
    (void)state;
    begin(300, 0.3);
    struct seen charged = cycle(SUN_W, 0);
    assert_true(sim_pack_soc_permille(&bench.site.plant.pack[0]) >= 980);
    struct seen discharged = cycle(0, HOUSE_PERMILLE);
    print_message("cycle: +%d -%d mA, pack %d..%d mV, cell %d mV, left %d permille\n",
                  charged.charge_max_ma, discharged.discharge_max_ma, discharged.pack_min_mv,
                  charged.pack_max_mv, charged.cell_max_mv,
                  sim_pack_soc_permille(&bench.site.plant.pack[0]));
    assert_false(charged.tripped || discharged.tripped);
    assert_in_range(charged.charge_max_ma, 156000, 158000);       /* 0.5C */
    assert_in_range(discharged.discharge_max_ma, 197000, 200000); /* 0.9 x lowest trip, below 1C */
    assert_in_range(discharged.pack_min_mv, LOWEST_MV, HIGHEST_MV);
    assert_in_range(charged.pack_max_mv, LOWEST_MV, HIGHEST_MV);
    assert_true(sim_pack_soc_permille(&bench.site.plant.pack[0]) <= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_manuals_standard_charge_ends_at_0_02_c_or_by_over_voltage_with_a_full_pack),
        cmocka_unit_test(a_deaf_charger_nobody_told_of_is_cut_off_below_58_v),
        cmocka_unit_test(over_voltage_at_the_end_of_a_charge_counts_as_its_end),
        cmocka_unit_test(a_charger_of_55_2_v_that_ignores_limits_ends_at_0_02_c_without_a_trip),
        cmocka_unit_test(a_full_cycle_at_the_limits_trips_nothing_and_stays_in_the_working_range),
    };
    return RUN_TESTS(tests);
}
