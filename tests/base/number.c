/* SPDX-License-Identifier: Apache-2.0
 * Tests of base/number.c.
 */
#include "tests/support/test.h"

static void division_rounds_half_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(div_round(5, 2), 3);
    assert_int_equal(div_round(-5, 2), -3);
    assert_int_equal(div_round(5, -2), -3);
    assert_int_equal(div_round(4, 3), 1);
    assert_int_equal(div_round(-4, 3), -1);
    assert_int_equal(div_round(0, 7), 0);
    assert_int_equal(div_round(-1, 2), -1);
    assert_int_equal(div_round(-1, 3), 0);
    expect_assert_failure(div_round(1, 0));
}

static void floor_division_never_rounds_up(void **state)
{
    (void)state;
    assert_int_equal(div_floor(7, 2), 3);
    assert_int_equal(div_floor(-7, 2), -4);
    assert_int_equal(div_floor(-6, 2), -3);
    expect_assert_failure(div_floor(1, 0));
    expect_assert_failure(div_floor(1, -1));
}

static void clamping_holds_both_ends(void **state)
{
    (void)state;
    assert_int_equal(clamp32(5, 1, 4), 4);
    assert_int_equal(clamp32(0, 1, 4), 1);
    assert_int_equal(clamp32(3, 1, 4), 3);
    assert_int_equal(clamp64(3, 3, 3), 3);
    assert_int_equal(saturate32(INT32_MAX), INT32_MAX);
    assert_int_equal(saturate32(INT32_MIN), INT32_MIN);
    assert_int_equal(saturate32(INT64_MAX), INT32_MAX);
    assert_int_equal(saturate32(INT64_MIN), INT32_MIN);
    assert_int_equal(saturate32((int64_t)INT32_MAX + 1), INT32_MAX);
    assert_int_equal(saturate32((int64_t)INT32_MIN - 1), INT32_MIN);
    expect_assert_failure(clamp64(0, 2, 1));
}

static void extremes_and_magnitude(void **state)
{
    (void)state;
    assert_int_equal(min32(1, 2), 1);
    assert_int_equal(min32(2, 1), 1);
    assert_int_equal(max32(1, 2), 2);
    assert_int_equal(max32(2, 1), 2);
    assert_int_equal(abs32(-3), 3);
    assert_int_equal(abs32(3), 3);
    assert_int_equal(abs32(-1), 1);
    assert_int_equal(abs32(INT32_MIN), INT32_MAX);
}

static void interpolation_holds_its_ends_and_rounds(void **state)
{
    (void)state;
    assert_int_equal(interpolate(-5, 0, 100, 10, 200), 100);
    assert_int_equal(interpolate(15, 0, 100, 10, 200), 200);
    assert_int_equal(interpolate(5, 0, 100, 10, 200), 150);
    assert_int_equal(interpolate(1, 0, 0, 3, -1), 0);
    assert_int_equal(interpolate(2, 0, 0, 3, -1), -1);
    assert_int_equal(interpolate(25, 20, 100, 30, 200), 150);
    assert_int_equal(interpolate(-22, -30, 0, -20, 100), 80);
    expect_assert_failure(interpolate(0, 1, 0, 1, 0));
}

static void sums_stop_at_the_top_and_time_wraps(void **state)
{
    (void)state;
    assert_int_equal(add_sat_u32(1, 2), 3);
    assert_int_equal(add_sat_u32(5, 3), 8);
    assert_int_equal(add_sat_u32(UINT32_MAX, 1), UINT32_MAX);
    assert_true(elapsed_u32(5, UINT32_MAX - 4, 10));
    assert_false(elapsed_u32(4, UINT32_MAX - 4, 10));
}

static void a_walk_over_a_set_finds_each_bit_once_and_in_order(void **state)
{
    (void)state;
    static const int expected[] = {0, 5, 31, 32, 63};
    size_t found = 0;
    for (uint64_t set = 0x8000000180000021; set; set = without_first(set))
        assert_int_equal(first_bit(set), expected[found++]);
    assert_int_equal(found, COUNT(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_rounds_half_away_from_zero),
        cmocka_unit_test(floor_division_never_rounds_up),
        cmocka_unit_test(clamping_holds_both_ends),
        cmocka_unit_test(extremes_and_magnitude),
        cmocka_unit_test(interpolation_holds_its_ends_and_rounds),
        cmocka_unit_test(sums_stop_at_the_top_and_time_wraps),
        cmocka_unit_test(a_walk_over_a_set_finds_each_bit_once_and_in_order),
    };
    return RUN_TESTS(tests);
}
