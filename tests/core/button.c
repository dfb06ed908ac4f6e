/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/button.c: each gesture at its boundary, and every gesture that must not be seen.
 */
#include "tests/support/test.h"

#include "core/button.h"

/* A button with the number of times each gesture was seen. */
struct bench {
    struct button button;
    bool pack_off;
    int on;
    int off;
    int reset;
    int emergency;
};

static void start(struct bench *bench, bool pack_off)
{
    *bench = (struct bench){.pack_off = pack_off};
    button_init(&bench->button);
}

static void step(struct bench *bench, bool pressed, uint32_t dt_ms)
{
    button_step(&bench->button, pressed, bench->pack_off, dt_ms);
    bench->on += bench->button.on;
    bench->off += bench->button.off;
    bench->reset += bench->button.reset;
    bench->emergency += bench->button.emergency;
}

/* `ms` in steps of 1 ms. */
static void steps(struct bench *bench, bool pressed, uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i++)
        step(bench, pressed, 1);
}

static void press(struct bench *bench, uint32_t held_ms, uint32_t gap_ms)
{
    steps(bench, true, held_ms);
    steps(bench, false, gap_ms);
}

static void expect(const struct bench *bench, int on, int off, int reset, int emergency)
{
    assert_int_equal(bench->on, on);
    assert_int_equal(bench->off, off);
    assert_int_equal(bench->reset, reset);
    assert_int_equal(bench->emergency, emergency);
}

static void a_button_left_alone_says_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    steps(&bench, false, 20000);
    expect(&bench, 0, 0, 0, 0);
}

static void a_press_from_off_gives_on_at_one_second(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    steps(&bench, true, 999);
    expect(&bench, 0, 0, 0, 0);
    step(&bench, true, 1);
    expect(&bench, 1, 0, 0, 0);
    assert_true(bench.button.on);
    step(&bench, true, 1);
    assert_false(bench.button.on); /* for one step */
}

static void held_from_off_it_gives_reset_at_ten_seconds_but_never_off(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    steps(&bench, true, 1000);
    bench.pack_off = false; /* it has started */
    steps(&bench, true, 8999);
    expect(&bench, 1, 0, 0, 0);
    step(&bench, true, 1);
    expect(&bench, 1, 0, 1, 0);
    steps(&bench, true, 100000);
    expect(&bench, 1, 0, 1, 0);
}

static void held_from_on_it_gives_off_at_five_seconds_and_nothing_more(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    steps(&bench, true, 4999);
    expect(&bench, 0, 0, 0, 0);
    step(&bench, true, 1);
    expect(&bench, 0, 1, 0, 0);
    assert_true(bench.button.off);
    bench.pack_off = true; /* it has stopped */
    steps(&bench, true, 100000);
    expect(&bench, 0, 1, 0, 0);
    assert_false(bench.button.off);
}

static void the_next_press_acts_by_the_state_in_which_it_begins(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    press(&bench, 2000, 10);
    bench.pack_off = false;
    press(&bench, 6000, 10);
    bench.pack_off = true;
    press(&bench, 2000, 10);
    expect(&bench, 2, 1, 0, 0);
}

static void short_presses_do_not_add_up(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    press(&bench, 999, 1);
    press(&bench, 999, 1);
    press(&bench, 999, 5000);
    expect(&bench, 0, 0, 0, 0);
    bench.pack_off = false;
    for (int i = 0; i < 5; i++)
        press(&bench, 4999, 1);
    expect(&bench, 0, 0, 0, 0);
    bench.pack_off = true;
    press(&bench, 9999, 1);
    press(&bench, 9999, 1);
    expect(&bench, 2, 0, 0, 0); /* no reset */
}

static void one_long_step_reaches_every_threshold_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    step(&bench, true, 60000);
    assert_true(bench.button.on && bench.button.reset);
    step(&bench, true, 60000);
    expect(&bench, 1, 0, 1, 0);
    start(&bench, false);
    step(&bench, true, 60000);
    step(&bench, true, 60000);
    expect(&bench, 0, 1, 0, 0);
}

static void thresholds_are_exact_for_steps_of_any_length(void **state)
{
    (void)state;
    const uint32_t lengths_ms[] = {1, 3, 7, 10, 100, 333, 999, 1000, 1001, 5000};
    const struct {
        bool pack_off;
        uint32_t ms;
    } thresholds[] = {
        {true,  1000 },
        {true,  10000},
        {false, 5000 }
    };
    for (size_t i = 0; i < COUNT(lengths_ms) * COUNT(thresholds); i++) {
        uint32_t dt_ms = lengths_ms[i % COUNT(lengths_ms)];
        uint32_t ms = thresholds[i / COUNT(lengths_ms)].ms;
        struct bench bench;
        start(&bench, thresholds[i / COUNT(lengths_ms)].pack_off);
        uint32_t held_ms = 0;
        bool seen = false;
        while (held_ms < ms) {
            assert_false(seen);
            step(&bench, true, dt_ms);
            held_ms += dt_ms;
            seen = ms == 1000 ? bench.button.on : ms == 5000 ? bench.button.off : bench.reset;
        }
        assert_true(seen);
    }
}

static void a_button_stuck_for_weeks_acts_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, true);
    for (int i = 0; i < 4; i++)
        step(&bench, true, UINT32_MAX / 2);
    expect(&bench, 1, 0, 1, 0);
    assert_int_equal(bench.button.held_ms, UINT32_MAX);
    start(&bench, true);
    for (int i = 0; i < 4; i++)
        step(&bench, false, UINT32_MAX / 2);
    assert_int_equal(bench.button.gap_ms, UINT32_MAX);
    steps(&bench, true, 1000);
    expect(&bench, 1, 0, 0, 0);
}

static void three_short_presses_are_an_emergency_at_the_third_release(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    press(&bench, 300, 300);
    press(&bench, 300, 300);
    steps(&bench, true, 300);
    expect(&bench, 0, 0, 0, 0);
    step(&bench, false, 1);
    assert_true(bench.button.emergency);
    step(&bench, false, 1);
    assert_false(bench.button.emergency);
    expect(&bench, 0, 0, 0, 1);
}

static void the_emergency_gesture_ends_at_one_second(void **state)
{
    (void)state;
    static const struct {
        uint32_t held_ms[3];
        uint32_t gap_ms[2];
        int emergency;
    } rows[] = {
        {{999, 999, 999},  {999, 999},  1},
        {{10, 10, 10},     {10, 10},    1},
        {{1000, 300, 300}, {300, 300},  0},
        {{300, 1000, 300}, {300, 300},  0},
        {{300, 300, 1000}, {300, 300},  0},
        {{300, 300, 300},  {1000, 300}, 0},
        {{300, 300, 300},  {300, 1000}, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench, false);
        press(&bench, rows[i].held_ms[0], rows[i].gap_ms[0]);
        press(&bench, rows[i].held_ms[1], rows[i].gap_ms[1]);
        press(&bench, rows[i].held_ms[2], 5000);
        expect(&bench, 0, 0, 0, rows[i].emergency);
    }
}

static void one_or_two_presses_are_no_emergency_and_six_are_two(void **state)
{
    (void)state;
    for (int presses = 0; presses <= 7; presses++) {
        struct bench bench;
        start(&bench, false);
        for (int i = 0; i < presses; i++)
            press(&bench, 200, 200);
        expect(&bench, 0, 0, 0, presses / 3);
    }
}

static void a_long_press_or_gap_makes_the_gesture_begin_anew(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    press(&bench, 200, 200);
    press(&bench, 200, 200);
    press(&bench, 1000, 200);
    press(&bench, 200, 200);
    press(&bench, 200, 1000);
    press(&bench, 200, 200);
    press(&bench, 200, 200);
    expect(&bench, 0, 0, 0, 0);
    press(&bench, 200, 200);
    expect(&bench, 0, 0, 0, 1);
}

static void a_bouncing_press_counts_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    for (int i = 0; i < 2; i++) {
        press(&bench, 3, 2); /* at the start */
        press(&bench, 150, 9);
        press(&bench, 150, 2); /* in the middle, and at the end */
        press(&bench, 9, 300);
    }
    expect(&bench, 0, 0, 0, 0);
    press(&bench, 200, 200);
    expect(&bench, 0, 0, 0, 1);
}

static void bouncing_does_not_lengthen_the_time_for_the_gesture(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    press(&bench, 200, 200);
    press(&bench, 200, 498);
    press(&bench, 4, 498); /* 1000 ms without a press */
    press(&bench, 200, 200);
    expect(&bench, 0, 0, 0, 0);
    start(&bench, false);
    press(&bench, 200, 200);
    press(&bench, 200, 498);
    press(&bench, 4, 497);
    press(&bench, 200, 200);
    expect(&bench, 0, 0, 0, 1);
}

static void long_steps_lose_no_press(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, false);
    for (int i = 0; i < 3; i++) {
        step(&bench, true, 999);
        step(&bench, false, i < 2 ? 999 : 60000);
    }
    expect(&bench, 0, 0, 0, 1);
    for (int i = 0; i < 3; i++) {
        step(&bench, true, 500);
        step(&bench, false, 60000);
    }
    expect(&bench, 0, 0, 0, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_button_left_alone_says_nothing),
        cmocka_unit_test(a_press_from_off_gives_on_at_one_second),
        cmocka_unit_test(held_from_off_it_gives_reset_at_ten_seconds_but_never_off),
        cmocka_unit_test(held_from_on_it_gives_off_at_five_seconds_and_nothing_more),
        cmocka_unit_test(the_next_press_acts_by_the_state_in_which_it_begins),
        cmocka_unit_test(short_presses_do_not_add_up),
        cmocka_unit_test(one_long_step_reaches_every_threshold_once),
        cmocka_unit_test(thresholds_are_exact_for_steps_of_any_length),
        cmocka_unit_test(a_button_stuck_for_weeks_acts_once),
        cmocka_unit_test(three_short_presses_are_an_emergency_at_the_third_release),
        cmocka_unit_test(the_emergency_gesture_ends_at_one_second),
        cmocka_unit_test(one_or_two_presses_are_no_emergency_and_six_are_two),
        cmocka_unit_test(a_long_press_or_gap_makes_the_gesture_begin_anew),
        cmocka_unit_test(a_bouncing_press_counts_once),
        cmocka_unit_test(bouncing_does_not_lengthen_the_time_for_the_gesture),
        cmocka_unit_test(long_steps_lose_no_press),
    };
    return RUN_TESTS(tests);
}
