/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/wires.c: the step of a transfer, the resistance learned from it, and the cycles
 * that must not be used.
 */
#include "tests/support/test.h"

#include "core/wires.h"

#define ON_MS 10000
#define PAUSE_MS 2000

/* Cells of 3.350 V; source and sink step by 300 uOhm of cell and their wire, rounded to 1 mV. */
struct bench {
    struct wires wires;
    struct measured measured;
    struct params params;
    struct transfer transfer;
    int32_t wire_uohm[CELL_MAX];
    int32_t drift_uv_per_s; /* of the source against the others */
    int32_t pack_ma;
    uint32_t now_ms;
    uint32_t dt_ms;
    int evaluated;
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    wires_init(&bench->wires);
    bench->measured.cell_count = 16;
    bench->transfer = (struct transfer){.source = 3, .sink = 9, .ma = 2000};
    bench->dt_ms = 100;
    for (int i = 0; i < CELL_MAX; i++)
        bench->wire_uohm[i] = 1000;
}

static void measure(struct bench *bench)
{
    struct measured *measured = &bench->measured;
    int64_t ma = bench->transfer.on ? bench->transfer.ma : 0;
    measured->pack_ma = bench->pack_ma;
    measured->cell_sum_mv = 0;
    for (int i = 0; i < measured->cell_count; i++) {
        int64_t uv = 3350000 + (int64_t)bench->pack_ma * 300 / 1000;
        if (i == bench->transfer.source)
            uv += (int64_t)bench->now_ms * bench->drift_uv_per_s / 1000 -
                  ma * (bench->wire_uohm[i] + 300) / 1000;
        if (i == bench->transfer.sink)
            uv += ma * 68 / 100 * (bench->wire_uohm[i] + 300) / 1000;
        measured->cell_mv[i] = (int16_t)div_round(uv, 1000);
        measured->cell_sum_mv += measured->cell_mv[i];
    }
}

static void phase(struct bench *bench, bool on, uint32_t ms)
{
    bench->transfer.on = on;
    for (uint32_t passed_ms = bench->dt_ms; passed_ms <= ms; passed_ms += bench->dt_ms) {
        bench->transfer.ms = passed_ms;
        bench->now_ms += bench->dt_ms;
        measure(bench);
        bench->evaluated += wires_step(&bench->wires, &bench->measured, &bench->params,
                                       &bench->transfer, bench->dt_ms);
    }
}

static void cycles(struct bench *bench, int count)
{
    for (int i = 0; i < count; i++) {
        phase(bench, true, ON_MS);
        phase(bench, false, PAUSE_MS);
    }
    phase(bench, false, PAUSE_MS + 2 * bench->dt_ms);
}

static void nothing_is_known_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (uint8_t i = 0; i < CELL_MAX; i++)
        assert_int_equal(wires_get(&bench.wires, i), 0);
    assert_int_equal(bench.wires.largest_uohm, 0);
    assert_int_equal(bench.wires.high_mask, 0);
}

static void a_connection_is_known_after_four_cycles(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {10, 100, 1000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct bench bench;
        start(&bench);
        bench.dt_ms = dt_ms[i];
        bench.wire_uohm[3] = 5000;
        bench.wire_uohm[9] = 40000;
        cycles(&bench, 3);
        assert_int_equal(bench.evaluated, 3);
        assert_int_equal(wires_get(&bench.wires, 3), 0);
        cycles(&bench, 1);
        assert_int_equal(bench.evaluated, 4);
        assert_in_range(wires_get(&bench.wires, 3), 4500, 5500); /* 1 mV is 0.5 mOhm */
        assert_in_range(wires_get(&bench.wires, 9), 39600, 40400);
        assert_int_equal(wires_get(&bench.wires, 4), 0);
        assert_int_equal(bench.wires.largest_uohm, wires_get(&bench.wires, 9));
    }
}

static void the_contrast_is_the_fall_and_the_rise_together(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = 9700; /* 20 mV */
    bench.wire_uohm[9] = 9700; /* 13.6 mV, shown as 14 */
    cycles(&bench, 1);
    assert_int_equal(bench.evaluated, 1);
    assert_in_range(bench.wires.contrast_uv, 33900, 34100);
}

static void a_connection_above_the_warning_is_in_the_mask(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[9] = 21000;
    cycles(&bench, 5);
    assert_int_equal(bench.wires.high_mask, 1u << 9);
    bench.params.wire_warning_uohm = 30000;
    cycles(&bench, 1);
    assert_int_equal(bench.wires.high_mask, 0);
}

/* The highest cell in the knee rises by 1.5 mV/s against the others. */
static void a_steady_drift_is_no_step(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = 9700;
    bench.drift_uv_per_s = 1500;
    cycles(&bench, 6);
    assert_in_range(wires_get(&bench.wires, 3), 9200, 10200);
}

static void a_steady_current_of_any_size_does_not_disturb(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = 9700;
    bench.pack_ma = -60000;
    cycles(&bench, 5);
    assert_in_range(wires_get(&bench.wires, 3), 9200, 10200);
}

static void a_cycle_with_changing_current_is_not_used(void **state)
{
    (void)state;
    static const struct {
        int32_t change_ma;
        int evaluated;
    } cases[] = {
        {2000,  1},
        {2001,  0},
        {-2001, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        phase(&bench, true, ON_MS);
        bench.pack_ma = cases[i].change_ma;
        phase(&bench, false, PAUSE_MS + 500);
        assert_int_equal(bench.evaluated, cases[i].evaluated);
    }
}

static void a_change_of_current_since_the_pause_before_spoils_one_cycle(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    phase(&bench, true, ON_MS);
    phase(&bench, false, PAUSE_MS);
    bench.pack_ma =
        5000; /* the pause before does not fit any more; the next cycle by itself does */
    cycles(&bench, 1);
    assert_int_equal(bench.evaluated, 1);
    cycles(&bench, 1);
    assert_int_equal(bench.evaluated, 2);
}

static void a_transfer_cut_short_is_not_used(void **state)
{
    (void)state;
    static const uint32_t on_ms[] = {300, 1500, 5000, 8000};
    for (size_t i = 0; i < COUNT(on_ms); i++) {
        struct bench bench;
        start(&bench);
        cycles(&bench, 1);
        phase(&bench, true, on_ms[i]);
        phase(&bench, false, 5000);
        assert_int_equal(bench.evaluated, 1);
    }
}

static void another_pair_begins_anew(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = 9700;
    bench.wire_uohm[5] = 19700;
    for (int i = 0; i < 8; i++) {
        bench.transfer.source = i % 2 ? 3 : 5;
        phase(&bench, true, ON_MS);
        phase(&bench, false, PAUSE_MS);
    }
    phase(&bench, false, PAUSE_MS + 500);
    assert_int_equal(bench.evaluated, 8);
    assert_in_range(wires_get(&bench.wires, 3), 9600, 9800);
    assert_in_range(wires_get(&bench.wires, 5), 19600, 19800);
}

static void a_lost_measurement_spoils_its_cycle_only(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    phase(&bench, true, ON_MS);
    wires_skip(&bench.wires);
    phase(&bench, false, PAUSE_MS);
    assert_int_equal(bench.evaluated, 0);
    cycles(&bench, 1);
    assert_int_equal(bench.evaluated, 1);
}

static void steps_longer_than_a_second_and_three_cells_teach_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.dt_ms = 2000;
    cycles(&bench, 10);
    bench.dt_ms = 100;
    bench.measured.cell_count = 3;
    bench.transfer.sink = 0;
    bench.transfer.source = 2;
    cycles(&bench, 10);
    assert_int_equal(bench.evaluated, 0);
}

static void a_known_value_is_not_thrown_by_one_bad_cycle(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = 9700;
    cycles(&bench, 16);
    bench.wire_uohm[3] = 200000;
    cycles(&bench, 1);
    assert_in_range(wires_get(&bench.wires, 3), 9700, 10200);
    cycles(&bench, 200); /* a lasting change is followed */
    assert_in_range(wires_get(&bench.wires, 3), 190000, 201000);
}

static void a_step_smaller_than_the_cell_alone_is_a_micro_ohm(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.wire_uohm[3] = -300;
    cycles(&bench, 5);
    assert_int_equal(wires_get(&bench.wires, 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_the_start),
        cmocka_unit_test(a_connection_is_known_after_four_cycles),
        cmocka_unit_test(the_contrast_is_the_fall_and_the_rise_together),
        cmocka_unit_test(a_connection_above_the_warning_is_in_the_mask),
        cmocka_unit_test(a_steady_drift_is_no_step),
        cmocka_unit_test(a_steady_current_of_any_size_does_not_disturb),
        cmocka_unit_test(a_cycle_with_changing_current_is_not_used),
        cmocka_unit_test(a_change_of_current_since_the_pause_before_spoils_one_cycle),
        cmocka_unit_test(a_transfer_cut_short_is_not_used),
        cmocka_unit_test(another_pair_begins_anew),
        cmocka_unit_test(a_lost_measurement_spoils_its_cycle_only),
        cmocka_unit_test(steps_longer_than_a_second_and_three_cells_teach_nothing),
        cmocka_unit_test(a_known_value_is_not_thrown_by_one_bad_cycle),
        cmocka_unit_test(a_step_smaller_than_the_cell_alone_is_a_micro_ohm),
    };
    return RUN_TESTS(tests);
}
