/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc_grid.c: weights stay weights, a plateau teaches nothing, a step teaches, and
 * the grid goes along when the charge moves.
 */
#include "core/soc_grid.h"

#include "core/soc_math.h"
#include "tests/core/soc_bench.h"
#include "tests/support/test.h"

static struct soc_grid grid;
static struct soc_curve curve;

static const struct soc_look LOOK = {.noise_mv = 3.0f};

static int make(void **state)
{
    (void)state;
    cell_curve(&curve, 0.0f);
    return 0;
}

static float weight_sum(void)
{
    float sum = 0.0f;
    for (int i = 0; i < SOC_BIN_COUNT; i++) {
        assert_true(grid.weight[i] >= 0.0f);
        sum += grid.weight[i];
    }
    return sum;
}

static void look_at(float soc, int times)
{
    struct soc_look look = LOOK;
    look.cell_mv = cell_ocv_mv(soc);
    for (int i = 0; i < times; i++) {
        soc_grid_age(&grid, 0.01f);
        soc_grid_look(&grid, &curve, &look);
    }
}

static void nothing_known_is_the_whole_scale(void **state)
{
    (void)state;
    soc_grid_init(&grid, -1.0f, 0.0f, 0.0f);
    assert_true(soc_abs(weight_sum() - 1.0f) < 1e-4f);
    assert_true(soc_abs(grid.mean - 0.5f) < 0.01f);
    assert_true(soc_grid_quantile(&grid, 0.02f) < 0.02f);
    assert_true(soc_grid_quantile(&grid, 0.98f) > 0.98f);
}

static void trusted_start_is_narrow(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.3f, 0.01f, 1.0f);
    assert_true(soc_abs(grid.mean - 0.3f) < 1e-3f);
    assert_true(soc_abs(soc_root(grid.var) - 0.01f) < 1e-3f);
}

static void half_trusted_start_keeps_a_way_out(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.2f, 0.01f, 0.7f);
    look_at(0.9f, 500);
    assert_true(grid.mean > 0.65f);
}

static void knee_tells_the_charge(void **state)
{
    (void)state;
    soc_grid_init(&grid, -1.0f, 0.0f, 0.0f);
    look_at(0.08f, 300);
    assert_true(soc_abs(grid.mean - 0.08f) < 0.02f);
    assert_true(soc_root(grid.var) < 0.03f);
}

static void plateau_tells_nothing_about_a_narrow_guess(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.80f, 0.01f, 1.0f);
    look_at(0.85f, 360); /* an hour */
    assert_true(soc_abs(grid.mean - 0.80f) < 0.01f);
}

static void grid_goes_with_the_charge(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.5f, 0.01f, 1.0f);
    for (int i = 0; i < 1000; i++)
        soc_grid_move(&grid, 0.0003f, 0.0f);
    assert_true(soc_abs(grid.mean - 0.8f) < 1e-3f);
    assert_true(soc_abs(soc_root(grid.var) - 0.01f) < 1e-3f);
}

static void spread_widens(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.5f, 0.01f, 1.0f);
    for (int i = 0; i < 400; i++) {
        soc_grid_move(&grid, 0.0f, 1e-6f);
        look_at(grid.mean, 1);
    }
    float sigma = soc_root(grid.var + grid.spread);
    assert_true(sigma > 0.015f && sigma < 0.03f);
}

static void shift_of_the_charge_leaves_the_scale_with_all_weight(void **state)
{
    (void)state;
    soc_grid_set(&grid, 0.99f, 0.004f);
    for (int i = 0; i < 200; i++) {
        soc_grid_move(&grid, 0.0005f, 0.0f);
        look_at(1.0f, 1);
    }
    assert_true(soc_abs(weight_sum() - 1.0f) < 1e-3f);
    assert_true(grid.mean > 0.9f && grid.mean < 1.2f);
}

static void unknown_branch_explains_its_gap(void **state)
{
    (void)state;
    struct soc_curve wide;
    struct soc_look look = {.noise_mv = 3.0f, .unknown = 1.0f};
    cell_curve(&wide, 30.0f);
    soc_grid_init(&grid, 0.45f, 0.01f, 1.0f);
    look.cell_mv = cell_ocv_mv(0.45f) + 30.0f; /* on the charge branch, which nobody told */
    for (int i = 0; i < 360; i++)
        soc_grid_look(&grid, &wide, &look);
    assert_true(soc_abs(grid.mean - 0.45f) < 0.02f);
    assert_true(grid.branch[SOC_BIN_COUNT / 2] > 0.3f);
}

static void doubted_curve_teaches_less(void **state)
{
    (void)state;
    float sigma[2];
    for (int i = 0; i < 2; i++) {
        soc_grid_init(&grid, -1.0f, 0.0f, 0.0f);
        soc_grid_doubt(&grid, i ? 20.0f : 0.0f);
        look_at(0.3f, 300);
        sigma[i] = soc_root(grid.var);
    }
    assert_true(sigma[1] > 1.3f * sigma[0]);
}

static void quantiles_rise(void **state)
{
    (void)state;
    soc_grid_init(&grid, 0.4f, 0.05f, 0.7f);
    float last = -1.0f;
    for (int i = 1; i < 100; i++) {
        float here = soc_grid_quantile(&grid, (float)i / 100.0f);
        assert_true(here >= last);
        last = here;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_is_the_whole_scale),
        cmocka_unit_test(trusted_start_is_narrow),
        cmocka_unit_test(half_trusted_start_keeps_a_way_out),
        cmocka_unit_test(knee_tells_the_charge),
        cmocka_unit_test(plateau_tells_nothing_about_a_narrow_guess),
        cmocka_unit_test(grid_goes_with_the_charge),
        cmocka_unit_test(spread_widens),
        cmocka_unit_test(shift_of_the_charge_leaves_the_scale_with_all_weight),
        cmocka_unit_test(unknown_branch_explains_its_gap),
        cmocka_unit_test(doubted_curve_teaches_less),
        cmocka_unit_test(quantiles_rise),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
