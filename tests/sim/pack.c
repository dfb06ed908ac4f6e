/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/pack.c through its two doors: outputs in, measurements out.
 */
#include "sim/pack.h"

#include <string.h>

#include "sim/number.h"
#include "tests/support/test.h"

static const struct sim_pack_setup SETUP = {42, 314000, 500, 250};
static const struct outputs CLOSED = {.charge_fet = true, .discharge_fet = true};

static struct inputs measure(struct sim_pack *pack)
{
    struct inputs inputs = {0};
    sim_pack_measure(pack, &inputs);
    return inputs;
}

static void run(struct sim_pack *pack, const struct outputs *outputs, double current_a, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        struct sim_line line = sim_pack_prepare(pack, outputs, 1.0);
        pack->terminal_v = line.open_v + line.ohm * current_a;
        sim_pack_step(pack, current_a, 1.0);
    }
}

static void near(double got, double wanted, double tolerance)
{
    if (sim_abs(got - wanted) > tolerance)
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static void same_seed_gives_the_same_bits_and_another_seed_another_pack(void **state)
{
    (void)state;
    static struct sim_pack a, b;
    sim_pack_init(&a, &SETUP);
    sim_pack_init(&b, &SETUP);
    for (int i = 0; i < 50; i++) {
        run(&a, &CLOSED, i * 3.0 - 70.0, 1);
        run(&b, &CLOSED, i * 3.0 - 70.0, 1);
        measure(&a);
        measure(&b);
    }
    assert_memory_equal(&a, &b, sizeof(a));
    struct sim_pack_setup other = SETUP;
    other.seed++;
    sim_pack_init(&b, &other);
    assert_true(a.cells.capacity_ah[0] != b.cells.capacity_ah[0]);
}

static void cells_spread_as_new_cells_do(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    double low = 1e9;
    double high = 0.0;
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        low = pack.cells.capacity_ah[i] < low ? pack.cells.capacity_ah[i] : low;
        high = pack.cells.capacity_ah[i] > high ? pack.cells.capacity_ah[i] : high;
        near(pack.cells.soc[i], 0.5, 0.03);
        near(pack.cells.resistance[i], 1.0, 0.18);
    }
    assert_true(high - low > 314.0 * 0.004 && high - low < 314.0 * 0.04);
    assert_in_range(sim_pack_soc_permille(&pack), 495, 505);
}

static void measurement_agrees_with_the_pack_within_its_errors(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    run(&pack, &CLOSED, -100.0, 60);
    struct inputs inputs = measure(&pack);
    int32_t sum_mv = 0;
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        sum_mv += inputs.cell_mv[i];
    near(sum_mv, inputs.pack_mv, 25);
    near(inputs.pack_ma, -100000, 400);
    assert_int_equal(inputs.pack_ma % 10, 0);
    assert_int_equal(inputs.cell_valid_mask, 0xFFFF);
    assert_int_equal(inputs.temp_valid_mask, 0x1F);
    assert_true(inputs.pack_valid && inputs.mos_valid && !inputs.discharge_short);
    assert_true(inputs.load_mv < inputs.pack_mv);
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        near(inputs.temp_ddegc[i], 250, 12);
}

static void each_measurement_moves_the_count_and_leaves_foreign_inputs_alone(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    struct inputs inputs = {.button = true, .bus_request = true, .dip = 9};
    sim_pack_measure(&pack, &inputs);
    uint32_t count = inputs.sample_count;
    sim_pack_measure(&pack, &inputs);
    assert_int_equal(inputs.sample_count, count + 1);
    assert_true(inputs.button && inputs.bus_request);
    assert_int_equal(inputs.dip, 9);
}

/* One letter per thing that holds: c, d a closed switch; C, D a welded one; x, y one stuck open. */
static enum sim_gate gate_of(struct sim_pack *pack, const char *text)
{
    struct outputs outputs = {.charge_fet = strchr(text, 'c') != NULL,
                              .discharge_fet = strchr(text, 'd') != NULL};
    pack->faults = (struct sim_faults){.charge_welded = strchr(text, 'C') != NULL,
                                       .discharge_welded = strchr(text, 'D') != NULL,
                                       .charge_stuck_open = strchr(text, 'x') != NULL,
                                       .discharge_stuck_open = strchr(text, 'y') != NULL};
    sim_pack_prepare(pack, &outputs, 0.01);
    return (enum sim_gate)pack->gate;
}

static void gates_follow_the_switches_and_their_faults(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    assert_int_equal(gate_of(&pack, ""), SIM_GATE_OPEN);
    assert_int_equal(gate_of(&pack, "c"), SIM_GATE_CHARGE_ONLY);
    assert_int_equal(gate_of(&pack, "d"), SIM_GATE_DISCHARGE_ONLY);
    assert_int_equal(gate_of(&pack, "cd"), SIM_GATE_BOTH);
    assert_int_equal(gate_of(&pack, "C"), SIM_GATE_CHARGE_ONLY);
    assert_int_equal(gate_of(&pack, "cD"), SIM_GATE_BOTH);
    assert_int_equal(gate_of(&pack, "cx"), SIM_GATE_OPEN);
    assert_int_equal(gate_of(&pack, "cdy"), SIM_GATE_CHARGE_ONLY);
}

/* With nothing but what the test does to the charge. */
static void make_tight(struct sim_pack *pack)
{
    sim_pack_init(pack, &SETUP);
    memset(pack->self_a, 0, sizeof(pack->self_a));
}

static void balancer_moves_charge_and_its_drop_is_seen(void **state)
{
    (void)state;
    static struct sim_pack pack, still;
    make_tight(&pack);
    sim_pack_init(&still, &SETUP);
    struct outputs outputs = CLOSED;
    outputs.balance_ma = 2000;
    outputs.balance_source = 3;
    outputs.balance_sink = 11;
    double source = pack.cells.soc[3] * pack.cells.capacity_ah[3];
    double sink = pack.cells.soc[11] * pack.cells.capacity_ah[11];
    run(&pack, &outputs, 0.0, 1800);
    run(&still, &CLOSED, 0.0, 1800);
    near(source - pack.cells.soc[3] * pack.cells.capacity_ah[3], 1.0, 1e-6);
    near(pack.cells.soc[11] * pack.cells.capacity_ah[11] - sink, 0.68 * 0.999, 1e-6);
    struct inputs with = measure(&pack);
    struct inputs without = measure(&still);
    assert_true(with.cell_mv[3] < without.cell_mv[3] - 1);
    assert_true(with.cell_mv[11] > without.cell_mv[11] + 1);
    near(with.cell_mv[7], without.cell_mv[7], 1);
}

static void heater_warms_the_cells_and_empties_them_past_the_shunt(void **state)
{
    (void)state;
    static struct sim_pack pack;
    struct sim_pack_setup cold = SETUP;
    cold.ambient_ddegc = -50;
    sim_pack_init(&pack, &cold);
    double soc = pack.cells.soc[0];
    struct outputs outputs = CLOSED;
    outputs.heater = true;
    run(&pack, &outputs, 0.0, 3600);
    near(pack.heat.mean_degc, -5.0 + 200.0 * 3600.0 / 116000.0, 1.2);
    near(soc - pack.cells.soc[0], 4.0 / 314.0, 0.001);
    near(measure(&pack).pack_ma, 0, 150);
}

static void load_heats_cells_and_switches_as_estimated(void **state)
{
    (void)state;
    static struct sim_pack pack;
    struct sim_pack_setup full = SETUP;
    full.soc_permille = 900;
    sim_pack_init(&pack, &full);
    run(&pack, &CLOSED, -314.0, 900);
    near(pack.heat.mean_degc, 25.0 + 8.0, 2.0); /* about 8 K per quarter hour at 1C */
    assert_true(pack.heat.mos_degc > 60.0 && pack.heat.mos_degc < 90.0);
    sim_pack_init(&pack, &full);
    run(&pack, &(struct outputs){.discharge_fet = true}, -100.0, 900);
    assert_true(pack.heat.mos_degc > 70.0); /* a diode burns more than a switch */
}

static void lost_sensors_and_open_wires_show(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    run(&pack, &CLOSED, 0.0, 1);
    pack.faults.temp_lost_mask = 0x05;
    pack.faults.mos_temp_lost = true;
    pack.faults.wire_open_mask = 1u << 4;
    struct inputs inputs = measure(&pack);
    assert_int_equal(inputs.temp_valid_mask, 0x1A);
    assert_false(inputs.mos_valid);
    assert_int_equal(inputs.cell_mv[4], 0);
    near(inputs.cell_mv[5], 6590, 40);
    near(inputs.cell_mv[6], 3295, 20);
}

static void frozen_front_end_repeats_itself(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    run(&pack, &CLOSED, 50.0, 10);
    struct inputs before = measure(&pack);
    pack.faults.frozen = true;
    run(&pack, &CLOSED, -50.0, 10);
    struct inputs after = measure(&pack);
    assert_int_equal(after.sample_count, before.sample_count);
    assert_int_equal(after.pack_ma, before.pack_ma);
    pack.faults.frozen = false;
    pack.faults.front_end_lost = true;
    assert_false(measure(&pack).pack_valid);
}

static void forced_cell_voltage_and_heat_act(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    int16_t before_mv = measure(&pack).cell_mv[2];
    int32_t pack_mv = measure(&pack).pack_mv;
    pack.faults.cell_offset_mv[2] = 400;
    near(measure(&pack).cell_mv[2], before_mv + 400, 1);
    near(measure(&pack).pack_mv, pack_mv + 400, 1);
    pack.faults.heat_w = 5000;
    run(&pack, &CLOSED, 0.0, 600);
    near(pack.heat.mean_degc, 25.0 + 5000.0 * 600.0 / 116000.0, 1.5);
}

static void short_circuit_is_told_once(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    struct sim_line line = sim_pack_prepare(&pack, &CLOSED, 0.01);
    assert_false(sim_pack_trip(&pack, &CLOSED, line, -690.0, 0.01));
    assert_true(sim_pack_trip(&pack, &CLOSED, line, -5000.0, 0.01));
    assert_int_equal(pack.gate, SIM_GATE_OPEN);
    sim_pack_step(&pack, 0.0, 0.01);
    struct inputs inputs = measure(&pack);
    assert_true(inputs.discharge_short && !inputs.charge_short);
    assert_false(measure(&pack).discharge_short);
}

static double charge_ah(const struct sim_pack *pack, int cell)
{
    return pack->cells.soc[cell] * pack->cells.capacity_ah[cell];
}

static void leaking_cell_empties_and_warms_alone(void **state)
{
    (void)state;
    static struct sim_pack pack;
    make_tight(&pack);
    pack.faults.leak_ma[6] = 5000;
    double before_ah = charge_ah(&pack, 6);
    double other_ah = charge_ah(&pack, 7);
    run(&pack, &(struct outputs){0}, 0.0, 3600);
    near(before_ah - charge_ah(&pack, 6), 5.0, 1e-6);
    near(other_ah, charge_ah(&pack, 7), 1e-9);
    assert_true(pack.cells.degc[6] > pack.cells.degc[12] + 1.0); /* 16.5 W */
}

static void cells_discharge_themselves_each_at_its_own_rate(void **state)
{
    (void)state;
    static struct sim_pack pack;
    double least = 1.0;
    double most = 0.0;
    sim_pack_init(&pack, &SETUP);
    struct sim_pack start = pack;
    run(&pack, &(struct outputs){0}, 0.0, 3600);
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double per_month = (start.cells.soc[i] - pack.cells.soc[i]) * 730.5;
        least = per_month < least ? per_month : least;
        most = per_month > most ? per_month : most;
    }
    assert_true(least > 0.004 && most < 0.026 && most - least > 0.004);
}

static void leak_ends_at_zero_volt(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    pack.faults.leak_ma[2] = 100000;
    run(&pack, &(struct outputs){0}, 0.0, 4 * 3600);
    near(pack.cells.soc[2], -0.03, 0.001);
    assert_true(measure(&pack).cell_mv[2] < 600);
    assert_true(measure(&pack).cell_mv[3] > 3200);
}

static void stuck_balancer_empties_its_cell_though_commanded_off(void **state)
{
    (void)state;
    static struct sim_pack pack;
    make_tight(&pack);
    pack.faults.balance_stuck_mask = 1u << 5;
    double source_ah = charge_ah(&pack, 5);
    double sink_ah = charge_ah(&pack, 13);
    run(&pack, &(struct outputs){0}, 0.0, 1800);
    near(source_ah - charge_ah(&pack, 5), 1.0, 1e-6);
    near(charge_ah(&pack, 13) - sink_ah, 0.68 * 0.999, 1e-6);
    near(pack.heat.mos_degc, 25.0 + 2.0 * 3.3 * 0.32 * 0.8, 0.2); /* 2 W stay at the board */
}

static void dead_balancer_moves_nothing_though_commanded_on(void **state)
{
    (void)state;
    static struct sim_pack pack;
    make_tight(&pack);
    struct outputs outputs = CLOSED;
    outputs.balance_ma = 2000;
    outputs.balance_sink = 1;
    pack.faults.balance_dead = true;
    double source_ah = charge_ah(&pack, 0);
    run(&pack, &outputs, 0.0, 600);
    assert_true(charge_ah(&pack, 0) == source_ah);
}

static void heat_at_the_switches_stays_there(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    pack.faults.mos_heat_w = 100;
    run(&pack, &CLOSED, 0.0, 3000);
    near(pack.heat.mos_degc, 25.0 + 80.0, 0.5);
    near(pack.heat.mean_degc, 25.0, 0.1);
}

static void extinguisher_fires_by_heat_of_one_cell_and_stays_fired(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    pack.faults.cell_heat_w[9] = 10000;
    run(&pack, &CLOSED, 0.0, 90);
    assert_true(pack.heat.max_degc > 100.0 && pack.heat.max_degc < 170.0);
    assert_false(measure(&pack).extinguisher_fired);
    run(&pack, &CLOSED, 0.0, 60);
    assert_true(measure(&pack).extinguisher_fired);
    pack.faults.cell_heat_w[9] = 0;
    run(&pack, &CLOSED, 0.0, 3600);
    assert_true(pack.heat.max_degc < 170.0);
    assert_true(measure(&pack).extinguisher_fired);
}

static void extinguisher_fires_by_command(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    pack.faults.extinguisher = true;
    run(&pack, &CLOSED, 0.0, 1);
    pack.faults.extinguisher = false;
    run(&pack, &CLOSED, 0.0, 1);
    assert_true(measure(&pack).extinguisher_fired);
}

static void comparator_leaves_what_is_welded(void **state)
{
    (void)state;
    static struct sim_pack pack;
    sim_pack_init(&pack, &SETUP);
    pack.faults.discharge_welded = true;
    struct sim_line line = sim_pack_prepare(&pack, &CLOSED, 0.01);
    assert_true(sim_pack_trip(&pack, &CLOSED, line, -5000.0, 0.01));
    assert_int_equal(pack.gate, SIM_GATE_DISCHARGE_ONLY);
    assert_true(pack.surge_as == 0.0); /* nothing was cut */
    sim_pack_prepare(&pack, &CLOSED, 0.01);
    assert_int_equal(pack.gate, SIM_GATE_DISCHARGE_ONLY);
    sim_pack_prepare(&pack, &(struct outputs){0}, 0.01);
    sim_pack_prepare(&pack, &CLOSED, 0.01);
    assert_int_equal(pack.gate, SIM_GATE_BOTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_bits_and_another_seed_another_pack),
        cmocka_unit_test(cells_spread_as_new_cells_do),
        cmocka_unit_test(measurement_agrees_with_the_pack_within_its_errors),
        cmocka_unit_test(each_measurement_moves_the_count_and_leaves_foreign_inputs_alone),
        cmocka_unit_test(gates_follow_the_switches_and_their_faults),
        cmocka_unit_test(balancer_moves_charge_and_its_drop_is_seen),
        cmocka_unit_test(heater_warms_the_cells_and_empties_them_past_the_shunt),
        cmocka_unit_test(load_heats_cells_and_switches_as_estimated),
        cmocka_unit_test(lost_sensors_and_open_wires_show),
        cmocka_unit_test(frozen_front_end_repeats_itself),
        cmocka_unit_test(forced_cell_voltage_and_heat_act),
        cmocka_unit_test(short_circuit_is_told_once),
        cmocka_unit_test(leaking_cell_empties_and_warms_alone),
        cmocka_unit_test(cells_discharge_themselves_each_at_its_own_rate),
        cmocka_unit_test(leak_ends_at_zero_volt),
        cmocka_unit_test(stuck_balancer_empties_its_cell_though_commanded_off),
        cmocka_unit_test(dead_balancer_moves_nothing_though_commanded_on),
        cmocka_unit_test(heat_at_the_switches_stays_there),
        cmocka_unit_test(extinguisher_fires_by_heat_of_one_cell_and_stays_fired),
        cmocka_unit_test(extinguisher_fires_by_command),
        cmocka_unit_test(comparator_leaves_what_is_welded),
    };
    return RUN_TESTS(tests);
}
