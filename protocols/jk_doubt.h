/* SPDX-License-Identifier: Apache-2.0
 * Why a status frame of a JK pack is in doubt. Here: what it says against itself, ranges and what
 * is told twice. What it says against the frame before is in jk_trust.c.
 */
#ifndef HEARTH_PROTOCOLS_JK_DOUBT_H
#define HEARTH_PROTOCOLS_JK_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "wire/jk_frame.h"

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
    JK_DOUBT_CELLS,       /* a cell between the others moved against them */
    JK_DOUBT_TEMPS,       /* hotter and colder at once, or faster than nature */
    JK_DOUBT_ALARMS,      /* a new alarm whose switch is still closed */
    JK_DOUBT_ALONE,       /* the pack sends acknowledges, here there was none */
    JK_DOUBT_COUNT
};

static inline uint32_t jk_doubt_if(bool wrong, enum jk_doubt doubt)
{
    return wrong ? (uint32_t)1 << doubt : 0;
}

/* A bit per enum jk_doubt, of a status frame and the snapshot decoded from it. */
uint32_t jk_doubts(const uint8_t frame[JK_FRAME_SIZE], const struct snapshot *snapshot);

#endif
