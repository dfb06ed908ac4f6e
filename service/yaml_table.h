/* SPDX-License-Identifier: Apache-2.0
 * A YAML file (libyaml documents) read into a struct by a table of its keys. What the table does
 * not know, a wrong type or a value out of range refuses the whole file; errors name file, line and
 * column. The daemon's configuration and scenario files are such tables.
 */
#ifndef HEARTH_SERVICE_YAML_TABLE_H
#define HEARTH_SERVICE_YAML_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define YAML_TEXT_SIZE 128
#define YAML_ERROR_SIZE 256

/* What a value is and where it goes: the member at `offset` of the struct. */
enum yaml_kind {
    YAML_KIND_NUMBER,   /* int32_t, a whole number from min to max */
    YAML_KIND_TIME,     /* int32_t, "HH:MM" in ms */
    YAML_KIND_DURATION, /* int64_t in ms, "90 s"; from min to max ms, max 0: no end */
    YAML_KIND_TEXT,     /* char[YAML_TEXT_SIZE] */
    YAML_KIND_LIST,     /* an array of structs, see yaml_list; scalars fill the first key of each */
    YAML_KIND_PAIRS, /* likewise, from a mapping: its keys fill the first, its values the second */
};

/* Where something stood, counted from 1. As the first member of a list's element it is filled. */
struct yaml_place {
    uint32_t line;
    uint32_t column;
};

struct yaml_key {
    const char *path; /* "group.key"; groups are one level deep */
    uint8_t kind;     /* enum yaml_kind */
    size_t offset;
    int32_t min;
    int32_t max;
    const struct yaml_list *list; /* LIST and PAIRS */
};

/* The element begins with a struct yaml_place. */
struct yaml_list {
    const struct yaml_key *keys;
    size_t key_count;
    size_t element_size;
    uint32_t max;        /* elements */
    size_t count_offset; /* uint32_t in the outer struct */
    const void *initial; /* what an element holds where the file says nothing */
};

struct yaml_table {
    const struct yaml_key *keys;
    size_t key_count;
    size_t size; /* of the struct */
};

/* Reads `file` over what is in `into`. Returns 0, or -1 with `error` "FILE:LINE:COLUMN: reason";
 * then `into` is unchanged. */
int yaml_table_load(const struct yaml_table *table, void *into, const char *file,
                    char error[YAML_ERROR_SIZE]);

/* The same kind of error for what only its reader can judge; returns -1. */
int yaml_table_fail(char error[YAML_ERROR_SIZE], const char *file, const struct yaml_place *place,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Copies, cut to YAML_TEXT_SIZE - 1. */
void yaml_table_set_text(char field[YAML_TEXT_SIZE], const char *text);

#endif
