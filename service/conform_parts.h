/* SPDX-License-Identifier: Apache-2.0
 * What the files of the conformance kit share and nobody else needs: the rules with their
 * functions, and the messages of the side under test.
 */
#ifndef HEARTH_SERVICE_CONFORM_PARTS_H
#define HEARTH_SERVICE_CONFORM_PARTS_H

#include "service/conform.h"
#include "ui/writer.h"

/* One frame from the bus with all that is known of it. */
struct conform_heard {
    const struct can_frame *frame;
    const struct can_message *message; /* NULL: of the other side, or unknown */
    bool other_side;                   /* a frame that only the kit may send */
    bool other_format;                 /* 11 bits where it has to have 29, or the other way round */
    bool implausible;
    struct snapshot values; /* of this frame alone */
};

/* Says whether a frame offends; NOT_TESTABLE: the rule is not about such frames. */
typedef enum conform_outcome conform_check(const struct conform *conform,
                                           const struct conform_heard *heard,
                                           struct text_writer *detail);

/* Judges what was counted and timed. */
typedef enum conform_outcome conform_measure(const struct conform *conform,
                                             struct text_writer *detail);

/* One of the two functions. */
struct conform_rule_row {
    struct conform_rule rule;
    conform_check *check;
    conform_measure *measure;
    bool twice; /* an offence only if the next such frame offends as well */
};

extern const struct conform_rule_row conform_rules[];
extern const size_t conform_rule_count;

/* The messages of the thing under test. */
const struct can_message *conform_rows(const struct conform *conform, size_t *count);

/* Start of a phase; phases without a share of the time start where they end. */
uint64_t conform_phase_start_us(const struct conform *conform, enum conform_phase phase);

conform_check conform_check_size;
conform_check conform_check_mandatory;
conform_check conform_check_plausible;
conform_check conform_check_ranges;
conform_check conform_check_codes;
conform_check conform_check_order;
conform_check conform_check_negative;
conform_check conform_check_stop;
conform_check conform_check_protection;
conform_check conform_check_bits;
conform_check conform_check_format;
conform_check conform_check_side;

conform_measure conform_measure_supervised;
conform_measure conform_measure_scheduled;
conform_measure conform_measure_period;
conform_measure conform_measure_jitter;
conform_measure conform_measure_start;
conform_measure conform_measure_before;
conform_measure conform_measure_during;
conform_measure conform_measure_after;
conform_measure conform_measure_polls;
conform_measure conform_measure_obeyed;

#endif
