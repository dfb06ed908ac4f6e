/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_write.c: which commands a Modbus write becomes, and what it refuses.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_map.h"
#include "wire/modbus.h"

enum { CAPACITY = 4, SWITCHES = 0x1114, UTP_PAIR = 0x1122 };

struct bench {
    struct params params;
    struct command commands[CAPACITY];
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
}

static int write(struct bench *bench, uint16_t address, const char *hex)
{
    uint8_t bytes[256];
    int size = hex_parse(hex, strlen(hex), bytes, sizeof(bytes));
    assert_true(size > 0);
    return jk_map_write(address, bytes, (size_t)size, &bench->params, bench->commands, CAPACITY);
}

static void expect(const struct bench *bench, size_t index, enum param_id id, int32_t value)
{
    assert_int_equal(bench->commands[index].kind, COMMAND_SET_PARAM);
    assert_int_equal(bench->commands[index].id, id);
    assert_int_equal(bench->commands[index].value, value);
}

static uint16_t switches_of(const struct params *params)
{
    struct snapshot nothing;
    uint8_t word[2];
    snapshot_init(&nothing);
    assert_int_equal(jk_map_read(SWITCHES, 1, &nothing, params, word), 0);
    return get_u16be(word);
}

static int write_switches(struct bench *bench, uint16_t switches)
{
    uint8_t word[2];
    put_u16be(word, switches);
    return jk_map_write(SWITCHES, word, 2, &bench->params, bench->commands, CAPACITY);
}

static void a_32_bit_field_is_one_command(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write(&bench, 0x100C, "00 00 0E 2E"), 1);
    expect(&bench, 0, PARAM_cell_ovp_mv, 3630);
    assert_int_equal(write(&bench, 0x105C, "FF FF FF CE"), 1);
    expect(&bench, 0, PARAM_charge_utp_ddegc, -50);
}

static void neighbours_become_commands_in_order(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write(&bench, 0x100C, "00 00 0E 2E 00 00 0D 48"), 2);
    expect(&bench, 0, PARAM_cell_ovp_mv, 3630);
    expect(&bench, 1, PARAM_cell_ovp_release_mv, 3400);
}

static void a_cut_field_refuses_the_write(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write(&bench, 0x100C, "0E 2E"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x100E, "0E 2E"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x100C, "00 00 0E 2E 00 00"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x100D, "00 00 0E 2E"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x1470, "31 32 33 34"), -MODBUS_ILLEGAL_ADDRESS);
}

static void of_a_byte_pair_only_the_changed_half_is_written(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.params.discharge_utp_ddegc = -200;
    bench.params.discharge_utp_release_ddegc = -150;
    assert_int_equal(write(&bench, UTP_PAIR, "EC F6"), 1);
    expect(&bench, 0, PARAM_discharge_utp_release_ddegc, -100);
    assert_int_equal(write(&bench, UTP_PAIR, "F1 F6"), 2);
    expect(&bench, 0, PARAM_discharge_utp_ddegc, -150);
}

static void a_value_finer_than_its_byte_is_not_touched_by_its_neighbour(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.params.discharge_utp_ddegc = -198; /* -20 on the wire */
    bench.params.discharge_utp_release_ddegc = -150;
    assert_int_equal(write(&bench, UTP_PAIR, "EC F6"), 1);
    expect(&bench, 0, PARAM_discharge_utp_release_ddegc, -100);
}

static void only_switches_that_change_are_written(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    uint16_t now = switches_of(&bench.params);
    assert_int_equal(write_switches(&bench, now ^ 1u), 1);
    expect(&bench, 0, PARAM_heating_enabled, !bench.params.heating_enabled);
    assert_int_equal(write_switches(&bench, now ^ 0x0210u), 2);
    expect(&bench, 0, PARAM_lcd_always_on, !bench.params.lcd_always_on);
    expect(&bench, 1, PARAM_float_enabled, !bench.params.float_enabled);
    assert_int_equal(write_switches(&bench, now ^ 0x1F0u), -MODBUS_ILLEGAL_VALUE);
}

static void a_write_that_changes_nothing_still_asks_for_the_right(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write_switches(&bench, switches_of(&bench.params)), 1);
    expect(&bench, 0, PARAM_heating_enabled, bench.params.heating_enabled);
}

static void a_text_is_one_command(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write(&bench, 0x1428, "4B 65 6C 6C 65 72 00 00 00 00 00 00 00 00 00 00"), 1);
    assert_int_equal(bench.commands[0].kind, COMMAND_SET_TEXT);
    assert_int_equal(bench.commands[0].id, TEXT_PARAM_device_name);
    assert_string_equal(bench.commands[0].text, "Keller");
}

static void the_control_block_knows_what_it_may_not_do(void **state)
{
    (void)state;
    static const struct {
        uint16_t address;
        const char *bytes;
        enum command_kind kind;
    } rows[] = {
        {0x1600, "00 00 CE E4", COMMAND_FORBIDDEN },
        {0x1604, "00 01",       COMMAND_SHUT_DOWN },
        {0x160A, "00 01",       COMMAND_FORBIDDEN },
        {0x160C, "00 01",       COMMAND_PRESET_LFP},
        {0x160E, "00 01",       COMMAND_FORBIDDEN },
        {0x1610, "00 01",       COMMAND_EMERGENCY },
        {0x1612, "0D 00 00 01", COMMAND_SET_CLOCK },
        {0x1626, "00 00",       COMMAND_FORBIDDEN },
    };
    struct bench bench;
    setup(&bench);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(write(&bench, rows[i].address, rows[i].bytes), 1);
        assert_int_equal(bench.commands[0].kind, rows[i].kind);
    }
    assert_int_equal(write(&bench, 0x1612, "0D 00 00 01"), 1);
    assert_int_equal(bench.commands[0].value, 0x0D000001);
    assert_int_equal(write(&bench, 0x1604, "00 01 00 00"), -MODBUS_ILLEGAL_VALUE);
    assert_int_equal(write(&bench, 0x1640, "00 01"), -MODBUS_ILLEGAL_ADDRESS);
}

static void measured_values_and_holes_are_no_place_to_write(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    assert_int_equal(write(&bench, 0x1290, "00 00 CE E4"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x1120, "00 00"), -MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(write(&bench, 0x0020, "00 05 22 33"), -MODBUS_ILLEGAL_ADDRESS);
}

static void what_a_setting_writes_comes_back_as_its_command(void **state)
{
    (void)state;
    unsigned count = 0;
    for (int id = 0; id < PARAM_COUNT; id++) {
        struct bench bench;
        uint16_t address;
        uint8_t data[16];
        setup(&bench);
        int32_t value =
            param_info[id].max == bench.params.value[id] ? param_info[id].min : param_info[id].max;
        size_t size = jk_map_setting((enum param_id)id, value, &bench.params, &address, data);
        if (size == 0 || value == bench.params.value[id])
            continue; /* or a constant */
        count++;
        int commands = jk_map_write(address, data, size, &bench.params, bench.commands, CAPACITY);
        assert_int_equal(commands, 1);
        assert_int_equal(bench.commands[0].id, id);
        if (size == 4)
            assert_int_equal(bench.commands[0].value, value);
    }
    assert_true(count > 60);
}

static void a_setting_without_a_writable_register_has_none(void **state)
{
    (void)state;
    struct params params;
    uint16_t address;
    uint8_t data[16];
    params_init(&params);
    assert_int_equal(jk_map_setting(PARAM_cell_ovp_delay_ms, 1000, &params, &address, data), 0);
    assert_int_equal(jk_map_setting(PARAM_address, 3, &params, &address, data), 0);
}

static void what_a_text_writes_comes_back_as_its_command(void **state)
{
    (void)state;
    struct bench bench;
    uint16_t address = 0;
    uint8_t data[16];
    setup(&bench);
    assert_int_equal(jk_map_setting_text(TEXT_PARAM_device_name, "Cellar", &address, data), 16);
    assert_int_equal(address, 0x1428);
    assert_int_equal(
        jk_map_write(address, data, sizeof(data), &bench.params, bench.commands, CAPACITY), 1);
    assert_int_equal(bench.commands[0].kind, COMMAND_SET_TEXT);
    assert_int_equal(bench.commands[0].id, TEXT_PARAM_device_name);
    assert_string_equal(bench.commands[0].text, "Cellar");
    assert_int_equal(
        jk_map_setting_text(TEXT_PARAM_device_name, "0123456789abcdefgh", &address, data), 16);
    assert_memory_equal(data, "0123456789abcdef", 16);
    assert_int_equal(jk_map_setting_text(TEXT_PARAM_model, "X", &address, data), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_32_bit_field_is_one_command),
        cmocka_unit_test(neighbours_become_commands_in_order),
        cmocka_unit_test(a_cut_field_refuses_the_write),
        cmocka_unit_test(of_a_byte_pair_only_the_changed_half_is_written),
        cmocka_unit_test(a_value_finer_than_its_byte_is_not_touched_by_its_neighbour),
        cmocka_unit_test(only_switches_that_change_are_written),
        cmocka_unit_test(a_write_that_changes_nothing_still_asks_for_the_right),
        cmocka_unit_test(a_text_is_one_command),
        cmocka_unit_test(the_control_block_knows_what_it_may_not_do),
        cmocka_unit_test(measured_values_and_holes_are_no_place_to_write),
        cmocka_unit_test(what_a_setting_writes_comes_back_as_its_command),
        cmocka_unit_test(a_setting_without_a_writable_register_has_none),
        cmocka_unit_test(what_a_text_writes_comes_back_as_its_command),
    };
    return RUN_TESTS(tests);
}
