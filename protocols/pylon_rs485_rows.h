/* SPDX-License-Identifier: Apache-2.0
 * Number formats of Pylon over RS485, and the rows of its answers with fixed places: the battery
 * writes by them, the asking side reads by them.
 */
#ifndef HEARTH_PROTOCOLS_PYLON_RS485_ROWS_H
#define HEARTH_PROTOCOLS_PYLON_RS485_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/params.h"
#include "core/snapshot.h"
#include "wire/can_alarm.h"

/* ---- Numbers on the wire ---- */

enum pylon_form {
    PYLON_MV,
    PYLON_CENTIAMPS,
    PYLON_DECIAMPS,
    PYLON_MINUS_DECIAMPS,
    PYLON_KELVIN,
    PYLON_PERCENT, /* of health */
    PYLON_SOC,
    PYLON_WORD,
    PYLON_BYTE,
    PYLON_NUMBER, /* an index, from 1 */
    PYLON_FORM_COUNT
};

size_t pylon_form_size(enum pylon_form form); /* bytes */

/* Rounds and saturates. */
uint32_t pylon_raw(enum pylon_form form, int32_t value);
int32_t pylon_value(enum pylon_form form, uint32_t raw);

/* What is sent in place of a value that is not known. */
uint32_t pylon_absent(enum pylon_form form);

/* ---- Answers with fixed places ---- */

/* Where a field of 61 comes from. */
enum pylon_source {
    PYLON_OF_BANK,
    PYLON_MEAN, /* over the packs; likewise the next four */
    PYLON_HIGH,
    PYLON_HIGH_PACK,
    PYLON_LOW,
    PYLON_LOW_PACK,
    PYLON_HOT_PLACE, /* pack and sensor */
    PYLON_COLD_PLACE,
};

struct pylon_field {
    uint8_t value;  /* enum value_id; VALUE_temp_ddegc: the board, T1 of 42 */
    uint8_t form;   /* enum pylon_form */
    uint8_t source; /* enum pylon_source */
    bool read;      /* the asking side takes it as the value of the bank */
};

/* 61: in the order of the wire. */
#define PYLON_SYSTEM_ANALOG_FIELDS 28
#define PYLON_SYSTEM_ANALOG_SIZE 49
extern const struct pylon_field pylon_system_analog[PYLON_SYSTEM_ANALOG_FIELDS];

/* 47, behind INFOFLAG. */
struct pylon_setting {
    uint8_t param; /* enum param_id */
    uint8_t form;
};

#define PYLON_SETTING_COUNT 12
extern const struct pylon_setting pylon_settings[PYLON_SETTING_COUNT];

/* The bits of 62 (bytes 0..3) and of status 1 of 44 (byte 0). */
extern const struct can_alarm pylon_system_bits[];
extern const size_t pylon_system_bit_count;
extern const struct can_alarm pylon_pack_bits[];
extern const size_t pylon_pack_bit_count;

#endif
