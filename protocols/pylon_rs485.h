/* SPDX-License-Identifier: Apache-2.0
 * What both ends of Pylon over RS485 share beside the rows of pylon_rs485_rows.h: commands, codes,
 * and the two ends themselves, pylon_rs485_answer.c and pylon_rs485_take.c.
 */
#ifndef HEARTH_PROTOCOLS_PYLON_RS485_H
#define HEARTH_PROTOCOLS_PYLON_RS485_H

#include "protocols/serial.h"
#include "wire/pylon_frame.h"

enum pylon_command {
    PYLON_ANALOG = 0x42,
    PYLON_ALARMS = 0x44,
    PYLON_SETTINGS = 0x47,
    PYLON_VERSION = 0x4F,
    PYLON_MAKER = 0x51,
    PYLON_SYSTEM = 0x60,
    PYLON_SYSTEM_ANALOG = 0x61,
    PYLON_SYSTEM_ALARMS = 0x62,
    PYLON_SYSTEM_LIMITS = 0x63,
    PYLON_LIMITS = 0x92,
    PYLON_SERIAL = 0x93,
    PYLON_SET_LIMITS = 0x94,
    PYLON_SHUT_DOWN = 0x95,
    PYLON_FIRMWARE = 0x96,
};

enum {
    PYLON_ADDRESS_FIRST = 0x02, /* of pack 0, the host */
    PYLON_GROUP = 0x10,         /* from one group's address to that of the next */
    PYLON_ALL = 0xFF,           /* INFO of 42 and 44: the whole group */
    PYLON_FILL = '-',           /* behind the maker's name */
    PYLON_NAME_SIZE = 10,
    PYLON_MAKER_SIZE = 20,
    PYLON_SERIAL_SIZE = 16,
};

/* The name of a command and of its answer; NULL when there is none. */
const char *pylon_command_name(unsigned code);

/* Status of 92 and 63. */
enum pylon_status {
    PYLON_MAY_CHARGE = 0x80,
    PYLON_MAY_DISCHARGE = 0x40,
    PYLON_FORCE_CHARGE_1 = 0x20,
    PYLON_FORCE_CHARGE_2 = 0x10,
    PYLON_FULL_CHARGE = 0x08,
};

/* State of a cell, a temperature, a current or the voltage in 44. */
enum pylon_state { PYLON_FINE = 0, PYLON_BELOW = 1, PYLON_ABOVE = 2, PYLON_OTHER = 0xF0 };

/* Bytes of a frame's INFO before the first pack: INFOFLAG, then the address or how many packs. */
#define PYLON_PACKS_AT 2

/* ---- The two ends ---- */

enum serial_answer_kind pylon_answer_v35(const struct serial_battery *battery,
                                         const uint8_t *request, size_t request_size,
                                         uint8_t reply[SERIAL_REPLY_MAX], size_t *size);
enum serial_answer_kind pylon_answer_adr02(const struct serial_battery *battery,
                                           const uint8_t *request, size_t request_size,
                                           uint8_t reply[SERIAL_REPLY_MAX], size_t *size);
enum decode pylon_take_v35(const struct serial_token *request, const struct serial_token *reply,
                           unsigned part, struct serial_reading *reading);
enum decode pylon_take_adr02(const struct serial_token *request, const struct serial_token *reply,
                             unsigned part, struct serial_reading *reading);
void pylon_explain(const struct serial_token *request, struct serial_reading *reading);

#endif
