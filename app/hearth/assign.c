/* SPDX-License-Identifier: Apache-2.0
 * Parsing and printing of settings by name. A name that does not exist is answered with those that
 * look most like it.
 */
#include "app/hearth/assign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "protocols/jk_map.h"
#include "ui/text.h"

enum { NAME_MAX_SIZE = 40, NEAREST_COUNT = 3, CONTAINED_BONUS = 3 };

/* The unit behind a number; none for flags, counts and codes. */
static const char *unit_word(const struct param_info *info)
{
    return info->unit < UNIT_COUNT ? unit_name[info->unit] : "";
}

/* --- names --- */

/* Number of single letters to change, add or drop on the way from a to b. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_SIZE + 1];
    size_t width = strnlen(b, NAME_MAX_SIZE);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j + 1] = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
        }
    }
    return row[width];
}

static const char *writable_name(size_t index)
{
    if (index < PARAM_COUNT)
        return param_info[index].access != ACCESS_READ ? param_info[index].name : NULL;
    index -= PARAM_COUNT;
    return text_param_info[index].access != ACCESS_READ ? text_param_info[index].name : NULL;
}

/* Smaller is nearer; a name that holds the word is nearer than its length says. */
static size_t remoteness(const char *word, const char *name)
{
    size_t far = distance(word, name);
    bool contained = word[0] != '\0' && strstr(name, word) != NULL;
    return contained ? far / CONTAINED_BONUS : far;
}

/* Lists the names nearest to `word`, nearest first. */
static void list_nearest(const char *word, char *list, size_t size)
{
    bool listed[PARAM_COUNT + TEXT_PARAM_COUNT] = {false};
    size_t used = 0;
    for (int n = 0; n < NEAREST_COUNT; n++) {
        size_t best = SIZE_MAX, best_far = SIZE_MAX;
        for (size_t i = 0; i < COUNT(listed); i++) {
            const char *name = writable_name(i);
            if (name == NULL || listed[i] || remoteness(word, name) >= best_far)
                continue;
            best = i;
            best_far = remoteness(word, name);
        }
        listed[best] = true;
        used += (size_t)snprintf(list + used, size - used, "%s%s", n > 0 ? ", " : "",
                                 writable_name(best));
    }
}

/* --- parsing --- */

static int32_t parse_number(const struct assignment *assignment, const struct argp_state *state)
{
    const struct param_info *info = &param_info[assignment->id];
    bool flag = info->unit == UNIT_FLAG;
    char *end;
    if (flag && strcmp(assignment->text, "true") == 0)
        return 1;
    if (flag && strcmp(assignment->text, "false") == 0)
        return 0;
    errno = 0;
    long value = strtol(assignment->text, &end, 10);
    if (errno || end == assignment->text || *end != '\0' || value < info->min || value > info->max)
        argp_error(state, "%s=%s: a whole number from %d to %d%s%s is expected", assignment->name,
                   assignment->text, info->min, info->max, unit_word(info)[0] ? " " : "",
                   unit_word(info));
    return (int32_t)value;
}

static void find_setting(struct assignment *assignment, const struct argp_state *state)
{
    char nearest[NEAREST_COUNT * NAME_MAX_SIZE];
    int param = param_find(assignment->name);
    int text = text_param_find(assignment->name);
    if (param < 0 && text < 0) {
        list_nearest(assignment->name, nearest, sizeof(nearest));
        argp_error(state, "there is no setting '%s'; nearest are %s", assignment->name, nearest);
    }
    assignment->is_text = param < 0;
    assignment->id = (uint16_t)(param < 0 ? text : param);
    uint8_t access = param < 0 ? text_param_info[text].access : param_info[param].access;
    if (access == ACCESS_READ)
        argp_error(state, "'%s' cannot be changed", assignment->name);
}

static void find_register(struct assignment *assignment, const struct argp_state *state)
{
    struct params params;
    struct snapshot nothing;
    uint8_t data[16];
    params_init(&params);
    snapshot_init(&nothing);
    if (assignment->is_text)
        assignment->size = (uint16_t)jk_map_setting_text(
            (enum text_param_id)assignment->id, assignment->text, &assignment->address, data);
    else
        assignment->size = (uint16_t)jk_map_setting(
            (enum param_id)assignment->id, assignment->value, &params, &assignment->address, data);
    if (assignment->size == 0)
        argp_error(state, "'%s' has no register in JK's protocol", assignment->name);
    params_init(&params);
    jk_map_decode_words(assignment->address, data, assignment->size, &nothing, &params);
    int32_t sent = assignment->is_text ? 0 : params.value[assignment->id];
    if (!assignment->is_text && params_have(&params, (enum param_id)assignment->id) &&
        sent != assignment->value)
        argp_error(state, "%s=%s: the register has coarser steps, %d is the nearest",
                   assignment->name, assignment->text, sent);
}

void assign_parse(struct assignment *assignment, const struct argp_state *state, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        argp_error(state, "'%s': NAME=VALUE is expected", text);
    *equals = '\0';
    *assignment = (struct assignment){.name = text, .text = equals + 1};
    find_setting(assignment, state);
    if (!assignment->is_text)
        assignment->value = parse_number(assignment, state);
    else if (strlen(assignment->text) > text_param_info[assignment->id].size)
        argp_error(state, "%s: at most %u letters", assignment->name,
                   text_param_info[assignment->id].size);
    find_register(assignment, state);
}

bool assign_number(struct assignment *assignment, enum param_id id, int32_t value,
                   char text[ASSIGN_TEXT_SIZE])
{
    const struct param_info *info = &param_info[id];
    struct params params;
    uint8_t data[16];
    params_init(&params);
    snprintf(text, ASSIGN_TEXT_SIZE, "%d", (int)value);
    *assignment =
        (struct assignment){.name = info->name, .text = text, .id = (uint16_t)id, .value = value};
    assignment->size = (uint16_t)jk_map_setting(id, value, &params, &assignment->address, data);
    return info->access != ACCESS_READ && assignment->size > 0 && value >= info->min &&
           value <= info->max;
}

/* --- against the settings of a pack --- */

bool assign_same_setting(const struct assignment *a, const struct assignment *b)
{
    return a->is_text == b->is_text && a->id == b->id;
}

bool assign_secret(const struct assignment *assignment)
{
    return assignment->is_text && text_param_info[assignment->id].secret;
}

bool assign_have(const struct assignment *assignment, const struct params *params)
{
    if (assignment->is_text)
        return params->have_text >> assignment->id & 1;
    return params_have(params, (enum param_id)assignment->id);
}

bool assign_holds(const struct assignment *assignment, const struct params *params)
{
    if (assign_secret(assignment))
        return false;
    if (!assignment->is_text)
        return params->value[assignment->id] == assignment->value;
    return strcmp(params_text_const(params, (enum text_param_id)assignment->id),
                  assignment->text) == 0;
}

void assign_apply(const struct assignment *assignment, struct params *params)
{
    if (assignment->is_text)
        params_put_text(params, (enum text_param_id)assignment->id, assignment->text,
                        strlen(assignment->text));
    else
        params_put(params, (enum param_id)assignment->id, assignment->value);
}

void assign_encode(const struct assignment *assignment, const struct params *params,
                   uint8_t data[16])
{
    uint16_t address;
    if (assignment->is_text)
        jk_map_setting_text((enum text_param_id)assignment->id, assignment->text, &address, data);
    else
        jk_map_setting((enum param_id)assignment->id, assignment->value, params, &address, data);
}

void assign_print(const struct assignment *assignment, const struct params *before,
                  const struct params *after)
{
    enum text_param_id text = (enum text_param_id)assignment->id;
    if (assign_secret(assignment)) {
        printf("%s: new password\n", assignment->name);
    } else if (assignment->is_text) {
        printf("%s: '%s' -> '%s'\n", assignment->name, params_text_const(before, text),
               params_text_const(after, text));
    } else {
        const char *unit = unit_word(&param_info[assignment->id]);
        printf("%s: %d -> %d%s%s\n", assignment->name, before->value[assignment->id],
               after->value[assignment->id], unit[0] ? " " : "", unit);
    }
}
