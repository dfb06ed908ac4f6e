/* SPDX-License-Identifier: Apache-2.0
 * What a CAN protocol is made of: messages of the battery and of the inverter, whose rows are those
 * of wire/can_field.h and wire/can_alarm.h. A firmware that is only a battery is compiled with
 * -DHEARTH_ONLY_BATTERY: wire/can_sides.h.
 */
#ifndef HEARTH_WIRE_CAN_ROWS_H
#define HEARTH_WIRE_CAN_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "base/number.h"
#include "core/snapshot.h"
#include "wire/can_alarm.h"
#include "wire/can_field.h"
#include "wire/row_codec.h"
#include "wire/can_sides.h"

/* What a message is, besides its bytes. */
enum can_form {
    CAN_11_BIT = 0,
    CAN_29_BIT = 1,
    CAN_EITHER = 2, /* sent with 11, both accepted */
    CAN_FORMAT_MASK = 3,
    /* 0x04, 0x08: enum row_alarm_form */
    POLL = 0x10,      /* of the inverter: it asks; of the battery: goes out when asked */
    EACH_PACK = 0x20, /* number + n x pack_step: of pack n, by its own values, packs in turn */
    HOST_PACK = 0x40, /* likewise; only that of the pack that speaks is sent */
    ASIDE = 0x80,     /* explained, but no part of what an inverter goes by */
    HOOKED = 0x100,   /* the protocol's hooks see it */
};

/* What follows the name of a message. */
#define FIELDS(table) .fields = table, .field_count = COUNT(table)
#define ALARMS(table) .alarms = table, .alarm_count = COUNT(table)
#define NO_ROWS .fields = NULL

struct can_message {
    uint32_t id;
    uint16_t period_ms;  /* 0: not sent by schedule */
    uint16_t timeout_ms; /* the other side stops without it; 0: it does not matter */
    unsigned form : 9;   /* enum can_form */
    unsigned size : 4;   /* as sent; any size that covers a row is accepted */
    unsigned name : 8;   /* equal ones stand in for each other; the words are of protocols/ */
    unsigned field_count : 4;
    unsigned alarm_count : 7;
    const char *fill; /* `size` bytes where no row writes; NULL: all zero */
    const struct can_field *fields;
    const struct can_alarm *alarms;
};

/* For what rows cannot say. encode: after them; false: not sent. decode: before; true: done. */
typedef bool can_encode_hook(const struct can_message *message, const struct view *view,
                             unsigned pack, struct can_frame *frame);
typedef bool can_decode_hook(const struct can_message *message, const struct can_frame *frame,
                             struct snapshot *values);

/* Parts of the initialiser of a struct can_protocol. */
#define BATTERY(table) .messages = table, .message_count = COUNT(table)
#define INVERTER(table) .answers = table, .answer_count = COUNT(table)
#define READ_ONLY_BATTERY(table)                                                                   \
    .messages = READER(table), .message_count = CAN_BOTH_SIDES ? COUNT(table) : 0

/* One profile of a protocol. */
struct can_protocol {
    const char *name;
    const char *profile;                /* "" where there is only one */
    uint32_t bitrate;                   /* bit/s */
    const struct can_message *messages; /* of the battery, in the order of sending */
    const struct can_message *answers;  /* of the inverter; the first one is its heartbeat */
    const struct can_range *ranges;
    uint8_t message_count;
    uint8_t answer_count;
    uint8_t range_count;
    bool stop_lowers_voltage; /* no charge allowed: the charge voltage falls to the present one */
    can_encode_hook *encode;
    can_decode_hook *decode;   /* READER(hook) */
    uint16_t pack_step;        /* between the numbers of packs */
    uint16_t poll_patience_ms; /* what is scheduled rests for so long after a poll; 0: never */
};

#endif
