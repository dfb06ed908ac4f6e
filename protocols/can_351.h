/* SPDX-License-Identifier: Apache-2.0
 * What the CAN protocols around frame 0x351 share: Pylon, Deye, Victron, SMA, GoodWe, Sofar, Solis,
 * Luxpower, SEPLOS and others use the same frames with small changes. Sources: the documents named
 * in the protocols' files. Rows, and what several of them need beyond rows; each file says what it
 * uses; whole messages are in protocols/can_351_messages.h.
 */
#ifndef HEARTH_PROTOCOLS_CAN_351_H
#define HEARTH_PROTOCOLS_CAN_351_H

#include "base/number.h"
#include "wire/can_rows.h"

/* 0x351: charge voltage 0.1 V, charge and discharge current 0.1 A, discharge voltage 0.1 V. */
extern const struct can_field can_351_limits[4];

/* 0x355: state of charge and of health, 1 %; the long form has 0.01 % behind them. */
extern const struct can_field can_351_state[2];
extern const struct can_field can_351_state_fine[3];

/* 0x356: 0.01 V, 0.1 A (+ = charging), 0.1 degC (mean). */
extern const struct can_field can_351_measurements[3];

/* Likewise with 0.1 V; the last row, cycles, is not for everybody. */
extern const struct can_field can_351_coarse[4];
#define CAN_351_COARSE .fields = can_351_coarse, .field_count = 3

/* 0x359 as Pylon has it. Bytes 0 and 1: the battery has acted; 2 and 3: the warning before; 4: how
 * many packs. */
extern const struct can_alarm can_351_bits[72];
extern const struct can_field can_351_modules[1];
#define CAN_351_PYLON_BITS .alarms = can_351_bits, .alarm_count = 66

/* 0x359 as GoodWe and SEPLOS have it: no system error, but a failure of cells; byte 7: which of the
 * packs 0..7 are there. Their encode hook writes it. */
extern const struct can_field can_351_packs[2];
#define CAN_351_GOODWE_BITS .alarms = can_351_bits + 19, .alarm_count = 53
can_encode_hook can_351_encode_packs;

/* 0x35A: bytes 0..3 alarms, 4..7 warnings, for messages with ALARM_PAIRS. */
extern const struct can_alarm can_351_pairs[84];

/* 0x35C: permissions and requests. Forced charge goes out as bit 4, the one Pylon recommends; bit 5
 * is for inverters that let the battery switch itself off: understood, not sent. */
extern const struct can_field can_351_requests[5];

/* 0x35C of those that know no more, with forced charge as bit 5; bit 4 is understood. */
extern const struct can_field can_351_requests_1[4];

/* 0x35E: a name. */
extern const struct can_field can_351_maker[1];

/* 0x370 and 0x371 as GoodWe and SEPLOS have them: 0.1 degC, 1 mV; numbers of cells, those of
 * sensors are not known. The decode hook reads senders of 0.01 V and of whole degrees too, and
 * leaves alone the text that Victron has in these frames. A voltage that could be taken for one of
 * 0.01 V is not sent: .ranges holds the rows of can_351_extremes_ranges. */
extern const struct can_field can_351_extremes[4];
extern const struct can_field can_351_numbers[2];
extern const struct can_range can_351_extremes_ranges[2];
can_decode_hook can_351_decode_extremes;

/* Limits, state and measurements as SMA has them: a code says that a number is not valid. The
 * encode hook sends none before all of its numbers are known. */
extern const struct can_field can_351_sma_limits[4];
extern const struct can_field can_351_sma_state[3];
extern const struct can_field can_351_sma_measurements[3];
extern const struct can_range can_351_sma_ranges[4];
can_encode_hook can_351_encode_known;

/* 0x35F, 0x379: capacity 1 Ah. 0x372: packs by what they do. 0x373: 1 mV, 1 K. 0x374..0x377: texts
 * that name a place, "pack.cell" or "pack"; its encode hook. */
extern const struct can_field can_351_product[1];
extern const struct can_field can_351_fleet[4];
extern const struct can_field can_351_kelvin[4];
extern const struct can_field can_351_capacity[1];
can_encode_hook can_351_encode_places;

/* Whole sets: Pylon V1.2 and the inverters' 0x305 (pylon_can.c); Pylon with eight bytes in every
 * frame (invt_can.c). */
#define CAN_351_PYLON_COUNT (6 + 2 * CAN_BOTH_SIDES)
extern const struct can_message can_351_pylon[CAN_351_PYLON_COUNT];
extern const struct can_message can_351_heartbeat[1];
extern const struct can_message can_351_padded[6];

#endif
