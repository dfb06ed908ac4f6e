/* SPDX-License-Identifier: Apache-2.0
 * What there is to see and to set, as one JSON object made from the tables: settings, texts,
 * values, alarms, reasons, units, protocols. Pages take their labels and ranges from here.
 */
#ifndef HEARTH_UI_SCHEMA_H
#define HEARTH_UI_SCHEMA_H

#include "ui/writer.h"

#define SCHEMA_SIZE_MAX 131072 /* bytes that always suffice */

void schema_json(struct text_writer *writer);

#endif
