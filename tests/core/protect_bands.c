/* SPDX-License-Identifier: Apache-2.0
 * Tests of what core/protect.c does not look at: quantities within their bands, and rules that
 * remember nothing. Nothing else would show that a step has become slow.
 */
#include "tests/support/test.h"

#include "core/protect.h"
#include "tests/core/protect_values.h"

static struct params params;
static struct protect protect;
static struct measured measured;

static int start(void **state)
{
    (void)state;
    params_init(&params);
    protect_init(&protect, &params);
    measured = (struct measured){.seen = true, .complete = true};
    for (int i = 0; i < QUANTITY_COUNT; i++)
        measured.quantity[i] =
            (int32_t)(protect.bands.first[i] + (int64_t)protect.bands.count[i] / 2);
    return 0;
}

static void a_band_reaches_from_one_trip_value_to_the_other(void **state)
{
    (void)state;
    for (int i = 0; i < QUANTITY_COUNT; i++) {
        int64_t low = INT32_MIN;
        int64_t high = INT32_MAX;
        uint64_t of_quantity = 0;
        for (int id = 0; id < RULE_COUNT; id++) {
            if (rules[id].quantity != i)
                continue;
            of_quantity |= 1ull << id;
            if (rules[id].side == SIDE_OVER)
                high = expected[id].trip < high ? expected[id].trip : high;
            else
                low = expected[id].trip > low ? expected[id].trip : low;
        }
        assert_int_equal(protect.bands.first[i], low + 1);
        assert_int_equal(protect.bands.count[i], high - low - 1);
        assert_int_equal(protect.bands.rules[i], of_quantity);
    }
}

static void settings_that_leave_nothing_between_them_make_an_empty_band(void **state)
{
    (void)state;
    params.pack_ovp_mv = params.pack_uvp_mv;
    params.pack_ov_warning_mv = params.pack_uvp_mv - 1;
    protect_set_params(&protect, &params);
    assert_int_equal(protect.bands.count[QUANTITY_PACK_MV], 0);
}

static void a_rule_that_has_ended_is_not_looked_at_any_more(void **state)
{
    (void)state;
    protect_step(&protect, &measured, &params, 10);
    assert_int_equal(protect.busy, 0);
    measured.quantity[QUANTITY_BREAKER_OPEN] = 1;
    protect_step(&protect, &measured, &params, 10);
    assert_int_equal(protect.busy, 1ull << RULE_breaker);
    measured.quantity[QUANTITY_BREAKER_OPEN] = 0;
    for (int i = 0; i < 100; i++)
        protect_step(&protect, &measured, &params, 10);
    assert_int_equal(protect.busy, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_band_reaches_from_one_trip_value_to_the_other, start),
        cmocka_unit_test_setup(settings_that_leave_nothing_between_them_make_an_empty_band, start),
        cmocka_unit_test_setup(a_rule_that_has_ended_is_not_looked_at_any_more, start),
    };
    return RUN_TESTS(tests);
}
