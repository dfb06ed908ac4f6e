/* SPDX-License-Identifier: Apache-2.0
 * A scenario from its YAML file (keys: service/scenario.def and docs/scenarios.md). Everything is
 * checked before anything runs; errors name file, line and column.
 */
#ifndef HEARTH_SERVICE_SCENARIO_FILE_H
#define HEARTH_SERVICE_SCENARIO_FILE_H

#include <stdint.h>

#include "service/columns.h"
#include "service/profile_file.h"
#include "service/yaml_table.h"
#include "site/scenario.h"

struct scenario_file {
    char title[YAML_TEXT_SIZE];
    struct scenario scenario;
    struct columns columns; /* of the record */
    uint64_t record_ms;     /* between its rows, a multiple of the step */
    struct profile_file profile;
};

/* Large; must not move while its scenario runs. Returns 0, or -1 with `error` and nothing to free.
 */
int scenario_file_load(struct scenario_file *file, const char *path, char error[YAML_ERROR_SIZE]);
void scenario_file_free(struct scenario_file *file);

#endif
