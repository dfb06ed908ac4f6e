/* SPDX-License-Identifier: Apache-2.0
 * Batteries that are asked, packs that speak in turn, and inverters with several answers.
 */
#include "tests/support/test.h"
#include "wire/can_link.h"

enum { SECOND_US = 1000000, PATIENCE_MS = 1500 };

static const struct can_field voltage[] = {
    {FROM(pack_mv), 0, U16LE, BY_100, REQUIRED},
};

enum { BOTH_WAYS, ASKED, SCHEDULED, IN_TURN };

enum {
    NAME_both,
    NAME_asked,
    NAME_alone,
    NAME_pack,
    NAME_heartbeat,
    NAME_poll,
    NAME_measured,
    NAME_own,
    NAME_one,
    NAME_aside
};

/* clang-format off */
static const struct can_message messages[] = {
    {0x10, 1000, 3000, CAN_11_BIT | POLL,      2, NAME_both,  FIELDS(voltage)},
    {0x11, 0,    0,    CAN_11_BIT | POLL,      2, NAME_asked, FIELDS(voltage)},
    {0x12, 1000, 0,    CAN_11_BIT,             2, NAME_alone, FIELDS(voltage)},
    {0x20, 1000, 0,    CAN_11_BIT | EACH_PACK, 2, NAME_pack,  FIELDS(voltage)},
};

static const struct can_message answers[] = {
    {0x30, 500,  0, CAN_11_BIT,        8, NAME_heartbeat, NO_ROWS},
    {0x31, 1000, 0, CAN_11_BIT | POLL, 8, NAME_poll,      NO_ROWS},
    {0x32, 1000, 0, CAN_11_BIT,        2, NAME_measured,  FIELDS(voltage)},
};
/* clang-format on */

static const struct can_protocol protocol = {
    .name = "poll",
    .profile = "",
    .bitrate = 500000,
    BATTERY(messages),
    INVERTER(answers),
    .pack_step = 1,
    .poll_patience_ms = PATIENCE_MS,
};

static struct snapshot packs[3];
static struct can_sender sender;

static struct view view_of(void)
{
    for (size_t i = 0; i < COUNT(packs); i++) {
        snapshot_init(&packs[i]);
        snapshot_put(&packs[i], VALUE_pack_mv, 52000);
    }
    return (struct view){
        &packs[0], {[0] = &packs[0], [4] = &packs[1], [9] = &packs[2]}
    };
}

/* A bit per identifier that went out. */
static uint64_t take(const struct view *view, uint64_t now_us)
{
    struct can_frame frame;
    uint64_t ids = 0;
    can_sender_step(&sender, view, now_us);
    while (can_sender_transmit(&sender, view, &frame))
        ids |= 1ull << frame.id;
    return ids;
}

static void ask(uint64_t now_us)
{
    can_sender_receive(&sender, &(struct can_frame){0x31, false, 8, {0}}, now_us);
}

static void a_poll_is_answered_at_once_and_the_schedule_rests(void **state)
{
    (void)state;
    struct view view = view_of();
    can_sender_init(&sender, &protocol, 0);
    ask(0);
    uint64_t slots_us = 3 * CAN_SLOT_US;
    assert_int_equal(take(&view, 0), 0); /* asked before it was complete, and rests */
    ask(SECOND_US + slots_us);
    assert_int_equal(take(&view, SECOND_US + slots_us), 1ull << 0x10 | 1ull << 0x11);
    assert_int_equal(take(&view, 2 * SECOND_US + slots_us), 0);
    assert_int_equal(take(&view, 3 * SECOND_US + slots_us),
                     1ull << 0x10 | 1ull << 0x12 | 1ull << 0x24);
}

static void the_schedule_comes_back_when_the_patience_is_over(void **state)
{
    (void)state;
    struct view view = view_of();
    can_sender_init(&sender, &protocol, 0);
    take(&view, 0);
    ask(500000);
    uint64_t end_us = 500000 + 1000 * PATIENCE_MS;
    take(&view, end_us - SECOND_US);
    assert_int_equal(take(&view, end_us - 1) & 1ull << 0x10, 0);
    can_sender_init(&sender, &protocol, 0);
    take(&view, 0);
    ask(500000);
    assert_int_not_equal(take(&view, end_us) & 1ull << 0x10, 0);
}

static void a_poll_that_comes_before_the_first_values_is_not_answered(void **state)
{
    (void)state;
    struct view view = view_of();
    snapshot_set_have(&packs[0], VALUE_pack_mv, false);
    can_sender_init(&sender, &protocol, 0);
    take(&view, 0);
    ask(1000);
    assert_int_equal(take(&view, 2000), 0);
    assert_false(sender.started);
}

static void a_battery_that_fell_silent_does_not_answer(void **state)
{
    (void)state;
    struct view view = view_of();
    can_sender_init(&sender, &protocol, 0);
    take(&view, 0);
    alarm_put(packs[0].alarms, ALARM_no_pack, true);
    take(&view, SECOND_US);
    take(&view, SECOND_US + CAN_SILENCE_US);
    assert_true(sender.silent);
    ask(SECOND_US + CAN_SILENCE_US);
    assert_int_equal(sender.pending, 0);
}

static void the_heartbeat_is_no_poll(void **state)
{
    (void)state;
    struct view view = view_of();
    can_sender_init(&sender, &protocol, 0);
    take(&view, 0);
    can_sender_receive(&sender, &(struct can_frame){0x30, false, 8, {0}}, 1000);
    assert_false(sender.polled);
    assert_int_equal(take(&view, 2000), 0);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, 2000), 1);
}

static void packs_that_are_there_speak_in_turn(void **state)
{
    (void)state;
    struct view view = view_of();
    uint64_t spoke = 0;
    can_sender_init(&sender, &protocol, 0);
    for (unsigned second = 0; second < 6; second++) {
        uint64_t ids = take(&view, second * SECOND_US + 3 * CAN_SLOT_US) >> 0x20;
        assert_true(ids == 1 << 0 || ids == 1 << 4 || ids == 1 << 9);
        if (second < 3)
            assert_int_equal(spoke & ids, 0);
        spoke |= ids;
    }
    assert_int_equal(spoke, 1 << 0 | 1 << 4 | 1 << 9);
}

static void the_pack_that_speaks_need_not_be_the_first(void **state)
{
    (void)state;
    static const struct can_message own[] = {
        {0x20, 1000, 3000, CAN_11_BIT | HOST_PACK, 2, NAME_own, FIELDS(voltage)},
    };
    static const struct can_protocol of_one = {
        .name = "own", .profile = "", BATTERY(own), .pack_step = 1};
    view_of();
    struct view view = {&packs[0], {[7] = &packs[1]}};
    can_sender_init(&sender, &of_one, 0);
    assert_int_equal(take(&view, 0), 1ull << 0x27);
}

static void without_packs_nothing_is_said_of_packs(void **state)
{
    (void)state;
    struct view view = {&packs[0], {NULL}};
    view_of();
    can_sender_init(&sender, &protocol, 0);
    assert_int_equal(take(&view, 3 * CAN_SLOT_US), 1ull << 0x10 | 1ull << 0x12);
    assert_int_equal(sender.withheld, 1);
}

static void every_answer_keeps_its_own_period(void **state)
{
    (void)state;
    struct can_receiver receiver;
    struct can_frame frame;
    unsigned sent[3] = {0};
    struct view view = view_of();
    can_receiver_init(&receiver, &protocol, 0);
    for (uint64_t now_us = 0; now_us < 10 * SECOND_US; now_us += 10000) {
        while (can_receiver_transmit(&receiver, view.bank, now_us, &frame))
            sent[frame.id - 0x30]++;
    }
    assert_int_equal(sent[0], 20);
    assert_int_equal(sent[1], 10);
    assert_int_equal(sent[2], 10);
    for (uint64_t now_us = 10 * SECOND_US; now_us < 20 * SECOND_US; now_us += 10000) {
        while (can_receiver_transmit(&receiver, NULL, now_us, &frame))
            sent[frame.id - 0x30]++;
    }
    assert_int_equal(sent[0], 40);
    assert_int_equal(sent[2], 10); /* what it does not know it does not send */
}

static void what_is_aside_is_no_part_of_the_values(void **state)
{
    (void)state;
    static const struct can_message aside[] = {
        {0x10, 0, 0, CAN_11_BIT,             2, NAME_one,   FIELDS(voltage)},
        {0x11, 0, 0, CAN_11_BIT | ASIDE,     2, NAME_aside, FIELDS(voltage)},
        {0x20, 0, 0, CAN_11_BIT | EACH_PACK, 2, NAME_pack,  FIELDS(voltage)},
    };
    static const struct can_protocol with = {
        .name = "aside", .profile = "", BATTERY(aside), .pack_step = 1};
    struct can_receiver receiver;
    can_receiver_init(&receiver, &with, 0);
    static const uint32_t ids[] = {0x11, 0x25, 0x10};
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct can_frame frame = {
            ids[i], false, 2, {0x08, 0x02}
        };
        assert_false(snapshot_have(&receiver.values, VALUE_pack_mv));
        assert_int_equal(can_receiver_receive(&receiver, &frame, SECOND_US), DECODED);
    }
    assert_int_equal(receiver.values.pack_mv, 52000);
    assert_int_equal(can_receiver_age_ms(&receiver, 0x11, 2 * SECOND_US), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_is_answered_at_once_and_the_schedule_rests),
        cmocka_unit_test(the_schedule_comes_back_when_the_patience_is_over),
        cmocka_unit_test(a_poll_that_comes_before_the_first_values_is_not_answered),
        cmocka_unit_test(a_battery_that_fell_silent_does_not_answer),
        cmocka_unit_test(the_heartbeat_is_no_poll),
        cmocka_unit_test(packs_that_are_there_speak_in_turn),
        cmocka_unit_test(the_pack_that_speaks_need_not_be_the_first),
        cmocka_unit_test(without_packs_nothing_is_said_of_packs),
        cmocka_unit_test(every_answer_keeps_its_own_period),
        cmocka_unit_test(what_is_aside_is_no_part_of_the_values),
    };
    return RUN_TESTS(tests);
}
