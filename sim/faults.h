/* SPDX-License-Identifier: Apache-2.0
 * The faults as data: one struct per thing that can be faulty, made from the rows of
 * sim/faults.def, which say what each does and its unit. All zero is healthy; may be written at any
 * time, by name or through sim/fault_menu.h. Who suffers from a fault gives it its physics.
 */
#ifndef HEARTH_SIM_FAULTS_H
#define HEARTH_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_PACK_CELLS 16
#define SIM_PACK_TEMPS 5

#define SIM_FAULT_FLAG(name) bool name;
#define SIM_FAULT_NUMBER(name) int32_t name;
#define SIM_FAULT_CELL_FLAGS(name) uint32_t name;
#define SIM_FAULT_SENSOR_FLAGS(name) uint32_t name;
#define SIM_FAULT_CELL_NUMBERS(name) int32_t name[SIM_PACK_CELLS];
#define SIM_FAULT_SENSOR_NUMBERS(name) int32_t name[SIM_PACK_TEMPS];

struct sim_faults {
#define PACK_FAULT(name, kind, ...) SIM_FAULT_##kind(name)
#include "sim/faults.def"
};

struct sim_plant_faults {
#define PLANT_FAULT(name, kind, ...) SIM_FAULT_##kind(name)
#include "sim/faults.def"
};

/* Values of sim_inverter_faults.disobedience. */
enum sim_disobedience {
    SIM_INVERTER_OBEYS,
    SIM_INVERTER_IGNORES_CHARGE,    /* current limit and permission */
    SIM_INVERTER_IGNORES_DISCHARGE, /* likewise, and the discharge voltage */
    SIM_INVERTER_IGNORES_ALL,       /* the charge voltage too: it goes to 60 V */
    SIM_INVERTER_HANGS,             /* keeps its last current and voltage, lost link included */
};

struct sim_inverter_faults {
#define INVERTER_FAULT(name, kind, ...) SIM_FAULT_##kind(name)
#include "sim/faults.def"
};

struct sim_bus_faults {
#define BUS_FAULT(name, kind, ...) SIM_FAULT_##kind(name)
#include "sim/faults.def"
};

#endif
