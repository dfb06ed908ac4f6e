/* SPDX-License-Identifier: Apache-2.0
 * What every CAN protocol of the registry must do, by its tables alone: values survive the wire
 * within one step of it, saturate and never wrap, short and foreign frames do no harm.
 */
#include "tests/support/can_profiles.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

enum { ROUNDS = 200 };

typedef void field_check(const struct can_message *message, const struct can_field *field);

static void each_sent_field(const struct can_protocol *can, field_check *check)
{
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t k = 0; k < message->field_count; k++) {
            if (field_is_sent(&message->fields[k]))
                check(message, &message->fields[k]);
        }
    }
}

/* Values */

/* |difference| * num <= den, half of it where values round. */
static void check_number(const struct can_field *field, int32_t sent, int32_t heard)
{
    const struct can_scale *scale = can_field_scale(field);
    int64_t num = scale->num < 0 ? -(int64_t)scale->num : scale->num;
    int64_t den = scale->den < 0 ? -(int64_t)scale->den : scale->den;
    int64_t difference = (int64_t)heard - sent;
    int64_t room = den < num ? num : den; /* one step of the wire or of the value */
    if ((field->type & ROUNDING_MASK) == DOWN)
        assert_true(difference <= 0);
    if ((field->type & ROUNDING_MASK) == UP)
        assert_true(difference >= 0);
    if (!field_is_limit(field) &&
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
    if (field_is_bit(field))
        assert_int_equal(decoded, value != 0);
    else if (can_field_is_absent(field, raw))
        assert_false(have);
    else
        check_number(field, value, decoded);
}

static void round_trip(const struct can_protocol *can)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct snapshot sent = profile_snapshot(can);
        for (size_t i = 0; i < can->message_count; i++) {
            const struct can_message *message = &can->messages[i];
            struct can_frame frame;
            struct snapshot heard;
            snapshot_init(&heard);
            if (!profile_built(message, &sent, &frame))
                continue;
            assert_int_equal(can_decode(profile_now, message, &frame, &heard), DECODED);
            for (size_t k = 0; k < message->field_count; k++) {
                if (field_is_sent(&message->fields[k]))
                    check_field(&message->fields[k], &sent, &frame, &heard);
            }
        }
    }
}

static void values_survive_the_wire_within_one_step_of_it(void **state)
{
    (void)state;
    each_profile(round_trip);
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
    const uint32_t *set = can_alarm_warns(row) ? snapshot->warnings : snapshot->alarms;
    return alarm_get(set, can_alarm_id(row));
}

static void check_alarm(const struct can_message *message, const struct snapshot *calm,
                        const struct can_alarm *row)
{
    struct snapshot alarmed = *calm;
    struct snapshot heard;
    struct can_frame frame;
    snapshot_init(&heard);
    alarm_put(can_alarm_warns(row) ? alarmed.warnings : alarmed.alarms, can_alarm_id(row), true);
    assert_true(profile_encode(message, &alarmed, &frame));
    assert_true(frame.data[can_alarm_byte(row)] & can_alarm_mask(row));
    assert_int_equal(can_decode(profile_now, message, &frame, &heard), DECODED);
    assert_true(is_set(&heard, first_row(message, row)));
    if (!profile_built(message, calm, &frame))
        return;
    assert_int_equal(can_decode(profile_now, message, &frame, &heard), DECODED);
    assert_false(is_set(&heard, first_row(message, row)));
}

static void alarm_bits(const struct can_protocol *can)
{
    struct snapshot calm = profile_snapshot(can);
    for (size_t i = 0; i < can->message_count; i++) {
        for (size_t k = 0; k < can->messages[i].alarm_count; k++)
            check_alarm(&can->messages[i], &calm, &can->messages[i].alarms[k]);
    }
}

static void every_alarm_sets_its_bit_and_goes_with_it(void **state)
{
    (void)state;
    each_profile(alarm_bits);
}

/* Reading goes through the rows once and takes the first of each run for the first of its place. */
static void runs_of_places(const struct can_protocol *can)
{
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t k = 1; k < message->alarm_count; k++) {
            const struct can_alarm *row = &message->alarms[k];
            bool levels = message->form & ALARM_LEVELS;
            bool run = row->place == row[-1].place &&
                       (!levels || can_alarm_warns(row) == can_alarm_warns(row - 1));
            if (can_alarm_is_first(message, row) == run)
                fail_msg("%s %03X: row %zu is away from its place", can->name, message->id, k);
        }
    }
}

static void alarm_rows_of_one_place_stand_together(void **state)
{
    (void)state;
    each_profile(runs_of_places);
}

/* Likewise: of the bits before it only those right beside it count. */
static void runs_of_bits(const struct can_protocol *can, const struct can_message *message)
{
    const struct can_field *fields = message->fields;
    for (size_t k = 2; k < message->field_count; k++) {
        bool run = fields[k].value == fields[k - 1].value;
        for (size_t other = 0; other + 1 < k; other++) {
            if (field_is_bit(&fields[k]) && field_is_bit(&fields[other]) && !run &&
                fields[other].value == fields[k].value)
                fail_msg("%s %03X: row %zu is away from its value", can->name, message->id, k);
        }
    }
}

static void all_runs_of_bits(const struct can_protocol *can)
{
    for (size_t i = 0; i < can->message_count; i++)
        runs_of_bits(can, &can->messages[i]);
    for (size_t i = 0; i < can->answer_count; i++)
        runs_of_bits(can, &can->answers[i]);
}

static void bits_of_one_value_stand_together(void **state)
{
    (void)state;
    each_profile(all_runs_of_bits);
}

/* A charger that obeys one of the three ways to say stop. */
static void charge_stop(const struct can_protocol *can)
{
    struct snapshot stopped = profile_snapshot(can);
    struct snapshot heard;
    struct can_frame frame;
    snapshot_put(&stopped, VALUE_charge_allowed, 0);
    snapshot_put(&stopped, VALUE_charge_limit_ma, 0);
    snapshot_put(&stopped, VALUE_charge_limit_mv, 56800);
    snapshot_put(&stopped, VALUE_pack_mv, 53120);
    snapshot_put(&stopped, VALUE_discharge_limit_mv, 46000);
    snapshot_init(&heard);
    for (size_t i = 0; i < can->message_count; i++) {
        if (profile_encode(&can->messages[i], &stopped, &frame))
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
    each_profile(charge_stop);
}

/* The raw number of a value however large, rounded towards zero; not what is sent, but on the same
 * side of the type's ends by more than rounding. */
static int64_t exact_raw(const struct can_field *field, int32_t value)
{
    const struct can_scale *scale = can_field_scale(field);
    return (int64_t)value * scale->num / scale->den + scale->offset;
}

static void check_end(const struct can_message *message, const struct can_field *field,
                      struct snapshot *snapshot, int32_t value)
{
    const struct field_type_info *type = can_field_type(field);
    int32_t kept;
    struct can_frame frame;
    snapshot_put(snapshot, (enum value_id)field->value, value);
    assert_true(snapshot_get(snapshot, (enum value_id)field->value, &kept));
    assert_true(profile_encode(message, snapshot, &frame));
    int64_t raw = field_get(type, frame.data + field->byte);
    for (size_t i = 0; i < profile_now->range_count; i++) {
        const struct can_range *row = &profile_now->ranges[i];
        if (row->value == field->value)
            kept = clamp32(kept, row->min, row->max);
    }
    if (field->value == VALUE_soc_permille || field->value == VALUE_soh_permille)
        kept = clamp32(kept, 0, 1000);
    int64_t exact = exact_raw(field, kept);
    int64_t offset = can_field_scale(field)->offset;
    if (field_is_bit(field))
        assert_int_equal(raw, 1);
    else if (field_is_limit(field) && exact < offset)
        assert_int_equal(raw, clamp64(offset, type->min, type->max));
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
    each_profile(saturation);
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
            any |= can_alarm_byte(&message->alarms[i]) < size;
        enum decode outcome = can_decode(profile_now, message, &frame, &heard);
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
    struct snapshot sent = profile_snapshot(can);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        if (profile_built(&can->messages[i], &sent, &frame))
            check_short(&can->messages[i], &frame);
    }
}

static void the_missing_tail_of_a_short_frame_is_not_known(void **state)
{
    (void)state;
    each_profile(short_frames);
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
    each_profile(unknown_ids);
}

static void extended_frames(const struct can_protocol *can)
{
    struct snapshot sent = profile_snapshot(can);
    for (size_t i = 0; i < can->message_count; i++) {
        struct can_frame frame;
        struct can_receiver receiver;
        can_receiver_init(&receiver, can, 0);
        if ((can->messages[i].form & CAN_FORMAT_MASK) != CAN_11_BIT ||
            !profile_built(&can->messages[i], &sent, &frame))
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
    each_profile(extended_frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_survive_the_wire_within_one_step_of_it),
        cmocka_unit_test(alarm_rows_of_one_place_stand_together),
        cmocka_unit_test(bits_of_one_value_stand_together),
        cmocka_unit_test(every_alarm_sets_its_bit_and_goes_with_it),
        cmocka_unit_test(a_stop_of_charge_is_said_in_every_way_the_protocol_has),
        cmocka_unit_test(values_past_the_ends_saturate_and_never_wrap),
        cmocka_unit_test(the_missing_tail_of_a_short_frame_is_not_known),
        cmocka_unit_test(unknown_identifiers_are_counted_and_leave_no_trace),
        cmocka_unit_test(frames_of_29_bits_are_ignored_unless_asked_for),
    };
    return RUN_TESTS(tests);
}
