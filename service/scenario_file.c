/* SPDX-License-Identifier: Apache-2.0
 * The file is read into a struct of its own by its table, then turned into a scenario part by part;
 * each part knows where its values stood.
 */
#include "service/scenario_file.h"

#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "protocols/brands.h"
#include "protocols/protocols.h"

#define MISSING INT32_MIN
enum { COLUMN_TEXT_MAX = 64, PARAM_MAX = 64, NO_END = -1, NO_BEGIN = -1 };

struct number_item {
    struct yaml_place place;
    int32_t number;
};

struct text_item {
    struct yaml_place place;
    char text[YAML_TEXT_SIZE];
};

struct pair_item {
    struct yaml_place place;
    char name[YAML_TEXT_SIZE];
    int32_t value;
};

struct cell_item {
    struct yaml_place place;
    int32_t pack;
    int32_t cell;
    int32_t capacity_percent;
    int32_t resistance_percent;
    int32_t soc_percent;
};

struct event_item {
    struct yaml_place place;
    char what[YAML_TEXT_SIZE];
    int64_t at_ms;
    int64_t for_ms;
    int32_t pack;
    int32_t cell;
    int32_t sensor;
    int32_t value;
};

/* What stands in the file. */
struct raw {
#define TEXT(key, field, ...) char field[YAML_TEXT_SIZE];
#define NUMBER(key, field, ...) int32_t field;
#define TIME(key, field, ...) int32_t field;
#define DURATION(key, field, ...) int64_t field;
#include "service/scenario.def"
    struct number_item soc[PACK_MAX];
    struct text_item inverter[SITE_INVERTER_MAX];
    struct text_item csv[1];
    struct text_item column[COLUMN_TEXT_MAX];
    struct pair_item param[PARAM_MAX];
    struct cell_item cell[SCENARIO_CELL_MAX];
    struct event_item event[SCENARIO_EVENT_MAX];
    uint32_t soc_count, inverter_count, csv_count, column_count, param_count, cell_count,
        event_count;
};

#define SCALAR(type, path, kind, member, min, max)                                                 \
    {                                                                                              \
        path, YAML_KIND_##kind, offsetof(struct type, member), min, max, NULL                      \
    }

static const struct yaml_key number_keys[] = {
    SCALAR(number_item, "soc_percent", NUMBER, number, 0, 100),
};

static const struct yaml_key text_keys[] = {
    SCALAR(text_item, "name", TEXT, text, 0, 0),
};

static const struct yaml_key pair_keys[] = {
    SCALAR(pair_item, "settings", TEXT, name, 0, 0),
    SCALAR(pair_item, "settings", NUMBER, value, -INT32_MAX, INT32_MAX),
};

static const struct yaml_key cell_keys[] = {
    SCALAR(cell_item, "pack", NUMBER, pack, 0, PACK_MAX - 1),
    SCALAR(cell_item, "cell", NUMBER, cell, 1, SIM_PACK_CELLS),
    SCALAR(cell_item, "capacity_percent", NUMBER, capacity_percent, 1, 200),
    SCALAR(cell_item, "resistance_percent", NUMBER, resistance_percent, 10, 2000),
    SCALAR(cell_item, "soc_percent", NUMBER, soc_percent, 0, 100),
};

static const struct yaml_key event_keys[] = {
    SCALAR(event_item, "what", TEXT, what, 0, 0),
    SCALAR(event_item, "at", DURATION, at_ms, 0, 0),
    SCALAR(event_item, "for", DURATION, for_ms, 1, 0),
    SCALAR(event_item, "pack", NUMBER, pack, 0, PACK_MAX - 1),
    SCALAR(event_item, "cell", NUMBER, cell, 1, SIM_PACK_CELLS),
    SCALAR(event_item, "sensor", NUMBER, sensor, 1, SIM_PACK_TEMPS),
    SCALAR(event_item, "value", NUMBER, value, -INT32_MAX, INT32_MAX),
};

static const struct number_item NUMBER_INITIAL;
static const struct text_item TEXT_INITIAL;
static const struct pair_item PAIR_INITIAL;
static const struct cell_item CELL_INITIAL = {
    {0, 0},
    MISSING, MISSING, 100, 100, MISSING
};
static const struct event_item EVENT_INITIAL = {
    {0, 0},
    "", NO_BEGIN, NO_END, MISSING, MISSING, MISSING, MISSING
};

#define LIST(member, keys, initial)                                                                \
    static const struct yaml_list member##_list = {                                                \
        keys,                                                                                      \
        COUNT(keys),                                                                               \
        sizeof(((struct raw *)0)->member[0]),                                                      \
        COUNT(((struct raw *)0)->member),                                                          \
        offsetof(struct raw, member##_count),                                                      \
        &(initial),                                                                                \
    }
LIST(soc, number_keys, NUMBER_INITIAL);
LIST(inverter, text_keys, TEXT_INITIAL);
LIST(csv, text_keys, TEXT_INITIAL);
LIST(column, text_keys, TEXT_INITIAL);
LIST(param, pair_keys, PAIR_INITIAL);
LIST(cell, cell_keys, CELL_INITIAL);
LIST(event, event_keys, EVENT_INITIAL);
#undef LIST

static const struct yaml_key keys[] = {
#define TEXT(path, field, ...) SCALAR(raw, path, TEXT, field, 0, 0),
#define NUMBER(path, field, initial, min, max, words) SCALAR(raw, path, NUMBER, field, min, max),
#define TIME(path, field, ...) SCALAR(raw, path, TIME, field, 0, 0),
#define DURATION(path, field, initial, min, max, words)                                            \
    SCALAR(raw, path, DURATION, field, min, max),
#include "service/scenario.def"
#define LIST(path, kind, member)                                                                   \
    {                                                                                              \
        path, YAML_KIND_##kind, offsetof(struct raw, member), 0, 0, &member##_list                 \
    }
    LIST("start.soc_percent", LIST, soc), LIST("inverter.brand", LIST, inverter),
    LIST("world.csv", LIST, csv),         LIST("record.columns", LIST, column),
    LIST("settings", PAIRS, param),       LIST("cells", LIST, cell),
    LIST("events", LIST, event),
#undef LIST
};

static const struct yaml_table table = {keys, COUNT(keys), sizeof(struct raw)};

static void raw_init(struct raw *raw)
{
    memset(raw, 0, sizeof(*raw));
#define TEXT(key, field, initial, ...) yaml_table_set_text(raw->field, initial);
#define NUMBER(key, field, initial, ...) raw->field = initial;
#define TIME(key, field, initial, ...) raw->field = initial;
#define DURATION(key, field, initial, ...) raw->field = initial;
#include "service/scenario.def"
}

/* A file on its way to a scenario. */
struct maker {
    const char *path;
    const struct raw *raw;
    struct scenario_file *file;
    char *error;
};

#define FAIL(maker, place, ...)                                                                    \
    yaml_table_fail((maker)->error, (maker)->path, &(place), __VA_ARGS__)

/* Of scalars that stand where nobody remembers. */
static int fail_whole(const struct maker *maker, const char *why)
{
    snprintf(maker->error, YAML_ERROR_SIZE, "%s: %s", maker->path, why);
    return -1;
}

static int make_bank(const struct maker *maker)
{
    const struct raw *raw = maker->raw;
    struct scenario *scenario = &maker->file->scenario;
    struct site_setup *setup = &scenario->setup;
    setup->seed = (uint64_t)raw->seed;
    setup->pack_count = (uint8_t)raw->packs;
    setup->start_ms = (uint64_t)(raw->start_day - 1) * SIM_DAY_MS + (uint64_t)raw->start_ms;
    for (uint32_t i = 0; i < PACK_MAX && raw->soc_count > 0; i++)
        setup->soc_permille[i] = raw->soc[i % raw->soc_count].number * 10;
    if (raw->soc_count > (uint32_t)raw->packs)
        return FAIL(maker, raw->soc[raw->packs].place,
                    "start.soc_percent: more charges than packs (%d)", raw->packs);
    scenario->duration_ms = (uint64_t)raw->duration_ms;
    scenario->step_ms = (uint32_t)raw->step_ms;
    if (raw->record_ms % raw->step_ms != 0)
        return fail_whole(maker, "record.every: a multiple of step is expected");
    maker->file->record_ms = (uint64_t)raw->record_ms;
    return 0;
}

static int make_settings(const struct maker *maker)
{
    struct params *params = &maker->file->scenario.params;
    for (uint32_t i = 0; i < maker->raw->param_count; i++) {
        const struct pair_item *item = &maker->raw->param[i];
        int relation;
        int id = param_find(item->name);
        if (id < 0)
            return FAIL(maker, item->place, "settings: there is no setting '%s'", item->name);
        if (item->value < param_info[id].min || item->value > param_info[id].max)
            return FAIL(maker, item->place, "%s: a whole number from %d to %d is expected",
                        item->name, param_info[id].min, param_info[id].max);
        params->value[id] = item->value;
        if (params_check(params, &relation) >= 0)
            return FAIL(maker, item->place, "%s: it contradicts %s", item->name,
                        relation >= 0 ? param_info[relation].name : "another setting");
    }
    return 0;
}

/* The battery speaks what the first inverter understands. */
static int make_inverters(const struct maker *maker)
{
    const struct raw *raw = maker->raw;
    struct scenario *scenario = &maker->file->scenario;
    struct site_setup *setup = &scenario->setup;
    scenario->inverter_w = raw->inverter_w;
    scenario->inverter_options =
        (uint8_t)((raw->ignores_zero ? SIM_IGNORES_ZERO : 0) | (raw->goes_on ? SIM_GOES_ON : 0) |
                  (raw->off_grid ? SIM_OFF_GRID : 0));
    for (uint32_t i = 0; i < raw->inverter_count; i++) {
        const struct text_item *item = &raw->inverter[i];
        setup->brand[i] = sim_brand_find(item->text);
        if (setup->brand[i] == NULL)
            return FAIL(maker, item->place, "inverter.brand: there is no inverter '%s'",
                        item->text);
        if (strcmp(setup->brand[i]->protocol, setup->brand[0]->protocol) != 0)
            return FAIL(maker, item->place,
                        "inverter.brand: %s hears %s, and the battery speaks %s", item->text,
                        setup->brand[i]->protocol, setup->brand[0]->protocol);
    }
    if (raw->inverter_count > 0) {
        setup->inverter_count = (uint8_t)raw->inverter_count;
        scenario->params.can_protocol = brand_number(protocol_find_can(setup->brand[0]->protocol));
    }
    return 0;
}

/* A path in a scenario is seen from the folder of the scenario. */
static void beside(const char *scenario, const char *name, char path[PATH_MAX])
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof(copy), "%s", scenario);
    if (name[0] == '/' || strchr(scenario, '/') == NULL)
        snprintf(path, PATH_MAX, "%s", name);
    else
        snprintf(path, PATH_MAX, "%s/%.*s", dirname(copy), YAML_TEXT_SIZE, name);
}

static int make_profile(const struct maker *maker)
{
    const struct raw *raw = maker->raw;
    char path[PATH_MAX];
    char why[YAML_ERROR_SIZE - 80];
    if (raw->csv_count == 0)
        return raw->repeat_ms > 0 ? fail_whole(maker, "world.repeat: there is no world.csv") : 0;
    beside(maker->path, raw->csv[0].text, path);
    if (profile_file_load(&maker->file->profile, path, (uint64_t)raw->repeat_ms, why, sizeof(why)) <
        0)
        return FAIL(maker, raw->csv[0].place, "world.csv: %s", why);
    profile_file_use(&maker->file->profile, &maker->file->scenario.day);
    return 0;
}

static int make_world(const struct maker *maker)
{
    const struct raw *raw = maker->raw;
    struct sim_day *day = &maker->file->scenario.day;
    if (raw->solar_peak_w >= 0)
        day->solar_peak_w = raw->solar_peak_w;
    else
        day->solar_peak_w = day->solar_peak_w * raw->packs / 3;
    day->load_scale_permille = raw->load_percent * 10 * raw->packs / 3;
    day->ambient_mean_ddegc = raw->ambient_degc * 10;
    day->season_permille = raw->seasons_percent * 10;
    return make_profile(maker);
}

static int make_cells(const struct maker *maker)
{
    const struct raw *raw = maker->raw;
    struct scenario *scenario = &maker->file->scenario;
    for (uint32_t i = 0; i < raw->cell_count; i++) {
        const struct cell_item *item = &raw->cell[i];
        if (item->pack == MISSING || item->cell == MISSING)
            return FAIL(maker, item->place, "cells: pack and cell have to be said");
        if (item->pack >= raw->packs)
            return FAIL(maker, item->place, "cells: there is no pack %d", item->pack);
        scenario->cell[scenario->cell_count++] = (struct scenario_cell){
            .pack = (uint8_t)item->pack,
            .cell = (uint8_t)(item->cell - 1),
            .capacity_permille = item->capacity_percent * 10,
            .resistance_permille = item->resistance_percent * 10,
            .soc_permille = item->soc_percent == MISSING ? -1 : item->soc_percent * 10,
        };
    }
    return 0;
}

/* What the rows of both tables say of an event. */
struct kind {
    uint16_t what;
    bool of_pack;
    uint8_t index; /* enum sim_fault_index */
    int32_t value; /* unless the file says another one; MISSING */
};

static bool find_kind(const char *name, struct kind *kind)
{
    int fault = sim_fault_find(name);
    int action = site_action_find(name);
    if (fault >= 0) {
        const struct sim_fault_row *row = &sim_fault_rows[fault];
        *kind = (struct kind){(uint16_t)fault, row->scope == SIM_FAULT_OF_PACK, row->index,
                              row->typical};
    } else if (action >= 0) {
        *kind = (struct kind){(uint16_t)(SCENARIO_ACTION + action),
                              site_action_rows[action].of_pack, SIM_FAULT_NO_INDEX, MISSING};
    }
    return fault >= 0 || action >= 0;
}

/* What is missing or too much in an event; NULL: nothing. */
static const char *misfit(const struct kind *kind, const struct event_item *item, bool lone_pack)
{
    if (item->at_ms == NO_BEGIN)
        return "at is missing: when does it begin?";
    if (kind->of_pack && item->pack == MISSING && !lone_pack)
        return "pack is missing";
    if (!kind->of_pack && item->pack != MISSING)
        return "it concerns no single pack";
    if ((kind->index == SIM_FAULT_BY_CELL) != (item->cell != MISSING))
        return item->cell == MISSING ? "cell is missing" : "it concerns no single cell";
    if ((kind->index == SIM_FAULT_BY_SENSOR) != (item->sensor != MISSING))
        return item->sensor == MISSING ? "sensor is missing" : "it concerns no single sensor";
    if (kind->value == MISSING && item->value == MISSING)
        return "value is missing";
    return NULL;
}

static int make_event(const struct maker *maker, const struct event_item *item)
{
    struct kind kind;
    if (!find_kind(item->what, &kind))
        return FAIL(maker, item->place, "events: what: there is no fault or action '%s'",
                    item->what);
    const char *why = misfit(&kind, item, maker->raw->packs == 1);
    const struct scenario_event event = {
        .at_ms = (uint64_t)item->at_ms,
        .until_ms = item->for_ms == NO_END ? SCENARIO_STAYS
                                           : (uint64_t)item->at_ms + (uint64_t)item->for_ms,
        .what = kind.what,
        .pack = item->pack == MISSING ? 0 : (uint8_t)item->pack,
        .index = item->cell != MISSING     ? (uint8_t)(item->cell - 1)
                 : item->sensor != MISSING ? (uint8_t)(item->sensor - 1)
                                           : 0,
        .value = item->value == MISSING ? kind.value : item->value,
    };
    if (why == NULL)
        why = scenario_add(&maker->file->scenario, &event);
    return why ? FAIL(maker, item->place, "%s: %s", item->what, why) : 0;
}

static int make_events(const struct maker *maker)
{
    for (uint32_t i = 0; i < maker->raw->event_count; i++) {
        if (make_event(maker, &maker->raw->event[i]) < 0)
            return -1;
    }
    return 0;
}

static int make_columns(const struct maker *maker)
{
    static const char *const usual[] = {"world.load_w",         "world.solar_w",
                                        "world.grid_w",         "world.ambient_ddegc",
                                        "bank.pack_mv",         "bank.pack_ma",
                                        "bank.soc_permille",    "bank.charge_limit_mv",
                                        "bank.charge_limit_ma", "bank.discharge_limit_ma",
                                        "pack.pack_ma",         "pack.soc_permille",
                                        "pack.cell_min_mv",     "pack.cell_max_mv",
                                        "pack.temp_max_ddegc",  "real.soc_permille",
                                        "real.hottest_ddegc"};
    const struct raw *raw = maker->raw;
    struct columns *columns = &maker->file->columns;
    for (size_t i = 0; i < COUNT(usual) && raw->column_count == 0; i++)
        columns_add(columns, usual[i], (uint8_t)raw->packs);
    for (uint32_t i = 0; i < raw->column_count; i++) {
        const char *why = columns_add(columns, raw->column[i].text, (uint8_t)raw->packs);
        if (why)
            return FAIL(maker, raw->column[i].place, "record.columns: %s: %s", raw->column[i].text,
                        why);
    }
    return 0;
}

static int make(const struct maker *maker)
{
    static int (*const parts[])(const struct maker *) = {
        make_bank, make_settings, make_inverters, make_world, make_cells, make_events, make_columns,
    };
    snprintf(maker->file->title, sizeof(maker->file->title), "%s", maker->raw->title);
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i](maker) < 0)
            return -1;
    }
    return 0;
}

int scenario_file_load(struct scenario_file *file, const char *path, char error[YAML_ERROR_SIZE])
{
    struct raw *raw = malloc(sizeof(*raw));
    if (raw == NULL) {
        snprintf(error, YAML_ERROR_SIZE, "%s: no memory", path);
        return -1;
    }
    const struct maker maker = {path, raw, file, error};
    memset(file, 0, sizeof(*file));
    scenario_init(&file->scenario);
    raw_init(raw);
    int result = yaml_table_load(&table, raw, path, error);
    if (result == 0)
        result = make(&maker);
    free(raw);
    if (result < 0)
        profile_file_free(&file->profile);
    return result;
}

void scenario_file_free(struct scenario_file *file)
{
    profile_file_free(&file->profile);
}
