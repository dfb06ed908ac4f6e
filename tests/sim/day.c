/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/day.c, among them a whole day with inverter and bank, as the demonstration runs it.
 */
#include "sim/day.h"

#include "sim/inverter.h"
#include "sim/parallel.h"
#include "tests/support/test.h"

enum { HOUR_MS = 3600000, STEP_MS = 10000 };

static void same_seed_and_time_give_the_same_day(void **state)
{
    (void)state;
    struct sim_day a;
    struct sim_day b;
    sim_day_init(&a, 1);
    sim_day_init(&b, 2);
    int different = 0;
    for (uint64_t t = 0; t < SIM_DAY_MS; t += 600000) {
        assert_int_equal(sim_day_solar_w(&a, t), sim_day_solar_w(&a, t));
        different += sim_day_load_w(&a, t) != sim_day_load_w(&b, t);
    }
    assert_true(different > 100);
}

static void sun_shines_by_day_only_and_peaks_near_14_kilowatt(void **state)
{
    (void)state;
    struct sim_day day;
    int32_t most_w = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        sim_day_init(&day, seed);
        assert_int_equal(sim_day_solar_w(&day, 5 * HOUR_MS), 0);
        assert_int_equal(sim_day_solar_w(&day, 21 * HOUR_MS), 0);
        for (uint64_t t = 0; t < SIM_DAY_MS; t += 60000) {
            int32_t w = sim_day_solar_w(&day, t);
            assert_in_range(w, 0, 14000);
            most_w = max32(most_w, w);
        }
    }
    assert_in_range(most_w, 13000, 14000);
}

static int64_t sum_of_day(int32_t (*of)(const struct sim_day *, uint64_t),
                          const struct sim_day *day, uint64_t number)
{
    int64_t sum = 0;
    for (uint64_t t = 0; t < SIM_DAY_MS; t += 600000)
        sum += of(day, number * SIM_DAY_MS + t);
    return sum;
}

/* Means of ten days around the shortest and the longest one, of the coldest and the warmest. */
static void summer_is_bright_and_warm_and_winter_uses_more(void **state)
{
    (void)state;
    struct sim_day day;
    int64_t solar_w[2] = {0, 0};
    int64_t load_w[2] = {0, 0};
    int64_t ambient_ddegc[2] = {0, 0};
    sim_day_init(&day, 1);
    day.season_permille = 1000;
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t number = i % 2 * 182 + 348 + i / 2;
        solar_w[i % 2] += sum_of_day(sim_day_solar_w, &day, number);
        load_w[i % 2] += sum_of_day(sim_day_load_w, &day, number);
        ambient_ddegc[i % 2] += sum_of_day(sim_day_ambient_ddegc, &day, number + 30);
    }
    assert_true(solar_w[1] > 4 * solar_w[0] && solar_w[1] < 8 * solar_w[0]);
    assert_true(load_w[0] > load_w[1] * 13 / 10);
    assert_in_range((ambient_ddegc[1] - ambient_ddegc[0]) / 1440, 170, 230);
}

static void household_peaks_in_the_evening_and_never_stops(void **state)
{
    (void)state;
    struct sim_day day;
    int64_t night_w = 0;
    int64_t evening_w = 0;
    sim_day_init(&day, 3);
    for (uint64_t t = 0; t < SIM_DAY_MS; t += 60000)
        assert_in_range(sim_day_load_w(&day, t), 1000, 16000);
    for (uint64_t t = 0; t < 2 * HOUR_MS; t += 60000) {
        night_w += sim_day_load_w(&day, 2 * HOUR_MS + t);
        evening_w += sim_day_load_w(&day, 19 * HOUR_MS + t);
    }
    assert_true(evening_w > 2 * night_w);
}

static void curves_have_no_jumps_but_appliances(void **state)
{
    (void)state;
    struct sim_day day;
    sim_day_init(&day, 4);
    for (uint64_t t = 0; t < 2 * (uint64_t)SIM_DAY_MS; t += 1000) {
        int32_t now_w = sim_day_solar_w(&day, t);
        assert_true(abs32(sim_day_solar_w(&day, t + 1000) - now_w) < 60);
        int32_t now_ddegc = sim_day_ambient_ddegc(&day, t);
        assert_true(abs32(sim_day_ambient_ddegc(&day, t + 1000) - now_ddegc) <= 1);
    }
}

static void afternoon_is_warmer_than_night(void **state)
{
    (void)state;
    struct sim_day day;
    sim_day_init(&day, 5);
    int32_t night = sim_day_ambient_ddegc(&day, 3 * HOUR_MS);
    int32_t afternoon = sim_day_ambient_ddegc(&day, 15 * HOUR_MS);
    assert_in_range(night, 100, 220);
    assert_in_range(afternoon - night, 40, 120);
}

static struct sim_parallel bank;
static struct sim_inverter inverter;

static void make_demonstration(struct snapshot *limits)
{
    struct sim_parallel_setup setup = {
        .seed = 1,
        .count = 3,
        .nominal_mah = 314000,
        .ambient_ddegc = 200,
        .soc_permille = {500, 480, 520}
    };
    sim_parallel_init(&bank, &setup);
    sim_inverter_init(&inverter, 942000);
    snapshot_init(limits);
    snapshot_put(limits, VALUE_pack_mv, 52000);
    snapshot_put(limits, VALUE_soc_permille, 500);
    snapshot_put(limits, VALUE_charge_limit_mv, 55200);
    snapshot_put(limits, VALUE_charge_limit_ma, 420000);
    snapshot_put(limits, VALUE_discharge_limit_ma, 480000);
    static const enum value_id ids[] = {VALUE_pack_mv, VALUE_soc_permille, VALUE_charge_limit_mv,
                                        VALUE_charge_limit_ma, VALUE_discharge_limit_ma};
    for (size_t i = 0; i < COUNT(ids); i++)
        snapshot_set_have(limits, ids[i], true);
}

static void charge_of_the_demonstration_swings_visibly_over_a_day(void **state)
{
    (void)state;
    struct sim_day day;
    struct snapshot limits;
    struct outputs outputs[3];
    make_demonstration(&limits);
    sim_day_init(&day, 1);
    for (int i = 0; i < 3; i++)
        outputs[i] = (struct outputs){.charge_fet = true, .discharge_fet = true};
    int32_t low = 1000;
    int32_t high = 0;
    for (uint64_t t = 0; t < 2 * (uint64_t)SIM_DAY_MS; t += STEP_MS) {
        struct sim_inverter_sight sight = {
            .received = &limits,
            .solar_w = sim_day_solar_w(&day, t),
            .load_w = sim_day_load_w(&day, t),
            .terminal_mv = bank.terminal_mv,
            .battery_ma = bank.total_ma,
        };
        sim_inverter_step(&inverter, &sight, STEP_MS);
        sim_parallel_set_ambient(&bank, sim_day_ambient_ddegc(&day, t));
        sim_parallel_step(&bank, outputs, &inverter.demand, STEP_MS);
        if (t < 12 * HOUR_MS)
            continue;
        low = min32(low, sim_pack_soc_permille(&bank.pack[0]));
        high = max32(high, sim_pack_soc_permille(&bank.pack[0]));
    }
    assert_in_range(high, 970, 1001);
    assert_in_range(low, 100, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_and_time_give_the_same_day),
        cmocka_unit_test(sun_shines_by_day_only_and_peaks_near_14_kilowatt),
        cmocka_unit_test(summer_is_bright_and_warm_and_winter_uses_more),
        cmocka_unit_test(household_peaks_in_the_evening_and_never_stops),
        cmocka_unit_test(curves_have_no_jumps_but_appliances),
        cmocka_unit_test(afternoon_is_warmer_than_night),
        cmocka_unit_test(charge_of_the_demonstration_swings_visibly_over_a_day),
    };
    return RUN_TESTS(tests);
}
