/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/profile.c.
 */
#include "sim/profile.h"

#include "sim/day.h"
#include "tests/support/test.h"

static const uint64_t times_ms[] = {1000, 2000, 5000};
static const int32_t values[] = {10, -20, 30};

static void a_value_holds_until_the_next_one(void **state)
{
    (void)state;
    const struct sim_profile profile = {times_ms, values, 3, 0};
    assert_int_equal(sim_profile_at(&profile, 0), 10);
    assert_int_equal(sim_profile_at(&profile, 1999), 10);
    assert_int_equal(sim_profile_at(&profile, 2000), -20);
    assert_int_equal(sim_profile_at(&profile, 4999), -20);
    assert_int_equal(sim_profile_at(&profile, 5000), 30);
    assert_int_equal(sim_profile_at(&profile, UINT64_MAX), 30);
}

static void it_begins_anew_after_its_period(void **state)
{
    (void)state;
    const struct sim_profile profile = {times_ms, values, 3, 6000};
    assert_int_equal(sim_profile_at(&profile, 5999), 30);
    assert_int_equal(sim_profile_at(&profile, 6000), 10);
    assert_int_equal(sim_profile_at(&profile, 6000 * 7 + 2500), -20);
}

static void what_was_recorded_replaces_what_is_made_up(void **state)
{
    (void)state;
    const struct sim_profile profile = {times_ms, values, 3, 0};
    struct sim_day day;
    sim_day_init(&day, 1);
    day.load_w = day.ambient_ddegc = &profile;
    assert_int_equal(sim_day_load_w(&day, 5000), 30);
    assert_int_equal(sim_day_ambient_ddegc(&day, 2000), -20);
    assert_int_equal(sim_day_solar_w(&day, 2000), 0);
    day.solar_w = &profile;
    assert_int_equal(sim_day_solar_w(&day, 1000), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_holds_until_the_next_one),
        cmocka_unit_test(it_begins_anew_after_its_period),
        cmocka_unit_test(what_was_recorded_replaces_what_is_made_up),
    };
    return RUN_TESTS(tests);
}
