/* SPDX-License-Identifier: Apache-2.0
 * Every fault of a virtual pack leads to its alarm, lamp, contact, event and limits, and recovers
 * as its rule says. A row is a fault, what must follow, and how soon; each row is a test of its own
 * with a site of its own, and a second one where the rule tries again before it locks.
 */
#include "tests/support/fault_case.h"
#include "tests/support/test.h"

#define AT_REST                                                                                    \
    {                                                                                              \
        0                                                                                          \
    }
#define CHARGING(ma)                                                                               \
    {                                                                                              \
        .charger_ma = (ma)                                                                         \
    }
#define DISCHARGING(ma)                                                                            \
    {                                                                                              \
        .load_ma = (ma)                                                                            \
    }
#define FAULT FAULT_CASE_SET
#define HEALED FAULT_CASE_HEALED
#define ROW FAULT_CASE_RULE

/* clang-format off */
static const struct fault_case cases[] = {
    /* Cells and pack voltage */
    {"a_cell_at_3_7_v_stops_the_charge_after_a_second",
     {FAULT("cell_reads_mv", 3, 3700)}, CHARGING(20000),
     ROW(cell_ov, CHARGE, BY_ITSELF, 1050, 62000)},
    {"a_cell_at_3_9_v_locks_both_switches",
     {FAULT("cell_reads_mv", 3, 3900)}, AT_REST, ROW(cell_ov2, BOTH, BY_RELEASE, 250, 3000)},
    {"a_pack_above_58_4_v_stops_the_charge",
     {FAULT("cell_reads_mv", BENCH_EVERY, 3635), FAULT("pack_offset_mv", 0, 450)}, AT_REST,
     ROW(pack_ov, CHARGE, BY_ITSELF, 1050, 62000)},
    {"a_cell_at_2_6_v_stops_the_discharge_and_not_the_charge",
     {FAULT("cell_reads_mv", 5, 2600)}, DISCHARGING(20000),
     ROW(cell_uv, DISCHARGE, BY_ITSELF, 1050, 13000)},
    {"a_pack_below_43_2_v_stops_the_discharge",
     {FAULT("cell_reads_mv", BENCH_EVERY, 2715), FAULT("pack_offset_mv", 0, -400)}, AT_REST,
     ROW(pack_uv, DISCHARGE, BY_ITSELF, 1050, 13000)},
    {"a_cell_at_1_9_v_locks_both_switches_after_five_seconds",
     {FAULT("cell_reads_mv", 5, 1900)}, AT_REST, ROW(deep, BOTH, BY_RELEASE, 5050, 3000)},
    {"cells_half_a_volt_apart_near_full_stop_the_charge_after_a_minute",
     {FAULT("cell_reads_mv", 2, 3450), FAULT("cell_reads_mv", 9, 2920)}, DISCHARGING(20000),
     ROW(cell_spread, CHARGE, BY_ITSELF, 60050, 2000)},
    {"cells_apart_by_160_mv_at_rest_are_a_warning",
     {FAULT("cell_reads_mv", 2, 3460)}, AT_REST,
     ROW(spread_rest, NOTHING, BY_ITSELF, 60500, 15000)},
    {"a_loose_busbar_under_load_is_a_warning",
     {FAULT("joint_extra_uohm", 5, 4000)}, DISCHARGING(100000),
     ROW(spread_warn, NOTHING, BY_ITSELF, 10500, 15000)},

    /* Current */
    {"charging_with_180_a_trips_after_ten_seconds",
     {FAULT("charger_ma", 0, 180000)}, {.charger_ma = 20000},
     ROW(charge_oc, CHARGE, AFTER_TRIES, 14000, 62000)},
    {"charging_with_220_a_trips_after_a_second",
     {FAULT("charger_ma", 0, 220000)}, {.charger_ma = 20000},
     ROW(charge_oc2, CHARGE, AFTER_TRIES, 5500, 62000)},
    {"discharging_with_230_a_trips_after_ten_seconds",
     {FAULT("load_ma", 0, 230000)}, {.load_ma = 20000},
     ROW(discharge_oc, DISCHARGE, AFTER_TRIES, 15000, 63000)},
    {"discharging_with_310_a_trips_after_a_second",
     {FAULT("no_ramp", 0, 1), FAULT("load_ma", 0, 310000)}, AT_REST,
     ROW(discharge_oc2, DISCHARGE, AFTER_TRIES, 1050, 63000)},
    {"discharging_with_360_a_trips_after_a_tenth_of_a_second",
     {FAULT("no_ramp", 0, 1), FAULT("load_ma", 0, 360000)}, AT_REST,
     ROW(discharge_oc3, DISCHARGE, AFTER_TRIES, 150, 63000)},
    {"charging_with_165_a_is_a_warning",
     {FAULT("charger_ma", 0, 165000)}, {.charger_ma = 20000},
     ROW(charge_oc_warn, NOTHING, BY_ITSELF, 14000, 12000)},
    {"discharging_with_205_a_is_a_warning",
     {FAULT("load_ma", 0, 205000)}, {.load_ma = 20000},
     ROW(discharge_oc_warn, NOTHING, BY_ITSELF, 15000, 12000)},
    {"a_short_at_the_terminals_opens_within_a_step",
     {FAULT("terminal_short_mohm", 0, 2)}, DISCHARGING(30000),
     ROW(discharge_sc, BOTH, BY_ITSELF, 20, 63000)},
    {"a_short_at_the_terminals_opens_while_charging_too",
     {FAULT("terminal_short_mohm", 0, 2)}, CHARGING(30000),
     ROW(discharge_sc, BOTH, BY_ITSELF, 20, 63000)},
    {"a_short_at_the_busbar_opens_within_a_step",
     {FAULT("bus_short_mohm", 0, 2)}, DISCHARGING(30000),
     ROW(discharge_sc, BOTH, BY_ITSELF, 20, 63000)},
    {"a_short_that_stays_is_told_after_a_minute",
     {FAULT("terminal_short_mohm", 0, 2)}, DISCHARGING(30000),
     ROW(short_stays, BOTH, BY_ITSELF, 60100, 63000)},
    {"a_charge_of_a_thousand_amperes_opens_within_a_step",
     {FAULT("no_ramp", 0, 1), FAULT("charger_mv", 0, 70000), FAULT("charger_ma", 0, 1000000)},
     AT_REST,
     ROW(charge_sc, BOTH, AFTER_TRIES, 30, 63000)},

    /* Temperature */
    {"cells_at_50_degc_stop_the_charge",
     {HEALED("heat_w", 0, 20000, -10000)}, DISCHARGING(40000),
     ROW(charge_ot, CHARGE, BY_ITSELF, 190000, 120000)},
    {"cells_at_60_degc_stop_everything",
     {HEALED("heat_w", 0, 20000, -10000)}, DISCHARGING(40000),
     ROW(discharge_ot, BOTH, BY_ITSELF, 250000, 260000)},
    {"cells_at_0_degc_stop_the_charge",
     {HEALED("heat_w", 0, -10000, 20000)}, DISCHARGING(40000),
     ROW(charge_ut, CHARGE, BY_ITSELF, 330000, 60000)},
    {"cells_at_minus_20_degc_stop_everything",
     {HEALED("heat_w", 0, -10000, 20000)}, DISCHARGING(40000),
     ROW(discharge_ut, BOTH, BY_ITSELF, 600000, 180000)},
    {"switches_at_90_degc_stop_everything",
     {FAULT("mos_heat_w", 0, 300)}, AT_REST, ROW(mos_ot, BOTH, BY_ITSELF, 130000, 180000)},
    {"one_hot_sensor_is_told_after_a_minute_and_opens_nothing",
     {FAULT("temp_offset_ddegc", 2, 170)}, AT_REST,
     ROW(temp_spread, NOTHING, BY_ITSELF, 75000, 20000)},
    {"a_cell_that_leaks_100_a_is_a_thermal_event",
     {FAULT("leak_ma", 4, 100000)}, AT_REST, ROW(thermal, BOTH, BY_RELEASE, 900000, 4000)},
    {"a_cell_that_heats_itself_is_a_thermal_event",
     {FAULT("cell_heat_w", 4, 500)}, AT_REST, ROW(thermal, BOTH, BY_RELEASE, 600000, 4000)},

    /* Measurement */
    {"one_lost_temperature_sensor_is_told_and_opens_nothing",
     {FAULT("temp_lost_mask", 1, 1)}, AT_REST, ROW(temp_lost, NOTHING, BY_ITSELF, 2050, 6000)},
    {"without_any_temperature_sensor_everything_stops",
     {FAULT("temp_lost_mask", BENCH_EVERY, 1)}, AT_REST,
     ROW(measurement, BOTH, BY_ITSELF, 2050, 9000)},
    {"a_lost_switch_sensor_counts_as_burning",
     {FAULT("mos_temp_lost", 0, 1)}, AT_REST, ROW(mos_ot, BOTH, BY_ITSELF, 4100, 6000)},
    {"an_open_sense_wire_opens_both_switches_at_once",
     {FAULT("wire_open_mask", 6, 1)}, DISCHARGING(30000),
     ROW(open_wire, BOTH, BY_ITSELF, 50, 9000)},
    {"a_front_end_that_stands_still_opens_after_half_a_second",
     {FAULT("frozen", 0, 1)}, DISCHARGING(30000), ROW(measurement, BOTH, BY_ITSELF, 550, 5000)},
    {"a_front_end_that_does_not_answer_opens_within_half_a_second",
     {FAULT("front_end_lost", 0, 1)}, DISCHARGING(30000),
     ROW(cells_count, BOTH, BY_ITSELF, 550, 9000)},
    {"a_pack_voltage_off_by_1_5_v_opens_after_three_seconds",
     {FAULT("pack_offset_mv", 0, 1500)}, AT_REST, ROW(cells_differ, BOTH, BY_ITSELF, 3100, 15000)},

    /* Switches and what lies behind them */
    {"a_charge_switch_stuck_open_is_told_when_a_charger_is_there",
     {FAULT("charge_stuck_open", 0, 1), FAULT("charger_ma", 0, 30000)}, AT_REST,
     ROW(charge_stuck, CHARGE, BY_RELEASE, 2100, 3000)},
    {"a_discharge_switch_stuck_open_is_told_when_a_load_is_there",
     {FAULT("discharge_stuck_open", 0, 1), FAULT("load_ma", 0, 30000)}, AT_REST,
     ROW(discharge_stuck, DISCHARGE, BY_RELEASE, 2100, 4000)},
    {"a_charger_that_does_not_charge_is_a_warning",
     {FAULT("charge_stuck_open", 0, 1), FAULT("charger_mv", 0, 54000), FAULT("charger_ma", 0, 30000)},
     AT_REST,
     ROW(charge_failed, NOTHING, BY_ITSELF, 60500, 6000)},
    {"an_open_air_switch_blocks_both",
     {FAULT("breaker_open", 0, 1)}, DISCHARGING(30000), ROW(breaker, BOTH, BY_ITSELF, 20, 5000)},
};
/* clang-format on */

static struct bench bench;

static void leads_to_its_alarm_and_recovers(void **state)
{
    const struct fault_case *row = *state;
    fault_case_fire(&bench, row);
    fault_case_check(&bench, row);
    fault_case_recover(&bench, row);
}

static void is_tried_three_times_then_locked(void **state)
{
    const struct fault_case *row = *state;
    fault_case_fire(&bench, row);
    fault_case_lock(&bench, row);
}

int main(void)
{
    struct CMUnitTest tests[2 * COUNT(cases)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *row = (void *)(uintptr_t)&cases[i];
        tests[count++] =
            (struct CMUnitTest){cases[i].name, leads_to_its_alarm_and_recovers, NULL, NULL, row};
        if (cases[i].recovery == AFTER_TRIES)
            tests[count++] = (struct CMUnitTest){cases[i].name, is_tried_three_times_then_locked,
                                                 NULL, NULL, row};
    }
    return _cmocka_run_group_tests("faults", tests, count, NULL, NULL);
}
