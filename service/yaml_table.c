/* SPDX-License-Identifier: Apache-2.0
 * Walks the document against the table; every value goes through the one taker of its kind.
 */
#include "service/yaml_table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/number.h"

/* The keys of one mapping and the struct that they fill. */
struct scope {
    const struct yaml_key *keys;
    size_t key_count;
    char *into;
};

struct reader {
    const char *file;
    char *error;
    yaml_document_t document;
};

void yaml_table_set_text(char field[YAML_TEXT_SIZE], const char *text)
{
    snprintf(field, YAML_TEXT_SIZE, "%s", text);
}

static int vfail(char *error, const char *file, const struct yaml_place *place, const char *format,
                 va_list arguments)
{
    int size = snprintf(error, YAML_ERROR_SIZE, "%s:%u:%u: ", file, place->line, place->column);
    if (size > 0 && size < YAML_ERROR_SIZE)
        vsnprintf(error + size, YAML_ERROR_SIZE - (size_t)size, format, arguments);
    return -1;
}

int yaml_table_fail(char error[YAML_ERROR_SIZE], const char *file, const struct yaml_place *place,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfail(error, file, place, format, arguments);
    va_end(arguments);
    return -1;
}

static struct yaml_place place_of(yaml_mark_t mark)
{
    return (struct yaml_place){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

__attribute__((format(printf, 3, 4))) static int fail(struct reader *reader, yaml_mark_t mark,
                                                      const char *format, ...)
{
    const struct yaml_place place = place_of(mark);
    va_list arguments;
    va_start(arguments, format);
    vfail(reader->error, reader->file, &place, format, arguments);
    va_end(arguments);
    return -1;
}

static const char *scalar(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static int take_number(struct reader *reader, const struct yaml_key *key, char *field,
                       const yaml_node_t *node)
{
    char *end;
    errno = 0;
    long value = strtol(scalar(node), &end, 10);
    if (errno || end == scalar(node) || *end || value < key->min || value > key->max)
        return fail(reader, node->start_mark, "%s: a whole number from %d to %d is expected",
                    key->path, key->min, key->max);
    *(int32_t *)(void *)field = (int32_t)value;
    return 0;
}

static int take_time(struct reader *reader, const struct yaml_key *key, char *field,
                     const yaml_node_t *node)
{
    int hour;
    int minute;
    char rest;
    if (sscanf(scalar(node), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59)
        return fail(reader, node->start_mark, "%s: a time of day \"HH:MM\" is expected", key->path);
    *(int32_t *)(void *)field = (hour * 60 + minute) * 60000;
    return 0;
}

/* -1 for what is no duration. */
static int64_t duration_ms(const char *text)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"ms",  1       },
        {"s",   1000    },
        {"min", 60000   },
        {"h",   3600000 },
        {"d",   86400000}
    };
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || value < 0 || value > INT32_MAX)
        return -1;
    end += strspn(end, " ");
    for (size_t i = 0; i < COUNT(units); i++) {
        if (strcmp(end, units[i].name) == 0)
            return value * units[i].ms;
    }
    return -1;
}

static int take_duration(struct reader *reader, const struct yaml_key *key, char *field,
                         const yaml_node_t *node)
{
    int64_t ms = duration_ms(scalar(node));
    if (ms < 0)
        return fail(reader, node->start_mark,
                    "%s: a duration is expected, like \"10 ms\", \"90 s\", \"15 min\", \"24 h\" or "
                    "\"365 d\"",
                    key->path);
    if (ms < key->min || (key->max > 0 && ms > key->max))
        return fail(reader, node->start_mark, "%s: from %d ms to %d ms is expected", key->path,
                    key->min, key->max);
    *(int64_t *)(void *)field = ms;
    return 0;
}

static int take_text(struct reader *reader, const struct yaml_key *key, char *field,
                     const yaml_node_t *node)
{
    if (strlen(scalar(node)) >= YAML_TEXT_SIZE)
        return fail(reader, node->start_mark, "%s: text is too long", key->path);
    yaml_table_set_text(field, scalar(node));
    return 0;
}

static int take_scalar(struct reader *reader, const struct yaml_key *key, char *field,
                       const yaml_node_t *node)
{
    static int (*const takers[])(struct reader *, const struct yaml_key *, char *,
                                 const yaml_node_t *) = {
        [YAML_KIND_NUMBER] = take_number,
        [YAML_KIND_TIME] = take_time,
        [YAML_KIND_DURATION] = take_duration,
        [YAML_KIND_TEXT] = take_text,
    };
    if (node->type != YAML_SCALAR_NODE)
        return fail(reader, node->start_mark, "%s: a single value is expected", key->path);
    return takers[key->kind](reader, key, field, node);
}

static int walk(struct reader *reader, const struct scope *scope, const yaml_node_t *map,
                const char *prefix);

/* The next element of a list with its initial values, or NULL when the list is full. */
static char *next_element(struct reader *reader, const struct scope *scope,
                          const struct yaml_key *key, const yaml_node_t *node)
{
    const struct yaml_list *list = key->list;
    uint32_t *count = (uint32_t *)(void *)(scope->into + list->count_offset);
    if (*count == list->max) {
        fail(reader, node->start_mark, "%s: at most %u are possible", key->path, list->max);
        return NULL;
    }
    char *element = scope->into + key->offset + list->element_size * (*count)++;
    memcpy(element, list->initial, list->element_size);
    *(struct yaml_place *)(void *)element = place_of(node->start_mark);
    return element;
}

static int take_element(struct reader *reader, const struct scope *scope,
                        const struct yaml_key *key, const yaml_node_t *node)
{
    const struct yaml_list *list = key->list;
    char *element = next_element(reader, scope, key, node);
    if (element == NULL)
        return -1;
    const struct scope inner = {list->keys, list->key_count, element};
    if (node->type == YAML_SCALAR_NODE)
        return take_scalar(reader, &list->keys[0], element + list->keys[0].offset, node);
    return walk(reader, &inner, node, "");
}

/* A single scalar is a list of one. */
static int take_list(struct reader *reader, const struct scope *scope, const struct yaml_key *key,
                     const yaml_node_t *node)
{
    *(uint32_t *)(void *)(scope->into + key->list->count_offset) = 0;
    if (node->type == YAML_SCALAR_NODE)
        return take_element(reader, scope, key, node);
    if (node->type != YAML_SEQUENCE_NODE)
        return fail(reader, node->start_mark, "%s: a list is expected", key->path);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        if (take_element(reader, scope, key, yaml_document_get_node(&reader->document, *item)) < 0)
            return -1;
    }
    return 0;
}

static int take_pairs(struct reader *reader, const struct scope *scope, const struct yaml_key *key,
                      const yaml_node_t *node)
{
    const struct yaml_key *keys = key->list->keys;
    if (node->type != YAML_MAPPING_NODE)
        return fail(reader, node->start_mark, "%s: a list of `key: value` is expected", key->path);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(&reader->document, pair->key);
        const yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);
        char *element = next_element(reader, scope, key, name);
        if (element == NULL || take_scalar(reader, &keys[0], element + keys[0].offset, name) < 0 ||
            take_scalar(reader, &keys[1], element + keys[1].offset, value) < 0)
            return -1;
    }
    return 0;
}

static int take(struct reader *reader, const struct scope *scope, const char *path,
                const yaml_node_t *key_node, const yaml_node_t *node)
{
    for (size_t i = 0; i < scope->key_count; i++) {
        const struct yaml_key *key = &scope->keys[i];
        if (strcmp(key->path, path) != 0)
            continue;
        if (key->kind == YAML_KIND_LIST)
            return take_list(reader, scope, key, node);
        if (key->kind == YAML_KIND_PAIRS)
            return take_pairs(reader, scope, key, node);
        return take_scalar(reader, key, scope->into + key->offset, node);
    }
    return fail(reader, key_node->start_mark, "unknown key %s", path);
}

static bool is_group(const struct scope *scope, const char *path)
{
    size_t size = strlen(path);
    for (size_t i = 0; i < scope->key_count; i++) {
        if (strncmp(scope->keys[i].path, path, size) == 0 && scope->keys[i].path[size] == '.')
            return true;
    }
    return false;
}

/* Of a key that stands twice the second would silently win. */
static const yaml_node_t *earlier(struct reader *reader, const yaml_node_t *map,
                                  const yaml_node_pair_t *pair)
{
    yaml_document_t *document = &reader->document;
    const yaml_node_t *key = yaml_document_get_node(document, pair->key);
    for (yaml_node_pair_t *other = map->data.mapping.pairs.start; other < pair; other++) {
        const yaml_node_t *before = yaml_document_get_node(document, other->key);
        if (strcmp(scalar(before), scalar(key)) == 0)
            return before;
    }
    return NULL;
}

static int walk(struct reader *reader, const struct scope *scope, const yaml_node_t *map,
                const char *prefix)
{
    yaml_document_t *document = &reader->document;
    if (map->type != YAML_MAPPING_NODE)
        return fail(reader, map->start_mark, "a list of `key: value` is expected");
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(document, pair->key);
        const yaml_node_t *value = yaml_document_get_node(document, pair->value);
        if (key->type != YAML_SCALAR_NODE)
            return fail(reader, key->start_mark, "a key is expected");
        if (earlier(reader, map, pair) != NULL)
            return fail(reader, key->start_mark, "key %s stands here twice", scalar(key));
        char path[YAML_TEXT_SIZE];
        snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", scalar(key));
        bool group = !*prefix && is_group(scope, path);
        int result =
            group ? walk(reader, scope, value, path) : take(reader, scope, path, key, value);
        if (result < 0)
            return result;
    }
    return 0;
}

static int parse(struct reader *reader, const struct scope *scope, FILE *stream)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        snprintf(reader->error, YAML_ERROR_SIZE, "%s: no memory", reader->file);
        return -1;
    }
    yaml_parser_set_input_file(&parser, stream);
    int result = 0;
    if (!yaml_parser_load(&parser, &reader->document)) {
        result = fail(reader, parser.problem_mark, "%s", parser.problem);
    } else {
        const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
        if (root)
            result = walk(reader, scope, root, "");
        yaml_document_delete(&reader->document);
    }
    yaml_parser_delete(&parser);
    return result;
}

int yaml_table_load(const struct yaml_table *table, void *into, const char *file,
                    char error[YAML_ERROR_SIZE])
{
    struct reader reader = {.file = file, .error = error};
    FILE *stream = fopen(file, "r");
    char *fresh = malloc(table->size);
    int result = -1;
    if (stream == NULL || fresh == NULL) {
        snprintf(error, YAML_ERROR_SIZE, "%s: %s", file, strerror(errno));
    } else {
        const struct scope scope = {table->keys, table->key_count, fresh};
        memcpy(fresh, into, table->size);
        result = parse(&reader, &scope, stream);
        if (result == 0)
            memcpy(into, fresh, table->size);
    }
    free(fresh);
    if (stream != NULL)
        fclose(stream);
    return result;
}
