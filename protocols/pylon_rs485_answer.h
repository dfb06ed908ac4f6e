/* SPDX-License-Identifier: Apache-2.0
 * What the battery's answers of Pylon over RS485 are made of: parts of an INFO written from a
 * snapshot. Private to pylon_rs485_answer.c and pylon_rs485_pack.c.
 */
#ifndef HEARTH_PROTOCOLS_PYLON_RS485_ANSWER_H
#define HEARTH_PROTOCOLS_PYLON_RS485_ANSWER_H

#include "protocols/pylon_rs485.h"
#include "protocols/pylon_rs485_rows.h"

void pylon_put_number(struct pylon_writer *writer, enum pylon_form form, int32_t value);

/* What stands for "not known" if it is not. */
void pylon_put_value(struct pylon_writer *writer, enum pylon_form form,
                     const struct snapshot *source, enum value_id id);

/* A flag that is known and set. */
bool pylon_is_set(const struct snapshot *source, enum value_id id);
int32_t pylon_value_or(const struct snapshot *source, enum value_id id, int32_t unknown);
bool pylon_knows(const struct snapshot *source, const uint16_t *ids, size_t count);

/* Temperatures as 42 lists them: T1 is the board, the cells' follow, others may be behind. */
struct pylon_temperatures {
    unsigned count;
    unsigned cells_end; /* index behind the last one of cells */
    uint16_t lost;      /* mask */
    int32_t ddegc[TEMP_MAX + 1];
};

void pylon_temperatures(const struct snapshot *pack, struct pylon_temperatures *found);

/* One pack of 42 and of 44; `large`: capacities have three bytes. Only of a pack that is known well
 * enough for it. */
bool pylon_is_large(const struct snapshot *pack);
bool pylon_analog_known(const struct snapshot *pack);
void pylon_put_analog(struct pylon_writer *writer, const struct snapshot *pack, bool large);
bool pylon_alarms_known(const struct snapshot *pack);
void pylon_put_alarms(struct pylon_writer *writer, const struct snapshot *pack, bool large);

#endif
