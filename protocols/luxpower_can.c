/* SPDX-License-Identifier: Apache-2.0
 * LuxpowerTek battery CAN, both ends; EG4 too. Source: "Battery CANBUS Protocol" V04.2 (document).
 * "v01" is its map without the name (since V02) and the inverter's remote command (since V03): that
 * JK means this by its V01 is inferred. 379 is what SNA inverters read (implementation). The remote
 * command asks the battery to switch itself off: it is shown, nobody obeys it. Charge stops by
 * permission and current 0. Without a fresh pack: system error and internal communication failure
 * are set, 355 and 356 stop.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

enum { TIMEOUT_MS = 10000 };

static const struct can_field state[] = {
    {FROM(soc_permille), 0, U16LE, BY_10, REQUIRED},
    {FROM(soh_permille), 2, U16LE, BY_10, REQUIRED},
    {FROM(cell_max_mv),  4, U16LE, PLAIN, ZERO    },
    {FROM(cell_min_mv),  6, U16LE, PLAIN, ZERO    },
};

static const struct can_field measurements[] = {
    {FROM(pack_mv),        0, S16LE, BY_10,  REQUIRED},
    {FROM(pack_ma),        2, S16LE, BY_100, REQUIRED},
    {FROM(temp_max_ddegc), 4, S16LE, PLAIN,  REQUIRED},
    {FROM(temp_min_ddegc), 6, S16LE, PLAIN,  REQUIRED},
};

static const struct can_field modules[] = {
    {FROM(pack_count), 4, U8,    PLAIN,   ZERO},
    {FROM(full_mah),   5, U16LE, BY_1000, ZERO}, /* 1 Ah */
};

static const struct can_field requests[] = {
    {FROM(charge_allowed),        0, BIT7,         PLAIN, ZERO},
    {FROM(discharge_allowed),     0, BIT6,         PLAIN, ZERO},
    {FROM(force_charge),          0, BIT5 | FIXED, PLAIN, ZERO},
    {FROM(force_charge),          0, BIT4,         PLAIN, ZERO},
    {FROM(full_charge_requested), 0, BIT3,         PLAIN, ZERO},
    {FROM(cycle_count),           2, U16LE,        PLAIN, ZERO},
};

/* What V04 adds comes last in both tables, so that V01 is a part of them. */
/* clang-format off */
static const struct can_message messages[] = {
    CAN_351_LIMITS(TIMEOUT_MS),
    {0x355, 1000, TIMEOUT_MS, CAN_11_BIT, 8, NAME_state,        FIELDS(state)},
    {0x356, 1000, 0,          CAN_11_BIT, 8, NAME_measurements, FIELDS(measurements)},
    {0x359, 1000, 0,          CAN_11_BIT, 8, NAME_alarms,       FIELDS(modules), CAN_351_PYLON_BITS},
    {0x35C, 1000, 0,          CAN_11_BIT, 8, NAME_requests,     FIELDS(requests)},
    CAN_351_CAPACITY,
    CAN_351_MAKER("Hearth  "),
};

static const struct can_message answers[] = {
    CAN_351_HEARTBEAT,
    {0x300, 0, 0, CAN_11_BIT, 8, NAME_remote, NO_ROWS},
};

#define PROFILE(name_, added)                                                                      \
    {.name = "luxpower_can", .profile = name_, .bitrate = 500000,                                  \
     .messages = messages, .message_count = COUNT(messages) - 1 + (added),                         \
     .answers = answers, .answer_count = COUNT(answers) - 1 + (added)}

const struct can_protocol luxpower_can[2] = {PROFILE("v01", 0), PROFILE("v04", 1)};
/* clang-format on */
