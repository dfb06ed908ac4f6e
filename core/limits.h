/* SPDX-License-Identifier: Apache-2.0
 * What the charger and the load may do with one pack: CVL, CCL, DVL, DCL, each with its reason.
 * Pure: snapshot + settings + own state -> limits, so that a host can compute the limits of a pack
 * whose frames carry none. Decides no switch and raises no alarm.
 */
#ifndef HEARTH_CORE_LIMITS_H
#define HEARTH_CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/charge.h"
#include "core/params.h"
#include "core/reasons.h"
#include "core/snapshot.h"

/* One current limit with its memory: falls at once, rises slowly. */
struct current_limit {
    struct limit limit;
    bool open;          /* private: the direction was allowed in the last step */
    uint16_t zeros;     /* private: bit per curve that holds the limit at nothing */
    int32_t hold_ms;    /* private: no rise until this has run out */
    uint32_t rise_rest; /* private: millionths of a mA not yet risen */
};

struct limits {
    struct charge charge;              /* CVL and the charge phase */
    struct limit discharge_mv;         /* DVL */
    struct current_limit charge_ma;    /* CCL */
    struct current_limit discharge_ma; /* DCL */
};

void limits_init(struct limits *limits);

/* Advances by dt_ms (0..60,000). Uses of the snapshot: cell extremes, pack voltage, temperatures,
 * current, soc, alarms, warnings, emergency_left_s, charge_allowed, discharge_allowed; a direction
 * that is not known to be allowed, or whose cell voltages or temperatures are not known, gets 0. */
void limits_step(struct limits *limits, const struct snapshot *snapshot,
                 const struct params *params, uint32_t dt_ms);

/* Writes the limits and the charge phase into a snapshot. */
void limits_publish(const struct limits *limits, struct snapshot *snapshot);

#endif
