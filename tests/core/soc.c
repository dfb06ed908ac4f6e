/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc.c: not a milliampere second is lost, and the ends of the scale are shown only
 * after their anchors.
 */
#include "tests/support/test.h"

#include "core/soc.h"

enum { NOMINAL_MAH = 314000 };

#define FULL_MAMS (NOMINAL_MAH * 3600000LL)

struct bench {
    struct soc soc;
    struct measured measured;
    struct params params;
};

static void cells(struct bench *bench, int32_t low_mv, int32_t high_mv)
{
    bench->measured.cell_count = 16;
    bench->measured.cell_sum_mv = 8 * (low_mv + high_mv);
    bench->measured.quantity[QUANTITY_CELL_MIN_MV] = low_mv;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = high_mv;
}

static void start(struct bench *bench, int32_t soc_permille)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    bench->measured.complete = true;
    cells(bench, 3300, 3300);
    const struct stored stored = {.remaining_mah = bench->params.nominal_mah / 1000 * soc_permille};
    soc_init(&bench->soc, &bench->params, &stored);
}

static void steps(struct bench *bench, uint32_t count, uint32_t dt_ms)
{
    for (uint32_t i = 0; i < count; i++)
        soc_step(&bench->soc, &bench->measured, 0, &bench->params, dt_ms);
}

/* Only what is counted matters. */
static void start_blind(struct bench *bench, int32_t soc_permille)
{
    start(bench, soc_permille);
    bench->measured.cell_count = 0;
}

static void a_new_counter_has_the_stored_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    assert_int_equal(bench.soc.soc_permille, 500);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH / 2);
    assert_int_equal(bench.soc.full_mah, NOMINAL_MAH);
    start(&bench, 2000);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH);
    start(&bench, -1);
    assert_int_equal(bench.soc.remaining_mah, 0);
}

static void discharge_is_counted_exactly(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    bench.measured.pack_ma = -1;
    steps(&bench, 100000, 1);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS / 2 - 100000);
    bench.measured.pack_ma = -314000;
    steps(&bench, 360, 1000); /* a tenth of an hour at 1C */
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS / 2 - 100000 - FULL_MAMS / 10);
    assert_int_equal(bench.soc.soc_permille, 400);
    assert_int_equal(bench.soc.cycle_mah, 0);
}

static void charge_counts_999_of_1000_whatever_the_step(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 7, 10, 999, 1000, 60000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct bench bench;
        start(&bench, 500);
        bench.measured.pack_ma = 1234;
        steps(&bench, 1000, lengths[i]);
        assert_int_equal(bench.soc.charge_mams - FULL_MAMS / 2,
                         1234LL * lengths[i] * 999 /* of 1000 steps */);
    }
}

static void the_remainder_of_a_tiny_charge_is_kept(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    bench.measured.pack_ma = 1;
    steps(&bench, 1, 1);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS / 2); /* 0.999 so far */
    steps(&bench, 1, 1);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS / 2 + 1);
    steps(&bench, 998, 1);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS / 2 + 999);
}

static void cycles_count_all_charge_that_went_in(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 100);
    bench.measured.pack_ma = 3600;
    steps(&bench, 999, 1);
    assert_int_equal(bench.soc.cycle_mah, 0);
    steps(&bench, 1, 1);
    assert_int_equal(bench.soc.cycle_mah, 1);
    steps(&bench, 60, 60000);
    assert_int_equal(bench.soc.cycle_mah, 3601);
    bench.soc.cycle_mah = INT32_MAX - 1;
    steps(&bench, 60, 60000);
    assert_int_equal(bench.soc.cycle_mah, INT32_MAX);
}

static void one_hundred_percent_is_shown_only_after_the_full_anchor(void **state)
{
    (void)state;
    struct bench bench;
    start_blind(&bench, 985);
    bench.measured.pack_ma = 15000;
    steps(&bench, 3600, 1000);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS);
    assert_int_equal(bench.soc.soc_permille, 990);
    cells(&bench, 3400, 3450);
    steps(&bench, 59, 1000);
    assert_int_equal(bench.soc.soc_permille, 990);
    steps(&bench, 1, 1000);
    assert_int_equal(bench.soc.soc_permille, 1000);
    assert_true(bench.soc.full);
    assert_int_equal(bench.soc.since_full_ms, 0);
}

static void the_full_anchor_corrects_a_counter_that_lags(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 900);
    cells(&bench, 3400, 3450);
    steps(&bench, 60, 1000);
    assert_int_equal(bench.soc.charge_mams, FULL_MAMS);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH);
}

static void the_full_anchor_needs_every_condition(void **state)
{
    (void)state;
    const struct {
        int32_t low_mv;
        int32_t high_mv;
        int32_t pack_ma;
        bool full;
    } cases[] = {
        {3400, 3450, 15700,  true },
        {3400, 3450, -15700, true },
        {3400, 3450, 15701,  false},
        {3400, 3450, -15701, false},
        {3399, 3450, 0,      false},
        {3400, 3449, 0,      false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench, 900);
        cells(&bench, cases[i].low_mv, cases[i].high_mv);
        bench.measured.pack_ma = cases[i].pack_ma;
        steps(&bench, 100, 1000);
        assert_int_equal(bench.soc.full, cases[i].full);
    }
}

static void an_interruption_starts_the_minute_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 900);
    cells(&bench, 3400, 3450);
    steps(&bench, 59, 1000);
    cells(&bench, 3400, 3449);
    steps(&bench, 1, 1000);
    cells(&bench, 3400, 3450);
    steps(&bench, 59, 1000);
    assert_false(bench.soc.full);
    steps(&bench, 1, 1000);
    assert_true(bench.soc.full);
}

static void full_is_left_when_half_a_percent_is_gone(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 900);
    cells(&bench, 3400, 3450);
    steps(&bench, 60, 1000);
    cells(&bench, 3300, 3300);
    bench.measured.pack_ma = -NOMINAL_MAH;
    steps(&bench, 18, 1000); /* 0.5 % to the millisecond */
    assert_int_equal(bench.soc.soc_permille, 1000);
    steps(&bench, 1, 1000);
    assert_int_equal(bench.soc.soc_permille, 990);
    steps(&bench, 36, 1000);
    assert_int_equal(bench.soc.soc_permille, 985);
}

static void zero_percent_is_shown_only_after_the_empty_anchor(void **state)
{
    (void)state;
    struct bench bench;
    start_blind(&bench, 12);
    bench.measured.pack_ma = -15700;
    steps(&bench, 3600, 1000);
    assert_int_equal(bench.soc.charge_mams, 0);
    assert_int_equal(bench.soc.soc_permille, 10);
    bench.measured.pack_ma = 0;
    cells(&bench, 2800, 3000);
    steps(&bench, 29, 1000);
    assert_int_equal(bench.soc.soc_permille, 10);
    steps(&bench, 1, 1000);
    assert_int_equal(bench.soc.soc_permille, 0);
    assert_true(bench.soc.empty);
}

static void empty_is_left_when_half_a_percent_is_in(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 100);
    cells(&bench, 2800, 3000);
    steps(&bench, 30, 1000);
    assert_int_equal(bench.soc.remaining_mah, 0);
    cells(&bench, 3300, 3300);
    bench.measured.pack_ma = NOMINAL_MAH;
    steps(&bench, 18, 1000);
    assert_int_equal(bench.soc.soc_permille, 0);
    steps(&bench, 1, 1000);
    assert_int_equal(bench.soc.soc_permille, 10);
}

static void the_empty_anchor_takes_off_the_drop_of_the_load(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 100);
    bench.measured.pack_ma = -314000; /* 188.4 mV at 0.6 mohm */
    cells(&bench, 2613, 2800);
    steps(&bench, 60, 1000);
    assert_false(bench.soc.empty);
    cells(&bench, 2612, 2800);
    steps(&bench, 30, 1000);
    assert_true(bench.soc.empty);
}

static void a_new_capacity_keeps_the_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    soc_set_capacity(&bench.soc, 628000);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH / 2);
    assert_int_equal(bench.soc.full_mah, 628000);
    assert_int_equal(bench.soc.soc_permille, 250);
    soc_set_capacity(&bench.soc, 100000);
    assert_int_equal(bench.soc.remaining_mah, 100000);
    assert_int_equal(bench.soc.soc_permille, 990);
}

static void the_heater_beside_the_shunt_is_counted(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    for (int s = 0; s < 3600; s++)
        soc_step(&bench.soc, &bench.measured, 4000, &bench.params, 1000);
    assert_in_range(bench.soc.remaining_mah, NOMINAL_MAH / 2 - 4002, NOMINAL_MAH / 2 - 3998);
}

/* Empty cells at rest show it: from half full the counter goes down slowly, without a jump. */
static void a_counter_outside_the_interval_goes_to_its_end_without_a_jump(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    cells(&bench, 2950, 2950);
    int32_t before = bench.soc.soc_permille;
    for (int minute = 0; minute < 600; minute++) {
        steps(&bench, 60, 1000);
        assert_in_range(before - bench.soc.soc_permille, 0, 21);
        before = bench.soc.soc_permille;
    }
    assert_true(bench.soc.soc_permille < 250);
    assert_int_equal(bench.soc.reason, SOC_BY_VOLTAGE);
    assert_true(bench.soc.low_permille <= bench.soc.soc_permille &&
                bench.soc.soc_permille <= bench.soc.high_permille);
}

static void within_the_interval_the_counter_counts(void **state)
{
    (void)state;
    struct bench bench;
    struct stored stored = {.remaining_mah = NOMINAL_MAH / 2, .soc_sigma_permille = 10};
    start(&bench, 500);
    soc_init(&bench.soc, &bench.params, &stored);
    cells(&bench, 3289, 3289); /* the plateau */
    bench.measured.pack_ma = -1000;
    steps(&bench, 3600, 1000);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH / 2 - 1000);
}

static void an_anchor_narrows_the_interval_and_a_restart_widens_it(void **state)
{
    (void)state;
    struct bench bench;
    struct stored stored = {0};
    start(&bench, 500);
    cells(&bench, 3450, 3460);
    steps(&bench, 61, 1000);
    assert_true(bench.soc.full && bench.soc.reason == SOC_BY_FULL);
    assert_true(bench.soc.filter.sigma < 0.011f);
    soc_remember(&bench.soc, &stored);
    assert_in_range(stored.soc_sigma_permille, 5, 20);
    float sigma = bench.soc.filter.sigma;
    soc_init(&bench.soc, &bench.params, &stored);
    assert_true(bench.soc.filter.sigma > sigma);
    assert_int_equal(bench.soc.remaining_mah, NOMINAL_MAH);
}

static void the_estimate_has_a_period_of_its_own(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 500);
    bench.params.soc_period_s = 60;
    steps(&bench, 59, 1000);
    assert_int_equal(bench.soc.estimate_ms, 59000);
    steps(&bench, 1, 1000);
    assert_int_equal(bench.soc.estimate_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_counter_has_the_stored_charge),
        cmocka_unit_test(discharge_is_counted_exactly),
        cmocka_unit_test(charge_counts_999_of_1000_whatever_the_step),
        cmocka_unit_test(the_remainder_of_a_tiny_charge_is_kept),
        cmocka_unit_test(cycles_count_all_charge_that_went_in),
        cmocka_unit_test(one_hundred_percent_is_shown_only_after_the_full_anchor),
        cmocka_unit_test(the_full_anchor_corrects_a_counter_that_lags),
        cmocka_unit_test(the_full_anchor_needs_every_condition),
        cmocka_unit_test(an_interruption_starts_the_minute_again),
        cmocka_unit_test(full_is_left_when_half_a_percent_is_gone),
        cmocka_unit_test(zero_percent_is_shown_only_after_the_empty_anchor),
        cmocka_unit_test(empty_is_left_when_half_a_percent_is_in),
        cmocka_unit_test(the_empty_anchor_takes_off_the_drop_of_the_load),
        cmocka_unit_test(a_new_capacity_keeps_the_charge),
        cmocka_unit_test(the_heater_beside_the_shunt_is_counted),
        cmocka_unit_test(a_counter_outside_the_interval_goes_to_its_end_without_a_jump),
        cmocka_unit_test(within_the_interval_the_counter_counts),
        cmocka_unit_test(an_anchor_narrows_the_interval_and_a_restart_widens_it),
        cmocka_unit_test(the_estimate_has_a_period_of_its_own),
    };
    return RUN_TESTS(tests);
}
