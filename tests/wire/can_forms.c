/* SPDX-License-Identifier: Apache-2.0
 * What a message of the CAN table engine may be besides numbers and bits: alarms in pairs and in
 * levels, a second and finer state of charge, ranges, messages of one pack, hooks, and the charge
 * voltage of a stopped charge.
 */
#include "tests/support/test.h"
#include "wire/can_table.h"

static const struct can_alarm alarms[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x01) ALARM_ROW(pack_over_voltage, 0, 0x01)
        ALARM_ROW(cell_under_voltage, 0, 0x04) WARNING_ROW(cell_over_voltage, 1, 0x01)};

static const struct can_alarm levels[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x04) ALARM_ROW(pack_over_voltage, 0, 0x04)
        WARNING_ROW(cell_over_voltage, 0, 0x04) WARNING_ROW(pack_over_voltage, 0, 0x04)
            ALARM_ROW(cell_under_voltage, 0, 0x10)};

static const struct can_field state[] = {
    {FROM(soc_permille), 0, U16LE,         BY_10,    REQUIRED},
    {FROM(soc_permille), 2, U16LE | FINER, TIMES_10, ALL_ONES},
};

static const struct can_field limits[] = {
    {FROM(charge_limit_mv), 0, U16LE | DOWN, BY_100, REQUIRED},
    {FROM(charge_limit_ma), 2, S16LE | DOWN, BY_100, ALL_ONES},
};

static const struct can_field voltage[] = {
    {FROM(pack_mv), 0, U16LE, BY_100, REQUIRED},
};

enum { PAIRS, LEVELS, STATE, LIMITS, OF_PACK, HOOK };

enum { NAME_pairs, NAME_levels, NAME_state, NAME_limits, NAME_pack, NAME_hook, NAME_fine };

/* clang-format off */
static const struct can_message messages[] = {
    {0x10, 1000, 0, CAN_11_BIT | ALARM_PAIRS,  2, NAME_pairs,  .fill = "\x0A\2", ALARMS(alarms)},
    {0x11, 1000, 0, CAN_11_BIT | ALARM_LEVELS, 1, NAME_levels, ALARMS(levels)},
    {0x12, 1000, 0, CAN_11_BIT,                4, NAME_state,  FIELDS(state)},
    {0x13, 1000, 0, CAN_11_BIT,                4, NAME_limits, FIELDS(limits)},
    {0x20, 1000, 0, CAN_29_BIT | EACH_PACK,    2, NAME_pack,   FIELDS(voltage)},
    {0x14, 1000, 0, CAN_11_BIT | HOOKED,       2, NAME_hook,   .fill = "\1\2", FIELDS(voltage)},
};
/* clang-format on */

static const struct can_range ranges[] = {
    {VALUE_charge_limit_mv, 41000, 63000  },
    {VALUE_charge_limit_ma, 0,     1200000},
};

/* Sends the number of the pack, or nothing in place of 13; reads 0xFF as no voltage at all. */
static bool encode_hook(const struct can_message *message, const struct view *view, unsigned pack,
                        struct can_frame *frame)
{
    (void)view;
    assert_ptr_equal(message, &messages[HOOK]);
    frame->data[1] = (uint8_t)pack;
    return pack != 13;
}

static bool decode_hook(const struct can_message *message, const struct can_frame *frame,
                        struct snapshot *values)
{
    (void)values;
    assert_ptr_equal(message, &messages[HOOK]);
    return frame->data[0] == 0xFF;
}

static const struct can_protocol protocol = {
    .name = "forms",
    .profile = "",
    .bitrate = 500000,
    BATTERY(messages),
    .ranges = ranges,
    .range_count = COUNT(ranges),
    .encode = encode_hook,
    .decode = decode_hook,
    .pack_step = 0x100,
    .stop_lowers_voltage = true,
};

static struct snapshot source;
static struct snapshot values;

static void set_up(void)
{
    snapshot_init(&source);
    snapshot_init(&values);
}

static struct can_frame sent(size_t message)
{
    struct can_frame frame;
    struct view view = {&source, {&source}};
    assert_true(can_encode(&protocol, &messages[message], &view, 0, &frame));
    return frame;
}

static void hear(size_t message, struct can_frame frame)
{
    assert_int_equal(can_decode(&protocol, &messages[message], &frame, &values), DECODED);
}

static void a_pair_says_active_or_not(void **context)
{
    (void)context;
    set_up();
    struct can_frame frame = sent(PAIRS);
    assert_int_equal(frame.data[0], 0x0A); /* two conditions are known, neither is active */
    assert_int_equal(frame.data[1], 0x02);
    alarm_put(source.alarms, ALARM_pack_over_voltage, true);
    frame = sent(PAIRS);
    assert_int_equal(frame.data[0], 0x09);
    hear(PAIRS, frame);
    assert_true(alarm_get(values.alarms, ALARM_cell_over_voltage));
    assert_false(alarm_get(values.alarms, ALARM_pack_over_voltage));
    alarm_put(source.alarms, ALARM_cell_over_voltage, true);
    alarm_put(source.alarms, ALARM_pack_over_voltage, false);
    assert_int_equal(sent(PAIRS).data[0], 0x09);
}

static void a_pair_that_says_nothing_changes_nothing(void **context)
{
    (void)context;
    set_up();
    hear(PAIRS, (struct can_frame){
                    0x10, false, 2, {0, 0}
    });
    assert_false(snapshot_have(&values, VALUE_alarms));
    hear(PAIRS, (struct can_frame){
                    0x10, false, 2, {0x01, 0x01}
    });
    hear(PAIRS, (struct can_frame){
                    0x10, false, 2, {0x0C, 0x00}
    });
    assert_true(alarm_get(values.alarms, ALARM_cell_over_voltage));
    assert_true(alarm_get(values.warnings, ALARM_cell_over_voltage));
    assert_false(alarm_get(values.alarms, ALARM_cell_under_voltage));
    hear(PAIRS, (struct can_frame){
                    0x10, false, 2, {0x02, 0x02}
    });
    assert_false(alarm_get(values.alarms, ALARM_cell_over_voltage));
    assert_false(alarm_get(values.warnings, ALARM_cell_over_voltage));
}

static void a_level_is_that_of_the_worst_alarm(void **context)
{
    (void)context;
    set_up();
    assert_int_equal(sent(LEVELS).data[0], 0);
    alarm_put(source.warnings, ALARM_pack_over_voltage, true);
    assert_int_equal(sent(LEVELS).data[0], 0x0C);
    alarm_put(source.alarms, ALARM_pack_over_voltage, true);
    assert_int_equal(sent(LEVELS).data[0], 0x04);
    alarm_put(source.alarms, ALARM_cell_under_voltage, true);
    assert_int_equal(sent(LEVELS).data[0], 0x14);
}

static void levels_are_read_as_alarm_or_warning(void **context)
{
    (void)context;
    static const struct {
        uint8_t level;
        bool alarm;
        bool warning;
    } rows[] = {
        {0, false, false},
        {1, true,  false},
        {2, false, true },
        {3, false, true },
    };
    set_up();
    for (size_t i = 0; i < COUNT(rows); i++) {
        hear(LEVELS, (struct can_frame){0x11, false, 1, {(uint8_t)(rows[i].level << 2)}});
        assert_int_equal(alarm_get(values.alarms, ALARM_cell_over_voltage), rows[i].alarm);
        assert_int_equal(alarm_get(values.warnings, ALARM_cell_over_voltage), rows[i].warning);
        assert_false(alarm_get(values.alarms, ALARM_pack_over_voltage));
        assert_false(alarm_get(values.warnings, ALARM_pack_over_voltage));
    }
}

static void the_finer_charge_counts_while_it_agrees(void **context)
{
    (void)context;
    set_up();
    snapshot_put(&source, VALUE_soc_permille, 833);
    struct can_frame frame = sent(STATE);
    const uint8_t expected[4] = {83, 0, 0x8A, 0x20};
    assert_memory_equal(frame.data, expected, 4);
    hear(STATE, frame);
    assert_int_equal(values.soc_permille, 833);
    hear(STATE, (struct can_frame){
                    0x12, false, 4, {84, 0, 0, 0}
    });
    assert_int_equal(values.soc_permille, 840);
    hear(STATE, (struct can_frame){
                    0x12, false, 4, {84, 0, 0xFF, 0xFF}
    });
    assert_int_equal(values.soc_permille, 840);
    hear(STATE, (struct can_frame){
                    0x12, false, 4, {84, 0, 0x34, 0x21}
    }); /* 85.00 % */
    assert_int_equal(values.soc_permille, 850);
    hear(STATE, (struct can_frame){
                    0x12, false, 4, {84, 0, 0x3E, 0x21}
    }); /* 85.10 % */
    assert_int_equal(values.soc_permille, 840);
}

static void a_full_battery_is_not_announced_too_early(void **context)
{
    (void)context;
    static const struct {
        int32_t permille;
        uint8_t percent;
    } rows[] = {
        {1000, 100},
        {999,  99 },
        {995,  99 },
        {985,  99 },
        {984,  98 },
        {4,    1  },
        {1,    1  },
        {0,    0  },
    };
    set_up();
    for (size_t i = 0; i < COUNT(rows); i++) {
        snapshot_put(&source, VALUE_soc_permille, rows[i].permille);
        struct can_frame frame = sent(STATE);
        assert_int_equal(frame.data[0], rows[i].percent);
        assert_int_equal(frame.data[2] | frame.data[3] << 8, 10 * rows[i].permille);
    }
}

static void more_than_full_and_less_than_empty_are_not_said(void **context)
{
    (void)context;
    set_up();
    snapshot_put(&source, VALUE_soc_permille, 1001);
    assert_int_equal(sent(STATE).data[0], 100);
    snapshot_put(&source, VALUE_soc_permille, -1);
    assert_int_equal(sent(STATE).data[0], 0);
}

static void values_stay_within_the_ranges_of_the_protocol(void **context)
{
    (void)context;
    set_up();
    snapshot_put(&source, VALUE_charge_limit_mv, 70000);
    snapshot_put(&source, VALUE_charge_limit_ma, 2000000);
    struct can_frame frame = sent(LIMITS);
    assert_int_equal(frame.data[0] | frame.data[1] << 8, 630);
    assert_int_equal(frame.data[2] | frame.data[3] << 8, 12000);
    snapshot_put(&source, VALUE_charge_limit_mv, 3000);
    assert_int_equal(sent(LIMITS).data[0] | sent(LIMITS).data[1] << 8, 410);
}

static int32_t charge_voltage(void)
{
    struct can_frame frame = sent(LIMITS);
    return 100 * (frame.data[0] | frame.data[1] << 8);
}

static void a_stopped_charge_lowers_the_voltage_to_the_present_one(void **context)
{
    (void)context;
    set_up();
    snapshot_put(&source, VALUE_charge_limit_mv, 56800);
    snapshot_put(&source, VALUE_charge_allowed, 0);
    assert_int_equal(charge_voltage(), 56800); /* the present one is not known */
    snapshot_put(&source, VALUE_pack_mv, 53120);
    assert_int_equal(charge_voltage(), 53100);
    snapshot_put(&source, VALUE_charge_allowed, 1);
    assert_int_equal(charge_voltage(), 56800);
    snapshot_put(&source, VALUE_charge_limit_ma, 0);
    assert_int_equal(charge_voltage(), 53100);
    snapshot_put(&source, VALUE_pack_mv, 57000);
    assert_int_equal(charge_voltage(), 56800);
    snapshot_put(&source, VALUE_pack_mv, 40000);
    snapshot_put(&source, VALUE_discharge_limit_mv, 46000);
    assert_int_equal(charge_voltage(), 47000); /* never so low that it empties the battery */
}

static void a_message_of_a_pack_carries_its_number(void **context)
{
    (void)context;
    struct view view = {&source, {NULL}};
    struct can_frame frame;
    set_up();
    assert_false(can_encode(&protocol, &messages[OF_PACK], &view, 5, &frame));
    snapshot_put(&source, VALUE_pack_mv, 52000);
    view.pack[5] = &source;
    assert_true(can_encode(&protocol, &messages[OF_PACK], &view, 5, &frame));
    assert_int_equal(frame.id, 0x520);
    assert_ptr_equal(can_find(&protocol, &frame), &messages[OF_PACK]);
    assert_int_equal(can_pack(&protocol, &messages[OF_PACK], &frame), 5);
    assert_int_equal(can_pack(&protocol, &messages[LIMITS], &frame), -1);
    frame.id = 0xF20;
    assert_int_equal(can_pack(&protocol, &messages[OF_PACK], &frame), 15);
    static const uint32_t others[] = {0x1020, 0x521, 0x1F};
    for (size_t i = 0; i < COUNT(others); i++) {
        frame.id = others[i];
        assert_null(can_find(&protocol, &frame));
    }
    expect_assert_failure(can_encode(&protocol, &messages[OF_PACK], &view, PACK_MAX, &frame));
}

static void hooks_say_what_rows_cannot(void **context)
{
    (void)context;
    struct view view = {&source, {NULL}};
    struct can_frame frame;
    set_up();
    snapshot_put(&source, VALUE_pack_mv, 5000);
    assert_true(can_encode(&protocol, &messages[HOOK], &view, 7, &frame));
    assert_int_equal(frame.data[0], 50);
    assert_int_equal(frame.data[1], 7);
    assert_false(can_encode(&protocol, &messages[HOOK], &view, 13, &frame));
    hear(HOOK, (struct can_frame){
                   0x14, false, 2, {0xFF, 0}
    });
    assert_false(snapshot_have(&values, VALUE_pack_mv));
    hear(HOOK, (struct can_frame){
                   0x14, false, 2, {50, 0}
    });
    assert_int_equal(values.pack_mv, 5000);
}

static void a_hook_that_is_not_there_says_nothing(void **context)
{
    (void)context;
    struct can_protocol plain = protocol;
    struct view view = {&source, {NULL}};
    struct can_frame frame = {
        0x14, false, 2, {0xFF, 0}
    };
    set_up();
    plain.encode = NULL;
    plain.decode = NULL;
    assert_int_equal(can_decode(&plain, &messages[HOOK], &frame, &values), DECODED);
    assert_int_equal(values.pack_mv, 25500);
    assert_true(can_encode(&plain, &messages[HOOK], &(struct view){&values, {NULL}}, 13, &frame));
    assert_false(can_encode(&plain, &messages[HOOK], &view, 13, &frame));
}

static void a_finer_charge_without_a_coarse_one_counts_alone(void **context)
{
    (void)context;
    static const struct can_field fine[] = {
        {FROM(soc_permille), 0, U16LE | FINER, TIMES_10, ALL_ONES},
    };
    static const struct can_message message = {0x1, 0, 0, CAN_11_BIT, 2, NAME_fine, FIELDS(fine)};
    struct can_frame frame = {
        0x1, false, 2, {0x8A, 0x20}
    };
    set_up();
    assert_int_equal(can_decode(&protocol, &message, &frame, &values), DECODED);
    assert_int_equal(values.soc_permille, 833);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_says_active_or_not),
        cmocka_unit_test(a_pair_that_says_nothing_changes_nothing),
        cmocka_unit_test(a_level_is_that_of_the_worst_alarm),
        cmocka_unit_test(levels_are_read_as_alarm_or_warning),
        cmocka_unit_test(the_finer_charge_counts_while_it_agrees),
        cmocka_unit_test(a_full_battery_is_not_announced_too_early),
        cmocka_unit_test(more_than_full_and_less_than_empty_are_not_said),
        cmocka_unit_test(values_stay_within_the_ranges_of_the_protocol),
        cmocka_unit_test(a_stopped_charge_lowers_the_voltage_to_the_present_one),
        cmocka_unit_test(a_message_of_a_pack_carries_its_number),
        cmocka_unit_test(hooks_say_what_rows_cannot),
        cmocka_unit_test(a_hook_that_is_not_there_says_nothing),
        cmocka_unit_test(a_finer_charge_without_a_coarse_one_counts_alone),
    };
    return RUN_TESTS(tests);
}
