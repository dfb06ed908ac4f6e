/* SPDX-License-Identifier: Apache-2.0
 * Values in words for people: a value with its unit, a limit with the reason behind it. Screens,
 * pages and the command line print these. Cells count from 1, packs are called by their DIP number.
 */
#ifndef HEARTH_UI_TEXT_H
#define HEARTH_UI_TEXT_H

#include <stdint.h>

#include "base/units.h"
#include "core/limits.h"
#include "core/snapshot.h"
#include "ui/writer.h"

/* How people read a unit: 51200 mV is "51.20 V". A bare number has no symbol. */
struct unit_display {
    const char *symbol; /* NULL: none */
    uint8_t exponent;   /* shown value = value / 10^exponent */
    uint8_t places;     /* decimals people want, <= exponent */
};

extern const char *const unit_name[UNIT_KIND_COUNT]; /* as in the table: "mV" */
extern const struct unit_display unit_display[UNIT_KIND_COUNT];

/* "51.20 V", "-12.3 A", "yes"; rounded half away from zero. */
void text_value(struct text_writer *writer, int32_t value, enum unit unit);

/* "cell voltage is high: taper, cell 7"; the index is used where the reason has a subject. */
void text_reason(struct text_writer *writer, enum reason reason, int32_t index);

/* The reason in a snapshot, with the voltage of the cell it names where that is known: "cell
 * voltage is high: taper, cell 7 at 3.510 V". `id` is VALUE_voltage_limit_reason,
 * VALUE_charge_limit_reason or VALUE_discharge_limit_reason. Writes nothing when not known. */
void text_limit_reason(struct text_writer *writer, const struct snapshot *snapshot,
                       enum value_id id);

#endif
