/* SPDX-License-Identifier: Apache-2.0
 * Fields are cut in place; columns are found by their names once.
 */
#include "service/csv.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double NUMBER_MAX = 1e15; /* beyond nobody measures anything */

int csv_fail(const struct csv *csv, const char *format, ...)
{
    va_list arguments;
    int size = snprintf(csv->error, csv->error_size, "%s:%u: ", csv->path, csv->line);
    va_start(arguments, format);
    if (size > 0 && (size_t)size < csv->error_size)
        vsnprintf(csv->error + size, csv->error_size - (size_t)size, format, arguments);
    va_end(arguments);
    return -1;
}

/* The next line that is no comment; NULL at the end. */
static char *next_line(struct csv *csv)
{
    while (getline(&csv->text, &csv->room, csv->stream) >= 0) {
        csv->line++;
        csv->text[strcspn(csv->text, "\r\n")] = '\0';
        if (csv->text[0] != '#' && csv->text[strspn(csv->text, " \t")] != '\0')
            return csv->text;
    }
    return NULL;
}

/* The next field without blanks around it; NULL at the end of the line. */
static char *next_field(char **line)
{
    char *field = strsep(line, ",");
    if (field == NULL)
        return NULL;
    field += strspn(field, " \t");
    size_t size = strlen(field);
    while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\t'))
        field[--size] = '\0';
    return field;
}

static int find(const struct csv *csv, const char *name)
{
    for (int i = 0; i < csv->column_count; i++) {
        if (strcmp(csv->columns[i].name, name) == 0)
            return i;
    }
    return -1;
}

static int read_header(struct csv *csv, bool strict)
{
    char *line = next_line(csv);
    if (line == NULL)
        return csv_fail(csv, "there is no header");
    for (char *field = next_field(&line); field; field = next_field(&line)) {
        int column = find(csv, field);
        if (csv->field_count == CSV_COLUMN_MAX)
            return csv_fail(csv, "there are more than %d columns", CSV_COLUMN_MAX);
        if (column < 0 && strict)
            return csv_fail(csv, "unknown column '%s'", field);
        if (column >= 0 && csv->columns[column].present)
            return csv_fail(csv, "column %s stands here twice", field);
        if (column >= 0)
            csv->columns[column].present = true;
        csv->meaning[csv->field_count++] = column;
    }
    for (int i = 0; i < csv->column_count; i++) {
        if (csv->columns[i].required && !csv->columns[i].present)
            return csv_fail(csv, "column %s is missing", csv->columns[i].name);
    }
    return 0;
}

int csv_open(struct csv *csv, const char *path, struct csv_column *columns, int column_count,
             bool strict, char *error, size_t error_size)
{
    *csv = (struct csv){.path = path,
                        .error = error,
                        .error_size = error_size,
                        .columns = columns,
                        .column_count = column_count};
    for (int i = 0; i < column_count; i++)
        columns[i].present = false;
    csv->stream = fopen(path, "r");
    if (csv->stream == NULL) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    int result = read_header(csv, strict);
    if (result < 0)
        csv_close(csv);
    return result;
}

static bool read_number(const char *field, double *number)
{
    char *end;
    *number = strtod(field, &end);
    return end != field && *end == '\0' && *number <= NUMBER_MAX && *number >= -NUMBER_MAX;
}

int csv_read(struct csv *csv, double values[])
{
    char *line = next_line(csv);
    if (line == NULL)
        return 0;
    for (int i = 0; i < csv->field_count; i++) {
        const char *field = next_field(&line);
        int column = csv->meaning[i];
        const char *name = column >= 0 ? csv->columns[column].name : "a field";
        if (field == NULL)
            return csv_fail(csv, "%s is missing", name);
        if (column >= 0 && field[0] == '\0' && csv->may_be_empty >> column & 1)
            values[column] = NAN;
        else if (column >= 0 && !read_number(field, &values[column]))
            return csv_fail(csv, "%s: '%s' is no number", name, field);
    }
    return line == NULL ? 1 : csv_fail(csv, "there are more fields than columns");
}

void csv_close(struct csv *csv)
{
    if (csv->stream != NULL)
        fclose(csv->stream);
    free(csv->text);
    csv->stream = NULL;
    csv->text = NULL;
}
