/* SPDX-License-Identifier: Apache-2.0
 * Parts of `hearth describe` that walk other tables than those of CAN.
 */
#ifndef HEARTH_APP_HEARTH_DESCRIBE_H
#define HEARTH_APP_HEARTH_DESCRIBE_H

#include <stdbool.h>

#include "protocols/protocols.h"

/* The registers of a JK pack, from protocols/jk_map.def: Markdown, or a JSON object per register.
 */
void describe_jk_registers(const struct protocol *protocol, bool json);

#endif
