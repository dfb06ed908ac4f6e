/* SPDX-License-Identifier: Apache-2.0
 * Takes a name apart into source, pack and row, and puts it together again for each pack and
 * element.
 */
#include "service/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "site/world.h"

enum { ALL = -1 };

static const char *const source_name[] = {[COLUMN_OF_WORLD] = "world",
                                          [COLUMN_OF_BANK] = "bank",
                                          [COLUMN_OF_PACK] = "pack",
                                          [COLUMN_OF_REAL] = "real"};

/* What a name means. */
struct meaning {
    const char *row; /* its name */
    uint8_t source;  /* enum column_source */
    int pack;        /* or ALL */
    uint16_t id;     /* of the first element */
    uint16_t count;
    uint8_t unit;
};

static bool of_pack(uint8_t source)
{
    return source == COLUMN_OF_PACK || source == COLUMN_OF_REAL;
}

/* "pack2." of "pack2.soc_permille"; false when there is no such source. */
static bool find_source(const char *text, struct meaning *meaning)
{
    for (uint8_t source = 0; source < COUNT(source_name); source++) {
        size_t size = strlen(source_name[source]);
        if (strncmp(text, source_name[source], size) != 0)
            continue;
        const char *digits = text + size;
        size_t digit_count = of_pack(source) ? strspn(digits, "0123456789") : 0;
        if (digits[digit_count] != '.' || digit_count > 2)
            continue;
        meaning->source = source;
        meaning->pack = digit_count > 0 ? atoi(digits) : ALL;
        meaning->row = digits + digit_count + 1;
        return true;
    }
    return false;
}

static bool find_in(const struct site_world_row *rows, size_t count, struct meaning *meaning)
{
    for (size_t id = 0; id < count; id++) {
        if (strcmp(rows[id].name, meaning->row) != 0)
            continue;
        meaning->id = (uint16_t)id;
        meaning->count = 1;
        meaning->unit = rows[id].unit;
        return true;
    }
    return false;
}

/* Of a virtual pack only the elements that it has. */
static bool find_value(struct meaning *meaning)
{
    int row = value_find(meaning->row);
    uint8_t scope = meaning->source == COLUMN_OF_BANK ? SCOPE_BANK : SCOPE_PACK;
    if (row < 0 || value_info[row].id >= VALUE_NUMBER_COUNT || !(value_info[row].scope & scope))
        return false;
    const struct value_info *info = &value_info[row];
    meaning->id = info->id;
    meaning->count = info->count == CELL_MAX   ? SIM_PACK_CELLS
                     : info->count == TEMP_MAX ? SIM_PACK_TEMPS
                                               : info->count;
    meaning->unit = info->unit;
    return true;
}

static bool find_row(struct meaning *meaning)
{
    if (meaning->source == COLUMN_OF_WORLD)
        return find_in(site_world_rows, SITE_WORLD_COUNT, meaning);
    if (meaning->source == COLUMN_OF_REAL)
        return find_in(site_truth_rows, SITE_TRUTH_COUNT, meaning);
    return find_value(meaning);
}

static void add_one(struct columns *columns, const struct meaning *meaning, uint8_t pack,
                    uint16_t element)
{
    char where[16] = "";
    char which[16] = "";
    struct column *column = &columns->column[columns->count++];
    column->source = meaning->source;
    column->pack = pack;
    column->unit = meaning->unit;
    column->id = (uint16_t)(meaning->id + element);
    if (of_pack(meaning->source))
        snprintf(where, sizeof(where), "%u", pack);
    if (meaning->count > 1)
        snprintf(which, sizeof(which), ".%u", element + 1);
    snprintf(column->name, sizeof(column->name), "%s%s.%s%s", source_name[meaning->source], where,
             meaning->row, which);
}

const char *columns_add(struct columns *columns, const char *text, uint8_t pack_count)
{
    struct meaning meaning;
    if (!find_source(text, &meaning))
        return "world., bank., pack. or real. is expected, the latter two also with a number";
    if (meaning.pack != ALL && meaning.pack >= pack_count)
        return "there is no such pack";
    if (!find_row(&meaning))
        return "there is no such number";
    uint8_t first = meaning.pack == ALL ? 0 : (uint8_t)meaning.pack;
    uint8_t end = meaning.pack != ALL || !of_pack(meaning.source) ? first + 1 : pack_count;
    if (columns->count + (size_t)(end - first) * meaning.count > COLUMN_MAX)
        return "there are too many columns";
    for (uint8_t pack = first; pack < end; pack++) {
        for (uint16_t element = 0; element < meaning.count; element++)
            add_one(columns, &meaning, pack, element);
    }
    return NULL;
}

bool column_get(const struct site *site, const struct column *column, int32_t *value)
{
    const struct device *host = site_host(site);
    const struct snapshot *snapshot = NULL;
    switch (column->source) {
    case COLUMN_OF_WORLD:
        *value = site_world_get(site, (enum site_world_id)column->id);
        return true;
    case COLUMN_OF_REAL:
        *value = site_truth_get(site, column->pack, (enum site_truth_id)column->id);
        return true;
    case COLUMN_OF_BANK:
        snapshot = host ? bank_snapshot(&host->bank) : NULL;
        break;
    default:
        snapshot =
            site->running[column->pack] ? device_snapshot(&site->device[column->pack]) : NULL;
        break;
    }
    return snapshot && snapshot_get(snapshot, (enum value_id)column->id, value);
}
