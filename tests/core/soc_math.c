/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc_math.c against double precision series of their own.
 */
#include "core/soc_math.h"

#include "tests/support/test.h"

/* e^x by its series, in double. */
static double series(double x)
{
    double sum = 1.0, term = 1.0;
    for (int i = 1; i < 200; i++) {
        term *= x / i;
        sum += term;
    }
    return sum;
}

static void exponential_is_right_to_a_thousandth(void **state)
{
    (void)state;
    assert_true(soc_exp(0.0f) == 1.0f);
    for (int i = 1; i <= 200; i++) {
        float x = -0.1f * (float)i;
        double truth = 1.0 / series(-(double)x);
        double error = ((double)soc_exp(x) - truth) / truth;
        assert_true(error < 1e-3 && error > -1e-3);
    }
}

static void exponential_of_very_little_is_nothing(void **state)
{
    (void)state;
    assert_true(soc_exp(-61.0f) == 0.0f);
    assert_true(soc_exp(-1e30f) == 0.0f);
    assert_true(soc_exp(-60.0f) > 0.0f);
}

static void root_squared_is_the_number(void **state)
{
    (void)state;
    for (float x = 1e-12f; x < 1e12f; x *= 3.7f) {
        float root = soc_root(x);
        assert_true(soc_abs(root * root - x) < x * 1e-5f);
    }
}

static void root_of_nothing_or_less_is_nothing(void **state)
{
    (void)state;
    assert_true(soc_root(0.0f) == 0.0f);
    assert_true(soc_root(-1.0f) == 0.0f);
}

static void clamp_and_magnitude(void **state)
{
    (void)state;
    assert_true(soc_clamp(2.0f, 0.0f, 1.0f) == 1.0f);
    assert_true(soc_clamp(-2.0f, 0.0f, 1.0f) == 0.0f);
    assert_true(soc_clamp(0.5f, 0.0f, 1.0f) == 0.5f);
    assert_true(soc_abs(-3.0f) == 3.0f && soc_abs(3.0f) == 3.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_is_right_to_a_thousandth),
        cmocka_unit_test(exponential_of_very_little_is_nothing),
        cmocka_unit_test(root_squared_is_the_number),
        cmocka_unit_test(root_of_nothing_or_less_is_nothing),
        cmocka_unit_test(clamp_and_magnitude),
    };
    return RUN_TESTS(tests);
}
