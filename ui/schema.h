/* SPDX-License-Identifier: Apache-2.0
 * What there is to see and to set, as one JSON object made from the tables: settings, texts,
 * values, alarms, reasons, units, power states, sources of contacts, protocols. Pages take their
 * labels and ranges from here. Whoever has tables of its own adds them behind these.
 */
#ifndef HEARTH_UI_SCHEMA_H
#define HEARTH_UI_SCHEMA_H

#include "ui/writer.h"

#define SCHEMA_SIZE_MAX 131072 /* bytes that always suffice */

void schema_json(struct text_writer *writer);

/* Its members, without the braces. */
void schema_tables(struct text_writer *writer);

/* A member that is an array of one object per row; put_row writes its members. */
void schema_table(struct text_writer *writer, const char *name, size_t count,
                  void (*put_row)(struct text_writer *, size_t));

#endif
