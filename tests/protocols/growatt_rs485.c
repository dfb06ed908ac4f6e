/* SPDX-License-Identifier: Apache-2.0
 * Growatt over RS485: a battery with the values of the captures answers their requests byte by
 * byte, in the profile of its sender; so it does the frame worked out by hand from "Growatt BMS
 * RS485 Protocol 1xSxxP ESS" Rev 2.01. There is no exception among the captures; the first cell,
 * which the capture of cells does not show, is none.
 */
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "tests/support/register_bench.h"

static const struct serial_protocol *const document = &growatt_rs485[0];
static const struct serial_protocol *const jk = &growatt_rs485[1];

#define ASK_STATUS "01 03 00 10 00 1A C5 C4"
#define STATUS                                                                                     \
    "01 03 34 FB32 0000 0000 0C6B 0000 0042 14AE FB32 0019 3E80 5280 7D00 0101 000F 0025 0001 "    \
    "0064 1630 0000 7D00 0000 0CF4 0CE5 0010 0001 0010 92 AE"

/* Byte of a word in the reply to a read from 0x10 on. */
#define AT(address) (3 + 2 * ((address)-0x10))

static void read_status(struct bench *bench)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    uint8_t address = bench->battery.dip == 0 ? 1 : bench->battery.dip;
    bench_answer(bench, request, modbus_read_request(request, address, 0x10, 33));
    assert_int_equal(bench->reply_size, 5 + 2 * 33);
}

static uint16_t status_word(struct bench *bench, unsigned address)
{
    read_status(bench);
    return reply_word(bench, AT(address));
}

static struct serial_reading blank(struct snapshot *values, struct params *params)
{
    snapshot_init(values);
    params_init(params);
    return (struct serial_reading){.values = values, .params = params};
}

static void the_worked_frame_is_answered_byte_by_byte(void **state)
{
    (void)state;
    struct bench bench;
    for (size_t i = 0; i < COUNT(growatt_rs485); i++) {
        bench_init(&bench, &growatt_rs485[i]);
        assert_exchange(&bench, ASK_STATUS, STATUS);
    }
}

static void a_status_of_a_jk_bms_is_answered_as_captured(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, jk);
    bench_put(&bench, VALUE_pack_mv, 26310);
    bench_put(&bench, VALUE_pack_ma, 0);
    bench_put(&bench, VALUE_temp_max_ddegc, 200);
    assert_exchange(&bench, "01 03 00 13 00 06 34 0D",
                    "01 03 0C 04 69 00 00 00 42 0A 47 00 00 00 14 64 8C");
}

static void cells_of_a_jk_bms_are_answered_as_captured(void **state)
{
    (void)state;
    static const uint16_t cells_mv[] = {3289, 3289, 3290, 3290, 3289, 3290, 3290};
    struct bench bench;
    bench_init(&bench, jk);
    for (unsigned i = 0; i < 16; i++)
        snapshot_set_have(&bench.own, (enum value_id)(VALUE_cell_mv + i), false);
    for (unsigned i = 0; i < COUNT(cells_mv); i++)
        snapshot_put(&bench.own, (enum value_id)(VALUE_cell_mv + 1 + i), cells_mv[i]);
    assert_exchange(&bench, "01 03 00 71 00 08 14 17",
                    "01 03 10 0C D9 0C D9 0C DA 0C DA 0C D9 0C DA 0C DA 00 00 5F 2F");
}

static void what_is_reserved_reads_zero_and_what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    assert_reply(&bench, "01 03 00 29 00 03", "01 03 06 00 10 00 00 00 00");
    assert_reply(&bench, "01 04 00 30 00 01", "01 04 02 00 00");
    assert_reply(&bench, "01 03 00 90 00 01", "01 03 02 00 00"); /* of a second group */
    assert_reply(&bench, "01 03 00 30 00 02", "01 83 02");
    assert_reply(&bench, "01 03 00 00 00 02", "01 83 02");
    assert_reply(&bench, "01 03 01 00 00 01", "01 83 02");
    assert_reply(&bench, "01 03 00 10 00 7E", "01 83 03");
    assert_reply(&bench, "01 03 00 10 00 00", "01 83 03");
    assert_reply(&bench, "01 05 00 10 00 00", "01 85 01");
}

static void the_identity_names_the_version_and_the_energy(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document); /* 320 Ah x 16 x 3.2 V = 16384 Wh */
    assert_reply(&bench, "01 03 00 01 00 0F",
                 "01 03 1E 0100 0100 0000 0000 0000 0000 0000 0000 4845 4152 5448 0000 0000 0000 "
                 "4000");
}

static void the_status_word_follows_current_permissions_and_faults(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    bench_put(&bench, VALUE_pack_ma, -499);
    assert_int_equal(status_word(&bench, 0x13), 0x0469);
    bench_put(&bench, VALUE_pack_ma, 500);
    assert_int_equal(status_word(&bench, 0x13), 0x086A);
    bench_put(&bench, VALUE_charge_allowed, 0);
    assert_int_equal(status_word(&bench, 0x13), 0x082A);
    bench_put(&bench, VALUE_discharge_allowed, 0);
    assert_int_equal(status_word(&bench, 0x13), 0x080A);
    bench_put(&bench, VALUE_force_charge, 1);
    assert_int_equal(status_word(&bench, 0x13), 0x180A);
    bench_put(&bench, VALUE_pack_count, 2);
    assert_int_equal(status_word(&bench, 0x13), 0x190A);
    bench_warning(&bench, ALARM_cell_over_voltage, true);
    assert_int_equal(status_word(&bench, 0x13), 0x190A);
    bench_alarm(&bench, ALARM_cell_spread, true);
    assert_int_equal(status_word(&bench, 0x13), 0x1906);
}

/* Whatever has acted is seen in the error word, as one bit, and read as an alarm. */
static void every_protection_and_fault_has_an_error_bit(void **state)
{
    (void)state;
    for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        struct serial_reading reading = blank(&values, &params);
        bool expected =
            alarm_info[alarm].severity != SEVERITY_WARNING && alarm != ALARM_breaker_open;
        bench_init(&bench, document);
        bench_alarm(&bench, (enum alarm)alarm, true);
        uint16_t error = status_word(&bench, 0x14);
        assert_int_equal(error != 0, expected);
        assert_int_equal(error & (error - 1), 0);
        bench_poll(&bench, 1, &reading);
        assert_int_equal(alarm_common(values.alarms, alarm_protecting_set), expected);
    }
}

static void bits_are_where_the_document_has_them(void **state)
{
    (void)state;
    static const struct {
        uint8_t alarm;
        uint8_t error; /* bit */
        uint8_t warning;
    } rows[] = {
        {ALARM_discharge_over_current,  0,  4        },
        {ALARM_discharge_short_circuit, 1,  UINT8_MAX},
        {ALARM_pack_over_voltage,       2,  2        },
        {ALARM_cell_over_voltage,       2,  0        },
        {ALARM_pack_under_voltage,      3,  3        },
        {ALARM_cell_under_voltage,      3,  1        },
        {ALARM_discharge_over_temp,     4,  6        },
        {ALARM_charge_over_temp,        5,  8        },
        {ALARM_discharge_under_temp,    6,  7        },
        {ALARM_charge_under_temp,       7,  9        },
        {ALARM_discharge_on_failed,     8,  UINT8_MAX},
        {ALARM_internal,                9,  UINT8_MAX},
        {ALARM_cell_spread,             10, UINT8_MAX},
        {ALARM_charge_over_current,     11, 5        },
        {ALARM_mos_over_temp,           12, 10       },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        enum alarm alarm = (enum alarm)rows[i].alarm;
        bench_init(&bench, document);
        bench_alarm(&bench, alarm, true);
        assert_int_equal(status_word(&bench, 0x14), 1 << rows[i].error);
        assert_int_equal(status_word(&bench, 0x22), 0);
        bench_alarm(&bench, alarm, false);
        bench_warning(&bench, alarm, true);
        assert_int_equal(status_word(&bench, 0x14), 0);
        assert_int_equal(status_word(&bench, 0x22),
                         rows[i].warning == UINT8_MAX ? 0 : 1 << rows[i].warning);
    }
}

static void a_lost_pack_is_an_extended_error(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    bench_alarm(&bench, ALARM_pack_stale, true);
    assert_int_equal(status_word(&bench, 0x24), 0x0010);
    assert_int_equal(status_word(&bench, 0x14), 0);
}

static void a_hot_battery_is_a_warning_of_both_directions(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    bench_alarm(&bench, ALARM_battery_over_temp, true);
    assert_int_equal(status_word(&bench, 0x22), 1 << 6 | 1 << 8);
    assert_int_equal(status_word(&bench, 0x14), 0);
}

static void numbers_that_do_not_fit_saturate_and_limits_round_down(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    bench_put(&bench, VALUE_pack_ma, 1000000);
    bench_put(&bench, VALUE_charge_limit_ma, 2000000);
    bench_put(&bench, VALUE_discharge_limit_ma, 99999);
    bench_put(&bench, VALUE_charge_limit_mv, 56799);
    bench_put(&bench, VALUE_soc_permille, 997);
    bench_put(&bench, VALUE_full_mah, 5120000);
    bench_put(&bench, VALUE_remaining_mah, 2560000);
    read_status(&bench);
    assert_int_equal(reply_word(&bench, AT(0x17)), 32766);
    assert_int_equal(reply_word(&bench, AT(0x19)), 65534);
    assert_int_equal(reply_word(&bench, AT(0x23)), 9999);
    assert_int_equal(reply_word(&bench, AT(0x21)), 5679);
    assert_int_equal(reply_word(&bench, AT(0x15)), 99); /* not full */
    assert_int_equal(reply_word(&bench, AT(0x1B)), 65534);
    assert_int_equal(reply_word(&bench, AT(0x1A)), 32767); /* half of it */
}

static void a_battery_that_does_not_know_its_limits_fails(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    snapshot_set_have(&bench.bank, VALUE_charge_limit_ma, false);
    assert_reply(&bench, "01 03 00 15 00 01", "01 83 04");
}

static void a_pack_speaks_at_its_own_address_under_its_own_id(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, document);
    assert_int_equal(status_word(&bench, 0x1F), 1); /* in the place of a box */
    bench_poll(&bench, 1, &reading);
    assert_int_equal(reading.pack, 1);
    bench.battery.dip = 9;
    assert_silence(&bench, "01 03 00 10 00 01", SERIAL_FOREIGN);
    assert_silence(&bench, "00 03 00 10 00 01", SERIAL_FOREIGN);
    assert_int_equal(status_word(&bench, 0x1F), 9 << 8);
    assert_reply(&bench, "09 03 00 70 00 02", "09 03 04 00 09 0C E5");
}

static void a_reader_learns_from_the_id_which_pack_is_told_of(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, document);
    assert_int_equal(bench_take(&bench, "01 03 00 1E 00 02", "01 03 04 00 25 C3 01", &reading),
                     DECODED);
    assert_int_equal(reading.pack, 3); /* the two bits above are no part of it */
    assert_int_equal(value_of(&values, VALUE_cycle_count), 37);
}

static void without_a_fresh_pack_there_is_silence(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    bench.battery.ready = false;
    assert_silence(&bench, "01 03 00 10 00 1A", SERIAL_SILENT);
    assert_silence(&bench, "01 10 00 13 00 01 02 00 00", SERIAL_SILENT);
}

static void the_handshake_is_acknowledged_and_other_writes_are_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, document);
    struct bench before = bench;
    assert_exchange(&bench, "01 10 00 13 00 01 02 00 00 A4 F3", "01 10 00 13 00 01 F0 0C");
    assert_reply(&bench, "01 10 00 13 00 01 02 0C 00", "01 10 00 13 00 01");
    assert_reply(&bench, "01 06 00 13 00 00", "01 06 00 13 00 00");
    assert_reply(&bench, "01 10 00 13 00 02 04 00 00 00 00", "01 90 02");
    assert_reply(&bench, "01 10 00 19 00 01 02 00 00", "01 90 02");
    assert_reply(&bench, "01 10 00 13 00 01 04 00 00 00 00", "01 90 03");
    assert_memory_equal(&bench.bank, &before.bank, sizeof(bench.bank));
    assert_memory_equal(&bench.params, &before.params, sizeof(bench.params));
}

static void the_handshake_is_not_taken_for_a_state_of_the_battery(void **state)
{
    (void)state;
    struct snapshot values;
    struct params params;
    uint8_t request[MODBUS_SIZE_MAX + 2];
    struct serial_reading reading = blank(&values, &params);
    size_t size = frame_of("01 10 00 13 00 01 02 00 00", false, request);
    const struct serial_token token = {SERIAL_FRAME, (uint16_t)size, request};
    document->explain(&token, &reading);
    assert_string_equal(reading.name, "write");
    assert_int_equal(reading.pack, 1);
    assert_false(snapshot_have(&values, VALUE_charge_allowed));
    assert_false(snapshot_have(&values, VALUE_alarms));
}

static void assert_cells(const struct snapshot *values, unsigned count)
{
    for (unsigned i = 0; i < 16; i++) {
        enum value_id id = (enum value_id)(VALUE_cell_mv + i);
        assert_int_equal(snapshot_have(values, id), i < count);
        if (i < count)
            assert_int_equal(value_of(values, id), 3301 + i);
    }
}

/* A reader of either profile understands a battery of either. */
static void where_the_cells_begin_is_told_by_the_first_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        struct serial_reading reading = blank(&values, &params);
        bench_init(&bench, &growatt_rs485[i & 1]);
        bench_poll(&bench, 1, &reading);
        const struct serial_protocol *reader = &growatt_rs485[i >> 1];
        uint8_t request[SERIAL_REQUEST_MAX];
        const struct serial_token asked = {SERIAL_FRAME, (uint16_t)reader->ask(1, 1, request),
                                           request};
        const struct serial_token told = {SERIAL_FRAME, (uint16_t)bench.reply_size, bench.reply};
        reading = blank(&values, &params);
        assert_int_equal(reader->take(&asked, &told, 0, &reading), DECODED);
        assert_string_equal(reading.name, "cells");
        assert_cells(&values, 16);
    }
}

static void only_a_plausible_voltage_is_a_first_cell(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        int32_t first_mv;
    } rows[] = {
        {"01 03 04 03 E7 0C E5", 3301}, /* 999 */
        {"01 03 04 03 E8 0C E5", 1000},
        {"01 03 04 13 88 0C E5", 5000},
        {"01 03 04 13 89 0C E5", 3301}, /* 5001 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        struct serial_reading reading = blank(&values, &params);
        bench_init(&bench, document);
        assert_int_equal(bench_take(&bench, "01 03 00 70 00 02", rows[i].reply, &reading), DECODED);
        assert_int_equal(value_of(&values, VALUE_cell_mv), rows[i].first_mv);
    }
}

static void both_ends_understand_each_other(void **state)
{
    (void)state;
    static const uint16_t told[] = {
        VALUE_pack_ma,        VALUE_soc_permille,      VALUE_soh_permille,
        VALUE_remaining_mah,  VALUE_full_mah,          VALUE_cycle_count,
        VALUE_cell_count,     VALUE_cell_spread_mv,    VALUE_cell_min_mv,
        VALUE_cell_max_mv,    VALUE_cell_min_index,    VALUE_cell_max_index,
        VALUE_temp_max_ddegc, VALUE_charge_limit_mv,   VALUE_charge_limit_ma,
        VALUE_charge_allowed, VALUE_discharge_allowed, VALUE_discharge_limit_ma,
        VALUE_force_charge,
    };
    struct bench bench;
    struct snapshot values;
    struct params params;
    for (size_t profile = 0; profile < COUNT(growatt_rs485); profile++) {
        struct serial_reading reading = blank(&values, &params);
        bench_init(&bench, &growatt_rs485[profile]);
        bench_poll(&bench, 1, &reading);
        for (size_t i = 0; i < COUNT(told); i++)
            assert_int_equal(value_of(&values, told[i]), value_of(&bench.bank, told[i]));
        assert_int_equal(value_of(&values, VALUE_pack_mv), 52940);
        assert_cells(&values, 16);
        assert_int_equal(reading.refused, 0);
    }
}

static void a_refusal_is_read_with_its_code(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, document);
    assert_int_equal(bench_take(&bench, "02 03 00 10 00 1A", "02 83 04", &reading), DECODED);
    assert_int_equal(reading.refused, MODBUS_DEVICE_FAILURE);
    assert_int_equal(reading.pack, 2);
    assert_int_equal(bench_take(&bench, "02 03 00 10 00 1A", "01 83 04", &reading), NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_frame_is_answered_byte_by_byte),
        cmocka_unit_test(a_status_of_a_jk_bms_is_answered_as_captured),
        cmocka_unit_test(cells_of_a_jk_bms_are_answered_as_captured),
        cmocka_unit_test(what_is_reserved_reads_zero_and_what_is_not_there_is_refused),
        cmocka_unit_test(the_identity_names_the_version_and_the_energy),
        cmocka_unit_test(the_status_word_follows_current_permissions_and_faults),
        cmocka_unit_test(every_protection_and_fault_has_an_error_bit),
        cmocka_unit_test(bits_are_where_the_document_has_them),
        cmocka_unit_test(a_lost_pack_is_an_extended_error),
        cmocka_unit_test(a_hot_battery_is_a_warning_of_both_directions),
        cmocka_unit_test(numbers_that_do_not_fit_saturate_and_limits_round_down),
        cmocka_unit_test(a_battery_that_does_not_know_its_limits_fails),
        cmocka_unit_test(a_pack_speaks_at_its_own_address_under_its_own_id),
        cmocka_unit_test(a_reader_learns_from_the_id_which_pack_is_told_of),
        cmocka_unit_test(without_a_fresh_pack_there_is_silence),
        cmocka_unit_test(the_handshake_is_acknowledged_and_other_writes_are_refused),
        cmocka_unit_test(the_handshake_is_not_taken_for_a_state_of_the_battery),
        cmocka_unit_test(where_the_cells_begin_is_told_by_the_first_word),
        cmocka_unit_test(only_a_plausible_voltage_is_a_first_cell),
        cmocka_unit_test(both_ends_understand_each_other),
        cmocka_unit_test(a_refusal_is_read_with_its_code),
    };
    return RUN_TESTS(tests);
}
