/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/trust.c: open sense wires, frozen cells, and current against voltage, each at its
 * exact boundary, with its recovery and without a false alarm.
 */
#include "tests/support/test.h"

#include "core/trust.h"

enum { CELLS = 16 };

struct bench {
    struct trust trust;
    struct inputs inputs;
    struct measured measured;
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    memset(&bench->trust, 0xA5, sizeof(bench->trust));
    trust_init(&bench->trust);
    bench->inputs.cell_valid_mask = 0xFFFF;
    for (int i = 0; i < CELLS; i++)
        bench->inputs.cell_mv[i] = 3300;
    bench->measured.cell_count = CELLS;
    bench->measured.pack_mv = CELLS * 3300;
    bench->measured.fresh = true;
}

static void step(struct bench *bench, uint32_t dt_ms)
{
    trust_step(&bench->trust, &bench->inputs, &bench->measured, dt_ms);
}

/* ---- Open wire ---- */

static bool open_wire(struct bench *bench)
{
    bench->measured.fresh = false; /* such a set is never plausible */
    step(bench, 10);
    return bench->trust.open_wire;
}

static void healthy_cells_raise_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_false(open_wire(&bench));
    assert_false(bench.trust.cells_frozen || bench.trust.current_reversed);
}

static void an_open_wire_leaves_one_cell_empty_and_the_next_one_double(void **state)
{
    (void)state;
    for (int i = 0; i < CELLS - 1; i++) {
        struct bench bench;
        start(&bench);
        bench.inputs.cell_mv[i] = 0;
        bench.inputs.cell_mv[i + 1] = 6600;
        assert_true(open_wire(&bench));
        bench.inputs.cell_mv[i] = bench.inputs.cell_mv[i + 1] = 3300;
        assert_false(open_wire(&bench));
    }
}

static void an_open_wire_has_exact_bounds(void **state)
{
    (void)state;
    static const struct {
        int16_t empty_mv;
        int16_t double_mv;
        bool open;
    } cases[] = {
        {999,       4501,      true },
        {1000,      4501,      false},
        {999,       4500,      false},
        {INT16_MIN, INT16_MAX, true },
        {3300,      6600,      false},
        {0,         3300,      false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        bench.inputs.cell_mv[5] = cases[i].empty_mv;
        bench.inputs.cell_mv[6] = cases[i].double_mv;
        assert_int_equal(open_wire(&bench), cases[i].open);
    }
}

static void the_last_cell_needs_no_neighbour(void **state)
{
    (void)state;
    for (uint8_t count = 2; count <= CELLS; count++) {
        struct bench bench;
        start(&bench);
        bench.measured.cell_count = count;
        bench.inputs.cell_mv[count - 1] = 1000;
        assert_false(open_wire(&bench));
        bench.inputs.cell_mv[count - 1] = 999;
        assert_true(open_wire(&bench));
    }
}

static void cells_that_the_pack_does_not_have_are_not_looked_at(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.cell_count = 8;
    bench.inputs.cell_mv[8] = 0;
    bench.inputs.cell_mv[9] = 6600;
    assert_false(open_wire(&bench));
}

static void a_cell_that_was_not_measured_is_no_open_wire(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.cell_mv[5] = 0;
    bench.inputs.cell_mv[6] = 6600;
    bench.inputs.cell_valid_mask = 0xFFFF & ~(1u << 5);
    assert_false(open_wire(&bench));
    bench.inputs.cell_valid_mask = 1u << 5;
    assert_true(open_wire(&bench));
}

/* Such cells are not plausible, so no set is fresh. */
static void an_open_wire_is_seen_in_sets_that_are_not_plausible(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.fresh = false;
    bench.inputs.cell_mv[5] = 0;
    bench.inputs.cell_mv[6] = 6600;
    assert_true(open_wire(&bench));
}

/* ---- Frozen cells ---- */

/* Cells stand still for `ms` while the current goes from `from_ma` to `to_ma` and back. */
static bool frozen_after(struct bench *bench, uint32_t ms, int32_t from_ma, int32_t to_ma)
{
    start(bench);
    bench->measured.pack_ma = from_ma;
    step(bench, 1000);
    bench->measured.pack_ma = to_ma;
    step(bench, 1000);
    bench->measured.pack_ma = from_ma;
    step(bench, ms - 1000);
    return bench->trust.cells_frozen;
}

static void cells_are_frozen_after_sixty_seconds_and_ten_amperes_exactly(void **state)
{
    (void)state;
    struct bench bench;
    assert_true(frozen_after(&bench, 60000, 0, 10001));
    assert_false(frozen_after(&bench, 59999, 0, 10001));
    assert_false(frozen_after(&bench, 60000, 0, 10000));
    assert_true(frozen_after(&bench, 60000, 0, -10001));
    assert_false(frozen_after(&bench, 60000, 0, -10000));
    assert_true(frozen_after(&bench, 60000, 5001, -5000));
    assert_true(frozen_after(&bench, 60000, INT32_MAX, INT32_MIN));
    assert_false(frozen_after(&bench, 600000, 150000, 150000));
}

static void cells_are_frozen_in_the_exact_step_whatever_the_steps_are(void **state)
{
    (void)state;
    static const uint32_t step_ms[] = {1, 10, 999, 60000};
    for (size_t s = 0; s < COUNT(step_ms); s++) {
        struct bench bench;
        start(&bench);
        step(&bench, step_ms[s]); /* they move */
        bench.measured.pack_ma = 20000;
        for (uint32_t ms = step_ms[s]; ms < 60000; ms += step_ms[s]) {
            step(&bench, step_ms[s]);
            assert_false(bench.trust.cells_frozen);
        }
        step(&bench, step_ms[s]);
        assert_true(bench.trust.cells_frozen);
    }
}

static void one_cell_that_moves_thaws_all(void **state)
{
    (void)state;
    struct bench bench;
    assert_true(frozen_after(&bench, 60000, 0, 50000));
    bench.measured.pack_ma = 50000;
    bench.inputs.cell_mv[7] = 3301;
    step(&bench, 10);
    assert_false(bench.trust.cells_frozen);
    step(&bench, 60000); /* the current has not moved since then */
    assert_false(bench.trust.cells_frozen);
    bench.measured.pack_ma = 39999;
    step(&bench, 10);
    assert_true(bench.trust.cells_frozen);
}

static void both_extremes_of_the_current_begin_anew_when_a_cell_moves(void **state)
{
    (void)state;
    static const int32_t before_ma[] = {50000, -50000};
    for (size_t i = 0; i < COUNT(before_ma); i++) {
        struct bench bench;
        assert_true(frozen_after(&bench, 60000, 0, before_ma[i]));
        bench.inputs.cell_mv[0]++;
        step(&bench, 10);
        step(&bench, 120000);
        assert_false(bench.trust.cells_frozen);
    }
}

static void cells_that_move_now_and_then_are_never_frozen(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int round = 0; round < 100; round++) {
        bench.inputs.cell_mv[round % CELLS]++;
        for (int i = 0; i < 60; i++) {
            bench.measured.pack_ma = i % 2 ? 100000 : -100000;
            step(&bench, 1000);
            assert_false(bench.trust.cells_frozen);
        }
    }
}

static void only_plausible_sets_are_compared(void **state)
{
    (void)state;
    struct bench bench;
    assert_false(frozen_after(&bench, 59999, 0, 50000));
    bench.measured.fresh = false;
    step(&bench, 60000);
    assert_false(bench.trust.cells_frozen);
    bench.inputs.cell_mv[0] = 9999;
    step(&bench, 60000);
    bench.inputs.cell_mv[0] = 3300;
    bench.measured.fresh = true;
    step(&bench, 1);
    assert_true(bench.trust.cells_frozen);
}

/* A front end slower than the step. */
static void time_between_two_sets_counts(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.complete = true;
    step(&bench, 10);
    bench.measured.pack_ma = 20000;
    for (int ms = 10; ms <= 60000; ms += 10) {
        assert_false(bench.trust.cells_frozen);
        bench.measured.fresh = ms % 250 == 0;
        step(&bench, 10);
    }
    assert_true(bench.trust.cells_frozen);
}

/* ---- Current against voltage ---- */

/* Another second, with current and voltage changed. */
static void change(struct bench *bench, int32_t ma, int32_t mv)
{
    bench->measured.pack_ma += ma;
    bench->measured.pack_mv += mv;
    step(bench, 1000);
}

static void begin(struct bench *bench)
{
    start(bench);
    step(bench, 1000);
}

static void expect_reversed_after_three(int32_t ma, int32_t mv, bool reversed)
{
    struct bench bench;
    begin(&bench);
    for (int i = 1; i <= 4; i++) {
        int sign = i % 2 ? 1 : -1;
        change(&bench, sign * ma, sign * mv);
        assert_int_equal(bench.trust.current_reversed, reversed && i >= 3);
        assert_int_equal(bench.trust.sign_errors, reversed ? min32(i, 3) : 0);
    }
}

static void three_contradicting_steps_in_a_row_are_a_reversed_shunt(void **state)
{
    (void)state;
    expect_reversed_after_three(50000, -800, true);
    expect_reversed_after_three(-50000, 800, true);
    expect_reversed_after_three(30001, -101, true);
    expect_reversed_after_three(-30001, 101, true);
}

static void steps_that_agree_or_are_small_or_unanswered_are_no_contradiction(void **state)
{
    (void)state;
    expect_reversed_after_three(50000, 800, false);
    expect_reversed_after_three(-50000, -800, false);
    expect_reversed_after_three(30000, -800, false);
    expect_reversed_after_three(-30000, 800, false);
    expect_reversed_after_three(30001, -100, false);
    expect_reversed_after_three(-30001, 100, false);
    expect_reversed_after_three(50000, 0, false);
}

static void three_jumps_of_the_voltage_without_current_are_a_dead_shunt(void **state)
{
    (void)state;
    expect_reversed_after_three(0, 601, true);
    expect_reversed_after_three(0, -601, true);
    expect_reversed_after_three(999, 601, true);
    expect_reversed_after_three(-999, 601, true);
    expect_reversed_after_three(0, 600, false);
    expect_reversed_after_three(0, -600, false);
    expect_reversed_after_three(1000, 601, false);
    expect_reversed_after_three(-1000, 601, false);
    expect_reversed_after_three(1000, -5000, false);
}

static void one_step_that_agrees_is_trusted_again(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    for (int i = 0; i < 10; i++)
        change(&bench, i % 2 ? 50000 : -50000, i % 2 ? -800 : 800);
    assert_true(bench.trust.current_reversed);
    assert_int_equal(bench.trust.sign_errors, 3);
    change(&bench, 0, 0);
    assert_true(bench.trust.current_reversed); /* nothing was proven */
    change(&bench, 30000, 300);
    assert_true(bench.trust.current_reversed);
    change(&bench, 30001, 300);
    assert_false(bench.trust.current_reversed);
    change(&bench, -50000, 800);
    change(&bench, 50000, -800);
    assert_false(bench.trust.current_reversed);
    change(&bench, -50000, 800);
    assert_true(bench.trust.current_reversed);
}

static void contradictions_must_come_in_a_row(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    for (int i = 0; i < 10; i++) {
        change(&bench, 50000, -800);
        change(&bench, -50000, 800);
        assert_false(bench.trust.current_reversed);
        change(&bench, 50000, 800);
        change(&bench, -50000, -800);
    }
    assert_false(bench.trust.current_reversed);
}

static void quiet_seconds_between_contradictions_do_not_forget_them(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    for (int i = 0; i < 3; i++) {
        assert_false(bench.trust.current_reversed);
        change(&bench, 50000, -800);
        for (int quiet = 0; quiet < 20; quiet++)
            change(&bench, 0, 0);
    }
    assert_true(bench.trust.current_reversed);
}

static void the_first_set_has_nothing_to_be_compared_with(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.pack_ma = 100000;
    for (int i = 0; i < 3; i++) {
        change(&bench, -100000, 20000);
        assert_int_equal(bench.trust.sign_errors, i);
    }
}

static void steps_are_judged_once_a_second(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    for (int second = 1; second <= 3; second++) {
        bench.measured.pack_ma += 50000;
        bench.measured.pack_mv -= 800;
        for (int i = 0; i < 99; i++)
            step(&bench, 10);
        assert_int_equal(bench.trust.sign_errors, second - 1);
        step(&bench, 9);
        assert_int_equal(bench.trust.sign_errors, second - 1);
        step(&bench, 1);
        assert_int_equal(bench.trust.sign_errors, second);
    }
    assert_true(bench.trust.current_reversed);
}

static void steps_are_judged_over_the_time_between_two_sets(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    bench.measured.complete = true;
    for (int second = 1; second <= 3; second++) {
        bench.measured.pack_ma += 50000;
        bench.measured.pack_mv -= 800;
        for (int ms = 10; ms <= 1000; ms += 10) {
            bench.measured.fresh = ms % 250 == 0;
            step(&bench, 10);
            assert_int_equal(bench.trust.sign_errors, ms < 1000 ? second - 1 : second);
        }
    }
}

/* Over more than two seconds the charge moves the voltage as well. */
static void long_steps_raise_nothing(void **state)
{
    (void)state;
    struct bench bench;
    static const uint32_t step_ms[] = {2001, 10000, 60000};
    for (size_t s = 0; s < COUNT(step_ms); s++) {
        begin(&bench);
        for (int i = 0; i < 10; i++) {
            bench.measured.pack_ma += i % 2 ? 50000 : -50000;
            bench.measured.pack_mv += i % 2 ? -2000 : 2000;
            step(&bench, step_ms[s]);
            assert_int_equal(bench.trust.sign_errors, 0);
        }
    }
    begin(&bench);
    bench.measured.pack_ma += 50000;
    bench.measured.pack_mv -= 2000;
    step(&bench, 2000);
    assert_int_equal(bench.trust.sign_errors, 1);
}

/* A load that switches 100 A on and off in a pack of 15 mohm, in steps of 10 ms. */
static void a_healthy_pack_under_a_hard_load_raises_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int ms = 0; ms < 300000; ms += 10) {
        bench.measured.pack_ma = ms / 3330 % 2 ? -100000 : 40000;
        bench.measured.pack_mv = 52800 + bench.measured.pack_ma * 15 / 1000;
        bench.inputs.cell_mv[0] = (int16_t)(bench.measured.pack_mv / CELLS);
        step(&bench, 10);
        assert_int_equal(bench.trust.sign_errors, 0);
        assert_false(bench.trust.cells_frozen || bench.trust.open_wire);
    }
}

static void extreme_currents_do_not_wrap(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    bench.measured.pack_ma = INT32_MIN;
    change(&bench, 0, 0);
    bench.measured.pack_ma = INT32_MAX;
    change(&bench, 0, -800); /* more charge current, less voltage */
    assert_int_equal(bench.trust.sign_errors, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_cells_raise_nothing),
        cmocka_unit_test(an_open_wire_leaves_one_cell_empty_and_the_next_one_double),
        cmocka_unit_test(an_open_wire_has_exact_bounds),
        cmocka_unit_test(the_last_cell_needs_no_neighbour),
        cmocka_unit_test(cells_that_the_pack_does_not_have_are_not_looked_at),
        cmocka_unit_test(a_cell_that_was_not_measured_is_no_open_wire),
        cmocka_unit_test(an_open_wire_is_seen_in_sets_that_are_not_plausible),
        cmocka_unit_test(cells_are_frozen_after_sixty_seconds_and_ten_amperes_exactly),
        cmocka_unit_test(cells_are_frozen_in_the_exact_step_whatever_the_steps_are),
        cmocka_unit_test(one_cell_that_moves_thaws_all),
        cmocka_unit_test(both_extremes_of_the_current_begin_anew_when_a_cell_moves),
        cmocka_unit_test(cells_that_move_now_and_then_are_never_frozen),
        cmocka_unit_test(only_plausible_sets_are_compared),
        cmocka_unit_test(time_between_two_sets_counts),
        cmocka_unit_test(three_contradicting_steps_in_a_row_are_a_reversed_shunt),
        cmocka_unit_test(steps_that_agree_or_are_small_or_unanswered_are_no_contradiction),
        cmocka_unit_test(three_jumps_of_the_voltage_without_current_are_a_dead_shunt),
        cmocka_unit_test(one_step_that_agrees_is_trusted_again),
        cmocka_unit_test(contradictions_must_come_in_a_row),
        cmocka_unit_test(quiet_seconds_between_contradictions_do_not_forget_them),
        cmocka_unit_test(the_first_set_has_nothing_to_be_compared_with),
        cmocka_unit_test(steps_are_judged_once_a_second),
        cmocka_unit_test(steps_are_judged_over_the_time_between_two_sets),
        cmocka_unit_test(long_steps_raise_nothing),
        cmocka_unit_test(a_healthy_pack_under_a_hard_load_raises_nothing),
        cmocka_unit_test(extreme_currents_do_not_wrap),
    };
    return RUN_TESTS(tests);
}
