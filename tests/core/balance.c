/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/balance.c: when it may run, the rhythm of transfer and pause, and the pair by
 * voltage. Payment of debts is in balance_debt.c, the watch over the stage in balance_watch.c.
 */
#include "tests/support/test.h"

#include "core/balance.h"

#define START_MS 2000 /* measured before the first transfer */
#define LOOK_MS 1000  /* between decisions while idle */

struct bench {
    struct balance balance;
    struct measured measured;
    struct params params;
    bool permitted;
};

/* Cells of 3.400 V, number 3 at 3.420 V and number 9 at 3.390 V; at rest. */
static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    for (int i = 0; i < CELL_MAX; i++)
        bench->params.value[PARAM_wire_01_uohm + i] = 0;
    balance_init(&bench->balance);
    bench->permitted = true;
    bench->measured.complete = true;
    bench->measured.cell_count = 16;
    bench->measured.quantity[QUANTITY_COLD_DDEGC] = 250;
    bench->measured.quantity[QUANTITY_HOT_DDEGC] = 260;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = 3420;
    for (int i = 0; i < 16; i++)
        bench->measured.cell_mv[i] = 3400;
    bench->measured.cell_mv[3] = 3420;
    bench->measured.cell_mv[9] = 3390;
}

static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += 10)
        balance_step(&bench->balance, &bench->measured, &bench->params, bench->permitted, 10);
}

static void spread(struct bench *bench, int16_t low_mv, int16_t high_mv)
{
    for (int i = 0; i < 16; i++)
        bench->measured.cell_mv[i] = low_mv;
    bench->measured.cell_mv[3] = high_mv;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = high_mv;
}

static void expect(const struct bench *bench, enum balance_phase phase)
{
    assert_int_equal(bench->balance.phase, phase);
    int32_t ma = phase == BALANCE_ON ? bench->params.balance_current_ma : 0;
    assert_int_equal(bench->balance.ma, ma);
}

static void it_is_idle_at_the_start(void **state)
{
    (void)state;
    struct balance balance;
    memset(&balance, 0xFF, sizeof(balance));
    balance_init(&balance);
    assert_int_equal(balance.phase, BALANCE_IDLE);
    assert_int_equal(balance.ma, 0);
}

static void it_moves_charge_from_the_highest_to_the_lowest_cell(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.balance_current_ma = 1500;
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    assert_int_equal(bench.balance.source, 3);
    assert_int_equal(bench.balance.sink, 9);
}

static void the_pair_is_found_at_the_ends_of_the_pack(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    spread(&bench, 3400, 3400);
    bench.measured.cell_mv[15] = 3420;
    bench.measured.cell_mv[0] = 3390;
    bench.measured.cell_mv[16] = 3500; /* not a cell of this pack */
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    assert_int_equal(bench.balance.source, 15);
    assert_int_equal(bench.balance.sink, 0);
}

static void transfer_runs_ten_seconds_and_pauses_two(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, START_MS);
    for (int i = 0; i < 3; i++) {
        expect(&bench, BALANCE_ON);
        steps(&bench, 9990);
        expect(&bench, BALANCE_ON);
        steps(&bench, 10);
        expect(&bench, BALANCE_PAUSE);
        steps(&bench, 1990);
        expect(&bench, BALANCE_PAUSE);
        steps(&bench, 10);
    }
    expect(&bench, BALANCE_ON);
}

static void the_pair_is_chosen_anew_only_after_a_pause(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, START_MS);
    bench.measured.cell_mv[3] = 3390;
    bench.measured.cell_mv[9] = 3420; /* the other way round */
    steps(&bench, 9990);
    assert_int_equal(bench.balance.source, 3);
    assert_int_equal(bench.balance.sink, 9);
    steps(&bench, 2010);
    expect(&bench, BALANCE_ON);
    assert_int_equal(bench.balance.source, 9);
    assert_int_equal(bench.balance.sink, 3);
}

static void it_starts_at_the_trigger_difference(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    spread(&bench, 3410, 3419);
    steps(&bench, 3000);
    expect(&bench, BALANCE_IDLE);
    spread(&bench, 3410, 3420);
    steps(&bench, LOOK_MS);
    expect(&bench, BALANCE_ON);
}

static void it_goes_on_after_a_pause_until_half_the_trigger(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, START_MS);
    spread(&bench, 3410, 3416);
    steps(&bench, 12000);
    expect(&bench, BALANCE_ON);
    spread(&bench, 3410, 3415);
    steps(&bench, 12000);
    expect(&bench, BALANCE_IDLE);
    spread(&bench, 3410, 3419); /* and then needs the whole trigger again */
    steps(&bench, 3000);
    expect(&bench, BALANCE_IDLE);
}

static void equal_cells_are_left_alone_at_the_smallest_trigger(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.balance_trigger_mv = 3;
    spread(&bench, 3410, 3413);
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    spread(&bench, 3410, 3410);
    steps(&bench, 12000);
    expect(&bench, BALANCE_IDLE);
}

static void forbid(struct bench *bench, int cause)
{
    int32_t *quantity = bench->measured.quantity;
    switch (cause) {
    case 0:
        bench->permitted = false;
        break;
    case 1:
        bench->params.balance_enabled = 0;
        break;
    case 2:
        bench->measured.complete = false;
        break;
    case 3:
        bench->measured.temp_fault = true;
        break;
    case 4:
        quantity[QUANTITY_COLD_DDEGC] = -1;
        break;
    default:
        quantity[QUANTITY_HOT_DDEGC] = 501;
        break;
    }
}

static void each_condition_stops_it_in_one_step_in_every_phase(void **state)
{
    (void)state;
    static const uint32_t before_ms[] = {10, 5000, 13000};
    for (int cause = 0; cause < 6; cause++) {
        for (size_t i = 0; i < COUNT(before_ms); i++) {
            struct bench bench;
            start(&bench);
            steps(&bench, before_ms[i]);
            forbid(&bench, cause);
            steps(&bench, 10);
            expect(&bench, BALANCE_IDLE);
            steps(&bench, 20000);
            expect(&bench, BALANCE_IDLE);
        }
    }
}

/* The drop in the source's own wires must not end its transfer. */
static void a_voltage_below_the_start_stops_it_only_at_the_next_pause(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 3399;
    steps(&bench, 10);
    expect(&bench, BALANCE_ON);
    steps(&bench, 20000);
    expect(&bench, BALANCE_IDLE);
}

static void a_tenth_of_the_capacity_is_the_highest_current(void **state)
{
    (void)state;
    static const int32_t signs[] = {1, -1};
    for (size_t i = 0; i < COUNT(signs); i++) {
        struct bench bench;
        start(&bench);
        bench.params.nominal_mah = 100000;
        bench.measured.pack_ma = signs[i] * 10000;
        steps(&bench, START_MS);
        expect(&bench, BALANCE_ON);
        bench.measured.pack_ma = signs[i] * 10001;
        steps(&bench, 10);
        expect(&bench, BALANCE_IDLE);
    }
}

static void the_ends_of_the_conditions_are_allowed(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.quantity[QUANTITY_COLD_DDEGC] = 0;
    bench.measured.quantity[QUANTITY_HOT_DDEGC] = 500;
    bench.measured.quantity[QUANTITY_CELL_MAX_MV] = 3400;
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
}

static void no_cell_below_3350_mv_gives_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.balance_start_mv = 3000;
    balance_set_charge(&bench.balance, 960, false);
    spread(&bench, 3300, 3349);
    steps(&bench, 3000);
    expect(&bench, BALANCE_IDLE);
    spread(&bench, 3300, 3350);
    steps(&bench, LOOK_MS);
    expect(&bench, BALANCE_ON);
}

static void no_cell_above_3600_mv_takes_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    spread(&bench, 3601, 3640);
    steps(&bench, 3000);
    expect(&bench, BALANCE_IDLE);
    spread(&bench, 3600, 3640);
    steps(&bench, LOOK_MS);
    expect(&bench, BALANCE_ON);
}

/* 20 A through 1 mohm: 20 mV that are not a difference of charge. */
static void the_drop_over_a_connection_is_no_difference(void **state)
{
    (void)state;
    static const int32_t signs[] = {1, -1};
    for (size_t i = 0; i < COUNT(signs); i++) {
        struct bench bench;
        start(&bench);
        spread(&bench, 3420, 3420);
        bench.params.value[PARAM_wire_01_uohm + 5] = 1000;
        bench.measured.pack_ma = signs[i] * 20000;
        bench.measured.cell_mv[5] = (int16_t)(3420 + signs[i] * 20);
        steps(&bench, 3000);
        expect(&bench, BALANCE_IDLE);
        bench.measured.pack_ma = 0; /* at rest it is one */
        steps(&bench, LOOK_MS);
        expect(&bench, BALANCE_ON);
        uint8_t chosen = signs[i] > 0 ? bench.balance.source : bench.balance.sink;
        assert_int_equal(chosen, 5);
    }
}

static void it_starts_again_after_a_pause_when_the_conditions_return(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    steps(&bench, 5000);
    bench.permitted = false;
    steps(&bench, 10);
    bench.permitted = true;
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    steps(&bench, 9990);
    expect(&bench, BALANCE_ON);
    steps(&bench, 10);
    expect(&bench, BALANCE_PAUSE);
}

static void the_first_of_equal_cells_is_chosen(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.measured.cell_mv[12] = 3420;
    bench.measured.cell_mv[14] = 3390;
    steps(&bench, START_MS);
    assert_int_equal(bench.balance.source, 3);
    assert_int_equal(bench.balance.sink, 9);
}

static void times_are_exact_to_the_millisecond(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    static const uint32_t after_ms[] = {1999, 1, 9999, 1, 1999, 1};
    static const uint8_t phases[] = {BALANCE_IDLE,  BALANCE_ON,    BALANCE_ON,
                                     BALANCE_PAUSE, BALANCE_PAUSE, BALANCE_ON};
    for (size_t i = 0; i < COUNT(phases); i++) {
        for (uint32_t ms = 0; ms < after_ms[i]; ms++)
            balance_step(&bench.balance, &bench.measured, &bench.params, true, 1);
        expect(&bench, (enum balance_phase)phases[i]);
    }
}

static void below_3400_mv_voltage_counts_only_at_rest_above_95_percent(void **state)
{
    (void)state;
    static const struct {
        int32_t permille, ma;
        bool runs;
    } cases[] = {
        {951, 0,    true },
        {951, 6280, true },
        {951, 6281, false},
        {950, 0,    false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        bench.params.balance_start_mv = 3300;
        spread(&bench, 3360, 3399);
        bench.measured.pack_ma = cases[i].ma;
        balance_set_charge(&bench.balance, cases[i].permille, false);
        steps(&bench, START_MS);
        expect(&bench, cases[i].runs ? BALANCE_ON : BALANCE_IDLE);
    }
}

static void learned_resistances_count_once_all_cells_have_one(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    spread(&bench, 3420, 3440);
    bench.measured.pack_ma = 20000;
    int32_t cell_uohm[CELL_MAX];
    for (int i = 0; i < CELL_MAX; i++)
        cell_uohm[i] = 500;
    cell_uohm[3] = 1500; /* explains the 20 mV */
    cell_uohm[15] = 0;
    balance_set_resistance(&bench.balance, cell_uohm);
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    cell_uohm[15] = 500;
    balance_set_resistance(&bench.balance, cell_uohm);
    steps(&bench, 12000);
    expect(&bench, BALANCE_IDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_idle_at_the_start),
        cmocka_unit_test(it_moves_charge_from_the_highest_to_the_lowest_cell),
        cmocka_unit_test(the_pair_is_found_at_the_ends_of_the_pack),
        cmocka_unit_test(transfer_runs_ten_seconds_and_pauses_two),
        cmocka_unit_test(the_pair_is_chosen_anew_only_after_a_pause),
        cmocka_unit_test(it_starts_at_the_trigger_difference),
        cmocka_unit_test(it_goes_on_after_a_pause_until_half_the_trigger),
        cmocka_unit_test(equal_cells_are_left_alone_at_the_smallest_trigger),
        cmocka_unit_test(each_condition_stops_it_in_one_step_in_every_phase),
        cmocka_unit_test(a_voltage_below_the_start_stops_it_only_at_the_next_pause),
        cmocka_unit_test(a_tenth_of_the_capacity_is_the_highest_current),
        cmocka_unit_test(the_ends_of_the_conditions_are_allowed),
        cmocka_unit_test(no_cell_below_3350_mv_gives_charge),
        cmocka_unit_test(no_cell_above_3600_mv_takes_charge),
        cmocka_unit_test(the_drop_over_a_connection_is_no_difference),
        cmocka_unit_test(it_starts_again_after_a_pause_when_the_conditions_return),
        cmocka_unit_test(the_first_of_equal_cells_is_chosen),
        cmocka_unit_test(times_are_exact_to_the_millisecond),
        cmocka_unit_test(below_3400_mv_voltage_counts_only_at_rest_above_95_percent),
        cmocka_unit_test(learned_resistances_count_once_all_cells_have_one),
    };
    return RUN_TESTS(tests);
}
