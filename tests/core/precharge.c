/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/precharge.c: when the switch may close, when the resistor is connected, and when
 * the attempt has failed (cell and pack facts, section 4.5).
 */
#include "tests/support/test.h"

#include "core/precharge.h"

enum { PACK_MV = 52800, CLOSE_MV = 50160 };

struct bench {
    struct precharge precharge;
    struct precharge_conditions conditions;
    struct params params;
};

/* The switch should close, the terminals are dead. */
static void start(struct bench *bench)
{
    memset(bench, 0xA5, sizeof(*bench));
    params_init(&bench->params);
    precharge_init(&bench->precharge);
    bench->conditions = (struct precharge_conditions){.wanted = true, .pack_mv = PACK_MV};
}

static void step(struct bench *bench, uint32_t dt_ms)
{
    precharge_step(&bench->precharge, &bench->conditions, &bench->params, dt_ms);
}

static void expect(const struct bench *bench, bool on, bool ready, bool failed)
{
    assert_int_equal(bench->precharge.on, on);
    assert_int_equal(bench->precharge.ready, ready);
    assert_int_equal(bench->precharge.failed, failed);
}

static void nothing_is_connected_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    expect(&bench, false, false, false);
    assert_int_equal(bench.precharge.ms, 0);
}

static void dead_terminals_are_charged_through_the_resistor(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    step(&bench, 10);
    expect(&bench, true, false, false);
    step(&bench, 10);
    expect(&bench, true, false, false);
}

static void the_switch_may_close_at_95_percent_and_not_below(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.terminal_mv = CLOSE_MV - 1;
    step(&bench, 10);
    expect(&bench, true, false, false);
    bench.conditions.terminal_mv = CLOSE_MV;
    step(&bench, 10);
    expect(&bench, false, true, false);
    assert_int_equal(bench.precharge.ms, 0);
}

static void live_terminals_close_at_once(void **state)
{
    (void)state;
    static const int32_t terminal_mv[] = {CLOSE_MV, PACK_MV, PACK_MV + 5000, INT32_MAX};
    for (size_t i = 0; i < COUNT(terminal_mv); i++) {
        struct bench bench;
        start(&bench);
        bench.conditions.terminal_mv = terminal_mv[i];
        step(&bench, 10);
        expect(&bench, false, true, false);
    }
}

static void terminals_the_wrong_way_round_are_not_live(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.terminal_mv = INT32_MIN;
    step(&bench, 10);
    expect(&bench, true, false, false);
}

static void a_closed_switch_stays_ready_when_the_terminals_sag(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.closed = true;
    step(&bench, 60000);
    expect(&bench, false, true, false);
    bench.conditions.wanted = false;
    step(&bench, 10);
    expect(&bench, false, false, false);
}

/* The time runs from the step that connected the resistor. */
static void an_attempt_fails_in_the_exact_step(void **state)
{
    (void)state;
    static const uint32_t step_ms[] = {1, 7, 10, 999, 1000, 60000};
    static const int32_t limit_s[] = {1, 5, 255};
    for (size_t s = 0; s < COUNT(step_ms); s++) {
        for (size_t l = 0; l < COUNT(limit_s); l++) {
            struct bench bench;
            start(&bench);
            bench.params.precharge_s = limit_s[l];
            bench.conditions.terminal_mv = CLOSE_MV - 1;
            step(&bench, step_ms[s]);
            expect(&bench, true, false, false);
            uint32_t limit_ms = (uint32_t)limit_s[l] * 1000;
            for (uint32_t ms = step_ms[s]; ms < limit_ms; ms += step_ms[s]) {
                step(&bench, step_ms[s]);
                expect(&bench, true, false, false);
                assert_int_equal(bench.precharge.ms, ms);
            }
            step(&bench, step_ms[s]);
            expect(&bench, false, false, true);
        }
    }
}

static void failure_is_told_for_one_step(void **state)
{
    (void)state;
    for (int wanted = 0; wanted <= 1; wanted++) {
        struct bench bench;
        start(&bench);
        step(&bench, 10);
        step(&bench, 5000);
        expect(&bench, false, false, true);
        bench.conditions.wanted = wanted;
        step(&bench, 10);
        expect(&bench, wanted, false, false);
        assert_int_equal(bench.precharge.ms, 0);
    }
}

static void each_attempt_has_the_whole_time(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int attempt = 0; attempt < 3; attempt++) {
        step(&bench, 60000);
        expect(&bench, true, false, false);
        step(&bench, 4999);
        expect(&bench, true, false, false);
        step(&bench, 1);
        expect(&bench, false, false, true);
    }
}

static void terminals_that_come_up_in_the_last_step_are_in_time(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    step(&bench, 10);
    step(&bench, 4999);
    bench.conditions.terminal_mv = CLOSE_MV;
    step(&bench, 1);
    expect(&bench, false, true, false);
}

static void a_time_of_zero_switches_it_off(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.precharge_s = 0;
    step(&bench, 10);
    expect(&bench, false, true, false);
    bench.conditions.wanted = false;
    step(&bench, 10);
    expect(&bench, false, false, false);
}

static void a_switch_that_should_no_longer_close_takes_the_resistor_off(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    step(&bench, 10);
    step(&bench, 4000);
    assert_int_equal(bench.precharge.ms, 4000);
    bench.conditions.wanted = false;
    step(&bench, 10);
    expect(&bench, false, false, false);
    assert_int_equal(bench.precharge.ms, 0);
    bench.conditions.terminal_mv = PACK_MV;
    step(&bench, 10);
    expect(&bench, false, false, false); /* ready is for a switch that should close */
    bench.conditions = (struct precharge_conditions){.wanted = true, .pack_mv = PACK_MV};
    step(&bench, 10);
    step(&bench, 4999);
    expect(&bench, true, false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_connected_at_the_start),
        cmocka_unit_test(dead_terminals_are_charged_through_the_resistor),
        cmocka_unit_test(the_switch_may_close_at_95_percent_and_not_below),
        cmocka_unit_test(live_terminals_close_at_once),
        cmocka_unit_test(terminals_the_wrong_way_round_are_not_live),
        cmocka_unit_test(a_closed_switch_stays_ready_when_the_terminals_sag),
        cmocka_unit_test(an_attempt_fails_in_the_exact_step),
        cmocka_unit_test(failure_is_told_for_one_step),
        cmocka_unit_test(each_attempt_has_the_whole_time),
        cmocka_unit_test(terminals_that_come_up_in_the_last_step_are_in_time),
        cmocka_unit_test(a_time_of_zero_switches_it_off),
        cmocka_unit_test(a_switch_that_should_no_longer_close_takes_the_resistor_off),
    };
    return RUN_TESTS(tests);
}
