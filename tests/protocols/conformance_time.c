/* SPDX-License-Identifier: Apache-2.0
 * What both ends of every CAN protocol of the registry must do in time: notice each other's
 * silence, keep their pace, fall silent without packs.
 */
#include "tests/support/can_profiles.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

enum { STEP_US = 10000, SECOND_US = 1000000 };

/* Both ends in time */

static void hear_all(struct can_receiver *receiver, const struct snapshot *sent, uint64_t now_us)
{
    const struct can_protocol *can = receiver->protocol;
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        if (!profile_built(&can->messages[i], sent, &frame))
            continue;
        assert_int_equal(can_receiver_receive(receiver, &frame, now_us), DECODED);
        assert_int_equal(can_receiver_age_ms(receiver, can->messages[i].id, now_us), 0);
    }
}

static uint32_t shortest_timeout_ms(const struct can_protocol *can)
{
    uint32_t shortest = UINT32_MAX;
    for (size_t i = 0; i < can->message_count; i++) {
        uint32_t timeout_ms = can->messages[i].timeout_ms;
        if (timeout_ms != 0 && timeout_ms < shortest)
            shortest = timeout_ms;
    }
    return shortest;
}

static void battery_timeout(const struct can_protocol *can)
{
    struct can_receiver receiver;
    struct snapshot sent = profile_snapshot(can);
    uint64_t timeout_us = 1000ull * shortest_timeout_ms(can);
    if (timeout_us == 1000ull * UINT32_MAX) /* read only, never sent */
        return;
    can_receiver_init(&receiver, can, 0);
    assert_false(can_receiver_alive(&receiver, 0));
    assert_int_equal(can_receiver_age_ms(&receiver, can->messages[0].id, 0), CAN_AGE_NEVER);
    hear_all(&receiver, &sent, SECOND_US);
    assert_true(can_receiver_alive(&receiver, SECOND_US + timeout_us));
    assert_false(can_receiver_alive(&receiver, SECOND_US + timeout_us + 1000));
    hear_all(&receiver, &sent, 2 * SECOND_US + timeout_us);
    assert_true(can_receiver_alive(&receiver, 2 * SECOND_US + timeout_us));
}

static void an_inverter_notices_that_the_battery_fell_silent(void **state)
{
    (void)state;
    each_profile(battery_timeout);
}

/* The heartbeat is among the answers that are due. */
static bool beats(struct can_receiver *receiver, uint64_t now_us, struct can_frame *heartbeat)
{
    struct can_frame frame;
    bool found = false;
    while (can_receiver_transmit(receiver, NULL, now_us, &frame)) {
        if (frame.id == receiver->protocol->answers[0].id) {
            *heartbeat = frame;
            found = true;
        }
    }
    return found;
}

static void heartbeat(const struct can_protocol *can)
{
    struct can_receiver receiver;
    struct can_sender sender;
    struct can_frame frame;
    if (can->answer_count == 0 || can->answers[0].period_ms == 0)
        return;
    uint64_t period_us = 1000ull * can->answers[0].period_ms;
    can_receiver_init(&receiver, can, SECOND_US);
    can_sender_init(&sender, can, SECOND_US);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, SECOND_US), CAN_AGE_NEVER);
    assert_false(beats(&receiver, SECOND_US - 1, &frame));
    assert_true(beats(&receiver, SECOND_US, &frame));
    assert_false(beats(&receiver, SECOND_US + period_us - 1, &frame));
    assert_true(beats(&receiver, SECOND_US + period_us, &frame));
    can_sender_receive(&sender, &frame, SECOND_US);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, SECOND_US), 0);
    uint64_t late_us = SECOND_US + 1000ull * CAN_HEARTBEAT_LOST;
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, late_us), CAN_HEARTBEAT_LOST);
    assert_int_equal(sender.ignored, 0);
}

static void a_battery_knows_the_age_of_the_heartbeat(void **state)
{
    (void)state;
    each_profile(heartbeat);
}

/* A sender in time, and how often each message went out. */
struct bench {
    struct can_sender sender;
    uint64_t now_us;
    uint32_t sent[CAN_MESSAGE_MAX];
};

static void run_bench(struct bench *bench, const struct snapshot *bank, uint32_t seconds)
{
    struct view view = profile_view(bank);
    struct can_frame frame;
    memset(bench->sent, 0, sizeof(bench->sent));
    for (uint32_t i = 0; i < seconds * (SECOND_US / STEP_US); i++) {
        can_sender_step(&bench->sender, &view, bench->now_us);
        while (can_sender_transmit(&bench->sender, &view, &frame)) {
            const struct can_message *message = can_find(bench->sender.protocol, &frame);
            assert_non_null(message);
            bench->sent[message - bench->sender.protocol->messages]++;
        }
        bench->now_us += STEP_US;
    }
}

/* What a bank without a fresh pack knows: limits, requests, the alarm. */
static struct snapshot without_pack(void)
{
    static const struct {
        uint16_t value;
        int32_t number;
    } rows[] = {
        {VALUE_charge_limit_mv,       54000},
        {VALUE_charge_limit_ma,       0    },
        {VALUE_discharge_limit_mv,    46000},
        {VALUE_discharge_limit_ma,    0    },
        {VALUE_charge_allowed,        0    },
        {VALUE_discharge_allowed,     0    },
        {VALUE_force_charge,          0    },
        {VALUE_full_charge_requested, 0    },
        {VALUE_pack_count,            1    },
    };
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    for (size_t i = 0; i < COUNT(rows); i++)
        snapshot_put(&snapshot, (enum value_id)rows[i].value, rows[i].number);
    snapshot_set_have(&snapshot, VALUE_alarms, true);
    snapshot_set_have(&snapshot, VALUE_warnings, true);
    alarm_put(snapshot.alarms, ALARM_no_pack, true);
    return snapshot;
}

/* Every scheduled message at its pace, or only those that can be profile_built. */
static void check_sent(const struct bench *bench, const struct snapshot *bank, uint32_t seconds)
{
    const struct can_protocol *can = bench->sender.protocol;
    uint32_t total = 0;
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        struct can_frame frame;
        bool due = message->period_ms != 0 && bank != NULL && profile_encode(message, bank, &frame);
        uint32_t expected = due ? 1000 * seconds / message->period_ms : 0;
        assert_in_range(bench->sent[i] + 1, expected, expected + 2);
        if (!due)
            assert_int_equal(bench->sent[i], 0);
        total += expected;
    }
    assert_int_equal(bank != NULL, total > 0);
}

static void lost_packs(const struct can_protocol *can)
{
    struct bench bench = {.now_us = SECOND_US};
    struct snapshot complete = profile_snapshot(can);
    struct snapshot lost = without_pack();
    struct snapshot nothing;
    snapshot_init(&nothing);
    can_sender_init(&bench.sender, can, bench.now_us);
    if (shortest_timeout_ms(can) == UINT32_MAX) { /* read only, never sent */
        run_bench(&bench, &complete, 10);
        assert_int_equal(bench.sender.sent, 0);
        return;
    }

    run_bench(&bench, &nothing, 10); /* never complete: never a frame */
    check_sent(&bench, NULL, 10);
    assert_true(bench.sender.silenced > 0);
    run_bench(&bench, &complete, 10);
    check_sent(&bench, &complete, 10);
    run_bench(&bench, &lost, 60); /* what was measured stops at once */
    check_sent(&bench, &lost, 60);
    assert_true(bench.sender.withheld > 0);
    run_bench(&bench, &lost, 60); /* and the rest after a minute */
    check_sent(&bench, NULL, 60);
    run_bench(&bench, &complete, 10);
    check_sent(&bench, &complete, 10);
}

static void without_a_fresh_pack_measured_frames_stop_at_once_and_all_after_a_minute(void **state)
{
    (void)state;
    each_profile(lost_packs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inverter_notices_that_the_battery_fell_silent),
        cmocka_unit_test(a_battery_knows_the_age_of_the_heartbeat),
        cmocka_unit_test(without_a_fresh_pack_measured_frames_stop_at_once_and_all_after_a_minute),
    };
    return RUN_TESTS(tests);
}
