/* SPDX-License-Identifier: Apache-2.0
 * The last words of a program that spoke on CAN and serial buses.
 */
#ifndef HEARTH_APP_HEARTH_BUS_TROUBLE_H
#define HEARTH_APP_HEARTH_BUS_TROUBLE_H

#include "service/live.h"

/* One line per bus with every counter that tells of trouble and is not 0; nothing when all is well.
 * Before live_stop(). */
void bus_trouble_print(struct live *live);

#endif
