/* SPDX-License-Identifier: Apache-2.0
 * Whether the status frame of a JK pack is believed. Its sum-8 lets one damaged frame of 256 pass,
 * two flipped bits oftener; what a frame says twice, what never moves and what moves only with the
 * clock tells the rest. A frame in doubt waits for the next one. A believed frame gives its
 * worse values at once: higher cell, lower cell, heat, alarm, opened switch. Better ones, and jumps
 * of the state of charge, count when the next frame shows them too. Sends and asks nothing.
 */
#ifndef HEARTH_PROTOCOLS_JK_TRUST_H
#define HEARTH_PROTOCOLS_JK_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "wire/jk_frame.h"

enum jk_verdict {
    JK_TAKEN,
    JK_TAKEN_WORSE, /* better values wait: the snapshot holds the last ones in their place */
    JK_HELD,        /* in doubt: not to be used; the next frame may confirm it */
    JK_REFUSED,     /* holds the beginning of another frame: never used */
};

/* Causes to hold a frame. */
enum jk_doubt {
    JK_DOUBT_FIRST,       /* nothing to compare with, or it did not agree */
    JK_DOUBT_RANGE,       /* a value no pack can have */
    JK_DOUBT_CELL_MEAN,   /* mean of the frame against its cells */
    JK_DOUBT_CELL_SPREAD, /* difference of highest and lowest cell, and their numbers */
    JK_DOUBT_CELL_SUM,    /* pack voltage against the sum of the cells */
    JK_DOUBT_PACK_COPY,   /* pack voltage against its copy */
    JK_DOUBT_POWER,       /* power against voltage and current */
    JK_DOUBT_SOC,         /* percent against remaining and full charge */
    JK_DOUBT_FLAGS,       /* a flag that is neither 0 nor 1, unused alarm bits */
    JK_DOUBT_TIMERS,      /* a release timer runs without its alarm */
    JK_DOUBT_FIXED,       /* bytes that stand still have changed: another pack, another version */
    JK_DOUBT_WIRES,       /* likewise the connection resistances */
    JK_DOUBT_CLOCK,       /* clocks did not go on by the time that passed */
    JK_DOUBT_COUNTER,     /* counters fell or ran away */
    JK_DOUBT_ALONE,       /* the pack sends acknowledges, here there was none */
    JK_DOUBT_COUNT
};

#define JK_TRACK_COUNT 18 /* values remembered, rows of jk_trust.c */

/* What a frame said, as far as the next one is compared with it. */
struct jk_said {
    uint32_t at_ms;
    int32_t value[JK_TRACK_COUNT]; /* INT32_MIN: not known */
    uint32_t alarms[ALARM_WORDS];
    uint32_t fixed_crc;
    uint32_t wires_crc;
    bool acknowledged;
};

struct jk_trust {
    struct jk_said last; /* what is believed; only when `trusted` */
    struct jk_said seen; /* the frame before, believed or not; only when `met` */
    bool trusted;
    bool met;
    uint8_t streak;  /* frames held in a row for the very same doubts */
    uint16_t doubts; /* of the last frame: bit per enum jk_doubt */
    uint16_t waived; /* doubts this pack gave three times in a row: its kind, no damage */
    /* Counted by cause, saturating */
    uint16_t held[JK_DOUBT_COUNT];
    uint16_t refused;
    uint16_t waits; /* frames with better values that had to wait */
};

void jk_trust_init(struct jk_trust *trust);

/* Judges a good status frame and the snapshot decoded from it; `acknowledged`: its acknowledge came
 * behind it. JK_TAKEN_WORSE changes the snapshot. now_ms may wrap. */
enum jk_verdict jk_trust_judge(struct jk_trust *trust, const uint8_t frame[JK_FRAME_SIZE],
                               bool acknowledged, struct snapshot *snapshot, uint32_t now_ms);

/* Values read as registers under a CRC-16 are certain: better ones wait no longer. What the
 * snapshot does not know stays as it was. No effect before the first frame was taken. */
void jk_trust_confirm(struct jk_trust *trust, const struct snapshot *snapshot);

#endif
