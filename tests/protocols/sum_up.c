/* SPDX-License-Identifier: Apache-2.0
 * Extremes of a reading.
 */
#include "protocols/sum_up.h"
#include "tests/support/test.h"

static void put(struct snapshot *values, unsigned first_id, const int32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        snapshot_put(values, (enum value_id)(first_id + i), numbers[i]);
}

static void the_lowest_and_the_highest_cell_are_named_the_first_of_equal_ones(void **state)
{
    (void)state;
    static const int32_t cells_mv[] = {3301, 3300, 3310, 3300, 3310};
    struct snapshot values;
    snapshot_init(&values);
    put(&values, VALUE_cell_mv + 1, cells_mv, COUNT(cells_mv)); /* the first is not known */
    sum_up_cells(&values);
    assert_int_equal(values.cell_min_mv, 3300);
    assert_int_equal(values.cell_min_index, 2);
    assert_int_equal(values.cell_max_mv, 3310);
    assert_int_equal(values.cell_max_index, 3);
    assert_int_equal(values.cell_spread_mv, 10);
    assert_true(snapshot_have(&values, VALUE_cell_spread_mv));
    assert_true(snapshot_have(&values, VALUE_cell_max_index));
}

static void the_last_cell_counts(void **state)
{
    (void)state;
    struct snapshot values;
    snapshot_init(&values);
    snapshot_put(&values, VALUE_cell_mv_last, 3333);
    sum_up_cells(&values);
    assert_int_equal(values.cell_min_index, CELL_MAX - 1);
    assert_int_equal(values.cell_max_mv, 3333);
}

static void temperatures_below_zero_are_the_lowest(void **state)
{
    (void)state;
    static const int32_t temps_ddegc[] = {10, -55, 254};
    struct snapshot values;
    snapshot_init(&values);
    put(&values, VALUE_temp_ddegc, temps_ddegc, COUNT(temps_ddegc));
    sum_up_temperatures(&values);
    assert_int_equal(values.temp_min_ddegc, -55);
    assert_int_equal(values.temp_max_ddegc, 254);
}

static void of_nothing_nothing_is_known(void **state)
{
    (void)state;
    struct snapshot values;
    struct snapshot blank;
    snapshot_init(&values);
    snapshot_init(&blank);
    sum_up_cells(&values);
    sum_up_temperatures(&values);
    assert_memory_equal(&values, &blank, sizeof(values));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_and_the_highest_cell_are_named_the_first_of_equal_ones),
        cmocka_unit_test(the_last_cell_counts),
        cmocka_unit_test(temperatures_below_zero_are_the_lowest),
        cmocka_unit_test(of_nothing_nothing_is_known),
    };
    return RUN_TESTS(tests);
}
