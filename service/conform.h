/* SPDX-License-Identifier: Apache-2.0
 * The conformance kit: listens to one end of a CAN protocol, plays the other end, and judges by a
 * table of rules. Pure: frames go in and out one at a time, time is an argument. What cannot be
 * seen on the bus is "not testable", never "pass".
 */
#ifndef HEARTH_SERVICE_CONFORM_H
#define HEARTH_SERVICE_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/can_link.h"

#define CONFORM_RULE_MAX 24
#define CONFORM_TEXT_SIZE 120

/* Of the thing under test. */
enum conform_role { CONFORM_BATTERY = 1, CONFORM_INVERTER = 2, CONFORM_BOTH = 3 };

/* In this order; a role has those with a share of the time. */
enum conform_phase {
    CONFORM_LISTEN, /* the kit says nothing */
    CONFORM_TALK,   /* the kit is a sound other end */
    CONFORM_STOP,   /* the kit's battery allows no current */
    CONFORM_SILENT, /* the kit has fallen silent */
    CONFORM_PHASE_COUNT
};

enum conform_outcome { CONFORM_PASS, CONFORM_FAIL, CONFORM_NOT_TESTABLE };

extern const char *const conform_outcome_name[]; /* by enum conform_outcome */

/* What was heard of one message. */
struct conform_message {
    uint32_t count;
    uint64_t first_us;
    uint64_t last_us;
    uint64_t last_in_us[CONFORM_PHASE_COUNT]; /* 0: not heard in it */
    uint64_t rested_us; /* the gap from here on is no period: a poll lies in it */
    uint32_t gaps;
    uint64_t gap_sum_us;
    uint64_t gap_min_us;
    uint64_t gap_max_us;
};

/* What a rule about single frames has found. */
struct conform_finding {
    uint32_t checked;  /* frames that the rule is about */
    uint32_t offences; /* of them */
    uint32_t streak;   /* offences in a row */
    char first[CONFORM_TEXT_SIZE];
};

struct conform {
    const struct can_protocol *protocol;
    enum conform_role role;
    uint64_t begin_us;
    uint64_t phase_end_us[CONFORM_PHASE_COUNT];
    uint64_t last_us;             /* of any frame heard, or the end */
    uint32_t heard;               /* frames */
    uint32_t unknown;             /* of no row of this protocol */
    struct snapshot bank;         /* what the kit says, as battery or as inverter */
    struct can_receiver listener; /* as an inverter hears the battery */
    struct can_receiver inverter; /* the kit's own */
    struct can_sender battery;    /* the kit's own */
    struct snapshot told;         /* by the inverter under test */
    int32_t flow_ma;              /* largest current it told before CONFORM_STOP, by size */
    int32_t stopped_ma;           /* largest current it told in the last third of CONFORM_STOP */
    bool flow_told;
    bool stop_told;
    uint32_t polls;       /* that the kit sent */
    uint32_t polls_early; /* before it was ever heard: it may be starting */
    uint32_t polls_unanswered;
    uint64_t poll_us; /* the last one; 0: none waits for an answer */
    struct conform_message messages[CAN_MESSAGE_MAX];
    struct conform_finding findings[CONFORM_RULE_MAX];
};

struct conform_verdict {
    enum conform_outcome outcome;
    char measured[CONFORM_TEXT_SIZE];
};

struct conform_rule {
    const char *name;
    const char *title;
    const char *source; /* "document": that of the protocol; else where the rule comes from */
    uint8_t roles;      /* enum conform_role */
};

/* What the kit says as a battery: every number known, nothing wrong. */
void conform_sound_bank(struct snapshot *bank);

/* `duration_ms` is divided among the phases of the role. */
void conform_init(struct conform *conform, const struct can_protocol *protocol,
                  enum conform_role role, uint64_t now_us, uint32_t duration_ms);

/* A frame of the thing under test. */
void conform_receive(struct conform *conform, const struct can_frame *frame, uint64_t now_us);

/* What the kit sends; call until false, every 10 ms. */
bool conform_transmit(struct conform *conform, uint64_t now_us, struct can_frame *frame);

bool conform_over(const struct conform *conform, uint64_t now_us);

/* The rules of a role in order; NULL after the last. */
const struct conform_rule *conform_rule(enum conform_role role, size_t index);

/* Judges that rule. After the end. */
void conform_judge(const struct conform *conform, size_t index, struct conform_verdict *verdict);

#endif
