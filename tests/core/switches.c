/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/switches.c: who forbids a direction, the wait for pre-charge, and the body diode
 * (safety rules, invariants 1 and 3).
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
    bench->conditions =
        (struct switch_conditions){.powered = true, .measured = true, .precharged = true};
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

static void the_discharge_switch_waits_for_pre_charge_and_the_charge_switch_does_not(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.precharged = false;
    step(&bench, 0);
    expect_closed(&bench, true, false);
    expect_allowed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_PRECHARGE);
    bench.conditions.precharged = true;
    step(&bench, 0);
    expect_closed(&bench, true, true);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_ALLOWED);
}

static void every_other_cause_comes_before_pre_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.precharged = false;
    bench.params.discharge_enabled = 0;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_SETTING);
    bench.conditions.blocks = BLOCKS_DISCHARGE;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_PROTECTION);
    bench.conditions.measured = false;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_MEASUREMENT, SWITCH_MEASUREMENT);
    bench.conditions.powered = false;
    step(&bench, 0);
    expect_reasons(&bench, SWITCH_POWER, SWITCH_POWER);
}

/* A charger that feeds through the diode has charged the terminals. */
static void a_charge_current_closes_a_discharge_switch_that_waits_for_pre_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.precharged = false;
    step(&bench, 2000);
    expect_closed(&bench, true, false);
    step(&bench, 2001);
    expect_closed(&bench, true, true);
    expect_allowed(&bench, true, false);
    expect_reasons(&bench, SWITCH_ALLOWED, SWITCH_BODY_DIODE);
}

/* While the terminals are dead no current may be let through either way. */
static void a_blocked_charge_switch_has_no_exception_before_pre_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.conditions.blocks = BLOCKS_CHARGE;
    bench.conditions.precharged = false;
    step(&bench, -100000);
    expect_closed(&bench, false, false);
    expect_reasons(&bench, SWITCH_PROTECTION, SWITCH_PRECHARGE);
}

static void a_discharge_switch_is_wanted_when_nothing_but_pre_charge_is_missing(void **state)
{
    (void)state;
    static const uint8_t blocks[] = {BLOCKS_NOTHING, BLOCKS_CHARGE, BLOCKS_DISCHARGE, BLOCKS_BOTH,
                                     BLOCKS_HARD};
    for (int mask = 0; mask < 32; mask++) {
        for (size_t i = 0; i < COUNT(blocks); i++) {
            struct bench bench;
            start(&bench);
            bench.conditions.powered = (mask & 1) != 0;
            bench.conditions.measured = (mask & 2) != 0;
            bench.conditions.precharged = (mask & 4) != 0;
            bench.params.charge_enabled = (mask & 8) != 0;
            bench.params.discharge_enabled = (mask & 16) != 0;
            bench.conditions.blocks = blocks[i];
            assert_int_equal(switches_want_discharge(&bench.conditions, &bench.params),
                             (mask & (1 | 2 | 16)) == (1 | 2 | 16) && blocks[i] <= BLOCKS_CHARGE);
        }
    }
}

/* What the rules say of one direction: the first cause wins. */
static enum switch_reason expected_reason(const struct bench *bench, bool charge)
{
    const struct switch_conditions *conditions = &bench->conditions;
    const struct params *params = &bench->params;
    bool blocked = (conditions->blocks & (charge ? 1 : 2)) != 0;
    bool enabled = charge ? params->charge_enabled : params->discharge_enabled;
    const struct {
        bool holds;
        enum switch_reason reason;
    } causes[] = {
        {!conditions->powered,               SWITCH_POWER      },
        {!conditions->measured,              SWITCH_MEASUREMENT},
        {blocked,                            SWITCH_PROTECTION },
        {!enabled,                           SWITCH_SETTING    },
        {!charge && !conditions->precharged, SWITCH_PRECHARGE  },
    };
    for (size_t i = 0; i < COUNT(causes); i++) {
        if (causes[i].holds)
            return causes[i].reason;
    }
    return SWITCH_ALLOWED;
}

/* `other_ma`: current of the direction that the switch does not block. */
static void expect_direction(const struct bench *bench, const struct switches *before, bool charge,
                             int32_t other_ma)
{
    const struct switches *now = &bench->switches;
    enum switch_reason expected = expected_reason(bench, charge);
    bool other_allowed = expected_reason(bench, !charge) == SWITCH_ALLOWED;
    uint8_t was = charge ? before->charge_reason : before->discharge_reason;
    bool allowed = expected == SWITCH_ALLOWED;
    bool diode = other_ma > 2000 || (was == SWITCH_BODY_DIODE && other_ma > 1000);
    if (!allowed && other_allowed && diode)
        expected = SWITCH_BODY_DIODE;
    assert_int_equal(charge ? now->charge_reason : now->discharge_reason, expected);
    assert_int_equal(charge ? now->charge_allowed : now->discharge_allowed, allowed);
    assert_int_equal(charge ? now->charge : now->discharge,
                     allowed || expected == SWITCH_BODY_DIODE);
}

/* Safety rules, invariants 1, 3 and 8, over all combinations, currents at the bounds, and every
 * reason that the last step may have left. */
static void all_combinations_have_the_reason_that_the_rules_say(void **state)
{
    (void)state;
    static const int32_t pack_ma[] = {-100000, -2001, -2000, -1001, -1000, 0,
                                      1000,    1001,  2000,  2001,  100000};
    static const uint8_t blocks[] = {BLOCKS_NOTHING, BLOCKS_CHARGE, BLOCKS_DISCHARGE, BLOCKS_BOTH,
                                     BLOCKS_HARD};
    struct bench bench;
    start(&bench);
    for (int i = 0; i < 32 * (int)COUNT(blocks) * (int)COUNT(pack_ma) * 4; i++) {
        int mask = i % 32;
        bench.conditions.powered = (mask & 1) != 0;
        bench.conditions.measured = (mask & 2) != 0;
        bench.conditions.precharged = (mask & 4) != 0;
        bench.params.charge_enabled = (mask & 8) != 0;
        bench.params.discharge_enabled = (mask & 16) != 0;
        bench.conditions.blocks = blocks[i / 32 % (int)COUNT(blocks)];
        int32_t now_ma = pack_ma[i / 32 / (int)COUNT(blocks) % (int)COUNT(pack_ma)];
        bool diodes = i / 32 / (int)COUNT(blocks) / (int)COUNT(pack_ma) % 2;
        bench.switches.charge_reason = diodes ? SWITCH_BODY_DIODE : SWITCH_PROTECTION;
        bench.switches.discharge_reason = diodes ? SWITCH_BODY_DIODE : SWITCH_ALLOWED;
        struct switches before = bench.switches;
        step(&bench, now_ma);
        expect_direction(&bench, &before, true, -now_ma);
        expect_direction(&bench, &before, false, now_ma);
    }
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
        cmocka_unit_test(the_discharge_switch_waits_for_pre_charge_and_the_charge_switch_does_not),
        cmocka_unit_test(every_other_cause_comes_before_pre_charge),
        cmocka_unit_test(a_charge_current_closes_a_discharge_switch_that_waits_for_pre_charge),
        cmocka_unit_test(a_blocked_charge_switch_has_no_exception_before_pre_charge),
        cmocka_unit_test(a_discharge_switch_is_wanted_when_nothing_but_pre_charge_is_missing),
        cmocka_unit_test(all_combinations_have_the_reason_that_the_rules_say),
        cmocka_unit_test(a_blocked_switch_is_closed_only_for_the_other_direction),
    };
    return RUN_TESTS(tests);
}
