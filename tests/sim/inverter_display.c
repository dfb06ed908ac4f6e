/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/inverter_display.c: what the owner of each brand reads.
 */
#include "sim/inverter_display.h"

#include <stdio.h>

#include "tests/support/test.h"

static struct sim_inverter inverter;
static struct snapshot received;
static struct sim_inverter_sight sight;
static struct sim_display display;

static void run(uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i += 100)
        sim_inverter_step(&inverter, &sight, 100);
}

static void start(const char *brand)
{
    sim_inverter_init(&inverter, 314000);
    sim_inverter_set_brand(&inverter, sim_brand_find(brand));
    snapshot_init(&received);
    snapshot_put(&received, VALUE_pack_mv, 52000);
    snapshot_put(&received, VALUE_soc_permille, 500);
    snapshot_put(&received, VALUE_charge_limit_mv, 56800);
    snapshot_put(&received, VALUE_charge_limit_ma, 150000);
    snapshot_put(&received, VALUE_discharge_limit_ma, 150000);
    sight = (struct sim_inverter_sight){
        .received = &received,
        .solar_w = 1000,
        .terminal_mv = 52000,
    };
    run(5000);
    assert_int_equal(inverter.state, SIM_INVERTER_RUN);
}

static bool shows(const char *text)
{
    bool found = false;
    sim_inverter_display(&inverter, &sight, &display);
    for (uint8_t i = 0; i < display.count; i++)
        found |= strcmp(display.line[i], text) == 0;
    return found;
}

static void set_ages(uint32_t limits_age_ms, uint32_t state_age_ms)
{
    sight.link.limits_age_ms = limits_age_ms;
    sight.link.state_age_ms = state_age_ms;
    run(100);
}

static void the_first_line_says_what_it_does(void **state)
{
    (void)state;
    start("pylon");
    assert_true(shows("charging"));
    assert_int_equal(display.count, 1);
    sight.solar_w = 0;
    run(3000);
    assert_true(shows("ready"));
    sight.load_w = 1000;
    run(3000);
    assert_true(shows("discharging"));
    snapshot_put(&received, VALUE_force_charge, 1);
    run(100);
    assert_true(shows("Request Force Charge"));
    snapshot_put(&received, VALUE_force_charge, 0);
    snapshot_put(&received, VALUE_charge_limit_ma, 0);
    snapshot_put(&received, VALUE_discharge_limit_ma, 0);
    run(100);
    assert_true(shows("standby"));
}

static void a_lost_battery_is_told_in_the_words_of_the_brand(void **state)
{
    (void)state;
    static const struct {
        const char *brand, *text;
    } rows[] = {
        {"deye",    "F58 BMS communication fault"            },
        {"victron", "BMS connection lost"                    },
        {"growatt", "battery communication fault, output off"},
        {"sofar",   "BMS disconnected"                       },
        {"pylon",   "battery communication fault"            },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(rows[i].brand);
        assert_false(shows(rows[i].text));
        set_ages(10001, 10001);
        assert_true(shows(rows[i].text));
        assert_int_equal(display.count, 2); /* once, though both are missing */
        assert_string_equal(display.line[0], "stopped");
    }
}

static void sma_tells_limits_and_state_apart(void **state)
{
    (void)state;
    start("sma");
    set_ages(60001, 0);
    assert_true(shows("W952 defaults restored"));
    assert_false(shows("F952 external BMS timeout"));
    set_ages(0, 60001);
    assert_false(shows("W952 defaults restored"));
    assert_true(shows("F952 external BMS timeout"));
}

static void deye_in_voltage_mode_says_so(void **state)
{
    (void)state;
    start("deye");
    inverter.options = SIM_GOES_ON;
    set_ages(10001, 10001);
    assert_true(shows("Use Batt V"));
}

static void an_inverter_without_battery_complains_after_its_time(void **state)
{
    (void)state;
    start("deye");
    sim_inverter_set_brand(&inverter, sim_brand_find("deye"));
    set_ages(SIM_AGE_NEVER, SIM_AGE_NEVER);
    assert_true(shows("waiting for the battery"));
    run(9900);
    assert_int_equal(display.count, 1);
    run(200);
    assert_true(shows("F58 BMS communication fault"));
}

static void deye_shows_w31_for_ten_seconds_after_a_wrong_value(void **state)
{
    (void)state;
    start("deye");
    sight.link.wrong_count++;
    run(100);
    assert_true(shows("W31 battery communication"));
    run(9800);
    assert_true(shows("W31 battery communication"));
    run(200);
    assert_false(shows("W31 battery communication"));
    start("pylon");
    sight.link.wrong_count++;
    run(100);
    shows("");
    assert_int_equal(display.count, 1);
}

/* "F920 battery alarm: general", or without the code. */
static bool shows_condition(const char *code, const char *kind, const char *text)
{
    char line[80];
    snprintf(line, sizeof(line), "%s%sbattery %s: %s", code, *code != '\0' ? " " : "", kind, text);
    return shows(line);
}

static void sma_shows_alarms_by_number_and_others_without(void **state)
{
    (void)state;
    static const struct {
        enum alarm alarm;
        const char *alarm_code, *warning_code, *text;
    } rows[] = {
        {ALARM_bank_stopped,            "F920", "W936", "general"                        },
        {ALARM_cell_over_voltage,       "F921", "W937", "high voltage"                   },
        {ALARM_pack_under_voltage,      "F922", "W938", "low voltage"                    },
        {ALARM_mos_over_temp,           "F923", "W939", "high temperature"               },
        {ALARM_discharge_under_temp,    "F924", "W940", "low temperature"                },
        {ALARM_charge_over_temp,        "F925", "W941", "high temperature while charging"},
        {ALARM_charge_under_temp,       "F926", "W942", "low temperature while charging" },
        {ALARM_discharge_over_current,  "F927", "W943", "high current"                   },
        {ALARM_charge_over_current,     "F928", "W944", "high charge current"            },
        {ALARM_discharge_mos,           "F929", "W945", "contactor"                      },
        {ALARM_discharge_short_circuit, "F930", "W946", "short circuit"                  },
        {ALARM_internal,                "F931", "W947", "BMS internal"                   },
        {ALARM_cell_spread,             "F932", "W948", "cell imbalance"                 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        start("sma");
        alarm_put(received.alarms, rows[i].alarm, true);
        alarm_put(received.warnings, rows[i].alarm, true);
        run(10200); /* its reaction takes ten seconds */
        assert_true(shows("standby"));
        assert_true(shows_condition(rows[i].alarm_code, "alarm", rows[i].text));
        assert_true(shows_condition(rows[i].warning_code, "warning", rows[i].text));
        start("deye");
        alarm_put(received.alarms, rows[i].alarm, true);
        assert_true(shows_condition("", "alarm", rows[i].text));
        assert_false(shows_condition("", "warning", rows[i].text));
    }
}

static void more_lines_than_there_is_room_for_are_dropped(void **state)
{
    (void)state;
    start("sma");
    memset(received.alarms, 0xFF, sizeof(received.alarms));
    shows("");
    assert_int_equal(display.count, SIM_DISPLAY_LINES);
}

static void displays_are_compared_line_by_line(void **state)
{
    (void)state;
    start("sma");
    shows("");
    struct sim_display before = display;
    assert_true(sim_display_equal(&before, &display));
    alarm_put(received.warnings, ALARM_cell_spread, true);
    shows("");
    assert_false(sim_display_equal(&before, &display));
    before = display;
    received.warnings[0] = received.warnings[1] = 0;
    alarm_put(received.warnings, ALARM_internal, true);
    shows("");
    assert_false(sim_display_equal(&before, &display));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_says_what_it_does),
        cmocka_unit_test(a_lost_battery_is_told_in_the_words_of_the_brand),
        cmocka_unit_test(sma_tells_limits_and_state_apart),
        cmocka_unit_test(deye_in_voltage_mode_says_so),
        cmocka_unit_test(an_inverter_without_battery_complains_after_its_time),
        cmocka_unit_test(deye_shows_w31_for_ten_seconds_after_a_wrong_value),
        cmocka_unit_test(sma_shows_alarms_by_number_and_others_without),
        cmocka_unit_test(more_lines_than_there_is_room_for_are_dropped),
        cmocka_unit_test(displays_are_compared_line_by_line),
    };
    return RUN_TESTS(tests);
}
