/* SPDX-License-Identifier: Apache-2.0
 * Voltronic over RS485: a battery with the values of the capture, 8 cells, answers its request byte
 * by byte; so it does the frame worked out by hand from "Voltronic Inverter and BMS 485
 * communication protocol", 2020-03-25. There is no exception.
 */
#include "protocols/rs485.h"
#include "protocols/serial_client.h"
#include "protocols/serial_server.h"
#include "tests/support/register_bench.h"

static const struct serial_protocol *const voltronic = voltronic_rs485;

enum { NORMAL = 0x00, BELOW = 0x01, ABOVE = 0x02, OTHER = 0xF0 };

static uint16_t word_at(struct bench *bench, uint16_t address)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t size = modbus_read_request(request, 1, address, 1);
    assert_int_equal(bench_answer(bench, request, size), SERIAL_ANSWERED);
    assert_int_equal(bench->reply_size, 8);
    return reply_word(bench, 4);
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
    bench_init(&bench, voltronic);
    assert_exchange(&bench, "01 03 00 70 00 08 45 D7",
                    "01 03 00 08 0238 01C0 0640 0C80 00C0 0406 0003 3900 35 17");
}

static void the_capture_is_answered_byte_by_byte(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench_put(&bench, VALUE_cell_count, 8);
    assert_exchange(&bench, "01 03 00 10 00 01 85 CF", "01 03 00 01 00 08 15 CC");
}

static void what_is_not_there_reads_zero(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    assert_reply(&bench, "01 03 00 01 00 06", "01 03 00 06 0000 0000 0000 0000 0000 0000");
    assert_reply(&bench, "01 03 00 78 00 02", "01 03 00 02 0000 0000");
    assert_reply(&bench, "01 03 FF FF 00 01", "01 03 00 01 0000");
}

static void cells_and_temperatures_are_of_the_pack(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    snapshot_put(&bench.own, VALUE_cell_mv, 3349);
    snapshot_put(&bench.own, VALUE_cell_mv + 1, 3350);
    assert_reply(&bench, "01 03 00 10 00 20",
                 "01 03 00 20 0010 0021 0022 0021 0021 0021 0021 0021 0021 0021 0021 0021 0021 "
                 "0021 0021 0021 0021 0000 0000 0000 0000 "
                 "0006 0BA5 0B9B 0B91 0B87 0000 0BC3 0000 0000 0000 0000");
}

static void totals_are_of_the_bank(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    snapshot_put(&bench.bank, VALUE_packs_online, 3);
    snapshot_put(&bench.bank, VALUE_full_mah, 960000);
    snapshot_put(&bench.bank, VALUE_soc_permille, 997);
    bench.params.nominal_mah = 314000;
    assert_reply(&bench, "01 03 00 30 00 10",
                 "01 03 00 10 0000 007B 0211 0063 000E A600 0003 0000 0000 0000 0000 0000 0000 "
                 "0000 0004 CA90");
    bench_put(&bench, VALUE_pack_ma, 12300);
    assert_reply(&bench, "01 03 00 30 00 02", "01 03 00 02 007B 0000");
}

static void a_pack_alone_is_one_pack(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    assert_int_equal(word_at(&bench, 0x36), 1);
}

static void halves_of_double_words_are_read_alone(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench.params.nominal_mah = 314000;
    assert_int_equal(word_at(&bench, 0x3E), 0x0004);
    assert_int_equal(word_at(&bench, 0x3F), 0xCA90);
    assert_int_equal(word_at(&bench, 0x34), 0x0004);
    assert_int_equal(word_at(&bench, 0x35), 0xE200);
    assert_int_equal(word_at(&bench, 0x77), 0x3900);
}

static void charge_stops_when_any_pack_forbids_it(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    assert_int_equal(word_at(&bench, 0x74), 0xC0);
    snapshot_put(&bench.bank, VALUE_packs_no_charge, 1);
    snapshot_put(&bench.bank, VALUE_packs_no_discharge, 1);
    assert_int_equal(word_at(&bench, 0x74), 0x40);
    snapshot_put(&bench.bank, VALUE_packs_no_charge, 0);
    bench_put(&bench, VALUE_discharge_allowed, 0);
    assert_int_equal(word_at(&bench, 0x74), 0x80);
    bench_put(&bench, VALUE_charge_allowed, 0);
    bench_put(&bench, VALUE_force_charge, 1);
    assert_int_equal(word_at(&bench, 0x74), 0x20);
}

/* The document has the current limits as not used yet. */
static void a_limit_of_nothing_is_a_ban(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench_put(&bench, VALUE_charge_limit_ma, 0);
    assert_int_equal(word_at(&bench, 0x74), 0x40);
    bench_put(&bench, VALUE_charge_limit_ma, 1);
    bench_put(&bench, VALUE_discharge_limit_ma, 0);
    assert_int_equal(word_at(&bench, 0x74), 0x80);
    snapshot_set_have(&bench.bank, VALUE_discharge_limit_ma, false); /* not known is none */
    assert_int_equal(word_at(&bench, 0x74), 0xC0);
}

static void the_run_time_is_that_of_the_present_current(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench_put(&bench, VALUE_pack_ma, -211200);
    assert_int_equal(word_at(&bench, 0x75), 60);
    bench_put(&bench, VALUE_pack_ma, -211201);
    assert_int_equal(word_at(&bench, 0x75), 59);
    bench_put(&bench, VALUE_pack_ma, -1);
    assert_int_equal(word_at(&bench, 0x75), 0xFFFF);
    bench_put(&bench, VALUE_pack_ma, 0);
    assert_int_equal(word_at(&bench, 0x75), 0xFFFF);
    bench_put(&bench, VALUE_remaining_mah, 0);
    bench_put(&bench, VALUE_pack_ma, -1000);
    assert_int_equal(word_at(&bench, 0x75), 0);
}

static void limits_never_promise_more_than_they_are(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench_put(&bench, VALUE_charge_limit_mv, 56899);
    bench_put(&bench, VALUE_discharge_limit_mv, 44801);
    bench_put(&bench, VALUE_charge_limit_ma, 99);
    bench_put(&bench, VALUE_discharge_limit_ma, 100000000);
    assert_reply(&bench, "01 03 00 70 00 04", "01 03 00 04 0238 01C1 0000 FFFE");
}

/* Bit of a word for each alarm or warning alone. */
static void bits_are_where_the_document_has_them(void **state)
{
    (void)state;
    static const struct {
        uint8_t alarm;
        bool warns;
        uint16_t address;
        uint16_t bits;
    } rows[] = {
        {ALARM_charge_over_current,      true,  0x37, 1 << 3 },
        {ALARM_charge_under_temp,        true,  0x37, 1 << 2 },
        {ALARM_cell_over_voltage,        true,  0x37, 1 << 1 },
        {ALARM_pack_over_voltage,        true,  0x37, 1 << 1 },
        {ALARM_charge_over_temp,         true,  0x37, 1 << 0 },
        {ALARM_battery_over_temp,        false, 0x37, 1 << 0 },
        {ALARM_battery_over_temp,        false, 0x38, 1 << 0 },
        {ALARM_cell_under_voltage,       true,  0x38, 1 << 3 },
        {ALARM_mos_over_temp,            true,  0x38, 1 << 2 },
        {ALARM_discharge_under_temp,     true,  0x38, 1 << 1 },
        {ALARM_discharge_over_temp,      true,  0x38, 1 << 0 },
        {ALARM_charge_over_current_2,    false, 0x39, 1 << 15},
        {ALARM_cell_over_voltage_2,      false, 0x39, 1 << 12},
        {ALARM_charge_over_current,      false, 0x39, 1 << 11},
        {ALARM_charge_limit_ignored,     false, 0x39, 1 << 11},
        {ALARM_cell_over_voltage,        false, 0x39, 1 << 10},
        {ALARM_charge_under_temp,        false, 0x39, 1 << 9 },
        {ALARM_charge_over_temp,         false, 0x39, 1 << 8 },
        {ALARM_deep_discharge,           false, 0x39, 1 << 7 },
        {ALARM_mos_over_temp,            false, 0x39, 1 << 6 },
        {ALARM_coprocessor,              false, 0x39, 1 << 2 },
        {ALARM_charge_mos,               false, 0x39, 1 << 1 },
        {ALARM_charge_short_circuit,     false, 0x3A, 1 << 2 },
        {ALARM_discharge_over_temp,      false, 0x3B, 1 << 14},
        {ALARM_discharge_under_temp,     false, 0x3B, 1 << 13},
        {ALARM_discharge_over_current,   false, 0x3B, 1 << 12},
        {ALARM_cell_under_voltage,       false, 0x3B, 1 << 11},
        {ALARM_mos_over_temp,            false, 0x3B, 1 << 10},
        {ALARM_discharge_mos,            false, 0x3B, 1 << 1 },
        {ALARM_cell_over_voltage_2,      false, 0x3C, 1 << 4 },
        {ALARM_discharge_over_current_2, false, 0x3C, 1 << 2 },
        {ALARM_discharge_short_circuit,  false, 0x3C, 1 << 1 },
        {ALARM_coprocessor,              false, 0x3C, 1 << 0 },
    };
    struct bench bench;
    bench_init(&bench, voltronic);
    for (uint16_t address = 0x37; address <= 0x3C; address++)
        assert_int_equal(word_at(&bench, address), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench_init(&bench, voltronic);
        (rows[i].warns ? bench_warning : bench_alarm)(&bench, (enum alarm)rows[i].alarm, true);
        assert_int_equal(word_at(&bench, rows[i].address), rows[i].bits);
    }
}

static void what_one_side_alone_protects_from_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *words; /* 0x39 to 0x3C */
        enum alarm alarm;
    } rows[] = {
        {"01 03 00 04 0040 0000 0000 0000", ALARM_mos_over_temp      },
        {"01 03 00 04 0000 0000 0400 0000", ALARM_mos_over_temp      },
        {"01 03 00 04 0004 0000 0000 0000", ALARM_coprocessor        },
        {"01 03 00 04 0000 0000 0000 0001", ALARM_coprocessor        },
        {"01 03 00 04 1000 0000 0000 0000", ALARM_cell_over_voltage_2},
        {"01 03 00 04 0000 0000 0000 0010", ALARM_cell_over_voltage_2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        struct serial_reading reading = blank(&values, &params);
        uint32_t only[ALARM_WORDS] = {0};
        alarm_put(only, rows[i].alarm, true);
        bench_init(&bench, voltronic);
        assert_int_equal(bench_take(&bench, "01 03 00 39 00 04", rows[i].words, &reading), DECODED);
        assert_memory_equal(values.alarms, only, sizeof(only));
    }
}

static void cells_and_temperatures_have_states_by_what_is_warned_of(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    snapshot_put(&bench.own, VALUE_cell_count, 5);
    snapshot_put(&bench.own, VALUE_cell_mv, bench.params.cell_ov_warning_mv);
    snapshot_put(&bench.own, VALUE_cell_mv + 1, bench.params.cell_ov_warning_mv - 1);
    snapshot_put(&bench.own, VALUE_cell_mv + 2, bench.params.cell_uv_warning_mv);
    snapshot_put(&bench.own, VALUE_cell_mv + 3, bench.params.cell_uv_warning_mv + 1);
    snapshot_set_have(&bench.own, VALUE_cell_mv + 4, false);
    assert_reply(&bench, "01 03 00 40 00 05", "01 03 00 05 0005 0200 0100 F000 0000");
    snapshot_put(&bench.own, VALUE_temp_ddegc, bench.params.temp_hot_warning_ddegc);
    snapshot_put(&bench.own, VALUE_temp_ddegc + 1, bench.params.temp_cold_warning_ddegc);
    snapshot_put(&bench.own, VALUE_mos_ddegc, bench.params.mos_warning_ddegc);
    assert_reply(&bench, "01 03 00 50 00 06", "01 03 00 06 0006 0201 0000 F002 0000 0000");
    snapshot_put(&bench.own, VALUE_mos_ddegc, -300); /* switches are never too cold */
    assert_int_equal(word_at(&bench, 0x53), 0xF000);
}

static void the_module_has_states_by_its_alarms(void **state)
{
    (void)state;
    static const struct {
        enum alarm alarm;
        uint16_t address;
        uint16_t code;
    } rows[] = {
        {ALARM_pack_over_voltage,       0x60, ABOVE},
        {ALARM_pack_under_voltage,      0x61, BELOW},
        {ALARM_cell_sum,                0x60, OTHER},
        {ALARM_cell_over_voltage,       0x62, ABOVE},
        {ALARM_cell_under_voltage,      0x63, BELOW},
        {ALARM_open_wire,               0x62, OTHER},
        {ALARM_open_wire,               0x63, OTHER},
        {ALARM_charge_over_current,     0x64, ABOVE},
        {ALARM_discharge_short_circuit, 0x65, ABOVE},
        {ALARM_current_sensor,          0x64, OTHER},
        {ALARM_charge_over_temp,        0x66, ABOVE},
        {ALARM_charge_under_temp,       0x68, BELOW},
        {ALARM_discharge_over_temp,     0x67, ABOVE},
        {ALARM_discharge_under_temp,    0x69, BELOW},
        {ALARM_temp_sensor,             0x69, OTHER},
    };
    struct bench bench;
    bench_init(&bench, voltronic);
    assert_reply(&bench, "01 03 00 60 00 0A",
                 "01 03 00 0A 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000");
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench_init(&bench, voltronic);
        alarm_put(bench.own.alarms, rows[i].alarm, true);
        assert_int_equal(word_at(&bench, rows[i].address), rows[i].code);
        alarm_put(bench.own.alarms, rows[i].alarm, false);
        alarm_put(bench.own.warnings, rows[i].alarm, true);
        assert_int_equal(word_at(&bench, rows[i].address), rows[i].code);
    }
    alarm_put(bench.own.warnings, ALARM_discharge_under_temp, true); /* and the sensor */
    assert_int_equal(word_at(&bench, 0x69), OTHER);
}

static void errors_have_the_codes_of_the_protocol(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    assert_reply(&bench, "11 03 00 10 00 01", "11 83 01");
    assert_reply(&bench, "01 05 00 10 00 01", "01 85 02");
    assert_reply(&bench, "01 10 00 10 00 01 02 00 00", "01 90 02");
    assert_reply(&bench, "01 03 00 10 00 00", "01 83 02");
    assert_reply(&bench, "01 03 00 10 00 7E", "01 83 02");
    assert_silence(&bench, "02 03 00 10 00 01", SERIAL_FOREIGN);
    assert_silence(&bench, "00 03 00 10 00 01", SERIAL_FOREIGN);
}

static void feed(struct serial_server *server, const struct bench *bench, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int size = hex_parse(hex, strlen(hex), bytes, sizeof(bytes));
    serial_server_receive(server, &bench->battery, bytes, (size_t)size, 1000000);
}

static void a_wrong_check_sum_is_answered_with_error_3(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_server server;
    uint8_t reply[8];
    bench_init(&bench, voltronic);
    serial_server_init(&server, voltronic, 0);
    feed(&server, &bench, "01 03 00 10 00 01 85 CE");
    assert_int_equal(serial_server_transmit(&server, reply, sizeof(reply), 1000000), 5);
    assert_memory_equal(reply, "\x01\x83\x03", 3);
    assert_true(modbus_sealed(reply, 5));
    assert_int_equal(server.outcome[SERIAL_DAMAGED], 1);
}

/* A noisy line of several packs: who is not meant beyond doubt is silent. */
static void what_is_damaged_and_not_for_us_meets_silence(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_server server;
    uint8_t reply[8];
    static const char *const rows[] = {
        "02 03 00 10 00 01 85 CE", /* another address */
        "11 03 00 10 00 01 85 CE", "01 05 00 10 00 01 85 CE", "01 03 00 10 01 00 85 CE",
        "01 03 00 10 00 00 85 CE", "00 03 00 10 00 01 85 CE",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench_init(&bench, voltronic);
        serial_server_init(&server, voltronic, 0);
        feed(&server, &bench, rows[i]);
        serial_server_receive(&server, &bench.battery, NULL, 0, 2000000);
        assert_int_equal(serial_server_transmit(&server, reply, sizeof(reply), 2000000), 0);
        assert_int_equal(server.outcome[SERIAL_ANSWERED], 0);
        assert_true(server.outcome[SERIAL_DAMAGED] + server.broken_frames + server.noise_bytes > 0);
    }
}

static void noise_before_a_request_does_no_harm(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_server server;
    uint8_t reply[8];
    static const char *const rows[] = {"00 01 03 00 70 00 01 85 D1", "FF 01 03 00 70 00 01 85 D1",
                                       "01 03 01 03 00 70 00 01 85 D1"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench_init(&bench, voltronic);
        serial_server_init(&server, voltronic, 0);
        feed(&server, &bench, rows[i]);
        serial_server_receive(&server, &bench.battery, NULL, 0, 2000000);
        assert_int_equal(serial_server_transmit(&server, reply, sizeof(reply), 2000000), 8);
        assert_int_equal(get_u16be(reply + 4), 568);
    }
}

static void a_pack_that_is_not_the_host_answers_at_its_own_address_only(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench.battery.dip = 5;
    assert_silence(&bench, "01 03 00 10 00 01", SERIAL_FOREIGN);
    assert_silence(&bench, "11 03 00 10 00 01", SERIAL_FOREIGN);
    assert_reply(&bench, "05 03 00 10 00 01", "05 03 00 01 0010");
}

static void what_cannot_be_vouched_for_is_not_said(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, voltronic);
    bench.battery.ready = false;
    assert_silence(&bench, "01 03 00 70 00 08", SERIAL_SILENT);
    assert_silence(&bench, "01 05 00 70 00 08", SERIAL_SILENT);
    assert_silence(&bench, "11 03 00 70 00 08", SERIAL_FOREIGN);
    bench.battery.ready = true;
    snapshot_set_have(&bench.bank, VALUE_charge_limit_mv, false);
    assert_silence(&bench, "01 03 00 70 00 08", SERIAL_SILENT);
    snapshot_set_have(&bench.bank, VALUE_pack_ma, false);
    assert_silence(&bench, "01 03 00 30 00 01", SERIAL_SILENT);
}

static void a_reader_takes_both_forms_of_an_answer(void **state)
{
    (void)state;
    static const char *const replies[] = {"01 03 00 02 0238 01C0", "01 03 04 0238 01C0"};
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct bench bench;
        struct snapshot values;
        struct params params;
        uint8_t frame[MODBUS_SIZE_MAX + 2];
        struct serial_reading reading = blank(&values, &params);
        bench_init(&bench, voltronic);
        assert_int_equal(bench_take(&bench, "01 03 00 70 00 02", replies[i], &reading), DECODED);
        assert_int_equal(value_of(&values, VALUE_charge_limit_mv), 56800);
        assert_int_equal(value_of(&values, VALUE_discharge_limit_mv), 44800);
        assert_int_equal(bench_take(&bench, "01 03 00 70 00 03", replies[i], &reading), NOT_MINE);
        size_t size = frame_of(replies[i], false, frame);
        assert_int_equal(voltronic->reply->size(frame, size), size);
    }
}

static void cells_below_100_are_tenths_of_a_volt_and_others_millivolts(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, voltronic);
    assert_int_equal(
        bench_take(&bench, "01 03 00 11 00 04", "01 03 00 04 0021 0CD9 0063 0064", &reading),
        DECODED);
    assert_int_equal(value_of(&values, VALUE_cell_mv), 3300);
    assert_int_equal(value_of(&values, VALUE_cell_mv + 1), 3289);
    assert_int_equal(value_of(&values, VALUE_cell_mv + 2), 9900);
    assert_int_equal(value_of(&values, VALUE_cell_mv + 3), 100);
    assert_false(snapshot_have(&values, VALUE_cell_mv + 4));
    assert_int_equal(value_of(&values, VALUE_cell_max_mv), 9900);
    assert_int_equal(value_of(&values, VALUE_cell_min_index), 3);
    assert_false(snapshot_have(&values, VALUE_cell_spread_mv)); /* one of them is coarse */
    reading = blank(&values, &params);
    assert_int_equal(bench_take(&bench, "01 03 00 11 00 02", "01 03 00 02 0CDA 0CD9", &reading),
                     DECODED);
    assert_int_equal(value_of(&values, VALUE_cell_spread_mv), 1);
}

static void no_current_either_way_is_a_current_of_zero(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, voltronic);
    bench_put(&bench, VALUE_pack_ma, 0);
    bench_poll(&bench, 1, &reading);
    assert_int_equal(value_of(&values, VALUE_pack_ma), 0);
}

/* With one word request and answer are equally long, and one adapter in two sends both back. */
static void an_echo_is_no_answer(void **state)
{
    (void)state;
    struct bench bench;
    struct serial_client client;
    struct snapshot values;
    struct params params;
    uint8_t request[SERIAL_REQUEST_MAX];
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, voltronic);
    serial_client_init(&client, voltronic);
    assert_true(serial_client_ask(&client, 2, 1));
    size_t size = serial_client_transmit(&client, request, sizeof(request), 1000000);
    assert_int_equal(size, 8);
    serial_client_receive(&client, request, size, 1010000);
    assert_int_equal(client.state, SERIAL_CLIENT_BUSY);
    bench_answer(&bench, request, size);
    serial_client_receive(&client, bench.reply, bench.reply_size, 1050000);
    assert_int_equal(client.state, SERIAL_CLIENT_ANSWERED);
    assert_int_equal(serial_client_take(&client, 0, &reading), DECODED);
    assert_int_equal(value_of(&values, VALUE_charge_limit_mv), 56800);
}

static void a_damaged_request_of_a_recording_is_called_broken(void **state)
{
    (void)state;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    const struct serial_token token = {SERIAL_FRAME, 8,
                                       (const uint8_t *)"\x01\x03\x00\x70\x00\x08\x45\xD6"};
    voltronic->explain(&token, &reading);
    assert_string_equal(reading.name, "broken");
}

static void both_ends_understand_each_other(void **state)
{
    (void)state;
    static const uint16_t told[] = {
        VALUE_pack_ma,         VALUE_soc_permille,       VALUE_remaining_mah,
        VALUE_full_mah,        VALUE_cell_count,         VALUE_charge_limit_mv,
        VALUE_charge_limit_ma, VALUE_discharge_limit_mv, VALUE_discharge_limit_ma,
        VALUE_charge_allowed,  VALUE_discharge_allowed,  VALUE_force_charge,
        VALUE_temp_ddegc,      VALUE_temp_ddegc + 1,     VALUE_temp_ddegc + 3,
        VALUE_mos_ddegc,
    };
    struct bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = blank(&values, &params);
    bench_init(&bench, voltronic);
    bench.params.nominal_mah = 280000;
    bench_alarm(&bench, ALARM_mos_over_temp, true);
    bench_warning(&bench, ALARM_cell_over_voltage, true);
    bench_poll(&bench, 1, &reading);
    for (size_t i = 0; i < COUNT(told); i++)
        assert_int_equal(value_of(&values, told[i]), value_of(&bench.bank, told[i]));
    assert_int_equal(value_of(&values, VALUE_pack_mv), 52900);
    assert_int_equal(value_of(&values, VALUE_cell_mv + 15), 3300);
    assert_false(snapshot_have(&values, VALUE_cell_mv + 16));
    assert_false(snapshot_have(&values, VALUE_temp_ddegc + 4));
    assert_int_equal(value_of(&values, VALUE_packs_online), 1);
    assert_int_equal(value_of(&values, VALUE_temp_max_ddegc), 250);
    assert_int_equal(value_of(&values, VALUE_temp_min_ddegc), 220);
    assert_true(params_have(&params, PARAM_nominal_mah));
    assert_int_equal(params.nominal_mah, 280000);
    assert_memory_equal(values.alarms, bench.bank.alarms, sizeof(values.alarms));
    assert_memory_equal(values.warnings, bench.bank.warnings, sizeof(values.warnings));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_frame_is_answered_byte_by_byte),
        cmocka_unit_test(the_capture_is_answered_byte_by_byte),
        cmocka_unit_test(what_is_not_there_reads_zero),
        cmocka_unit_test(cells_and_temperatures_are_of_the_pack),
        cmocka_unit_test(totals_are_of_the_bank),
        cmocka_unit_test(a_pack_alone_is_one_pack),
        cmocka_unit_test(halves_of_double_words_are_read_alone),
        cmocka_unit_test(charge_stops_when_any_pack_forbids_it),
        cmocka_unit_test(a_limit_of_nothing_is_a_ban),
        cmocka_unit_test(the_run_time_is_that_of_the_present_current),
        cmocka_unit_test(limits_never_promise_more_than_they_are),
        cmocka_unit_test(bits_are_where_the_document_has_them),
        cmocka_unit_test(what_one_side_alone_protects_from_is_read),
        cmocka_unit_test(cells_and_temperatures_have_states_by_what_is_warned_of),
        cmocka_unit_test(the_module_has_states_by_its_alarms),
        cmocka_unit_test(errors_have_the_codes_of_the_protocol),
        cmocka_unit_test(a_wrong_check_sum_is_answered_with_error_3),
        cmocka_unit_test(what_is_damaged_and_not_for_us_meets_silence),
        cmocka_unit_test(noise_before_a_request_does_no_harm),
        cmocka_unit_test(a_pack_that_is_not_the_host_answers_at_its_own_address_only),
        cmocka_unit_test(what_cannot_be_vouched_for_is_not_said),
        cmocka_unit_test(a_reader_takes_both_forms_of_an_answer),
        cmocka_unit_test(cells_below_100_are_tenths_of_a_volt_and_others_millivolts),
        cmocka_unit_test(no_current_either_way_is_a_current_of_zero),
        cmocka_unit_test(an_echo_is_no_answer),
        cmocka_unit_test(a_damaged_request_of_a_recording_is_called_broken),
        cmocka_unit_test(both_ends_understand_each_other),
    };
    return RUN_TESTS(tests);
}
