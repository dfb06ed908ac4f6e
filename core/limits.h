/* SPDX-License-Identifier: Apache-2.0
 * What the charger and the load may do with one pack: CVL, CCL, DVL, DCL, each with its reason.
 * Pure: snapshot + settings + own state -> limits, so that a host can compute the limits of a pack
 * whose frames carry none. Decides no switch and raises no alarm.
 */
#ifndef HEARTH_CORE_LIMITS_H
#define HEARTH_CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"
#include "core/snapshot.h"

enum charge_phase { CHARGE_BULK, CHARGE_ABSORPTION, CHARGE_FLOAT };

struct limit {
    int32_t value;  /* mV or mA, >= 0 */
    uint8_t reason; /* enum reason */
    uint8_t index;  /* cell behind it, where the reason has a cell */
};

struct limits {
    struct limit charge_mv;    /* CVL */
    struct limit charge_ma;    /* CCL */
    struct limit discharge_mv; /* DVL */
    struct limit discharge_ma; /* DCL */
    uint8_t phase;             /* enum charge_phase */
    uint32_t phase_ms;         /* time in it */
    /* private */
    uint32_t charge_hold_ms; /* no rise until this has run out */
    uint32_t discharge_hold_ms;
    int32_t ramp_uv;          /* fraction of a millivolt of the voltage ramp */
    uint32_t hold_voltage_ms; /* pack at its request */
    bool charge_tripped;      /* last seen */
    bool discharge_tripped;
    bool started;
};

void limits_init(struct limits *limits);

/* Advances by dt_ms (1..60,000). Uses of the snapshot: voltages, temperatures, current, soc,
 * alarms, charge_allowed, discharge_allowed; what it lacks counts as forbidding that direction. */
void limits_step(struct limits *limits, const struct snapshot *snapshot,
                 const struct params *params, uint32_t dt_ms);

/* Writes the limits into the fixed fields of a snapshot. */
void limits_publish(const struct limits *limits, struct snapshot *snapshot);

#endif
