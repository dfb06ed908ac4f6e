/* SPDX-License-Identifier: Apache-2.0
 * The registry of protocols and the explained message, the common form in which recorded or live
 * traffic of any protocol is shown. One row per protocol in protocols.def.
 */
#ifndef HEARTH_PROTOCOLS_PROTOCOLS_H
#define HEARTH_PROTOCOLS_PROTOCOLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "core/params.h"
#include "core/snapshot.h"

struct can_protocol;    /* wire/can_rows.h */
struct serial_protocol; /* protocols/serial.h */
struct serial_explainer;

enum bus { BUS_CAN, BUS_RS485, BUS_RS232, BUS_BLE };

/* What is known of a protocol's bytes; printed in the README. */
enum evidence {
    EVIDENCE_CAPTURE,        /* real bytes decode right */
    EVIDENCE_DOCUMENT,       /* the maker's text */
    EVIDENCE_IMPLEMENTATION, /* independent implementations */
    EVIDENCE_UNVERIFIED,
};

/* Which end spoke: '>' in a log is the asking side, '<' the battery. */
enum side { SIDE_BATTERY, SIDE_ASKING };

/* One message of recorded traffic. Pointers live for the call only; what is NULL is not in it. */
struct message {
    const char *name; /* "status", "limits", "unknown", "noise" */
    enum side from;
    int pack;             /* address, -1 when the message has none */
    const char *error;    /* why it is broken, else NULL */
    const uint8_t *bytes; /* the raw bytes or CAN data */
    size_t size;
    int64_t can_id;                /* -1 for serial traffic */
    const struct snapshot *values; /* decoded values, by `have` */
    const struct params *params;   /* decoded settings, by `have` */
    const char *control;           /* what a write asks for that is no setting, else NULL */
    int32_t control_value;         /* its number */
};

typedef void message_function(void *context, const struct message *message);

struct protocol {
    const char *name;               /* file name of the protocol, as on the command line */
    const char *title;              /* official name of its document */
    uint32_t bitrate;               /* bit/s or baud */
    uint8_t bus;                    /* enum bus */
    uint8_t evidence;               /* enum evidence */
    const struct can_protocol *can; /* the profiles, the default first; NULL for serial protocols */
    size_t can_count;
    const struct serial_protocol *serial; /* likewise; NULL for CAN and for those of JK's own */
    size_t serial_count;
    /* Those of JK's own: explains one burst of bytes; broken and foreign bytes are reported too. */
    void (*explain)(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                    size_t size, message_function *report, void *context);
};

extern const struct protocol protocols[];
extern const size_t protocol_count;

extern const char *const bus_name[];      /* by enum bus */
extern const char *const evidence_name[]; /* by enum evidence */

/* By "NAME" or "NAME:PROFILE"; NULL when there is none. */
const struct protocol *protocol_find(const char *name);

/* Of what "NAME" or "NAME:PROFILE" names, a profile can have less than its protocol; unverified
 * when there is none.
 */
enum evidence protocol_evidence(const char *name);

/* Likewise the profile, the default one if none is named; NULL for serial protocols. */
const struct can_protocol *protocol_find_can(const char *name);

/* Likewise for serial protocols with tables. */
const struct serial_protocol *protocol_find_serial(const char *name);

/* Explains one burst of serial traffic; size 0: the end. Not for CAN. */
struct serial_burst_heard;
void protocol_explain_serial(const struct protocol *protocol, struct serial_explainer *explainer,
                             const struct serial_burst_heard *burst, message_function *report,
                             void *context);

/* Reports one CAN frame as one message. Frames without a row are "unknown", from SIDE_BATTERY. */
void protocol_explain_can(const struct can_protocol *can, const struct can_frame *frame,
                          message_function *report, void *context);

#endif
