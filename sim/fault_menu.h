/* SPDX-License-Identifier: Apache-2.0
 * The faults of sim/faults.def as a table to loop over: for a page, a scenario file, a test. Sets
 * and reads them by number or name. The names, labels and units stand nowhere else.
 */
#ifndef HEARTH_SIM_FAULT_MENU_H
#define HEARTH_SIM_FAULT_MENU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/units.h"
#include "sim/inverter.h"
#include "sim/parallel.h"

enum sim_fault_id {
#define PACK_FAULT(name, ...) SIM_FAULT_##name,
#define PLANT_FAULT(name, ...) SIM_FAULT_##name,
#define INVERTER_FAULT(name, ...) SIM_FAULT_##name,
#define BUS_FAULT(name, ...) SIM_FAULT_##name,
#include "sim/faults.def"
    SIM_FAULT_COUNT
};

enum sim_fault_scope {
    SIM_FAULT_OF_PACK,
    SIM_FAULT_OF_PLANT,
    SIM_FAULT_OF_INVERTER,
    SIM_FAULT_OF_BUS
};

/* What an index means; its count is in the row. */
enum sim_fault_index { SIM_FAULT_NO_INDEX, SIM_FAULT_BY_CELL, SIM_FAULT_BY_SENSOR };

struct sim_fault_row {
    const char *name;
    const char *label;
    uint8_t scope;  /* enum sim_fault_scope */
    uint8_t index;  /* enum sim_fault_index */
    uint8_t count;  /* of elements; 1 without index */
    uint8_t unit;   /* enum unit; UNIT_FLAG is 0 or 1 */
    uint8_t kind;   /* private: how it is stored */
    uint16_t place; /* private: where */
    int32_t min;
    int32_t max;
    int32_t typical; /* shows its effect well */
};

extern const struct sim_fault_row sim_fault_rows[SIM_FAULT_COUNT];

/* Where faults are set. What is NULL has none that are known. */
struct sim_fault_target {
    struct sim_parallel *plant;
    struct sim_inverter *inverter;
    uint8_t pack; /* for faults of a pack */
    struct sim_bus_faults *bus;
};

/* Number of a fault; RESULT_UNKNOWN. */
int sim_fault_find(const char *name);

/* RESULT_OK; RESULT_UNKNOWN (fault, pack, index) or RESULT_BAD_VALUE, then nothing has changed.
 * `index` is 0 where the row has none. */
enum result sim_fault_set(const struct sim_fault_target *target, enum sim_fault_id id,
                          uint8_t index, int32_t value);
enum result sim_fault_get(const struct sim_fault_target *target, enum sim_fault_id id,
                          uint8_t index, int32_t *value);

/* Heals the pack, the plant, the inverter and the bus of the target. What physics has done, stays:
 * heat, a fired extinguisher, a comparator that waits for its board. */
void sim_fault_clear(const struct sim_fault_target *target);

#endif
