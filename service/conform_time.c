/* SPDX-License-Identifier: Apache-2.0
 * The rules about time: what is heard at all, how often, how evenly, when it begins and whether it
 * goes on when the other side is silent. Limits are wider than any sound device needs and narrower
 * than any fault worth a name: 20 % of a period on the average, half a period for a single gap.
 */
#include "service/conform_parts.h"

#include "base/number.h"
#include "protocols/can_names.h"

enum {
    PERIOD_PERCENT = 20,
    JITTER_PERCENT = 50,
    GAPS_MIN = 2,       /* a period is judged by so many gaps */
    OBEY_MA = 2000,     /* a current that counts as none */
    OBEY_US = 11900000, /* some follow a lower limit after 10 s */
    POLL_MS = 1000,     /* for an answer */
    LATE_US = 100000    /* slack where the end of a phase is judged */
};

static uint64_t period_us(const struct can_message *message)
{
    return 1000ull * message->period_ms;
}

/* What a sound device sends by schedule; hooks hold back what has nothing to say. */
static bool is_due(const struct conform *conform, const struct can_message *message)
{
    struct view view = {&conform->bank, {&conform->bank}};
    struct can_frame frame;
    return message->period_ms > 0 && !(message->form & ASIDE) &&
           can_encode(conform->protocol, message, &view, 0, &frame);
}

/* Packs come in turn or all at once, as the maker likes. */
static bool is_timed(const struct conform *conform, const struct can_message *message)
{
    return !(message->form & EACH_PACK) && is_due(conform, message);
}

static void put_id(struct text_writer *detail, const struct can_message *message)
{
    writer_hex(detail, message->id, message->id > 0x7FF ? 8 : 3);
    writer_character(detail, ' ');
    writer_text(detail, can_message_name(message));
}

static void put_seconds(struct text_writer *detail, uint64_t us)
{
    writer_decimal(detail, (int64_t)((us + 50000) / 100000), 1);
    writer_text(detail, " s");
}

/* Present */

/* When a message was first heard, or one of its name in another dialect, which stands in for it;
 * UINT64_MAX: never. */
static uint64_t first_heard_us(const struct conform *conform, unsigned name)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    uint64_t first_us = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct conform_message *message = &conform->messages[i];
        if (message->count > 0 && message->first_us < first_us && rows[i].name == name)
            first_us = message->first_us;
    }
    return first_us;
}

/* Polls can keep a scheduled message from being sent for the whole time. */
static bool had_its_time(const struct conform *conform, size_t index, const struct can_message *row)
{
    uint64_t end_us = conform->phase_end_us[CONFORM_SILENT];
    return conform->messages[index].rested_us + 2 * period_us(row) <= end_us;
}

static bool is_missing(const struct conform *conform, size_t index, bool supervised)
{
    size_t count;
    const struct can_message *row = conform_rows(conform, &count) + index;
    if (supervised)
        return first_heard_us(conform, row->name) == UINT64_MAX;
    return conform->messages[index].count == 0 && had_its_time(conform, index, row);
}

/* How many there are, or those that are missing. */
static enum conform_outcome present(const struct conform *conform, struct text_writer *detail,
                                    bool supervised)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    unsigned expected = 0;
    unsigned missing = 0;
    for (size_t i = 0; i < count; i++) {
        bool wanted = supervised ? rows[i].timeout_ms > 0 : is_due(conform, &rows[i]);
        expected += wanted;
        if (!wanted || !is_missing(conform, i, supervised))
            continue;
        writer_text(detail, missing++ ? ", " : "not heard: ");
        put_id(detail, &rows[i]);
    }
    if (expected == 0) {
        writer_text(detail, "the protocol has none");
        return CONFORM_NOT_TESTABLE;
    }
    if (missing > 0)
        return CONFORM_FAIL;
    writer_integer(detail, expected);
    writer_text(detail, " messages");
    return CONFORM_PASS;
}

enum conform_outcome conform_measure_supervised(const struct conform *conform,
                                                struct text_writer *detail)
{
    return present(conform, detail, true);
}

enum conform_outcome conform_measure_scheduled(const struct conform *conform,
                                               struct text_writer *detail)
{
    return present(conform, detail, false);
}

/* Period and jitter */

struct gaps {
    unsigned judged; /* messages */
    uint64_t min_us; /* over all of them */
    uint64_t max_us;
};

static void widen(struct gaps *gaps, uint64_t min_us, uint64_t max_us)
{
    gaps->min_us = gaps->judged == 0 || min_us < gaps->min_us ? min_us : gaps->min_us;
    gaps->max_us = max_us > gaps->max_us ? max_us : gaps->max_us;
    gaps->judged++;
}

static void put_range(struct text_writer *detail, uint64_t min_us, uint64_t max_us)
{
    writer_integer(detail, (int64_t)((min_us + 500) / 1000));
    writer_text(detail, " to ");
    writer_integer(detail, (int64_t)((max_us + 500) / 1000));
    writer_text(detail, " ms");
}

static enum conform_outcome bad_gaps(struct text_writer *detail, const struct can_message *row,
                                     uint64_t min_us, uint64_t max_us)
{
    put_id(detail, row);
    writer_text(detail, ": ");
    if (min_us == max_us) {
        writer_integer(detail, (int64_t)((min_us + 500) / 1000));
        writer_text(detail, " ms");
    } else {
        put_range(detail, min_us, max_us);
    }
    writer_text(detail, " instead of ");
    writer_integer(detail, row->period_ms);
    return CONFORM_FAIL;
}

static enum conform_outcome good_gaps(struct text_writer *detail, const struct gaps *gaps)
{
    if (gaps->judged == 0) {
        writer_text(detail, "too few frames to measure");
        return CONFORM_NOT_TESTABLE;
    }
    writer_integer(detail, gaps->judged);
    writer_text(detail, " messages, ");
    put_range(detail, gaps->min_us, gaps->max_us);
    return CONFORM_PASS;
}

/* What one message shows: its shortest and longest gap, and what they should be near. */
struct span {
    uint64_t min_us;
    uint64_t max_us;
    uint64_t wanted_us;
    uint64_t room_us;
};

typedef struct span span_of(const struct conform_message *message, uint64_t period_us);

static struct span mean_span(const struct conform_message *message, uint64_t period_us)
{
    uint64_t mean_us = message->gap_sum_us / message->gaps;
    return (struct span){mean_us, mean_us, period_us, period_us * PERIOD_PERCENT / 100};
}

static struct span gap_span(const struct conform_message *message, uint64_t period_us)
{
    uint64_t mean_us = message->gap_sum_us / message->gaps;
    return (struct span){message->gap_min_us, message->gap_max_us, mean_us,
                         period_us * JITTER_PERCENT / 100};
}

static enum conform_outcome judge_gaps(const struct conform *conform, span_of *span_of_message,
                                       struct text_writer *detail)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    struct gaps gaps = {0};
    for (size_t i = 0; i < count; i++) {
        const struct conform_message *message = &conform->messages[i];
        if (!is_timed(conform, &rows[i]) || message->gaps < GAPS_MIN)
            continue;
        struct span span = span_of_message(message, period_us(&rows[i]));
        if (span.min_us + span.room_us < span.wanted_us ||
            span.max_us > span.wanted_us + span.room_us)
            return bad_gaps(detail, &rows[i], span.min_us, span.max_us);
        widen(&gaps, span.min_us, span.max_us);
    }
    return good_gaps(detail, &gaps);
}

enum conform_outcome conform_measure_period(const struct conform *conform,
                                            struct text_writer *detail)
{
    return judge_gaps(conform, mean_span, detail);
}

enum conform_outcome conform_measure_jitter(const struct conform *conform,
                                            struct text_writer *detail)
{
    return judge_gaps(conform, gap_span, detail);
}

/* Begin and end */

static uint64_t longest_period_us(const struct conform *conform)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    uint64_t longest_us = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_due(conform, &rows[i]) && period_us(&rows[i]) > longest_us)
            longest_us = period_us(&rows[i]);
    }
    return longest_us;
}

/* The first set is complete: between the first frame of all and the first of each supervised
 * message lies no more than one cycle. Seen only if it was silent before. */
enum conform_outcome conform_measure_start(const struct conform *conform,
                                           struct text_writer *detail)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    uint64_t first_us = UINT64_MAX;
    uint64_t last_us = 0;
    uint64_t cycle_us = longest_period_us(conform);
    for (size_t i = 0; i < count; i++) {
        const struct conform_message *message = &conform->messages[i];
        if (message->count > 0 && message->first_us < first_us)
            first_us = message->first_us;
        if (rows[i].timeout_ms == 0)
            continue;
        uint64_t heard_us = first_heard_us(conform, rows[i].name);
        last_us = heard_us > last_us ? heard_us : last_us;
    }
    if (last_us == 0 || first_us == UINT64_MAX || first_us < conform->begin_us + 3 * cycle_us / 2) {
        writer_text(detail, last_us == 0 ? "nothing is supervised" : "it was already sending");
        return CONFORM_NOT_TESTABLE;
    }
    writer_text(detail, "complete after ");
    put_seconds(detail, last_us == UINT64_MAX ? conform->last_us - first_us : last_us - first_us);
    writer_text(detail, last_us == UINT64_MAX ? ": not yet" : "");
    return last_us <= first_us + 3 * cycle_us / 2 ? CONFORM_PASS : CONFORM_FAIL;
}

/* Whether everything scheduled that was ever heard is still heard at the end of a phase. */
static enum conform_outcome goes_on(const struct conform *conform, enum conform_phase phase,
                                    struct text_writer *detail)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    uint64_t start_us = conform_phase_start_us(conform, phase);
    uint64_t end_us = conform->phase_end_us[phase];
    unsigned judged = 0;
    for (size_t i = 0; i < count; i++) {
        const struct conform_message *message = &conform->messages[i];
        uint64_t allowed_us = 3 * period_us(&rows[i]) / 2 + LATE_US;
        bool known = message->count > 0 && is_timed(conform, &rows[i]);
        if (!known || end_us - start_us < allowed_us)
            continue;
        judged++;
        uint64_t heard_us = message->last_in_us[phase];
        if (heard_us != 0 && heard_us + allowed_us >= end_us)
            continue;
        put_id(detail, &rows[i]);
        writer_text(detail, ": last heard after ");
        put_seconds(detail, heard_us > start_us ? heard_us - start_us : 0);
        return CONFORM_FAIL;
    }
    writer_text(detail, judged > 0 ? "heard for all of " : "nothing heard, or too short: ");
    put_seconds(detail, end_us - start_us);
    return judged > 0 ? CONFORM_PASS : CONFORM_NOT_TESTABLE;
}

enum conform_outcome conform_measure_before(const struct conform *conform,
                                            struct text_writer *detail)
{
    return goes_on(conform, CONFORM_LISTEN, detail);
}

enum conform_outcome conform_measure_during(const struct conform *conform,
                                            struct text_writer *detail)
{
    return goes_on(conform, CONFORM_TALK, detail);
}

enum conform_outcome conform_measure_after(const struct conform *conform,
                                           struct text_writer *detail)
{
    return goes_on(conform, CONFORM_SILENT, detail);
}

/* Asked and obeyed */

enum conform_outcome conform_measure_polls(const struct conform *conform,
                                           struct text_writer *detail)
{
    uint64_t end_us = conform->phase_end_us[CONFORM_SILENT];
    bool waits = conform->poll_us != 0 && end_us - conform->poll_us > 1000ull * POLL_MS;
    if (conform->polls == 0) {
        writer_text(detail, "the protocol has no poll");
        return CONFORM_NOT_TESTABLE;
    }
    uint32_t judged = conform->polls - conform->polls_early;
    uint32_t unanswered = conform->polls_unanswered + waits;
    writer_integer(detail, (int64_t)judged - unanswered);
    writer_text(detail, " of ");
    writer_integer(detail, judged > 0 ? judged : conform->polls);
    writer_text(detail, " answered");
    return judged > 0 && unanswered == 0 ? CONFORM_PASS : CONFORM_FAIL;
}

enum conform_outcome conform_measure_obeyed(const struct conform *conform,
                                            struct text_writer *detail)
{
    if (!conform->flow_told || !conform->stop_told) {
        writer_text(detail, "it tells no current");
        return CONFORM_NOT_TESTABLE;
    }
    writer_decimal(detail, conform->flow_ma / 100, 1);
    writer_text(detail, " A before, ");
    writer_decimal(detail, conform->stopped_ma / 100, 1);
    writer_text(detail, " A after limits of 0");
    if (conform->stopped_ma <= OBEY_MA)
        return conform->flow_ma > OBEY_MA ? CONFORM_PASS : CONFORM_NOT_TESTABLE;
    uint64_t start_us = conform_phase_start_us(conform, CONFORM_STOP);
    if (2 * (conform->phase_end_us[CONFORM_STOP] - start_us) / 3 >= OBEY_US)
        return CONFORM_FAIL;
    writer_text(detail, ", but some take 10 s: try 45 s or more");
    return CONFORM_NOT_TESTABLE;
}
