/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/heating.c: its thresholds, and what ends it whatever the settings say (safety
 * rules, section 4).
 */
#include "tests/support/test.h"

#include "core/heating.h"

enum { LONGEST_MS = 3 * 3600 * 1000 };

struct bench {
    struct heating heating;
    struct measured measured;
    struct params params;
    bool permitted;
};

static void temps(struct bench *bench, int32_t cold_ddegc, int32_t hot_ddegc)
{
    bench->measured.quantity[QUANTITY_COLD_DDEGC] = cold_ddegc;
    bench->measured.quantity[QUANTITY_HOT_DDEGC] = hot_ddegc;
}

/* Everything asks for heat. */
static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    bench->params.heating_enabled = 1;
    memset(&bench->heating, 0xA5, sizeof(bench->heating));
    heating_init(&bench->heating);
    bench->measured.complete = true;
    bench->permitted = true;
    temps(bench, -50, -40);
}

static bool step(struct bench *bench, uint32_t dt_ms)
{
    heating_step(&bench->heating, &bench->measured, &bench->params, bench->permitted, dt_ms);
    return bench->heating.on;
}

static void it_is_off_and_rested_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_false(bench.heating.on || bench.heating.tired);
    assert_int_equal(bench.heating.ms, 0);
}

static void cold_cells_are_heated_below_three_degrees(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    temps(&bench, 30, 40);
    assert_false(step(&bench, 10));
    temps(&bench, 29, 40);
    assert_true(step(&bench, 10));
    assert_int_equal(bench.heating.ms, 0);
}

static void heat_goes_on_until_the_coldest_cell_has_eight_degrees(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_true(step(&bench, 10));
    temps(&bench, 30, 60);
    assert_true(step(&bench, 10));
    temps(&bench, 79, 90);
    assert_true(step(&bench, 10));
    temps(&bench, 80, 90);
    assert_false(step(&bench, 10));
    temps(&bench, 30, 60); /* and comes back only below three */
    assert_false(step(&bench, 10));
    temps(&bench, 29, 60);
    assert_true(step(&bench, 10));
}

static void the_settings_move_both_thresholds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.heater_on_ddegc = -100;
    bench.params.heater_off_ddegc = 20;
    temps(&bench, -100, -90);
    assert_false(step(&bench, 10));
    temps(&bench, -101, -90);
    assert_true(step(&bench, 10));
    temps(&bench, 19, 30);
    assert_true(step(&bench, 10));
    temps(&bench, 20, 30);
    assert_false(step(&bench, 10));
}

static void no_cell_is_heated_to_fifteen_degrees(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    temps(&bench, -50, 150);
    assert_false(step(&bench, 10));
    temps(&bench, -50, 149);
    assert_true(step(&bench, 10));
    temps(&bench, -50, 150);
    assert_false(step(&bench, 10));
    bench.params.heater_on_ddegc = bench.params.heater_off_ddegc = 400;
    temps(&bench, 149, 151);
    assert_false(step(&bench, 10));
}

static void anything_missing_ends_the_heating_at_once(void **state)
{
    (void)state;
    for (int what = 0; what < 4; what++) {
        struct bench bench;
        start(&bench);
        assert_true(step(&bench, 10));
        for (int round = 0; round < 3; round++) {
            bench.permitted = what != 0;
            bench.params.heating_enabled = what != 1;
            bench.measured.complete = what != 2;
            bench.measured.temp_fault = what == 3;
            assert_false(step(&bench, 10));
            assert_false(bench.heating.tired);
        }
        bench.permitted = true;
        bench.params.heating_enabled = 1;
        bench.measured.complete = true;
        bench.measured.temp_fault = false;
        assert_true(step(&bench, 10));
    }
}

static void it_rests_after_three_hours_exactly(void **state)
{
    (void)state;
    static const uint32_t step_ms[] = {10, 1000, 7777, 60000};
    for (size_t s = 0; s < COUNT(step_ms); s++) {
        struct bench bench;
        start(&bench);
        assert_true(step(&bench, step_ms[s]));
        for (uint32_t ms = step_ms[s]; ms < LONGEST_MS; ms += step_ms[s])
            assert_true(step(&bench, step_ms[s]));
        assert_false(bench.heating.tired);
        assert_false(step(&bench, step_ms[s]));
        assert_true(bench.heating.tired);
    }
}

static void it_rests_three_hours_and_then_heats_again_as_long(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int round = 0; round < 2; round++) {
        assert_true(step(&bench, 1));
        assert_true(step(&bench, LONGEST_MS - (round ? 2 : 1)));
        assert_false(step(&bench, 1));
        assert_int_equal(bench.heating.ms, 0);
        assert_false(step(&bench, LONGEST_MS - 1));
        assert_true(bench.heating.tired);
        assert_true(step(&bench, 1));
        assert_false(bench.heating.tired);
    }
}

static void three_hours_are_over_even_when_it_ends_for_another_reason(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_true(step(&bench, 10));
    bench.permitted = false;
    assert_false(step(&bench, LONGEST_MS));
    assert_true(bench.heating.tired);
}

static void time_off_is_no_heating_time(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.permitted = false;
    assert_false(step(&bench, UINT32_MAX));
    assert_false(step(&bench, 60000)); /* does not wrap */
    assert_int_equal(bench.heating.ms, 0);
    assert_false(bench.heating.tired);
    bench.permitted = true;
    assert_true(step(&bench, 60000));
    assert_true(step(&bench, LONGEST_MS - 1));
    assert_false(step(&bench, 1));
}

static void an_interruption_does_not_start_the_three_hours_again(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_true(step(&bench, 10));
    assert_true(step(&bench, LONGEST_MS - 100));
    bench.permitted = false;
    assert_false(step(&bench, 50));
    assert_false(step(&bench, 60000)); /* off: does not count */
    bench.permitted = true;
    assert_true(step(&bench, 10));
    assert_true(step(&bench, 49));
    assert_false(step(&bench, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_off_and_rested_at_the_start),
        cmocka_unit_test(cold_cells_are_heated_below_three_degrees),
        cmocka_unit_test(heat_goes_on_until_the_coldest_cell_has_eight_degrees),
        cmocka_unit_test(the_settings_move_both_thresholds),
        cmocka_unit_test(no_cell_is_heated_to_fifteen_degrees),
        cmocka_unit_test(anything_missing_ends_the_heating_at_once),
        cmocka_unit_test(it_rests_after_three_hours_exactly),
        cmocka_unit_test(it_rests_three_hours_and_then_heats_again_as_long),
        cmocka_unit_test(three_hours_are_over_even_when_it_ends_for_another_reason),
        cmocka_unit_test(time_off_is_no_heating_time),
        cmocka_unit_test(an_interruption_does_not_start_the_three_hours_again),
    };
    return RUN_TESTS(tests);
}
