/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/parallel.c with faults: shorts, the comparator, air switches, loads, bad cables.
 */
#include "sim/parallel.h"

#include "sim/random.h"
#include "tests/sim/bank.h"

static struct inputs measure(uint8_t pack)
{
    struct inputs inputs = {0};
    sim_pack_measure(&bank.pack[pack], &inputs);
    return inputs;
}

static void command(bool closed)
{
    for (uint8_t i = 0; i < bank.count; i++)
        outputs[i] = (struct outputs){.charge_fet = closed, .discharge_fet = closed};
}

static void short_at_the_busbar_opens_every_pack_within_the_step(void **state)
{
    (void)state;
    make(3, THREE);
    outputs[0].scp_delay_us = outputs[1].scp_delay_us = outputs[2].scp_delay_us = 200;
    run(-50000, 10, 5);
    bank.faults.bus_short_mohm = 1;
    run(-50000, 10, 1);
    for (uint8_t i = 0; i < 3; i++) {
        const struct sim_comparator *comparator = &bank.pack[i].comparator;
        assert_in_range(comparator->trip_us, 200, 400);
        assert_true(comparator->trip_a < -700.0 && comparator->let_as < 0.0);
        near(bank.pack[i].mean_a, comparator->let_as / 0.01, 1e-6);
        assert_true(bank.pack[i].current_a == 0.0);
        struct inputs inputs = measure(i);
        assert_true(inputs.discharge_short && !inputs.charge_short);
        assert_true(inputs.pack_ma > -200 && inputs.load_mv < 10);
        assert_false(measure(i).discharge_short);
    }
}

static void trip_is_held_until_the_board_opens_and_the_short_is_found_meanwhile(void **state)
{
    (void)state;
    make(2, THREE);
    bank.faults.bus_short_mohm = 1;
    run(0, 10, 3);
    assert_true(measure(0).short_present);
    bank.faults.bus_short_mohm = 0;
    run(0, 10, 3); /* commanded closed all the time */
    assert_int_equal(bank.pack[0].gate, SIM_GATE_OPEN);
    assert_false(measure(0).short_present);
    command(false);
    run(0, 10, 1);
    command(true);
    run(-50000, 10, 1);
    near(sum_a(), -50.0, 1e-9);
    bank.faults.bus_short_mohm = 1;
    command(false);
    run(0, 10, 1);
    assert_true(measure(1).short_present && !measure(1).discharge_short);
}

static void trip_lets_the_same_charge_through_at_any_step(void **state)
{
    (void)state;
    double let_ah[2];
    for (int i = 0; i < 2; i++) {
        make(1, THREE);
        bank.faults.bus_short_mohm = 2;
        double before_ah = stored_ah();
        run(0, i ? 1000 : 10, 1);
        let_ah[i] = before_ah - stored_ah();
        near(let_ah[i], -bank.pack[0].comparator.let_as / 3600.0, 1e-9);
    }
    assert_true(let_ah[0] > 0.0);
    near(let_ah[1] / let_ah[0], 1.0, 0.25); /* the cells' resistance depends on the step */
}

static void delay_longer_than_a_step_runs_on(void **state)
{
    (void)state;
    make(1, THREE);
    outputs[0].scp_delay_us = 25000;
    bank.faults.bus_short_mohm = 5;
    run(0, 10, 2);
    assert_true(bank.pack[0].current_a < -3000.0);
    run(0, 10, 1);
    assert_true(bank.pack[0].current_a == 0.0);
    near(bank.pack[0].comparator.trip_us, 5000.0, 100.0);
}

static void soft_short_of_one_pack_flows_by_ohms_law(void **state)
{
    (void)state;
    make(1, THREE);
    bank.pack[0].faults.terminal_short_mohm = 200;
    run(0, 10, 1);
    double ohm = bank.line[0].ohm + 0.2;
    near(bank.pack[0].current_a, -bank.line[0].open_v / ohm, 1e-9);
    near(bank.pack[0].terminal_v, 0.2 * -bank.pack[0].current_a, 1e-9);
    assert_false(measure(0).discharge_short);
}

static void hard_short_of_one_pack_is_fed_by_its_neighbours_too(void **state)
{
    (void)state;
    make(3, THREE);
    bank.pack[1].faults.terminal_short_mohm = 1;
    run(0, 10, 1);
    for (uint8_t i = 0; i < 3; i++)
        assert_true(measure(i).discharge_short);
    assert_true(bank.pack[1].comparator.trip_a < bank.pack[0].comparator.trip_a);
    assert_true(bank.terminal_mv < 100);
    command(false);
    run(0, 10, 1);
    assert_true(measure(1).short_present);
    bank.pack[1].faults.breaker_open = true; /* frees the others */
    run(0, 10, 1);
    assert_false(measure(0).short_present || measure(1).short_present);
}

static void surge_of_a_charger_trips_as_charge_short(void **state)
{
    (void)state;
    make(1, THREE);
    struct sim_demand demand = {900000, 70000, true};
    sim_parallel_step(&bank, outputs, &demand, 10);
    assert_true(bank.pack[0].comparator.trip_a > 700.0);
    struct inputs inputs = measure(0);
    assert_true(inputs.charge_short && !inputs.discharge_short);
    assert_true(bank.pack[0].current_a == 0.0);
}

static void load_below_the_threshold_does_not_trip(void **state)
{
    (void)state;
    make(1, THREE);
    run(-690000, 10, 20);
    near(sum_a(), -690.0, 1e-9);
    assert_false(measure(0).discharge_short);
}

static void welded_switches_feed_a_short_whatever_is_commanded(void **state)
{
    (void)state;
    make(1, THREE);
    bank.pack[0].faults.charge_welded = bank.pack[0].faults.discharge_welded = true;
    bank.faults.bus_short_mohm = 2;
    run(0, 10, 2);
    assert_true(bank.pack[0].current_a < -2000.0);
    command(false);
    run(0, 10, 1);
    assert_true(bank.pack[0].current_a < -2000.0);
    assert_false(measure(0).short_present); /* the test current finds out only behind open ones */
}

static void open_air_switch_stops_all_current_and_lets_terminals_float(void **state)
{
    (void)state;
    make(2, THREE);
    bank.pack[0].faults.breaker_open = true;
    run(-60000, 10, 3);
    assert_true(bank.pack[0].current_a == 0.0);
    near(bank.pack[1].current_a, -60.0, 1e-9);
    struct inputs inputs = measure(0);
    assert_true(inputs.breaker_open && !measure(1).breaker_open);
    near(inputs.load_mv, inputs.pack_mv, 30); /* its own voltage through closed switches */
    outputs[0] = (struct outputs){0};
    run(60000, 10, 1);
    inputs = measure(0);
    assert_int_equal(inputs.load_mv, 0);
    assert_false(inputs.charger_present);
    assert_true(bank.terminal_mv > 50000 && measure(1).charger_present);
}

static void load_resistor_draws_from_the_packs_and_shares_a_charger(void **state)
{
    (void)state;
    make(2, THREE);
    bank.faults.bus_load_mohm = 1000;
    run(0, 10, 5);
    near(sum_a(), -bank.terminal_v, 1e-9);
    run(100000, 10, 5);
    near(sum_a(), 100.0 - bank.terminal_v, 1e-9);
}

static void load_keeps_the_busbar_down_during_precharge(void **state)
{
    (void)state;
    make(1, THREE);
    command(false);
    run(0, 1000, 60);
    outputs[0].precharge = true;
    bank.faults.bus_load_mohm = 5000;
    run(0, 10, 500);
    near(bank.terminal_v, bank.line[0].open_v * 5.0 / 55.0, 0.1);
    near(measure(0).load_mv, bank.terminal_mv, 1);
    bank.faults.bus_load_mohm = 0;
    bank.pack[0].faults.precharge_dead = true;
    run(0, 1000, 200);
    assert_true(bank.terminal_mv < 100);
}

static void terminals_follow_stuck_and_welded_switches(void **state)
{
    (void)state;
    make(1, THREE);
    struct sim_faults *faults = &bank.pack[0].faults;
    bank.faults.bus_load_mohm = 2000;
    faults->discharge_stuck_open = true;
    run(0, 100, 10);
    assert_true(measure(0).load_mv < 100); /* collapses */
    *faults = (struct sim_faults){.discharge_welded = true};
    command(false);
    run(0, 100, 10);
    near(measure(0).load_mv, measure(0).pack_mv - 700, 200); /* through the charge diode */
    assert_true(bank.pack[0].current_a < -20.0);
    faults->charge_welded = true;
    run(0, 100, 10);
    near(measure(0).load_mv, measure(0).pack_mv, 100);
    *faults = (struct sim_faults){.charge_stuck_open = true};
    command(true);
    run(60000, 100, 10);
    assert_true(bank.pack[0].current_a == 0.0 && measure(0).load_mv == CEILING_MV);
}

static void bad_cable_shifts_current_to_the_other_pack(void **state)
{
    (void)state;
    make(2, (const int32_t[]){500, 500});
    run(-100000, 1000, 60);
    double before_a = bank.pack[0].current_a;
    bank.pack[0].faults.cable_extra_uohm = 5000;
    run(-100000, 10, 1);
    assert_true(bank.pack[0].current_a > before_a * 0.8);
    near(sum_a(), -100.0, 1e-9);
}

/* What leaves the busbar into cables, loads and the demand adds up to nothing. */
static void check_kirchhoff(int32_t asked_ma)
{
    double sum = bank.terminal_v * (1000.0 / bank.faults.bus_load_mohm);
    for (uint8_t i = 0; i < bank.count; i++) {
        const struct sim_pack *pack = &bank.pack[i];
        double cable_a = (bank.terminal_v - pack->terminal_v) / bank.cable_ohm[i];
        int32_t mohm = pack->faults.terminal_short_mohm;
        double short_a = mohm ? pack->terminal_v * 1000.0 / mohm : 0.0;
        near(cable_a, pack->current_a + short_a, 1e-5);
        sum += cable_a;
    }
    near(sum * 1000.0, asked_ma, 0.1);
}

static void random_shorts_loads_and_gates_obey_kirchhoff(void **state)
{
    (void)state;
    struct sim_random random;
    sim_random_init(&random, 12);
    int checked = 0;
    for (int round = 0; round < 300; round++) {
        uint8_t count = (uint8_t)(2 + sim_random_bits(&random) % 6);
        int32_t soc[PACK_MAX];
        for (uint8_t i = 0; i < count; i++)
            soc[i] = (int32_t)(300 + sim_random_bits(&random) % 400);
        make(count, soc);
        for (uint8_t i = 1; i < count; i++) { /* pack 0 always conducts */
            outputs[i].charge_fet = sim_random_bits(&random) & 1;
            outputs[i].discharge_fet = sim_random_bits(&random) & 1;
            if (sim_random_bits(&random) & 1)
                bank.pack[i].faults.terminal_short_mohm = 400;
        }
        bank.faults.bus_load_mohm = 3000;
        int32_t asked_ma = (int32_t)(sim_random_bits(&random) % 100001) - 50000;
        run(asked_ma, 10, 1);
        if (bank.pack[0].comparator.open)
            continue;
        checked++;
        check_kirchhoff(asked_ma);
        for (uint8_t i = 0; i < count; i++)
            check_gate(&bank.pack[i]);
    }
    assert_true(checked > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_at_the_busbar_opens_every_pack_within_the_step),
        cmocka_unit_test(trip_is_held_until_the_board_opens_and_the_short_is_found_meanwhile),
        cmocka_unit_test(trip_lets_the_same_charge_through_at_any_step),
        cmocka_unit_test(delay_longer_than_a_step_runs_on),
        cmocka_unit_test(soft_short_of_one_pack_flows_by_ohms_law),
        cmocka_unit_test(hard_short_of_one_pack_is_fed_by_its_neighbours_too),
        cmocka_unit_test(surge_of_a_charger_trips_as_charge_short),
        cmocka_unit_test(load_below_the_threshold_does_not_trip),
        cmocka_unit_test(welded_switches_feed_a_short_whatever_is_commanded),
        cmocka_unit_test(open_air_switch_stops_all_current_and_lets_terminals_float),
        cmocka_unit_test(load_resistor_draws_from_the_packs_and_shares_a_charger),
        cmocka_unit_test(load_keeps_the_busbar_down_during_precharge),
        cmocka_unit_test(terminals_follow_stuck_and_welded_switches),
        cmocka_unit_test(bad_cable_shifts_current_to_the_other_pack),
        cmocka_unit_test(random_shorts_loads_and_gates_obey_kirchhoff),
    };
    return RUN_TESTS(tests);
}
