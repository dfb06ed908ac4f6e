/* SPDX-License-Identifier: Apache-2.0
 * YAML (libyaml documents) walked against the table of keys. An unknown key, a wrong type or a
 * value out of range refuses the whole file.
 */
#include "service/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/number.h"

enum key_kind { KEY_NUMBER, KEY_TIME, KEY_TEXT };

static const struct key {
    const char *path;
    enum key_kind kind;
    size_t offset;
    int32_t min;
    int32_t max;
} keys[] = {
#define NUMBER(path, field, initial, min, max, words)                                              \
    {path, KEY_NUMBER, offsetof(struct config, field), min, max},
#define TIME(path, field, initial, words) {path, KEY_TIME, offsetof(struct config, field), 0, 0},
#define TEXT(path, field, initial, words) {path, KEY_TEXT, offsetof(struct config, field), 0, 0},
#include "service/config.def"
#undef NUMBER
#undef TIME
#undef TEXT
};

struct reader {
    struct config *config;
    const char *file;
    char *error;
    yaml_document_t document;
};

void config_set_text(char field[CONFIG_TEXT_SIZE], const char *text)
{
    snprintf(field, CONFIG_TEXT_SIZE, "%s", text);
}

void config_init(struct config *config)
{
    memset(config, 0, sizeof(*config));
#define NUMBER(path, field, initial, ...) config->field = initial;
#define TIME(path, field, initial, ...) config->field = initial;
#define TEXT(path, field, initial, ...) config_set_text(config->field, initial);
#include "service/config.def"
#undef NUMBER
#undef TIME
#undef TEXT
}

static int fail(const struct reader *reader, yaml_mark_t mark, const char *what, const char *detail)
{
    snprintf(reader->error, CONFIG_ERROR_SIZE, "%s:%zu:%zu: %s%s", reader->file, mark.line + 1,
             mark.column + 1, what, detail);
    return -1;
}

static const char *scalar(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static int take_number(const struct reader *reader, const struct key *key, const yaml_node_t *node)
{
    char expected[64];
    char *end;
    errno = 0;
    long value = strtol(scalar(node), &end, 10);
    snprintf(expected, sizeof(expected), ": a whole number from %d to %d is expected", key->min,
             key->max);
    if (errno || end == scalar(node) || *end || value < key->min || value > key->max)
        return fail(reader, node->start_mark, key->path, expected);
    *(int32_t *)((char *)reader->config + key->offset) = (int32_t)value;
    return 0;
}

static int take_time(const struct reader *reader, const struct key *key, const yaml_node_t *node)
{
    int hour;
    int minute;
    char rest;
    if (sscanf(scalar(node), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59)
        return fail(reader, node->start_mark, key->path, ": a time of day \"HH:MM\" is expected");
    *(int32_t *)((char *)reader->config + key->offset) = (hour * 60 + minute) * 60000;
    return 0;
}

static int take_text(const struct reader *reader, const struct key *key, const yaml_node_t *node)
{
    if (strlen(scalar(node)) >= CONFIG_TEXT_SIZE)
        return fail(reader, node->start_mark, key->path, ": text is too long");
    config_set_text((char *)reader->config + key->offset, scalar(node));
    return 0;
}

static int take(const struct reader *reader, const char *path, const yaml_node_t *key_node,
                const yaml_node_t *node)
{
    static int (*const takers[])(const struct reader *, const struct key *, const yaml_node_t *) = {
        [KEY_NUMBER] = take_number, [KEY_TIME] = take_time, [KEY_TEXT] = take_text};
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strcmp(keys[i].path, path) != 0)
            continue;
        if (node->type != YAML_SCALAR_NODE)
            return fail(reader, node->start_mark, path, ": a single value is expected");
        return takers[keys[i].kind](reader, &keys[i], node);
    }
    return fail(reader, key_node->start_mark, "unknown key ", path);
}

static bool is_group(const char *path)
{
    size_t size = strlen(path);
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strncmp(keys[i].path, path, size) == 0 && keys[i].path[size] == '.')
            return true;
    }
    return false;
}

/* One mapping; groups are one level deep. */
static int walk(struct reader *reader, const yaml_node_t *map, const char *prefix)
{
    if (map->type != YAML_MAPPING_NODE)
        return fail(reader, map->start_mark, "a list of `key: value` is expected", "");
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
        const yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);
        if (key->type != YAML_SCALAR_NODE)
            return fail(reader, key->start_mark, "a key is expected", "");
        char path[128];
        snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", scalar(key));
        bool group = !*prefix && is_group(path);
        int result = group ? walk(reader, value, path) : take(reader, path, key, value);
        if (result < 0)
            return result;
    }
    return 0;
}

static int parse(struct reader *reader, FILE *stream)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        snprintf(reader->error, CONFIG_ERROR_SIZE, "%s: no memory", reader->file);
        return -1;
    }
    yaml_parser_set_input_file(&parser, stream);
    int result = 0;
    if (!yaml_parser_load(&parser, &reader->document)) {
        result = fail(reader, parser.problem_mark, parser.problem, "");
    } else {
        const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
        if (root)
            result = walk(reader, root, "");
        yaml_document_delete(&reader->document);
    }
    yaml_parser_delete(&parser);
    return result;
}

int config_load(struct config *config, const char *file, char error[CONFIG_ERROR_SIZE])
{
    struct config fresh = *config;
    struct reader reader = {.config = &fresh, .file = file, .error = error};
    FILE *stream = fopen(file, "r");
    if (!stream) {
        snprintf(error, CONFIG_ERROR_SIZE, "%s: %s", file, strerror(errno));
        return -1;
    }
    int result = parse(&reader, stream);
    fclose(stream);
    if (result == 0)
        *config = fresh;
    return result;
}
