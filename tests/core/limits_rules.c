/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/limits.c with core/limits.def: each rule that lowers a current limit, its reason,
 * and what brings a limit of nothing back.
 */
#include "tests/core/limits_bench.h"

static void at_its_best_a_pack_is_bound_by_its_rating_and_its_trip(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
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
        {VALUE_cell_max_mv,    3629, 314,            REASON_cell_high     },
        {VALUE_cell_max_mv,    3630, 0,              REASON_cell_high     },
        {VALUE_cell_min_mv,    2799, 15700,          REASON_deep_discharge},
        {VALUE_cell_min_mv,    2800, 15700,          REASON_deep_discharge},
        {VALUE_cell_min_mv,    2801, FULL_CHARGE_MA, REASON_rated         },
        {VALUE_soc_permille,   970,  FULL_CHARGE_MA, REASON_rated         },
        {VALUE_soc_permille,   971,  62800,          REASON_soc_high      },
        {VALUE_soc_permille,   999,  62800,          REASON_soc_high      },
        {VALUE_soc_permille,   1000, 0,              REASON_full          },
        {VALUE_soc_permille,   0,    FULL_CHARGE_MA, REASON_rated         },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench);
        put(&bench, rows[i].id, rows[i].value);
        one_step(&bench, 1);
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
        {VALUE_cell_min_mv,    2801, 198,               REASON_cell_low   },
        {VALUE_cell_min_mv,    2800, 0,                 REASON_cell_low   },
        {VALUE_soc_permille,   100,  FULL_DISCHARGE_MA, REASON_trip_margin},
        {VALUE_soc_permille,   99,   79200,             REASON_soc_low    },
        {VALUE_soc_permille,   1,    79200,             REASON_soc_low    },
        {VALUE_soc_permille,   0,    0,                 REASON_empty      },
        {VALUE_soc_permille,   1000, FULL_DISCHARGE_MA, REASON_trip_margin},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench);
        put(&bench, rows[i].id, rows[i].value);
        one_step(&bench, 1);
        expect(bench.limits.discharge_ma.limit, rows[i].limit_ma, rows[i].reason);
    }
}

static void a_cell_behind_a_limit_is_named(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_cell_max_mv, 3500);
    put(&bench, VALUE_cell_max_index, 11);
    put(&bench, VALUE_cell_min_mv, 2700);
    put(&bench, VALUE_cell_min_index, 4);
    steps(&bench, 100);
    assert_int_equal(bench.limits.discharge_ma.limit.index, 4);
    assert_int_equal(bench.limits.charge_ma.limit.index, 4); /* gentle charge binds more */
    put(&bench, VALUE_cell_min_mv, 3300);
    put(&bench, VALUE_cell_max_mv, 3610);
    steps(&bench, 100);
    assert_int_equal(bench.limits.charge_ma.limit.index, 11);
}

static void values_a_pack_does_not_have_bind_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_mos_ddegc, 900);
    snapshot_set_have(&bench.snapshot, VALUE_mos_ddegc, false);
    put(&bench, VALUE_soc_permille, 1000);
    snapshot_set_have(&bench.snapshot, VALUE_soc_permille, false);
    snapshot_set_have(&bench.snapshot, VALUE_power_state, false);
    steps(&bench, 100);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

/* A value that takes a limit to nothing, the last that holds it there, the first that frees it. */
enum direction { CHARGE, DISCHARGE };

struct way_back {
    enum value_id id;
    int32_t zero;
    int32_t held;
    int32_t freed;
    enum reason reason;
};

static void comes_back(const struct way_back *row, enum direction direction)
{
    struct bench bench;
    start(&bench);
    const struct current_limit *current =
        direction == CHARGE ? &bench.limits.charge_ma : &bench.limits.discharge_ma;
    put(&bench, row->id, row->held); /* from the good side it binds less */
    one_step(&bench, 100);
    assert_true(current->limit.value > 0);
    put(&bench, row->id, row->zero);
    one_step(&bench, 100);
    expect(current->limit, 0, row->reason);
    put(&bench, row->id, row->held);
    steps(&bench, 1000);
    expect(current->limit, 0, row->reason);
    put(&bench, row->id, row->freed);
    one_step(&bench, 100);
    assert_true(current->limit.value > 0);
    put(&bench, row->id, row->held);
    one_step(&bench, 100);
    assert_true(current->limit.value > 0);
}

static void a_limit_of_nothing_comes_back_only_some_way_off(void **state)
{
    (void)state;
    const struct way_back charge[] = {
        {VALUE_temp_min_ddegc, 0,    10,   11,   REASON_cold      },
        {VALUE_temp_max_ddegc, 450,  440,  439,  REASON_hot       },
        {VALUE_mos_ddegc,      900,  890,  889,  REASON_switch_hot},
        {VALUE_cell_max_mv,    3630, 3580, 3579, REASON_cell_high },
        {VALUE_soc_permille,   1000, 980,  979,  REASON_full      },
    };
    const struct way_back discharge[] = {
        {VALUE_temp_min_ddegc, -201, -191, -190, REASON_cold      },
        {VALUE_temp_max_ddegc, 600,  590,  589,  REASON_hot       },
        {VALUE_mos_ddegc,      900,  890,  889,  REASON_switch_hot},
        {VALUE_cell_min_mv,    2800, 2850, 2851, REASON_cell_low  },
        {VALUE_soc_permille,   0,    20,   21,   REASON_empty     },
    };
    for (size_t i = 0; i < COUNT(charge); i++)
        comes_back(&charge[i], CHARGE);
    for (size_t i = 0; i < COUNT(discharge); i++)
        comes_back(&discharge[i], DISCHARGE);
}

static void each_limit_of_nothing_is_held_by_its_own_cause(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_soc_permille, 1000);
    put(&bench, VALUE_cell_max_mv, 3630);
    put(&bench, VALUE_cell_max_index, 5);
    one_step(&bench, 100);
    expect(bench.limits.charge_ma.limit, 0, REASON_cell_high);
    assert_int_equal(bench.limits.charge_ma.limit.index, 5);
    put(&bench, VALUE_cell_max_mv, 3400);
    put(&bench, VALUE_soc_permille, 985);
    one_step(&bench, 100);
    expect(bench.limits.charge_ma.limit, 0, REASON_full);
    put(&bench, VALUE_soc_permille, 979);
    put(&bench, VALUE_cell_max_mv, 3600);
    one_step(&bench, 100);
    expect(bench.limits.charge_ma.limit, 785, REASON_rising);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
}

static void a_cold_cell_under_load_is_not_empty_yet(void **state)
{
    (void)state;
    const int32_t rows[][4] = {
  /* temperature, current, lowest cell, what remains of the discharge current */
        {-100, -100000, 2700, 5346 }, /* 127 mV more: 2827 */
        {-100, -100000, 2673, 0    }, /* 2800 */
        {-100, -62500,  2740, 3960 }, /* 79.5 mV more: 2820 */
        {-100, 0,       2827, 5346 }, /* as without the load */
        {-1,   -100000, 2850, 10494}, /* 2852 */
        {0,    -100000, 2850, 9900 },
        {250,  -100000, 2850, 9900 },
        {-100, 100000,  2950, 4554 }, /* charging: 2823 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        start(&bench);
        put(&bench, VALUE_temp_min_ddegc, rows[i][0]);
        put(&bench, VALUE_pack_ma, rows[i][1]);
        put(&bench, VALUE_cell_min_mv, rows[i][2]);
        one_step(&bench, 1);
        expect(bench.limits.discharge_ma.limit, rows[i][3], REASON_cell_low);
    }
}

static void the_cold_changes_only_what_a_low_cell_means(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_temp_min_ddegc, 20);
    put(&bench, VALUE_cell_max_mv, 3629);
    put(&bench, VALUE_pack_ma, -300000);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 314, REASON_cell_high);
}

static void an_early_sign_of_heat_stops_the_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    alarm_put(bench.snapshot.warnings, ALARM_thermal_event, true);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_thermal_sign);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
    expect(bench.limits.charge.limit, FLOAT_MV, REASON_fault);
    alarm_put(bench.snapshot.warnings, ALARM_thermal_event, false);
    one_step(&bench, 1000);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA / 20, REASON_rising);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
    alarm_put(bench.snapshot.alarms, ALARM_thermal_event, true); /* its switch is still closed */
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_thermal_sign);
}

static void temperatures_far_apart_leave_a_tenth_to_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    alarm_put(bench.snapshot.warnings, ALARM_temp_spread, true);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    alarm_put(bench.snapshot.alarms, ALARM_temp_spread, true);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 31400, REASON_temp_spread);
    expect(bench.limits.discharge_ma.limit, FULL_DISCHARGE_MA, REASON_trip_margin);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
}

static void a_doubted_current_leaves_a_tenth_to_both(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    alarm_put(bench.snapshot.warnings, ALARM_current_sensor, true);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 31400, REASON_current_sensor);
    expect(bench.limits.discharge_ma.limit, 31400, REASON_current_sensor);
}

static void in_an_emergency_a_low_pack_may_discharge_a_little(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_emergency_left_s, 1);
    one_step(&bench, 1);
    expect(bench.limits.discharge_ma.limit, 62800, REASON_emergency);
    expect(bench.limits.charge_ma.limit, FULL_CHARGE_MA, REASON_rated);
    expect(bench.limits.discharge_mv, 40000, REASON_emergency);
    expect(bench.limits.charge.limit, BULK_MV, REASON_bulk);
    put(&bench, VALUE_cell_min_mv, 2600);
    put(&bench, VALUE_soc_permille, 0);
    one_step(&bench, 1);
    expect(bench.limits.discharge_ma.limit, 62800, REASON_emergency);
    put(&bench, VALUE_temp_max_ddegc, 600); /* nothing else is waived */
    one_step(&bench, 1);
    expect(bench.limits.discharge_ma.limit, 0, REASON_hot);
    put(&bench, VALUE_temp_max_ddegc, 250);
    put(&bench, VALUE_emergency_left_s, 0);
    one_step(&bench, 1);
    expect(bench.limits.discharge_ma.limit, 0, REASON_cell_low);
    expect(bench.limits.discharge_mv, 16 * 2900, REASON_discharge_floor);
}

static void an_emergency_waives_nothing_of_the_charge(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    put(&bench, VALUE_emergency_left_s, 60);
    put(&bench, VALUE_soc_permille, 1000);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_full);
    put(&bench, VALUE_cell_max_mv, 3630);
    one_step(&bench, 1);
    expect(bench.limits.charge_ma.limit, 0, REASON_cell_high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_its_best_a_pack_is_bound_by_its_rating_and_its_trip),
        cmocka_unit_test(each_setting_bounds_the_currents),
        cmocka_unit_test(charge_is_derated_by_each_cause_at_once),
        cmocka_unit_test(discharge_is_derated_by_each_cause_at_once),
        cmocka_unit_test(a_cell_behind_a_limit_is_named),
        cmocka_unit_test(values_a_pack_does_not_have_bind_nothing),
        cmocka_unit_test(a_limit_of_nothing_comes_back_only_some_way_off),
        cmocka_unit_test(each_limit_of_nothing_is_held_by_its_own_cause),
        cmocka_unit_test(a_cold_cell_under_load_is_not_empty_yet),
        cmocka_unit_test(the_cold_changes_only_what_a_low_cell_means),
        cmocka_unit_test(an_early_sign_of_heat_stops_the_charge),
        cmocka_unit_test(temperatures_far_apart_leave_a_tenth_to_charge),
        cmocka_unit_test(a_doubted_current_leaves_a_tenth_to_both),
        cmocka_unit_test(in_an_emergency_a_low_pack_may_discharge_a_little),
        cmocka_unit_test(an_emergency_waives_nothing_of_the_charge),
    };
    return RUN_TESTS(tests);
}
