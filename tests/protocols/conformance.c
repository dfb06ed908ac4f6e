/* SPDX-License-Identifier: Apache-2.0
 * What every CAN protocol of the registry must do, by its tables alone: values survive the wire
 * within one step of it, saturate and never wrap, short and foreign frames do no harm, both ends
 * keep their time-outs. Random values come from a fixed seed.
 */
#include "protocols/protocols.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

enum { ROUNDS = 200, STEP_US = 10000, SECOND_US = 1000000 };

static uint32_t random_state;

static uint32_t random_u32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static int64_t random_between(int64_t low, int64_t high)
{
    uint64_t wide = (uint64_t)random_u32() << 32 | random_u32();
    return low + (int64_t)(wide % (uint64_t)(high - low + 1));
}

/* Walking the registry */

typedef void protocol_check(const struct can_protocol *can);
typedef void field_check(const struct can_message *message, const struct can_field *field);

static const struct can_protocol *current;

/* All packs are alike. */
static struct view view_of(const struct snapshot *source)
{
    struct view view = {.bank = source};
    for (size_t i = 0; i < PACK_MAX; i++)
        view.pack[i] = source;
    return view;
}

static bool encode(const struct can_message *message, const struct snapshot *source,
                   struct can_frame *frame)
{
    struct view view = view_of(source);
    return can_encode(current, message, &view, 0, frame);
}

/* What only a hook holds back (no charger, no alarm) is not built. */
static bool built(const struct can_message *message, const struct snapshot *source,
                  struct can_frame *frame)
{
    bool sent = encode(message, source, frame);
    assert_true(sent || (message->form & HOOKED && current->encode != NULL));
    return sent;
}

static void each_protocol(protocol_check *check)
{
    unsigned count = 0;
    random_state = 20261125;
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].can == NULL)
            continue;
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            current = &protocols[i].can[n];
            check(current);
            count++;
        }
    }
    assert_true(count > 0);
}

static bool is_bit(const struct can_field *field)
{
    return can_field_type(field)->bits == 1;
}

static bool is_limit(const struct can_field *field)
{
    uint8_t rounding = field->type & ROUNDING_MASK;
    return rounding == DOWN || rounding == UP;
}

/* Fields whose bytes follow the value. */
static bool is_sent(const struct can_field *field)
{
    return !(field->type & FIXED);
}

static void each_sent_field(const struct can_protocol *can, field_check *check)
{
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t k = 0; k < message->field_count; k++) {
            if (is_sent(&message->fields[k]))
                check(message, &message->fields[k]);
        }
    }
}

/* Values that every field of a protocol can carry and a receiver believes */

struct range {
    int64_t low;
    int64_t high;
};

static struct range believable(uint16_t value)
{
    switch (value) {
    case VALUE_pack_mv:
    case VALUE_charge_limit_mv:
        return (struct range){40000, 65000};
    case VALUE_soh_permille:
        return (struct range){0, 1000};
    case VALUE_charge_allowed: /* else the charge voltage is lowered */
        return (struct range){1, 1};
    case VALUE_charge_limit_ma:
        return (struct range){1000, INT32_MAX};
    case VALUE_pack_ma:
        return (struct range){-1500000, 1500000};
    case VALUE_soc_permille:
        return (struct range){0, 1000};
    case VALUE_temp_mean_ddegc:
        return (struct range){-500, 1000};
    default:
        return value < VALUE_SCALAR_COUNT ? (struct range){INT32_MIN, INT32_MAX}
                                          : (struct range){INT16_MIN, INT16_MAX};
    }
}

static void narrow(struct range *range, const struct can_field *field)
{
    const struct field_type_info *type = can_field_type(field);
    if (is_bit(field)) {
        *range = (struct range){clamp64(range->low, 0, 1), clamp64(range->high, 0, 1)};
        return;
    }
    int64_t one = (type->min - field->offset) * field->den / field->num;
    int64_t other = (type->max - field->offset) * field->den / field->num;
    int64_t low = one < other ? one : other;
    int64_t high = one < other ? other : one;
    if (is_limit(field) && field->num > 0 && low < 0)
        low = 0;
    range->low = clamp64(range->low, low, high);
    range->high = clamp64(range->high, low, high);
}

static struct range range_of(const struct can_protocol *can, uint16_t value)
{
    struct range range = believable(value);
    for (size_t i = 0; i < can->range_count; i++) {
        const struct can_range *row = &can->ranges[i];
        if (row->value == value)
            range = (struct range){clamp64(range.low, row->min, row->max),
                                   clamp64(range.high, row->min, row->max)};
    }
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t k = 0; k < message->field_count; k++) {
            const struct can_field *field = &message->fields[k];
            if (is_sent(field) && field->value == value)
                narrow(&range, field);
        }
    }
    return range;
}

/* Complete: every number and set is known. */
static struct snapshot snapshot_of(const struct can_protocol *can)
{
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    for (uint16_t id = 0; id < VALUE_NUMBER_COUNT; id++) {
        struct range range = range_of(can, id);
        snapshot_put(&snapshot, (enum value_id)id, (int32_t)random_between(range.low, range.high));
    }
    snapshot_set_have(&snapshot, VALUE_alarms, true);
    snapshot_set_have(&snapshot, VALUE_warnings, true);
    return snapshot;
}

/* Values */

/* |difference| * num <= den, half of it where values round. */
static void check_number(const struct can_field *field, int32_t sent, int32_t heard)
{
    int64_t num = field->num < 0 ? -(int64_t)field->num : field->num;
    int64_t den = field->den < 0 ? -(int64_t)field->den : field->den;
    int64_t difference = (int64_t)heard - sent;
    int64_t room = den < num ? num : den; /* one step of the wire or of the value */
    if ((field->type & ROUNDING_MASK) == DOWN)
        assert_true(difference <= 0);
    if ((field->type & ROUNDING_MASK) == UP)
        assert_true(difference >= 0);
    if (!is_limit(field) &&
        field->value != VALUE_soc_permille) /* charge is not rounded to its ends */
        room = (room + 1) / 2 + (num > 1);
    assert_true((difference < 0 ? -difference : difference) * num <= room);
}

static void check_field(const struct can_field *field, const struct snapshot *sent,
                        const struct can_frame *frame, const struct snapshot *heard)
{
    int32_t value;
    int32_t decoded;
    int64_t raw = field_get(can_field_type(field), frame->data + field->byte);
    assert_true(snapshot_get(sent, (enum value_id)field->value, &value));
    bool have = snapshot_get(heard, (enum value_id)field->value, &decoded);
    if (is_bit(field))
        assert_int_equal(decoded, value != 0);
    else if (field->absent != REQUIRED && raw == field->absent)
        assert_false(have);
    else
        check_number(field, value, decoded);
}

static void round_trip(const struct can_protocol *can)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct snapshot sent = snapshot_of(can);
        for (size_t i = 0; i < can->message_count; i++) {
            const struct can_message *message = &can->messages[i];
            struct can_frame frame;
            struct snapshot heard;
            snapshot_init(&heard);
            if (!built(message, &sent, &frame))
                continue;
            assert_int_equal(can_decode(current, message, &frame, &heard), DECODED);
            for (size_t k = 0; k < message->field_count; k++) {
                if (is_sent(&message->fields[k]))
                    check_field(&message->fields[k], &sent, &frame, &heard);
            }
        }
    }
}

static void values_survive_the_wire_within_one_step_of_it(void **state)
{
    (void)state;
    each_protocol(round_trip);
}

static const struct can_alarm *first_row(const struct can_message *message,
                                         const struct can_alarm *row)
{
    while (!can_alarm_is_first(message, row))
        row--;
    return row;
}

static bool is_set(const struct snapshot *snapshot, const struct can_alarm *row)
{
    const uint32_t *set = row->set == IN_ALARMS ? snapshot->alarms : snapshot->warnings;
    return alarm_get(set, (enum alarm)row->alarm);
}

static void check_alarm(const struct can_message *message, const struct snapshot *calm,
                        const struct can_alarm *row)
{
    struct snapshot alarmed = *calm;
    struct snapshot heard;
    struct can_frame frame;
    snapshot_init(&heard);
    alarm_put(row->set == IN_ALARMS ? alarmed.alarms : alarmed.warnings, (enum alarm)row->alarm,
              true);
    assert_true(encode(message, &alarmed, &frame));
    assert_true(frame.data[row->byte] & row->mask);
    assert_int_equal(can_decode(current, message, &frame, &heard), DECODED);
    assert_true(is_set(&heard, first_row(message, row)));
    if (!built(message, calm, &frame))
        return;
    assert_int_equal(can_decode(current, message, &frame, &heard), DECODED);
    assert_false(is_set(&heard, first_row(message, row)));
}

static void alarm_bits(const struct can_protocol *can)
{
    struct snapshot calm = snapshot_of(can);
    for (size_t i = 0; i < can->message_count; i++) {
        for (size_t k = 0; k < can->messages[i].alarm_count; k++)
            check_alarm(&can->messages[i], &calm, &can->messages[i].alarms[k]);
    }
}

static void every_alarm_sets_its_bit_and_goes_with_it(void **state)
{
    (void)state;
    each_protocol(alarm_bits);
}

/* A charger that obeys one of the three ways to say stop. */
static void charge_stop(const struct can_protocol *can)
{
    struct snapshot stopped = snapshot_of(can);
    struct snapshot heard;
    struct can_frame frame;
    snapshot_put(&stopped, VALUE_charge_allowed, 0);
    snapshot_put(&stopped, VALUE_charge_limit_ma, 0);
    snapshot_put(&stopped, VALUE_charge_limit_mv, 56800);
    snapshot_put(&stopped, VALUE_pack_mv, 53120);
    snapshot_put(&stopped, VALUE_discharge_limit_mv, 46000);
    snapshot_init(&heard);
    for (size_t i = 0; i < can->message_count; i++) {
        if (encode(&can->messages[i], &stopped, &frame))
            can_decode(can, &can->messages[i], &frame, &heard);
    }
    if (snapshot_have(&heard, VALUE_charge_limit_ma))
        assert_int_equal(heard.charge_limit_ma, 0);
    if (snapshot_have(&heard, VALUE_charge_allowed))
        assert_int_equal(heard.charge_allowed, 0);
    if (snapshot_have(&heard, VALUE_charge_limit_mv))
        assert_int_equal(heard.charge_limit_mv, can->stop_lowers_voltage ? 53100 : 56800);
}

static void a_stop_of_charge_is_said_in_every_way_the_protocol_has(void **state)
{
    (void)state;
    each_protocol(charge_stop);
}

/* The raw number of a value however large, rounded towards zero; not what is sent, but on the same
 * side of the type's ends by more than rounding. */
static int64_t exact_raw(const struct can_field *field, int32_t value)
{
    return (int64_t)value * field->num / field->den + field->offset;
}

static void check_end(const struct can_message *message, const struct can_field *field,
                      struct snapshot *snapshot, int32_t value)
{
    const struct field_type_info *type = can_field_type(field);
    int32_t kept;
    struct can_frame frame;
    snapshot_put(snapshot, (enum value_id)field->value, value);
    assert_true(snapshot_get(snapshot, (enum value_id)field->value, &kept));
    assert_true(encode(message, snapshot, &frame));
    int64_t raw = field_get(type, frame.data + field->byte);
    for (size_t i = 0; i < current->range_count; i++) {
        const struct can_range *row = &current->ranges[i];
        if (row->value == field->value)
            kept = clamp32(kept, row->min, row->max);
    }
    int64_t exact = exact_raw(field, kept);
    if (is_bit(field))
        assert_int_equal(raw, 1);
    else if (is_limit(field) && exact < field->offset)
        assert_int_equal(raw, clamp64(field->offset, type->min, type->max));
    else if (exact > type->max)
        assert_int_equal(raw, type->max);
    else if (exact < type->min)
        assert_int_equal(raw, type->min);
    else
        assert_in_range(raw - exact + 1, 0, 2);
}

static void check_ends(const struct can_message *message, const struct can_field *field)
{
    static const int32_t ends[] = {INT32_MAX, INT32_MIN, INT32_MAX - 1, INT32_MIN + 1};
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct snapshot snapshot;
        snapshot_init(&snapshot);
        for (uint16_t id = 0; id < VALUE_NUMBER_COUNT; id++)
            snapshot_put(&snapshot, (enum value_id)id, 1);
        check_end(message, field, &snapshot, ends[i]);
    }
}

static void saturation(const struct can_protocol *can)
{
    each_sent_field(can, check_ends);
}

static void values_past_the_ends_saturate_and_never_wrap(void **state)
{
    (void)state;
    each_protocol(saturation);
}

/* Frames that are not as they should be */

static bool covers(const struct can_message *message, size_t size, uint16_t value)
{
    for (size_t i = 0; i < message->field_count; i++) {
        const struct can_field *field = &message->fields[i];
        uint8_t bytes = can_field_type(field)->size;
        size_t end = field->byte + (bytes > 0 ? bytes : 1u);
        if (field->value == value && end <= size)
            return true;
    }
    return false;
}

static void check_short(const struct can_message *message, const struct can_frame *whole)
{
    for (uint8_t size = 0; size < whole->size; size++) {
        struct can_frame frame = *whole;
        struct snapshot heard;
        bool any = message->field_count + message->alarm_count == 0;
        snapshot_init(&heard);
        frame.size = size;
        for (size_t i = 0; i < message->alarm_count; i++)
            any |= message->alarms[i].byte < size;
        enum decode outcome = can_decode(current, message, &frame, &heard);
        for (size_t i = 0; i < message->field_count; i++) {
            uint16_t value = message->fields[i].value;
            bool covered = covers(message, size, value);
            any |= covered;
            if (!covered)
                assert_false(snapshot_have(&heard, (enum value_id)value));
        }
        assert_int_equal(outcome, any ? DECODED : BAD);
    }
}

static void short_frames(const struct can_protocol *can)
{
    struct snapshot sent = snapshot_of(can);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        if (built(&can->messages[i], &sent, &frame))
            check_short(&can->messages[i], &frame);
    }
}

static void the_missing_tail_of_a_short_frame_is_not_known(void **state)
{
    (void)state;
    each_protocol(short_frames);
}

static bool knows(const struct can_protocol *can, const struct can_frame *frame)
{
    for (size_t i = 0; i < can->message_count + can->answer_count; i++) {
        const struct can_message *message =
            i < can->message_count ? &can->messages[i] : &can->answers[i - can->message_count];
        if (message->id == frame->id || can_pack(can, message, frame) >= 0)
            return true;
    }
    return false;
}

static void unknown_ids(const struct can_protocol *can)
{
    struct can_receiver receiver;
    uint32_t count = 0;
    can_receiver_init(&receiver, can, 0);
    for (uint32_t id = 0; id <= 0x7FF; id++) {
        struct can_frame frame = {id, false, 8, {0}};
        if (knows(can, &frame))
            continue;
        assert_null(can_find(can, &frame));
        assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
        count++;
    }
    assert_int_equal(receiver.unknown, count);
    assert_int_equal(receiver.seen, 0);
}

static void unknown_identifiers_are_counted_and_leave_no_trace(void **state)
{
    (void)state;
    each_protocol(unknown_ids);
}

static void extended_frames(const struct can_protocol *can)
{
    struct snapshot sent = snapshot_of(can);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        struct can_receiver receiver;
        can_receiver_init(&receiver, can, 0);
        if ((can->messages[i].form & CAN_FORMAT_MASK) != CAN_11_BIT ||
            !built(&can->messages[i], &sent, &frame))
            continue;
        frame.extended = true;
        assert_int_equal(can_receiver_receive(&receiver, &frame, 0), NOT_MINE);
        receiver.accept_extended = true;
        assert_int_equal(can_receiver_receive(&receiver, &frame, 0), DECODED);
    }
}

static void frames_of_29_bits_are_ignored_unless_asked_for(void **state)
{
    (void)state;
    each_protocol(extended_frames);
}

/* Both ends in time */

static void hear_all(struct can_receiver *receiver, const struct snapshot *sent, uint64_t now_us)
{
    const struct can_protocol *can = receiver->protocol;
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        if (!built(&can->messages[i], sent, &frame))
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
    struct snapshot sent = snapshot_of(can);
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
    each_protocol(battery_timeout);
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
    assert_false(can_receiver_transmit(&receiver, NULL, SECOND_US - 1, &frame));
    assert_true(can_receiver_transmit(&receiver, NULL, SECOND_US, &frame));
    assert_false(can_receiver_transmit(&receiver, NULL, SECOND_US + period_us - 1, &frame));
    assert_true(can_receiver_transmit(&receiver, NULL, SECOND_US + period_us, &frame));
    can_sender_receive(&sender, &frame, SECOND_US);
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, SECOND_US), 0);
    uint64_t late_us = SECOND_US + 1000ull * CAN_HEARTBEAT_LOST;
    assert_int_equal(can_sender_heartbeat_age_ms(&sender, late_us), CAN_HEARTBEAT_LOST);
    assert_int_equal(sender.ignored, 0);
}

static void a_battery_knows_the_age_of_the_heartbeat(void **state)
{
    (void)state;
    each_protocol(heartbeat);
}

/* A sender in time, and how often each message went out. */
struct bench {
    struct can_sender sender;
    uint64_t now_us;
    uint32_t sent[CAN_MESSAGE_MAX];
};

static void run_bench(struct bench *bench, const struct snapshot *bank, uint32_t seconds)
{
    struct view view = view_of(bank);
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

/* Every scheduled message at its pace, or only those that can be built. */
static void check_sent(const struct bench *bench, const struct snapshot *bank, uint32_t seconds)
{
    const struct can_protocol *can = bench->sender.protocol;
    uint32_t total = 0;
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        struct can_frame frame;
        bool due = message->period_ms != 0 && bank != NULL && encode(message, bank, &frame);
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
    struct snapshot complete = snapshot_of(can);
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
    each_protocol(lost_packs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_survive_the_wire_within_one_step_of_it),
        cmocka_unit_test(every_alarm_sets_its_bit_and_goes_with_it),
        cmocka_unit_test(a_stop_of_charge_is_said_in_every_way_the_protocol_has),
        cmocka_unit_test(values_past_the_ends_saturate_and_never_wrap),
        cmocka_unit_test(the_missing_tail_of_a_short_frame_is_not_known),
        cmocka_unit_test(unknown_identifiers_are_counted_and_leave_no_trace),
        cmocka_unit_test(frames_of_29_bits_are_ignored_unless_asked_for),
        cmocka_unit_test(an_inverter_notices_that_the_battery_fell_silent),
        cmocka_unit_test(a_battery_knows_the_age_of_the_heartbeat),
        cmocka_unit_test(without_a_fresh_pack_measured_frames_stop_at_once_and_all_after_a_minute),
    };
    return RUN_TESTS(tests);
}
