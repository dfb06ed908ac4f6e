/* SPDX-License-Identifier: Apache-2.0
 * What both ends of the CAN bus of a live site, its port and the serial ports of the first pack
 * have counted, by cause, and how old the messages are, in lists for the page and for whoever ends
 * the program.
 */
#ifndef HEARTH_SERVICE_LIVE_DIAGNOSTICS_H
#define HEARTH_SERVICE_LIVE_DIAGNOSTICS_H

#include "service/live.h"
#include "service/web_diagnostics.h"

/* A source's `diagnostics`; `context` is a struct live. */
void live_diagnostics(void *context, struct web_diagnostics *diagnostics);

#endif
