/* SPDX-License-Identifier: Apache-2.0
 * Walks the menu of faults; types the name of none.
 */
#include "service/web_fault.h"

#include "ui/json.h"
#include "ui/schema.h"
#include "ui/text.h"

static void put_row(struct text_writer *writer, size_t row)
{
    static const char *const scope_name[] = {[SIM_FAULT_OF_PACK] = "pack",
                                             [SIM_FAULT_OF_PLANT] = "plant",
                                             [SIM_FAULT_OF_INVERTER] = "inverter",
                                             [SIM_FAULT_OF_BUS] = "bus"};
    static const char *const index_name[] = {[SIM_FAULT_NO_INDEX] = "none",
                                             [SIM_FAULT_BY_CELL] = "cell",
                                             [SIM_FAULT_BY_SENSOR] = "sensor"};
    const struct sim_fault_row *fault = &sim_fault_rows[row];
    json_put_string(writer, "name", fault->name);
    json_put_string(writer, "label", fault->label);
    json_put_string(writer, "scope", scope_name[fault->scope]);
    json_put_string(writer, "index", index_name[fault->index]);
    json_put_integer(writer, "count", fault->count);
    json_put_string(writer, "unit", unit_name[fault->unit]);
    json_put_integer(writer, "min", fault->min);
    json_put_integer(writer, "max", fault->max);
    json_put_integer(writer, "typical", fault->typical);
}

void web_fault_schema(struct text_writer *writer)
{
    schema_table(writer, "faults", SIM_FAULT_COUNT, put_row);
}

static void put_fault(struct text_writer *writer, const struct sim_fault_row *row, uint8_t index,
                      int32_t value)
{
    json_open(writer, '{');
    json_put_string(writer, "name", row->name);
    if (row->index != SIM_FAULT_NO_INDEX)
        json_put_integer(writer, "index", index);
    json_put_integer(writer, "value", value);
    json_close(writer, '}');
}

void web_fault_json(struct text_writer *writer, const struct web_source *source, size_t position,
                    bool of_pack)
{
    json_key(writer, "faults");
    json_open(writer, '[');
    for (int id = 0; source->fault != NULL && id < SIM_FAULT_COUNT; id++) {
        const struct sim_fault_row *row = &sim_fault_rows[id];
        for (uint8_t index = 0; index < row->count; index++) {
            int32_t value;
            if ((row->scope == SIM_FAULT_OF_PACK) == of_pack &&
                source->fault(source->context, position, id, index, &value) && value != 0)
                put_fault(writer, row, index, value);
        }
    }
    json_close(writer, ']');
}
