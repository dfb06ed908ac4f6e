/* SPDX-License-Identifier: Apache-2.0
 * Loops over the tables; types the name of no row.
 */
#include "app/hearth/sim_list.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"
#include "sim/brand.h"
#include "site/scenario.h"
#include "site/world.h"
#include "ui/text.h"

static void print_time(int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {
        {86400000, "d"  },
        {3600000,  "h"  },
        {60000,    "min"},
        {1000,     "s"  },
        {1,        "ms" }
    };
    size_t i = 0;
    while (ms % units[i].ms != 0)
        i++;
    printf("%" PRId64 " %s", ms / units[i].ms, units[ms == 0 ? 3 : i].unit);
}

static void print_number_key(const char *path, int32_t initial, int32_t min, int32_t max,
                             const char *words)
{
    printf("| `%s` | %d to %d | ", path, min, max);
    if (initial >= min)
        printf("%d", initial);
    printf(" | %s |\n", words);
}

static void print_duration_key(const char *path, int64_t initial, const char *words)
{
    printf("| `%s` | duration | ", path);
    print_time(initial);
    printf(" | %s |\n", words);
}

static void print_keys(void)
{
    puts("## Keys\n\n| Key | Range | Unless said | |\n|---|---|---|---|");
#define TEXT(path, field, initial, words) printf("| `%s` | text | | %s |\n", path, words);
#define NUMBER(path, field, initial, min, max, words)                                              \
    print_number_key(path, initial, min, max, words);
#define DURATION(path, field, initial, min, max, words) print_duration_key(path, initial, words);
#define TIME(path, field, initial, words)                                                          \
    printf("| `%s` | `\"HH:MM\"` | %02d:%02d | %s |\n", path, (initial) / 3600000,                 \
           (initial) / 60000 % 60, words);
#include "service/scenario.def"
}

static void print_faults(void)
{
    static const char *const subject[] = {[SIM_FAULT_OF_PACK] = "pack",
                                          [SIM_FAULT_OF_PLANT] = "busbar",
                                          [SIM_FAULT_OF_INVERTER] = "first inverter",
                                          [SIM_FAULT_OF_BUS] = "buses, steps of 10 ms"};
    static const char *const element[] = {[SIM_FAULT_NO_INDEX] = "",
                                          [SIM_FAULT_BY_CELL] = ", cell",
                                          [SIM_FAULT_BY_SENSOR] = ", sensor"};
    puts("\n## Faults\n\n| Fault | Of | Unit | Range | Usual | |\n|---|---|---|---|---|---|");
    for (int id = 0; id < SIM_FAULT_COUNT; id++) {
        const struct sim_fault_row *row = &sim_fault_rows[id];
        printf("| `%s` | %s%s | %s | %d to %d | %d | %s |\n", row->name, subject[row->scope],
               element[row->index], unit_name[row->unit], row->min, row->max, row->typical,
               row->label);
    }
}

static void print_actions(void)
{
    puts("\n## Actions\n\n| Action | Of | Range | Put back to | |\n|---|---|---|---|---|");
    for (int id = 0; id < SITE_ACTION_COUNT; id++) {
        const struct site_action_row *row = &site_action_rows[id];
        printf("| `%s` | %s | %d to %d | ", row->name, row->of_pack ? "pack" : "site", row->min,
               row->max);
        if (row->usual != SITE_ACTION_ONCE)
            printf("%d", row->usual);
        printf(" | %s |\n", row->label);
    }
}

static void print_rows(const char *source, const struct site_world_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("| `%s.%s` | %s | %s |\n", source, rows[i].name, unit_name[rows[i].unit],
               rows[i].label);
}

static void print_brands(void)
{
    puts("\n## Inverters\n\n| Brand | Hears | |\n|---|---|---|");
    for (size_t i = 0; i < sim_brand_count; i++)
        printf("| `%s` | %s | %s |\n", sim_brands[i].name, sim_brands[i].protocol,
               sim_brands[i].title);
}

void sim_list_print(void)
{
    print_keys();
    print_faults();
    print_actions();
    puts("\n## What only the simulator knows\n\n| Number | Unit | |\n|---|---|---|");
    print_rows("world", site_world_rows, SITE_WORLD_COUNT);
    print_rows("real", site_truth_rows, SITE_TRUTH_COUNT);
    print_brands();
}
