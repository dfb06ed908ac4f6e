/* SPDX-License-Identifier: Apache-2.0
 * Sofar low voltage CAN; Sofar may send no heartbeat. `a`: Pylon V1.2 (capture, by pylon_can). `b`,
 * general lithium or AMASS: crodar33/CommandPoint, esphome-yambms (implementation); the unit of the
 * remaining charge is disputed, 1 Ah here. Without permissions: charge stops by current 0; a bank
 * without a fresh pack says an internal error, its 355 and 356 stop. `c`, extended, 29 bits, a set
 * of numbers per pack, read only: Battery-Emulator (implementation); of what an inverter must ask
 * for, only the first cells and sensors.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

enum { TIMEOUT_MS = 10000, PACK_STEP = 0x1000 };

/* General lithium, AMASS */

static const struct can_field state[] = {
    {FROM(soc_permille),  0, U16LE,         BY_10,    REQUIRED},
    {FROM(soh_permille),  2, U16LE,         BY_10,    REQUIRED},
    {FROM(soc_permille),  4, U16LE | FINER, TIMES_10, ALL_ONES},
    {FROM(remaining_mah), 6, U16LE,         BY_1000,  ZERO    },
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),         0, S16LE, BY_10,  REQUIRED},
    {FROM(pack_ma),         2, S16LE, BY_100, REQUIRED},
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,  REQUIRED},
    {FROM(cycle_count),     6, U16LE, PLAIN,  ZERO    },
};

/* Byte 0: 1 forced charge, 2 forced standby, which we never want. */
static const struct can_field command[] = {
    {FROM(force_charge), 0, BIT0, PLAIN, ZERO},
};

/* clang-format off */
static const struct can_message general[] = {
    CAN_351_LIMITS(TIMEOUT_MS),
    {0x355, 1000, TIMEOUT_MS, CAN_11_BIT, 8, NAME_state,        FIELDS(state)},
    {0x356, 1000, 0,          CAN_11_BIT, 8, NAME_measurements, FIELDS(measurements)},
    {0x359, 1000, 0,          CAN_11_BIT, 8, NAME_modules,      FIELDS(can_351_modules)},
    CAN_351_PAIRS,
    CAN_351_MAKER("AMASS\0\0"),
    CAN_351_PRODUCT("\0\0\1\0\0\0\0"),
    {0x30F, 1000, 0, CAN_11_BIT, 8, NAME_command, FIELDS(command)},
    READ_ONLY(CAN_351_EXTREMES(0x370, 0))
    READ_ONLY(CAN_351_NUMBERS(0))
};
/* clang-format on */

/* Extended */

static const struct can_field modules[] = {
    {FROM(pack_count), 0, U8, PLAIN, ZERO},
    {FROM(cell_count), 3, U8, PLAIN, ZERO},
};

static const struct can_field permissions[] = {
    {FROM(force_charge),      0, BIT0, PLAIN, ZERO},
    {FROM(discharge_allowed), 1, BIT0, PLAIN, ZERO},
    {FROM(charge_allowed),    1, BIT1, PLAIN, ZERO},
};

/* Byte 0 of these is the pack. */
static const struct can_field cells[] = {
    {FROM(cell_mv),     1, U16LE, PLAIN, ZERO},
    {FROM(cell_mv) + 1, 3, U16LE, PLAIN, ZERO},
    {FROM(cell_mv) + 2, 5, U16LE, PLAIN, ZERO},
};

static const struct can_field sensors[] = {
    {FROM(temp_ddegc),     1, S16LE, PLAIN, REQUIRED},
    {FROM(temp_ddegc) + 1, 3, S16LE, PLAIN, REQUIRED},
};

/* clang-format off */
#define OF_PACK(id, name, fields) {id, 0, 0, CAN_29_BIT | EACH_PACK, 8, name, fields}
#define ON_REQUEST(id, name, fields) {id, 0, 0, CAN_29_BIT | ASIDE, 8, name, fields}

static const struct can_message extended[] = {
    OF_PACK(0x351, NAME_limits,       FIELDS(can_351_limits)),
    OF_PACK(0x355, NAME_state,        FIELDS(can_351_state_fine)),
    OF_PACK(0x356, NAME_measurements, FIELDS(can_351_coarse)),
    OF_PACK(0x359, NAME_modules,      FIELDS(modules)),
    {0x35A, 0, 0, CAN_29_BIT | EACH_PACK | ALARM_PAIRS, 8, NAME_alarms, .fill = CAN_351_PAIRS_IDLE, ALARMS(can_351_pairs)},
    OF_PACK(0x35E, NAME_maker,        FIELDS(can_351_maker)),
    OF_PACK(0x35F, NAME_product,      FIELDS(can_351_product)),
    OF_PACK(0x30F, NAME_command,      FIELDS(permissions)),
    ON_REQUEST(0x680, NAME_cells_1,      FIELDS(cells)),
    ON_REQUEST(0x690, NAME_temperatures, FIELDS(sensors)),
};

#define PROFILE(name_, rows, step, lowers)                                                         \
    {.name = "sofar_can", .profile = name_, .bitrate = 500000, rows,                               \
     INVERTER(can_351_heartbeat), .ranges = can_351_extremes_ranges,                               \
     .range_count = COUNT(can_351_extremes_ranges), .decode = READER(can_351_decode_extremes),     \
     .pack_step = step, .stop_lowers_voltage = lowers}

const struct can_protocol sofar_can[3] = {
    PROFILE("a", BATTERY(can_351_pylon), 0, true),
    PROFILE("b", BATTERY(general), 0, false),
    PROFILE("c", READ_ONLY_BATTERY(extended), PACK_STEP, false),
};
/* clang-format on */
