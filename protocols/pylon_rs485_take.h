/* SPDX-License-Identifier: Apache-2.0
 * How the asking side of Pylon over RS485 reads packs: where they lie in 42 and 44, and what each
 * says. Private to pylon_rs485_take.c and pylon_rs485_read.c.
 */
#ifndef HEARTH_PROTOCOLS_PYLON_RS485_TAKE_H
#define HEARTH_PROTOCOLS_PYLON_RS485_TAKE_H

#include "protocols/pylon_rs485.h"
#include "protocols/pylon_rs485_rows.h"

/* One part of one answer. */
struct pylon_part {
    const struct pylon_frame *frame;
    size_t start; /* byte of INFO; what is read from there on lies within it */
    struct serial_reading *reading;
};

int32_t pylon_part_get(const struct pylon_part *part, size_t at, enum pylon_form form);
void pylon_part_take(const struct pylon_part *part, size_t at, enum pylon_form form,
                     enum value_id id);

/* Alarms and warnings by the bits of `bytes`; of several alarms in one place the first. */
void pylon_part_bits(const struct pylon_part *part, const struct can_alarm *rows, size_t count,
                     const uint8_t *bytes);

/* Bytes of INFO from `at` on that one pack takes, 0 when it does not fit. */
typedef size_t pylon_extent(const struct pylon_frame *frame, size_t at);
pylon_extent pylon_analog_extent;
pylon_extent pylon_alarms_extent; /* also 0 when a state is none of the four */

/* How many packs there are, 0 when they do not fill INFO or are more than PACK_MAX; `*start` gets
 * the place of number `wanted`. */
unsigned pylon_find_packs(const struct pylon_frame *frame, pylon_extent *extent, unsigned wanted,
                          size_t *start);

void pylon_take_analog(const struct pylon_part *part);
void pylon_take_alarms(const struct pylon_part *part);

#endif
