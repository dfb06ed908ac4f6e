/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/front_end.c: each fault of a sensor as the board sees it, against a healthy twin of
 * the same seed that lives through the same steps.
 */
#include "sim/front_end.h"

#include "sim/number.h"
#include "tests/support/test.h"

static const struct sim_pack_setup SETUP = {42, 314000, 500, 250};
static const struct outputs CLOSED = {.charge_fet = true, .discharge_fet = true};

static struct sim_pack sick, healthy;
static struct inputs seen, truth;

static int make(void **state)
{
    (void)state;
    sim_pack_init(&sick, &SETUP);
    sim_pack_init(&healthy, &SETUP);
    return 0;
}

static void step(struct sim_pack *pack, const struct outputs *outputs, double current_a)
{
    struct sim_line line = sim_pack_prepare(pack, outputs, 1.0);
    pack->terminal_v = line.open_v + line.ohm * current_a;
    sim_pack_step(pack, current_a, 1.0);
}

static void run(const struct outputs *outputs, double current_a, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        step(&sick, outputs, current_a);
        step(&healthy, outputs, current_a);
    }
    sim_front_end_measure(&sick, &seen);
    sim_front_end_measure(&healthy, &truth);
}

static void near(double got, double wanted, double tolerance)
{
    if (!(sim_abs(got - wanted) <= tolerance))
        fail_msg("%.6f is not %.6f +- %g", got, wanted, tolerance);
}

static void twins_agree_without_a_fault(void **state)
{
    (void)state;
    run(&CLOSED, -80.0, 5);
    assert_memory_equal(&seen, &truth, sizeof(seen));
}

static void reversed_current_sensor_turns_the_sign(void **state)
{
    (void)state;
    sick.faults.current_reversed = true;
    run(&CLOSED, -80.0, 5);
    near(seen.pack_ma, 80000, 350);
    near(truth.pack_ma, -80000, 350);
}

static void dead_current_sensor_stays_at_zero(void **state)
{
    (void)state;
    sick.faults.current_dead = true;
    run(&CLOSED, 120.0, 5);
    assert_int_equal(seen.pack_ma, 0);
    assert_int_equal(seen.pack_mv, truth.pack_mv);
}

static void offsets_add_to_current_and_pack_voltage(void **state)
{
    (void)state;
    sick.faults.current_offset_ma = 2500;
    sick.faults.pack_offset_mv = -1500;
    run(&CLOSED, 0.0, 5);
    assert_int_equal(seen.pack_ma - truth.pack_ma, 2500);
    assert_int_equal(seen.pack_mv - truth.pack_mv, -1500);
    assert_int_equal(seen.load_mv, truth.load_mv);
    assert_memory_equal(seen.cell_mv, truth.cell_mv, sizeof(seen.cell_mv));
}

static void gain_scales_the_current(void **state)
{
    (void)state;
    sick.faults.current_gain_permille = -20;
    run(&CLOSED, 100.0, 5);
    near(truth.pack_ma - seen.pack_ma, 2000, 10);
    run(&CLOSED, 0.0, 5);
    assert_int_equal(seen.pack_ma, truth.pack_ma);
}

static void frozen_cells_repeat_while_count_current_and_pack_voltage_go_on(void **state)
{
    (void)state;
    run(&CLOSED, 0.0, 5);
    struct inputs before = seen;
    sick.faults.cells_frozen = true;
    run(&CLOSED, -150.0, 5);
    assert_memory_equal(seen.cell_mv, before.cell_mv, sizeof(seen.cell_mv));
    assert_int_equal(seen.sample_count, before.sample_count + 1);
    assert_int_equal(seen.pack_ma, truth.pack_ma);
    assert_int_equal(seen.pack_mv, truth.pack_mv);
    assert_true(truth.cell_mv[0] < before.cell_mv[0] - 40);
}

static void lines_live_on_while_the_front_end_is_frozen(void **state)
{
    (void)state;
    run(&CLOSED, 0.0, 1);
    sick.faults.frozen = true;
    sick.faults.extinguisher = true;
    sick.faults.breaker_open = true;
    struct sim_line line = sim_pack_prepare(&sick, &CLOSED, 0.01);
    assert_true(sim_pack_trip(&sick, &CLOSED, line, -5000.0, 0.01));
    uint32_t count = seen.sample_count;
    run(&CLOSED, 0.0, 1);
    assert_int_equal(seen.sample_count, count);
    assert_true(seen.discharge_short && seen.extinguisher_fired && seen.breaker_open);
}

static void bad_sense_wire_shows_only_with_balance_current(void **state)
{
    (void)state;
    sick.faults.sense_extra_mohm[3] = 50;
    run(&CLOSED, -50.0, 5);
    assert_memory_equal(seen.cell_mv, truth.cell_mv, sizeof(seen.cell_mv));
    struct outputs balancing = CLOSED;
    balancing.balance_ma = 2000;
    balancing.balance_source = 3;
    balancing.balance_sink = 9;
    run(&balancing, 0.0, 5);
    near(seen.cell_mv[3] - truth.cell_mv[3], -100, 1); /* 2 A in 50 mohm */
    assert_int_equal(seen.cell_mv[9], truth.cell_mv[9]);
    assert_int_equal(seen.pack_mv, truth.pack_mv);
}

static void loose_busbar_shows_with_the_current_and_heats_its_cell(void **state)
{
    (void)state;
    sick.faults.joint_extra_uohm[8] = 1000;
    run(&CLOSED, 100.0, 300);
    near(seen.cell_mv[8] - truth.cell_mv[8], 100, 1);
    near(seen.pack_mv - truth.pack_mv, 100, 1);
    near(seen.temp_ddegc[2] - truth.temp_ddegc[2], 10.0 * 300.0 / 7250.0 * 10.0, 2); /* 10 W */
    run(&CLOSED, -100.0, 5);
    near(seen.cell_mv[8] - truth.cell_mv[8], -100, 2);
    assert_int_equal(seen.cell_mv[7], truth.cell_mv[7]);
}

static void temperature_sensor_jumps_and_stands_still(void **state)
{
    (void)state;
    run(&CLOSED, 0.0, 1);
    sick.faults.temp_offset_ddegc[1] = 200;
    sick.faults.temp_stuck_mask = 1u << 3;
    sick.faults.heat_w = healthy.faults.heat_w = 5000;
    int16_t stuck_ddegc = seen.temp_ddegc[3];
    run(&CLOSED, 0.0, 120);
    assert_int_equal(seen.temp_ddegc[1] - truth.temp_ddegc[1], 200);
    assert_int_equal(seen.temp_ddegc[3], stuck_ddegc);
    assert_true(truth.temp_ddegc[3] > stuck_ddegc + 30);
    assert_int_equal(seen.temp_ddegc[0], truth.temp_ddegc[0]);
    assert_int_equal(seen.temp_valid_mask, 0x1F);
}

static void one_hot_cell_warms_the_nearest_sensor_first(void **state)
{
    (void)state;
    sick.faults.cell_heat_w[4] = 400;
    run(&CLOSED, 0.0, 180);
    int32_t rise[SIM_PACK_TEMPS];
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        rise[i] = seen.temp_ddegc[i] - truth.temp_ddegc[i];
    assert_true(rise[1] > 60 && rise[0] < 20);
    assert_true(rise[0] >= rise[2] && rise[2] >= rise[3] && rise[4] == 0);
}

static void heater_current_is_measured_and_its_faults_are(void **state)
{
    (void)state;
    struct outputs heating = CLOSED;
    heating.heater = true;
    sick.faults.heater_dead = true;
    run(&heating, 0.0, 5);
    near(truth.heater_ma, 4060, 100); /* 52.7 V across 13 ohm */
    assert_int_equal(seen.heater_ma, 0);
    sick.faults.heater_dead = false;
    sick.faults.heater_stuck = true;
    run(&CLOSED, 0.0, 5);
    assert_true(seen.heater_ma > 3900);
    assert_int_equal(truth.heater_ma, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(twins_agree_without_a_fault, make),
        cmocka_unit_test_setup(reversed_current_sensor_turns_the_sign, make),
        cmocka_unit_test_setup(dead_current_sensor_stays_at_zero, make),
        cmocka_unit_test_setup(offsets_add_to_current_and_pack_voltage, make),
        cmocka_unit_test_setup(gain_scales_the_current, make),
        cmocka_unit_test_setup(frozen_cells_repeat_while_count_current_and_pack_voltage_go_on,
                               make),
        cmocka_unit_test_setup(lines_live_on_while_the_front_end_is_frozen, make),
        cmocka_unit_test_setup(bad_sense_wire_shows_only_with_balance_current, make),
        cmocka_unit_test_setup(loose_busbar_shows_with_the_current_and_heats_its_cell, make),
        cmocka_unit_test_setup(temperature_sensor_jumps_and_stands_still, make),
        cmocka_unit_test_setup(one_hot_cell_warms_the_nearest_sensor_first, make),
        cmocka_unit_test_setup(heater_current_is_measured_and_its_faults_are, make),
    };
    return RUN_TESTS(tests);
}
