/* SPDX-License-Identifier: Apache-2.0
 * Both ends of a CAN protocol by its tables: the battery's sender with its schedule and its rule
 * for a bank without a fresh pack, and the inverter's receiver with ages and heartbeat. Holds no
 * driver: frames go in and out one at a time, time is an argument.
 */
#ifndef HEARTH_WIRE_CAN_LINK_H
#define HEARTH_WIRE_CAN_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/can_table.h"

#define CAN_SLOT_US 20000        /* between two frames of a cycle */
#define CAN_SILENCE_US 60000000  /* all frames stop after this long without a fresh pack */
#define CAN_HEARTBEAT_LOST 10000 /* ms; for the event log, nothing stops */
#define CAN_MESSAGE_MAX 32       /* of one battery */
#define CAN_ANSWER_MAX 8         /* of one inverter */
#define CAN_AGE_NEVER UINT32_MAX

struct can_sender {
    const struct can_protocol *protocol;
    uint64_t due_us[CAN_MESSAGE_MAX];
    uint32_t pending;    /* a bit per message: at most one copy waits */
    bool started;        /* all supervised frames were complete once */
    bool without_pack;   /* the bank says ALARM_no_pack */
    uint64_t without_us; /* since then */
    bool silent;         /* for so long that everything stopped */
    bool heartbeat_seen; /* the inverter was heard */
    uint64_t heartbeat_us;
    bool polled; /* at least once */
    uint64_t poll_us;
    uint8_t turn; /* cycles so far: whose turn it is in messages of each pack */
    /* Counted by cause */
    uint32_t sent;
    uint32_t withheld; /* due, but a required value was not known */
    uint32_t silenced; /* due, but before the start or after CAN_SILENCE_US */
    uint32_t ignored;  /* received and not of the inverter's side */
};

void can_sender_init(struct can_sender *sender, const struct can_protocol *protocol,
                     uint64_t now_us);

/* Marks what is due. */
void can_sender_step(struct can_sender *sender, const struct view *view, uint64_t now_us);

/* Builds the next due frame from the values of this moment; false when there is none. Call until
 * false. */
bool can_sender_transmit(struct can_sender *sender, const struct view *view,
                         struct can_frame *frame);

/* A frame heard on the bus. */
void can_sender_receive(struct can_sender *sender, const struct can_frame *frame, uint64_t now_us);

/* Since the last heartbeat, or CAN_AGE_NEVER. */
uint32_t can_sender_heartbeat_age_ms(const struct can_sender *sender, uint64_t now_us);

/* What a 48 V battery can say; anything else is a broken sender. */
#define CAN_PLAUSIBLE_COUNT 6
extern const struct can_range can_plausible[CAN_PLAUSIBLE_COUNT];

struct can_receiver {
    const struct can_protocol *protocol;
    struct snapshot values; /* all that was received, by `have` */
    bool accept_extended;   /* set by the owner: 29-bit frames with 11-bit numbers are taken too */
    bool credulous;         /* likewise: impossible values are taken as they are */
    uint32_t seen;          /* a bit per message */
    uint64_t seen_us[CAN_MESSAGE_MAX];
    uint64_t due_us[CAN_ANSWER_MAX]; /* of the answers */
    /* Counted by cause */
    uint32_t decoded;
    uint32_t unknown;
    uint32_t bad;
    uint32_t implausible; /* well formed, impossible values: not taken, does not count as heard */
};

void can_receiver_init(struct can_receiver *receiver, const struct can_protocol *protocol,
                       uint64_t now_us);
enum decode can_receiver_receive(struct can_receiver *receiver, const struct can_frame *frame,
                                 uint64_t now_us);

/* The next answer that is due, whether or not a battery is there; false when there is none. `own`:
 * what the inverter measures itself, NULL if nothing. */
bool can_receiver_transmit(struct can_receiver *receiver, const struct snapshot *own,
                           uint64_t now_us, struct can_frame *frame);

/* Since the last good frame with this identifier, or CAN_AGE_NEVER. */
uint32_t can_receiver_age_ms(const struct can_receiver *receiver, uint32_t id, uint64_t now_us);

/* Every supervised frame was heard within its time-out, or another supervised one of its name. */
bool can_receiver_alive(const struct can_receiver *receiver, uint64_t now_us);

#endif
