/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of wire/can_table.c: frames of 13 bytes (id, size, data) through every CAN protocol
 * of the registry. Decoding never leaves the snapshot, and what was decoded can be sent again and
 * then reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "protocols/protocols.h"
#include "wire/can_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { RECORD = 13, FRAMES_MAX = 64 };

static void check(bool good)
{
    if (!good)
        abort();
}

/* A row of the protocol chosen by the input, or any id at all. */
static struct can_frame frame_of(const struct can_protocol *can, const uint8_t *bytes)
{
    struct can_frame frame = {.id = get_u32le(bytes) & 0x1FFFFFFF, .size = bytes[4] % 9};
    size_t row = bytes[0] % (1u + can->message_count);
    if (row < can->message_count)
        frame.id = can->messages[row].id;
    frame.extended = frame.id > 0x7FF;
    memcpy(frame.data, bytes + 5, frame.size);
    return frame;
}

static void check_again(const struct can_protocol *can, const struct can_message *message,
                        const struct snapshot *values)
{
    struct can_frame frame, again;
    struct snapshot back;
    struct view view = {values, {values}};
    if (!can_encode(can, message, &view, 0, &frame))
        return;
    check(frame.size == message->size && frame.size <= 8);
    snapshot_init(&back);
    check(can_decode(can, message, &frame, &back) == DECODED);
    if (message->form & HOOKED)
        return; /* hooks send what is not in the values of this frame alone */
    view = (struct view){&back, {&back}};
    if (can_encode(can, message, &view, 0, &again))
        check(memcmp(frame.data, again.data, frame.size) == 0);
}

static void take(const struct can_protocol *can, const struct can_frame *frame,
                 struct snapshot *values)
{
    const struct can_message *message = can_find(can, frame);
    if (message == NULL || can_decode(can, message, frame, values) != DECODED)
        return;
    if (!can_from_inverter(can, message))
        check_again(can, message, values);
}

static void count_message(void *context, const struct message *message)
{
    unsigned *count = context;
    check(message->name != NULL);
    ++*count;
}

static void take_all(const struct can_protocol *can, const uint8_t *bytes, size_t size)
{
    struct snapshot values;
    snapshot_init(&values);
    for (size_t at = 0; at + RECORD <= size && at < RECORD * FRAMES_MAX; at += RECORD) {
        unsigned count = 0;
        struct can_frame frame = frame_of(can, bytes + at);
        take(can, &frame, &values);
        protocol_explain_can(can, &frame, count_message, &count);
        check(count == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++)
            take_all(&protocols[i].can[n], bytes, size);
    }
    return 0;
}
