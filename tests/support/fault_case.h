/* SPDX-License-Identifier: Apache-2.0
 * A fault and what must follow from it, as a row. Fire sets the fault on a new bench and waits for
 * its alarm; check looks at event, lamp, contact, limits and wire; recover takes the cause away and
 * holds the recovery against the latch of the rule; lock leaves the cause there instead until the
 * rule has used up its tries.
 */
#ifndef HEARTH_TESTS_SUPPORT_FAULT_CASE_H
#define HEARTH_TESTS_SUPPORT_FAULT_CASE_H

#include "tests/support/bench.h"

enum { NOTHING = 0, CHARGE = BENCH_CHARGE, DISCHARGE = BENCH_DISCHARGE, BOTH = BENCH_BOTH };

/* How it ends once the cause is gone. */
enum recovery {
    BY_ITSELF,
    BY_RELEASE, /* the installer's */
    AFTER_TRIES /* by itself; with the cause still there locked after three tries */
};

struct fault_setting {
    const char *fault; /* NULL: none */
    uint8_t index;
    int32_t value;
    int32_t healed; /* what it is set to afterwards */
};

struct fault_case {
    const char *name;
    struct fault_setting fault[3];
    struct bench_setup scene;
    uint8_t rule;
    uint8_t closes; /* directions that are not allowed any more when it has fired */
    uint8_t recovery;
    uint32_t within_ms; /* from the fault to the alarm */
    uint32_t back_ms;   /* from the end of the cause, or the release, to both directions */
};

#define FAULT_CASE_HEALED(fault, index, value, healed)                                             \
    {                                                                                              \
        fault, index, value, healed                                                                \
    }
#define FAULT_CASE_SET(fault, index, value) FAULT_CASE_HEALED(fault, index, value, 0)
#define FAULT_CASE_RULE(id, directions, how, most_ms, most_back_ms)                                \
    .rule = RULE_##id, .closes = (directions), .recovery = (how), .within_ms = (most_ms),          \
    .back_ms = (most_back_ms)

/* Sets the faults of the row, or heals them. */
void fault_case_set(struct bench *bench, const struct fault_case *row, bool healed);

/* Waits for the alarm from now on; what must be closed is closed in its step. */
void fault_case_await(struct bench *bench, const struct fault_case *row);

/* bench_start(), set, await. */
void fault_case_fire(struct bench *bench, const struct fault_case *row);

/* 1.2 s: event, lamp, contact, and what the inverter has decoded. */
void fault_case_check(struct bench *bench, const struct fault_case *row);

/* After fault_case_check(). */
void fault_case_recover(struct bench *bench, const struct fault_case *row);

/* After fault_case_fire(): the cause stays. */
void fault_case_lock(struct bench *bench, const struct fault_case *row);

/* The installer releases; takes 20 ms. */
void fault_case_release(struct bench *bench);

#endif
