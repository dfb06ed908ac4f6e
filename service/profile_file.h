/* SPDX-License-Identifier: Apache-2.0
 * Recorded sun, household and weather from a CSV file: a header with time_s and at least one of
 * load_w, solar_w and ambient_degc, then rows of numbers with rising times. Other columns are an
 * error. A value holds until the next row.
 */
#ifndef HEARTH_SERVICE_PROFILE_FILE_H
#define HEARTH_SERVICE_PROFILE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/day.h"

enum profile_quantity { PROFILE_LOAD, PROFILE_SOLAR, PROFILE_AMBIENT, PROFILE_QUANTITY_COUNT };

struct profile_file {
    uint64_t *time_ms; /* from malloc() */
    int32_t *value[PROFILE_QUANTITY_COUNT];
    struct sim_profile profile[PROFILE_QUANTITY_COUNT]; /* count 0: no such column */
};

/* Returns 0, or -1 with `error` "FILE:LINE: reason". `repeat_ms` is that of sim_profile. */
int profile_file_load(struct profile_file *file, const char *path, uint64_t repeat_ms, char *error,
                      size_t error_size);
void profile_file_free(struct profile_file *file);

/* Lets a day take what the file has; the file has to outlive it. */
void profile_file_use(const struct profile_file *file, struct sim_day *day);

#endif
