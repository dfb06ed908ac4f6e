/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/debt.c: debts from the voltages of a full charge, their payment, what is stored,
 * and the losses from one full charge to the next.
 */
#include "tests/support/test.h"

#include "core/debt.h"

#define DAY_MS 86400000u

struct bench {
    struct debt debt;
    struct measured measured;
    struct params params;
    int32_t mah[CELL_MAX];
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    debt_init(&bench->debt);
    bench->measured.cell_count = 16;
    for (int i = 0; i < 16; i++)
        bench->measured.cell_mv[i] = 3450;
}

static int32_t debt_of(struct bench *bench, int cell)
{
    debt_get(&bench->debt, bench->mah);
    return bench->mah[cell];
}

static bool take(struct bench *bench)
{
    return debt_take(&bench->debt, &bench->measured, &bench->params);
}

static void nothing_is_known_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    memset(&bench, 0xFF, sizeof(bench));
    debt_init(&bench.debt);
    uint8_t source;
    uint8_t sink;
    assert_false(bench.debt.known);
    assert_int_equal(debt_pair(&bench.debt, 16, &source, &sink), 0);
    for (int i = 0; i < CELL_MAX; i++)
        assert_int_equal(debt_of(&bench, i), 0);
}

static void the_voltage_at_the_full_charge_tells_the_debt(void **state)
{
    (void)state;
    static const struct {
        int32_t pack_ma;
        int16_t full_mv, low_mv;
        int32_t mah; /* of 314 Ah */
    } cases[] = {
        {0,      3450, 3450, 0    },
        {0,      3450, 3386, 1570 },
        {0,      3450, 3418, 785  },
        {0,      3600, 3360, 6280 },
        {0,      3450, 3300, 15700},
        {15700,  3973, 3446, 1570 },
        {15700,  3446, 3393, 1570 },
        {7850,   3712, 3416, 1570 },
        {-15700, 3450, 3386, 1570 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        bench.measured.pack_ma = cases[i].pack_ma;
        for (int cell = 0; cell < 16; cell++)
            bench.measured.cell_mv[cell] = cases[i].full_mv;
        bench.measured.cell_mv[15] = cases[i].low_mv;
        assert_true(take(&bench));
        assert_int_equal(debt_of(&bench, 15), cases[i].mah);
        assert_int_equal(debt_of(&bench, 0), 0);
    }
}

static void more_than_a_twentieth_of_the_capacity_tells_nothing(void **state)
{
    (void)state;
    static const int32_t signs[] = {1, -1};
    for (size_t i = 0; i < COUNT(signs); i++) {
        struct bench bench;
        start(&bench);
        bench.measured.pack_ma = signs[i] * 15701;
        assert_false(take(&bench));
        assert_false(bench.debt.known);
        assert_int_equal(bench.debt.anchor_count, 0);
    }
}

static void the_pair_is_the_largest_surplus_and_the_largest_need(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t mah[CELL_MAX] = {500, 400, 900, 100, 300, 901};
    debt_set(&bench.debt, mah);
    uint8_t source;
    uint8_t sink;
    assert_int_equal(debt_pair(&bench.debt, 5, &source, &sink), 800);
    assert_int_equal(source, 3);
    assert_int_equal(sink, 2);
    assert_int_equal(debt_pair(&bench.debt, 6, &source, &sink), 801);
    assert_int_equal(sink, 5);
}

static void the_sink_gets_its_part_only(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t mah[CELL_MAX] = {[1] = 5000};
    debt_set(&bench.debt, mah);
    debt_move(&bench.debt, 0, 1, 1800000000); /* 500 mAh */
    assert_int_equal(debt_of(&bench, 0), 500);
    assert_int_equal(debt_of(&bench, 1), 5000 - 340);
    assert_int_equal(debt_of(&bench, 2), 0);
}

/* A million steps of 1 mA ms or so lose nothing to rounding. */
static void many_small_transfers_count_as_one_large(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t mah[CELL_MAX] = {[1] = 1000};
    debt_set(&bench.debt, mah);
    for (int i = 0; i < 1000000; i++)
        debt_move(&bench.debt, 0, 1, 361); /* in all 100.28 mAh */
    assert_int_equal(debt_of(&bench, 0), 100);
    assert_int_equal(debt_of(&bench, 1), 1000 - 68);
    assert_int_equal(bench.debt.moved_mah, 100);
}

static void nothing_is_counted_before_debts_are_known(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    debt_move(&bench.debt, 0, 1, 360000000);
    assert_int_equal(debt_of(&bench, 0), 0);
    assert_int_equal(bench.debt.moved_mah, 0);
}

static void debts_come_back_from_storage(void **state)
{
    (void)state;
    struct bench bench;
    struct bench other;
    start(&bench);
    start(&other);
    bench.measured.cell_mv[4] = 3386;
    take(&bench);
    debt_get(&bench.debt, bench.mah);
    debt_set(&other.debt, bench.mah);
    assert_true(other.debt.known);
    assert_int_equal(debt_of(&other, 4), 1570);
    const int32_t nothing[CELL_MAX] = {0};
    debt_set(&other.debt, nothing);
    assert_false(other.debt.known);
}

static void stored_nonsense_saturates(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t mah[CELL_MAX] = {INT32_MAX, INT32_MIN};
    uint8_t source;
    uint8_t sink;
    debt_set(&bench.debt, mah);
    assert_int_equal(debt_pair(&bench.debt, 16, &source, &sink), 4294967);
    debt_move(&bench.debt, 0, 1, INT32_MAX);
    assert_int_equal(debt_pair(&bench.debt, 16, &source, &sink), 4294967);
}

/* `days` pass; then a full charge finds cell 4 at `mv`. */
static void full_again(struct bench *bench, uint32_t days, int16_t mv)
{
    for (uint32_t hour = 0; hour < days * 24; hour++)
        debt_step(&bench->debt, DAY_MS / 24);
    bench->measured.cell_mv[4] = mv;
    assert_true(take(bench));
}

static void losses_are_what_the_next_full_charge_finds(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    full_again(&bench, 3, 3450);
    assert_int_equal(bench.debt.span_s, 0);
    full_again(&bench, 1, 3418);
    assert_int_equal(bench.debt.span_s, 86400);
    assert_int_equal(bench.debt.lost_mah[4], 785);
    assert_int_equal(bench.debt.lost_mah[3], 0);
    full_again(&bench, 1, 3386); /* the debt was not paid: only what is more counts */
    assert_int_equal(bench.debt.span_s, 2 * 86400);
    assert_int_equal(bench.debt.lost_mah[4], 1570);
    assert_int_equal(bench.debt.anchor_count, 3);
}

static void what_the_balancer_moved_is_no_loss(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    full_again(&bench, 0, 3386);
    debt_move(&bench.debt, 7, 4, 1800000000); /* 500 mAh, 340 arrive */
    debt_move(&bench.debt, 7, 4, 1800000000);
    assert_int_equal(debt_of(&bench, 4), 1570 - 680);
    full_again(&bench, 1, 3386); /* and yet it is as low as before: 680 are lost */
    assert_int_equal(bench.debt.lost_mah[4] - bench.debt.lost_mah[3], 680);
    assert_int_equal(bench.debt.lost_mah[3] - bench.debt.lost_mah[7], 1000); /* 7 gave unseen */
    assert_int_equal(bench.debt.moved_mah, 1000);
}

static void losses_before_a_restart_are_not_known(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const int32_t mah[CELL_MAX] = {[4] = 500};
    debt_set(&bench.debt, mah);
    full_again(&bench, 2, 3386);
    assert_int_equal(bench.debt.span_s, 0);
    assert_int_equal(bench.debt.lost_mah[4], 0);
}

static void losses_older_than_a_month_fade(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    full_again(&bench, 0, 3450);
    full_again(&bench, 31, 3386);
    assert_int_equal(bench.debt.lost_mah[4], 785);
    assert_int_equal(bench.debt.span_s, 31 * 86400 / 2);
    full_again(&bench, 1, 3386);
    assert_int_equal(bench.debt.lost_mah[4], 785);
}

static void time_is_counted_in_steps_of_any_length(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {7, 10, 1000, 45000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct bench bench;
        start(&bench);
        take(&bench);
        for (uint32_t ms = 0; ms < 630000; ms += dt_ms[i])
            debt_step(&bench.debt, dt_ms[i]);
        take(&bench);
        assert_int_equal(bench.debt.span_s, 630);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_the_start),
        cmocka_unit_test(the_voltage_at_the_full_charge_tells_the_debt),
        cmocka_unit_test(more_than_a_twentieth_of_the_capacity_tells_nothing),
        cmocka_unit_test(the_pair_is_the_largest_surplus_and_the_largest_need),
        cmocka_unit_test(the_sink_gets_its_part_only),
        cmocka_unit_test(many_small_transfers_count_as_one_large),
        cmocka_unit_test(nothing_is_counted_before_debts_are_known),
        cmocka_unit_test(debts_come_back_from_storage),
        cmocka_unit_test(stored_nonsense_saturates),
        cmocka_unit_test(losses_are_what_the_next_full_charge_finds),
        cmocka_unit_test(what_the_balancer_moved_is_no_loss),
        cmocka_unit_test(losses_before_a_restart_are_not_known),
        cmocka_unit_test(losses_older_than_a_month_fade),
        cmocka_unit_test(time_is_counted_in_steps_of_any_length),
    };
    return RUN_TESTS(tests);
}
