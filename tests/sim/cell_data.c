/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/cell_data.c: what every use of the tables takes for granted.
 */
#include "sim/cell_data.h"

#include "tests/support/test.h"

static const struct sim_cell_data *const DATA = &sim_cell_lfp314;

static void charge_table_spans_empty_to_full(void **state)
{
    (void)state;
    assert_true(DATA->rows[0].soc_percent == 0.0);
    assert_true(DATA->rows[DATA->row_count - 1].soc_percent == 100.0);
    for (int i = 0; i < DATA->row_count; i++) {
        const struct sim_cell_row *row = &DATA->rows[i];
        assert_true(row->r0_mohm > 0.0 && row->r1_mohm > 0.0 && row->r2_mohm > 0.0);
        assert_true(row->r2_charge_mohm >= row->r2_mohm && row->tau2_charge_s >= 20.0);
    }
}

static void charge_side_differs_only_above_95_percent(void **state)
{
    (void)state;
    for (int i = 0; i < DATA->row_count; i++) {
        const struct sim_cell_row *row = &DATA->rows[i];
        if (row->soc_percent <= 95.0)
            assert_true(row->r2_charge_mohm == row->r2_mohm && row->tau2_charge_s == 20.0);
    }
}

static void factors_are_one_at_25_degrees(void **state)
{
    (void)state;
    int found = 0;
    for (int i = 0; i < DATA->factor_count; i++) {
        const struct sim_cell_factor_row *row = &DATA->factors[i];
        if (row->degc == 25.0) {
            assert_true(row->factor1 == 1.0 && row->factor2 == 1.0 && row->usable == 1.0);
            found++;
        }
    }
    assert_int_equal(found, 1);
}

static void tables_rise_in_charge_and_temperature(void **state)
{
    (void)state;
    for (int i = 1; i < DATA->row_count; i++)
        assert_true(DATA->rows[i].soc_percent > DATA->rows[i - 1].soc_percent &&
                    DATA->rows[i].ocv_charge_v > DATA->rows[i].ocv_discharge_v);
    for (int i = 1; i < DATA->factor_count; i++)
        assert_true(DATA->factors[i].degc > DATA->factors[i - 1].degc &&
                    DATA->factors[i].factor1 < DATA->factors[i - 1].factor1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charge_table_spans_empty_to_full),
        cmocka_unit_test(charge_side_differs_only_above_95_percent),
        cmocka_unit_test(tables_rise_in_charge_and_temperature),
        cmocka_unit_test(factors_are_one_at_25_degrees),
    };
    return RUN_TESTS(tests);
}
