/* SPDX-License-Identifier: Apache-2.0
 * Parts of `hearth describe` that walk other tables than those of CAN.
 */
#ifndef HEARTH_APP_HEARTH_DESCRIBE_H
#define HEARTH_APP_HEARTH_DESCRIBE_H

#include <stdbool.h>

#include "core/snapshot.h"
#include "protocols/protocols.h"
#include "wire/can_rows.h"

#define DESCRIBE_NAME_SIZE 40

/* The value of a row; that of an array for its elements. */
const struct value_info *describe_info(const struct can_field *field);
void describe_name(const struct can_field *field, char name[DESCRIBE_NAME_SIZE]);

/* A DBC file (Vector's text form, read by CAN tools) on standard output. */
void describe_dbc(const struct protocol *protocol, const struct can_protocol *can);

/* The registers of a JK pack, from protocols/jk_map.def: Markdown, or a JSON object per register.
 */
void describe_jk_registers(const struct protocol *protocol, bool json);

#endif
