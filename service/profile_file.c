/* SPDX-License-Identifier: Apache-2.0
 * A CSV reader for numbers; columns are found by their names.
 */
#include "service/profile_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sim/number.h"

enum { COLUMN_MAX = 8, TIME = PROFILE_QUANTITY_COUNT };

static const struct {
    const char *name;
    double scale; /* to the unit of the quantity; the time to ms */
} known[] = {
    [PROFILE_LOAD] = {"load_w",       1.0   },
    [PROFILE_SOLAR] = {"solar_w",      1.0   },
    [PROFILE_AMBIENT] = {"ambient_degc", 10.0  },
    [TIME] = {"time_s",       1000.0},
};

struct reader {
    const char *path;
    char *error;
    size_t error_size;
    unsigned line;
    int column[COLUMN_MAX]; /* what stands in it: a quantity or TIME */
    int column_count;
    size_t count; /* rows so far */
    size_t room;
};

__attribute__((format(printf, 2, 3))) static int fail(const struct reader *reader,
                                                      const char *format, ...)
{
    va_list arguments;
    int size = snprintf(reader->error, reader->error_size, "%s:%u: ", reader->path, reader->line);
    va_start(arguments, format);
    if (size > 0 && (size_t)size < reader->error_size)
        vsnprintf(reader->error + size, reader->error_size - (size_t)size, format, arguments);
    va_end(arguments);
    return -1;
}

static int find(const char *name)
{
    for (int i = 0; i < (int)COUNT(known); i++) {
        if (strcmp(known[i].name, name) == 0)
            return i;
    }
    return -1;
}

/* The next field of a line, ended by a NUL in place; NULL at the end. */
static char *next_field(char **line)
{
    char *field = strsep(line, ",");
    if (field == NULL)
        return NULL;
    field += strspn(field, " \t");
    field[strcspn(field, "\r\n")] = '\0';
    return field;
}

static int read_header(struct reader *reader, char *line)
{
    unsigned seen = 0;
    for (char *field = next_field(&line); field; field = next_field(&line)) {
        int what = find(field);
        if (what < 0)
            return fail(reader, "unknown column '%s'", field);
        if (seen >> what & 1)
            return fail(reader, "column %s stands here twice", field);
        seen |= 1u << what;
        reader->column[reader->column_count++] = what;
    }
    if (!(seen >> TIME & 1) || reader->column_count < 2)
        return fail(reader, "the header needs time_s and one of load_w, solar_w, ambient_degc");
    return 0;
}

static int read_number(const struct reader *reader, int what, const char *field, double *number)
{
    char *end;
    *number = strtod(field, &end) * known[what].scale;
    if (end == field || end[strspn(end, " \t")] != '\0' ||
        !(sim_abs(*number) <= (what == TIME ? 1e15 : 1e9)))
        return fail(reader, "%s: '%s' is no number", known[what].name, field);
    return 0;
}

static int grow(struct reader *reader, struct profile_file *file)
{
    if (reader->count < reader->room)
        return 0;
    size_t room = reader->room ? 2 * reader->room : 1024;
    uint64_t *time_ms = realloc(file->time_ms, room * sizeof(*time_ms));
    if (time_ms == NULL)
        return fail(reader, "no memory");
    file->time_ms = time_ms;
    for (int i = 0; i < PROFILE_QUANTITY_COUNT; i++) {
        int32_t *value = realloc(file->value[i], room * sizeof(*value));
        if (value == NULL)
            return fail(reader, "no memory");
        file->value[i] = value;
    }
    reader->room = room;
    return 0;
}

static int read_row(struct reader *reader, struct profile_file *file, char *line)
{
    if (grow(reader, file) < 0)
        return -1;
    for (int i = 0; i < reader->column_count; i++) {
        double number;
        int what = reader->column[i];
        const char *field = next_field(&line);
        if (field == NULL)
            return fail(reader, "%s is missing", known[what].name);
        if (read_number(reader, what, field, &number) < 0)
            return -1;
        if (what == TIME && (number < 0.0 || (reader->count > 0 &&
                                              number <= (double)file->time_ms[reader->count - 1])))
            return fail(reader, "time_s: times have to rise");
        if (what == TIME)
            file->time_ms[reader->count] = (uint64_t)number;
        else
            file->value[what][reader->count] = sim_round(number);
    }
    if (line != NULL)
        return fail(reader, "there are more fields than columns");
    reader->count++;
    return 0;
}

static int read_all(struct reader *reader, struct profile_file *file, FILE *stream)
{
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    while (result == 0 && getline(&line, &room, stream) >= 0) {
        reader->line++;
        if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
            continue;
        result =
            reader->column_count == 0 ? read_header(reader, line) : read_row(reader, file, line);
    }
    free(line);
    if (result == 0 && reader->count == 0)
        return fail(reader, "there are no values");
    return result;
}

static void finish(const struct reader *reader, struct profile_file *file, uint64_t repeat_ms)
{
    for (int i = 0; i < reader->column_count; i++) {
        int what = reader->column[i];
        if (what != TIME)
            file->profile[what] = (struct sim_profile){file->time_ms, file->value[what],
                                                       (uint32_t)reader->count, repeat_ms};
    }
}

int profile_file_load(struct profile_file *file, const char *path, uint64_t repeat_ms, char *error,
                      size_t error_size)
{
    struct reader reader = {.path = path, .error = error, .error_size = error_size};
    *file = (struct profile_file){0};
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -1;
    }
    int result = read_all(&reader, file, stream);
    fclose(stream);
    if (result == 0 && repeat_ms > 0 && file->time_ms[reader.count - 1] >= repeat_ms)
        result = fail(&reader, "the last time is beyond the time after which it repeats");
    if (result == 0)
        finish(&reader, file, repeat_ms);
    else
        profile_file_free(file);
    return result;
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
