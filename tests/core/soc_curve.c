/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc_curve.c: the points of the curve, between them, and beyond its ends.
 */
#include "core/soc_curve.h"

#include "core/soc_math.h"
#include "tests/support/test.h"

static struct soc_curve curve;

static int make(void **state)
{
    (void)state;
    for (int i = 0; i < SOC_CURVE_COUNT; i++) {
        curve.discharge[i] = (uint16_t)(30000 + 2 * i * i);
        curve.charge[i] = (uint16_t)(30200 + 2 * i * i);
    }
    return 0;
}

static void points_are_met_exactly(void **state)
{
    (void)state;
    for (int i = 0; i < SOC_CURVE_COUNT; i++) {
        struct soc_point point = soc_curve_at(&curve, (float)i / 100.0f);
        float mean = 3010.0f + 0.2f * (float)(i * i);
        assert_true(soc_abs(point.mean_mv - mean) < 0.01f);
        assert_true(soc_abs(point.half_mv - 10.0f) < 0.001f);
    }
}

static void between_two_points_it_is_straight(void **state)
{
    (void)state;
    struct soc_point point = soc_curve_at(&curve, 0.505f);
    assert_true(soc_abs(point.mean_mv - (3010.0f + 0.1f * (2500.0f + 2601.0f))) < 0.02f);
    assert_true(soc_abs(point.slope_mv - 2020.0f) < 1.0f);
}

static void beyond_the_ends_it_goes_on(void **state)
{
    (void)state;
    struct soc_point high = soc_curve_at(&curve, 1.01f);
    struct soc_point low = soc_curve_at(&curve, -0.02f);
    assert_true(soc_abs(high.mean_mv - (5010.0f + 39.8f)) < 0.1f);
    assert_true(soc_abs(low.mean_mv - (3010.0f - 0.4f)) < 0.1f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_met_exactly),
        cmocka_unit_test(between_two_points_it_is_straight),
        cmocka_unit_test(beyond_the_ends_it_goes_on),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
