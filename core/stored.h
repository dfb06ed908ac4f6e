/* SPDX-License-Identifier: Apache-2.0
 * What a pack remembers over a restart beside its settings, and its form as bytes. A reader takes
 * longer forms of later versions and shorter ones of earlier versions; what is missing is zero.
 */
#ifndef HEARTH_CORE_STORED_H
#define HEARTH_CORE_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/protect.h"
#include "core/snapshot.h"
#include "core/soc_health.h"

#define STORED_LOCK_MAX 16
#define STORED_SIZE 344 /* bytes */

struct stored {
    bool on;              /* the pack was on */
    bool dead_cell;       /* a cell was below 1.5 V */
    bool parameters_lost; /* not in the bytes: the reader found no valid settings; nothing closes
                           * until they are confirmed */
    int32_t remaining_mah;
    int32_t cycle_mah;
    uint32_t since_full_s;
    uint32_t run_time_s;
    uint32_t start_count;
    uint8_t tries[TRIES_COUNT];
    uint32_t lock[STORED_LOCK_MAX]; /* locked rules by the hash of their names, 0 none */
    int32_t debt_mah[CELL_MAX];     /* charge that cells need more than others */
    int32_t capacity_mah;           /* learned; 0: not yet, likewise the next three */
    int32_t capacity_sigma_mah;
    uint32_t capacity_age_s;
    uint32_t capacity_pairs;
    uint16_t soc_sigma_permille;           /* of remaining_mah; 0: never known */
    uint16_t fresh_uohm[SOC_HEALTH_CELLS]; /* 0: not known */
    uint16_t cell_uohm[SOC_HEALTH_CELLS];
    int16_t leak_mah[SOC_HEALTH_CELLS]; /* per day */
};

/* Locked rules and counted tries, to and from the engine. */
void stored_take_locks(struct stored *stored, const struct protect *protect);
void stored_put_locks(const struct stored *stored, struct protect *protect);

void stored_encode(const struct stored *stored, uint8_t bytes[STORED_SIZE]);
void stored_decode(struct stored *stored, const uint8_t *bytes, size_t size);

#endif
