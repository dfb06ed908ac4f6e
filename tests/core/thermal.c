/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/thermal.c: each sign by itself, what is not a sign, and how long it stays.
 */
#include "tests/support/test.h"

#include "core/thermal.h"

#define BIT(sign) (1u << (sign))

struct bench {
    struct thermal thermal;
    struct balance balance;
    struct measured measured;
    struct params params;
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    balance_init(&bench->balance);
    thermal_init(&bench->thermal);
    bench->measured.complete = true;
    bench->measured.cell_count = 16;
    bench->measured.temp_valid_mask = 0x1F;
    for (int i = 0; i < 16; i++)
        bench->measured.cell_mv[i] = 3300;
    for (int i = 0; i < TEMP_SENSOR_COUNT; i++)
        bench->measured.temp_ddegc[i] = 250;
}

static void step(struct bench *bench, uint32_t dt_ms)
{
    thermal_step(&bench->thermal, &bench->measured, &bench->params, &bench->balance, dt_ms);
}

static void pass(struct bench *bench, uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds; i++)
        step(bench, 1000);
}

/* Sensor 2 follows a slope in tenths of a degree per ten minutes. */
static void heat(struct bench *bench, int32_t slope, uint32_t seconds, uint32_t dt_ms)
{
    int16_t from_ddegc = bench->measured.temp_ddegc[2];
    for (uint32_t ms = dt_ms; ms <= seconds * 1000; ms += dt_ms) {
        int64_t rise = div_round((int64_t)slope * ms, 600000);
        bench->measured.temp_ddegc[2] = (int16_t)(from_ddegc + rise);
        step(bench, dt_ms);
    }
}

static void expect(const struct bench *bench, uint32_t signs, int count)
{
    assert_int_equal(bench->thermal.signs, signs);
    assert_int_equal(bench->thermal.count, count);
}

static void a_quiet_pack_shows_no_sign(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {10, 1000, 60000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct bench bench;
        start(&bench);
        for (uint32_t ms = 0; ms < 1800000; ms += dt_ms[i])
            step(&bench, dt_ms[i]);
        expect(&bench, 0, 0);
    }
}

static void a_sensor_that_rises_by_more_than_1_k_per_minute_for_two_minutes_is_a_sign(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {10, 1000, 30000, 60000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct bench bench;
        start(&bench);
        heat(&bench, 150, 60, dt_ms[i]);
        expect(&bench, 0, 0);
        heat(&bench, 150, 180, dt_ms[i]);
        expect(&bench, BIT(THERMAL_WARMING), 1);
    }
}

static void one_kelvin_per_minute_is_no_sign(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {1000, 10000, 45000, 60000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct bench bench;
        start(&bench);
        heat(&bench, 90, 540, dt_ms[i]);
        expect(&bench, 0, 0);
    }
}

static void all_sensors_cooling_is_no_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    heat(&bench, -90, 600, 1000);
    expect(&bench, 0, 0);
}

static void one_jump_of_a_sensor_is_no_warming(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    pass(&bench, 300);
    bench.measured.temp_ddegc[2] = 340;
    pass(&bench, 300);
    expect(&bench, 0, 0);
}

static void warming_under_current_is_no_sign(void **state)
{
    (void)state;
    static const int32_t ma[] = {31400, -31400};
    for (size_t i = 0; i < COUNT(ma); i++) {
        struct bench bench;
        start(&bench);
        bench.measured.pack_ma = ma[i];
        heat(&bench, 150, 240, 1000);
        expect(&bench, 0, 0);
        bench.measured.pack_ma = ma[i] - ma[i] / 1000;
        heat(&bench, 150, 90, 1000); /* two minutes count from here */
        expect(&bench, 0, 0);
        heat(&bench, 150, 90, 1000);
        assert_true(bench.thermal.signs & BIT(THERMAL_WARMING));
    }
}

static void a_sensor_that_is_not_in_use_does_not_warm(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.temp_valid_mask = 0x1B;
    heat(&bench, 600, 600, 1000);
    expect(&bench, 0, 0);
    bench.measured.temp_valid_mask = 0x1F;
    bench.measured.temp_ddegc[2] = 250;
    pass(&bench, 1); /* its past does not count when it answers again */
    expect(&bench, 0, 0);
}

static void a_sensor_10_k_above_the_median_is_a_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.temp_ddegc[4] = 349;
    pass(&bench, 5);
    expect(&bench, 0, 0);
    bench.measured.temp_ddegc[4] = 350;
    pass(&bench, 1);
    expect(&bench, BIT(THERMAL_HOTTER), 1);
}

static void the_median_is_of_the_sensors_in_use(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int16_t ddegc[] = {100, 250, 260, 400, 400};
    memcpy(bench.measured.temp_ddegc, ddegc, sizeof(ddegc));
    bench.measured.temp_valid_mask = 0x06;
    pass(&bench, 5);
    expect(&bench, 0, 0);
    bench.measured.temp_valid_mask = 0x0E; /* 250, 260, 400 */
    pass(&bench, 1);
    expect(&bench, BIT(THERMAL_HOTTER), 1);
}

static void all_sensors_lost_is_no_sign_of_heat(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.temp_valid_mask = 0;
    bench.measured.temp_ddegc[1] = 900;
    pass(&bench, 300);
    expect(&bench, 0, 0);
}

/* Cell 6 falls by `mv` in `seconds`, at rest. */
static void sag(struct bench *bench, int32_t mv, uint32_t seconds)
{
    int16_t from_mv = bench->measured.cell_mv[6];
    for (uint32_t s = 1; s <= seconds; s++) {
        bench->measured.cell_mv[6] = (int16_t)(from_mv - mv * (int32_t)s / (int32_t)seconds);
        step(bench, 1000);
    }
}

static void a_cell_that_sags_by_more_than_50_mv_in_ten_minutes_at_rest_is_a_sign(void **state)
{
    (void)state;
    static const uint32_t before_s[] = {1, 300, 599, 601, 1100};
    for (size_t i = 0; i < COUNT(before_s); i++) {
        struct bench bench;
        start(&bench);
        pass(&bench, before_s[i]);
        sag(&bench, 49, 595);
        expect(&bench, 0, 0);
        start(&bench);
        pass(&bench, before_s[i]);
        sag(&bench, 53, 595);
        expect(&bench, BIT(THERMAL_SAGGING), 1);
    }
}

static void a_sag_is_seen_in_steps_of_a_minute(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int i = 0; i < 8; i++) {
        bench.measured.cell_mv[6] = (int16_t)(bench.measured.cell_mv[6] - 8);
        step(&bench, 60000);
    }
    expect(&bench, BIT(THERMAL_SAGGING), 1);
}

static void a_cell_that_was_always_low_is_no_sign(void **state)
{
    (void)state;
    static const int16_t mv[] = {3200, 2500};
    for (size_t i = 0; i < COUNT(mv); i++) {
        struct bench bench;
        start(&bench);
        bench.measured.cell_mv[6] = mv[i];
        pass(&bench, 3600);
        expect(&bench, 0, 0);
    }
}

static void the_highest_cell_settling_to_the_others_is_no_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.cell_mv[6] = 3500;
    pass(&bench, 10);
    sag(&bench, 200, 300);
    expect(&bench, 0, 0);
}

static void all_cells_falling_together_is_no_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int s = 0; s < 600; s++) {
        for (int i = 0; i < 16; i++)
            bench.measured.cell_mv[i] = (int16_t)(3300 - s / 3);
        step(&bench, 1000);
    }
    expect(&bench, 0, 0);
}

static void a_slow_sag_is_no_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    sag(&bench, 100, 3600);
    expect(&bench, 0, 0);
}

static void under_load_a_cell_may_fall(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    pass(&bench, 60);
    bench.measured.pack_ma = -6280;
    sag(&bench, 200, 300);
    expect(&bench, 0, 0);
    bench.measured.pack_ma = 0; /* low at rest: only what comes from here on counts */
    pass(&bench, 60);
    expect(&bench, 0, 0);
    sag(&bench, 60, 300);
    expect(&bench, BIT(THERMAL_SAGGING), 1);
}

/* Near full the others rise and leave a low cell behind. */
static void while_charging_a_cell_may_stay_behind(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    pass(&bench, 60);
    bench.measured.pack_ma = 628;
    sag(&bench, 200, 300);
    expect(&bench, 0, 0);
    bench.measured.pack_ma = 627; /* so little is rest */
    pass(&bench, 10);
    sag(&bench, 60, 300);
    expect(&bench, BIT(THERMAL_SAGGING), 1);
}

/* 2 A through a bad sense wire: 80 mV. */
static void the_drop_of_a_transfer_is_no_sag(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    pass(&bench, 10);
    bench.balance.ma = 2000;
    bench.measured.cell_mv[6] = 3220;
    pass(&bench, 10);
    bench.balance.ma = 0;
    bench.balance.phase_ms = 0;
    for (int i = 0; i < 40; i++)
        step(&bench, 10);
    bench.measured.cell_mv[6] = 3300;
    pass(&bench, 10);
    expect(&bench, 0, 0);
    bench.balance.ma = 0;
    bench.balance.phase_ms = 1000;
    sag(&bench, 60, 10);
    expect(&bench, BIT(THERMAL_SAGGING), 1);
}

/* A full charge after `days` in which cell 4 lost `mah`; the median of the others is 40 mAh. */
static void leak(struct bench *bench, uint32_t days, int16_t mah)
{
    struct debt *debt = &bench->balance.debt;
    for (int i = 0; i < 16; i++)
        debt->lost_mah[i] = (int16_t)(i % 2 * 40);
    debt->lost_mah[4] = mah;
    debt->span_s = days * 86400;
    debt->anchor_count++;
    pass(bench, 1);
}

static void a_cell_that_leaks_more_than_the_others_is_a_sign(void **state)
{
    (void)state;
    static const struct {
        uint32_t days;
        int16_t mah;
        int32_t moved_mah;
        bool leaks;
    } cases[] = {
        {1,  668,  0,    false}, /* two full charges err by as much */
        {1,  669,  0,    true },
        {10, 669,  0,    true },
        {13, 690,  0,    false}, /* 50 mAh a day */
        {13, 691,  0,    true },
        {2,  1668, 5000, false}, /* a fifth of what was moved may be wrong */
        {2,  1669, 5000, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        bench.balance.debt.moved_mah = cases[i].moved_mah;
        leak(&bench, cases[i].days, cases[i].mah);
        expect(&bench, cases[i].leaks ? BIT(THERMAL_LEAKING) : 0, cases[i].leaks);
    }
}

static void less_than_a_day_between_full_charges_proves_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    leak(&bench, 0, 30000);
    expect(&bench, 0, 0);
    bench.balance.debt.span_s = 86399;
    bench.balance.debt.anchor_count++;
    pass(&bench, 1);
    expect(&bench, 0, 0);
}

static void five_times_the_median_is_needed(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    int16_t *lost_mah = bench.balance.debt.lost_mah;
    for (int i = 1; i < 16; i++)
        lost_mah[i] = 400;
    lost_mah[4] = 2000;
    bench.balance.debt.span_s = 86400;
    bench.balance.debt.anchor_count = 1;
    pass(&bench, 1);
    expect(&bench, 0, 0);
    lost_mah[4] = 2001;
    bench.balance.debt.anchor_count = 2;
    pass(&bench, 1);
    expect(&bench, BIT(THERMAL_LEAKING), 1);
}

static void leaking_stays_until_a_full_charge_without_it(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    leak(&bench, 2, 2000);
    pass(&bench, 3600);
    expect(&bench, BIT(THERMAL_LEAKING), 1);
    leak(&bench, 40, 2000);
    pass(&bench, 60);
    expect(&bench, 0, 0);
}

static void a_sign_stays_for_a_minute(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.temp_ddegc[4] = 360;
    pass(&bench, 1);
    bench.measured.temp_ddegc[4] = 250;
    pass(&bench, 59);
    expect(&bench, BIT(THERMAL_HOTTER), 1);
    pass(&bench, 1);
    expect(&bench, 0, 0);
}

static void two_signs_count_as_two(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    pass(&bench, 10);
    bench.measured.temp_ddegc[4] = 400;
    bench.measured.cell_mv[6] = 3200;
    pass(&bench, 1);
    expect(&bench, BIT(THERMAL_HOTTER) | BIT(THERMAL_SAGGING), 2);
}

static void without_measurement_the_signs_stay_as_they_are(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.temp_ddegc[4] = 400;
    pass(&bench, 1);
    bench.measured.temp_ddegc[4] = 250;
    bench.measured.complete = false;
    pass(&bench, 600);
    expect(&bench, BIT(THERMAL_HOTTER), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_pack_shows_no_sign),
        cmocka_unit_test(a_sensor_that_rises_by_more_than_1_k_per_minute_for_two_minutes_is_a_sign),
        cmocka_unit_test(one_kelvin_per_minute_is_no_sign),
        cmocka_unit_test(all_sensors_cooling_is_no_sign),
        cmocka_unit_test(one_jump_of_a_sensor_is_no_warming),
        cmocka_unit_test(warming_under_current_is_no_sign),
        cmocka_unit_test(a_sensor_that_is_not_in_use_does_not_warm),
        cmocka_unit_test(a_sensor_10_k_above_the_median_is_a_sign),
        cmocka_unit_test(the_median_is_of_the_sensors_in_use),
        cmocka_unit_test(all_sensors_lost_is_no_sign_of_heat),
        cmocka_unit_test(a_cell_that_sags_by_more_than_50_mv_in_ten_minutes_at_rest_is_a_sign),
        cmocka_unit_test(a_sag_is_seen_in_steps_of_a_minute),
        cmocka_unit_test(a_cell_that_was_always_low_is_no_sign),
        cmocka_unit_test(the_highest_cell_settling_to_the_others_is_no_sign),
        cmocka_unit_test(all_cells_falling_together_is_no_sign),
        cmocka_unit_test(a_slow_sag_is_no_sign),
        cmocka_unit_test(under_load_a_cell_may_fall),
        cmocka_unit_test(while_charging_a_cell_may_stay_behind),
        cmocka_unit_test(the_drop_of_a_transfer_is_no_sag),
        cmocka_unit_test(a_cell_that_leaks_more_than_the_others_is_a_sign),
        cmocka_unit_test(less_than_a_day_between_full_charges_proves_nothing),
        cmocka_unit_test(five_times_the_median_is_needed),
        cmocka_unit_test(leaking_stays_until_a_full_charge_without_it),
        cmocka_unit_test(a_sign_stays_for_a_minute),
        cmocka_unit_test(two_signs_count_as_two),
        cmocka_unit_test(without_measurement_the_signs_stay_as_they_are),
    };
    return RUN_TESTS(tests);
}
