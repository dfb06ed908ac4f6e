/* SPDX-License-Identifier: Apache-2.0
 * From raw inputs to values that may be trusted: plausibility, age, and the safe worst case for
 * each sensor that is lost. The only door through which measurements reach the other stages.
 */
#ifndef HEARTH_CORE_MEASURE_H
#define HEARTH_CORE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "core/params.h"

#define TEMP_SENSOR_COUNT 5 /* cell sensors of the board, inputs.temp_ddegc[0..4] */

/* What protection rules compare; see core/protect.def. */
enum quantity {
    QUANTITY_CELL_MAX_MV,
    QUANTITY_CELL_MIN_MV,
    QUANTITY_PACK_MV,
    QUANTITY_CHARGE_MA,    /* >= 0 */
    QUANTITY_DISCHARGE_MA, /* >= 0 */
    QUANTITY_HOT_DDEGC,    /* hottest cell, lost sensors counted as hot */
    QUANTITY_COLD_DDEGC,   /* coldest cell, lost sensors counted as cold */
    QUANTITY_MOS_DDEGC,
    QUANTITY_SHORT, /* 1: the comparator has tripped */
    QUANTITY_COUNT
};

struct measured {
    int32_t quantity[QUANTITY_COUNT];
    int16_t cell_mv[CELL_MAX];
    int16_t temp_ddegc[TEMP_MAX];
    uint8_t cell_count;
    uint8_t cell_min_index;
    uint8_t cell_max_index;
    uint8_t temp_valid_mask; /* sensors in use */
    int32_t cell_sum_mv;
    int32_t pack_mv;
    int32_t pack_ma; /* positive charges */
    int32_t mos_ddegc;
    int32_t temp_mean_ddegc; /* of the sensors in use */
    int32_t temp_min_ddegc;
    int32_t temp_max_ddegc;
    bool complete; /* a plausible set, at most half a second old */
    bool mos_valid;
    bool temp_fault; /* a sensor is lost */
    bool temps_lost; /* all cell sensors are lost */
    bool cell_count_wrong;
    bool current_fault;
    bool proven; /* was complete once since start */
    /* private */
    bool seen; /* there was a plausible set since start */
    uint32_t sample_count;
    uint32_t bad_ms;     /* time since the last plausible set */
    uint32_t sum_bad_ms; /* time that sum of cells and pack disagree */
    uint32_t temp_lost_ms[TEMP_SENSOR_COUNT];
    uint32_t mos_lost_ms;
};

void measure_init(struct measured *measured);
void measure_step(struct measured *measured, const struct inputs *inputs,
                  const struct params *params, uint32_t dt_ms);

#endif
