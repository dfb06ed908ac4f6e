/* SPDX-License-Identifier: Apache-2.0
 * Alarms as event bits of SunSpec model 802, and back.
 */
#include "protocols/sunspec_events.h"

#include "core/alarms.h"
#include "tests/support/test.h"

/* Bits of alarms, communication included, and of warnings. */
#define ALARM_BITS 0x12140AABu
#define WARNING_BITS 0x240A1555u

static uint32_t events_of(enum alarm alarm, bool warns)
{
    struct snapshot values;
    snapshot_init(&values);
    alarm_put(warns ? values.warnings : values.alarms, alarm, true);
    return sunspec_events(&values);
}

static void nothing_is_no_event(void **state)
{
    (void)state;
    struct snapshot values;
    snapshot_init(&values);
    assert_int_equal(sunspec_events(&values), 0);
}

static void alarms_have_the_bits_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        uint8_t alarm;
        uint8_t alarm_bit;
        uint8_t warning_bit;
    } cases[] = {
        {ALARM_charge_over_temp,         1,  2 },
        {ALARM_discharge_over_temp,      1,  2 },
        {ALARM_mos_over_temp,            1,  2 },
        {ALARM_thermal_event,            1,  2 },
        {ALARM_charge_under_temp,        3,  4 },
        {ALARM_discharge_under_temp,     3,  4 },
        {ALARM_charge_over_current,      5,  6 },
        {ALARM_charge_over_current_2,    5,  6 },
        {ALARM_charge_limit_ignored,     5,  6 },
        {ALARM_discharge_over_current,   7,  8 },
        {ALARM_discharge_over_current_3, 7,  8 },
        {ALARM_discharge_short_circuit,  7,  8 },
        {ALARM_cell_over_voltage,        9,  10},
        {ALARM_pack_over_voltage,        9,  10},
        {ALARM_cell_over_voltage_2,      9,  10},
        {ALARM_cell_under_voltage,       11, 12},
        {ALARM_pack_under_voltage,       11, 12},
        {ALARM_deep_discharge,           11, 12},
        {ALARM_temp_spread,              18, 19},
        {ALARM_charge_mos,               20, 26},
        {ALARM_discharge_on_failed,      20, 26},
        {ALARM_no_pack,                  0,  0 },
        {ALARM_cell_count,               28, 29},
        {ALARM_internal,                 25, 26},
        {ALARM_extinguisher,             25, 26},
        {ALARM_bank_stopped,             25, 26},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum alarm alarm = (enum alarm)cases[i].alarm;
        assert_int_equal(events_of(alarm, false), 1u << cases[i].alarm_bit);
        assert_int_equal(events_of(alarm, true), 1u << cases[i].warning_bit);
    }
    assert_int_equal(events_of(ALARM_cell_spread, true), 1u << 17);
    assert_int_equal(events_of(ALARM_cell_spread, false), 1u << 17 | 1u << 25);
}

static void every_alarm_and_warning_shows(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        assert_int_not_equal(events_of((enum alarm)id, false), 0);
        assert_int_not_equal(events_of((enum alarm)id, true), 0);
    }
}

static void what_only_warns_never_sets_an_alarm_bit(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        uint32_t shown = events_of((enum alarm)id, false);
        if (alarm_info[id].severity == SEVERITY_WARNING)
            assert_int_equal(shown & ~WARNING_BITS, 0);
        else
            assert_int_not_equal(shown & ALARM_BITS, 0);
        assert_int_equal(events_of((enum alarm)id, true) & ~WARNING_BITS, 0);
    }
}

static void a_bit_is_read_as_what_it_most_likely_is(void **state)
{
    (void)state;
    static const struct {
        uint32_t events;
        uint8_t alarm;
        bool warns;
    } cases[] = {
        {1u << 0,             ALARM_pack_stale,             false},
        {1u << 1,             ALARM_charge_over_temp,       false},
        {1u << 2,             ALARM_charge_over_temp,       true },
        {1u << 3,             ALARM_charge_under_temp,      false},
        {1u << 6,             ALARM_charge_over_current,    true },
        {1u << 7,             ALARM_discharge_over_current, false},
        {1u << 9,             ALARM_cell_over_voltage,      false},
        {1u << 12,            ALARM_cell_under_voltage,     true },
        {1u << 17,            ALARM_cell_spread,            true },
        {1u << 17 | 1u << 25, ALARM_cell_spread,            false},
        {1u << 18,            ALARM_temp_spread,            false},
        {1u << 20,            ALARM_discharge_mos,          false},
        {1u << 25,            ALARM_internal,               false},
        {1u << 26,            ALARM_internal,               true },
        {1u << 29,            ALARM_cell_count,             true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct snapshot values;
        struct snapshot expected;
        snapshot_init(&values);
        snapshot_init(&expected);
        alarm_put(cases[i].warns ? expected.warnings : expected.alarms, (enum alarm)cases[i].alarm,
                  true);
        sunspec_events_take(cases[i].events, &values);
        assert_memory_equal(values.alarms, expected.alarms, sizeof(values.alarms));
        assert_memory_equal(values.warnings, expected.warnings, sizeof(values.warnings));
        assert_true(snapshot_have(&values, VALUE_alarms));
        assert_true(snapshot_have(&values, VALUE_warnings));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_no_event),
        cmocka_unit_test(alarms_have_the_bits_of_the_standard),
        cmocka_unit_test(every_alarm_and_warning_shows),
        cmocka_unit_test(what_only_warns_never_sets_an_alarm_bit),
        cmocka_unit_test(a_bit_is_read_as_what_it_most_likely_is),
    };
    return RUN_TESTS(tests);
}
