/* SPDX-License-Identifier: Apache-2.0
 * The CAN table engine by a small protocol that uses every kind of row.
 */
#include "wire/can_table.h"

#include "base/number.h"
#include "tests/support/test.h"

static const struct can_field numbers[] = {
    {FROM(pack_mv),         0, U16LE,        BY_10,         REQUIRED}, /* 0.01 V */
    {FROM(pack_ma),         2, S16BE,        MINUS_BY_100,  TOP_BIT }, /* 0.1 A, + = discharging */
    {FROM(temp_mean_ddegc), 4, U8,           BY_10_PLUS_50, ALL_ONES},
    {FROM(maker),           5, TEXT | FIXED, PLAIN,         ZERO    },
};

static const struct can_field limits[] = {
    {FROM(charge_limit_ma),    0, S16LE | DOWN, BY_100,       REQUIRED},
    {FROM(discharge_limit_mv), 2, U16LE | UP,   BY_100,       ZERO    },
    {FROM(discharge_limit_ma), 4, S16LE | DOWN, MINUS_BY_100, ZERO    },
    {FROM(charge_allowed),     6, BIT7,         PLAIN,        ZERO    },
    {FROM(discharge_allowed),  6, BIT6,         PLAIN,        ALL_ONES},
};

static const struct can_alarm alarms[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x02) ALARM_ROW(pack_over_voltage, 0, 0x02)
        ALARM_ROW(charge_over_temp, 0, 0x04) WARNING_ROW(charge_over_temp, 1, 0x02)};

enum {
    NAME_numbers,
    NAME_limits,
    NAME_alarms,
    NAME_long,
    NAME_heartbeat,
    NAME_requests,
    NAME_wide,
    NAME_wrong,
    NAME_fraction,
    NAME_mixed,
    NAME_both
};

/* clang-format off */
static const struct can_message messages[] = {
    {0x100, 1000, 0, CAN_11_BIT, 8, NAME_numbers, .fill = "\0\0\0\0\0AB", FIELDS(numbers)},
    {0x101, 1000, 0, CAN_11_BIT, 7, NAME_limits,  FIELDS(limits)},
    {0x102, 1000, 0, CAN_11_BIT, 2, NAME_alarms,  .fill = "\x81", ALARMS(alarms)},
    {0x100, 1000, 0, CAN_29_BIT, 1, NAME_long,    .fill = ""},
};

static const struct can_message answers[] = {
    {0x305, 1000, 0, CAN_EITHER, 8, NAME_heartbeat, NO_ROWS},
};
/* clang-format on */

static const struct can_protocol protocol = {
    .name = "test", .bitrate = 500000, BATTERY(messages), INVERTER(answers)};

static bool encode(const struct can_message *message, const struct snapshot *source,
                   struct can_frame *frame)
{
    return can_encode(&protocol, message, &(struct view){source, {NULL}}, 0, frame);
}

static struct snapshot nothing(void)
{
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    return snapshot;
}

static struct can_frame encoded(const struct can_message *message, const struct snapshot *source)
{
    struct can_frame frame;
    assert_true(encode(message, source, &frame));
    assert_int_equal(frame.id, message->id);
    assert_int_equal(frame.size, message->size);
    return frame;
}

static void values_are_scaled_rounded_and_shifted(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    snapshot_put(&source, VALUE_pack_mv, 52345);
    snapshot_put(&source, VALUE_pack_ma, -12350);
    snapshot_put(&source, VALUE_temp_mean_ddegc, 255);
    struct can_frame frame = encoded(&messages[0], &source);
    const uint8_t expected[8] = {0x73, 0x14, 0x00, 0x7C, 76, 'A', 'B', 0};
    assert_memory_equal(frame.data, expected, sizeof(expected));
    assert_false(frame.extended);

    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_int_equal(values.pack_mv, 52350);
    assert_int_equal(values.pack_ma, -12400);
    assert_int_equal(values.temp_mean_ddegc, 260);
    assert_string_equal(values.maker, "AB");
}

static void what_is_not_known_is_its_code_and_what_is_required_stops_the_frame(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    struct can_frame frame = {.id = 0x77};
    assert_false(encode(&messages[0], &source, &frame));
    assert_int_equal(frame.id, 0x77); /* untouched */
    snapshot_put(&source, VALUE_pack_mv, 100);
    frame = encoded(&messages[0], &source);
    const uint8_t expected[5] = {10, 0, 0x80, 0x00, 0xFF};
    assert_memory_equal(frame.data, expected, sizeof(expected));

    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_true(snapshot_have(&values, VALUE_pack_mv));
    assert_false(snapshot_have(&values, VALUE_pack_ma));
    assert_false(snapshot_have(&values, VALUE_temp_mean_ddegc));
}

static void limits_never_promise_more(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    snapshot_put(&source, VALUE_charge_limit_ma, 10099);
    snapshot_put(&source, VALUE_discharge_limit_mv, 44801);
    snapshot_put(&source, VALUE_discharge_limit_ma, -10099);
    struct can_frame frame = encoded(&messages[1], &source);
    const uint8_t expected[6] = {100, 0, 0xC1, 0x01, 100, 0};
    assert_memory_equal(frame.data, expected, sizeof(expected));
    snapshot_put(&source, VALUE_charge_limit_ma, -500);
    snapshot_put(&source, VALUE_discharge_limit_mv, 44800);
    snapshot_put(&source, VALUE_discharge_limit_ma, 500);
    frame = encoded(&messages[1], &source);
    const uint8_t least[6] = {0, 0, 0xC0, 0x01, 0, 0};
    assert_memory_equal(frame.data, least, sizeof(least));
}

static void a_negative_limit_is_read_by_its_size(void **state)
{
    (void)state;
    struct can_frame frame = {
        0x101, false, 7, {0x9C, 0xFF, 0, 0, 100, 0, 0}
    };
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[1], &frame, &values), DECODED);
    assert_int_equal(values.charge_limit_ma, 10000);
    assert_int_equal(values.discharge_limit_ma, 10000);
    assert_false(snapshot_have(&values, VALUE_discharge_limit_mv));
}

static void a_bit_always_says_something(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    struct snapshot values = nothing();
    snapshot_put(&source, VALUE_charge_limit_ma, 0);
    struct can_frame frame = encoded(&messages[1], &source);
    assert_int_equal(frame.data[6], 0x40); /* as their rows say of not known */
    snapshot_put(&source, VALUE_charge_allowed, 7);
    snapshot_put(&source, VALUE_discharge_allowed, 0);
    frame = encoded(&messages[1], &source);
    assert_int_equal(frame.data[6], 0x80);
    assert_int_equal(can_decode(&protocol, &messages[1], &frame, &values), DECODED);
    assert_true(snapshot_have(&values, VALUE_charge_allowed));
    assert_int_equal(values.charge_allowed, 1);
    assert_true(snapshot_have(&values, VALUE_discharge_allowed));
    assert_int_equal(values.discharge_allowed, 0);
}

static void a_value_in_two_bits_is_read_from_either_and_sent_in_one(void **state)
{
    (void)state;
    static const struct can_field twice[] = {
        {FROM(force_charge), 0, BIT5 | FIXED, PLAIN, ZERO},
        {FROM(force_charge), 0, BIT4,         PLAIN, ZERO},
    };
    static const struct can_message message = {0x35C,         1000,         0, CAN_11_BIT, 1,
                                               NAME_requests, FIELDS(twice)};
    for (unsigned bits = 0; bits < 4; bits++) {
        struct can_frame frame = {0x35C, false, 1, {(uint8_t)(bits << 4)}};
        struct snapshot values;
        snapshot_init(&values);
        assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
        assert_int_equal(values.force_charge, bits != 0);
        assert_true(encode(&message, &values, &frame));
        assert_int_equal(frame.data[0], bits != 0 ? 0x10 : 0);
    }
}

static void several_alarms_share_a_bit_and_the_first_is_read(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    struct snapshot values = nothing();
    alarm_put(source.alarms, ALARM_pack_over_voltage, true);
    alarm_put(source.warnings, ALARM_charge_over_temp, true);
    struct can_frame frame = encoded(&messages[2], &source);
    assert_int_equal(frame.data[0], 0x83); /* with the fill */
    assert_int_equal(frame.data[1], 0x02);
    assert_int_equal(can_decode(&protocol, &messages[2], &frame, &values), DECODED);
    assert_true(alarm_get(values.alarms, ALARM_cell_over_voltage));
    assert_false(alarm_get(values.alarms, ALARM_pack_over_voltage));
    assert_false(alarm_get(values.alarms, ALARM_charge_over_temp));
    assert_true(alarm_get(values.warnings, ALARM_charge_over_temp));
    frame.data[0] = 0;
    assert_int_equal(can_decode(&protocol, &messages[2], &frame, &values), DECODED);
    assert_false(alarm_get(values.alarms, ALARM_cell_over_voltage));
}

static void a_short_frame_says_what_it_covers(void **state)
{
    (void)state;
    struct can_frame frame = {
        0x100, false, 4, {0x10, 0x27, 0x00, 0x0A}
    };
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_int_equal(values.pack_mv, 100000);
    assert_int_equal(values.pack_ma, -1000);
    assert_false(snapshot_have(&values, VALUE_temp_mean_ddegc));
    assert_false(snapshot_have(&values, VALUE_maker));
    frame.size = 1;
    values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), BAD);
    frame = (struct can_frame){0x102, false, 1, {0x04}};
    assert_int_equal(can_decode(&protocol, &messages[2], &frame, &values), DECODED);
    assert_true(snapshot_have(&values, VALUE_alarms));
    assert_false(snapshot_have(&values, VALUE_warnings));
    frame.size = 0;
    assert_int_equal(can_decode(&protocol, &messages[2], &frame, &values), BAD);
    assert_int_equal(can_decode(&protocol, &answers[0], &frame, &values),
                     DECODED); /* has no rows */
}

static void text_ends_before_its_padding(void **state)
{
    (void)state;
    struct can_frame frame = {
        0x100, false, 8, {1, 0, 0, 0, 0, 'P', ' ', '\0'}
    };
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_string_equal(values.maker, "P");
    frame.data[6] = 0x7F; /* above the printable ones */
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_string_equal(values.maker, "P");
    memset(frame.data + 5, ' ', 3);
    assert_int_equal(can_decode(&protocol, &messages[0], &frame, &values), DECODED);
    assert_string_equal(values.maker, "");
}

static void a_value_too_large_for_us_saturates(void **state)
{
    (void)state;
    static const struct can_field wide[] = {
        {FROM(pack_mv), 0, U32LE, BY_1000, REQUIRED}
    };
    const struct can_message message = {0x1, 0, 0, CAN_11_BIT, 4, NAME_wide, FIELDS(wide)};
    struct can_frame frame = {
        0x1, false, 4, {0xFF, 0xFF, 0xFF, 0xFE}
    };
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.pack_mv, INT32_MAX);
}

static void a_frame_is_found_by_number_and_length_of_number(void **state)
{
    (void)state;
    struct can_frame frame = {0x100, false, 8, {0}};
    assert_ptr_equal(can_find(&protocol, &frame), &messages[0]);
    frame.extended = true;
    assert_ptr_equal(can_find(&protocol, &frame), &messages[3]);
    frame.id = 0x101;
    assert_null(can_find(&protocol, &frame));
    frame.id = 0x305;
    assert_ptr_equal(can_find(&protocol, &frame), &answers[0]);
    frame.extended = false;
    assert_ptr_equal(can_find(&protocol, &frame), &answers[0]);
    assert_true(can_from_inverter(&protocol, &answers[0]));
    assert_false(can_from_inverter(&protocol, &messages[0]));
    struct snapshot source = nothing();
    assert_true(encoded(&messages[3], &source).extended);
    assert_false(encoded(&answers[0], &source).extended);
}

static void rows_that_cannot_be_are_asserted(void **state)
{
    (void)state;
    static const struct can_field text[] = {
        {FROM(maker), 0, TEXT, PLAIN, ZERO}
    };
    static const struct can_field wrong[] = {
        {FROM(pack_mv), 0, TEXT | FIXED, PLAIN, ZERO}
    };
    static const struct can_field type[] = {
        {FROM(pack_mv), 0, FIELD_TYPE_MASK, PLAIN, ZERO}
    };
    struct can_message message = {0x1, 0, 0, CAN_11_BIT, 8, NAME_wrong, FIELDS(text)};
    struct snapshot source = nothing();
    struct can_frame frame = {0x1, false, 8, {0}};
    expect_assert_failure(encode(&message, &source, &frame));
    message.fields = wrong;
    expect_assert_failure(can_decode(&protocol, &message, &frame, &source));
    expect_assert_failure(can_field_type(type));
    message.size = 9;
    expect_assert_failure(encode(&message, &source, &frame));
}

static void numerator_and_denominator_scale_there_and_back(void **state)
{
    (void)state;
    static const struct can_field fraction[] = {
        {FROM(pack_mv), 0, U32LE, TIMES_8_BY_15625, REQUIRED}
    };
    static const struct can_message message = {
        0x1, 0, 0, CAN_11_BIT, 4, NAME_fraction, FIELDS(fraction)};
    struct snapshot source = nothing();
    struct snapshot values = nothing();
    snapshot_put(&source, VALUE_pack_mv, 54687);
    struct can_frame frame = encoded(&message, &source);
    assert_int_equal(frame.data[0] | frame.data[1] << 8, 28);
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.pack_mv, 54688); /* 28 / 8 * 15625 = 54687.5 */
}

static void the_smallest_limit_is_rounded_too(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    snapshot_put(&source, VALUE_charge_limit_ma, 1);
    snapshot_put(&source, VALUE_discharge_limit_mv, 1);
    struct can_frame frame = encoded(&messages[1], &source);
    const uint8_t one[4] = {0, 0, 1, 0};
    assert_memory_equal(frame.data, one, sizeof(one));
    snapshot_put(&source, VALUE_charge_limit_ma, -1);
    snapshot_put(&source, VALUE_discharge_limit_mv, 0);
    frame = encoded(&messages[1], &source);
    const uint8_t none[4] = {0};
    assert_memory_equal(frame.data, none, sizeof(none));
}

static void bits_beyond_the_frame_and_numbers_are_no_bits(void **state)
{
    (void)state;
    static const struct can_field mixed[] = {
        {FROM(force_charge), 0, BIT0 | FIXED, BY_1000, ZERO},
        {FROM(force_charge), 1, BIT0 | FIXED, BY_1000, ZERO},
        {FROM(force_charge), 2, U8 | FIXED,   BY_1000, ZERO},
    };
    struct can_message message = {0x1, 0, 0, CAN_11_BIT, 3, NAME_mixed, FIELDS(mixed)};
    struct can_frame frame = {
        0x1, false, 1, {0, 1, 1}
    };
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.force_charge, 0);
    frame.data[0] = 1;
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.force_charge, 1); /* the numbers of a bit are not used */
    message.field_count = 2;
    frame = (struct can_frame){
        0x1, false, 3, {0, 0, 1}
    };
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.force_charge, 0);
}

static void rows_of_both_kinds_are_no_excuse_for_an_empty_frame(void **state)
{
    (void)state;
    static const struct can_field field[] = {
        {FROM(pack_mv), 0, U8, PLAIN, REQUIRED}
    };
    static const struct can_alarm alarm[] = {ALARM_ROW(cell_over_voltage, 1, 0x01)};
    static const struct can_message message = {
        0x1, 0, 0, CAN_11_BIT, 2, NAME_both, FIELDS(field), ALARMS(alarm)};
    struct can_frame frame = {0x1, false, 0, {0}};
    struct snapshot values = nothing();
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), BAD);
    frame.size = 1;
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_scaled_rounded_and_shifted),
        cmocka_unit_test(what_is_not_known_is_its_code_and_what_is_required_stops_the_frame),
        cmocka_unit_test(limits_never_promise_more),
        cmocka_unit_test(a_negative_limit_is_read_by_its_size),
        cmocka_unit_test(a_bit_always_says_something),
        cmocka_unit_test(a_value_in_two_bits_is_read_from_either_and_sent_in_one),
        cmocka_unit_test(several_alarms_share_a_bit_and_the_first_is_read),
        cmocka_unit_test(a_short_frame_says_what_it_covers),
        cmocka_unit_test(text_ends_before_its_padding),
        cmocka_unit_test(a_value_too_large_for_us_saturates),
        cmocka_unit_test(a_frame_is_found_by_number_and_length_of_number),
        cmocka_unit_test(rows_that_cannot_be_are_asserted),
        cmocka_unit_test(numerator_and_denominator_scale_there_and_back),
        cmocka_unit_test(the_smallest_limit_is_rounded_too),
        cmocka_unit_test(bits_beyond_the_frame_and_numbers_are_no_bits),
        cmocka_unit_test(rows_of_both_kinds_are_no_excuse_for_an_empty_frame),
    };
    return RUN_TESTS(tests);
}
