/* SPDX-License-Identifier: Apache-2.0
 * Commands inside the core: check, queue, apply. Others use bms_check() and bms_request().
 */
#ifndef HEARTH_CORE_REQUEST_H
#define HEARTH_CORE_REQUEST_H

#include "core/bms.h"

/* Applies and empties the queue; called once per step, before the stages. */
void request_apply(struct bms *bms);

/* Both passwords back to those as delivered, and every session closed: by the button. */
void request_reset_passwords(struct bms *bms);

#endif
