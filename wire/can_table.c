/* SPDX-License-Identifier: Apache-2.0
 * Messages to frames and back. Frames without a row are not mine; frames too short for any row of
 * theirs are bad.
 */
#include "wire/can_table.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

enum { FRAME_SIZE = 8 };

static const struct snapshot *source_of(const struct can_message *message, const struct view *view,
                                        unsigned pack)
{
    ASSERT(pack < PACK_MAX);
    return message->form & (EACH_PACK | HOST_PACK) ? view->pack[pack] : view->bank;
}

static uint32_t id_of(const struct can_protocol *protocol, const struct can_message *message,
                      unsigned pack)
{
    bool of_pack = message->form & (EACH_PACK | HOST_PACK);
    return message->id + (of_pack ? pack * protocol->pack_step : 0);
}

bool can_encode(const struct can_protocol *protocol, const struct can_message *message,
                const struct view *view, unsigned pack, struct can_frame *frame)
{
    ASSERT(message->size <= FRAME_SIZE);
    const struct snapshot *source = source_of(message, view, pack);
    if (source == NULL)
        return false;
    bool extended = (message->form & CAN_FORMAT_MASK) == CAN_29_BIT;
    struct can_frame built = {id_of(protocol, message, pack), extended, message->size, {0}};
    if (message->fill != NULL)
        memcpy(built.data, message->fill, message->size);
    const struct row_told told = {protocol->ranges, protocol->range_count,
                                  protocol->stop_lowers_voltage};
    if (!row_encode(message->fields, message->field_count, &told, source, built.data))
        return false;
    if (message->alarm_count > 0)
        row_encode_alarms(message->alarms, message->alarm_count, message->form, source, built.data);
    if (message->form & HOOKED && protocol->encode != NULL &&
        !protocol->encode(message, view, pack, &built))
        return false;
    *frame = built;
    return true;
}

enum decode can_decode(const struct can_protocol *protocol, const struct can_message *message,
                       const struct can_frame *frame, struct snapshot *values)
{
    if (message->form & HOOKED && protocol->decode != NULL &&
        protocol->decode(message, frame, values))
        return DECODED;
    const struct row_bytes bytes = {frame->data, 0, frame->size};
    bool covered = message->field_count + message->alarm_count == 0;
    covered |= row_decode(message->fields, message->field_count, &bytes, values);
    if (message->alarm_count > 0)
        covered |=
            row_decode_alarms(message->alarms, message->alarm_count, message->form, &bytes, values);
    return covered ? DECODED : BAD;
}

bool can_alarm_is_first(const struct can_message *message, const struct can_alarm *row)
{
    for (const struct can_alarm *other = message->alarms; other < row; other++) {
        if (row_same_place(message->form, other, row))
            return false;
    }
    return true;
}

int can_pack(const struct can_protocol *protocol, const struct can_message *message,
             const struct can_frame *frame)
{
    if (!(message->form & (EACH_PACK | HOST_PACK)) || protocol->pack_step == 0)
        return -1;
    uint32_t away = frame->id - message->id; /* huge below the first */
    bool fits = away % protocol->pack_step == 0 && away / protocol->pack_step < PACK_MAX;
    return fits ? (int)(away / protocol->pack_step) : -1;
}

static const struct can_message *find_in(const struct can_protocol *protocol,
                                         const struct can_message *messages, size_t count,
                                         const struct can_frame *frame)
{
    for (size_t i = 0; i < count; i++) {
        const struct can_message *message = &messages[i];
        unsigned format = message->form & CAN_FORMAT_MASK;
        bool fits = format == CAN_EITHER || frame->extended == (format == CAN_29_BIT);
        if (fits && (message->id == frame->id || can_pack(protocol, message, frame) >= 0))
            return message;
    }
    return NULL;
}

const struct can_message *can_find(const struct can_protocol *protocol,
                                   const struct can_frame *frame)
{
    const struct can_message *message =
        find_in(protocol, protocol->messages, protocol->message_count, frame);
    return message ? message : find_in(protocol, protocol->answers, protocol->answer_count, frame);
}

bool can_from_inverter(const struct can_protocol *protocol, const struct can_message *message)
{
    for (size_t i = 0; i < protocol->answer_count; i++) {
        if (message == &protocol->answers[i])
            return true;
    }
    return false;
}
