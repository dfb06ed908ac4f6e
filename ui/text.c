/* SPDX-License-Identifier: Apache-2.0
 * Words for values and reasons. The words themselves stand in the tables (core/reasons.def,
 * base/units.def); here is only how they are put together.
 */
#include "ui/text.h"

#include "base/assert.h"
#include "base/number.h"
#include "ui/words.h"

const char *const unit_name[UNIT_KIND_COUNT] = {
#define UNIT(id, symbol) [UNIT_##id] = symbol,
#include "base/units.def"
#undef UNIT
};

/* clang-format off */
const struct unit_display unit_display[UNIT_KIND_COUNT] = {
    [UNIT_MV]       = {"V",        3, 2},
    [UNIT_MA]       = {"A",        3, 1},
    [UNIT_MAH]      = {"Ah",       3, 1},
    [UNIT_W]        = {"W",        0, 0},
    [UNIT_DDEGC]    = {"\u00B0C",  1, 1},
    [UNIT_PERMILLE] = {"%",        1, 1},
    [UNIT_UOHM]     = {"m\u03A9",  3, 3},
    [UNIT_MOHM]     = {"m\u03A9",  0, 0},
    [UNIT_US]       = {"\u00B5s",  0, 0},
    [UNIT_MS]       = {"s",        3, 1},
    [UNIT_S]        = {"s",        0, 0},
};
/* clang-format on */

static int32_t power_of_ten(unsigned exponent)
{
    int32_t power = 1;
    for (unsigned i = 0; i < exponent; i++)
        power *= 10;
    return power;
}

/* The index that belongs to a reason; a cell that lowers the charge voltage is the highest. */
static bool reason_index(const struct snapshot *snapshot, enum value_id id, int32_t *index)
{
    if (id == VALUE_charge_limit_reason)
        return snapshot_get(snapshot, VALUE_charge_limit_index, index);
    if (id == VALUE_discharge_limit_reason)
        return snapshot_get(snapshot, VALUE_discharge_limit_index, index);
    return snapshot->voltage_limit_reason == REASON_overshoot &&
           snapshot_get(snapshot, VALUE_cell_max_index, index);
}

void text_value(struct text_writer *writer, int32_t value, enum unit unit)
{
    ASSERT(unit < UNIT_KIND_COUNT);
    const struct unit_display *display = &unit_display[unit];
    if (unit == UNIT_FLAG) {
        writer_text(writer, value != 0 ? "yes" : "no");
        return;
    }
    int64_t shown = div_round(value, power_of_ten(display->exponent - display->places));
    writer_decimal(writer, shown, display->places);
    if (display->symbol != NULL) {
        writer_character(writer, ' ');
        writer_text(writer, display->symbol);
    }
}

void text_reason(struct text_writer *writer, enum reason reason, int32_t index)
{
    ASSERT(reason < REASON_COUNT);
    const struct reason_info *info = &reason_info[reason];
    writer_text(writer, reason_info[reason].words);
    if (info->subject == REASON_SUBJECT_NONE || index < 0)
        return;
    bool cell = info->subject == REASON_SUBJECT_CELL;
    writer_text(writer, cell ? ", cell " : ", pack ");
    writer_integer(writer, cell ? (int64_t)index + 1 : index);
}

void text_limit_reason(struct text_writer *writer, const struct snapshot *snapshot,
                       enum value_id id)
{
    int32_t reason;
    if (!snapshot_get(snapshot, id, &reason) || reason < 0 || reason >= REASON_COUNT)
        return;
    int32_t index = -1;
    if (!reason_index(snapshot, id, &index))
        index = -1;
    text_reason(writer, (enum reason)reason, index);

    int32_t cell_mv;
    if (reason_info[reason].subject == REASON_SUBJECT_CELL && index >= 0 && index < CELL_MAX &&
        snapshot_get(snapshot, (enum value_id)(VALUE_cell_mv + index), &cell_mv)) {
        writer_text(writer, " at ");
        writer_decimal(writer, cell_mv, 3);
        writer_text(writer, " V");
    }
}
