/* SPDX-License-Identifier: Apache-2.0
 * State of charge: an integer charge counter with a full and an empty anchor, and a filter that
 * knows how far it may be off (core/soc_filter.h). The counter follows the filter slowly, so that
 * nothing that is shown jumps. SOC takes part in no protection. 100 % is shown only after the full
 * anchor, 0 % only after the empty one.
 */
#ifndef HEARTH_CORE_SOC_H
#define HEARTH_CORE_SOC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"
#include "core/soc_filter.h"
#include "core/stored.h"

struct soc {
    int32_t soc_permille; /* shown */
    int32_t remaining_mah;
    int32_t full_mah;
    int32_t low_permille; /* the charge is within, whatever is shown */
    int32_t high_permille;
    uint8_t reason;           /* enum soc_correction: the last one */
    struct soc_filter filter; /* read only */
    bool full;                /* at the full anchor */
    bool empty;
    int32_t cycle_mah; /* all charge that went in, saturating */
    /* private */
    uint64_t since_full_ms; /* since the last full anchor */
    int64_t charge_mams;    /* mA ms above empty */
    int64_t full_mams;
    int32_t efficiency_rest; /* thousandths of a mA ms not yet counted */
    int64_t cycle_mams;      /* fraction not yet in cycle_mah */
    uint32_t full_ms;        /* full condition holds */
    uint32_t empty_ms;
    uint32_t pending_ms;   /* time since anchors were looked for */
    uint32_t estimate_ms;  /* since the last estimate */
    int64_t estimate_mams; /* charge moved since then */
    int32_t open_ma;       /* measured while both switches were open */
    bool open;             /* since the last estimate */
};

void soc_init(struct soc *soc, const struct params *params, const struct stored *stored);

/* What outlives a restart. */
void soc_remember(const struct soc *soc, struct stored *stored);

/* No full anchor for 30 days. */
bool soc_full_charge_due(const struct soc *soc);

/* Counts every step, checks anchors once a second, estimates every soc_period_s. Call only with
 * complete measurements. beside_ma: what leaves the cells beside the shunt, the heater. */
void soc_step(struct soc *soc, const struct measured *measured, int32_t beside_ma,
              const struct params *params, uint32_t dt_ms);

/* Both switches are open: what is measured is the error of the current. Call with each step. */
void soc_zero(struct soc *soc, int32_t measured_ma);

/* The nominal capacity was changed: the charge stays, the full capacity follows. */
void soc_set_capacity(struct soc *soc, int32_t nominal_mah);

#endif
