/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/fault_menu.c: every row is found, set, read, bounded and healed.
 */
#include "sim/fault_menu.h"

#include "tests/support/test.h"

static struct sim_parallel plant;
static struct sim_inverter inverter;
static struct sim_bus_faults bus;
static const struct sim_fault_target SECOND = {&plant, &inverter, 1, &bus};

static int make(void **state)
{
    (void)state;
    struct sim_parallel_setup setup = {
        .seed = 3, .count = 2, .nominal_mah = 314000, .ambient_ddegc = 250};
    sim_parallel_init(&plant, &setup);
    sim_inverter_init(&inverter, 628000);
    return 0;
}

static void every_row_is_complete_and_its_typical_value_allowed(void **state)
{
    (void)state;
    for (int id = 0; id < SIM_FAULT_COUNT; id++) {
        const struct sim_fault_row *row = &sim_fault_rows[id];
        assert_true(row->label[0] != 0 && row->unit < UNIT_KIND_COUNT);
        assert_true(row->min <= 0 && row->max > 0 && row->typical != 0);
        assert_in_range(row->typical, 1, row->max);
        assert_true((row->index == SIM_FAULT_NO_INDEX) == (row->count == 1));
        assert_int_equal(sim_fault_find(row->name), id);
    }
    assert_int_equal(sim_fault_find("nothing"), RESULT_UNKNOWN);
}

static int32_t get(enum sim_fault_id id, uint8_t index)
{
    int32_t value = INT32_MIN;
    assert_int_equal(sim_fault_get(&SECOND, id, index, &value), RESULT_OK);
    return value;
}

static void every_element_of_every_row_is_set_alone(void **state)
{
    (void)state;
    for (enum sim_fault_id id = 0; id < SIM_FAULT_COUNT; id++) {
        const struct sim_fault_row *row = &sim_fault_rows[id];
        for (uint8_t index = 0; index < row->count; index++) {
            assert_int_equal(sim_fault_set(&SECOND, id, index, row->typical), RESULT_OK);
            for (enum sim_fault_id other = 0; other < SIM_FAULT_COUNT; other++)
                for (uint8_t k = 0; k < sim_fault_rows[other].count; k++)
                    assert_int_equal(get(other, k), other == id && k == index ? row->typical : 0);
            assert_int_equal(sim_fault_set(&SECOND, id, index, 0), RESULT_OK);
        }
    }
}

static void values_arrive_in_the_structs_of_their_scope(void **state)
{
    (void)state;
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_leak_ma, 5, 2000), RESULT_OK);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_wire_open_mask, 15, 1), RESULT_OK);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_charge_welded, 0, 1), RESULT_OK);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_bus_load_mohm, 0, 5000), RESULT_OK);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_load_ma, 0, 80000), RESULT_OK);
    assert_int_equal(plant.pack[1].faults.leak_ma[5], 2000);
    assert_int_equal(plant.pack[0].faults.leak_ma[5], 0);
    assert_int_equal(plant.pack[1].faults.wire_open_mask, 0x8000);
    assert_true(plant.pack[1].faults.charge_welded && !plant.pack[0].faults.charge_welded);
    assert_int_equal(plant.faults.bus_load_mohm, 5000);
    assert_int_equal(inverter.faults.load_ma, 80000);
    sim_fault_clear(&SECOND);
    for (int id = 0; id < SIM_FAULT_COUNT; id++)
        for (uint8_t index = 0; index < sim_fault_rows[id].count; index++)
            assert_int_equal(get((enum sim_fault_id)id, index), 0);
}

static void what_does_not_exist_or_fit_is_refused(void **state)
{
    (void)state;
    struct sim_fault_target third = {&plant, &inverter, 2, &bus};
    struct sim_fault_target none = {NULL, NULL, 0, NULL};
    int32_t value = 7;
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_leak_ma, 16, 1), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_heat_w, 1, 1), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_COUNT, 0, 1), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_frozen, 0, 2), RESULT_BAD_VALUE);
    assert_int_equal(sim_fault_set(&SECOND, SIM_FAULT_leak_ma, 0, -1), RESULT_BAD_VALUE);
    assert_int_equal(sim_fault_set(&third, SIM_FAULT_frozen, 0, 1), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_set(&third, SIM_FAULT_bus_load_mohm, 0, 1), RESULT_OK);
    assert_int_equal(sim_fault_get(&none, SIM_FAULT_frozen, 0, &value), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_get(&none, SIM_FAULT_bus_load_mohm, 0, &value), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_get(&none, SIM_FAULT_load_ma, 0, &value), RESULT_UNKNOWN);
    assert_int_equal(sim_fault_get(&none, SIM_FAULT_rs485_echo, 0, &value), RESULT_UNKNOWN);
    assert_int_equal(value, 7);
    assert_false(plant.pack[1].faults.frozen);
    sim_fault_clear(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_its_typical_value_allowed),
        cmocka_unit_test_setup(every_element_of_every_row_is_set_alone, make),
        cmocka_unit_test_setup(values_arrive_in_the_structs_of_their_scope, make),
        cmocka_unit_test_setup(what_does_not_exist_or_fit_is_refused, make),
    };
    return RUN_TESTS(tests);
}
