/* SPDX-License-Identifier: Apache-2.0
 * Configuration of the daemon: one struct and one table (service/config.def), filled from a YAML
 * file. Errors name file, line and column.
 */
#ifndef HEARTH_SERVICE_CONFIG_H
#define HEARTH_SERVICE_CONFIG_H

#include <stdint.h>

#include "service/yaml_table.h"

struct config {
#define NUMBER(key, field, ...) int32_t field;
#define TIME(key, field, ...) int32_t field;
#define TEXT(key, field, ...) char field[YAML_TEXT_SIZE];
#include "service/config.def"
#undef NUMBER
#undef TIME
#undef TEXT
};

void config_init(struct config *config); /* defaults */

/* Reads a file over what is there. Returns 0, or -1 with `error` "FILE:LINE:COLUMN: reason"; then
 * nothing of the file counts. */
int config_load(struct config *config, const char *file, char error[YAML_ERROR_SIZE]);

#endif
