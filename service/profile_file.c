/* SPDX-License-Identifier: Apache-2.0
 * Rows go into arrays that double; what a file does not have stays 0 and unused.
 */
#include "service/profile_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "service/csv.h"
#include "sim/number.h"

enum { TIME = PROFILE_QUANTITY_COUNT, COLUMN_COUNT };

/* To the units of the quantities; the time to ms. */
static const double scale[COLUMN_COUNT] = {
    [PROFILE_LOAD] = 1.0, [PROFILE_SOLAR] = 1.0, [PROFILE_AMBIENT] = 10.0, [TIME] = 1000.0};

/* Makes room for row number `count`. */
static bool grow(struct profile_file *file, size_t count)
{
    if (count & (count - 1)) /* room is a power of two */
        return true;
    size_t room = count < 512 ? 1024 : 2 * count;
    uint64_t *time_ms = realloc(file->time_ms, room * sizeof(*time_ms));
    if (time_ms == NULL)
        return false;
    file->time_ms = time_ms;
    for (int i = 0; i < PROFILE_QUANTITY_COUNT; i++) {
        int32_t *value = realloc(file->value[i], room * sizeof(*value));
        if (value == NULL)
            return false;
        file->value[i] = value;
    }
    return true;
}

static int take_row(struct profile_file *file, const struct csv *csv, const double values[],
                    size_t count)
{
    double time_ms = values[TIME] * scale[TIME];
    if (time_ms < 0.0 || (count > 0 && time_ms <= (double)file->time_ms[count - 1]))
        return csv_fail(csv, "time_s: times have to rise");
    if (!grow(file, count))
        return csv_fail(csv, "no memory");
    file->time_ms[count] = (uint64_t)time_ms;
    for (int i = 0; i < PROFILE_QUANTITY_COUNT; i++)
        file->value[i][count] = sim_round(values[i] * scale[i]);
    return 0;
}

/* How many rows, or -1. */
static long read_all(struct profile_file *file, struct csv *csv, uint64_t repeat_ms)
{
    double values[COLUMN_COUNT] = {0.0};
    size_t count = 0;
    int more;
    while ((more = csv_read(csv, values)) > 0) {
        if (take_row(file, csv, values, count++) < 0)
            return -1;
    }
    if (more < 0)
        return -1;
    if (count == 0)
        return csv_fail(csv, "there are no values");
    if (repeat_ms > 0 && file->time_ms[count - 1] >= repeat_ms)
        return csv_fail(csv, "the last time is beyond the time after which it repeats");
    return (long)count;
}

int profile_file_load(struct profile_file *file, const char *path, uint64_t repeat_ms, char *error,
                      size_t error_size)
{
    struct csv_column columns[COLUMN_COUNT] = {
        [PROFILE_LOAD] = {"load_w",       false, false},
        [PROFILE_SOLAR] = {"solar_w",      false, false},
        [PROFILE_AMBIENT] = {"ambient_degc", false, false},
        [TIME] = {"time_s",       true,  false},
    };
    struct csv csv;
    *file = (struct profile_file){0};
    if (csv_open(&csv, path, columns, COLUMN_COUNT, true, error, error_size) < 0)
        return -1;
    long count = csv.field_count < 2
                     ? csv_fail(&csv, "the header needs one of load_w, solar_w, ambient_degc")
                     : read_all(file, &csv, repeat_ms);
    csv_close(&csv);
    for (int i = 0; i < PROFILE_QUANTITY_COUNT && count > 0; i++) {
        if (columns[i].present)
            file->profile[i] =
                (struct sim_profile){file->time_ms, file->value[i], (uint32_t)count, repeat_ms};
    }
    if (count < 0)
        profile_file_free(file);
    return count < 0 ? -1 : 0;
}

void profile_file_free(struct profile_file *file)
{
    free(file->time_ms);
    for (int i = 0; i < PROFILE_QUANTITY_COUNT; i++)
        free(file->value[i]);
    *file = (struct profile_file){0};
}

void profile_file_use(const struct profile_file *file, struct sim_day *day)
{
    const struct sim_profile **const uses[PROFILE_QUANTITY_COUNT] = {
        [PROFILE_LOAD] = &day->load_w,
        [PROFILE_SOLAR] = &day->solar_w,
        [PROFILE_AMBIENT] = &day->ambient_ddegc,
    };
    for (int i = 0; i < PROFILE_QUANTITY_COUNT; i++) {
        if (file->profile[i].count > 0)
            *uses[i] = &file->profile[i];
    }
}
