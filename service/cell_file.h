/* SPDX-License-Identifier: Apache-2.0
 * A cell as a file: YAML with capacity, voltages and the name of a CSV file with the open-circuit
 * voltage (columns soc and ocv_v, or soc, ocv_discharge_v and ocv_charge_v; soc as a fraction, or
 * in percent when it goes beyond 1.5). The CSV file is looked for beside the YAML file.
 */
#ifndef HEARTH_SERVICE_CELL_FILE_H
#define HEARTH_SERVICE_CELL_FILE_H

#include <stdbool.h>

#include "core/soc_curve.h"

#define CELL_FILE_ERROR_SIZE 512

struct cell_file {
#define CELL(key, ...) double key;
#include "service/cell_file.def"
#undef CELL
    bool both;    /* branches of the hysteresis are in the file */
    bool guessed; /* they are not, and nobody said how far apart they are */
    struct soc_curve curve;
};

/* Returns 0, or -1 with `error` "FILE:LINE...: reason". */
int cell_file_load(struct cell_file *cell, const char *path, char error[CELL_FILE_ERROR_SIZE]);

#endif
