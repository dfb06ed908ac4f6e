/* SPDX-License-Identifier: Apache-2.0
 * Register maps, by one with every kind of block: of the bank, of the pack, overlapping, filled, of
 * settings, at the last registers, and as large as a block can be.
 */
#include "wire/register_map.h"

#include "base/bytes.h"
#include "base/result.h"
#include "tests/support/test.h"

/* Registers 10..13: voltage, remaining charge in two words, flags. */
static const struct can_field bank_fields[] = {
    {FROM(pack_mv),       WORD(0), U16BE, BY_10, REQUIRED},
    {FROM(remaining_mah), WORD(1), U32BE, PLAIN, ZERO    },
};

/* clang-format off */
static const struct can_alarm bank_alarms[] = {
    WORD_ALARM(cell_over_voltage, 3, 0)
    WORD_ALARM(pack_over_voltage, 3, 0)
    WORD_ALARM(cell_under_voltage, 3, 15)
    WORD_WARNING(charge_over_temp, 3, 8)
};
/* clang-format on */

/* Registers 13..15: a bit beside the flags, a cell, a temperature. */
static const struct can_field pack_fields[] = {
    {FROM(heating_on),     WORD(0), BIT1,  PLAIN, ZERO   },
    {FROM(cell_mv) + 2,    WORD(1), U16BE, PLAIN, ZERO   },
    {FROM(temp_ddegc) + 1, WORD(2), S16BE, PLAIN, TOP_BIT},
};

static const struct register_setting settings[] = {
    {0, PARAM_cell_ovp_delay_ms,   U16BE,        BY_100 },
    {1, PARAM_discharge_utp_ddegc, S16BE,        PLAIN  },
    {2, PARAM_charge_ocp_ma,       U16BE | DOWN, BY_1000},
    {4, PARAM_nominal_mah,         U32BE,        PLAIN  },
};

/* With an offset: 5.0 degC is 55. */
static const struct register_setting shifted[] = {
    {0, PARAM_charge_utp_release_ddegc, U16BE, BY_10_PLUS_50},
};

static const struct can_field last[] = {
    {FROM(cycle_count), WORD(1), U16BE, PLAIN, ZERO},
};

/* clang-format off */
static const struct register_block blocks[] = {
    {10,    4,   REGISTER_OF_BANK, BLOCK_FIELDS(bank_fields), BLOCK_ALARMS(bank_alarms)},
    {13,    3,   REGISTER_OF_PACK, BLOCK_FIELDS(pack_fields)},
    {20,    6,   REGISTER_OF_PACK, BLOCK_SETTINGS(settings)},
    {30,    2,   REGISTER_OF_BANK, .fill = "\x12\x34\x56\x78"},
    {300,   1,   REGISTER_OF_PACK, BLOCK_SETTINGS(shifted)},
    {400,   125, REGISTER_OF_BANK, BLOCK_FIELDS(last)},
    {65534, 2,   REGISTER_OF_BANK, BLOCK_FIELDS(last)},
};
/* clang-format on */

static const struct register_map strict = {blocks, COUNT(blocks), false};
static const struct register_map lenient = {blocks, COUNT(blocks), true};

struct bench {
    struct snapshot bank;
    struct snapshot own;
    struct params params;
    struct view view;
    uint8_t data[2 * MODBUS_WORDS_MAX];
    struct register_span span;
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    snapshot_init(&bench->bank);
    snapshot_init(&bench->own);
    snapshot_put(&bench->bank, VALUE_pack_mv, 52940);
    snapshot_put(&bench->bank, VALUE_remaining_mah, 0x00123456);
    snapshot_put(&bench->bank, VALUE_cycle_count, 37);
    snapshot_put(&bench->own, VALUE_pack_mv, 11110);
    snapshot_put(&bench->own, VALUE_heating_on, 1);
    snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + 2), 3303);
    snapshot_put(&bench->own, (enum value_id)(VALUE_temp_ddegc + 1), -55);
    alarm_put(bench->bank.alarms, ALARM_pack_over_voltage, true);
    alarm_put(bench->bank.warnings, ALARM_charge_over_temp, true);
    bench->params.charge_ocp_ma = 175999;
    bench->view.bank = &bench->bank;
}

static enum modbus_exception read_words(struct bench *bench, const struct register_map *map,
                                        uint16_t first, uint16_t words)
{
    const struct register_values from = {&bench->view, &bench->own, &bench->params};
    memset(bench->data, 0xEE, sizeof(bench->data));
    bench->span = (struct register_span){first, words, bench->data};
    return register_map_read(map, &from, &bench->span);
}

/* All registers that are in a block, 0..65535. */
static bool in_a_block(uint32_t address)
{
    return (address >= 10 && address <= 15) || (address >= 20 && address <= 25) || address == 30 ||
           address == 31 || (address >= 400 && address <= 524) ||
           (address >= 65534 && address <= 65535);
}

/* What a register reads. */
static uint16_t content(uint16_t address)
{
    static const uint16_t first[] = {5294, 0x0012, 0x3456, 0x0301, 3303, (uint16_t)-55};
    static const uint16_t second[] = {10, (uint16_t)-200, 175, 0, 314000 >> 16, 314000 & 0xFFFF};
    if (address >= 10 && address <= 15)
        return first[address - 10];
    if (address >= 20 && address <= 25)
        return second[address - 20];
    if (address == 30 || address == 31)
        return address == 30 ? 0x1234 : 0x5678;
    return address == 401 || address == 65535 ? 37 : 0;
}

static void each_register_reads_alike_in_every_span(void **state)
{
    (void)state;
    for (uint16_t first = 0; first <= 40; first++) {
        for (uint16_t words = 1; words <= 30; words++) {
            struct bench bench;
            start(&bench);
            assert_int_equal(read_words(&bench, &lenient, first, words), MODBUS_NO_EXCEPTION);
            for (uint16_t i = 0; i < words; i++)
                assert_int_equal(get_u16be(bench.data + 2 * i), content((uint16_t)(first + i)));
            assert_int_equal(bench.data[2 * words], 0xEE); /* nothing beyond */
        }
    }
}

static void a_gap_refuses_the_whole_read_or_reads_zero(void **state)
{
    (void)state;
    for (uint16_t first = 0; first <= 40; first++) {
        for (uint16_t words = 1; words <= 30; words++) {
            struct bench bench;
            bool whole = true;
            start(&bench);
            for (uint16_t i = 0; i < words; i++)
                whole &= in_a_block((uint32_t)first + i);
            assert_int_equal(read_words(&bench, &strict, first, words),
                             whole ? MODBUS_NO_EXCEPTION : MODBUS_ILLEGAL_ADDRESS);
        }
    }
}

static void a_block_may_have_125_words_and_may_end_at_the_last_register(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_int_equal(read_words(&bench, &strict, 400, 125), MODBUS_NO_EXCEPTION);
    assert_int_equal(get_u16be(bench.data + 2), 37);
    assert_int_equal(get_u16be(bench.data + 2 * 124), 0);
    assert_int_equal(read_words(&bench, &strict, 65534, 2), MODBUS_NO_EXCEPTION);
    assert_int_equal(get_u16be(bench.data + 2), 37);
}

static void no_read_goes_round_the_end_of_the_registers(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_int_equal(read_words(&bench, &strict, 65534, 3), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(read_words(&bench, &lenient, 65534, 3), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(read_words(&bench, &lenient, 65535, 125), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(read_words(&bench, &lenient, 65535, 1), MODBUS_NO_EXCEPTION);
}

static void blocks_that_share_a_word_add_their_bits(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    alarm_put(bench.bank.alarms, ALARM_cell_under_voltage, true);
    assert_int_equal(read_words(&bench, &strict, 13, 1), MODBUS_NO_EXCEPTION);
    assert_int_equal(get_u16be(bench.data), 0x8301);
    snapshot_put(&bench.own, VALUE_heating_on, 0);
    read_words(&bench, &strict, 13, 1);
    assert_int_equal(get_u16be(bench.data), 0x8101);
}

static void a_required_value_that_is_missing_fails_the_reads_that_touch_its_block(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_set_have(&bench.bank, VALUE_pack_mv, false);
    assert_int_equal(read_words(&bench, &strict, 10, 1), MODBUS_DEVICE_FAILURE);
    assert_int_equal(read_words(&bench, &strict, 13, 3), MODBUS_DEVICE_FAILURE);
    assert_int_equal(read_words(&bench, &strict, 14, 2), MODBUS_NO_EXCEPTION);
    assert_int_equal(read_words(&bench, &strict, 20, 6), MODBUS_NO_EXCEPTION);
}

static void what_is_not_known_has_the_code_of_its_row(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    snapshot_set_have(&bench.own, (enum value_id)(VALUE_temp_ddegc + 1), false);
    snapshot_set_have(&bench.own, (enum value_id)(VALUE_cell_mv + 2), false);
    assert_int_equal(read_words(&bench, &strict, 14, 2), MODBUS_NO_EXCEPTION);
    assert_int_equal(get_u32be(bench.data), 0x00008000);
}

/* The other way */

static enum decode take(struct bench *bench, struct snapshot *values, struct params *params)
{
    snapshot_init(values);
    params_init(params);
    return register_map_take(&strict, &bench->span, values, params);
}

static void every_span_says_the_values_that_lie_in_it_wholly(void **state)
{
    (void)state;
    for (uint16_t first = 8; first <= 27; first++) {
        for (uint16_t words = 1; words <= 20; words++) {
            struct bench bench;
            struct snapshot values;
            struct params params;
            start(&bench);
            read_words(&bench, &lenient, first, words);
            int end = first + words;
            bool touches = (first <= 15 && end > 10) || (first <= 25 && end > 20) || end > 30;
            assert_int_equal(take(&bench, &values, &params), touches ? DECODED : BAD);
            assert_int_equal(snapshot_have(&values, VALUE_pack_mv), first <= 10 && end > 10);
            assert_int_equal(snapshot_have(&values, VALUE_remaining_mah), first <= 11 && end > 12);
            assert_int_equal(snapshot_have(&values, VALUE_alarms), first <= 13 && end > 13);
            assert_int_equal(snapshot_have(&values, VALUE_warnings), first <= 13 && end > 13);
            assert_int_equal(snapshot_have(&values, VALUE_heating_on), first <= 13 && end > 13);
            assert_int_equal(snapshot_have(&values, (enum value_id)(VALUE_temp_ddegc + 1)),
                             first <= 15 && end > 15);
            assert_int_equal(params_have(&params, PARAM_cell_ovp_delay_ms),
                             first <= 20 && end > 20);
            assert_int_equal(params_have(&params, PARAM_nominal_mah), first <= 24 && end > 25);
        }
    }
}

static void both_ends_agree(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    start(&bench);
    bench.params.cell_ovp_delay_ms = 1500;
    bench.params.discharge_utp_ddegc = -123;
    bench.params.nominal_mah = 20000000;
    assert_int_equal(read_words(&bench, &strict, 10, 6), MODBUS_NO_EXCEPTION);
    assert_int_equal(take(&bench, &values, &params), DECODED);
    assert_int_equal(values.pack_mv, 52940);
    assert_int_equal(values.remaining_mah, 0x00123456);
    assert_int_equal(values.heating_on, 1);
    assert_int_equal(values.cell_mv[2], 3303);
    assert_int_equal(values.temp_ddegc[1], -55);
    assert_memory_equal(values.warnings, bench.bank.warnings, sizeof(values.warnings));
    assert_true(alarm_get(values.alarms, ALARM_cell_over_voltage)); /* first of its place */
    assert_false(alarm_get(values.alarms, ALARM_pack_over_voltage));
    assert_int_equal(read_words(&bench, &strict, 20, 6), MODBUS_NO_EXCEPTION);
    assert_int_equal(take(&bench, &values, &params), DECODED);
    assert_int_equal(params.cell_ovp_delay_ms, 1500);
    assert_int_equal(params.discharge_utp_ddegc, -123);
    assert_int_equal(params.charge_ocp_ma, 175000);
    assert_int_equal(params.nominal_mah, 20000000);
}

static void registers_without_rows_are_known_and_say_nothing(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct snapshot none;
    struct params params;
    start(&bench);
    snapshot_init(&none);
    read_words(&bench, &strict, 30, 2);
    assert_int_equal(take(&bench, &values, &params), DECODED);
    assert_memory_equal(&values, &none, sizeof(none));
    read_words(&bench, &lenient, 32, 60);
    assert_int_equal(take(&bench, &values, &params), BAD);
    assert_memory_equal(&values, &none, sizeof(none));
}

/* Settings */

static void a_setting_is_found_by_its_register_and_a_word_becomes_its_value(void **state)
{
    (void)state;
    assert_ptr_equal(register_map_setting(&strict, 20), &settings[0]);
    assert_ptr_equal(register_map_setting(&strict, 22), &settings[2]);
    assert_null(register_map_setting(&strict, 23));
    assert_null(register_map_setting(&strict, 10));
    assert_null(register_map_setting(&strict, 0));
    assert_int_equal(register_setting_value(&settings[0], (const uint8_t[]){0xFF, 0xFF}), 6553500);
    assert_int_equal(register_setting_value(&settings[1], (const uint8_t[]){0xFF, 0x38}), -200);
    assert_int_equal(register_setting_value(&settings[2], (const uint8_t[]){0xFF, 0xFF}), 65535000);
}

static void settings_saturate_and_coarse_ones_promise_no_more_than_they_are(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.charge_ocp_ma = 999;
    bench.params.cell_ovp_delay_ms = INT32_MAX;
    bench.params.discharge_utp_ddegc = -40000;
    read_words(&bench, &strict, 20, 3);
    assert_int_equal(get_u16be(bench.data), UINT16_MAX - 1);
    assert_int_equal((int16_t)get_u16be(bench.data + 2), 1 - INT16_MAX);
    assert_int_equal(get_u16be(bench.data + 4), 0);
    bench.params.cell_ovp_delay_ms = 150;
    read_words(&bench, &strict, 20, 1);
    assert_int_equal(get_u16be(bench.data), 2); /* others round */
}

static void a_setting_may_have_an_offset(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    start(&bench);
    assert_int_equal(read_words(&bench, &strict, 300, 1), MODBUS_NO_EXCEPTION);
    assert_int_equal(get_u16be(bench.data), 55);
    bench.params.charge_utp_release_ddegc = -120;
    read_words(&bench, &strict, 300, 1);
    assert_int_equal(get_u16be(bench.data), 38);
    assert_int_equal(take(&bench, &values, &params), DECODED);
    assert_int_equal(params.charge_utp_release_ddegc, -120);
}

static void a_read_beyond_the_largest_block_is_understood(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot values;
    struct params params;
    start(&bench);
    for (uint16_t first = 395; first <= 405; first++) {
        assert_int_equal(read_words(&bench, &lenient, first, 125), MODBUS_NO_EXCEPTION);
        assert_int_equal(take(&bench, &values, &params), DECODED);
        assert_int_equal(snapshot_have(&values, VALUE_cycle_count), first <= 401);
    }
}

static void a_register_has_a_place_in_the_spans_that_hold_it(void **state)
{
    (void)state;
    uint8_t data[6];
    const struct register_span span = {100, 3, data};
    assert_null(register_at(&span, 99));
    assert_ptr_equal(register_at(&span, 100), data);
    assert_ptr_equal(register_at(&span, 102), data + 4);
    assert_null(register_at(&span, 103));
    assert_null(register_at(&span, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_register_reads_alike_in_every_span),
        cmocka_unit_test(a_gap_refuses_the_whole_read_or_reads_zero),
        cmocka_unit_test(a_block_may_have_125_words_and_may_end_at_the_last_register),
        cmocka_unit_test(no_read_goes_round_the_end_of_the_registers),
        cmocka_unit_test(blocks_that_share_a_word_add_their_bits),
        cmocka_unit_test(a_required_value_that_is_missing_fails_the_reads_that_touch_its_block),
        cmocka_unit_test(what_is_not_known_has_the_code_of_its_row),
        cmocka_unit_test(every_span_says_the_values_that_lie_in_it_wholly),
        cmocka_unit_test(both_ends_agree),
        cmocka_unit_test(registers_without_rows_are_known_and_say_nothing),
        cmocka_unit_test(a_setting_is_found_by_its_register_and_a_word_becomes_its_value),
        cmocka_unit_test(settings_saturate_and_coarse_ones_promise_no_more_than_they_are),
        cmocka_unit_test(a_setting_may_have_an_offset),
        cmocka_unit_test(a_read_beyond_the_largest_block_is_understood),
        cmocka_unit_test(a_register_has_a_place_in_the_spans_that_hold_it),
    };
    return RUN_TESTS(tests);
}
