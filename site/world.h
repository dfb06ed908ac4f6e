/* SPDX-License-Identifier: Apache-2.0
 * What only the simulator knows of a site, as a table to loop over: for records and charts.
 */
#ifndef HEARTH_SITE_WORLD_H
#define HEARTH_SITE_WORLD_H

#include <stdint.h>

#include "site/site.h"

enum site_world_id {
#define WORLD(name, ...) SITE_WORLD_##name,
#include "site/world.def"
    SITE_WORLD_COUNT
};

enum site_truth_id {
#define TRUTH(name, ...) SITE_TRUTH_##name,
#include "site/world.def"
    SITE_TRUTH_COUNT
};

struct site_world_row {
    const char *name;
    const char *label;
    uint8_t unit; /* enum unit */
};

extern const struct site_world_row site_world_rows[SITE_WORLD_COUNT];
extern const struct site_world_row site_truth_rows[SITE_TRUTH_COUNT];

int32_t site_world_get(const struct site *site, enum site_world_id id);
int32_t site_truth_get(const struct site *site, uint8_t pack, enum site_truth_id id);

#endif
