/* SPDX-License-Identifier: Apache-2.0
 * One row per fault, made from sim/faults.def: how it is stored follows from its kind, where from
 * offsetof. A flag is a bool or a bit of a mask, a number an int32_t or an element of an array.
 */
#include "sim/fault_menu.h"

#include <stddef.h>
#include <string.h>

enum kind { FLAG, NUMBER, CELL_FLAGS, SENSOR_FLAGS, CELL_NUMBERS, SENSOR_NUMBERS };

enum {
    INDEX_FLAG = SIM_FAULT_NO_INDEX,
    INDEX_NUMBER = SIM_FAULT_NO_INDEX,
    INDEX_CELL_FLAGS = SIM_FAULT_BY_CELL,
    INDEX_SENSOR_FLAGS = SIM_FAULT_BY_SENSOR,
    INDEX_CELL_NUMBERS = SIM_FAULT_BY_CELL,
    INDEX_SENSOR_NUMBERS = SIM_FAULT_BY_SENSOR,
    COUNT_FLAG = 1,
    COUNT_NUMBER = 1,
    COUNT_CELL_FLAGS = SIM_PACK_CELLS,
    COUNT_SENSOR_FLAGS = SIM_PACK_TEMPS,
    COUNT_CELL_NUMBERS = SIM_PACK_CELLS,
    COUNT_SENSOR_NUMBERS = SIM_PACK_TEMPS,
};

#define ROW(scope, type, name, kind, unit, min, max, typical, label)                               \
    {#name, label, scope,  INDEX_##kind, COUNT_##kind, UNIT_##unit, kind, offsetof(type, name),    \
     min,   max,   typical},

const struct sim_fault_row sim_fault_rows[SIM_FAULT_COUNT] = {
#define PACK_FAULT(name, ...) ROW(SIM_FAULT_OF_PACK, struct sim_faults, name, __VA_ARGS__)
#define PLANT_FAULT(name, ...) ROW(SIM_FAULT_OF_PLANT, struct sim_plant_faults, name, __VA_ARGS__)
#define INVERTER_FAULT(name, ...)                                                                  \
    ROW(SIM_FAULT_OF_INVERTER, struct sim_inverter_faults, name, __VA_ARGS__)
#define BUS_FAULT(name, ...) ROW(SIM_FAULT_OF_BUS, struct sim_bus_faults, name, __VA_ARGS__)
#include "sim/faults.def"
};

/* The struct in which faults of that scope are; NULL if the target has none. */
static uint8_t *faults_of(const struct sim_fault_target *target, uint8_t scope)
{
    struct sim_parallel *plant = target->plant;
    if (scope == SIM_FAULT_OF_BUS)
        return (uint8_t *)target->bus;
    if (scope == SIM_FAULT_OF_INVERTER)
        return target->inverter ? (uint8_t *)&target->inverter->faults : NULL;
    if (plant == NULL)
        return NULL;
    if (scope == SIM_FAULT_OF_PLANT)
        return (uint8_t *)&plant->faults;
    return target->pack < plant->count ? (uint8_t *)&plant->pack[target->pack].faults : NULL;
}

/* Where the element is stored; NULL if there is no such fault, pack or index. */
static uint8_t *place_of(const struct sim_fault_target *target, enum sim_fault_id id, uint8_t index)
{
    if ((size_t)id >= SIM_FAULT_COUNT || index >= sim_fault_rows[id].count)
        return NULL;
    const struct sim_fault_row *row = &sim_fault_rows[id];
    uint8_t *faults = faults_of(target, row->scope);
    if (faults == NULL)
        return NULL;
    bool array = row->kind == CELL_NUMBERS || row->kind == SENSOR_NUMBERS;
    return faults + row->place + (array ? index * sizeof(int32_t) : 0);
}

static void store(uint8_t *place, uint8_t kind, uint8_t index, int32_t value)
{
    if (kind == FLAG) {
        *(bool *)place = value != 0;
        return;
    }
    uint32_t word;
    memcpy(&word, place, sizeof(word));
    uint32_t bit = 1u << index;
    if (kind == CELL_FLAGS || kind == SENSOR_FLAGS)
        word = value ? word | bit : word & ~bit;
    else
        word = (uint32_t)value;
    memcpy(place, &word, sizeof(word));
}

static int32_t load(const uint8_t *place, uint8_t kind, uint8_t index)
{
    if (kind == FLAG)
        return *(const bool *)place;
    int32_t word;
    memcpy(&word, place, sizeof(word));
    return kind == CELL_FLAGS || kind == SENSOR_FLAGS ? word >> index & 1 : word;
}

int sim_fault_find(const char *name)
{
    for (int id = 0; id < SIM_FAULT_COUNT; id++) {
        if (strcmp(sim_fault_rows[id].name, name) == 0)
            return id;
    }
    return RESULT_UNKNOWN;
}

enum result sim_fault_set(const struct sim_fault_target *target, enum sim_fault_id id,
                          uint8_t index, int32_t value)
{
    uint8_t *place = place_of(target, id, index);
    if (place == NULL)
        return RESULT_UNKNOWN;
    if (value < sim_fault_rows[id].min || value > sim_fault_rows[id].max)
        return RESULT_BAD_VALUE;
    store(place, sim_fault_rows[id].kind, index, value);
    return RESULT_OK;
}

enum result sim_fault_get(const struct sim_fault_target *target, enum sim_fault_id id,
                          uint8_t index, int32_t *value)
{
    const uint8_t *place = place_of(target, id, index);
    if (place == NULL)
        return RESULT_UNKNOWN;
    *value = load(place, sim_fault_rows[id].kind, index);
    return RESULT_OK;
}

void sim_fault_clear(const struct sim_fault_target *target)
{
    if (target->plant != NULL) {
        target->plant->faults = (struct sim_plant_faults){0};
        if (target->pack < target->plant->count)
            target->plant->pack[target->pack].faults = (struct sim_faults){0};
    }
    if (target->inverter != NULL)
        target->inverter->faults = (struct sim_inverter_faults){0};
    if (target->bus != NULL)
        *target->bus = (struct sim_bus_faults){0};
}
