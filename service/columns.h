/* SPDX-License-Identifier: Apache-2.0
 * Which numbers of a site to write down, by name: "world.load_w", "bank.soc_permille",
 * "pack2.cell_mv", "real.soc_permille". Without a number `pack` and `real` are all packs; an array
 * is all its elements. Names are those of core/snapshot.def and site/world.def.
 */
#ifndef HEARTH_SERVICE_COLUMNS_H
#define HEARTH_SERVICE_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "site/site.h"

#define COLUMN_MAX 600
#define COLUMN_NAME 48

enum column_source {
    COLUMN_OF_WORLD,
    COLUMN_OF_BANK, /* what the host knows of all packs */
    COLUMN_OF_PACK, /* what the board of a pack believes */
    COLUMN_OF_REAL, /* what is true of a pack */
};

struct column {
    char name[COLUMN_NAME]; /* "pack2.cell_mv.7": elements count from 1 */
    uint8_t source;         /* enum column_source */
    uint8_t pack;           /* position */
    uint8_t unit;           /* enum unit */
    uint16_t id;            /* enum value_id, site_world_id or site_truth_id */
};

struct columns {
    struct column column[COLUMN_MAX];
    uint16_t count;
};

/* Adds what `text` names, of a site with so many packs. Returns NULL, or why it cannot be. */
const char *columns_add(struct columns *columns, const char *text, uint8_t pack_count);

/* False when nobody knows the number now. */
bool column_get(const struct site *site, const struct column *column, int32_t *value);

#endif
