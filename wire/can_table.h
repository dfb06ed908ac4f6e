/* SPDX-License-Identifier: Apache-2.0
 * The CAN table engine: a protocol is rows, and the same rows encode, decode, describe and explain
 * traffic. raw = value * num / den + offset, rounded half away from zero, saturated, never wrapped.
 * Measured values round; limits never promise more than they are. Knows no brand and no driver;
 * wire/can_link.h sends and receives by these tables.
 */
#ifndef HEARTH_WIRE_CAN_TABLE_H
#define HEARTH_WIRE_CAN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "base/number.h"
#include "base/result.h"
#include "core/snapshot.h"
#include "wire/field.h"

/* Added to a type. A limit is never negative: sent as at least 0, read as its absolute value. */
#define FIELD_TYPE_MASK 0x1F
#define DOWN 0x20  /* a limit, never rounded up */
#define UP 0x40    /* a limit, never rounded down */
#define FIXED 0x80 /* sent as in `fill`, only decoded */

#define FROM(name) VALUE_##name
#define REQUIRED INT32_MIN /* `absent`: without this value the frame is not sent */

/* A BIT always says 0 or 1: its `absent` is what is sent for not known. TEXT runs to the end of the
 * frame, is always FIXED, and its numbers are not used. */
struct can_field {
    uint16_t value; /* enum value_id; FROM() */
    uint8_t byte;
    uint8_t type; /* enum field_type and modifiers */
    int32_t num;  /* not 0 */
    int32_t den;  /* not 0 */
    int32_t offset;
    int32_t absent; /* raw value that stands for not known, or REQUIRED */
};

enum alarm_set { IN_ALARMS, IN_WARNINGS };

/* Several rows may feed one bit; a bit that is read sets the alarm of its first row. */
struct can_alarm {
    uint8_t set;   /* enum alarm_set */
    uint8_t alarm; /* enum alarm */
    uint8_t byte;
    uint8_t mask; /* one bit */
};

enum can_format { CAN_11_BIT, CAN_29_BIT, CAN_EITHER }; /* EITHER: sent with 11, both accepted */

#define ROWS(table) table, COUNT(table)
#define NO_ROWS NULL, 0

struct can_message {
    uint32_t id;
    uint8_t format;      /* enum can_format */
    uint8_t size;        /* as sent; any size that covers a row is accepted */
    uint16_t period_ms;  /* 0: not sent by schedule */
    uint16_t timeout_ms; /* the other side stops without it; 0: it does not matter */
    const char *name;
    const char *fill; /* `size` bytes where no row writes; NULL: all zero */
    const struct can_field *fields;
    size_t field_count;
    const struct can_alarm *alarms;
    size_t alarm_count;
};

#define CAN_MESSAGE_MAX 32 /* of one side */

struct can_protocol {
    const char *name;
    uint32_t bitrate;
    const struct can_message *messages; /* of the battery, in the order of sending */
    size_t message_count;
    const struct can_message *answers; /* of the inverter; the first one is its heartbeat */
    size_t answer_count;
};

const struct field_type_info *can_field_type(const struct can_field *field);

/* The row a frame belongs to, of either side, or NULL. A 29-bit frame is never an 11-bit one. */
const struct can_message *can_find(const struct can_protocol *protocol,
                                   const struct can_frame *frame);
bool can_from_inverter(const struct can_protocol *protocol, const struct can_message *message);

/* The alarm that a bit stands for when it is read. */
bool can_alarm_is_first(const struct can_message *message, const struct can_alarm *row);

/* False, and no frame, when a required value is not known. */
bool can_encode(const struct can_message *message, const struct snapshot *source,
                struct can_frame *frame);

/* Adds what the frame says: a field is there only if the frame covers it. BAD: it covers no row. */
enum decode can_decode(const struct can_message *message, const struct can_frame *frame,
                       struct snapshot *values);

#endif
