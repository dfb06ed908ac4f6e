/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/supervise.c: every sign at its exact boundary, and nothing else touched.
 */
#include "tests/support/test.h"

#include "core/supervise.h"

enum { PACK_MV = 52800, THIRTY_DAYS_S = 30 * 86400 };

struct bench {
    struct bms bms;
    struct inputs inputs;
};

/* A healthy pack: on, both switches closed, limits of 100 A, 57.6 V asked for, no current. */
static void start(struct bench *bench)
{
    struct bms *bms = &bench->bms;
    memset(bench, 0, sizeof(*bench));
    bms->measured.pack_mv = PACK_MV;
    bms->measured.complete = bms->measured.fresh = bms->measured.seen = true;
    bms->switches.charge = bms->switches.discharge = true;
    bms->switches.charge_allowed = bms->switches.discharge_allowed = true;
    bms->limits.charge_ma.limit.value = 100000;
    bms->limits.discharge_ma.limit.value = 100000;
    bms->limits.charge.limit.value = 57600;
    bms->uptime_ms = 3600000;
    bench->inputs.load_mv = PACK_MV;
}

static void put_current(struct bench *bench, int32_t pack_ma)
{
    struct measured *measured = &bench->bms.measured;
    measured->pack_ma = pack_ma;
    measured->quantity[QUANTITY_CHARGE_MA] = max32(pack_ma, 0);
    measured->quantity[QUANTITY_DISCHARGE_MA] = max32(-pack_ma, 0);
}

static int32_t sign(struct bench *bench, enum quantity id)
{
    supervise_step(&bench->bms, &bench->inputs);
    return bench->bms.measured.quantity[id];
}

static void every_sign_of_a_healthy_pack_is_zero_and_measured_quantities_stay(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int id = 0; id < QUANTITY_COUNT; id++)
        bench.bms.measured.quantity[id] = 1000 + id;
    supervise_step(&bench.bms, &bench.inputs);
    for (int id = 0; id < QUANTITY_COUNT; id++)
        assert_int_equal(bench.bms.measured.quantity[id],
                         quantity_info[id].kind == QUANTITY_MEASURED ? 1000 + id : 0);
}

static void supervision_changes_nothing_but_quantities(void **state)
{
    (void)state;
    struct bench bench;
    struct bench before;
    start(&bench);
    bench.inputs.charger_present = bench.inputs.short_present = true;
    put_current(&bench, -250000);
    memcpy(&before, &bench, sizeof(before)); /* with its padding */
    supervise_step(&bench.bms, &bench.inputs);
    memcpy(before.bms.measured.quantity, bench.bms.measured.quantity,
           sizeof(before.bms.measured.quantity));
    assert_memory_equal(&bench, &before, sizeof(before));
}

/* ---- Short circuits ---- */

static void a_tripped_comparator_counts_two_and_terminals_still_shorted_one(void **state)
{
    (void)state;
    for (int mask = 0; mask < 8; mask++) {
        struct bench bench;
        start(&bench);
        bench.inputs.discharge_short = (mask & 1) != 0;
        bench.inputs.charge_short = (mask & 2) != 0;
        bench.inputs.short_present = (mask & 4) != 0;
        int32_t present = (mask & 4) != 0;
        assert_int_equal(sign(&bench, QUANTITY_SHORT_PRESENT), present);
        assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_SHORT), mask & 1 ? 2 : present);
        assert_int_equal(sign(&bench, QUANTITY_CHARGE_SHORT), mask & 2 ? 2 : present);
    }
}

/* ---- Obedience ---- */

static void expect_excess(int32_t limit_ma, int32_t current_ma, int32_t beyond_ma)
{
    int32_t excess_ma = limit_ma > 0 ? beyond_ma : 0;
    int32_t unwanted_ma = limit_ma > 0 ? 0 : beyond_ma;
    struct bench bench;
    start(&bench);
    bench.bms.limits.charge_ma.limit.value = limit_ma;
    put_current(&bench, current_ma);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_EXCESS_MA), excess_ma);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_UNWANTED_MA), unwanted_ma);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_EXCESS_MA), 0);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), 0);
    start(&bench);
    bench.bms.limits.discharge_ma.limit.value = limit_ma;
    put_current(&bench, -current_ma);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_EXCESS_MA), excess_ma);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), unwanted_ma);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_EXCESS_MA), 0);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_UNWANTED_MA), 0);
}

static void a_limit_grants_five_percent_and_two_amperes(void **state)
{
    (void)state;
    expect_excess(100000, 107000, 0);
    expect_excess(100000, 107001, 1);
    expect_excess(100000, 207000, 100000);
    expect_excess(20000, 23000, 0);
    expect_excess(20000, 23001, 1);
    expect_excess(1000, 3050, 0);
    expect_excess(1000, 3051, 1);
    expect_excess(1, 2001, 0);
    expect_excess(1, 2002, 1);
    expect_excess(200000, 0, 0);
}

static void a_limit_of_zero_grants_two_amperes(void **state)
{
    (void)state;
    expect_excess(0, 0, 0);
    expect_excess(0, 2000, 0);
    expect_excess(0, 2001, 1);
    expect_excess(0, 100000, 98000);
}

static void a_limit_that_only_waits_after_a_trip_is_not_disobeyed(void **state)
{
    (void)state;
    for (int limit_ma = 0; limit_ma <= 50000; limit_ma += 50000) {
        struct bench bench;
        start(&bench);
        struct limits *limits = &bench.bms.limits;
        limits->charge_ma.limit = (struct limit){limit_ma, REASON_after_trip, 0};
        limits->discharge_ma.limit = (struct limit){0, REASON_none, 0};
        put_current(&bench, 100000);
        assert_int_equal(sign(&bench, QUANTITY_CHARGE_UNWANTED_MA), 0);
        assert_int_equal(sign(&bench, QUANTITY_CHARGE_EXCESS_MA), 0);
        put_current(&bench, -100000);
        assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), 98000);
        limits->discharge_ma.limit = (struct limit){limit_ma, REASON_after_trip, 0};
        assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), 0);
        assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_EXCESS_MA), 0);
    }
}

static void large_limits_and_currents_do_not_wrap(void **state)
{
    (void)state;
    expect_excess(INT32_MAX, INT32_MAX, 0);
    expect_excess(0, INT32_MAX, INT32_MAX - 2000);
    expect_excess(2040000000, INT32_MAX, INT32_MAX - 2142002000);
}

/* ---- Switches ---- */

static void current_through_an_open_switch_is_told_for_its_direction(void **state)
{
    (void)state;
    for (int mask = 0; mask < 4; mask++) {
        static const int32_t pack_ma[] = {1000, -1000, 1, -1, 0};
        for (size_t i = 0; i < COUNT(pack_ma); i++) {
            struct bench bench;
            start(&bench);
            bench.bms.switches.charge = (mask & 1) != 0;
            bench.bms.switches.discharge = (mask & 2) != 0;
            put_current(&bench, pack_ma[i]);
            assert_int_equal(sign(&bench, QUANTITY_CHARGE_WELDED_MA),
                             mask & 1 ? 0 : max32(pack_ma[i], 0));
            assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_WELDED_MA),
                             mask & 2 ? 0 : max32(-pack_ma[i], 0));
        }
    }
}

static void current_while_both_switches_are_open_is_bias_of_either_sign(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.switches.charge = bench.bms.switches.discharge = false;
    put_current(&bench, 500);
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 500);
    put_current(&bench, -501);
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 501);
    bench.bms.switches.charge = true;
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 0);
    bench.bms.switches.charge = false;
    bench.bms.switches.discharge = true;
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 0);
    bench.bms.switches.discharge = false;
    bench.inputs.breaker_open = true;
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 0);
}

/* A charger stands 1.5 V above the cells and nothing flows. */
static void charger_before_a_stuck_switch(struct bench *bench)
{
    start(bench);
    put_current(bench, 199);
    bench->inputs.load_mv = PACK_MV + 1501;
}

static void a_charge_switch_that_lets_nothing_through_is_stuck(void **state)
{
    (void)state;
    struct bench bench;
    charger_before_a_stuck_switch(&bench);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 1);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 0);
    bench.inputs.load_mv = PACK_MV + 1500;
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
    charger_before_a_stuck_switch(&bench);
    put_current(&bench, 200);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
    put_current(&bench, -199);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 1);
    put_current(&bench, -200);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
    charger_before_a_stuck_switch(&bench);
    bench.bms.switches.charge = false;
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
    charger_before_a_stuck_switch(&bench);
    bench.inputs.breaker_open = true;
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
}

/* The terminals have fallen below 80 % and nothing flows. */
static void load_behind_a_stuck_switch(struct bench *bench)
{
    start(bench);
    put_current(bench, -199);
    bench->inputs.load_mv = PACK_MV * 8 / 10 - 1;
}

static void a_discharge_switch_behind_which_the_terminals_fall_is_stuck(void **state)
{
    (void)state;
    struct bench bench;
    load_behind_a_stuck_switch(&bench);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 1);
    assert_int_equal(sign(&bench, QUANTITY_CHARGE_STUCK), 0);
    bench.inputs.load_mv = PACK_MV * 8 / 10;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 0);
    bench.inputs.load_mv = 0;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 1);
    load_behind_a_stuck_switch(&bench);
    put_current(&bench, -200);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 0);
    load_behind_a_stuck_switch(&bench);
    bench.bms.switches.discharge = false;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 0);
    load_behind_a_stuck_switch(&bench);
    bench.inputs.breaker_open = true;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_STUCK), 0);
}

static const enum quantity current_signs[] = {
    QUANTITY_CHARGE_EXCESS_MA,
    QUANTITY_CHARGE_UNWANTED_MA,
    QUANTITY_DISCHARGE_EXCESS_MA,
    QUANTITY_DISCHARGE_UNWANTED_MA,
    QUANTITY_CHARGE_WELDED_MA,
    QUANTITY_DISCHARGE_WELDED_MA,
    QUANTITY_BIAS_MA,
    QUANTITY_CHARGE_STUCK,
    QUANTITY_DISCHARGE_STUCK,
};

/* A switch that has opened since the last set did not let its current through. */
static void signs_of_the_current_are_kept_between_two_sets(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put_current(&bench, -50000);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_WELDED_MA), 0);
    bench.bms.measured.fresh = false;
    bench.bms.switches.charge = bench.bms.switches.discharge = false;
    bench.bms.limits.discharge_ma.limit.value = 0;
    for (size_t i = 0; i < COUNT(current_signs); i++)
        assert_int_equal(sign(&bench, current_signs[i]), 0);
    bench.bms.measured.fresh = true;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_WELDED_MA), 50000);
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 50000);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), 48000);
    bench.bms.measured.fresh = false;
    bench.bms.switches.charge = bench.bms.switches.discharge = true;
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_WELDED_MA), 50000);
    assert_int_equal(sign(&bench, QUANTITY_BIAS_MA), 50000);
    assert_int_equal(sign(&bench, QUANTITY_DISCHARGE_UNWANTED_MA), 48000);
}

static void without_a_measurement_the_current_has_no_signs(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.measured.fresh = bench.bms.measured.complete = false;
    for (size_t i = 0; i < COUNT(current_signs); i++)
        bench.bms.measured.quantity[current_signs[i]] = 1000;
    for (size_t i = 0; i < COUNT(current_signs); i++)
        assert_int_equal(sign(&bench, current_signs[i]), 0);
}

/* ---- Charging ---- */

static void no_current_from_a_charger_below_the_requested_voltage_is_a_charge_failure(void **state)
{
    (void)state;
    static const struct {
        int32_t pack_ma;
        int32_t pack_mv;
        int32_t limit_ma;
        bool allowed, charger, fails;
    } cases[] = {
        {499,    57099, 1, true,  true,  true },
        {500,    57099, 1, true,  true,  false},
        {499,    57100, 1, true,  true,  false},
        {499,    57099, 0, true,  true,  false},
        {499,    57099, 1, false, true,  false},
        {499,    57099, 1, true,  false, false},
        {-90000, 48000, 1, true,  true,  true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        start(&bench);
        put_current(&bench, cases[i].pack_ma);
        bench.bms.measured.pack_mv = cases[i].pack_mv;
        bench.bms.limits.charge_ma.limit.value = cases[i].limit_ma;
        bench.bms.switches.charge_allowed = cases[i].allowed;
        bench.inputs.charger_present = cases[i].charger;
        assert_int_equal(sign(&bench, QUANTITY_CHARGE_FAILED), cases[i].fails);
    }
}

/* ---- Measurement ---- */

static void a_pack_has_two_seconds_to_its_first_measurement(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.measured.complete = false;
    bench.bms.measured.temp_fault = true;
    bench.bms.uptime_ms = 1999;
    assert_int_equal(sign(&bench, QUANTITY_MEASUREMENT_LOST), 0);
    assert_int_equal(sign(&bench, QUANTITY_TEMP_FAULT), 0);
    bench.bms.uptime_ms = 2000;
    assert_int_equal(sign(&bench, QUANTITY_MEASUREMENT_LOST), 1);
    assert_int_equal(sign(&bench, QUANTITY_TEMP_FAULT), 1);
    bench.bms.uptime_ms = UINT64_MAX;
    assert_int_equal(sign(&bench, QUANTITY_MEASUREMENT_LOST), 1);
    bench.bms.measured.complete = true;
    bench.bms.measured.temp_fault = false;
    assert_int_equal(sign(&bench, QUANTITY_MEASUREMENT_LOST), 0);
    assert_int_equal(sign(&bench, QUANTITY_TEMP_FAULT), 0);
}

static void the_sum_of_the_cells_is_wrong_from_its_first_millisecond(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.measured.sum_bad_ms = 1;
    assert_int_equal(sign(&bench, QUANTITY_SUM_WRONG), 1);
    bench.bms.measured.sum_bad_ms = 0;
    assert_int_equal(sign(&bench, QUANTITY_SUM_WRONG), 0);
}

static void a_wrong_cell_count_waits_for_the_first_plausible_set(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.measured.cell_count_wrong = true;
    assert_int_equal(sign(&bench, QUANTITY_CELL_COUNT_WRONG), 1);
    bench.bms.measured.seen = false;
    assert_int_equal(sign(&bench, QUANTITY_CELL_COUNT_WRONG), 0);
}

/* ---- Signs that are only handed on ---- */

/* Sets one bit of the bench, and nothing but its own quantity may follow. */
static void expect_alone(struct bench *bench, bool *cause, enum quantity id)
{
    *cause = true;
    assert_int_equal(sign(bench, id), 1);
    for (int other = 0; other < QUANTITY_COUNT; other++) {
        if (other != (int)id)
            assert_int_equal(bench->bms.measured.quantity[other], 0);
    }
    *cause = false;
    assert_int_equal(sign(bench, id), 0);
}

static void each_state_of_others_raises_its_own_sign_alone(void **state)
{
    (void)state;
    struct bench bench;
    struct bms *bms = &bench.bms;
    start(&bench);
    expect_alone(&bench, &bms->trust.open_wire, QUANTITY_OPEN_WIRE);
    expect_alone(&bench, &bms->trust.cells_frozen, QUANTITY_FROZEN);
    expect_alone(&bench, &bms->trust.current_reversed, QUANTITY_CURRENT_REVERSED);
    expect_alone(&bench, &bms->measured.current_fault, QUANTITY_CURRENT_BROKEN);
    expect_alone(&bench, &bms->measured.temp_fault, QUANTITY_TEMP_FAULT);
    expect_alone(&bench, &bms->measured.cell_count_wrong, QUANTITY_CELL_COUNT_WRONG);
    expect_alone(&bench, &bms->balance.stuck, QUANTITY_BALANCER_STUCK);
    expect_alone(&bench, &bms->precharge.failed, QUANTITY_PRECHARGE_FAILED);
    expect_alone(&bench, &bench.inputs.breaker_open, QUANTITY_BREAKER_OPEN);
    expect_alone(&bench, &bench.inputs.extinguisher_fired, QUANTITY_EXTINGUISHER);
    expect_alone(&bench, &bms->parameters_bad, QUANTITY_SETTINGS_BAD);
    expect_alone(&bench, &bms->password_unchanged, QUANTITY_PASSWORD_UNCHANGED);
}

static void early_signs_and_connection_resistance_are_handed_on_as_numbers(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (uint8_t count = 0; count <= THERMAL_SIGN_COUNT; count++) {
        bench.bms.thermal.count = count;
        assert_int_equal(sign(&bench, QUANTITY_THERMAL_SIGNS), count);
        assert_int_equal(sign(&bench, QUANTITY_WIRE_UOHM), 0);
    }
    bench.bms.balance.wires.largest_uohm = 20001;
    assert_int_equal(sign(&bench, QUANTITY_WIRE_UOHM), 20001);
    assert_int_equal(sign(&bench, QUANTITY_THERMAL_SIGNS), THERMAL_SIGN_COUNT);
}

static void a_full_charge_is_due_after_thirty_days(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.bms.soc.since_full_ms = THIRTY_DAYS_S * 1000ull - 1;
    assert_int_equal(sign(&bench, QUANTITY_FULL_CHARGE_DUE), 0);
    bench.bms.soc.since_full_ms++;
    assert_int_equal(sign(&bench, QUANTITY_FULL_CHARGE_DUE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sign_of_a_healthy_pack_is_zero_and_measured_quantities_stay),
        cmocka_unit_test(supervision_changes_nothing_but_quantities),
        cmocka_unit_test(a_tripped_comparator_counts_two_and_terminals_still_shorted_one),
        cmocka_unit_test(a_limit_grants_five_percent_and_two_amperes),
        cmocka_unit_test(a_limit_of_zero_grants_two_amperes),
        cmocka_unit_test(a_limit_that_only_waits_after_a_trip_is_not_disobeyed),
        cmocka_unit_test(large_limits_and_currents_do_not_wrap),
        cmocka_unit_test(current_through_an_open_switch_is_told_for_its_direction),
        cmocka_unit_test(current_while_both_switches_are_open_is_bias_of_either_sign),
        cmocka_unit_test(a_charge_switch_that_lets_nothing_through_is_stuck),
        cmocka_unit_test(a_discharge_switch_behind_which_the_terminals_fall_is_stuck),
        cmocka_unit_test(signs_of_the_current_are_kept_between_two_sets),
        cmocka_unit_test(without_a_measurement_the_current_has_no_signs),
        cmocka_unit_test(no_current_from_a_charger_below_the_requested_voltage_is_a_charge_failure),
        cmocka_unit_test(a_pack_has_two_seconds_to_its_first_measurement),
        cmocka_unit_test(the_sum_of_the_cells_is_wrong_from_its_first_millisecond),
        cmocka_unit_test(a_wrong_cell_count_waits_for_the_first_plausible_set),
        cmocka_unit_test(each_state_of_others_raises_its_own_sign_alone),
        cmocka_unit_test(early_signs_and_connection_resistance_are_handed_on_as_numbers),
        cmocka_unit_test(a_full_charge_is_due_after_thirty_days),
    };
    return RUN_TESTS(tests);
}
