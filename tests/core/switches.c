/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/switches.c: who forbids a direction, and the body diode (safety rules,
 * invariants 1 and 3).
 */
#include "tests/support/test.h"

#include "core/protect.h"
#include "core/switches.h"

struct bench {
    struct switches switches;
    struct switch_conditions conditions;
    struct params params;
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    switches_init(&bench->switches);
    bench->conditions = (struct switch_conditions){.powered = true, .measured = true};
}

static void step(struct bench *bench, int32_t pack_ma)
{
    bench->conditions.pack_ma = pack_ma;
    switches_step(&bench->switches, &bench->conditions, &bench->params);
}

static void expect_reasons(const struct bench *bench, enum switch_reason charge,
                           enum switch_reason discharge)
{
    assert_int_equal(bench->switches.charge_reason, charge);
    assert_int_equal(bench->switches.discharge_reason, discharge);
}

static void expect_closed(const struct bench *bench, bool charge, bool discharge)
{
    assert_int_equal(bench->switches.charge, charge);
    assert_int_equal(bench->switches.discharge, discharge);
}

static void expect_allowed(const struct bench *bench, bool charge, bool discharge)
{
    assert_int_equal(bench->switches.charge_allowed, charge);
    assert_int_equal(bench->switches.discharge_allowed, discharge);
}

static void both_are_open_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    memset(&bench.switches, 0xFF, sizeof(bench.switches));
    switches_init(&bench.switches);
    expect_closed(&bench, false, false);
    expect_allowed(&bench, false, false);
    expect_reasons(&bench, SWITCH_POWER, SWITCH_POWER);
}

static void both_close_when_nothing_forbids_it(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    step(&bench, 0);
    expect_closed(&bench, true, true);
    expect_allowed(&bench, true, true);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_ALLOWED);
}

static void both_open_without_power_whatever_flows(void **state)
{
    (void)state;
    static const int32_t pack_ma[] = {-1000000, 0, 1000000};
    for (size_t i = 0; i < COUNT(pack_ma); i++) {
        struct bench bench;
        start(&bench);
        step(&bench, 0);
        bench.conditions.powered = false;
        step(&bench, pack_ma[i]);
        expect_closed(&bench, false, false);
        expect_allowed(&bench, false, false);
        expect_reasons(&bench, SWITCH_POWER, SWITCH_POWER);
    }
}

static void both_open_without_a_measurement_whatever_is_read(void **state)
{
    (void)state;
    static const int32_t pack_ma[] = {INT32_MIN, -50000, 0, 50000, INT32_MAX};
    for (size_t i = 0; i < COUNT(pack_ma); i++) {
        struct bench bench;
        start(&bench);
        bench.conditions.blocks = BLOCKS_CHARGE;
        step(&bench, -50000); /* the diode exception is in use */
        bench.conditions.measured = false;
        step(&bench, pack_ma[i]);
        expect_closed(&bench, false, false);
        expect_allowed(&bench, false, false);
        expect_reasons(&bench, SWITCH_MEASUREMENT, SWITCH_MEASUREMENT);
    }
}

static void a_protection_opens_its_direction_alone(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    step(&bench, 0);
    expect_closed(&bench, false, true);
    expect_allowed(&bench, false, true);
    expect_reasons(&bench, SWITCH_PROTECTION, SWITCH_ALLOWED);
    bench.conditions.blocks = BLOCKS_DISCHARGE;
    step(&bench, 0);
    expect_closed(&bench, true, false);
    expect_allowed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_PROTECTION);
}

static void a_setting_opens_its_direction_alone(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_enabled = 0;
    step(&bench, 0);
    expect_closed(&bench, false, true);
    expect_reasons(&bench, SWITCH_SETTING, SWITCH_ALLOWED);
    bench.params.charge_enabled = 1;
    bench.params.discharge_enabled = 0;
    step(&bench, 0);
    expect_closed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_SETTING);
}

static void the_most_serious_cause_is_the_reason(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_enabled = bench.params.discharge_enabled = 0;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_SETTING, SWITCH_SETTING);
    bench.conditions.blocks = BLOCKS_BOTH;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_PROTECTION, SWITCH_PROTECTION);
    bench.conditions.measured = false;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_MEASUREMENT, SWITCH_MEASUREMENT);
    bench.conditions.powered = false;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_POWER, SWITCH_POWER);
}

static void a_blocked_charge_switch_closes_above_two_amperes_of_discharge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    step(&bench, -2000);
    expect_closed(&bench, false, true);
    step(&bench, -2001);
    expect_closed(&bench, true, true);
    expect_allowed(&bench, false, true);
    expect_reasons(&bench, SWITCH_BODY_DIODE, SWITCH_ALLOWED);
}

static void it_opens_in_one_step_at_one_ampere(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    step(&bench, -2001);
    step(&bench, -1001);
    expect_closed(&bench, true, true);
    step(&bench, -1000);
    expect_closed(&bench, false, true);
    expect_reasons(&bench, SWITCH_PROTECTION, SWITCH_ALLOWED);
    step(&bench, -2000); /* and closes again only above two */
    expect_closed(&bench, false, true);
}

static void a_charge_current_opens_a_charge_switch_closed_for_its_diode_at_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    step(&bench, -100000);
    expect_closed(&bench, true, true);
    step(&bench, 100000);
    expect_closed(&bench, false, true);
}

static void a_blocked_discharge_switch_closes_above_two_amperes_of_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_DISCHARGE;
    step(&bench, 2000);
    expect_closed(&bench, true, false);
    step(&bench, 2001);
    expect_closed(&bench, true, true);
    expect_allowed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_BODY_DIODE);
    step(&bench, 1001);
    expect_closed(&bench, true, true);
    step(&bench, 1000);
    expect_closed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_PROTECTION);
    step(&bench, 2001);
    step(&bench, -100000);
    expect_closed(&bench, true, false);
}

static void a_direction_that_is_switched_off_has_the_same_exception(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_enabled = 0;
    step(&bench, -2001);
    expect_closed(&bench, true, true);
    expect_reasons(&bench, SWITCH_BODY_DIODE, SWITCH_ALLOWED);
    step(&bench, 0);
    expect_closed(&bench, false, true);
    expect_reasons(&bench, SWITCH_SETTING, SWITCH_ALLOWED);
}

static void no_exception_when_both_directions_are_blocked(void **state)
{
    (void)state;
    static const uint8_t blocks[] = {BLOCKS_BOTH, BLOCKS_HARD};
    for (size_t i = 0; i < COUNT(blocks); i++) {
        for (int32_t pack_ma = -400000; pack_ma <= 400000; pack_ma += 800000) {
            struct bench bench;
            start(&bench);
            step(&bench, pack_ma);
            bench.conditions.blocks = blocks[i];
            step(&bench, pack_ma);
            expect_closed(&bench, false, false);
            expect_allowed(&bench, false, false);
            expect_reasons(&bench, SWITCH_PROTECTION, SWITCH_PROTECTION);
        }
    }
}

static void a_hard_block_ends_an_exception_in_use(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_DISCHARGE;
    step(&bench, 100000);
    expect_closed(&bench, true, true);
    bench.conditions.blocks = BLOCKS_HARD;
    step(&bench, 100000);
    expect_closed(&bench, false, false);
}

static void a_released_protection_closes_for_good(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    step(&bench, -50000);
    bench.conditions.blocks = BLOCKS_NOTHING;
    step(&bench, -50000);
    expect_closed(&bench, true, true);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_ALLOWED);
    step(&bench, 0);
    expect_closed(&bench, true, true);
}

/* Safety rules, invariants 1 and 3, over all combinations and a sweep of currents. */
static void a_blocked_switch_is_closed_only_for_the_other_direction(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int mask = 0; mask < 32; mask++) {
        bench.conditions.blocks = (uint8_t)(mask & BLOCKS_BOTH);
        bench.conditions.powered = (mask & 4) != 0;
        bench.conditions.measured = (mask & 8) != 0;
        bench.params.charge_enabled = (mask & 16) != 0;
        for (int32_t pack_ma = -3000; pack_ma <= 3000; pack_ma += 250) {
            step(&bench, pack_ma);
            const struct switches *switches = &bench.switches;
            if (switches->charge && !switches->charge_allowed)
                assert_true(pack_ma < -1000 && switches->discharge_allowed);
            if (switches->discharge && !switches->discharge_allowed)
                assert_true(pack_ma > 1000 && switches->charge_allowed);
            if (!bench.conditions.powered || !bench.conditions.measured)
                expect_closed(&bench, false, false);
            assert_true(switches->charge || !switches->charge_allowed);
            assert_true(switches->discharge || !switches->discharge_allowed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_are_open_at_the_start),
        cmocka_unit_test(both_close_when_nothing_forbids_it),
        cmocka_unit_test(both_open_without_power_whatever_flows),
        cmocka_unit_test(both_open_without_a_measurement_whatever_is_read),
        cmocka_unit_test(a_protection_opens_its_direction_alone),
        cmocka_unit_test(a_setting_opens_its_direction_alone),
        cmocka_unit_test(the_most_serious_cause_is_the_reason),
        cmocka_unit_test(a_blocked_charge_switch_closes_above_two_amperes_of_discharge),
        cmocka_unit_test(it_opens_in_one_step_at_one_ampere),
        cmocka_unit_test(a_charge_current_opens_a_charge_switch_closed_for_its_diode_at_once),
        cmocka_unit_test(a_blocked_discharge_switch_closes_above_two_amperes_of_charge),
        cmocka_unit_test(a_direction_that_is_switched_off_has_the_same_exception),
        cmocka_unit_test(no_exception_when_both_directions_are_blocked),
        cmocka_unit_test(a_hard_block_ends_an_exception_in_use),
        cmocka_unit_test(a_released_protection_closes_for_good),
        cmocka_unit_test(a_blocked_switch_is_closed_only_for_the_other_direction),
    };
    return RUN_TESTS(tests);
}
