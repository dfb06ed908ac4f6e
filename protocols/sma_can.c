/* SPDX-License-Identifier: Apache-2.0
 * SMA Sunny Island, both ends. Source: "FSS-ConnectingBat-TI-en-10", version 1.0; the relay states
 * of 307 only from jaedog/SMAVenusDriver, so they are not read. Evidence: document. Charge stops by
 * current 0 alone: with a charge voltage below the measured one the inverter discharges without
 * limit. Any alarm of 35A stops it. A frame goes out once a second; it must not be faster than
 * 0.2 s. The inverter's own frames carry what it measures; its current is negative while it
 * charges. Codes of no valid number are read as not known; a battery sends no frame in part. The
 * quick stop 00F is known by name, nothing acts on it.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

static const struct can_message battery[] = {
    CAN_351_SMA_LIMITS, CAN_351_SMA_STATE,         CAN_351_SMA_MEASUREMENTS,          CAN_351_PAIRS,
    CAN_351_EVENTS,     CAN_351_MAKER("Hearth  "), CAN_351_PRODUCT("LI\1\0\0\0\0\0"),
};

static const struct can_field measured[] = {
    {FROM(pack_mv),         0, U16LE, BY_100,       ALL_ONES},
    {FROM(pack_ma),         2, S16LE, MINUS_BY_100, TOP_BIT },
    {FROM(temp_mean_ddegc), 4, S16LE, PLAIN,        TOP_BIT },
    {FROM(soc_permille),    6, U16LE, PLAIN,        ALL_ONES},
};

static const struct can_field status[] = {
    {FROM(soh_permille),    0, U16LE, BY_10,  ALL_ONES},
    {FROM(charge_limit_mv), 6, U16LE, BY_100, ALL_ONES},
};

/* clang-format off */
/* Status: charging procedure 10 (external BMS), operating, no error. */
static const struct can_message sunny_island[] = {
    {0x305, 1000, 0, CAN_EITHER, 8, NAME_measured, FIELDS(measured)},
    {0x306, 1000, 0, CAN_11_BIT, 8, NAME_status,   .fill = "\0\0\x0A\1\0\0\0", FIELDS(status)},
    {0x307, 1000, 0, CAN_11_BIT, 8, NAME_relays,   NO_ROWS},
    {0x00F, 0,    0, CAN_11_BIT, 0, NAME_stop,     NO_ROWS},
};
/* clang-format on */

const struct can_protocol sma_can[1] = {
    {
     .name = "sma_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(battery),
     INVERTER(sunny_island),
     .ranges = can_351_sma_ranges,
     .range_count = COUNT(can_351_sma_ranges),
     .encode = can_351_encode_known,
     },
};
