/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/limits.c: why a direction is closed, how fast a limit may rise again, and what this
 * does to the charge voltage. The rules that lower a limit: tests/core/limits_rules.c.
 */
#include "core/power.h"
#include "tests/core/limits_bench.h"

static void a_new_pack_has_no_limit_but_zero(void **state)
{
    (void)state;
    struct limits limits;
    memset(&limits, 0xff, sizeof(limits));
    limits_init(&limits);
    expect(limits.charge.limit, 0, REASON_none);
    expect(limits.discharge_mv, 0, REASON_none);
    expect(limits.charge_ma.limit, 0, REASON_not_ready);
    expect(limits.discharge_ma.limit, 0, REASON_not_ready);
}

static void what_is_not_known_gives_zero(void **state)
{
    (void)state;
    const enum value_id both[] = {VALUE_cell_min_mv, VALUE_cell_max_mv, VALUE_temp_min_ddegc,
                                  VALUE_temp_max_ddegc};
    for (size_t i = 0; i < COUNT(both); i++) {
        struct bench bench;
        start(&bench);
        snapshot_set_have(&bench.snapshot, both[i], false);
        one_step(&bench, 1);
        expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
        expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    }
    struct bench bench;
    start(&bench);
    snapshot_set_have(&bench.snapshot, VALUE_charge_allowed, false);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

static void a_closed_direction_has_its_reason(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_charge_allowed, 0);
    put(&bench, VALUE_discharge_allowed, 0);
    bench.params.charge_enabled = 0;
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_switched_off);
    expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    alarm_put(bench.snapshot.alarms, ALARM_password_not_changed, true); /* only a warning */
    one_step(&bench, 1);
    expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    assert_int_equal(bench.limits.discharge_ma.hold_ms, 0);
    alarm_put(bench.snapshot.alarms, ALARM_mos_over_temp, true);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_switched_off);
    expect(bench.limits.discharge_ma.limit, 0, REASON_protection);
    assert_int_equal(bench.limits.charge_ma.hold_ms, 60000);
    assert_int_equal(bench.limits.discharge_ma.hold_ms, 60000);
    put(&bench, VALUE_power_state, 1);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
    expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    snapshot_set_have(&bench.snapshot, VALUE_power_state, false); /* not told: protection counts */
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_switched_off);
    expect(bench.limits.discharge_ma.limit, 0, REASON_protection);
}

static void a_pack_that_is_not_powered_says_so(void **state)
{
    (void)state;
    const int32_t rows[][2] = {
        {POWER_OFF,           REASON_off       },
        {POWER_STARTING,      REASON_not_ready },
        {POWER_ON,            REASON_protection},
        {POWER_STOPPED,       REASON_off       },
        {POWER_PRECHARGE,     REASON_protection},
        {POWER_PROTECT,       REASON_protection},
        {POWER_SLEEP,         REASON_off       },
        {POWER_EMERGENCY,     REASON_protection},
        {POWER_SHUTTING_DOWN, REASON_off       },
        {POWER_STATE_COUNT,   REASON_protection}, /* of a pack that has more states */
        {-1,                  REASON_protection},
    };
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_charge_allowed, 0);
    alarm_put(bench.snapshot.alarms, ALARM_mos_over_temp, true);
    for (size_t i = 0; i < COUNT(rows); i++) {
        put(&bench, VALUE_power_state, rows[i][0]);
        one_step(&bench, 1);
        expect(bench.limits.charge_ma.limit, 0, (enum reason)rows[i][1]);
    }
}

static void every_alarm_but_a_warning_counts_as_protection(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        struct bench bench;
        start(&bench);
        put(&bench, VALUE_discharge_allowed, 0);
        alarm_put(bench.snapshot.alarms, (enum alarm)id, true);
        one_step(&bench, 1);
        bool warning = alarm_info[id].severity == SEVERITY_WARNING;
        expect(bench.limits.discharge_ma.limit, 0, warning ? REASON_not_ready : REASON_protection);
    }
}

/* Closes both directions by an alarm, for one step. */
static void protection(struct bench *bench)
{
    put(bench, VALUE_charge_allowed, 0);
    put(bench, VALUE_discharge_allowed, 0);
    alarm_put(bench->snapshot.alarms, ALARM_mos_over_temp, true);
    steps(bench, STEP_MS);
    put(bench, VALUE_charge_allowed, 1);
    put(bench, VALUE_discharge_allowed, 1);
    alarm_put(bench->snapshot.alarms, ALARM_mos_over_temp, false);
}

static void after_a_protection_limits_stay_for_a_minute_and_then_rise_slowly(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    protection(&bench);
    expect(bench.limits.charge_ma.limit, 0, REASON_protection);
    one_step(&bench, 100); /* opens: only now the minute begins */
    expect(bench.limits.charge_ma.limit, 0, REASON_after_trip);
    one_step(&bench, 59999);
    expect(bench.limits.charge_ma.limit, 0, REASON_after_trip);
    expect(bench.limits.discharge_ma.limit, 0, REASON_after_trip);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_rising);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 7, REASON_rising); /* 7.85 */
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 15, REASON_rising); /* 15.70 */
    steps(&bench, 9900);
    one_step(&bench, 98);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 2, REASON_rising);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA / 2, REASON_rising);
    one_step(&bench, 9999);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA - 8, REASON_rising);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
    assert_int_equal(bench.limits.charge_ma.rise_rest, 0);
}

static void a_long_step_credits_neither_the_closed_time_nor_the_minute(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    protection(&bench);
    one_step(&bench, 60000); /* opens somewhere in it */
    expect(bench.limits.charge_ma.limit, 0, REASON_after_trip);
    assert_int_equal(bench.limits.charge_ma.hold_ms, 60000);
    one_step(&bench, 50000);
    one_step(&bench, 12000); /* 2 s after the minute: 10 % */
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 10, REASON_rising);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA / 10, REASON_rising);
    put(&bench, VALUE_charge_allowed, 0);
    alarm_put(bench.snapshot.alarms, ALARM_mos_over_temp, false);
    one_step(&bench, 1);
    put(&bench, VALUE_charge_allowed, 1);
    one_step(&bench, 60000);
    expect(bench.limits.charge_ma.limit, 0, REASON_rising);
    one_step(&bench, 60000);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
}

static void a_rise_is_never_rounded_up(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_cell_max_mv, 3630);
    put(&bench, VALUE_cell_max_index, 5);
    one_step(&bench, 1);
    put(&bench, VALUE_cell_max_mv, 3300);
    one_step(&bench, 12747);
    expect(bench.limits.charge_ma.limit, 100063, REASON_rising); /* 100,063.95 */
}

static void a_rest_of_a_rise_is_forgotten_at_a_fall(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_cell_max_mv, 3630);
    one_step(&bench, 1);
    put(&bench, VALUE_cell_max_mv, 3300);
    one_step(&bench, 1);
    assert_int_equal(bench.limits.charge_ma.rise_rest, 850000);
    put(&bench, VALUE_cell_max_mv, 3630);
    one_step(&bench, 1);
    assert_int_equal(bench.limits.charge_ma.rise_rest, 0);
}

static void a_fall_during_the_hold_acts_at_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    protection(&bench);
    steps(&bench, 70100);
    bench.limits.charge_ma.hold_ms = 60000; /* half way up */
    put(&bench, VALUE_temp_min_ddegc, 1);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, 15700, REASON_cold);
    put(&bench, VALUE_temp_min_ddegc, 250);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, 15700, REASON_after_trip);
    assert_int_equal(bench.limits.charge_ma.hold_ms, 59800);
}

static void the_rise_does_not_depend_on_the_step(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 7, 10, 100, 1000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct bench bench;
        start(&bench);
        bench.params.nominal_mah = 2003; /* full scale 1001 mA: 50.05 mA per second */
        put(&bench, VALUE_soc_permille, 1000);
        steps(&bench, 100);
        put(&bench, VALUE_soc_permille, 500);
        for (uint32_t passed_ms = 0; passed_ms + lengths[i] <= 7000; passed_ms += lengths[i])
            one_step(&bench, lengths[i]);
        expect(bench.limits.charge_ma.limit, 350, REASON_rising); /* 350.35 */
    }
}

static void switched_off_by_hand_costs_no_minute(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_charge_allowed, 0);
    bench.params.charge_enabled = 0;
    steps(&bench, 100);
    put(&bench, VALUE_charge_allowed, 1);
    bench.params.charge_enabled = 1;
    steps(&bench, 200);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 200, REASON_rising);
}

static void a_closed_charge_lowers_the_voltage_at_once_and_says_why(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_charge_allowed, 0);
    one_step(&bench, 1);
    expect(bench.limits.charge.limit, FLOAT_MV, REASON_not_ready);
    bench.params.charge_enabled = 0;
    one_step(&bench, 1);
    expect(bench.limits.charge.limit, FLOAT_MV, REASON_switched_off);
    bench.params.charge_enabled = 1;
    protection(&bench);
    expect(bench.limits.charge.limit, FLOAT_MV, REASON_fault);
    one_step(&bench, 1);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
}

static void a_closed_discharge_leaves_the_charge_voltage_alone(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_discharge_allowed, 0);
    one_step(&bench, 1);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
    expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
}

static void a_limit_is_never_below_zero(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.board_rating_ma = -1; /* of another pack: nobody checked it */
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_board);
    expect(bench.limits.discharge_ma.limit, 0, REASON_board);
}

static void the_limits_are_published_with_their_reasons(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_cell_max_mv, 3560);
    put(&bench, VALUE_cell_max_index, 6);
    put(&bench, VALUE_cell_min_mv, 2850);
    put(&bench, VALUE_cell_min_index, 9);
    steps(&bench, 2000);
    limits_publish(&bench.limits, &bench.snapshot);
    const struct snapshot *s = &bench.snapshot;
    assert_int_equal(s->charge_limit_mv, BULK_MV);
    assert_int_equal(s->voltage_limit_reason, REASON_bulk);
    assert_int_equal(s->discharge_limit_mv, 16 * 2900);
    assert_int_equal(s->charge_limit_ma, 26690);
    assert_int_equal(s->charge_limit_reason, REASON_cell_high);
    assert_int_equal(s->charge_limit_index, 6);
    assert_int_equal(s->discharge_limit_ma, FULL_DISCHARGE_MA / 20);
    assert_int_equal(s->discharge_limit_reason, REASON_cell_low);
    assert_int_equal(s->discharge_limit_index, 9);
    assert_int_equal(s->charge_phase, CHARGE_BULK);
    assert_int_equal(s->charge_phase_s, 62);
    bench.limits.charge.phase = CHARGE_FLOAT;
    bench.limits.charge.phase_ms = 999999;
    bench.limits.charge.limit.reason = REASON_floating;
    limits_publish(&bench.limits, &bench.snapshot);
    assert_int_equal(s->charge_phase, CHARGE_FLOAT);
    assert_int_equal(s->charge_phase_s, 999);
    assert_int_equal(s->voltage_limit_reason, REASON_floating);
    assert_true(snapshot_have(s, VALUE_charge_limit_mv));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_pack_has_no_limit_but_zero),
        cmocka_unit_test(what_is_not_known_gives_zero),
        cmocka_unit_test(a_closed_direction_has_its_reason),
        cmocka_unit_test(a_pack_that_is_not_powered_says_so),
        cmocka_unit_test(every_alarm_but_a_warning_counts_as_protection),
        cmocka_unit_test(after_a_protection_limits_stay_for_a_minute_and_then_rise_slowly),
        cmocka_unit_test(a_long_step_credits_neither_the_closed_time_nor_the_minute),
        cmocka_unit_test(a_rise_is_never_rounded_up),
        cmocka_unit_test(a_rest_of_a_rise_is_forgotten_at_a_fall),
        cmocka_unit_test(a_fall_during_the_hold_acts_at_once),
        cmocka_unit_test(the_rise_does_not_depend_on_the_step),
        cmocka_unit_test(switched_off_by_hand_costs_no_minute),
        cmocka_unit_test(a_closed_charge_lowers_the_voltage_at_once_and_says_why),
        cmocka_unit_test(a_closed_discharge_leaves_the_charge_voltage_alone),
        cmocka_unit_test(a_limit_is_never_below_zero),
        cmocka_unit_test(the_limits_are_published_with_their_reasons),
    };
    return RUN_TESTS(tests);
}
