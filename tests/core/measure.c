/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/measure.c.
 */
#include "tests/support/test.h"

#include "core/measure.h"

struct bench {
    struct measured measured;
    struct inputs inputs;
    struct params params;
};

static void cells(struct bench *bench, int16_t mv)
{
    for (int i = 0; i < 16; i++)
        bench->inputs.cell_mv[i] = mv;
    bench->inputs.pack_mv = 16 * mv;
}

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    measure_init(&bench->measured);
    bench->inputs.cell_valid_mask = 0xFFFF;
    bench->inputs.temp_valid_mask = 0x1F;
    bench->inputs.mos_valid = bench->inputs.pack_valid = true;
    bench->inputs.mos_ddegc = 300;
    for (int i = 0; i < TEMP_SENSOR_COUNT; i++)
        bench->inputs.temp_ddegc[i] = (int16_t)(200 + 10 * i);
    cells(bench, 3300);
}

/* Steps of 10 ms, each with a new sample. */
static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += 10) {
        bench->inputs.sample_count++;
        measure_step(&bench->measured, &bench->inputs, &bench->params, 10);
    }
}

static void a_plausible_set_is_complete_at_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.cell_mv[3] = 3400;
    bench.inputs.cell_mv[7] = 3200;
    bench.inputs.pack_ma = -12345;
    steps(&bench, 10);
    const struct measured *measured = &bench.measured;
    assert_true(measured->complete && measured->seen && measured->mos_valid);
    assert_false(measured->temp_fault || measured->cell_count_wrong || measured->current_fault);
    assert_int_equal(measured->cell_max_index, 3);
    assert_int_equal(measured->cell_min_index, 7);
    assert_int_equal(measured->quantity[QUANTITY_CELL_MAX_MV], 3400);
    assert_int_equal(measured->quantity[QUANTITY_CELL_MIN_MV], 3200);
    assert_int_equal(measured->quantity[QUANTITY_PACK_MV], 52800);
    assert_int_equal(measured->quantity[QUANTITY_CHARGE_MA], 0);
    assert_int_equal(measured->quantity[QUANTITY_DISCHARGE_MA], 12345);
    assert_int_equal(measured->quantity[QUANTITY_COLD_DDEGC], 200);
    assert_int_equal(measured->quantity[QUANTITY_HOT_DDEGC], 240);
    assert_int_equal(measured->temp_mean_ddegc, 220);
    assert_int_equal(measured->quantity[QUANTITY_MOS_DDEGC], 300);
    assert_int_equal(measured->cell_sum_mv, 52800);
}

static void an_implausible_set_is_replaced_by_the_last_for_half_a_second(void **state)
{
    (void)state;
    for (int fault = 0; fault < 7; fault++) {
        struct bench bench;
        start(&bench);
        steps(&bench, 100);
        cells(&bench, 3500);
        struct inputs *inputs = &bench.inputs;
        switch (fault) {
        case 0:
            inputs->pack_valid = false;
            break;
        case 1:
            inputs->pack_mv = 29999;
            break;
        case 2:
            inputs->pack_mv = 65009;
            break;
        case 3:
            inputs->cell_mv[5] = 999;
            break;
        case 4:
            inputs->cell_mv[5] = 4501;
            break;
        case 5:
            inputs->cell_valid_mask &= ~(1u << 15);
            break;
        default:
            inputs->pack_ma = 1000001;
            break;
        }
        steps(&bench, 490);
        assert_true(bench.measured.complete);
        assert_int_equal(bench.measured.quantity[QUANTITY_CELL_MAX_MV], 3300);
        steps(&bench, 10);
        assert_false(bench.measured.complete);
        start(&bench);
        steps(&bench, 10);
        assert_true(bench.measured.complete);
    }
}

static void the_ends_of_the_ranges_are_plausible(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    cells(&bench, 2000);
    bench.inputs.cell_mv[0] = 1000;
    bench.inputs.pack_mv = 30000 + 1000;
    bench.inputs.pack_ma = -1000000;
    steps(&bench, 10);
    assert_true(bench.measured.complete);
    assert_int_equal(bench.measured.quantity[QUANTITY_CELL_MIN_MV], 1000);
}

static void a_frozen_measurement_is_lost_after_half_a_second(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    for (int i = 0; i < 49; i++)
        measure_step(&bench.measured, &bench.inputs, &bench.params, 10);
    assert_true(bench.measured.complete);
    measure_step(&bench.measured, &bench.inputs, &bench.params, 10);
    assert_false(bench.measured.complete);
    steps(&bench, 10);
    assert_true(bench.measured.complete);
}

static void the_sample_counter_may_wrap(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.sample_count = UINT32_MAX - 50;
    steps(&bench, 2000);
    assert_true(bench.measured.complete);
    assert_int_equal(bench.measured.bad_ms, 0);
}

static void nothing_is_complete_before_the_first_plausible_set(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.cell_mv[0] = 0;
    steps(&bench, 100);
    assert_false(bench.measured.complete || bench.measured.seen);
}

static void cells_and_pack_may_disagree_for_three_seconds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.pack_mv = 52800 + 500;
    steps(&bench, 10000);
    assert_true(bench.measured.complete);
    bench.inputs.pack_mv = 52800 + 501;
    steps(&bench, 2990);
    assert_true(bench.measured.complete);
    steps(&bench, 10);
    assert_false(bench.measured.complete);
    cells(&bench, 2000); /* one percent is the tighter limit now */
    steps(&bench, 10);
    assert_true(bench.measured.complete);
    bench.inputs.pack_mv = 32000 + 330;
    steps(&bench, 3000);
    assert_false(bench.measured.complete);
}

static void a_lost_sensor_is_held_two_seconds_and_then_the_worst_case(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    bench.inputs.temp_valid_mask = 0x1E; /* the coldest one */
    bench.inputs.temp_ddegc[0] = 900;
    steps(&bench, 1990);
    assert_false(bench.measured.temp_fault);
    assert_int_equal(bench.measured.quantity[QUANTITY_COLD_DDEGC], 200);
    steps(&bench, 10);
    assert_true(bench.measured.temp_fault);
    assert_true(bench.measured.complete);
    assert_int_equal(bench.measured.temp_valid_mask, 0x1E);
    assert_int_equal(bench.measured.quantity[QUANTITY_COLD_DDEGC], 210 - 150);
    assert_int_equal(bench.measured.quantity[QUANTITY_HOT_DDEGC], 240 + 150);
    bench.inputs.temp_valid_mask = 0x1F;
    bench.inputs.temp_ddegc[0] = 1251; /* answers, but nonsense */
    steps(&bench, 10);
    assert_true(bench.measured.temp_fault);
    bench.inputs.temp_ddegc[0] = -401;
    steps(&bench, 10);
    assert_true(bench.measured.temp_fault);
    bench.inputs.temp_ddegc[0] = -400;
    steps(&bench, 10);
    assert_false(bench.measured.temp_fault);
    assert_int_equal(bench.measured.quantity[QUANTITY_COLD_DDEGC], -400);
}

static void all_cell_sensors_lost_is_no_measurement(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    bench.inputs.temp_valid_mask = 0;
    steps(&bench, 2000);
    assert_true(bench.measured.temps_lost);
    assert_false(bench.measured.complete);
    assert_int_equal(bench.measured.quantity[QUANTITY_COLD_DDEGC], -400);
    assert_int_equal(bench.measured.quantity[QUANTITY_HOT_DDEGC], 1250);
}

static void no_temperature_is_invented_for_a_sensor_that_never_answered(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.temp_valid_mask = 0;
    bench.inputs.mos_valid = false;
    for (int i = 0; i < 300; i++) {
        steps(&bench, 10);
        assert_false(bench.measured.complete || bench.measured.mos_valid);
        assert_int_equal(bench.measured.temp_valid_mask, 0);
    }
}

static void a_lost_switch_sensor_counts_as_burning_after_two_seconds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    bench.inputs.mos_valid = false;
    steps(&bench, 1990);
    assert_int_equal(bench.measured.quantity[QUANTITY_MOS_DDEGC], 300);
    steps(&bench, 10);
    assert_int_equal(bench.measured.quantity[QUANTITY_MOS_DDEGC], 1250);
    assert_true(bench.measured.temp_fault);
    assert_false(bench.measured.mos_valid);
    assert_true(bench.measured.complete);
}

static void cell_count_and_current_sensor_are_watched(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.inputs.cell_valid_mask = 0x1FFFF;
    steps(&bench, 10);
    assert_true(bench.measured.cell_count_wrong);
    bench.inputs.cell_valid_mask = UINT32_MAX;
    steps(&bench, 10);
    assert_true(bench.measured.cell_count_wrong);
    bench.inputs.cell_valid_mask = 0xFFFF;
    bench.inputs.pack_ma = INT32_MIN;
    steps(&bench, 10);
    assert_false(bench.measured.cell_count_wrong);
    assert_true(bench.measured.current_fault);
    bench.inputs.pack_valid = false; /* nothing is said about the current */
    steps(&bench, 10);
    assert_false(bench.measured.current_fault);
}

static void spreads_count_where_they_mean_something(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t *quantity = bench.measured.quantity;
    bench.inputs.cell_mv[2] = 3400;
    bench.inputs.cell_mv[5] = 3250;
    bench.inputs.pack_ma = 314000 / 50 - 1;
    steps(&bench, 10);
    assert_int_equal(quantity[QUANTITY_SPREAD_MV], 150);
    assert_int_equal(quantity[QUANTITY_SPREAD_TOP_MV], 0);
    assert_int_equal(quantity[QUANTITY_SPREAD_REST_MV], 150);
    assert_int_equal(quantity[QUANTITY_TEMP_SPREAD_DDEGC], 40);
    bench.inputs.cell_mv[2] = 3401;
    bench.inputs.pack_ma = 314000 / 50;
    steps(&bench, 10);
    assert_int_equal(quantity[QUANTITY_SPREAD_TOP_MV], 151);
    assert_int_equal(quantity[QUANTITY_SPREAD_REST_MV], 0);
}

static void a_sensor_that_jumps_is_left_alone_for_ten_seconds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    bench.inputs.temp_ddegc[1] = 231; /* 2.1 K within a sample */
    steps(&bench, 1990);
    assert_int_equal(bench.measured.temp_ddegc[1], 210);
    assert_false(bench.measured.temp_fault);
    steps(&bench, 10);
    assert_true(bench.measured.temp_fault);
    assert_int_equal(bench.measured.temp_valid_mask, 0x1D);
    steps(&bench, 8000);
    assert_true(bench.measured.temp_fault);
    steps(&bench, 10);
    assert_false(bench.measured.temp_fault);
    assert_int_equal(bench.measured.temp_ddegc[1], 231);
}

static void a_sensor_may_move_as_fast_as_its_noise_and_ten_kelvin_a_second(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 100);
    bench.inputs.temp_ddegc[1] = 230; /* 2.0 K: noise */
    steps(&bench, 10);
    assert_int_equal(bench.measured.temp_ddegc[1], 230);
    bench.inputs.temp_ddegc[1] = 330; /* 10 K in a second */
    bench.inputs.sample_count++;
    measure_step(&bench.measured, &bench.inputs, &bench.params, 1000);
    assert_int_equal(bench.measured.temp_ddegc[1], 330);
    bench.inputs.temp_ddegc[1] = 431;
    bench.inputs.sample_count++;
    measure_step(&bench.measured, &bench.inputs, &bench.params, 1000);
    assert_int_equal(bench.measured.temp_ddegc[1], 330);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plausible_set_is_complete_at_once),
        cmocka_unit_test(an_implausible_set_is_replaced_by_the_last_for_half_a_second),
        cmocka_unit_test(the_ends_of_the_ranges_are_plausible),
        cmocka_unit_test(a_frozen_measurement_is_lost_after_half_a_second),
        cmocka_unit_test(the_sample_counter_may_wrap),
        cmocka_unit_test(nothing_is_complete_before_the_first_plausible_set),
        cmocka_unit_test(cells_and_pack_may_disagree_for_three_seconds),
        cmocka_unit_test(a_lost_sensor_is_held_two_seconds_and_then_the_worst_case),
        cmocka_unit_test(all_cell_sensors_lost_is_no_measurement),
        cmocka_unit_test(no_temperature_is_invented_for_a_sensor_that_never_answered),
        cmocka_unit_test(a_lost_switch_sensor_counts_as_burning_after_two_seconds),
        cmocka_unit_test(cell_count_and_current_sensor_are_watched),
        cmocka_unit_test(spreads_count_where_they_mean_something),
        cmocka_unit_test(a_sensor_that_jumps_is_left_alone_for_ten_seconds),
        cmocka_unit_test(a_sensor_may_move_as_fast_as_its_noise_and_ten_kelvin_a_second),
    };
    return RUN_TESTS(tests);
}
