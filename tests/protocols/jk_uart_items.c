/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_uart_items.c: lists of items, their ends and the extremes of their
 * contents.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_uart_items.h"

struct bench {
    struct serial_battery battery;
    struct snapshot own;
    struct params params;
    uint8_t data[JK_ITEMS_SIZE_MAX];
    struct snapshot values; /* read back */
    struct params settings;
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    snapshot_init(&bench->own);
    params_init(&bench->params);
    snapshot_init(&bench->values);
    params_init(&bench->settings);
    bench->battery.own = &bench->own;
    bench->battery.params = &bench->params;
    bench->battery.ready = true;
}

static size_t put(struct bench *bench, uint8_t code)
{
    return jk_items_put(code, &bench->battery, bench->data);
}

static enum decode get(struct bench *bench, const char *hex)
{
    int size = hex_parse(hex, strlen(hex), bench->data, sizeof(bench->data));
    assert_true(size >= 0);
    return jk_items_get(bench->data, (size_t)size, &bench->values, &bench->settings);
}

static void all_items_of_a_pack_with_32_cells_fit(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    for (int cell = 0; cell < CELL_MAX; cell++)
        snapshot_put(&bench.own, (enum value_id)(VALUE_cell_mv + cell), 3300 + cell);
    size_t size = jk_items_put_all(&bench.battery, bench.data);
    assert_in_range(size, 300, JK_ITEMS_SIZE_MAX);
    assert_int_equal(jk_items_get(bench.data, size, &bench.values, &bench.settings), DECODED);
    assert_int_equal(bench.values.cell_mv[31], 3331);
}

static void every_item_reads_back_as_it_was_put(void **state)
{
    (void)state;
    struct bench bench;
    unsigned count = 0;
    setup(&bench);
    snapshot_put(&bench.own, VALUE_pack_mv, 52340);
    for (int code = 0; code <= UINT8_MAX; code++) {
        size_t size = put(&bench, (uint8_t)code);
        assert_true(size == 0 || jk_items_known((uint8_t)code));
        count += size > 0;
        if (size > 0)
            assert_int_equal(jk_items_get(bench.data, size, &bench.values, &bench.settings),
                             DECODED);
    }
    assert_int_equal(count, 59);
    assert_int_equal(bench.values.pack_mv, 52340);
    assert_int_equal(bench.settings.cell_ovp_mv, bench.params.cell_ovp_mv);
    assert_int_equal(bench.settings.discharge_utp_ddegc, bench.params.discharge_utp_ddegc);
    assert_string_equal(bench.settings.hardware_version, bench.params.hardware_version);
    assert_string_equal(bench.settings.software_version, bench.params.software_version);
}

static void temperatures_above_100_are_negative(void **state)
{
    (void)state;
    static const struct {
        int32_t ddegc;
        uint16_t raw;
    } rows[] = {
        {0,    0  },
        {254,  25 },
        {256,  26 },
        {1000, 100},
        {2000, 100},
        {-10,  101},
        {-400, 140},
        {-900, 140},
    };
    struct bench bench;
    setup(&bench);
    assert_int_equal(put(&bench, 0x80), 3);
    assert_int_equal(get_u16be(bench.data + 1), 140); /* not known: an open sensor */
    for (size_t i = 0; i < COUNT(rows); i++) {
        snapshot_put(&bench.own, VALUE_mos_ddegc, rows[i].ddegc);
        assert_int_equal(put(&bench, 0x80), 3);
        assert_int_equal(get_u16be(bench.data + 1), rows[i].raw);
    }
    assert_int_equal(get(&bench, "81 00 8C 82 00 64"), DECODED);
    assert_int_equal(bench.values.temp_ddegc[0], -400);
    assert_int_equal(bench.values.temp_ddegc[1], 1000);
}

static void the_current_has_its_sign_in_the_top_bit(void **state)
{
    (void)state;
    static const struct {
        int32_t ma;
        uint16_t raw;
    } rows[] = {
        {0,        0     },
        {20000,    0x87D0},
        {-20000,   0x07D0},
        {4,        0     },
        {1000000,  0xFFFF},
        {-1000000, 0x7FFF},
    };
    struct bench bench;
    setup(&bench);
    for (size_t i = 0; i < COUNT(rows); i++) {
        snapshot_put(&bench.own, VALUE_pack_ma, rows[i].ma);
        assert_int_equal(put(&bench, 0x84), 3);
        assert_int_equal(get_u16be(bench.data + 1), rows[i].raw);
    }
    assert_int_equal(get(&bench, "84 07 D0"), DECODED);
    assert_int_equal(bench.values.pack_ma, -20000);
    assert_int_equal(get(&bench, "84 25 1C C0 00"), DECODED); /* version 0 */
    assert_int_equal(bench.values.pack_ma, 5000);
    assert_int_equal(get(&bench, "84 2A F8 C0 00"), DECODED);
    assert_int_equal(bench.values.pack_ma, -10000);
}

static void charge_is_100_percent_only_when_full(void **state)
{
    (void)state;
    static const struct {
        int32_t permille;
        uint8_t percent;
    } rows[] = {
        {1000, 100},
        {999,  99 },
        {996,  99 },
        {504,  50 },
        {1,    1  },
        {0,    0  },
    };
    struct bench bench;
    setup(&bench);
    for (size_t i = 0; i < COUNT(rows); i++) {
        snapshot_put(&bench.own, VALUE_soc_permille, rows[i].permille);
        assert_int_equal(put(&bench, 0x85), 2);
        assert_int_equal(bench.data[1], rows[i].percent);
    }
}

static void warnings_are_bits(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    alarm_put(bench.own.alarms, ALARM_deep_discharge, true);
    alarm_put(bench.own.alarms, ALARM_mos_over_temp, true);
    assert_int_equal(put(&bench, 0x8B), 3);
    assert_int_equal(get_u16be(bench.data + 1), 0x0802);
    assert_int_equal(get(&bench, "8B 06 90"), DECODED);
    static const enum alarm set[] = {ALARM_cell_over_voltage, ALARM_charge_under_temp,
                                     ALARM_cell_spread, ALARM_battery_over_temp};
    for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++) {
        bool expected = false;
        for (size_t i = 0; i < COUNT(set); i++)
            expected |= set[i] == (enum alarm)alarm;
        assert_int_equal(alarm_get(bench.values.alarms, (enum alarm)alarm), expected);
    }
}

static void switches_and_sensors_are_told(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    snapshot_put(&bench.own, VALUE_charge_on, 1);
    snapshot_put(&bench.own, VALUE_balance_state, 2);
    snapshot_put(&bench.own, VALUE_temp_sensor_mask, 0x15);
    assert_int_equal(put(&bench, 0x8C), 3);
    assert_int_equal(get_u16be(bench.data + 1), 5);
    assert_int_equal(put(&bench, 0x86), 2);
    assert_int_equal(bench.data[1], 3);
    assert_int_equal(get(&bench, "86 09"), DECODED);
    assert_false(snapshot_have(&bench.values, VALUE_temp_sensor_mask));
}

static void the_password_is_blank_unless_it_may_be_shown(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(put(&bench, 0xB2), 11);
    assert_memory_equal(bench.data + 1, "\0\0\0\0\0\0\0\0\0\0", 10);
    jk_items_get(bench.data, 11, &bench.values, &bench.settings);
    assert_int_equal(bench.settings.have_text, 0);
    bench.params.passwords_readable = 1;
    assert_int_equal(put(&bench, 0xB2), 11);
    assert_memory_equal(bench.data + 1, "666666\0\0\0\0", 10);
}

static void without_a_fresh_pack_only_settings_are_told(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.battery.ready = false;
    assert_int_equal(jk_items_put_all(&bench.battery, bench.data), 0);
    assert_int_equal(put(&bench, 0x83), 0);
    assert_int_equal(put(&bench, 0x8C), 0);
    assert_int_equal(put(&bench, 0x90), 3);
    assert_int_equal(put(&bench, 0xB7), 16);
    bench.battery.ready = true;
    bench.battery.own = NULL;
    assert_int_equal(jk_items_put_all(&bench.battery, bench.data), 0);
    assert_int_equal(put(&bench, 0x79), 0);
    assert_int_equal(put(&bench, 0xBC), 0); /* written only */
}

static void a_list_ends_at_a_code_of_a_later_version(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(get(&bench, "83 14 85 F0 01 02"), DECODED);
    assert_int_equal(bench.values.pack_mv, 52530);
    assert_int_equal(get(&bench, "F0 01"), BAD);
    assert_int_equal(get(&bench, "83 14"), BAD);
    assert_int_equal(get(&bench, "83 14 85 83"), BAD);
    assert_int_equal(get(&bench, "79 06 01 0C E4"), BAD);
    assert_int_equal(get(&bench, "79 03 21 0C E4"), DECODED); /* cell 33 */
    assert_int_equal(get(&bench, "79 03 00 0C E4"), DECODED); /* cell 0 */
    assert_false(snapshot_have(&bench.values, VALUE_cell_mv));
}

static size_t commands_of(const char *hex, struct command commands[4])
{
    uint8_t data[JK_ITEMS_SIZE_MAX];
    int size = hex_parse(hex, strlen(hex), data, sizeof(data));
    assert_true(size >= 0);
    return jk_items_commands(data, (size_t)size, commands, 4);
}

static void each_item_that_is_written_becomes_a_command(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint8_t kind;
        uint16_t id;
        int32_t value;
    } rows[] = {
        {"90 0E 42",       COMMAND_SET_PARAM,  PARAM_cell_ovp_mv,         3650     },
        {"92 00 02",       COMMAND_SET_PARAM,  PARAM_cell_ovp_delay_ms,   2000     },
        {"A7 FF EC",       COMMAND_SET_PARAM,  PARAM_discharge_utp_ddegc, -200     },
        {"AA 00 00 01 3A", COMMAND_SET_PARAM,  PARAM_nominal_mah,         314000   },
        {"AA FF FF FF FF", COMMAND_SET_PARAM,  PARAM_nominal_mah,         INT32_MAX},
        {"AB 00",          COMMAND_SET_PARAM,  PARAM_charge_enabled,      0        },
        {"AF 01",          COMMAND_FORBIDDEN,  0xAF,                      0        },
        {"83 14 85",       COMMAND_FORBIDDEN,  0x83,                      0        },
        {"79 00",          COMMAND_FORBIDDEN,  0x79,                      0        },
        {"B8 01",          COMMAND_FORBIDDEN,  0xB8,                      0        },
        {"BB 01",          COMMAND_FORBIDDEN,  0xBB,                      0        },
        {"BC 01",          COMMAND_PRESET_LFP, 0xBC,                      0        },
        {"BC 00",          COMMAND_FORBIDDEN,  0xBC,                      0        },
        {"BD 01",          COMMAND_FORBIDDEN,  0xBD,                      0        },
    };
    struct command commands[4];
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(commands_of(rows[i].hex, commands), 1);
        assert_int_equal(commands[0].kind, rows[i].kind);
        assert_int_equal(commands[0].id, rows[i].id);
        assert_int_equal(commands[0].value, rows[i].value);
    }
    assert_int_equal(commands_of("B2 31 32 33 34 35 36 37 38 39 30", commands), 1);
    assert_int_equal(commands[0].kind, COMMAND_SET_TEXT);
    assert_int_equal(commands[0].id, TEXT_PARAM_settings_password);
    assert_string_equal(commands[0].text, "1234567890");
}

static void a_write_is_taken_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    struct command commands[4];
    assert_int_equal(commands_of("90 0E 42 91 0D 7A", commands), 2);
    assert_int_equal(commands[1].value, 3450);
    assert_int_equal(commands_of("90 0E 42 91 0D", commands), 0);
    assert_int_equal(commands_of("90 0E 42 F1 00", commands), 0);
    assert_int_equal(commands_of("AB 01 AC 01 9D 01 B3 00", commands), 4);
    assert_int_equal(commands_of("AB 01 AC 01 9D 01 B3 00 AB 01", commands), 0);
    assert_int_equal(commands_of("", commands), 0);
}

static void a_version_without_hardware_is_software(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(get(&bench, "B7 4E 57 5F 31 5F 30 5F 30 5F 32 30 30 34 32 38"), DECODED);
    assert_string_equal(bench.settings.software_version, "NW_1_0_0");
    assert_int_equal(bench.settings.have_text, 1u << TEXT_PARAM_software_version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_items_of_a_pack_with_32_cells_fit),
        cmocka_unit_test(every_item_reads_back_as_it_was_put),
        cmocka_unit_test(temperatures_above_100_are_negative),
        cmocka_unit_test(the_current_has_its_sign_in_the_top_bit),
        cmocka_unit_test(charge_is_100_percent_only_when_full),
        cmocka_unit_test(warnings_are_bits),
        cmocka_unit_test(switches_and_sensors_are_told),
        cmocka_unit_test(the_password_is_blank_unless_it_may_be_shown),
        cmocka_unit_test(without_a_fresh_pack_only_settings_are_told),
        cmocka_unit_test(a_list_ends_at_a_code_of_a_later_version),
        cmocka_unit_test(each_item_that_is_written_becomes_a_command),
        cmocka_unit_test(a_write_is_taken_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_version_without_hardware_is_software),
    };
    return RUN_TESTS(tests);
}
