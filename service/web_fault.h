/* SPDX-License-Identifier: Apache-2.0
 * What can be made to go wrong, as JSON: the menu of sim/fault_menu.h for the schema, and which of
 * its faults are there now.
 */
#ifndef HEARTH_SERVICE_WEB_FAULT_H
#define HEARTH_SERVICE_WEB_FAULT_H

#include "service/web.h"
#include "sim/fault_menu.h"
#include "ui/writer.h"

/* The member "faults" of the schema. */
void web_fault_schema(struct text_writer *writer);

/* The member "faults": those that are not healthy, [{"name":..,"index":..,"value":..}]; of the pack
 * at that position, or with `of_pack` false of plant and inverter. */
void web_fault_json(struct text_writer *writer, const struct web_source *source, size_t position,
                    bool of_pack);

#endif
