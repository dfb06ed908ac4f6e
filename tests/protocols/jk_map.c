/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_map.c: frames and Modbus words of the blocks, both ways.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_map.h"
#include "wire/modbus.h"

enum { SETTINGS_PASSWORD = JK_FRAME_DATA + 0x070, TEMP_1 = JK_FRAME_DATA + 0x09C };

static void fill(struct snapshot *snapshot)
{
    snapshot_init(snapshot);
    for (int i = 0; i < 16; i++)
        snapshot_put(snapshot, (enum value_id)(VALUE_cell_mv + i), 3300 + i);
    snapshot_put(snapshot, VALUE_cell_count, 16);
    snapshot_put(snapshot, VALUE_cell_max_index, 15);
    snapshot_put(snapshot, VALUE_cell_min_index, 0);
    snapshot_put(snapshot, VALUE_pack_mv, 52920);
    snapshot_put(snapshot, VALUE_pack_ma, -12345);
    snapshot_put(snapshot, VALUE_power_w, -653);
    snapshot_put(snapshot, VALUE_soc_permille, 567);
    snapshot_put(snapshot, VALUE_remaining_mah, 158760);
    snapshot_put(snapshot, VALUE_full_mah, 280000);
    snapshot_put(snapshot, VALUE_mos_ddegc, 312);
    snapshot_put(snapshot, VALUE_charge_on, 1);
    snapshot_put(snapshot, VALUE_discharge_on, 0);
    for (int i = 0; i < 5; i++)
        snapshot_put(snapshot, (enum value_id)(VALUE_temp_ddegc + i), 250 - 100 * i);
}

static void round_trip(const struct snapshot *source, struct snapshot *copy, uint8_t *frame)
{
    struct params params;
    params_init(&params);
    snapshot_init(copy);
    jk_map_encode_frame(JK_STATUS, 0, source, &params, frame);
    assert_true(jk_frame_good(frame));
    assert_int_equal(jk_map_decode_frame(frame, copy, &params), DECODED);
}

static void a_status_frame_carries_the_values_over(void **state)
{
    (void)state;
    static const uint16_t same[] = {
        VALUE_pack_mv,  VALUE_pack_ma,   VALUE_power_w,   VALUE_soc_permille,   VALUE_remaining_mah,
        VALUE_full_mah, VALUE_mos_ddegc, VALUE_charge_on, VALUE_cell_max_index, VALUE_cell_count};
    struct snapshot source, copy;
    uint8_t frame[JK_FRAME_SIZE];
    fill(&source);
    round_trip(&source, &copy, frame);
    for (size_t i = 0; i < COUNT(same); i++) {
        int32_t value;
        assert_true(snapshot_get(&copy, (enum value_id)same[i], &value));
        assert_int_equal(value, source.value[same[i]]);
    }
    assert_memory_equal(copy.cell_mv, source.cell_mv, sizeof(copy.cell_mv));
    assert_memory_equal(copy.temp_ddegc, source.temp_ddegc, sizeof(copy.temp_ddegc));
    assert_false(snapshot_have(&copy, VALUE_cell_mv + 16));
}

static void extremes_follow_from_what_the_frame_carries(void **state)
{
    (void)state;
    struct snapshot source, copy;
    uint8_t frame[JK_FRAME_SIZE];
    fill(&source);
    round_trip(&source, &copy, frame);
    assert_int_equal(copy.cell_max_mv, 3315);
    assert_int_equal(copy.cell_min_mv, 3300);
    assert_int_equal(copy.temp_max_ddegc, 250);
    assert_int_equal(copy.temp_min_ddegc, -150);
    assert_int_equal(copy.temp_mean_ddegc, 50);
    assert_int_equal(copy.charge_allowed, 1);
    assert_true(snapshot_have(&copy, VALUE_discharge_allowed));
    assert_int_equal(copy.discharge_allowed, 0);
}

static void a_missing_sensor_is_minus_200_degrees_on_the_wire_and_unknown_after(void **state)
{
    (void)state;
    struct snapshot source, copy;
    uint8_t frame[JK_FRAME_SIZE];
    fill(&source);
    snapshot_set_have(&source, VALUE_temp_ddegc, false);
    snapshot_set_have(&source, VALUE_mos_ddegc, false);
    round_trip(&source, &copy, frame);
    assert_int_equal((int16_t)get_u16le(frame + TEMP_1), -2000);
    assert_false(snapshot_have(&copy, VALUE_temp_ddegc));
    assert_false(snapshot_have(&copy, VALUE_mos_ddegc));
    assert_int_equal(copy.temp_max_ddegc, 150);
}

static void every_alarm_of_jk_has_its_own_bit(void **state)
{
    (void)state;
    for (int i = 0; i < ALARM_COUNT; i++) {
        struct snapshot source, copy;
        uint8_t frame[JK_FRAME_SIZE];
        fill(&source);
        alarm_put(source.alarms, (enum alarm)i, true);
        round_trip(&source, &copy, frame);
        uint32_t bits = get_u32le(frame + JK_FRAME_DATA + 0x0A0);
        assert_int_equal(bits, i < JK_ALARM_COUNT ? 1u << i : 0);
        uint16_t own = get_u16le(frame + JK_FRAME_DATA + 0x0BA);
        bool stops_the_bank = i == ALARM_thermal_event || i == ALARM_extinguisher;
        assert_int_equal(own != 0, stops_the_bank);
        assert_int_equal(alarm_get(copy.alarms, (enum alarm)i),
                         i < JK_ALARM_COUNT || stops_the_bank);
    }
}

static void a_user_alarm_of_another_maker_is_not_ours(void **state)
{
    (void)state;
    struct snapshot source, copy;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    fill(&source);
    round_trip(&source, &copy, frame);
    params_init(&params);
    frame[JK_FRAME_DATA + 0x0BA] = 3;
    frame[JK_FRAME_SIZE - 1] = (uint8_t)(frame[JK_FRAME_SIZE - 1] + 3); /* its sum */
    assert_true(jk_frame_good(frame));
    assert_int_equal(jk_map_decode_frame(frame, &copy, &params), DECODED);
    assert_int_equal(copy.alarms[1], 0);
}

static void soc_is_refined_only_when_the_charge_agrees(void **state)
{
    (void)state;
    struct snapshot source, copy;
    uint8_t frame[JK_FRAME_SIZE];
    fill(&source);
    snapshot_put(&source, VALUE_remaining_mah, 100000); /* 357 permille, the frame says 57 % */
    round_trip(&source, &copy, frame);
    assert_int_equal(copy.soc_permille, 570);
}

static void settings_carry_over_every_register(void **state)
{
    (void)state;
    struct snapshot nothing;
    struct params source, copy;
    uint8_t frame[JK_FRAME_SIZE];
    snapshot_init(&nothing);
    params_init(&source);
    params_init(&copy);
    source.cell_ovp_mv = 3601;
    source.discharge_utp_ddegc = -120;
    source.heating_enabled = 1;
    source.address = 9;
    jk_map_encode_frame(JK_SETTINGS, 0, &nothing, &source, frame);
    assert_int_equal(jk_map_decode_frame(frame, &nothing, &copy), DECODED);
    assert_int_equal(copy.cell_ovp_mv, 3601);
    assert_true(params_have(&copy, PARAM_cell_ovp_mv));
    assert_int_equal(copy.discharge_utp_ddegc, -120);
    assert_int_equal(copy.heating_enabled, 1);
    assert_int_equal(copy.address, 9);
    assert_false(params_have(&copy, PARAM_cell_ovp_delay_ms));
}

static void passwords_are_blank_unless_made_readable(void **state)
{
    (void)state;
    static const uint8_t blank[16] = {0};
    struct snapshot snapshot;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    uint8_t words[16];
    snapshot_init(&snapshot);
    params_init(&params);
    jk_map_encode_frame(JK_INFO, 0, &snapshot, &params, frame);
    assert_memory_equal(frame + SETTINGS_PASSWORD, blank, 16);
    assert_int_equal(jk_map_read(0x1470, 8, &snapshot, &params, words), 0);
    assert_memory_equal(words, blank, 16);
    params.passwords_readable = 1;
    jk_map_encode_frame(JK_INFO, 0, &snapshot, &params, frame);
    assert_memory_equal(frame + SETTINGS_PASSWORD, "666666\0", 7);
}

static void register_addresses_count_bytes_and_quantities_count_words(void **state)
{
    (void)state;
    struct snapshot nothing;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE], words[256];
    snapshot_init(&nothing);
    params_init(&params);
    params.address = 5;
    assert_int_equal(jk_map_read(0x1000, 0x40, &nothing, &params, words), 0);
    assert_int_equal(jk_map_read(0x1080, 0x40, &nothing, &params, words + 128), 0);
    jk_map_encode_frame(JK_SETTINGS, 0, &nothing, &params, frame);
    for (size_t i = 0; i < sizeof(words); i += 4)
        assert_int_equal(get_u32be(words + i), get_u32le(frame + JK_FRAME_DATA + i));
    assert_int_equal(get_u32be(words + 0x0C), 3650);
    assert_int_equal(get_u32be(words + 0x80), 200);
}

static void byte_pairs_and_texts_keep_their_order_as_words(void **state)
{
    (void)state;
    struct snapshot nothing;
    struct params params;
    uint8_t words[16];
    snapshot_init(&nothing);
    params_init(&params);
    params.discharge_utp_ddegc = -200;
    params.discharge_utp_release_ddegc = -150;
    assert_int_equal(jk_map_read(0x1122, 1, &nothing, &params, words), 0);
    assert_int_equal((int8_t)words[0], -20);
    assert_int_equal((int8_t)words[1], -15);
    assert_int_equal(jk_map_read(0x1428, 8, &nothing, &params, words), 0);
    assert_memory_equal(words, "Hearth\0", 7);
}

static void reads_outside_the_blocks_are_refused(void **state)
{
    (void)state;
    struct snapshot nothing;
    struct params params;
    uint8_t words[256];
    snapshot_init(&nothing);
    params_init(&params);
    assert_int_equal(jk_map_read(0x0005, 2, &nothing, &params, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(jk_map_read(0x1001, 1, &nothing, &params, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(jk_map_read(0x1122, 2, &nothing, &params, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(jk_map_read(0x1600, 2, &nothing, &params, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(jk_map_read(0x1200, 0, &nothing, &params, words), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(jk_map_read(0x1200, 126, &nothing, &params, words), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(jk_map_read(0x1200, 125, &nothing, &params, words), 0);
}

static void words_decode_like_the_frame_and_cut_fields_are_left_out(void **state)
{
    (void)state;
    struct snapshot source, copy;
    struct params params;
    uint8_t words[16];
    fill(&source);
    snapshot_init(&copy);
    params_init(&params);
    assert_int_equal(jk_map_read(0x1290, 5, &source, &params, words), 0);
    assert_int_equal(jk_map_decode_words(0x1290, words, 10, &copy, &params), DECODED);
    assert_int_equal(copy.pack_mv, 52920);
    assert_false(snapshot_have(&copy, VALUE_pack_ma)); /* its second word is missing */
    assert_false(snapshot_have(&copy, VALUE_power_w)); /* its sign is that of the current */
    assert_int_equal(jk_map_decode_words(0x1620, words, 2, &copy, &params), NOT_MINE);
}

static void frames_of_other_types_are_not_mine(void **state)
{
    (void)state;
    struct snapshot snapshot;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    snapshot_init(&snapshot);
    params_init(&params);
    jk_frame_begin(frame, JK_EVENT_LOG, 0);
    assert_int_equal(jk_map_decode_frame(frame, &snapshot, &params), NOT_MINE);
    expect_assert_failure(jk_map_encode_frame(JK_EVENT_LOG, 0, &snapshot, &params, frame));
}

static void fields_without_a_value_come_out_by_name(void **state)
{
    (void)state;
    struct snapshot nothing;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    const char *name;
    int32_t value;
    size_t cursor = 0, count = 0;
    snapshot_init(&nothing);
    params_init(&params);
    jk_map_encode_frame(JK_SETTINGS, 0, &nothing, &params, frame);
    assert_true(jk_map_raw(frame, &cursor, &name, &value));
    assert_string_equal(name, "u110");
    assert_int_equal(value, 1500000);
    while (jk_map_raw(frame, &cursor, &name, &value)) {
        assert_string_equal(name, "capabilities");
        count++;
    }
    assert_int_equal(count, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_frame_carries_the_values_over),
        cmocka_unit_test(a_user_alarm_of_another_maker_is_not_ours),
        cmocka_unit_test(extremes_follow_from_what_the_frame_carries),
        cmocka_unit_test(a_missing_sensor_is_minus_200_degrees_on_the_wire_and_unknown_after),
        cmocka_unit_test(every_alarm_of_jk_has_its_own_bit),
        cmocka_unit_test(soc_is_refined_only_when_the_charge_agrees),
        cmocka_unit_test(settings_carry_over_every_register),
        cmocka_unit_test(passwords_are_blank_unless_made_readable),
        cmocka_unit_test(register_addresses_count_bytes_and_quantities_count_words),
        cmocka_unit_test(byte_pairs_and_texts_keep_their_order_as_words),
        cmocka_unit_test(reads_outside_the_blocks_are_refused),
        cmocka_unit_test(words_decode_like_the_frame_and_cut_fields_are_left_out),
        cmocka_unit_test(frames_of_other_types_are_not_mine),
        cmocka_unit_test(fields_without_a_value_come_out_by_name),
    };
    return RUN_TESTS(tests);
}
