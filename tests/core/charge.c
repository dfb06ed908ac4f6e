/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/charge.c: the phases of a charge, the ramp of its voltage, what a fault and a cell
 * that runs ahead do to it.
 */
#include "tests/support/test.h"

#include "core/charge.h"
#include "ui/words.h"

enum {
    BULK_MV = 16 * 3550,
    FLOAT_MV = 16 * 3375,
    FLOOR_MV = 16 * 2900 + 1000,
    TARGET_MV = 3560, /* of the highest cell */
    STEP_MS = 100,
};

static struct charge charge;
static struct snapshot snapshot;
static struct params params;

/* A half full pack in bulk. */
static int start(void **state)
{
    (void)state;
    params_init(&params);
    snapshot_init(&snapshot);
    snapshot_put(&snapshot, VALUE_pack_mv, 52800);
    snapshot_put(&snapshot, VALUE_cell_max_mv, 3300);
    snapshot_put(&snapshot, VALUE_cell_max_index, 6);
    snapshot_put(&snapshot, VALUE_soc_permille, 600);
    memset(&charge, 0xff, sizeof(charge));
    charge_init(&charge);
    charge_step(&charge, &snapshot, &params, REASON_none, STEP_MS);
    return 0;
}

static void one_step(uint32_t dt_ms)
{
    charge_step(&charge, &snapshot, &params, REASON_none, dt_ms);
}

static void steps(uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += STEP_MS)
        one_step(STEP_MS);
}

static void expect(int32_t value, enum reason reason)
{
    assert_int_equal(charge.limit.value, value);
    assert_string_equal(reason_info[charge.limit.reason].name, reason_info[reason].name);
    assert_int_equal(charge.limit.index, reason == REASON_overshoot ? 6 : 0);
}

static void to_absorption(void)
{
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 200);
    one_step(5000);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    assert_int_equal(charge.phase_ms, 0);
}

static void to_float(void)
{
    to_absorption();
    one_step(3600000);
    assert_int_equal(charge.phase, CHARGE_FLOAT);
    assert_int_equal(charge.phase_ms, 0);
}

static void a_charge_begins_with_bulk(void **state)
{
    (void)state;
    charge_init(&charge);
    assert_int_equal(charge.limit.value, 0);
    assert_int_equal(charge.limit.reason, REASON_none);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_BULK);
    assert_int_equal(charge.phase_ms, 1);
    expect(BULK_MV, REASON_bulk);
}

static void bulk_ends_after_five_seconds_near_the_requested_voltage(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 201);
    steps(60000);
    assert_int_equal(charge.phase, CHARGE_BULK);
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 200);
    one_step(4999);
    assert_int_equal(charge.phase, CHARGE_BULK);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    expect(BULK_MV, REASON_absorption);
}

static void the_five_seconds_are_without_a_break(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV);
    one_step(4999);
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 201);
    one_step(1);
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV);
    one_step(4999);
    assert_int_equal(charge.phase, CHARGE_BULK);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    assert_int_equal(charge.reached_ms, 0);
}

static void a_full_pack_ends_bulk_at_any_voltage(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_soc_permille, 999);
    one_step(5000);
    assert_int_equal(charge.phase, CHARGE_BULK);
    snapshot_put(&snapshot, VALUE_soc_permille, 1000);
    one_step(5000);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
}

static void absorption_ends_after_its_time_and_the_voltage_ramps_down(void **state)
{
    (void)state;
    to_absorption();
    one_step(3599999);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    expect(BULK_MV, REASON_absorption);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_FLOAT);
    expect(BULK_MV, REASON_floating);
    for (int second = 1; second < 280; second++) {
        steps(1000); /* 10 mV each */
        expect(BULK_MV - 10 * second, REASON_floating);
    }
    steps(1000);
    expect(FLOAT_MV, REASON_floating);
    steps(60000);
    expect(FLOAT_MV, REASON_floating);
}

static void a_ramp_keeps_its_rest_and_a_new_one_owes_nothing(void **state)
{
    (void)state;
    params.charge_request_mv = 3500;
    one_step(99);
    expect(BULK_MV, REASON_bulk);
    one_step(1);
    expect(BULK_MV - 1, REASON_bulk);
    one_step(199); /* 1.99 mV */
    expect(BULK_MV - 2, REASON_bulk);
    one_step(60000);
    expect(BULK_MV - 602, REASON_bulk);
    params.charge_request_mv = 3550; /* up at once */
    one_step(1);
    expect(BULK_MV, REASON_bulk);
    params.charge_request_mv = 3549;
    one_step(99);
    expect(BULK_MV, REASON_bulk);
    one_step(60000);
    expect(BULK_MV - 16, REASON_bulk); /* not beyond */
}

static void without_float_absorption_does_not_end(void **state)
{
    (void)state;
    params.float_enabled = 0;
    to_absorption();
    one_step(7200000);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    assert_int_equal(charge.phase_ms, 7200000);
}

static void float_ends_after_its_time_and_the_voltage_rises_at_once(void **state)
{
    (void)state;
    to_float();
    snapshot_put(&snapshot, VALUE_pack_mv, FLOAT_MV);
    one_step(21599999);
    assert_int_equal(charge.phase, CHARGE_FLOAT);
    expect(FLOAT_MV, REASON_floating);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_BULK);
    expect(BULK_MV, REASON_bulk);
}

static void a_low_charge_returns_to_bulk(void **state)
{
    (void)state;
    to_absorption();
    snapshot_put(&snapshot, VALUE_soc_permille, 500);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    snapshot_put(&snapshot, VALUE_soc_permille, 499);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_BULK);
    one_step(5000); /* a voltage that is there counts for nothing while the charge is low */
    assert_int_equal(charge.phase, CHARGE_BULK);
    snapshot_put(&snapshot, VALUE_soc_permille, 600);
    to_float();
    snapshot_put(&snapshot, VALUE_soc_permille, 499);
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_BULK);
}

static void a_charge_that_is_not_known_is_not_low(void **state)
{
    (void)state;
    snapshot_init(&snapshot);
    to_absorption();
    one_step(1);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
}

static void the_ceiling_binds_the_voltage(void **state)
{
    (void)state;
    params.charge_voltage_ceiling_mv = BULK_MV - 1;
    one_step(100);
    expect(BULK_MV - 1, REASON_ceiling);
    params.charge_voltage_ceiling_mv = BULK_MV;
    one_step(100);
    expect(BULK_MV, REASON_bulk);
    params.charge_voltage_ceiling_mv = BULK_MV + 1;
    one_step(100);
    expect(BULK_MV, REASON_bulk);
}

static void what_stops_the_charge_lowers_the_voltage_at_once(void **state)
{
    (void)state;
    charge_step(&charge, &snapshot, &params, REASON_fault, 1);
    expect(FLOAT_MV, REASON_fault);
    charge_step(&charge, &snapshot, &params, REASON_switched_off, 1);
    expect(FLOAT_MV, REASON_switched_off);
    one_step(1);
    expect(BULK_MV, REASON_bulk);
    params.charge_request_mv = 3370; /* below float: a fault raises nothing */
    charge_step(&charge, &snapshot, &params, REASON_fault, 1);
    expect(16 * 3370, REASON_fault);
}

static void a_phase_goes_on_while_the_charge_is_stopped(void **state)
{
    (void)state;
    to_absorption();
    charge_step(&charge, &snapshot, &params, REASON_fault, 3600000);
    assert_int_equal(charge.phase, CHARGE_FLOAT);
}

static void the_voltage_is_never_so_low_that_it_drains_the_pack(void **state)
{
    (void)state;
    params.charge_request_mv = params.float_request_mv = 3;
    charge_step(&charge, &snapshot, &params, REASON_fault, 1);
    expect(FLOOR_MV, REASON_fault);
    charge_init(&charge);
    one_step(1);
    expect(FLOOR_MV, REASON_bulk);
    params.charge_request_mv = 2963; /* 47,408 mV */
    one_step(1);
    expect(16 * 2963, REASON_bulk);
}

static void a_cell_above_its_target_lowers_the_voltage(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV);
    steps(60000);
    expect(BULK_MV, REASON_bulk);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 1);
    steps(4900); /* 0.2 mV per second */
    expect(BULK_MV, REASON_bulk);
    steps(100);
    expect(BULK_MV - 1, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 20);
    steps(10000); /* 4 mV per second */
    expect(BULK_MV - 41, REASON_overshoot);
}

static void it_is_not_lowered_faster_than_the_ramp(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 49);
    steps(10000);
    expect(BULK_MV - 98, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 50);
    steps(10000);
    expect(BULK_MV - 198, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 1000);
    steps(10000);
    expect(BULK_MV - 298, REASON_overshoot);
    assert_int_equal(charge.excess_mvms, 1490000);
}

static void it_recovers_slowly_after_a_minute(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 50);
    steps(10000);
    expect(BULK_MV - 100, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV);
    steps(60000);
    expect(BULK_MV - 100, REASON_overshoot);
    one_step(1);
    expect(BULK_MV - 99, REASON_overshoot); /* 99.999 */
    one_step(999);
    expect(BULK_MV - 99, REASON_overshoot);
    one_step(1);
    expect(BULK_MV - 98, REASON_overshoot);
    steps(90000);
    expect(BULK_MV - 8, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 1); /* the minute begins anew */
    one_step(1);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV);
    steps(60000);
    expect(BULK_MV - 8, REASON_overshoot);
    steps(60000);
    expect(BULK_MV, REASON_bulk);
    assert_int_equal(charge.excess_mvms, 0);
}

static void a_long_step_recovers_only_by_what_the_minute_leaves(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 50);
    steps(10000);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV);
    one_step(30000);
    one_step(60000);
    expect(BULK_MV - 70, REASON_overshoot);
    assert_int_equal(charge.overshoot_ms, 0);
}

static void a_cell_lowers_the_voltage_to_float_and_no_further(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, 3700);
    steps(600000);
    expect(FLOAT_MV, REASON_overshoot);
    assert_int_equal(charge.excess_mvms, (BULK_MV - FLOAT_MV) * 5000);
    params.float_request_mv = 3560; /* above bulk: nothing to lower */
    steps(100);
    expect(BULK_MV, REASON_bulk);
}

static void in_float_a_cell_lowers_nothing(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 50);
    steps(10000);
    to_float();
    steps(600000);
    expect(FLOAT_MV, REASON_floating);
    assert_int_equal(charge.excess_mvms, 0);
}

static void the_lowered_voltage_also_ends_bulk(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV + 50);
    steps(30000);
    snapshot_put(&snapshot, VALUE_cell_max_mv, TARGET_MV);
    expect(BULK_MV - 300, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 501);
    steps(5000);
    assert_int_equal(charge.phase, CHARGE_BULK);
    snapshot_put(&snapshot, VALUE_pack_mv, BULK_MV - 500);
    steps(5000);
    assert_int_equal(charge.phase, CHARGE_ABSORPTION);
    expect(BULK_MV - 300, REASON_overshoot);
}

static void settings_read_from_elsewhere_may_be_anything(void **state)
{
    (void)state;
    const int32_t values[] = {INT32_MIN, -1, 0, 1, INT32_MAX};
    for (size_t i = 0; i < COUNT(values); i++) {
        params.cell_count = params.charge_request_mv = params.float_request_mv = values[i];
        params.absorption_s = params.float_s = values[i];
        snapshot.cell_max_mv = snapshot.pack_mv = values[COUNT(values) - 1 - i];
        steps(20000);
        assert_in_range(charge.limit.value, 1000, 121000);
    }
    params.cell_count = 16;
    assert_int_equal(charge_pack_mv(&params, 3300), 52800);
    assert_int_equal(charge_pack_mv(&params, 7500), 120000);
    assert_int_equal(charge_pack_mv(&params, 7501), 120000);
    assert_int_equal(charge_pack_mv(&params, -1), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_charge_begins_with_bulk),
        TEST(bulk_ends_after_five_seconds_near_the_requested_voltage),
        TEST(the_five_seconds_are_without_a_break),
        TEST(a_full_pack_ends_bulk_at_any_voltage),
        TEST(absorption_ends_after_its_time_and_the_voltage_ramps_down),
        TEST(a_ramp_keeps_its_rest_and_a_new_one_owes_nothing),
        TEST(without_float_absorption_does_not_end),
        TEST(float_ends_after_its_time_and_the_voltage_rises_at_once),
        TEST(a_low_charge_returns_to_bulk),
        TEST(a_charge_that_is_not_known_is_not_low),
        TEST(the_ceiling_binds_the_voltage),
        TEST(what_stops_the_charge_lowers_the_voltage_at_once),
        TEST(a_phase_goes_on_while_the_charge_is_stopped),
        TEST(the_voltage_is_never_so_low_that_it_drains_the_pack),
        TEST(a_cell_above_its_target_lowers_the_voltage),
        TEST(it_is_not_lowered_faster_than_the_ramp),
        TEST(it_recovers_slowly_after_a_minute),
        TEST(a_long_step_recovers_only_by_what_the_minute_leaves),
        TEST(a_cell_lowers_the_voltage_to_float_and_no_further),
        TEST(in_float_a_cell_lowers_nothing),
        TEST(the_lowered_voltage_also_ends_bulk),
        TEST(settings_read_from_elsewhere_may_be_anything),
    };
    return RUN_TESTS(tests);
}
