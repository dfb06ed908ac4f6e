/* SPDX-License-Identifier: Apache-2.0
 * Messages made of the shared rows of protocols/can_351.h, for the tables of the protocols.
 */
#ifndef HEARTH_PROTOCOLS_CAN_351_MESSAGES_H
#define HEARTH_PROTOCOLS_CAN_351_MESSAGES_H

#include "protocols/can_351.h"

/* Messages of them, once a second. `timeout_ms`: how long an inverter goes on without. */
/* clang-format off */
#define CAN_351_LIMITS(timeout_ms)                                                                 \
    {0x351, CAN_11_BIT, 8, 1000, timeout_ms, "limits", NULL, ROWS(can_351_limits), NO_ROWS}
#define CAN_351_STATE(timeout_ms)                                                                  \
    {0x355, CAN_11_BIT, 4, 1000, timeout_ms, "state", NULL, ROWS(can_351_state), NO_ROWS}
#define CAN_351_STATE_FINE(timeout_ms)                                                             \
    {0x355, CAN_11_BIT, 6, 1000, timeout_ms, "state", NULL, ROWS(can_351_state_fine),              \
     NO_ROWS}
#define CAN_351_MEASUREMENTS                                                                       \
    {0x356, CAN_11_BIT, 6, 1000, 0, "measurements", NULL, ROWS(can_351_measurements),              \
     NO_ROWS}
#define CAN_351_PYLON_ALARMS                                                                       \
    {0x359, CAN_11_BIT, 7, 1000, 0, "alarms", "\0\0\0\0\0PN", ROWS(can_351_modules),               \
     CAN_351_PYLON_BITS}
#define CAN_351_GOODWE_ALARMS                                                                      \
    {0x359, CAN_11_BIT | HOOKED, 8, 1000, 0, "alarms", NULL, ROWS(can_351_packs),                  \
     CAN_351_GOODWE_BITS}
/* All conditions of can_351_pairs are known, none is active. */
#define CAN_351_PAIRS_IDLE "\xAA\xAA\xAA\2\xAA\xAA\xAA\2"
#define CAN_351_PAIRS                                                                              \
    {0x35A, CAN_11_BIT | ALARM_PAIRS, 8, 1000, 0, "alarms", CAN_351_PAIRS_IDLE,        \
     NO_ROWS, ROWS(can_351_pairs)}
#define CAN_351_REQUESTS                                                                           \
    {0x35C, CAN_11_BIT, 2, 1000, 0, "requests", NULL, ROWS(can_351_requests), NO_ROWS}
#define CAN_351_MAKER(name)                                                                        \
    {0x35E, CAN_11_BIT, 8, 1000, 0, "maker", name, ROWS(can_351_maker), NO_ROWS}
#define CAN_351_EXTREMES(id, period_ms)                                                            \
    {id, CAN_11_BIT | HOOKED, 8, period_ms, 0, "extremes", NULL, ROWS(can_351_extremes),           \
     NO_ROWS}
#define CAN_351_NUMBERS(period_ms)                                                                 \
    {0x371, CAN_11_BIT | HOOKED, 8, period_ms, 0, "numbers", NULL, ROWS(can_351_numbers), NO_ROWS}
#define CAN_351_SMA_LIMITS                                                                         \
    {0x351, CAN_11_BIT | HOOKED, 8, 1000, 60000, "limits", NULL, ROWS(can_351_sma_limits),         \
     NO_ROWS}
#define CAN_351_SMA_STATE                                                                          \
    {0x355, CAN_11_BIT | HOOKED, 6, 1000, 60000, "state", NULL, ROWS(can_351_sma_state),           \
     NO_ROWS}
#define CAN_351_SMA_MEASUREMENTS                                                                   \
    {0x356, CAN_11_BIT | HOOKED, 6, 1000, 0, "measurements", NULL,                                 \
     ROWS(can_351_sma_measurements), NO_ROWS}
#define CAN_351_EVENTS {0x35B, CAN_11_BIT, 8, 1000, 0, "events", NULL, NO_ROWS, NO_ROWS}
#define CAN_351_PRODUCT(fill)                                                                      \
    {0x35F, CAN_11_BIT, 8, 1000, 0, "product", fill, ROWS(can_351_product), NO_ROWS}
#define CAN_351_FLEET {0x372, CAN_11_BIT, 8, 1000, 0, "modules", NULL, ROWS(can_351_fleet), NO_ROWS}
#define CAN_351_KELVIN                                                                             \
    {0x373, CAN_11_BIT, 8, 1000, 0, "extremes", NULL, ROWS(can_351_kelvin), NO_ROWS}
#define CAN_351_PLACE(id, name) {id, CAN_11_BIT | HOOKED, 8, 1000, 0, name, NULL, NO_ROWS, NO_ROWS}
#define CAN_351_PLACES                                                                             \
    CAN_351_PLACE(0x374, "lowest_cell"), CAN_351_PLACE(0x375, "highest_cell"),                     \
     CAN_351_PLACE(0x376, "coldest"), CAN_351_PLACE(0x377, "hottest")
#define CAN_351_CAPACITY                                                                           \
    {0x379, CAN_11_BIT, 8, 1000, 0, "capacity", NULL, ROWS(can_351_capacity), NO_ROWS}

/* From the inverter once a second. Its bytes are of no account. */
#define CAN_351_HEARTBEAT {0x305, CAN_EITHER, 8, 1000, 0, "heartbeat", NULL, NO_ROWS, NO_ROWS}
/* clang-format on */

#endif
