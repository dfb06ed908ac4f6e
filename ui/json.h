/* SPDX-License-Identifier: Apache-2.0
 * Snapshots and settings as JSON, one member per row of the tables. The same text serves the
 * browser, `hearth decode`, `hearth get` and MQTT. Whatever is not known is absent; a secret never
 * appears.
 */
#ifndef HEARTH_UI_JSON_H
#define HEARTH_UI_JSON_H

#include <stdbool.h>

#include "core/params.h"
#include "core/snapshot.h"
#include "ui/writer.h"

/* Building blocks. A comma is written first, unless a bracket has just been opened. */
void json_open(struct text_writer *writer, char bracket); /* '{' or '[' as the next element */
void json_close(struct text_writer *writer, char bracket);
void json_key(struct text_writer *writer, const char *name);
void json_add_string(struct text_writer *writer, const char *text); /* as the next element */
void json_add_integer(struct text_writer *writer, int64_t value);
void json_add_boolean(struct text_writer *writer, bool value);
void json_add_null(struct text_writer *writer);

/* A key with its value. */
void json_put_string(struct text_writer *writer, const char *name, const char *text);
void json_put_integer(struct text_writer *writer, const char *name, int64_t value);
void json_put_boolean(struct text_writer *writer, const char *name, bool value);

/* Members (no braces) for every row of the snapshot that is known: arrays up to the last known
 * element, null for those missing between; flag sets as arrays of alarm names; reasons by name. */
void json_snapshot_values(struct text_writer *writer, const struct snapshot *snapshot);

/* Members for every setting; with `only_have` for those really read. Secrets are left out. */
void json_params_values(struct text_writer *writer, const struct params *params, bool only_have);

/* An array of the names of the alarms in a set, as the next element. */
void json_alarms(struct text_writer *writer, const uint32_t set[ALARM_WORDS]);

#endif
