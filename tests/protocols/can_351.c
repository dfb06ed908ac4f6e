/* SPDX-License-Identifier: Apache-2.0
 * What the shared frames of the 0x351 family need beyond rows: cell extremes of senders that
 * disagree about units, text in the same frames, packs by address, in a protocol made for it.
 */
#include "protocols/can_351_messages.h"

#include "tests/support/test.h"
#include "wire/can_table.h"

static const struct can_message messages[] = {
    CAN_351_EXTREMES(0x370, 1000),
    CAN_351_NUMBERS(1000),
    CAN_351_GOODWE_ALARMS,
};

static const struct can_protocol protocol = {
    .name = "test",
    BATTERY(messages),
    .encode = can_351_encode_packs,
    .decode = can_351_decode_extremes,
};

enum { EXTREMES, NUMBERS, ALARMS };

static enum decode hear(size_t index, uint8_t size, const char *data, struct snapshot *values)
{
    struct can_frame frame = {messages[index].id, false, size, {0}};
    memcpy(frame.data, data, size);
    return can_decode(&protocol, &messages[index], &frame, values);
}

static void cell_voltages_are_read_in_either_unit(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        int32_t max_mv;
        int32_t min_mv;
    } rows[] = {
        {"\x0E\x01\xBE\x00\xF0\x0C\xD1\x0C", 3312, 3281 }, /* mV */
        {"\x0E\x01\xBE\x00\x4B\x01\x48\x01", 3310, 3280 }, /* 0.01 V */
        {"\x0E\x01\xBE\x00\xE9\x03\xE8\x03", 1001, 10000}, /* on either side of the border */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct snapshot values;
        snapshot_init(&values);
        assert_int_equal(hear(EXTREMES, 8, rows[i].data, &values), DECODED);
        assert_int_equal(values.cell_max_mv, rows[i].max_mv);
        assert_int_equal(values.cell_min_mv, rows[i].min_mv);
        assert_int_equal(values.temp_max_ddegc, 270);
        assert_int_equal(values.temp_min_ddegc, 190);
    }
}

static void temperatures_take_the_scale_that_is_nearer_to_the_mean(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        bool have_mean;
        int32_t mean_ddegc;
        int32_t max_ddegc;
        int32_t min_ddegc;
    } rows[] = {
        {"\x18\x00\x17\x00", false, 0,   24,  23  }, /* as documented while nothing is known */
        {"\x18\x00\x17\x00", true,  235, 240, 230 },
        {"\x18\x00\x17\x00", true,  24,  24,  23  },
        {"\xF1\x00\xE7\x00", true,  235, 241, 231 },
        {"\xFE\xFF\xFC\xFF", true,  -30, -20, -40 },
        {"\x00\x00\x00\x80", true,  0,   0,   -999}, /* one that is not known */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct snapshot values;
        snapshot_init(&values);
        values.temp_min_ddegc = -999;
        if (rows[i].have_mean)
            snapshot_put(&values, VALUE_temp_mean_ddegc, rows[i].mean_ddegc);
        assert_int_equal(hear(EXTREMES, 4, rows[i].data, &values), DECODED);
        assert_int_equal(values.temp_max_ddegc, rows[i].max_ddegc);
        assert_int_equal(values.temp_min_ddegc, rows[i].min_ddegc);
        assert_false(snapshot_have(&values, VALUE_cell_max_mv));
    }
}

static void text_in_these_frames_is_no_number(void **state)
{
    (void)state;
    struct snapshot values;
    snapshot_init(&values);
    assert_int_equal(hear(EXTREMES, 8, "CAN-SMAR", &values), DECODED);
    assert_int_equal(hear(NUMBERS, 8, "TBMS-BAT", &values), DECODED);
    for (size_t i = 0; i < COUNT(values.have); i++)
        assert_int_equal(values.have[i], 0);
    assert_int_equal(hear(NUMBERS, 8, "\x01\0\x03\0\x05\0\x0C\0", &values), DECODED);
    assert_int_equal(values.cell_max_index, 4);
    assert_int_equal(values.cell_min_index, 11);
}

static void a_frame_too_short_for_any_field_is_bad(void **state)
{
    (void)state;
    struct snapshot values;
    snapshot_init(&values);
    assert_int_equal(hear(EXTREMES, 1, "\x01", &values), BAD);
    assert_int_equal(hear(NUMBERS, 0, "", &values), BAD);
}

static void packs_beyond_the_eighth_do_not_show_in_the_byte_of_addresses(void **state)
{
    (void)state;
    struct snapshot bank;
    struct view view = {.bank = &bank};
    struct can_frame frame;
    snapshot_init(&bank);
    snapshot_put(&bank, VALUE_pack_count, 12);
    snapshot_put(&bank, VALUE_pack_fresh_mask, 0x0F05);
    assert_true(can_encode(&protocol, &messages[ALARMS], &view, 0, &frame));
    assert_int_equal(frame.size, 8);
    assert_memory_equal(frame.data, "\0\0\0\0\x0C\0\0\x05", 8);
}

static void a_failure_of_cells_has_a_bit_of_its_own(void **state)
{
    (void)state;
    struct snapshot bank;
    struct view view = {.bank = &bank};
    struct can_frame frame;
    snapshot_init(&bank);
    alarm_put(bank.alarms, ALARM_cell_spread, true);
    alarm_put(bank.warnings, ALARM_cell_spread, true);
    alarm_put(bank.alarms, ALARM_internal, true);
    assert_true(can_encode(&protocol, &messages[ALARMS], &view, 0, &frame));
    assert_memory_equal(frame.data, "\0\x10\0\x10\0\0\0\0", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cell_voltages_are_read_in_either_unit),
        cmocka_unit_test(temperatures_take_the_scale_that_is_nearer_to_the_mean),
        cmocka_unit_test(text_in_these_frames_is_no_number),
        cmocka_unit_test(a_frame_too_short_for_any_field_is_bad),
        cmocka_unit_test(packs_beyond_the_eighth_do_not_show_in_the_byte_of_addresses),
        cmocka_unit_test(a_failure_of_cells_has_a_bit_of_its_own),
    };
    return RUN_TESTS(tests);
}
