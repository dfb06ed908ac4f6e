/* SPDX-License-Identifier: Apache-2.0
 * A site that somebody plays with: it has a speed, and hands at the front plates of its packs; what
 * the page shows of it and what the page may ask. Opens no port and knows no clock, so that the
 * daemon and a browser have the same one.
 */
#ifndef HEARTH_SERVICE_STAGE_H
#define HEARTH_SERVICE_STAGE_H

#include <stdint.h>

#include "service/live_plate.h"
#include "site/site.h"

#define STAGE_STEP_MS 10
#define STAGE_SPEED_MAX 60

struct web_source; /* service/web.h */

struct stage {
    struct site site;
    uint32_t speed; /* times real time, 1..STAGE_SPEED_MAX; for whoever steps it */
    struct live_plate plate[PACK_MAX];
};

void stage_init(struct stage *stage, const struct site_setup *setup);

/* STAGE_STEP_MS of virtual time. */
void stage_step(struct stage *stage);

/* A source with the stage as its context, which outlives the source; without ports and
 * diagnostics. */
void stage_source(struct stage *stage, struct web_source *source);

#endif
