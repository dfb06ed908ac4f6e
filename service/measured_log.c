/* SPDX-License-Identifier: Apache-2.0
 * Columns are arrays that double as rows come in.
 */
#include "service/measured_log.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/number.h"
#include "service/csv.h"

enum { TIME, CURRENT, VOLTAGE, TEMP, REFERENCE, COLUMN_COUNT };

/* The array of each column. */
static double **array_of(struct measured_log *log, int column)
{
    double **const arrays[COLUMN_COUNT] = {&log->time_s, &log->current_a, &log->voltage_v,
                                           &log->temp_degc, &log->reference};
    return arrays[column];
}

static bool grow(struct measured_log *log, const struct csv_column columns[])
{
    size_t count = log->count;
    if (count & (count - 1)) /* room is a power of two */
        return true;
    size_t room = count < 512 ? 1024 : 2 * count;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        double **array = array_of(log, i);
        double *larger = columns[i].present ? realloc(*array, room * sizeof(*larger)) : NULL;
        if (columns[i].present && larger == NULL)
            return false;
        *array = larger;
    }
    return true;
}

static int take_row(struct measured_log *log, const struct csv *csv,
                    const struct csv_column columns[], const double values[])
{
    if (log->count > 0 && values[TIME] <= log->time_s[log->count - 1])
        return csv_fail(csv, "%s: %g comes after %g, times have to rise", columns[TIME].name,
                        values[TIME], log->time_s[log->count - 1]);
    if (!grow(log, columns))
        return csv_fail(csv, "no memory");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].present)
            (*array_of(log, i))[log->count] = values[i];
    }
    log->count++;
    return 0;
}

static int read_all(struct measured_log *log, struct csv *csv, const struct csv_column columns[])
{
    double values[COLUMN_COUNT];
    int more;
    while ((more = csv_read(csv, values)) > 0) {
        if (take_row(log, csv, columns, values) < 0)
            return -1;
    }
    if (more == 0 && log->count == 0)
        return csv_fail(csv, "there are no values");
    return more;
}

int measured_log_load(struct measured_log *log, const char *path,
                      const struct measured_names *names, char *error, size_t error_size)
{
    struct csv_column columns[COLUMN_COUNT] = {
        [TIME] = {names->time,                              true,                     false},
        [CURRENT] = {names->current,                           true,                     false},
        [VOLTAGE] = {names->voltage,                           true,                     false},
        [TEMP] = {names->temp,                              false,                    false},
        [REFERENCE] = {names->reference ? names->reference : "", names->reference != NULL, false},
    };
    struct csv csv;
    *log = (struct measured_log){0};
    if (csv_open(&csv, path, columns, COLUMN_COUNT, false, error, error_size) < 0)
        return -1;
    int result = read_all(log, &csv, columns);
    csv_close(&csv);
    if (result < 0)
        measured_log_free(log);
    return result;
}

void measured_log_free(struct measured_log *log)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        free(*array_of(log, i));
    *log = (struct measured_log){0};
}
