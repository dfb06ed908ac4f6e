/* SPDX-License-Identifier: Apache-2.0
 * What the CAN protocols around frame 0x351 share: Pylon, Deye, Victron, SMA, GoodWe, Sofar, Solis,
 * Luxpower, SEPLOS and others use the same frames with small changes. Sources: the documents named
 * in the protocols' files. Rows, and what several of them need beyond rows; each file says what it
 * uses.
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
#define CAN_351_COARSE can_351_coarse, 3

/* 0x359 as Pylon has it. Bytes 0 and 1: the battery has acted; 2 and 3: the warning before; 4: how
 * many packs. */
extern const struct can_alarm can_351_bits[72];
extern const struct can_field can_351_modules[1];
#define CAN_351_PYLON_BITS can_351_bits, 66

/* 0x359 as GoodWe and SEPLOS have it: no system error, but a failure of cells; byte 7: which of the
 * packs 0..7 are there. Their encode hook writes it. */
extern const struct can_field can_351_packs[2];
#define CAN_351_GOODWE_BITS can_351_bits + 19, 53
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

/* Whole sets: Pylon V1.2 (pylon_can.c), and with eight bytes in every frame (invt_can.c). */
extern const struct can_message can_351_pylon[6];
extern const struct can_message can_351_padded[6];

/* Messages of them, once a second. `timeout_ms`: how long an inverter goes on without. */
/* clang-format off */
#define CAN_351_LIMITS(timeout_ms) {0x351, CAN_11_BIT, 8, 1000, timeout_ms, "limits", NULL, ROWS(can_351_limits), NO_ROWS}
#define CAN_351_STATE(timeout_ms) {0x355, CAN_11_BIT, 4, 1000, timeout_ms, "state", NULL, ROWS(can_351_state), NO_ROWS}
#define CAN_351_STATE_FINE(timeout_ms) {0x355, CAN_11_BIT, 6, 1000, timeout_ms, "state", NULL, ROWS(can_351_state_fine), NO_ROWS}
#define CAN_351_MEASUREMENTS {0x356, CAN_11_BIT, 6, 1000, 0, "measurements", NULL, ROWS(can_351_measurements), NO_ROWS}
#define CAN_351_PYLON_ALARMS {0x359, CAN_11_BIT, 7, 1000, 0, "alarms", "\0\0\0\0\0PN", ROWS(can_351_modules), CAN_351_PYLON_BITS}
#define CAN_351_GOODWE_ALARMS {0x359, CAN_11_BIT | HOOKED, 8, 1000, 0, "alarms", NULL, ROWS(can_351_packs), CAN_351_GOODWE_BITS}
#define CAN_351_PAIRS {0x35A, CAN_11_BIT | ALARM_PAIRS, 8, 1000, 0, "alarms", "\xAA\xAA\xAA\2\xAA\xAA\xAA\2", NO_ROWS, ROWS(can_351_pairs)}
#define CAN_351_REQUESTS {0x35C, CAN_11_BIT, 2, 1000, 0, "requests", NULL, ROWS(can_351_requests), NO_ROWS}
#define CAN_351_MAKER(name) {0x35E, CAN_11_BIT, 8, 1000, 0, "maker", name, ROWS(can_351_maker), NO_ROWS}
#define CAN_351_EXTREMES(id, period_ms) {id, CAN_11_BIT | HOOKED, 8, period_ms, 0, "extremes", NULL, ROWS(can_351_extremes), NO_ROWS}
#define CAN_351_NUMBERS {0x371, CAN_11_BIT | HOOKED, 8, 1000, 0, "numbers", NULL, ROWS(can_351_numbers), NO_ROWS}
#define CAN_351_SMA_LIMITS {0x351, CAN_11_BIT | HOOKED, 8, 1000, 60000, "limits", NULL, ROWS(can_351_sma_limits), NO_ROWS}
#define CAN_351_SMA_STATE {0x355, CAN_11_BIT | HOOKED, 6, 1000, 60000, "state", NULL, ROWS(can_351_sma_state), NO_ROWS}
#define CAN_351_SMA_MEASUREMENTS {0x356, CAN_11_BIT | HOOKED, 6, 1000, 0, "measurements", NULL, ROWS(can_351_sma_measurements), NO_ROWS}
#define CAN_351_EVENTS {0x35B, CAN_11_BIT, 8, 1000, 0, "events", NULL, NO_ROWS, NO_ROWS}
#define CAN_351_PRODUCT(fill) {0x35F, CAN_11_BIT, 8, 1000, 0, "product", fill, ROWS(can_351_product), NO_ROWS}
#define CAN_351_FLEET {0x372, CAN_11_BIT, 8, 1000, 0, "modules", NULL, ROWS(can_351_fleet), NO_ROWS}
#define CAN_351_KELVIN {0x373, CAN_11_BIT, 8, 1000, 0, "extremes", NULL, ROWS(can_351_kelvin), NO_ROWS}
#define CAN_351_PLACE(id, name) {id, CAN_11_BIT | HOOKED, 8, 1000, 0, name, NULL, NO_ROWS, NO_ROWS}
#define CAN_351_PLACES CAN_351_PLACE(0x374, "lowest_cell"), CAN_351_PLACE(0x375, "highest_cell"), CAN_351_PLACE(0x376, "coldest"), CAN_351_PLACE(0x377, "hottest")
#define CAN_351_CAPACITY {0x379, CAN_11_BIT, 8, 1000, 0, "capacity", NULL, ROWS(can_351_capacity), NO_ROWS}

/* From the inverter once a second. Its bytes are of no account. */
#define CAN_351_HEARTBEAT {0x305, CAN_EITHER, 8, 1000, 0, "heartbeat", NULL, NO_ROWS, NO_ROWS}
/* clang-format on */

#endif
