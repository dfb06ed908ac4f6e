/* SPDX-License-Identifier: Apache-2.0
 * Extremes of the elements of a reading. What an earlier reading had is replaced.
 */
#include "protocols/sum_up.h"

struct extremes {
    int32_t low;
    int32_t high;
    int32_t low_index;
    int32_t high_index;
};

/* Of the elements of an array that are known; false: none. */
static bool find(const struct snapshot *values, unsigned first_id, int32_t count,
                 struct extremes *found)
{
    *found = (struct extremes){INT32_MAX, INT32_MIN, -1, -1};
    for (int32_t i = 0; i < count; i++) {
        int32_t value;
        if (!snapshot_get(values, (enum value_id)(first_id + (unsigned)i), &value))
            continue;
        if (value < found->low) {
            found->low = value;
            found->low_index = i;
        }
        if (value > found->high) {
            found->high = value;
            found->high_index = i;
        }
    }
    return found->low_index >= 0;
}

void sum_up_cells(struct snapshot *values)
{
    struct extremes cells;
    if (!find(values, VALUE_cell_mv, CELL_MAX, &cells))
        return;
    snapshot_put(values, VALUE_cell_min_mv, cells.low);
    snapshot_put(values, VALUE_cell_max_mv, cells.high);
    snapshot_put(values, VALUE_cell_min_index, cells.low_index);
    snapshot_put(values, VALUE_cell_max_index, cells.high_index);
    snapshot_put(values, VALUE_cell_spread_mv, cells.high - cells.low);
}

void sum_up_temperatures(struct snapshot *values)
{
    struct extremes temperatures;
    if (!find(values, VALUE_temp_ddegc, TEMP_MAX, &temperatures))
        return;
    snapshot_put(values, VALUE_temp_min_ddegc, temperatures.low);
    snapshot_put(values, VALUE_temp_max_ddegc, temperatures.high);
}
