/* SPDX-License-Identifier: Apache-2.0
 * Messages made of the shared rows of protocols/can_351.h, for the tables of the protocols.
 */
#ifndef HEARTH_PROTOCOLS_CAN_351_MESSAGES_H
#define HEARTH_PROTOCOLS_CAN_351_MESSAGES_H

#include "protocols/can_351.h"
#include "protocols/can_names.h"

/* Messages of them, once a second. `timeout_ms`: how long an inverter goes on without. */
/* clang-format off */
#define CAN_351_LIMITS(timeout_ms)                                                                 \
    {0x351, 1000, timeout_ms, CAN_11_BIT, 8, NAME_limits, FIELDS(can_351_limits)}
#define CAN_351_STATE(timeout_ms)                                                                  \
    {0x355, 1000, timeout_ms, CAN_11_BIT, 4, NAME_state, FIELDS(can_351_state)}
#define CAN_351_STATE_FINE(timeout_ms)                                                             \
    {0x355, 1000, timeout_ms, CAN_11_BIT, 6, NAME_state, FIELDS(can_351_state_fine)}
#define CAN_351_MEASUREMENTS                                                                       \
    {0x356, 1000, 0, CAN_11_BIT, 6, NAME_measurements, FIELDS(can_351_measurements)}
#define CAN_351_PYLON_ALARMS                                                                       \
    {0x359, 1000, 0, CAN_11_BIT, 7, NAME_alarms, .fill = "\0\0\0\0\0PN", FIELDS(can_351_modules), CAN_351_PYLON_BITS}
#define CAN_351_GOODWE_ALARMS                                                                      \
    {0x359, 1000, 0, CAN_11_BIT | HOOKED, 8, NAME_alarms, FIELDS(can_351_packs), CAN_351_GOODWE_BITS}
/* All conditions of can_351_pairs are known, none is active. */
#define CAN_351_PAIRS_IDLE "\xAA\xAA\xAA\2\xAA\xAA\xAA\2"
#define CAN_351_PAIRS                                                                              \
    {0x35A, 1000, 0, CAN_11_BIT | ALARM_PAIRS, 8, NAME_alarms, .fill = CAN_351_PAIRS_IDLE, ALARMS(can_351_pairs)}
#define CAN_351_REQUESTS                                                                           \
    {0x35C, 1000, 0, CAN_11_BIT, 2, NAME_requests, FIELDS(can_351_requests)}
#define CAN_351_MAKER(text)                                                                        \
    {0x35E, 1000, 0, CAN_11_BIT, 8, NAME_maker, .fill = text, FIELDS(can_351_maker)}
#define CAN_351_EXTREMES(id, period_ms)                                                            \
    {id, period_ms, 0, CAN_11_BIT | HOOKED, 8, NAME_extremes, FIELDS(can_351_extremes)}
#define CAN_351_NUMBERS(period_ms)                                                                 \
    {0x371, period_ms, 0, CAN_11_BIT | HOOKED, 8, NAME_numbers, FIELDS(can_351_numbers)}
#define CAN_351_SMA_LIMITS                                                                         \
    {0x351, 1000, 60000, CAN_11_BIT | HOOKED, 8, NAME_limits, FIELDS(can_351_sma_limits)}
#define CAN_351_SMA_STATE                                                                          \
    {0x355, 1000, 60000, CAN_11_BIT | HOOKED, 6, NAME_state, FIELDS(can_351_sma_state)}
#define CAN_351_SMA_MEASUREMENTS                                                                   \
    {0x356, 1000, 0, CAN_11_BIT | HOOKED, 6, NAME_measurements, FIELDS(can_351_sma_measurements)}
#define CAN_351_EVENTS {0x35B, 1000, 0, CAN_11_BIT, 8, NAME_events, NO_ROWS}
#define CAN_351_PRODUCT(bytes)                                                                     \
    {0x35F, 1000, 0, CAN_11_BIT, 8, NAME_product, .fill = bytes, FIELDS(can_351_product)}
#define CAN_351_FLEET {0x372, 1000, 0, CAN_11_BIT, 8, NAME_modules, FIELDS(can_351_fleet)}
#define CAN_351_KELVIN                                                                             \
    {0x373, 1000, 0, CAN_11_BIT, 8, NAME_extremes, FIELDS(can_351_kelvin)}
#define CAN_351_PLACE(id, name) {id, 1000, 0, CAN_11_BIT | HOOKED, 8, name, NO_ROWS}
#define CAN_351_PLACES                                                                             \
    CAN_351_PLACE(0x374, NAME_lowest_cell), CAN_351_PLACE(0x375, NAME_highest_cell),               \
     CAN_351_PLACE(0x376, NAME_coldest), CAN_351_PLACE(0x377, NAME_hottest)
#define CAN_351_CAPACITY                                                                           \
    {0x379, 1000, 0, CAN_11_BIT, 8, NAME_capacity, FIELDS(can_351_capacity)}

/* From the inverter once a second. Its bytes are of no account. */
#define CAN_351_HEARTBEAT {0x305, 1000, 0, CAN_EITHER, 8, NAME_heartbeat, NO_ROWS}
/* clang-format on */

#endif
