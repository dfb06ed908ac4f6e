/* SPDX-License-Identifier: Apache-2.0
 * Sender and receiver in time, by a small protocol: schedule, start, silence, ages, heartbeat.
 */
#include "wire/can_link.h"

#include "base/bytes.h"
#include "base/number.h"
#include "tests/support/test.h"

enum { SECOND_US = 1000000 };

static const struct can_field limits[] = {
    {FROM(charge_limit_ma), 0, S16LE | DOWN, BY_100, REQUIRED},
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),      0, U16LE, BY_10, REQUIRED},
    {FROM(soc_permille), 2, U16LE, BY_10, ALL_ONES},
};

enum {
    NAME_limits,
    NAME_measurements,
    NAME_unscheduled,
    NAME_heartbeat,
    NAME_one,
    NAME_fine,
    NAME_short,
    NAME_long
};

/* clang-format off */
static const struct can_message messages[] = {
    {0x351, 1000, 3000, CAN_11_BIT, 2, NAME_limits,       FIELDS(limits)},
    {0x356, 500,  0,    CAN_11_BIT, 4, NAME_measurements, FIELDS(measurements)},
    {0x370, 0,    0,    CAN_11_BIT, 1, NAME_unscheduled,  NO_ROWS},
};

static const struct can_message answers[] = {
    {0x305, 1000, 0, CAN_EITHER, 8, NAME_heartbeat, NO_ROWS},
};
/* clang-format on */

static const struct can_protocol protocol = {
    .name = "test", .bitrate = 500000, BATTERY(messages), INVERTER(answers)};
static const struct can_protocol mute = {.name = "mute", .bitrate = 500000, BATTERY(messages)};

static struct snapshot complete(void)
{
    struct snapshot bank;
    snapshot_init(&bank);
    snapshot_put(&bank, VALUE_charge_limit_ma, 100000);
    snapshot_put(&bank, VALUE_pack_mv, 52000);
    snapshot_put(&bank, VALUE_soc_permille, 500);
    return bank;
}

static bool encode(const struct can_message *message, const struct snapshot *source,
                   struct can_frame *frame)
{
    return can_encode(&protocol, message, &(struct view){source, {NULL}}, 0, frame);
}

/* Steps and counts what goes out, by message. */
static void run(struct can_sender *sender, const struct snapshot *bank, uint64_t now_us,
                uint32_t sent[COUNT(messages)])
{
    struct view view = {bank, {NULL}};
    struct can_frame frame;
    can_sender_step(sender, &view, now_us);
    while (can_sender_transmit(sender, &view, &frame))
        sent[can_find(&protocol, &frame) - messages]++;
}

static void frames_go_out_in_slots_and_keep_their_periods(void **state)
{
    (void)state;
    struct can_sender sender;
    struct snapshot bank = complete();
    uint32_t sent[COUNT(messages)] = {0};
    can_sender_init(&sender, &protocol, SECOND_US);
    run(&sender, &bank, SECOND_US - 1, sent);
    assert_int_equal(sent[0] + sent[1], 0);
    run(&sender, &bank, SECOND_US, sent);
    assert_int_equal(sent[0], 1);
    assert_int_equal(sent[1], 0);
    run(&sender, &bank, SECOND_US + CAN_SLOT_US - 1, sent);
    assert_int_equal(sent[1], 0);
    run(&sender, &bank, SECOND_US + CAN_SLOT_US, sent);
    assert_int_equal(sent[1], 1);
    for (uint64_t now_us = SECOND_US + 30000; now_us < 11 * SECOND_US; now_us += 10000)
        run(&sender, &bank, now_us, sent);
    assert_int_equal(sent[0], 10);
    assert_int_equal(sent[1], 20);
    assert_int_equal(sent[2], 0);
    assert_int_equal(sender.sent, 30);
}

static void a_late_step_sends_one_copy_and_keeps_the_phase(void **state)
{
    (void)state;
    struct can_sender sender;
    struct snapshot bank = complete();
    uint32_t sent[COUNT(messages)] = {0};
    can_sender_init(&sender, &protocol, 0);
    run(&sender, &bank, 5 * SECOND_US + 300000, sent);
    assert_int_equal(sent[0], 1);
    run(&sender, &bank, 6 * SECOND_US - 1, sent);
    assert_int_equal(sent[0], 1);
    run(&sender, &bank, 6 * SECOND_US, sent);
    assert_int_equal(sent[0], 2);
}

static void a_frame_carries_the_values_of_its_moment(void **state)
{
    (void)state;
    struct can_sender sender;
    struct snapshot bank = complete();
    struct can_frame frame;
    can_sender_init(&sender, &protocol, 0);
    struct view view = {&bank, {NULL}};
    can_sender_step(&sender, &view, 0);
    bank.charge_limit_ma = 5000;
    assert_true(can_sender_transmit(&sender, &view, &frame));
    assert_int_equal(frame.data[0], 50);
}

static void nothing_is_sent_before_supervised_frames_are_complete(void **state)
{
    (void)state;
    struct can_sender sender;
    struct snapshot bank = complete();
    uint32_t sent[COUNT(messages)] = {0};
    snapshot_set_have(&bank, VALUE_charge_limit_ma, false);
    can_sender_init(&sender, &protocol, 0);
    run(&sender, &bank, SECOND_US, sent);
    assert_int_equal(sent[0] + sent[1], 0);
    assert_int_equal(sender.silenced, 2);
    assert_false(sender.started);
    snapshot_set_have(&bank, VALUE_charge_limit_ma, true);
    snapshot_set_have(&bank, VALUE_pack_mv, false); /* not supervised */
    run(&sender, &bank, 2 * SECOND_US + CAN_SLOT_US, sent);
    assert_true(sender.started);
    assert_int_equal(sent[0], 1);
    assert_int_equal(sent[1], 0);
    assert_int_equal(sender.withheld, 1);
}

static void all_frames_stop_a_minute_after_the_last_pack_and_come_back(void **state)
{
    (void)state;
    struct can_sender sender;
    struct snapshot bank = complete();
    uint32_t sent[COUNT(messages)] = {0};
    can_sender_init(&sender, &protocol, 0);
    run(&sender, &bank, 0, sent);
    alarm_put(bank.alarms, ALARM_no_pack, true);
    snapshot_set_have(&bank, VALUE_pack_mv, false);
    run(&sender, &bank, 10 * SECOND_US, sent);
    assert_int_equal(sent[0], 2);
    assert_int_equal(sent[1], 0);
    run(&sender, &bank, 10 * SECOND_US + CAN_SILENCE_US - 1, sent);
    assert_int_equal(sent[0], 3);
    assert_false(sender.silent);
    sender.pending = 1; /* what waits is dropped too */
    run(&sender, &bank, 10 * SECOND_US + CAN_SILENCE_US, sent);
    assert_int_equal(sent[0], 3);
    assert_true(sender.silent);
    assert_true(sender.silenced > 0);
    bank = complete();
    run(&sender, &bank, 12 * SECOND_US + CAN_SILENCE_US, sent);
    assert_int_equal(sent[0], 4);
    assert_int_equal(sent[1], 1);
    assert_false(sender.silent);
}

static void a_sender_hears_only_the_inverter(void **state)
{
    (void)state;
    struct can_sender sender;
    struct can_frame heartbeat = {0x305, true, 8, {0}};
    can_sender_init(&sender, &protocol, 0);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, 0), CAN_AGE_NEVER);
    can_sender_receive(&sender, &(struct can_frame){0x356, false, 4, {0}}, 0);
    can_sender_receive(&sender, &(struct can_frame){0x123, false, 4, {0}}, 0);
    assert_int_equal(sender.ignored, 2);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, 0), CAN_AGE_NEVER);
    can_sender_receive(&sender, &heartbeat, 1000);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, 3000), 2);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, UINT64_MAX), CAN_AGE_NEVER - 1);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, 1000 + CAN_AGE_NEVER * 1000ull),
                     CAN_AGE_NEVER - 1);
}

static enum decode hear(struct can_receiver *receiver, const struct snapshot *bank,
                        const struct can_message *message, uint64_t now_us)
{
    struct can_frame frame;
    assert_true(encode(message, bank, &frame));
    return can_receiver_receive(receiver, &frame, now_us);
}

static void a_receiver_collects_values_and_their_ages(void **state)
{
    (void)state;
    struct can_receiver receiver;
    struct snapshot bank = complete();
    can_receiver_init(&receiver, &protocol, 0);
    assert_false(can_receiver_alive(&receiver, 0));
    assert_int_equal(hear(&receiver, &bank, &messages[0], SECOND_US), DECODED);
    assert_int_equal(hear(&receiver, &bank, &messages[1], 2 * SECOND_US), DECODED);
    assert_int_equal(receiver.values.charge_limit_ma, 100000);
    assert_int_equal(receiver.values.pack_mv, 52000);
    assert_int_equal(receiver.decoded, 2);
    assert_int_equal(can_receiver_age_ms(&receiver, 0x351, 3 * SECOND_US), 2000);
    assert_int_equal(can_receiver_age_ms(&receiver, 0x356, 3 * SECOND_US), 1000);
    assert_int_equal(can_receiver_age_ms(&receiver, 0x370, 3 * SECOND_US), CAN_AGE_NEVER);
    assert_int_equal(can_receiver_age_ms(&receiver, 0x123, 3 * SECOND_US), CAN_AGE_NEVER);
    assert_true(can_receiver_alive(&receiver, 4 * SECOND_US));
    assert_false(can_receiver_alive(&receiver, 4 * SECOND_US + 1000));
}

static void frames_of_others_and_broken_ones_are_counted_by_cause(void **state)
{
    (void)state;
    struct can_receiver receiver;
    struct can_frame frame = {
        0x351, true, 2, {100, 0}
    };
    can_receiver_init(&receiver, &protocol, 0);
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
    frame = (struct can_frame){0x305, false, 8, {0}};
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
    assert_int_equal(receiver.unknown, 2);
    frame = (struct can_frame){0x351, false, 1, {0}};
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), BAD);
    assert_int_equal(receiver.bad, 1);
    assert_int_equal(receiver.seen, 0);
    receiver.accept_extended = true;
    frame = (struct can_frame){
        0x351, true, 2, {100, 0}
    };
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), DECODED);
    assert_int_equal(receiver.values.charge_limit_ma, 10000);
    frame.id = 0x10000351;
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
}

static void impossible_values_are_not_taken_and_not_heard(void **state)
{
    (void)state;
    static const struct {
        int32_t pack_mv;
        int32_t soc_permille;
        enum decode outcome;
    } rows[] = {
        {29990, 500,  BAD    },
        {30000, 0,    DECODED},
        {70000, 1000, DECODED},
        {70010, 500,  BAD    },
        {52000, 1010, BAD    },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct can_receiver receiver;
        struct can_frame frame = {0x356, false, 4, {0}};
        bool taken = rows[i].outcome == DECODED;
        put_u16le(frame.data, (uint16_t)(rows[i].pack_mv / 10));
        put_u16le(frame.data + 2, (uint16_t)(rows[i].soc_permille / 10));
        can_receiver_init(&receiver, &protocol, 0);
        assert_int_equal(can_receiver_receive(&receiver, &frame, 0), rows[i].outcome);
        assert_int_equal(receiver.implausible, !taken);
        assert_int_equal(receiver.decoded, taken);
        assert_int_equal(snapshot_have(&receiver.values, VALUE_pack_mv), taken);
        assert_int_equal(can_receiver_age_ms(&receiver, 0x356, 0), taken ? 0 : CAN_AGE_NEVER);
    }
}

static void a_credulous_receiver_takes_impossible_values(void **state)
{
    (void)state;
    struct can_receiver receiver;
    struct snapshot bank = complete();
    bank.pack_mv = 5200;
    can_receiver_init(&receiver, &protocol, 0);
    receiver.credulous = true;
    assert_int_equal(hear(&receiver, &bank, &messages[1], 0), DECODED);
    assert_int_equal(receiver.values.pack_mv, 5200);
    assert_int_equal(receiver.implausible, 0);
}

static void the_heartbeat_beats_without_a_battery(void **state)
{
    (void)state;
    struct can_receiver receiver;
    struct can_frame frame;
    can_receiver_init(&receiver, &protocol, SECOND_US);
    assert_false(can_receiver_transmit(&receiver, NULL, SECOND_US - 1, &frame));
    assert_true(can_receiver_transmit(&receiver, NULL, SECOND_US, &frame));
    assert_int_equal(frame.id, 0x305);
    assert_false(frame.extended);
    assert_false(can_receiver_transmit(&receiver, NULL, 2 * SECOND_US - 1, &frame));
    assert_true(can_receiver_transmit(&receiver, NULL, 2 * SECOND_US, &frame));
    can_receiver_init(&receiver, &mute, 0);
    assert_false(can_receiver_transmit(&receiver, NULL, SECOND_US, &frame));
}

static void the_last_of_as_many_messages_as_can_be_is_sent_too(void **state)
{
    (void)state;
    struct can_message many[CAN_MESSAGE_MAX];
    for (uint32_t i = 0; i < CAN_MESSAGE_MAX; i++)
        many[i] = (struct can_message){i, 1000, 0, CAN_11_BIT, 0, NAME_one, NO_ROWS};
    struct can_protocol full = {.name = "full", BATTERY(many)};
    struct snapshot bank = complete();
    struct view view = {&bank, {NULL}};
    struct can_sender sender;
    struct can_frame frame;
    can_sender_init(&sender, &full, 0);
    can_sender_step(&sender, &view, CAN_MESSAGE_MAX * CAN_SLOT_US);
    for (uint32_t i = 0; i < CAN_MESSAGE_MAX; i++) {
        assert_true(can_sender_transmit(&sender, &view, &frame));
        assert_int_equal(frame.id, i);
    }
    assert_false(can_sender_transmit(&sender, &view, &frame));
    full.message_count++;
    expect_assert_failure(can_sender_init(&sender, &full, 0));
    struct can_receiver receiver;
    expect_assert_failure(can_receiver_init(&receiver, &full, 0));
}

static void the_borders_of_the_possible_are_possible(void **state)
{
    (void)state;
    static const struct {
        uint8_t value; /* enum value_id */
        int32_t min;
        int32_t max;
    } rows[] = {
        {VALUE_pack_mv,         30000,    70000  },
        {VALUE_pack_ma,         -3276700, 3276700},
        {VALUE_soc_permille,    0,        1000   },
        {VALUE_soh_permille,    0,        1270   },
        {VALUE_temp_mean_ddegc, -600,     1500   },
        {VALUE_charge_limit_mv, 40000,    65000  },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct can_field field[] = {
            {rows[i].value, 0, S32LE, PLAIN, REQUIRED}
        };
        const struct can_message message[] = {
            {0x1, 0, 0, CAN_11_BIT, 4, NAME_fine, FIELDS(field)}
        };
        const struct can_protocol fine = {.name = "fine", BATTERY(message)};
        const int32_t sent[] = {rows[i].min - 1, rows[i].min, rows[i].max, rows[i].max + 1};
        for (size_t n = 0; n < COUNT(sent); n++) {
            struct can_receiver receiver;
            struct can_frame frame = {0x1, false, 4, {0}};
            put_u32le(frame.data, (uint32_t)sent[n]);
            can_receiver_init(&receiver, &fine, 0);
            assert_int_equal(can_receiver_receive(&receiver, &frame, 0),
                             n == 0 || n == 3 ? BAD : DECODED);
        }
    }
}

static void long_frames_are_short_ones_only_up_to_eleven_bits(void **state)
{
    (void)state;
    static const struct can_message last[] = {
        {0x7FF, 0, 0, CAN_11_BIT, 0, NAME_short, NO_ROWS},
        {0x800, 0, 0, CAN_29_BIT, 0, NAME_long,  NO_ROWS},
    };
    static const struct can_protocol both = {.name = "both", BATTERY(last)};
    struct can_receiver receiver;
    struct can_frame frame = {0x7FF, true, 0, {0}};
    can_receiver_init(&receiver, &both, 0);
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
    receiver.accept_extended = true;
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), DECODED);
    frame.id = 0x800;
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), DECODED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_out_in_slots_and_keep_their_periods),
        cmocka_unit_test(a_late_step_sends_one_copy_and_keeps_the_phase),
        cmocka_unit_test(a_frame_carries_the_values_of_its_moment),
        cmocka_unit_test(nothing_is_sent_before_supervised_frames_are_complete),
        cmocka_unit_test(all_frames_stop_a_minute_after_the_last_pack_and_come_back),
        cmocka_unit_test(a_sender_hears_only_the_inverter),
        cmocka_unit_test(a_receiver_collects_values_and_their_ages),
        cmocka_unit_test(frames_of_others_and_broken_ones_are_counted_by_cause),
        cmocka_unit_test(impossible_values_are_not_taken_and_not_heard),
        cmocka_unit_test(a_credulous_receiver_takes_impossible_values),
        cmocka_unit_test(the_heartbeat_beats_without_a_battery),
        cmocka_unit_test(the_last_of_as_many_messages_as_can_be_is_sent_too),
        cmocka_unit_test(the_borders_of_the_possible_are_possible),
        cmocka_unit_test(long_frames_are_short_ones_only_up_to_eleven_bits),
    };
    return RUN_TESTS(tests);
}
