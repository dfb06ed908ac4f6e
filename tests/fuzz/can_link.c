/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of wire/can_link.c, a direction each: frames of 14 bytes (time, id, size, data) to
 * the battery's sender and to the inverter's receiver of every CAN profile. Every frame is counted
 * once; a sender sends only what its tables have; values that were taken are possible ones.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "protocols/protocols.h"
#include "wire/can_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { RECORD = 14, FRAMES_MAX = 64 };

static void check(bool good)
{
    if (!good)
        abort();
}

/* A number of the protocol's rows, of either side, or any at all. */
static struct can_frame frame_of(const struct can_protocol *can, const uint8_t *bytes)
{
    struct can_frame frame = {.id = get_u32le(bytes + 1) & 0x1FFFFFFF, .size = bytes[5] % 9};
    size_t row = bytes[1] % (1u + can->message_count + can->answer_count);
    if (row < can->message_count)
        frame.id = can->messages[row].id;
    else if (row < (size_t)can->message_count + can->answer_count)
        frame.id = can->answers[row - can->message_count].id;
    frame.extended = frame.id > 0x7FF || bytes[5] & 0x80;
    memcpy(frame.data, bytes + 6, frame.size);
    return frame;
}

static void check_sent(const struct can_protocol *can, const struct can_frame *frame)
{
    const struct can_message *message = can_find(can, frame);
    check(message != NULL && !can_from_inverter(can, message));
    check(frame->size == message->size && frame->size <= 8);
}

static void to_battery(const struct can_protocol *can, const uint8_t *bytes, size_t size)
{
    struct snapshot bank;
    struct view view = {&bank, {&bank}};
    struct can_sender sender;
    struct can_frame sent;
    uint64_t now_us = 0;
    snapshot_init(&bank);
    can_sender_init(&sender, can, 0);
    for (size_t at = 0; at + RECORD <= size && at < RECORD * FRAMES_MAX; at += RECORD) {
        struct can_frame frame = frame_of(can, bytes + at);
        now_us += 4000u * bytes[at];
        snapshot_put(&bank, bytes[at + 6] % VALUE_NUMBER_COUNT, (int32_t)get_u32le(bytes + at + 7));
        can_sender_receive(&sender, &frame, now_us);
        can_sender_step(&sender, &view, now_us);
        while (can_sender_transmit(&sender, &view, &sent))
            check_sent(can, &sent);
        check(sender.pending == 0);
    }
}

static void check_values(const struct snapshot *values)
{
    int32_t value;
    if (snapshot_get(values, VALUE_soc_permille, &value))
        check(value >= 0 && value <= 1000);
    if (snapshot_get(values, VALUE_pack_mv, &value))
        check(value >= 30000 && value <= 70000);
    if (snapshot_get(values, VALUE_charge_limit_ma, &value))
        check(value >= 0);
}

static void to_inverter(const struct can_protocol *can, const uint8_t *bytes, size_t size)
{
    struct can_receiver receiver;
    struct can_frame sent;
    uint64_t now_us = 0;
    uint32_t heard = 0;
    can_receiver_init(&receiver, can, 0);
    for (size_t at = 0; at + RECORD <= size && at < RECORD * FRAMES_MAX; at += RECORD) {
        struct can_frame frame = frame_of(can, bytes + at);
        now_us += 4000u * bytes[at];
        can_receiver_receive(&receiver, &frame, now_us);
        heard++;
        check(receiver.decoded + receiver.unknown + receiver.bad + receiver.implausible == heard);
        check_values(&receiver.values);
        while (can_receiver_transmit(&receiver, &receiver.values, now_us, &sent))
            check(can_from_inverter(can, can_find(can, &sent)));
        can_receiver_alive(&receiver, now_us);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            to_battery(&protocols[i].can[n], bytes, size);
            to_inverter(&protocols[i].can[n], bytes, size);
        }
    }
    return 0;
}
