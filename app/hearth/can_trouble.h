/* SPDX-License-Identifier: Apache-2.0
 * The last words of a program that spoke on a CAN bus.
 */
#ifndef HEARTH_APP_HEARTH_CAN_TROUBLE_H
#define HEARTH_APP_HEARTH_CAN_TROUBLE_H

#include "service/live.h"

/* One line with every counter that tells of trouble and is not 0; nothing when all is well. Before
 * live_stop(). */
void can_trouble_print(struct live *live);

#endif
