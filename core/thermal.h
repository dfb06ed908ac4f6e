/* SPDX-License-Identifier: Apache-2.0
 * Early warning of a thermal event: four signs that a cell heats or discharges itself. One is a
 * warning, two are a stop; core/protect.def says so. Uses no state of charge.
 */
#ifndef HEARTH_CORE_THERMAL_H
#define HEARTH_CORE_THERMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/balance.h"
#include "core/measure.h"
#include "core/params.h"

enum thermal_sign {
    THERMAL_WARMING, /* a sensor rises by more than 1 K/min for 2 min, without current */
    THERMAL_HOTTER,  /* a sensor is 10 K above the median */
    THERMAL_SAGGING, /* a cell falls by more than 50 mV against the others at rest in 10 min */
    THERMAL_LEAKING, /* a cell loses far more charge than the others between full charges */
    THERMAL_SIGN_COUNT
};

#define THERMAL_SLOT_COUNT 5 /* temperatures of the last two minutes, every 30 s */

struct thermal {
    uint8_t signs; /* bit per enum thermal_sign; at least 60 s once set */
    uint8_t count; /* of signs */
    /* private */
    bool leaking;
    uint8_t anchor_count;             /* of the debts, when last judged */
    uint8_t quiet[TEMP_SENSOR_COUNT]; /* slots filled without interruption */
    uint8_t depth[2][CELL_MAX];       /* smallest below the median, 2 mV; this and last 10 min */
    int16_t slot_ddegc[TEMP_SENSOR_COUNT][THERMAL_SLOT_COUNT]; /* newest first */
    uint32_t pending_ms;                                       /* since the last look */
    uint32_t slot_ms;                                          /* since the last slot */
    uint32_t rest_ms;                                          /* in this period of 10 min */
    uint32_t hold_ms[THERMAL_SIGN_COUNT]; /* the sign stays at least this long */
};

void thermal_init(struct thermal *thermal);

/* Every step, before balance_step(): what the balancer does to the voltages just measured is left
 * out. Works once a second. Without a complete measurement the signs stay as they are. */
void thermal_step(struct thermal *thermal, const struct measured *measured,
                  const struct params *params, const struct balance *balance, uint32_t dt_ms);

#endif
