/* SPDX-License-Identifier: Apache-2.0
 * The configuration as a table of YAML keys.
 */
#include "service/config.h"

#include <stddef.h>
#include <string.h>

#include "base/number.h"

static const struct yaml_key keys[] = {
#define NUMBER(path, field, initial, min, max, words)                                              \
    {path, YAML_KIND_NUMBER, offsetof(struct config, field), min, max, NULL},
#define TIME(path, field, initial, words)                                                          \
    {path, YAML_KIND_TIME, offsetof(struct config, field), 0, 0, NULL},
#define TEXT(path, field, initial, words)                                                          \
    {path, YAML_KIND_TEXT, offsetof(struct config, field), 0, 0, NULL},
#include "service/config.def"
#undef NUMBER
#undef TIME
#undef TEXT
};

static const struct yaml_table table = {keys, COUNT(keys), sizeof(struct config)};

void config_init(struct config *config)
{
    memset(config, 0, sizeof(*config));
#define NUMBER(path, field, initial, ...) config->field = initial;
#define TIME(path, field, initial, ...) config->field = initial;
#define TEXT(path, field, initial, ...) yaml_table_set_text(config->field, initial);
#include "service/config.def"
#undef NUMBER
#undef TIME
#undef TEXT
}

int config_load(struct config *config, const char *file, char error[YAML_ERROR_SIZE])
{
    return yaml_table_load(&table, config, file, error);
}
