/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/parallel.c: charge conservation for every pattern of switches, diodes, constant
 * voltage, sharing, and the idle busbar.
 */
#include "sim/parallel.h"

#include "sim/random.h"
#include "tests/sim/bank.h"

static void currents_add_up_to_what_is_asked(void **state)
{
    (void)state;
    make(3, THREE);
    static const int32_t asked_ma[] = {240000, -310000, 0, 1, -1, 90000};
    for (size_t i = 0; i < COUNT(asked_ma); i++) {
        run(asked_ma[i], 10, 20);
        near(sum_a(), asked_ma[i] / 1000.0, 1e-9);
        assert_int_equal(bank.total_ma, asked_ma[i]);
    }
}

struct ledger {
    double asked_as;  /* at the busbar */
    double flown_as;  /* through the packs */
    double stored_as; /* by the cells' charge, the efficiency of charging undone */
    double bus_j;
    double cells_j;
    double ohmic_j;
    double moved_j; /* both ways */
};

static double cells_j(void)
{
    double sum = 0.0;
    for (uint8_t i = 0; i < bank.count; i++)
        for (int k = 0; k < SIM_PACK_CELLS; k++)
            sum += bank.pack[i].cells.taken_j[k];
    return sum;
}

static double ohmic_w(uint8_t i)
{
    const struct sim_pack *pack = &bank.pack[i];
    double ohm = bank.cable_ohm[i] + 0.0014; /* switches and wiring */
    for (int k = 0; k < SIM_PACK_CELLS; k++)
        ohm += sim_pack_joint_ohm(pack, k);
    return ohm * pack->current_a * pack->current_a;
}

static double stored_as(uint8_t i)
{
    double sum = 0.0;
    for (int k = 0; k < SIM_PACK_CELLS; k++)
        sum += bank.pack[i].cells.soc[k] * bank.pack[i].cells.capacity_ah[k] * 3600.0;
    return sum / SIM_PACK_CELLS;
}

static void enter(struct ledger *ledger, int32_t total_ma)
{
    double before_as[PACK_MAX];
    double before_j = cells_j();
    for (uint8_t i = 0; i < bank.count; i++)
        before_as[i] = stored_as(i);
    run(total_ma, 1000, 1);
    ledger->asked_as += total_ma / 1000.0;
    ledger->cells_j += cells_j() - before_j;
    for (uint8_t i = 0; i < bank.count; i++) {
        double current_a = bank.pack[i].current_a;
        ledger->flown_as += current_a;
        ledger->stored_as += (stored_as(i) - before_as[i]) / (current_a > 0.0 ? 0.999 : 1.0);
        ledger->bus_j += bank.terminal_v * current_a;
        ledger->moved_j += sim_abs(bank.terminal_v * current_a);
        ledger->ohmic_j += ohmic_w(i);
    }
}

/* Charge, rest and discharge of packs that differ, so that currents circulate too. */
static struct ledger use(int hours)
{
    struct ledger ledger = {0};
    make(4, (const int32_t[]){500, 520, 400, 700});
    for (int i = 0; i < hours * 3600; i++)
        enter(&ledger, (i / 1800 % 3 - 1) * 200000);
    return ledger;
}

static void charge_is_conserved(void **state)
{
    (void)state;
    struct ledger ledger = use(6);
    double moved_as = ledger.moved_j / 52.0;
    near(ledger.flown_as, ledger.asked_as, 1e-9 * moved_as);
    near(ledger.stored_as, ledger.flown_as, 1e-9 * moved_as);
}

/* The packs' currents are found with a forecast of the cells' voltages: after each change of the
 * current it is wrong by microvolts for one step. */
static void energy_is_conserved(void **state)
{
    (void)state;
    struct ledger ledger = use(6);
    double wrong = (ledger.bus_j - ledger.cells_j - ledger.ohmic_j) / ledger.moved_j;
    print_message("energy: %.2g of what moved\n", wrong);
    near(wrong, 0.0, 3e-8);
}

static void voltages_fall_over_switch_wiring_and_cable(void **state)
{
    (void)state;
    make(1, THREE);
    run(-100000, 1000, 60);
    struct inputs inputs = {0};
    sim_pack_measure(&bank.pack[0], &inputs);
    near(inputs.pack_mv - inputs.load_mv, 100.0 * 1.4, 3.0);   /* switch and wiring, 1.4 mohm */
    near(inputs.load_mv - bank.terminal_mv, 100.0 * 0.5, 3.0); /* cable */
}

static void equal_packs_share_evenly_and_a_bad_cable_takes_less(void **state)
{
    (void)state;
    struct sim_parallel_setup setup = {
        .seed = 5,
        .count = 2,
        .nominal_mah = 314000,
        .ambient_ddegc = 250,
        .soc_permille = {500, 500 },
        .cable_uohm = {500, 5500}
    };
    outputs[0] = outputs[1] = (struct outputs){.charge_fet = true, .discharge_fet = true};
    sim_parallel_init(&bank, &setup);
    run(-100000, 10, 1);
    double share = bank.pack[1].current_a / bank.pack[0].current_a;
    assert_true(share > 0.35 && share < 0.65);
    make(2, (const int32_t[]){500, 500});
    run(-100000, 1000, 60);
    near(bank.pack[0].current_a / bank.pack[1].current_a, 1.0, 0.25);
}

static void unequal_packs_circulate_and_meet(void **state)
{
    (void)state;
    make(2, (const int32_t[]){800, 200});
    run(0, 1000, 10);
    assert_true(bank.pack[0].current_a < -1.0);
    near(bank.pack[0].current_a + bank.pack[1].current_a, 0.0, 1e-9);
    double first_a = bank.pack[0].current_a;
    run(0, 1000, 7200);
    assert_true(bank.pack[0].current_a > first_a);
    assert_true(sim_pack_soc_permille(&bank.pack[0]) < 800);
}

static void open_pack_carries_exactly_nothing(void **state)
{
    (void)state;
    make(3, THREE);
    outputs[1] = (struct outputs){0};
    double soc = bank.pack[1].cells.soc[0];
    run(200000, 10, 50);
    assert_true(bank.pack[1].current_a == 0.0);
    assert_true(bank.pack[1].cells.soc[0] == soc);
    near(sum_a(), 200.0, 1e-9);
}

static void charge_switch_open_passes_only_discharge_with_a_diode_drop(void **state)
{
    (void)state;
    make(1, THREE);
    outputs[0].charge_fet = false;
    run(50000, 10, 5);
    assert_true(bank.pack[0].current_a == 0.0);
    assert_int_equal(bank.total_ma, 0);
    assert_int_equal(bank.terminal_mv, CEILING_MV);
    run(-50000, 10, 1);
    near(bank.pack[0].current_a, -50.0, 1e-9);
    int32_t diode_mv = bank.terminal_mv;
    outputs[0].charge_fet = true;
    run(-50000, 10, 1);
    near(bank.terminal_mv - diode_mv, 700, 5);
}

static void discharge_switch_open_passes_only_charge(void **state)
{
    (void)state;
    make(1, THREE);
    outputs[0].discharge_fet = false;
    run(-50000, 10, 5);
    assert_true(bank.pack[0].current_a == 0.0);
    assert_int_equal(bank.total_ma, 0);
    run(50000, 10, 1);
    near(bank.pack[0].current_a, 50.0, 1e-9);
}

static void every_pattern_of_switches_obeys_gates_and_conserves(void **state)
{
    (void)state;
    struct sim_random random;
    sim_random_init(&random, 11);
    for (int round = 0; round < 400; round++) {
        uint8_t count = (uint8_t)(1 + sim_random_bits(&random) % PACK_MAX);
        int32_t soc[PACK_MAX];
        for (uint8_t i = 0; i < count; i++)
            soc[i] = (int32_t)(50 + sim_random_bits(&random) % 900);
        make(count, soc);
        for (uint8_t i = 0; i < count; i++) {
            outputs[i].charge_fet = sim_random_bits(&random) & 1;
            outputs[i].discharge_fet = sim_random_bits(&random) & 1;
        }
        int32_t asked_ma = (int32_t)(sim_random_bits(&random) % 400001) - 200000;
        run(asked_ma, 10, 1);
        near(sum_a() * 1000.0, bank.total_ma, 0.6);
        assert_true(bank.total_ma == 0 || (bank.total_ma > 0) == (asked_ma > 0));
        assert_true(abs(bank.total_ma) <= abs(asked_ma));
        for (uint8_t i = 0; i < count; i++)
            check_gate(&bank.pack[i]);
    }
}

static void mixed_gates_deliver_what_any_open_path_can(void **state)
{
    (void)state;
    make(4, (const int32_t[]){500, 480, 520, 900});
    outputs[0].charge_fet = false;
    outputs[1].discharge_fet = false;
    outputs[2] = (struct outputs){0};
    outputs[3].charge_fet = false;
    run(-80000, 10, 10);
    near(sum_a(), -80.0, 1e-9);
    assert_true(bank.pack[1].current_a == 0.0 && bank.pack[3].current_a < 0.0);
    run(80000, 10, 10);
    near(sum_a(), 80.0, 1e-9);
    assert_true(bank.pack[0].current_a == 0.0 && bank.pack[3].current_a == 0.0);
    run(0, 10, 10);
    assert_true(bank.pack[0].current_a == 0.0 && bank.pack[1].current_a == 0.0);
}

static void constant_voltage_holds_the_ceiling_and_tapers(void **state)
{
    (void)state;
    make(3, (const int32_t[]){960, 970, 965});
    run(300000, 1000, 1200);
    near(bank.terminal_mv, CEILING_MV, 1);
    assert_true(bank.total_ma < 150000 && bank.total_ma >= 0);
    int32_t earlier_ma = bank.total_ma;
    run(300000, 1000, 600);
    assert_true(bank.total_ma <= earlier_ma);
    assert_true(bank.terminal_mv <= CEILING_MV);
}

static void ceiling_below_the_bank_charges_nothing(void **state)
{
    (void)state;
    make(3, THREE);
    struct sim_demand demand = {.total_ma = 100000, .ceiling_mv = 48000};
    sim_parallel_step(&bank, outputs, &demand, 10);
    assert_int_equal(bank.total_ma, 0);
    assert_true(bank.terminal_mv > 50000);
}

static void step_length_does_not_matter(void **state)
{
    (void)state;
    static struct sim_parallel coarse;
    make(3, THREE);
    for (int i = 0; i < 120; i++)
        run(200000, 10, 100);
    coarse = bank;
    make(3, THREE);
    run(200000, 60000, 2);
    for (uint8_t i = 0; i < 3; i++) {
        near(bank.pack[i].cells.soc[0], coarse.pack[i].cells.soc[0], 1e-4);
        near(bank.pack[i].heat.mean_degc, coarse.pack[i].heat.mean_degc, 0.02);
        near(bank.pack[i].current_a, coarse.pack[i].current_a, 1.0);
    }
    near(bank.terminal_mv, coarse.terminal_mv, 3);
}

static void charger_is_seen_only_from_outside(void **state)
{
    (void)state;
    make(2, (const int32_t[]){900, 300});
    struct inputs inputs = {0};
    run(0, 10, 10);
    sim_pack_measure(&bank.pack[1], &inputs);
    assert_false(inputs.charger_present); /* a fuller neighbour is no charger */
    run(100000, 10, 10);
    sim_pack_measure(&bank.pack[1], &inputs);
    assert_true(inputs.charger_present);
    outputs[0] = outputs[1] = (struct outputs){0};
    struct sim_demand demand = {0, CEILING_MV, true};
    sim_parallel_step(&bank, outputs, &demand, 10);
    sim_pack_measure(&bank.pack[1], &inputs);
    assert_true(inputs.charger_present);
    assert_int_equal(inputs.load_mv, CEILING_MV);
}

static void idle_busbar_falls_and_precharge_lifts_it(void **state)
{
    (void)state;
    make(1, THREE);
    outputs[0] = (struct outputs){0};
    run(0, 1000, 60);
    assert_true(bank.terminal_mv < 100);
    outputs[0].precharge = true;
    run(0, 10, 300);
    assert_true(bank.terminal_mv > 45000);
    assert_true(bank.pack[0].current_a == 0.0);
}

static void ambient_reaches_every_pack(void **state)
{
    (void)state;
    make(3, THREE);
    sim_parallel_set_ambient(&bank, -100);
    run(0, 60000, 60);
    for (uint8_t i = 0; i < 3; i++)
        near(bank.pack[i].heat.mean_degc, 25.0 - 35.0 * 0.246, 0.6); /* an hour of 3.5 hours */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currents_add_up_to_what_is_asked),
        cmocka_unit_test(charge_is_conserved),
        cmocka_unit_test(energy_is_conserved),
        cmocka_unit_test(voltages_fall_over_switch_wiring_and_cable),
        cmocka_unit_test(equal_packs_share_evenly_and_a_bad_cable_takes_less),
        cmocka_unit_test(unequal_packs_circulate_and_meet),
        cmocka_unit_test(open_pack_carries_exactly_nothing),
        cmocka_unit_test(charge_switch_open_passes_only_discharge_with_a_diode_drop),
        cmocka_unit_test(discharge_switch_open_passes_only_charge),
        cmocka_unit_test(every_pattern_of_switches_obeys_gates_and_conserves),
        cmocka_unit_test(mixed_gates_deliver_what_any_open_path_can),
        cmocka_unit_test(constant_voltage_holds_the_ceiling_and_tapers),
        cmocka_unit_test(ceiling_below_the_bank_charges_nothing),
        cmocka_unit_test(step_length_does_not_matter),
        cmocka_unit_test(charger_is_seen_only_from_outside),
        cmocka_unit_test(idle_busbar_falls_and_precharge_lifts_it),
        cmocka_unit_test(ambient_reaches_every_pack),
    };
    return RUN_TESTS(tests);
}
