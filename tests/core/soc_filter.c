/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc_filter.c: counts to the last milliampere second, finds a wrong start and a
 * bias, stays a number whatever it is fed, and says so when the measurement is wrong.
 */
#include "core/soc_filter.h"

#include "core/soc_math.h"
#include "tests/core/soc_bench.h"
#include "tests/support/test.h"

static struct soc_bench bench;

static double error(void)
{
    double off = (double)bench.filter.soc - bench.soc;
    return off < 0.0 ? -off : off;
}

static void assert_sane(void)
{
    const struct soc_filter *filter = &bench.filter;
    assert_true(filter->soc >= 0.0f && filter->soc <= 1.0f);
    assert_true(filter->low >= 0.0f && filter->high <= 1.0f && filter->low <= filter->high);
    assert_true(filter->sigma >= 0.0f && filter->sigma < 1.0f);
    assert_true(filter->ohm[0] > 0.0f && filter->ohm[1] >= 0.0f);
    assert_true(filter->bias_c >= -0.015f && filter->bias_c <= 0.015f);
}

static void without_voltage_it_counts(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    bench.blind = true;
    soc_bench_run(&bench, -20000, 3600000, 10);
    assert_true(error() < 0.0005);
    assert_true(bench.filter.sigma > 0.01f); /* a bias may be there */
}

static void every_length_of_step_counts_the_same(void **state)
{
    (void)state;
    static const uint32_t step_ms[] = {10, 100, 1000, 10000, 60000};
    for (size_t i = 0; i < COUNT(step_ms); i++) {
        soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
        bench.blind = true;
        soc_bench_run(&bench, -20000, 3600000, step_ms[i]);
        assert_true(error() < 0.0005);
    }
}

static void wrong_start_is_found(void **state)
{
    (void)state;
    static const float told[] = {0.1f, 0.6f, -1.0f};
    for (size_t i = 0; i < COUNT(told); i++) {
        soc_bench_start(&bench, 0.9, told[i], 0.7f);
        soc_bench_drive(&bench, 0.5);
        assert_true(error() < 0.06);
        assert_true((double)bench.filter.low <= bench.soc &&
                    (double)bench.filter.high >= bench.soc);
        soc_bench_drive(&bench, 0.1);
        assert_true(error() < 0.03);
        assert_sane();
    }
}

static void true_start_is_not_pulled_on_the_plateau(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.95, 0.95f, 1.0f);
    for (int i = 0; i < 30; i++) {
        soc_bench_drive(&bench, 0.93 - 0.01 * i);
        assert_true(error() < 0.005);
    }
}

static void bias_is_seen_at_two_rests(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    bench.bias_ma = 1000;
    soc_bench_run(&bench, 0, 300000, 1000);
    assert_true(soc_abs(bench.filter.bias_c) < 0.002f); /* once may be a steady household */
    soc_bench_drive(&bench, 0.88);
    soc_bench_run(&bench, 0, 300000, 1000);
    assert_true(soc_abs(bench.filter.bias_c - 0.01f) < 0.001f);
    assert_int_equal(bench.filter.reason, SOC_BY_REST);
    soc_bench_drive(&bench, 0.70);
    assert_true(error() < 0.01);
}

static void rest_beyond_the_gate_is_a_load(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    for (int i = 0; i < 3; i++) {
        soc_bench_run(&bench, -2000, 600000, 1000);
        soc_bench_run(&bench, -30000, 60000, 1000);
    }
    assert_true(error() < 0.004);
    assert_true(soc_abs(bench.filter.bias_c) < 0.005f);
}

/* Cycles from full to half and back, without a rest. */
static void bias_is_learned_from_anchor_to_anchor(void **state)
{
    (void)state;
    soc_bench_start(&bench, 1.0, 1.0f, 1.0f);
    bench.bias_ma = -500;
    bench.config.ripple_c = 0.0f;
    for (int i = 0; i < 4; i++) {
        bench.soc = 1.0;
        soc_bench_run(&bench, 2000, 70000, 1000);
        soc_bench_run(&bench, -10000, 14400000, 1000);
        soc_bench_run(&bench, 10000, 14400000, 1000);
    }
    bench.soc = 1.0;
    soc_bench_run(&bench, 2000, 70000, 1000);
    assert_int_equal(bench.filter.reason, SOC_BY_FULL);
    assert_true(soc_abs(bench.filter.bias_c + 0.005f) < 0.002f);
}

static void told_that_no_current_flows_it_takes_the_bias(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    soc_bench_run(&bench, 0, 10000, 1000);
    soc_filter_zero(&bench.filter, &bench.config, 500.0f);
    assert_true(soc_abs(bench.filter.bias_c - 0.005f) < 1e-4f);
    soc_filter_zero(&bench.filter, &bench.config, 5000.0f); /* cannot be a bias */
    assert_true(soc_abs(bench.filter.bias_c - 0.005f) < 1e-4f);
}

static void full_anchor_sets_100_percent(void **state)
{
    (void)state;
    soc_bench_start(&bench, 1.0, 0.7f, 0.7f);
    soc_bench_run(&bench, 1000, 70000, 1000);
    assert_int_equal(bench.filter.reason, SOC_BY_FULL);
    assert_true(bench.filter.soc > 0.995f && bench.filter.low > 0.97f);
}

static void resistance_is_learned(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    bench.ohm_mv = 120.0f;
    soc_bench_drive(&bench, 0.8);
    assert_true(soc_abs(bench.filter.ohm[0] - 120.0f) < 6.0f);
}

static void swapped_current_is_reported(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    bench.swapped = true;
    soc_bench_drive(&bench, 0.6);
    assert_true(bench.filter.swapped);
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    soc_bench_drive(&bench, 0.1);
    assert_false(bench.filter.swapped);
}

static void frozen_voltage_is_not_believed(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.7, 0.7f, 1.0f);
    soc_bench_drive(&bench, 0.68);
    bench.frozen = true;
    soc_bench_drive(&bench, 0.3);
    assert_true(bench.filter.frozen);
    assert_true(error() < 0.02);
    bench.frozen = false;
    soc_bench_drive(&bench, 0.28);
    assert_false(bench.filter.frozen);
}

static void stuck_current_is_told_and_widens(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    soc_bench_drive(&bench, 0.88);
    float sigma = bench.filter.sigma;
    for (int i = 0; i < 360; i++) {
        float mv = cell_ocv_mv(0.88f) + (i % 2 ? 30.0f : -30.0f);
        soc_filter_step(&bench.filter, &bench.config, -7000, mv, 10000);
    }
    assert_true(bench.filter.frozen);
    assert_true(bench.filter.sigma > sigma + 0.03f);
    soc_bench_drive(&bench, 0.86);
    assert_false(bench.filter.frozen);
}

static void steady_current_is_not_stuck(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.95, 0.95f, 1.0f);
    soc_bench_run(&bench, -20000, 14400000, 1000);
    assert_false(bench.filter.frozen);
}

static void wrong_capacity_stays_within_the_interval(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        soc_bench_start(&bench, 0.95, 0.95f, 1.0f);
        bench.config.capacity_mams = CELL_CAPACITY_MAMS / 10 * (10 + 2 * sign);
        soc_bench_drive(&bench, 0.08);
        assert_true(error() < 0.08);
        assert_sane();
    }
}

/* Numbers of a linear congruence, the same everywhere. */
static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void nonsense_leaves_numbers(void **state)
{
    (void)state;
    uint32_t seed = 7;
    soc_bench_start(&bench, 0.5, 0.5f, 0.7f);
    for (int i = 0; i < 20000; i++) {
        static const uint32_t step_ms[] = {1, 10, 999, 60000};
        int32_t ma = (int32_t)(next(&seed) % 4000000u) - 2000000;
        float mv = (float)(next(&seed) % 65536u);
        soc_filter_step(&bench.filter, &bench.config, ma, next(&seed) % 5 ? mv : 0.0f,
                        step_ms[next(&seed) % 4]);
        assert_sane();
    }
}

static void extreme_currents_leave_numbers(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.5, 0.5f, 0.7f);
    for (int i = 0; i < 1000; i++) {
        soc_filter_step(&bench.filter, &bench.config, i % 2 ? INT32_MAX : INT32_MIN + 1, 3300.0f,
                        60000);
        assert_sane();
    }
}

static void voltages_at_random_are_no_wrong_sign(void **state)
{
    (void)state;
    uint32_t seed = 3;
    soc_bench_start(&bench, 0.9, 0.9f, 1.0f);
    for (int i = 0; i < 3000; i++) {
        float mv = 3330.0f + (float)(next(&seed) % 40u);
        int32_t ma = next(&seed) % 2 ? 30000 : -30000;
        soc_filter_step(&bench.filter, &bench.config, ma, mv, 10000);
        assert_false(bench.filter.swapped);
    }
}

static void state_is_at_most_96_bytes_of_each_of_16_cells(void **state)
{
    (void)state;
    assert_true(sizeof(struct soc_filter) <= 16 * 96);
}

static void widening_widens(void **state)
{
    (void)state;
    soc_bench_start(&bench, 0.5, 0.5f, 1.0f);
    soc_bench_run(&bench, -1000, 10000, 1000);
    float sigma = bench.filter.sigma;
    soc_filter_widen(&bench.filter, 0.05f);
    bench.blind = true;
    soc_bench_run(&bench, -1000, 10000, 1000);
    assert_true(bench.filter.sigma > sigma + 0.03f);
    assert_true(bench.filter.high - bench.filter.low > 0.1f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_voltage_it_counts),
        cmocka_unit_test(every_length_of_step_counts_the_same),
        cmocka_unit_test(wrong_start_is_found),
        cmocka_unit_test(true_start_is_not_pulled_on_the_plateau),
        cmocka_unit_test(bias_is_seen_at_two_rests),
        cmocka_unit_test(rest_beyond_the_gate_is_a_load),
        cmocka_unit_test(bias_is_learned_from_anchor_to_anchor),
        cmocka_unit_test(told_that_no_current_flows_it_takes_the_bias),
        cmocka_unit_test(full_anchor_sets_100_percent),
        cmocka_unit_test(resistance_is_learned),
        cmocka_unit_test(swapped_current_is_reported),
        cmocka_unit_test(frozen_voltage_is_not_believed),
        cmocka_unit_test(stuck_current_is_told_and_widens),
        cmocka_unit_test(steady_current_is_not_stuck),
        cmocka_unit_test(wrong_capacity_stays_within_the_interval),
        cmocka_unit_test(nonsense_leaves_numbers),
        cmocka_unit_test(extreme_currents_leave_numbers),
        cmocka_unit_test(widening_widens),
        cmocka_unit_test(voltages_at_random_are_no_wrong_sign),
        cmocka_unit_test(state_is_at_most_96_bytes_of_each_of_16_cells),
    };
    return RUN_TESTS(tests);
}
