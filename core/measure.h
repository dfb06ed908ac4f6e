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

/* What protection rules compare. */
enum quantity {
#define QUANTITY(id, ...) QUANTITY_##id,
#include "core/quantities.def"
#undef QUANTITY
    QUANTITY_COUNT
};

enum quantity_kind { QUANTITY_MEASURED, QUANTITY_SIGN };

struct quantity_info {
    uint8_t unit; /* enum unit */
    uint8_t kind; /* enum quantity_kind */
};

extern const struct quantity_info quantity_info[QUANTITY_COUNT];

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
    bool fresh;  /* this step brought a new plausible set */
    bool proven; /* was complete once since start */
    /* private */
    bool seen; /* there was a plausible set since start */
    uint32_t sample_count;
    uint32_t bad_ms;                     /* time since the last plausible set */
    uint32_t sum_bad_ms;                 /* time that sum of cells and pack disagree */
    uint32_t jump_ms[TEMP_SENSOR_COUNT]; /* how long a sensor that jumped is still left alone */
    uint32_t temp_lost_ms[TEMP_SENSOR_COUNT];
    uint32_t mos_lost_ms;
};

void measure_init(struct measured *measured);
void measure_step(struct measured *measured, const struct inputs *inputs,
                  const struct params *params, uint32_t dt_ms);

#endif
