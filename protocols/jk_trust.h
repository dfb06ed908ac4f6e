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
#include "protocols/jk_doubt.h"
#include "wire/jk_frame.h"

enum jk_verdict {
    JK_TAKEN,
    JK_TAKEN_WORSE, /* better values wait: the snapshot holds the last ones in their place */
    JK_HELD,        /* in doubt: not to be used; the next frame may confirm it */
    JK_REFUSED,     /* holds the beginning of another frame: never used */
};

#define JK_TRACK_COUNT 21 /* values remembered, rows of jk_trust.c */

/* What a frame said, as far as the next one is compared with it. */
struct jk_said {
    uint32_t at_ms;
    int32_t value[JK_TRACK_COUNT]; /* INT32_MIN: not known */
    int32_t pack_ma;
    int32_t rest_mv; /* pack voltage less the sum of the cells */
    uint32_t alarms[ALARM_WORDS];
    int8_t cell_offset_mv[CELL_MAX]; /* from their mean, saturated; 0 of no cell */
    uint32_t fixed_crc;
    uint32_t wires_crc;
    bool awake; /* bytes that rest at 0 do not */
    bool acknowledged;
};

struct jk_trust {
    struct jk_said last; /* what is believed; only when `trusted` */
    struct jk_said seen; /* the frame before, believed or not; only when `met` */
    bool trusted;
    bool met;
    uint32_t easing; /* values of the last frame taken that were better: bit per row */
    uint8_t streak;  /* frames held in a row for the very same doubts */
    uint32_t doubts; /* of the last frame: bit per enum jk_doubt */
    uint32_t waived; /* doubts given three times in a row and ever since: no damage */
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
