/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/number.c. The known values are those of libm to 17 digits.
 */
#include "sim/number.h"

#include "tests/support/test.h"

static void check_relative(double got, double wanted, double tolerance)
{
    assert_true(sim_abs(got - wanted) <= tolerance * sim_abs(wanted));
}

static void exponential_has_known_values(void **state)
{
    (void)state;
    check_relative(sim_exp(0.0), 1.0, 0.0);
    check_relative(sim_exp(1.0), 2.7182818284590452, 1e-14);
    check_relative(sim_exp(-1.0), 0.36787944117144233, 1e-14);
    check_relative(sim_exp(10.5), 36315.502674246638, 1e-13);
    check_relative(sim_exp(-30.0), 9.3576229688401746e-14, 1e-13);
    check_relative(sim_exp(700.0), 1.0142320547350045e304, 1e-13);
    check_relative(sim_exp(5000.0), sim_exp(700.0), 0.0);
}

static void exponential_turns_sums_into_products(void **state)
{
    (void)state;
    for (int i = -200; i <= 200; i++)
        check_relative(sim_exp(i * 0.11) * sim_exp(0.37), sim_exp(i * 0.11 + 0.37), 1e-13);
}

static void approach_is_exact_for_tiny_and_large_steps(void **state)
{
    (void)state;
    check_relative(sim_approach(1e-9), 9.999999995e-10, 1e-12);
    check_relative(sim_approach(9.99e-4), 9.9850116604e-4, 1e-8);
    check_relative(sim_approach(0.5), 0.39346934028736658, 1e-13);
    check_relative(sim_approach(100.0), 1.0, 1e-13);
    assert_true(sim_approach(0.0) == 0.0);
    check_relative(sim_approach(0.00099999999), sim_approach(0.001), 1e-7);
}

static void logarithm_has_known_values_and_undoes_the_exponential(void **state)
{
    (void)state;
    assert_true(sim_log(1.0) == 0.0);
    check_relative(sim_log(2.0), 0.69314718055994531, 1e-15);
    check_relative(sim_log(10.0), 2.3025850929940457, 1e-15);
    check_relative(sim_log(1e-9), -20.723265836946411, 1e-15);
    check_relative(sim_log(1.5), 0.40546510810816438, 1e-14);
    for (int i = -200; i <= 200; i++)
        assert_true(sim_abs(sim_log(sim_exp(i * 0.37)) - i * 0.37) < 1e-12);
}

static void rounding_and_clamping_at_the_doors(void **state)
{
    (void)state;
    assert_int_equal(sim_round(2.5), 3);
    assert_int_equal(sim_round(-2.5), -3);
    assert_int_equal(sim_round(2.4999), 2);
    assert_int_equal(sim_round(1e20), INT32_MAX);
    assert_int_equal(sim_round(-1e20), INT32_MIN);
    assert_true(sim_clamp(5.0, 0.0, 1.0) == 1.0 && sim_clamp(-5.0, 0.0, 1.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_has_known_values),
        cmocka_unit_test(exponential_turns_sums_into_products),
        cmocka_unit_test(approach_is_exact_for_tiny_and_large_steps),
        cmocka_unit_test(logarithm_has_known_values_and_undoes_the_exponential),
        cmocka_unit_test(rounding_and_clamping_at_the_doors),
    };
    return RUN_TESTS(tests);
}
