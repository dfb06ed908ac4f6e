/* SPDX-License-Identifier: Apache-2.0
 * A live site as a source of the web service: what the page shows and what it may ask.
 */
#ifndef HEARTH_SERVICE_LIVE_WEB_H
#define HEARTH_SERVICE_LIVE_WEB_H

#include "service/live.h"
#include "service/web.h"

/* The source refers to `live`, which must outlive the web service. */
void live_web_source(struct live *live, struct web_source *source);

#endif
