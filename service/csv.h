/* SPDX-License-Identifier: Apache-2.0
 * A CSV file of numbers, row by row: a header names the columns, `#` begins a comment line, empty
 * lines do not count. Errors name file and line.
 */
#ifndef HEARTH_SERVICE_CSV_H
#define HEARTH_SERVICE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CSV_COLUMN_MAX 64 /* of a file */

struct csv_column {
    const char *name;
    bool required;
    bool present; /* in this file */
};

struct csv {
    const char *path;
    char *error;
    size_t error_size;
    unsigned line;         /* the one read last, from 1 */
    unsigned may_be_empty; /* set of columns, bit by index: an empty field is NAN. Set after
                            * csv_open(), which clears it */
    /* private */
    FILE *stream;
    char *text;
    size_t room;
    struct csv_column *columns;
    int column_count;
    int meaning[CSV_COLUMN_MAX]; /* of each field: a column, or -1 */
    int field_count;
};

/* Opens a file and reads its header. `columns` outlive the reader and get `present`. Columns of
 * other names are skipped, or with `strict` an error. Returns 0, or -1 with `error` filled and
 * nothing to close. */
int csv_open(struct csv *csv, const char *path, struct csv_column *columns, int column_count,
             bool strict, char *error, size_t error_size);

/* The next row: values[] of those columns that are present. 1; 0 at the end; -1 with `error`: a
 * field that is missing, too much, or no finite number. */
int csv_read(struct csv *csv, double values[]);

/* Fills `error` with file, line and this reason; returns -1. */
int csv_fail(const struct csv *csv, const char *format, ...) __attribute__((format(printf, 2, 3)));

void csv_close(struct csv *csv);

#endif
