/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/limits.c: each reason of a current limit, how fast it may rise, the phases of a
 * charge and the ramp of its voltage.
 */
#include "tests/support/test.h"

#include "core/limits.h"

enum {
    FULL_CHARGE_MA = 157000,    /* 0.5C of 314 Ah */
    FULL_DISCHARGE_MA = 198000, /* 0.9 of the lowest trip, 220 A */
    BULK_MV = 16 * 3550,
    FLOAT_MV = 16 * 3375,
    STEP_MS = 100,
};

struct bench {
    struct limits limits;
    struct snapshot snapshot;
    struct params params;
};

/* A healthy pack at 25.0 degC, 3.30 V per cell, half full; limits at their best. */
static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    snapshot_init(&bench->snapshot);
    const int32_t values[][2] = {
        {VALUE_pack_mv,           52800},
        {VALUE_cell_min_mv,       3300 },
        {VALUE_cell_max_mv,       3300 },
        {VALUE_temp_min_ddegc,    250  },
        {VALUE_temp_max_ddegc,    250  },
        {VALUE_mos_ddegc,         300  },
        {VALUE_soc_permille,      500  },
        {VALUE_power_state,       2    },
        {VALUE_charge_allowed,    1    },
        {VALUE_pack_ma,           0    },
        {VALUE_discharge_allowed, 1    },
    };
    for (size_t i = 0; i < COUNT(values); i++)
        snapshot_put(&bench->snapshot, (enum value_id)values[i][0], values[i][1]);
    limits_init(&bench->limits);
    limits_step(&bench->limits, &bench->snapshot, &bench->params, 60000);
}

static void steps(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += STEP_MS)
        limits_step(&bench->limits, &bench->snapshot, &bench->params, STEP_MS);
}

static void expect(struct limit limit, int32_t value, enum reason reason)
{
    assert_int_equal(limit.value, value);
    assert_string_equal(reason_info[limit.reason].name, reason_info[reason].name);
}

static void a_new_pack_has_no_limit_but_zero(void **state)
{
    (void)state;
    struct limits limits;
    limits_init(&limits);
    expect(limits.charge_ma.limit, 0, REASON_not_ready);
    expect(limits.discharge_ma.limit, 0, REASON_not_ready);
}

static void at_its_best_a_pack_is_bound_by_its_rating_and_its_trip(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
    expect(bench.limits.charge_mv, BULK_MV, REASON_bulk);
    expect(bench.limits.discharge_mv, 16 * 2900, REASON_discharge_floor);
}

static void each_setting_bounds_the_currents(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_ocp2_ma = 100001;
    bench.params.discharge_ocp3_ma = 50000;
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, 90000, REASON_trip_margin); /* never rounded up */
    expect(bench.limits.discharge_ma.limit, 45000, REASON_trip_margin);
    params_init(&bench.params);
    bench.params.nominal_mah = 1000000;
    bench.params.charge_ocp_ma = bench.params.charge_ocp2_ma = 350000;
    bench.params.discharge_ocp_ma = bench.params.discharge_ocp2_ma = 350000;
    steps(&bench, 60000);
    expect(bench.limits.charge_ma.limit, 200000, REASON_board);
    expect(bench.limits.discharge_ma.limit, 200000, REASON_board);
}

/* One value of the snapshot, and the limit that follows in the same step. */
struct derating {
    enum value_id id;
    int32_t value;
    int32_t limit_ma;
    enum reason reason;
};

static void charge_is_derated_by_each_cause_at_once(void **state)
{
    (void)state;
    const struct derating rows[] = {
        {VALUE_temp_min_ddegc, 1,    15700,          REASON_cold          },
        {VALUE_temp_min_ddegc, 50,   31400,          REASON_cold          },
        {VALUE_temp_min_ddegc, 150,  125600,         REASON_cold          },
        {VALUE_temp_min_ddegc, 0,    0,              REASON_cold          },
        {VALUE_temp_max_ddegc, 449,  62800,          REASON_hot           },
        {VALUE_temp_max_ddegc, 450,  0,              REASON_hot           },
        {VALUE_mos_ddegc,      800,  39250,          REASON_switch_hot    },
        {VALUE_mos_ddegc,      900,  0,              REASON_switch_hot    },
        {VALUE_cell_max_mv,    3450, FULL_CHARGE_MA, REASON_rated         },
        {VALUE_cell_max_mv,    3500, 78500,          REASON_cell_high     },
        {VALUE_cell_max_mv,    3630, 0,              REASON_cell_high     },
        {VALUE_cell_min_mv,    2799, 15700,          REASON_deep_discharge},
        {VALUE_cell_min_mv,    2800, FULL_CHARGE_MA, REASON_rated         },
        {VALUE_soc_permille,   970,  FULL_CHARGE_MA, REASON_rated         },
        {VALUE_soc_permille,   971,  62800,          REASON_soc_high      },
        {VALUE_soc_permille,   1000, 0,              REASON_full          },
        {VALUE_soc_permille,   0,    FULL_CHARGE_MA, REASON_rated         },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench);
        snapshot_put(&bench.snapshot, rows[i].id, rows[i].value);
        limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
        expect(bench.limits.charge_ma.limit, rows[i].limit_ma, rows[i].reason);
    }
}

static void discharge_is_derated_by_each_cause_at_once(void **state)
{
    (void)state;
    const struct derating rows[] = {
        {VALUE_temp_min_ddegc, -201, 0,                 REASON_cold       },
        {VALUE_temp_min_ddegc, -200, 62800,             REASON_cold       },
        {VALUE_temp_min_ddegc, -100, 157000,            REASON_cold       },
        {VALUE_temp_max_ddegc, 500,  FULL_DISCHARGE_MA, REASON_trip_margin},
        {VALUE_temp_max_ddegc, 599,  62800,             REASON_hot        },
        {VALUE_temp_max_ddegc, 600,  0,                 REASON_hot        },
        {VALUE_mos_ddegc,      800,  49500,             REASON_switch_hot },
        {VALUE_cell_min_mv,    3150, FULL_DISCHARGE_MA, REASON_trip_margin},
        {VALUE_cell_min_mv,    3050, 99000,             REASON_cell_low   },
        {VALUE_cell_min_mv,    2800, 0,                 REASON_cell_low   },
        {VALUE_soc_permille,   100,  FULL_DISCHARGE_MA, REASON_trip_margin},
        {VALUE_soc_permille,   99,   79200,             REASON_soc_low    },
        {VALUE_soc_permille,   0,    0,                 REASON_empty      },
        {VALUE_soc_permille,   1000, FULL_DISCHARGE_MA, REASON_trip_margin},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench);
        snapshot_put(&bench.snapshot, rows[i].id, rows[i].value);
        limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
        expect(bench.limits.discharge_ma.limit, rows[i].limit_ma, rows[i].reason);
    }
}

static void a_cell_behind_a_limit_is_named(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_cell_max_mv, 3500);
    snapshot_put(&bench.snapshot, VALUE_cell_max_index, 11);
    snapshot_put(&bench.snapshot, VALUE_cell_min_mv, 2700);
    snapshot_put(&bench.snapshot, VALUE_cell_min_index, 4);
    steps(&bench, 100);
    assert_int_equal(bench.limits.discharge_ma.limit.index, 4);
    assert_int_equal(bench.limits.charge_ma.limit.index, 4); /* gentle charge binds more */
    snapshot_put(&bench.snapshot, VALUE_cell_min_mv, 3300);
    snapshot_put(&bench.snapshot, VALUE_cell_max_mv, 3610);
    steps(&bench, 100);
    assert_int_equal(bench.limits.charge_ma.limit.index, 11);
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
        limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
        expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
        expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    }
    struct bench bench;
    start(&bench);
    snapshot_set_have(&bench.snapshot, VALUE_charge_allowed, false);
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

static void values_a_pack_does_not_have_bind_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_mos_ddegc, 900);
    snapshot_set_have(&bench.snapshot, VALUE_mos_ddegc, false);
    snapshot_put(&bench.snapshot, VALUE_soc_permille, 1000);
    snapshot_set_have(&bench.snapshot, VALUE_soc_permille, false);
    snapshot_set_have(&bench.snapshot, VALUE_power_state, false);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

static void a_closed_direction_has_its_reason(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_charge_allowed, 0);
    snapshot_put(&bench.snapshot, VALUE_discharge_allowed, 0);
    bench.params.charge_enabled = 0;
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_switched_off);
    expect(bench.limits.discharge_ma.limit, 0, REASON_not_ready);
    alarm_put(bench.snapshot.alarms, ALARM_password_not_changed, true); /* only a warning */
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_switched_off);
    alarm_put(bench.snapshot.alarms, ALARM_mos_over_temp, true);
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_protection);
    expect(bench.limits.discharge_ma.limit, 0, REASON_protection);
    snapshot_put(&bench.snapshot, VALUE_power_state, 1);
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_not_ready);
    snapshot_set_have(&bench.snapshot, VALUE_power_state, false); /* not told: protection counts */
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_protection);
}

/* Closes both directions by an alarm, for one step. */
static void protection(struct bench *bench)
{
    snapshot_put(&bench->snapshot, VALUE_charge_allowed, 0);
    snapshot_put(&bench->snapshot, VALUE_discharge_allowed, 0);
    alarm_put(bench->snapshot.alarms, ALARM_mos_over_temp, true);
    steps(bench, STEP_MS);
    snapshot_put(&bench->snapshot, VALUE_charge_allowed, 1);
    snapshot_put(&bench->snapshot, VALUE_discharge_allowed, 1);
    alarm_put(bench->snapshot.alarms, ALARM_mos_over_temp, false);
}

static void after_a_protection_limits_stay_for_a_minute_and_then_rise_slowly(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    protection(&bench);
    expect(bench.limits.charge_ma.limit, 0, REASON_protection);
    steps(&bench, 60000);
    expect(bench.limits.charge_ma.limit, 0, REASON_after_trip);
    expect(bench.limits.discharge_ma.limit, 0, REASON_after_trip);
    steps(&bench, 10000);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 2, REASON_rising);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA / 2, REASON_rising);
    steps(&bench, 9900);
    assert_true(bench.limits.charge_ma.limit.value < FULL_CHARGE_MA);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

static void a_fall_during_the_hold_acts_at_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    protection(&bench);
    steps(&bench, 70000);
    bench.limits.charge_ma.hold_ms = 60000; /* half way up */
    snapshot_put(&bench.snapshot, VALUE_temp_min_ddegc, 1);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, 15700, REASON_cold);
    snapshot_put(&bench.snapshot, VALUE_temp_min_ddegc, 250);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, 15700, REASON_after_trip);
}

static void the_rise_does_not_depend_on_the_step(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 7, 10, 100, 1000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct bench bench;
        start(&bench);
        bench.params.nominal_mah = 2003; /* full scale 1001 mA: 50.05 mA per second */
        snapshot_put(&bench.snapshot, VALUE_soc_permille, 1000);
        steps(&bench, 100);
        snapshot_put(&bench.snapshot, VALUE_soc_permille, 500);
        for (uint32_t passed_ms = 0; passed_ms + lengths[i] <= 7000; passed_ms += lengths[i])
            limits_step(&bench.limits, &bench.snapshot, &bench.params, lengths[i]);
        expect(bench.limits.charge_ma.limit, 350, REASON_rising); /* 350.35 */
    }
}

static void switched_off_by_hand_costs_no_minute(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_charge_allowed, 0);
    bench.params.charge_enabled = 0;
    steps(&bench, 100);
    snapshot_put(&bench.snapshot, VALUE_charge_allowed, 1);
    bench.params.charge_enabled = 1;
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 200, REASON_rising);
}

static void to_absorption(struct bench *bench)
{
    snapshot_put(&bench->snapshot, VALUE_soc_permille, 980);
    snapshot_put(&bench->snapshot, VALUE_pack_mv, BULK_MV - 200);
    steps(bench, 5000);
    assert_int_equal(bench->limits.phase, CHARGE_ABSORPTION);
}

static void bulk_ends_after_five_seconds_near_the_requested_voltage(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_pack_mv, BULK_MV - 201);
    steps(&bench, 60000);
    assert_int_equal(bench.limits.phase, CHARGE_BULK);
    snapshot_put(&bench.snapshot, VALUE_pack_mv, BULK_MV - 200);
    steps(&bench, 4900);
    assert_int_equal(bench.limits.phase, CHARGE_BULK);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_ABSORPTION);
    expect(bench.limits.charge_mv, BULK_MV, REASON_absorption);
}

static void a_full_pack_ends_bulk_at_any_voltage(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_soc_permille, 1000);
    steps(&bench, 5000);
    assert_int_equal(bench.limits.phase, CHARGE_ABSORPTION);
}

static void absorption_ends_after_its_time_and_the_voltage_ramps_down(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    to_absorption(&bench);
    steps(&bench, 3599900);
    assert_int_equal(bench.limits.phase, CHARGE_ABSORPTION);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_FLOAT);
    expect(bench.limits.charge_mv, BULK_MV - 1, REASON_floating);
    for (int second = 1; second <= 279; second++) {
        steps(&bench, 1000); /* 10 mV each */
        assert_int_equal(bench.limits.charge_mv.value, BULK_MV - 1 - 10 * second);
    }
    steps(&bench, 1000);
    expect(bench.limits.charge_mv, FLOAT_MV, REASON_floating);
    steps(&bench, 60000);
    expect(bench.limits.charge_mv, FLOAT_MV, REASON_floating);
}

static void a_new_ramp_owes_nothing_to_the_last(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.limits.charge_mv.value = BULK_MV + 100;
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 199); /* 1.99 mV */
    assert_int_equal(bench.limits.charge_mv.value, BULK_MV + 99);
    bench.params.charge_request_mv = 3600; /* up at once */
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    assert_int_equal(bench.limits.charge_mv.value, 57600);
    bench.params.charge_request_mv = 3550;
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 99);
    assert_int_equal(bench.limits.charge_mv.value, 57600);
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    assert_int_equal(bench.limits.charge_mv.value, 57599);
}

static void without_float_absorption_does_not_end(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.float_enabled = 0;
    to_absorption(&bench);
    steps(&bench, 7200000);
    assert_int_equal(bench.limits.phase, CHARGE_ABSORPTION);
}

static void float_ends_after_its_time_and_the_voltage_rises_at_once(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    to_absorption(&bench);
    bench.params.absorption_s = 0;
    snapshot_put(&bench.snapshot, VALUE_pack_mv, FLOAT_MV);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_FLOAT);
    steps(&bench, 21600000 - 100);
    expect(bench.limits.charge_mv, FLOAT_MV, REASON_floating);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_BULK);
    expect(bench.limits.charge_mv, BULK_MV, REASON_bulk);
}

static void a_low_charge_returns_to_bulk(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    to_absorption(&bench);
    snapshot_put(&bench.snapshot, VALUE_pack_mv, 52000);
    snapshot_put(&bench.snapshot, VALUE_soc_permille, 500);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_ABSORPTION);
    snapshot_put(&bench.snapshot, VALUE_soc_permille, 499);
    steps(&bench, 100);
    assert_int_equal(bench.limits.phase, CHARGE_BULK);
}

static void the_ceiling_binds_the_voltage(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_voltage_ceiling_mv = BULK_MV - 1;
    steps(&bench, 100);
    expect(bench.limits.charge_mv, BULK_MV - 1, REASON_ceiling);
    bench.params.charge_voltage_ceiling_mv = BULK_MV;
    steps(&bench, 100);
    expect(bench.limits.charge_mv, BULK_MV, REASON_bulk);
}

static void at_a_fault_the_voltage_falls_at_once_and_is_never_zero(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_charge_allowed, 0);
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    expect(bench.limits.charge_mv, FLOAT_MV, REASON_fault);
    bench.params.float_request_mv = 3;
    bench.params.charge_request_mv = 3;
    limits_step(&bench.limits, &bench.snapshot, &bench.params, 1);
    assert_int_equal(bench.limits.charge_mv.value, 16 * 2900 + 1000);
}

static void the_limits_are_published_with_their_reasons(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_put(&bench.snapshot, VALUE_cell_max_mv, 3600);
    snapshot_put(&bench.snapshot, VALUE_cell_max_index, 6);
    steps(&bench, 2000);
    limits_publish(&bench.limits, &bench.snapshot);
    const struct snapshot *s = &bench.snapshot;
    assert_int_equal(s->charge_limit_mv, BULK_MV);
    assert_int_equal(s->voltage_limit_reason, REASON_bulk);
    assert_int_equal(s->discharge_limit_mv, 16 * 2900);
    assert_int_equal(s->charge_limit_ma, FULL_CHARGE_MA / 20);
    assert_int_equal(s->charge_limit_reason, REASON_cell_high);
    assert_int_equal(s->charge_limit_index, 6);
    assert_int_equal(s->discharge_limit_ma, FULL_DISCHARGE_MA);
    assert_int_equal(s->discharge_limit_reason, REASON_trip_margin);
    assert_int_equal(s->charge_phase, CHARGE_BULK);
    assert_int_equal(s->charge_phase_s, 62);
    assert_true(snapshot_have(s, VALUE_charge_limit_mv));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_pack_has_no_limit_but_zero),
        cmocka_unit_test(at_its_best_a_pack_is_bound_by_its_rating_and_its_trip),
        cmocka_unit_test(each_setting_bounds_the_currents),
        cmocka_unit_test(charge_is_derated_by_each_cause_at_once),
        cmocka_unit_test(discharge_is_derated_by_each_cause_at_once),
        cmocka_unit_test(a_cell_behind_a_limit_is_named),
        cmocka_unit_test(what_is_not_known_gives_zero),
        cmocka_unit_test(values_a_pack_does_not_have_bind_nothing),
        cmocka_unit_test(a_closed_direction_has_its_reason),
        cmocka_unit_test(after_a_protection_limits_stay_for_a_minute_and_then_rise_slowly),
        cmocka_unit_test(a_fall_during_the_hold_acts_at_once),
        cmocka_unit_test(the_rise_does_not_depend_on_the_step),
        cmocka_unit_test(switched_off_by_hand_costs_no_minute),
        cmocka_unit_test(bulk_ends_after_five_seconds_near_the_requested_voltage),
        cmocka_unit_test(a_full_pack_ends_bulk_at_any_voltage),
        cmocka_unit_test(absorption_ends_after_its_time_and_the_voltage_ramps_down),
        cmocka_unit_test(a_new_ramp_owes_nothing_to_the_last),
        cmocka_unit_test(without_float_absorption_does_not_end),
        cmocka_unit_test(float_ends_after_its_time_and_the_voltage_rises_at_once),
        cmocka_unit_test(a_low_charge_returns_to_bulk),
        cmocka_unit_test(the_ceiling_binds_the_voltage),
        cmocka_unit_test(at_a_fault_the_voltage_falls_at_once_and_is_never_zero),
        cmocka_unit_test(the_limits_are_published_with_their_reasons),
    };
    return RUN_TESTS(tests);
}
