/* SPDX-License-Identifier: Apache-2.0
 * Schedule, ages and time-outs around the CAN tables. A battery sends nothing before its supervised
 * frames are complete, goes on without an inverter, and falls silent a minute after its last fresh
 * pack. Frames of unknown values are withheld by the table engine itself.
 */
#include "wire/can_link.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

static uint32_t age_ms(uint64_t now_us, uint64_t then_us)
{
    uint64_t age = (now_us - then_us) / 1000;
    return age < CAN_AGE_NEVER ? (uint32_t)age : CAN_AGE_NEVER - 1;
}

void can_sender_init(struct can_sender *sender, const struct can_protocol *protocol,
                     uint64_t now_us)
{
    ASSERT(protocol->message_count <= CAN_MESSAGE_MAX);
    memset(sender, 0, sizeof(*sender));
    sender->protocol = protocol;
    for (size_t i = 0; i < protocol->message_count; i++)
        sender->due_us[i] = now_us + i * CAN_SLOT_US;
}

/* Keeps the phase of a message; periods that passed unused are gone. */
static bool take_due(uint64_t *due_us, uint16_t period_ms, uint64_t now_us)
{
    if (period_ms == 0 || now_us < *due_us)
        return false;
    uint64_t period_us = 1000u * (uint64_t)period_ms;
    *due_us += period_us * ((now_us - *due_us) / period_us + 1);
    return true;
}

/* The pack whose turn it is, or the one that speaks. */
static unsigned pack_in_turn(const struct can_sender *sender, const struct view *view,
                             const struct can_message *message)
{
    if (!(message->form & (EACH_PACK | HOST_PACK)))
        return 0;
    unsigned present[PACK_MAX] = {0};
    unsigned count = 0;
    for (unsigned i = 0; i < PACK_MAX; i++) {
        if (view->pack[i] != NULL)
            present[count++] = i;
    }
    return message->form & EACH_PACK && count > 0 ? present[sender->turn % count] : present[0];
}

static bool complete(const struct can_sender *sender, const struct view *view)
{
    const struct can_protocol *protocol = sender->protocol;
    struct can_frame frame;
    for (size_t i = 0; i < protocol->message_count; i++) {
        const struct can_message *message = &protocol->messages[i];
        unsigned pack = pack_in_turn(sender, view, message);
        if (message->timeout_ms != 0 && !can_encode(protocol, message, view, pack, &frame))
            return false;
    }
    return true;
}

static void watch_packs(struct can_sender *sender, const struct view *view, uint64_t now_us)
{
    bool without = alarm_get(view->bank->alarms, ALARM_no_pack);
    if (without && !sender->without_pack)
        sender->without_us = now_us;
    sender->without_pack = without;
    sender->silent = without && now_us - sender->without_us >= CAN_SILENCE_US;
    if (!sender->started)
        sender->started = complete(sender, view);
}

/* What is scheduled rests while an inverter asks; what is only asked for has no period. */
static bool resting(const struct can_sender *sender, uint64_t now_us)
{
    uint64_t patience_us = 1000ull * sender->protocol->poll_patience_ms;
    return sender->polled && now_us - sender->poll_us < patience_us;
}

void can_sender_step(struct can_sender *sender, const struct view *view, uint64_t now_us)
{
    watch_packs(sender, view, now_us);
    bool quiet = sender->silent || !sender->started;
    bool rests = resting(sender, now_us);
    for (size_t i = 0; i < sender->protocol->message_count; i++) {
        if (!take_due(&sender->due_us[i], sender->protocol->messages[i].period_ms, now_us))
            continue;
        if (i == 0)
            sender->turn++;
        if (quiet)
            sender->silenced++;
        else if (!rests)
            sender->pending |= 1u << i;
    }
    if (quiet)
        sender->pending = 0;
}

bool can_sender_transmit(struct can_sender *sender, const struct view *view,
                         struct can_frame *frame)
{
    const struct can_protocol *protocol = sender->protocol;
    for (size_t i = 0; sender->pending >> i != 0; i++) {
        if (!(sender->pending >> i & 1))
            continue;
        sender->pending &= ~(1u << i);
        const struct can_message *message = &protocol->messages[i];
        unsigned pack = pack_in_turn(sender, view, message);
        if (can_encode(protocol, message, view, pack, frame)) {
            sender->sent++;
            return true;
        }
        sender->withheld++;
    }
    return false;
}

static void answer_poll(struct can_sender *sender, uint64_t now_us)
{
    sender->polled = true;
    sender->poll_us = now_us;
    if (sender->silent || !sender->started)
        return;
    for (size_t i = 0; i < sender->protocol->message_count; i++) {
        if (sender->protocol->messages[i].form & POLL)
            sender->pending |= 1u << i;
    }
}

void can_sender_receive(struct can_sender *sender, const struct can_frame *frame, uint64_t now_us)
{
    const struct can_message *message = can_find(sender->protocol, frame);
    if (message == NULL || !can_from_inverter(sender->protocol, message)) {
        sender->ignored++;
        return;
    }
    sender->heartbeat_seen = true;
    sender->heartbeat_us = now_us;
    if (message->form & POLL)
        answer_poll(sender, now_us);
}

uint32_t can_sender_heartbeat_age_ms(const struct can_sender *sender, uint64_t now_us)
{
    return sender->heartbeat_seen ? age_ms(now_us, sender->heartbeat_us) : CAN_AGE_NEVER;
}

void can_receiver_init(struct can_receiver *receiver, const struct can_protocol *protocol,
                       uint64_t now_us)
{
    ASSERT(protocol->message_count <= CAN_MESSAGE_MAX && protocol->answer_count <= CAN_ANSWER_MAX);
    memset(receiver, 0, sizeof(*receiver));
    receiver->protocol = protocol;
    for (size_t i = 0; i < protocol->answer_count; i++)
        receiver->due_us[i] = now_us + i * CAN_SLOT_US;
    snapshot_init(&receiver->values);
}

const struct can_range can_plausible[CAN_PLAUSIBLE_COUNT] = {
    {VALUE_pack_mv,         30000,    70000  },
    {VALUE_pack_ma,         -3276700, 3276700},
    {VALUE_soc_permille,    0,        1000   },
    {VALUE_soh_permille,    0,        1270   },
    {VALUE_temp_mean_ddegc, -600,     1500   },
    {VALUE_charge_limit_mv, 40000,    65000  },
};

static bool is_plausible(const struct snapshot *values)
{
    for (size_t i = 0; i < COUNT(can_plausible); i++) {
        const struct can_range *row = &can_plausible[i];
        int32_t value;
        bool have = snapshot_get(values, (enum value_id)row->value, &value);
        if (have && (value < row->min || value > row->max))
            return false;
    }
    return true;
}

static enum decode take_frame(struct can_receiver *receiver, const struct can_message *message,
                              const struct can_frame *frame)
{
    struct snapshot fresh;
    snapshot_init(&fresh);
    if (can_decode(receiver->protocol, message, frame, &fresh) != DECODED) {
        receiver->bad++;
        return BAD;
    }
    if (!receiver->credulous && !is_plausible(&fresh)) {
        receiver->implausible++;
        return BAD;
    }
    if (!(message->form & (ASIDE | EACH_PACK)))
        can_decode(receiver->protocol, message, frame, &receiver->values);
    receiver->decoded++;
    return DECODED;
}

enum decode can_receiver_receive(struct can_receiver *receiver, const struct can_frame *frame,
                                 uint64_t now_us)
{
    struct can_frame taken = *frame;
    if (receiver->accept_extended && taken.id <= 0x7FF)
        taken.extended = false;
    const struct can_message *message = can_find(receiver->protocol, &taken);
    if (message == NULL || can_from_inverter(receiver->protocol, message)) {
        receiver->unknown++;
        return NOT_MINE;
    }
    enum decode outcome = take_frame(receiver, message, &taken);
    if (outcome == DECODED) {
        size_t index = (size_t)(message - receiver->protocol->messages);
        receiver->seen |= 1u << index;
        receiver->seen_us[index] = now_us;
    }
    return outcome;
}

bool can_receiver_transmit(struct can_receiver *receiver, const struct snapshot *own,
                           uint64_t now_us, struct can_frame *frame)
{
    const struct can_protocol *protocol = receiver->protocol;
    struct snapshot nothing;
    if (own == NULL)
        snapshot_init(&nothing);
    struct view view = {own != NULL ? own : &nothing, {NULL}};
    for (size_t i = 0; i < protocol->answer_count; i++) {
        const struct can_message *answer = &protocol->answers[i];
        if (take_due(&receiver->due_us[i], answer->period_ms, now_us) &&
            can_encode(protocol, answer, &view, 0, frame))
            return true;
    }
    return false;
}

static uint32_t index_age_ms(const struct can_receiver *receiver, size_t index, uint64_t now_us)
{
    bool seen = receiver->seen >> index & 1;
    return seen ? age_ms(now_us, receiver->seen_us[index]) : CAN_AGE_NEVER;
}

uint32_t can_receiver_age_ms(const struct can_receiver *receiver, uint32_t id, uint64_t now_us)
{
    for (size_t i = 0; i < receiver->protocol->message_count; i++) {
        if (receiver->protocol->messages[i].id == id)
            return index_age_ms(receiver, i, now_us);
    }
    return CAN_AGE_NEVER;
}

/* Of the supervised frames of one name, the one heard last: dialects stand in for each other. */
static uint32_t name_age_ms(const struct can_receiver *receiver, unsigned name, uint64_t now_us)
{
    uint32_t youngest_ms = CAN_AGE_NEVER;
    for (size_t i = 0; i < receiver->protocol->message_count; i++) {
        const struct can_message *message = &receiver->protocol->messages[i];
        uint32_t at_ms = index_age_ms(receiver, i, now_us);
        if (message->timeout_ms != 0 && at_ms < youngest_ms && message->name == name)
            youngest_ms = at_ms;
    }
    return youngest_ms;
}

bool can_receiver_alive(const struct can_receiver *receiver, uint64_t now_us)
{
    for (size_t i = 0; i < receiver->protocol->message_count; i++) {
        const struct can_message *message = &receiver->protocol->messages[i];
        if (message->timeout_ms != 0 &&
            name_age_ms(receiver, message->name, now_us) > message->timeout_ms)
            return false;
    }
    return true;
}
