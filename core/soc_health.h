/* SPDX-License-Identifier: Apache-2.0
 * State of health of a pack: its capacity by total least squares over pairs of anchors, resistance
 * growth and leakage of each cell, cycles and how the pack was used. Every learned value has a
 * standard deviation and an age. (Cell and safety facts, sections 2.5 and 2.7.)
 */
#ifndef HEARTH_CORE_SOC_HEALTH_H
#define HEARTH_CORE_SOC_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct stored; /* core/stored.h */

#define SOC_HEALTH_CELLS 16
#define SOC_HEALTH_TEMPS 6   /* below -10, 0, 15, 30, 45 degC, from 45 on */
#define SOC_HEALTH_CHARGES 5 /* below 20, 40, 60, 80 %, from 80 on */

/* A learned number; sigma 0: not known yet. */
struct soc_learned {
    float value;
    float sigma;    /* standard deviation */
    uint32_t age_s; /* since it was last learned from, saturates */
};

struct soc_health_cell {
    float fresh_mohm; /* mean of the first steps; 0: not known yet */
    float mohm;       /* at 25 degC, slow mean of the steps */
    float moved_mah;  /* net, by the balancer, in this day; positive in */
    float leak_mah;   /* per day, slow mean: what had to be moved in beyond the mean cell */
    uint16_t steps;   /* of current seen, saturates */
};

struct soc_health {
    struct soc_learned capacity; /* mAh */
    uint32_t pair_count;         /* pairs of anchors used, saturates */
    float cycles; /* equivalent full ones, both directions through twice the capacity */
    struct soc_health_cell cell[SOC_HEALTH_CELLS];
    uint16_t leak_days; /* full days behind leak_mah, saturates */
    uint32_t used_s[SOC_HEALTH_TEMPS][SOC_HEALTH_CHARGES]; /* time spent, saturates */
    /* private */
    float nominal_mah;
    float sum[6];     /* of the pairs: Plett's c1..c6 */
    float anchor_soc; /* the last one; sigma 0: none yet */
    float anchor_sigma;
    int64_t counted_mams; /* since it */
    uint32_t since_s;     /* since it, saturates */
    bool mild;            /* 15..35 degC ever since */
    int64_t through_mams; /* both directions, not yet in cycles */
    uint32_t part_ms;     /* of a second */
    uint32_t day_s;       /* of a day */
    int32_t before_ma;    /* the measurement before; a step is seen between two */
    int16_t before_mv[SOC_HEALTH_CELLS];
    bool has_before;
};

/* What is measured of a pack at a moment. */
struct soc_health_look {
    int32_t pack_ma;        /* positive charges */
    const int16_t *cell_mv; /* SOC_HEALTH_CELLS */
    uint32_t cell_mask;     /* cells that were measured */
    int32_t temp_ddegc;     /* mean */
    int32_t soc_permille;
    uint32_t dt_ms; /* since the look before, 1..60000 */
};

/* A new pack. capacity is the nominal one until something is learned. */
void soc_health_init(struct soc_health *health, int32_t nominal_mah);

/* Call with every set of measurements. */
void soc_health_step(struct soc_health *health, const struct soc_health_look *look);

/* The balancer moves ma out of a cell and part of it into another one. */
void soc_health_balance(struct soc_health *health, uint8_t source, uint8_t sink, int32_t out_ma,
                        int32_t in_ma, uint32_t dt_ms);

/* The charge is known anew (0..1 with its standard deviation > 0). `bias_ma`: how wrong the current
 * may be all the time. Pairs of less than 40 %, older than a day or outside 15..35 degC teach
 * nothing; one pair changes the capacity by 0.5 % at most, after the first three. */
void soc_health_anchor(struct soc_health *health, float soc, float sigma, float bias_ma);

/* Resistance against fresh, 1000 as new; 0 not known. */
int32_t soc_health_growth_permille(const struct soc_health *health, uint8_t cell);

/* The largest of all cells; 0 when nothing is known. */
int32_t soc_health_growth_max_permille(const struct soc_health *health);
int32_t soc_health_leak_max_mah(const struct soc_health *health);

/* What outlives a restart. What cannot be true is taken as not known. */
void soc_health_remember(const struct soc_health *health, struct stored *stored);
void soc_health_recall(struct soc_health *health, const struct stored *stored);

#endif
