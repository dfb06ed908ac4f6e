/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/balance.c: debts are read at a full charge and paid at any charge.
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

static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += 10)
        balance_step(&bench->balance, &bench->measured, &bench->params, bench->permitted, 10);
}

static void cells(struct bench *bench, int16_t mv)
{
    for (int i = 0; i < 16; i++)
        bench->measured.cell_mv[i] = mv;
    bench->measured.quantity[QUANTITY_CELL_MAX_MV] = mv;
    bench->measured.quantity[QUANTITY_CELL_MIN_MV] = mv;
}

static void expect(const struct bench *bench, enum balance_phase phase)
{
    assert_int_equal(bench->balance.phase, phase);
    assert_int_equal(bench->balance.ma, phase == BALANCE_ON ? 2000 : 0);
}

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    balance_init(&bench->balance);
    bench->permitted = true;
    bench->measured.complete = true;
    bench->measured.cell_count = 16;
    bench->measured.quantity[QUANTITY_COLD_DDEGC] = 250;
    bench->measured.quantity[QUANTITY_HOT_DDEGC] = 260;
    cells(bench, 3300);
}

/* At 3.30 V, 60 %; cell 4 lacks 2 Ah, cell 7 has 1 Ah too much against the others. */
static void start_in_debt(struct bench *bench)
{
    start(bench);
    balance_set_charge(&bench->balance, 600, false);
    int32_t mah[CELL_MAX] = {0};
    for (int i = 0; i < 16; i++)
        mah[i] = 1000;
    mah[4] = 3000;
    mah[7] = 0;
    debt_set(&bench->balance.debt, mah);
}

static int32_t debt_of(const struct bench *bench, int cell)
{
    int32_t mah[CELL_MAX];
    debt_get(&bench->balance.debt, mah);
    return mah[cell];
}

static void debts_are_paid_on_the_plateau(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    assert_int_equal(bench.balance.mode, BALANCE_BY_DEBT);
    assert_int_equal(bench.balance.source, 7);
    assert_int_equal(bench.balance.sink, 4);
    steps(&bench, 10000); /* 2 A for 10 s: 5.56 mAh, of which 3.78 arrive */
    expect(&bench, BALANCE_PAUSE);
    assert_int_equal(debt_of(&bench, 7), 6);
    assert_int_equal(debt_of(&bench, 4), 2996);
    assert_int_equal(debt_of(&bench, 5), 1000);
}

static void debts_are_paid_until_the_cells_are_within_a_fiftieth_of_a_percent(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    uint32_t hours = 0;
    uint8_t source;
    uint8_t sink;
    for (; hours < 10 && debt_pair(&bench.balance.debt, 16, &source, &sink) > 62; hours++) {
        for (int i = 0; i < 1800; i++) /* too long to judge the stage, which moves nothing here */
            balance_step(&bench.balance, &bench.measured, &bench.params, true, 2000);
    }
    assert_in_range(hours, 2, 4); /* 3 Ah at 2 A and 68 %, with the pauses */
    steps(&bench, 12000);
    expect(&bench, BALANCE_IDLE);
}

static void a_debt_below_a_thousandth_is_not_begun(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    int32_t mah[CELL_MAX] = {[4] = 313};
    debt_set(&bench.balance.debt, mah);
    steps(&bench, 10000);
    expect(&bench, BALANCE_IDLE);
    mah[4] = 314;
    debt_set(&bench.balance.debt, mah);
    steps(&bench, LOOK_MS);
    expect(&bench, BALANCE_ON);
}

static void forbid(struct bench *bench, int cause)
{
    bench->permitted = cause != 0;
    bench->params.balance_enabled = cause != 1;
    bench->measured.complete = cause != 2;
    bench->measured.temp_fault = cause == 3;
    bench->measured.pack_ma = cause == 4 ? -62801 : -62800;
    bench->measured.quantity[QUANTITY_CELL_MIN_MV] = cause == 5 ? 3199 : 3200;
    balance_set_charge(&bench->balance, cause == 6 ? 100 : 101, false);
}

static void debts_wait_for_their_conditions(void **state)
{
    (void)state;
    for (int cause = 0; cause < 7; cause++) {
        struct bench bench;
        start_in_debt(&bench);
        steps(&bench, 5000);
        expect(&bench, BALANCE_ON);
        forbid(&bench, cause);
        steps(&bench, 10);
        expect(&bench, BALANCE_IDLE);
        assert_int_equal(debt_of(&bench, 7), 2); /* what was moved until then counts */
        steps(&bench, 20000);
        expect(&bench, BALANCE_IDLE);
    }
}

static void the_ends_of_the_conditions_of_debts_are_allowed(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    bench.measured.pack_ma = -62800;
    bench.measured.quantity[QUANTITY_CELL_MIN_MV] = 3200;
    balance_set_charge(&bench.balance, 101, false);
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
}

static void no_debt_is_paid_into_a_cell_above_3600_mv(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    bench.measured.cell_mv[4] = 3601;
    steps(&bench, 10000);
    expect(&bench, BALANCE_IDLE);
}

static void transfers_by_voltage_reduce_the_debts_too(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    cells(&bench, 3410);
    bench.measured.cell_mv[7] = 3425;
    bench.measured.cell_mv[4] = 3400;
    steps(&bench, START_MS);
    expect(&bench, BALANCE_ON);
    assert_int_equal(bench.balance.mode, BALANCE_BY_VOLTAGE);
    steps(&bench, 10000);
    assert_int_equal(debt_of(&bench, 7), 6);
    assert_int_equal(debt_of(&bench, 4), 2996);
}

static void near_full_voltage_decides_and_debts_wait(void **state)
{
    (void)state;
    struct bench bench;
    start_in_debt(&bench);
    cells(&bench, 3410);
    steps(&bench, 10000);
    expect(&bench, BALANCE_IDLE);
}

static void transfers_before_the_first_full_charge_make_no_debts(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    cells(&bench, 3400);
    bench.measured.cell_mv[3] = 3420;
    steps(&bench, 30000);
    expect(&bench, BALANCE_ON);
    cells(&bench, 3300);
    balance_set_charge(&bench.balance, 600, false);
    for (int i = 0; i < 20; i++) {
        steps(&bench, 1000);
        assert_int_not_equal(bench.balance.mode, BALANCE_BY_DEBT);
    }
    assert_int_equal(debt_of(&bench, 3), 0);
}

static void a_full_charge_sets_the_debts_in_the_next_pause(void **state)
{
    (void)state;
    static const bool lasts[] = {true, false};
    for (size_t i = 0; i < COUNT(lasts); i++) {
        struct bench bench;
        start(&bench);
        cells(&bench, 3446);
        bench.measured.cell_mv[9] = 3393; /* 1 % against 0.5 % at 0.05C */
        bench.measured.pack_ma = 15700;
        steps(&bench, 5000);
        expect(&bench, BALANCE_ON);
        balance_set_charge(&bench.balance, 1000, true);
        steps(&bench, 10);
        balance_set_charge(&bench.balance, 1000, lasts[i]);
        steps(&bench, 6990);
        expect(&bench, BALANCE_PAUSE);
        assert_false(bench.balance.debt.known);
        steps(&bench, 2000);
        assert_true(bench.balance.debt.known);
        assert_int_equal(debt_of(&bench, 9), 1570);
        assert_int_equal(debt_of(&bench, 3), 0);
        steps(&bench, 30000); /* once per full charge, not again while it lasts */
        assert_int_equal(bench.balance.debt.anchor_count, 1);
    }
}

static void a_full_charge_that_is_left_at_once_is_not_used(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    cells(&bench, 3446);
    bench.measured.pack_ma = -100000;
    balance_set_charge(&bench.balance, 1000, true);
    steps(&bench, 160000);
    bench.measured.pack_ma = 0;
    steps(&bench, 10000);
    assert_false(bench.balance.debt.known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(debts_are_paid_on_the_plateau),
        cmocka_unit_test(debts_are_paid_until_the_cells_are_within_a_fiftieth_of_a_percent),
        cmocka_unit_test(a_debt_below_a_thousandth_is_not_begun),
        cmocka_unit_test(debts_wait_for_their_conditions),
        cmocka_unit_test(the_ends_of_the_conditions_of_debts_are_allowed),
        cmocka_unit_test(no_debt_is_paid_into_a_cell_above_3600_mv),
        cmocka_unit_test(transfers_by_voltage_reduce_the_debts_too),
        cmocka_unit_test(near_full_voltage_decides_and_debts_wait),
        cmocka_unit_test(transfers_before_the_first_full_charge_make_no_debts),
        cmocka_unit_test(a_full_charge_sets_the_debts_in_the_next_pause),
        cmocka_unit_test(a_full_charge_that_is_left_at_once_is_not_used),
    };
    return RUN_TESTS(tests);
}
