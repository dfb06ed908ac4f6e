/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pace_rs485.c. The answers recorded from a JK BMS (menus 004 and 009) come out
 * byte for byte from a battery filled with their values, with one exception: register 36, the
 * temperature of the environment, for which we have no sensor, reads -2000. The same holds for the
 * worked answer to a read of 0..36.
 */
#include "tests/support/pace_bench.h"
#include "tests/support/test.h"

#include "base/bytes.h"
#include "wire/modbus.h"

enum { DATA_WORDS = 37, ENVIRONMENT = 36 };

/* What was recorded */

/* `but`: word of the answer that is ours, -1 none. */
static void expect_answer(const struct serial_protocol *protocol, struct pace_bench *bench,
                          const char *request_hex, const char *reply_hex, int but)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    uint8_t wanted[MODBUS_SIZE_MAX];
    int request_size = hex_parse(request_hex, strlen(request_hex), request, sizeof(request));
    int wanted_size = hex_parse(reply_hex, strlen(reply_hex), wanted, sizeof(wanted));
    assert_true(request_size > 0 && wanted_size > 0);
    assert_true(modbus_sealed(wanted, (size_t)wanted_size));
    protocol->answer(&bench->battery, request, (size_t)request_size, bench->reply, &bench->size);
    if (but >= 0) {
        put_u16be(wanted + PACE_DATA + 2 * but, (uint16_t)-2000);
        modbus_seal(wanted, (size_t)wanted_size - 2);
    }
    assert_int_equal(bench->size, wanted_size);
    assert_memory_equal(bench->reply, wanted, bench->size);
}

/* An 8-cell pack. */
static void fill_as_recorded(struct pace_bench *bench, int32_t pack_mv)
{
    pace_start(bench);
    snapshot_init(&bench->own);
    pace_put(bench, VALUE_pack_ma, 0);
    pace_put(bench, VALUE_pack_mv, pack_mv);
    pace_put(bench, VALUE_soc_permille, 660);
    snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + 6), 3287);
    snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + 7), 3285);
    snapshot_put(&bench->own, (enum value_id)(VALUE_temp_ddegc + 0), 210);
    snapshot_put(&bench->own, (enum value_id)(VALUE_temp_ddegc + 1), 209);
    snapshot_put(&bench->own, VALUE_mos_ddegc, 241);
}

static void recorded_requests_are_answered_as_the_jk_bms_answered_them(void **state)
{
    (void)state;
    struct pace_bench bench;
    fill_as_recorded(&bench, 26290);
    expect_answer(&pace_rs485[0], &bench, "01 03 00 01 00 01 D5 CA", "01 03 02 0A 45 7F 17", -1);
    expect_answer(&pace_rs485[0], &bench, "01 03 00 00 00 31 84 1E", "01 83 02 C0 F1", -1);
    expect_answer(&pace_rs485[0], &bench, "01 03 00 15 00 10 55 C2",
                  "01 03 20 0C D7 0C D5 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 D2 00 "
                  "D1 F8 30 F8 30 00 F1 00 D1 64 1A",
                  15);
    fill_as_recorded(&bench, 26300);
    expect_answer(&wow_rs485[0], &bench, "01 03 00 00 00 03 05 CB",
                  "01 03 06 00 00 0A 46 00 42 43 49", -1);
    expect_answer(&wow_rs485[0], &bench, "01 03 00 01 00 01 D5 CA", "01 03 02 0A 46 3F 16", -1);
}

static void the_whole_of_the_data_is_answered_as_worked_out_from_the_document(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    expect_answer(&pace_rs485[0], &bench, "01 03 00 00 00 25 84 11",
                  "01 03 4A FB32 14AE 0042 0064 5280 7D00 7D00 0025 0000 0000 0000 0E00 0000 0000 "
                  "0000 0CE5 0CE6 0CE7 0CE8 0CE9 0CEA 0CEB 0CEC 0CED 0CEE 0CEF 0CF0 0CF1 0CF2 0CF3 "
                  "0CF4 00E7 00E8 00E9 00EA 0118 00FA 18 FF",
                  ENVIRONMENT);
}

/* Data */

static void a_sensor_that_is_lost_or_not_fitted_reads_minus_200_degrees(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    snapshot_set_have(&bench.own, (enum value_id)(VALUE_temp_ddegc + 2), false);
    snapshot_set_have(&bench.own, VALUE_mos_ddegc, false);
    assert_int_equal((int16_t)pace_read(&bench, 32), 232);
    assert_int_equal((int16_t)pace_read(&bench, 33), -2000);
    assert_int_equal((int16_t)pace_read(&bench, 35), -2000);
    assert_int_equal((int16_t)pace_read(&bench, 36), -2000);
}

static void large_banks_saturate_and_never_wrap(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    pace_put(&bench, VALUE_pack_count, 16);
    pace_put(&bench, VALUE_pack_ma, 400000);
    pace_put(&bench, VALUE_remaining_mah, 16 * 320000);
    pace_put(&bench, VALUE_full_mah, 16 * 320000);
    pace_read_words(&bench, 0, 7);
    assert_int_equal((int16_t)pace_word(&bench, 0), INT16_MAX - 1);
    assert_int_equal(pace_word(&bench, 4), UINT16_MAX - 1);
    assert_int_equal(pace_word(&bench, 5), UINT16_MAX - 1);
    assert_int_equal(pace_word(&bench, 6), UINT16_MAX - 1);
    pace_put(&bench, VALUE_pack_ma, -400000);
    assert_int_equal((int16_t)pace_read(&bench, 0), 1 - INT16_MAX);
    pace_put(&bench, VALUE_pack_count, 2);
    assert_int_equal(pace_read(&bench, 6), 64000);
}

static void full_and_empty_are_said_of_a_full_and_an_empty_battery_only(void **state)
{
    (void)state;
    static const int32_t cases[][2] = {
        {0,    0  },
        {1,    1  },
        {994,  99 },
        {999,  99 },
        {1000, 100}
    };
    struct pace_bench bench;
    pace_start(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        pace_put(&bench, VALUE_soc_permille, cases[i][0]);
        assert_int_equal(pace_read(&bench, 2), cases[i][1]);
    }
}

static void the_switches_say_what_the_bank_allows(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    pace_put(&bench, VALUE_pack_ma, 499);
    assert_int_equal(pace_read(&bench, 11), 0x0C00);
    pace_put(&bench, VALUE_pack_ma, 500);
    assert_int_equal(pace_read(&bench, 11), 0x0D00);
    pace_put(&bench, VALUE_pack_ma, -500);
    assert_int_equal(pace_read(&bench, 11), 0x0E00);
    pace_put(&bench, VALUE_charge_allowed, 0);
    snapshot_put(&bench.own, VALUE_charge_on, 1);
    assert_int_equal(pace_read(&bench, 11), 0x0A00);
    pace_put(&bench, VALUE_discharge_allowed, 0);
    snapshot_put(&bench.own, VALUE_heating_on, 1);
    assert_int_equal(pace_read(&bench, 11), 0x8200);
}

static void a_limit_of_nothing_says_that_its_switch_is_off(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    pace_put(&bench, VALUE_charge_limit_ma, 1);
    pace_put(&bench, VALUE_discharge_limit_ma, 1);
    assert_int_equal(pace_read(&bench, 11), 0x0E00);
    pace_put(&bench, VALUE_charge_limit_ma, 0);
    assert_int_equal(pace_read(&bench, 11), 0x0A00);
    pace_put(&bench, VALUE_discharge_limit_ma, 0);
    assert_int_equal(pace_read(&bench, 11), 0x0200);
}

static void the_cell_at_the_balancer_has_its_bit(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    assert_int_equal(pace_read(&bench, 12), 0);
    pace_put(&bench, VALUE_balance_state, 2);
    pace_put(&bench, VALUE_balance_source_index, 15);
    pace_put(&bench, VALUE_balance_sink_index, 0);
    assert_int_equal(pace_read(&bench, 12), 0x8000);
    pace_put(&bench, VALUE_balance_state, 1);
    assert_int_equal(pace_read(&bench, 12), 0x0001);
    pace_put(&bench, VALUE_balance_sink_index, 16);
    assert_int_equal(pace_read(&bench, 12), 0);
}

/* Which bits exist: document, section on flags. The rest stay 0 whatever happens. */
static const uint16_t flag_bits[] = {0xCF3F, 0x1F7F, 0x0037};

static void every_alarm_sets_bits_of_the_document_only(void **state)
{
    (void)state;
    for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++) {
        struct pace_bench bench;
        pace_start(&bench);
        pace_put(&bench, VALUE_pack_ma, 0);
        pace_put(&bench, VALUE_charge_allowed, 0);
        pace_put(&bench, VALUE_discharge_allowed, 0);
        alarm_put(bench.bank.alarms, (enum alarm)alarm, true);
        alarm_put(bench.bank.warnings, (enum alarm)alarm, true);
        pace_read_words(&bench, 9, 3);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(pace_word(&bench, i) & ~flag_bits[i], 0);
    }
}

/* Alarm, and what a read of 9..11 shows of it as a warning and as an alarm. */
static const struct {
    uint8_t alarm;
    uint16_t warning;
    uint16_t protection;
    uint16_t fault;
} flag_cases[] = {
    {ALARM_cell_over_voltage,        0x0001, 0x0001, 0     },
    {ALARM_cell_over_voltage_2,      0x0001, 0x0001, 0     },
    {ALARM_cell_under_voltage,       0x0002, 0x0002, 0     },
    {ALARM_deep_discharge,           0x0002, 0x0002, 0     },
    {ALARM_pack_over_voltage,        0x0004, 0x0004, 0     },
    {ALARM_pack_under_voltage,       0x0008, 0x0008, 0     },
    {ALARM_charge_over_current,      0x0010, 0x0010, 0     },
    {ALARM_charge_over_current_2,    0x0010, 0x0010, 0     },
    {ALARM_charge_limit_ignored,     0x0010, 0x0010, 0     },
    {ALARM_discharge_over_current,   0x0020, 0x0020, 0     },
    {ALARM_discharge_over_current_2, 0x0020, 0x0020, 0     },
    {ALARM_discharge_over_current_3, 0x0020, 0x0020, 0     },
    {ALARM_discharge_limit_ignored,  0x0020, 0x0020, 0     },
    {ALARM_charge_short_circuit,     0x0010, 0x0040, 0     },
    {ALARM_discharge_short_circuit,  0x0020, 0x0040, 0     },
    {ALARM_short_release_failed,     0,      0x0040, 0     },
    {ALARM_charge_over_temp,         0x0100, 0x0100, 0     },
    {ALARM_discharge_over_temp,      0x0200, 0x0200, 0     },
    {ALARM_charge_under_temp,        0x0400, 0x0400, 0     },
    {ALARM_discharge_under_temp,     0x0800, 0x0800, 0     },
    {ALARM_mos_over_temp,            0x4000, 0x1000, 0     },
    {ALARM_charge_mos,               0,      0,      0x0001},
    {ALARM_discharge_mos,            0,      0,      0x0002},
    {ALARM_discharge_on_failed,      0,      0,      0x0002},
    {ALARM_temp_sensor,              0,      0,      0x0004},
    {ALARM_open_wire,                0,      0,      0x0010},
    {ALARM_cell_sum,                 0,      0,      0x0010},
    {ALARM_cells_frozen,             0,      0,      0x0010},
    {ALARM_cell_count,               0,      0,      0x0010},
    {ALARM_cell_spread,              0,      0,      0x0010},
    {ALARM_thermal_event,            0,      0,      0x0010},
    {ALARM_extinguisher,             0,      0,      0x0010},
    {ALARM_coprocessor,              0,      0,      0x0020},
    {ALARM_gps,                      0,      0,      0     },
    {ALARM_current_sensor,           0,      0,      0     },
    {ALARM_internal,                 0,      0,      0     },
    {ALARM_bank_stopped,             0,      0,      0     },
};

static void warnings_protections_and_faults_have_their_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(flag_cases); i++) {
        struct pace_bench bench;
        pace_start(&bench);
        alarm_put(bench.bank.warnings, (enum alarm)flag_cases[i].alarm, true);
        pace_read_words(&bench, 9, 3);
        assert_int_equal(pace_word(&bench, 0), flag_cases[i].warning);
        assert_int_equal(pace_word(&bench, 1), 0);
        assert_int_equal(pace_word(&bench, 2), 0x0E00);
        pace_start(&bench);
        alarm_put(bench.bank.alarms, (enum alarm)flag_cases[i].alarm, true);
        pace_read_words(&bench, 9, 3);
        assert_int_equal(pace_word(&bench, 0), 0);
        assert_int_equal(pace_word(&bench, 1), flag_cases[i].protection);
        assert_int_equal(pace_word(&bench, 2), 0x0E00 | flag_cases[i].fault);
    }
}

static void a_hot_battery_and_a_low_one_are_warnings(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    alarm_put(bench.bank.alarms, ALARM_battery_over_temp, true);
    assert_int_equal(pace_read(&bench, 9), 0x0100);
    pace_start(&bench);
    alarm_put(bench.bank.warnings, ALARM_battery_over_temp, true);
    pace_put(&bench, VALUE_force_charge, 1);
    assert_int_equal(pace_read(&bench, 9), 0x8100);
}

/* Areas */

static void reserved_areas_are_refused_as_illegal_addresses(void **state)
{
    (void)state;
    /* clang-format off */
    static const uint16_t refused[][2] = {
        {0, 49}, {36, 2}, {37, 1}, {59, 2}, {0x3B, 1}, {114, 2}, {115, 1}, {149, 2}, {179, 2},
        {180, 1}, {200, 34}, {0x111, 1}, {65535, 1}, {65535, 2},
    };
    /* clang-format on */
    /* clang-format off */
    static const uint16_t answered[][2] = {
        {0, 37}, {8, 1}, {13, 2}, {60, 55}, {99, 6}, {150, 30},
    };
    /* clang-format on */
    struct pace_bench bench;
    pace_start(&bench);
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_int_equal(pace_read_outcome(&bench, refused[i][0], refused[i][1]), 2);
    for (size_t i = 0; i < COUNT(answered); i++)
        assert_int_equal(pace_read_outcome(&bench, answered[i][0], answered[i][1]), 0);
}

static void the_texts_are_version_model_and_serial_number(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    params_put_text(&bench.params, TEXT_PARAM_serial_number, "40500000012", 11);
    pace_read_words(&bench, 150, 30);
    assert_memory_equal(bench.reply + PACE_DATA,
                        "1.0                 HEARTH_16S200A      "
                        "40500000012         ",
                        60);
    pace_read_words(&bench, 161, 1);
    assert_memory_equal(bench.reply + PACE_DATA, "AR", 2);
}

/* The asking side */

static void both_ends_agree_on_the_data(void **state)
{
    (void)state;
    struct pace_bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    pace_start(&bench);
    snapshot_init(&values);
    params_init(&params);
    snapshot_set_have(&bench.own, (enum value_id)(VALUE_temp_ddegc + 3), false);
    alarm_put(bench.bank.alarms, ALARM_charge_under_temp, true);
    alarm_put(bench.bank.warnings, ALARM_pack_over_voltage, true);
    assert_string_equal(pace_exchange(&bench, 0, &reading), "status");
    assert_int_equal(reading.pack, 1);
    assert_int_equal(values.pack_ma, -12300);
    assert_int_equal(values.pack_mv, 52940);
    assert_int_equal(values.soc_permille, 660);
    assert_int_equal(values.soh_permille, 1000);
    assert_int_equal(values.remaining_mah, 211200);
    assert_int_equal(values.full_mah, 320000);
    assert_int_equal(values.cycle_count, 37);
    assert_int_equal(values.charge_allowed, 1);
    assert_int_equal(values.discharge_on, 1);
    assert_memory_equal(values.cell_mv, bench.own.cell_mv, sizeof(values.cell_mv));
    assert_int_equal(values.cell_count, 16);
    assert_int_equal(values.cell_max_index, 15);
    assert_int_equal(values.temp_max_ddegc, 233);
    assert_int_equal(values.temp_ddegc[2], 233);
    assert_false(snapshot_have(&values, (enum value_id)(VALUE_temp_ddegc + 3)));
    assert_int_equal(values.temp_ddegc[3], 0);
    assert_int_equal(values.mos_ddegc, 280);
    assert_memory_equal(values.alarms, bench.bank.alarms, sizeof(values.alarms));
    assert_memory_equal(values.warnings, bench.bank.warnings, sizeof(values.warnings));
    assert_int_equal(params.nominal_mah, 320000);
}

static void texts_are_taken_without_their_blanks(void **state)
{
    (void)state;
    struct pace_bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    uint8_t bytes[SERIAL_REQUEST_MAX];
    pace_start(&bench);
    params_put_text(&bench.params, TEXT_PARAM_model, "P16S 200", 8);
    params_init(&params);
    snapshot_init(&values);
    size_t size = modbus_read_request(bytes, 1, 155, 20);
    pace_ask(&bench, bytes, size);
    const struct serial_token request = {SERIAL_FRAME, (uint16_t)size, bytes};
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)bench.size, bench.reply};
    assert_int_equal(pace_rs485[0].take(&request, &reply, 0, &reading), DECODED);
    assert_string_equal(params.model, "P16S 200");
    assert_int_equal(params.have_text, 1u << TEXT_PARAM_model); /* the others are cut */
}

static void a_battery_that_cannot_vouch_for_its_values_is_silent(void **state)
{
    (void)state;
    struct pace_bench bench;
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t size = modbus_read_request(request, 1, 0, DATA_WORDS);
    pace_start(&bench);
    bench.battery.ready = false;
    assert_int_equal(pace_ask(&bench, request, size), SERIAL_SILENT);
    assert_int_equal(bench.size, 0);
    pace_start(&bench);
    snapshot_set_have(&bench.bank, VALUE_soc_permille, false);
    assert_int_equal(pace_read_outcome(&bench, 0, DATA_WORDS), 4);
}

static void both_names_have_the_timing_and_addresses_of_the_document(void **state)
{
    (void)state;
    const struct serial_protocol *both[] = {&pace_rs485[0], &wow_rs485[0]};
    for (size_t i = 0; i < COUNT(both); i++) {
        assert_int_equal(both[i]->baud, 9600);
        assert_int_equal(both[i]->address_first, 1);
        assert_int_equal(both[i]->address_last, 15);
        assert_true(both[i]->pause_ms >= 100);
        assert_true(both[i]->timeout_ms >= 200);
        assert_int_equal(both[i]->question_count, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_requests_are_answered_as_the_jk_bms_answered_them),
        cmocka_unit_test(the_whole_of_the_data_is_answered_as_worked_out_from_the_document),
        cmocka_unit_test(a_sensor_that_is_lost_or_not_fitted_reads_minus_200_degrees),
        cmocka_unit_test(large_banks_saturate_and_never_wrap),
        cmocka_unit_test(full_and_empty_are_said_of_a_full_and_an_empty_battery_only),
        cmocka_unit_test(the_switches_say_what_the_bank_allows),
        cmocka_unit_test(a_limit_of_nothing_says_that_its_switch_is_off),
        cmocka_unit_test(the_cell_at_the_balancer_has_its_bit),
        cmocka_unit_test(every_alarm_sets_bits_of_the_document_only),
        cmocka_unit_test(warnings_protections_and_faults_have_their_bits),
        cmocka_unit_test(a_hot_battery_and_a_low_one_are_warnings),
        cmocka_unit_test(reserved_areas_are_refused_as_illegal_addresses),
        cmocka_unit_test(the_texts_are_version_model_and_serial_number),
        cmocka_unit_test(both_ends_agree_on_the_data),
        cmocka_unit_test(texts_are_taken_without_their_blanks),
        cmocka_unit_test(a_battery_that_cannot_vouch_for_its_values_is_silent),
        cmocka_unit_test(both_names_have_the_timing_and_addresses_of_the_document),
    };
    return RUN_TESTS(tests);
}
