/* SPDX-License-Identifier: Apache-2.0
 * The JK register table as Markdown or JSON Lines. The rows are those which serve the frames,
 * Modbus and Bluetooth.
 */
#include "app/hearth/describe.h"

#include <stdio.h>

#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"
#include "ui/text.h"
#include "wire/jk_frame.h"

struct line {
    const char *name;
    const char *type;
    const char *unit;
    const char *access;
};

static const char *const type_names[] = {
    [JK_TYPE_U8] = "U8",   [JK_TYPE_I8] = "I8",   [JK_TYPE_BOOL] = "U8", [JK_TYPE_U16] = "U16",
    [JK_TYPE_I16] = "I16", [JK_TYPE_U32] = "U32", [JK_TYPE_I32] = "I32",
};

static const struct value_info *value_row(uint16_t id)
{
    size_t row = VALUE_ROW_COUNT - 1;
    while (row > 0 && value_info[row].id > id)
        row--;
    return &value_info[row];
}

static struct line line_of(const struct jk_register *row, const struct jk_note *note)
{
    const struct value_info *value;
    struct line line = {.type = type_names[row->type], .unit = "-", .access = "R"};
    switch (row->kind) {
    case JK_KIND_PARAM:
    case JK_KIND_BIT:
        line.name = param_info[row->id].name;
        line.unit = unit_name[param_info[row->id].unit];
        line.access = row->access == JK_WIRE_RW ? "RW" : "R";
        break;
    case JK_KIND_TEXT:
        line.name = text_param_info[row->id].name;
        line.type = "ASCII";
        line.access = row->access == JK_WIRE_RW ? "RW" : "R";
        break;
    case JK_KIND_RAW:
    case JK_KIND_BYTES:
        line.name = note->name;
        break;
    default:
        value = value_row(jk_value_id(row));
        line.name = value->name;
        line.unit = unit_name[value->unit];
        break;
    }
    return line;
}

static void print_markdown(const struct jk_register *row, uint8_t command, const struct line *line)
{
    const struct jk_scale_info *by = &jk_scales[row->scale];
    char scale[32] = "-";
    char bit[8] = "";
    char ble[8] = "-";
    if (row->kind == JK_KIND_BIT)
        snprintf(bit, sizeof(bit), ".%u", row->bit);
    else if (row->scale != JK_SCALE_1_1)
        snprintf(scale, sizeof(scale), "x %d / %d", by->num, by->den);
    if (command)
        snprintf(ble, sizeof(ble), "%02X", command);
    printf("| %04X%s | %d | %s | %u | `%s` | %s | %s | %s | %s |\n", row->address, bit,
           JK_FRAME_DATA + jk_offset(row), line->type, row->count, line->name, scale, line->unit,
           line->access, ble);
}

static void print_json(const struct jk_register *row, uint8_t command, const struct line *line)
{
    printf("{\"register\":%d,\"frame_byte\":%d,\"type\":\"%s\",\"count\":%u,\"name\":\"%s\","
           "\"unit\":\"%s\",\"access\":\"%s\",\"bit\":%u,\"ble\":%u}\n",
           row->address, JK_FRAME_DATA + jk_offset(row), line->type, row->count, line->name,
           line->unit, line->access, row->kind == JK_KIND_BIT ? row->bit : 0u, command);
}

/* The control block: written only, and what a write of it does. */
static const struct control_line {
    uint16_t address;
    uint8_t size;
    const char *name;
    const char *label;
} control_lines[] = {
#define CONTROL(address, size, command, name, label) {address, size, #name, label},
#define FETCH(address, type, label) {address, 2, "fetch", label},
#include "protocols/jk_control.def"
#undef CONTROL
#undef FETCH
};

static void print_control(const struct control_line *line, bool json)
{
    const char *type = line->size == 4 ? "I32" : "U16";
    if (json)
        printf("{\"register\":%d,\"type\":\"%s\",\"count\":1,\"name\":\"%s\",\"access\":\"W\","
               "\"label\":\"%s\"}\n",
               line->address, type, line->name, line->label);
    else
        printf("| %04X | %s | `%s` | %s |\n", line->address, type, line->name, line->label);
}

void describe_jk_registers(const struct protocol *protocol, bool json)
{
    if (!json)
        printf("# %s\n\n%s. Evidence: %s.\n\n"
               "Register = block + byte offset; raw = value x scale. Little-endian in the frame, "
               "big-endian over Modbus.\n\n"
               "| Register | Frame byte | Type | Count | Name | Scale | Unit | Access | BLE |\n"
               "|---|---|---|---|---|---|---|---|---|\n",
               protocol->name, protocol->title, evidence_name[protocol->evidence]);
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct line line = line_of(&jk_registers[i], &jk_notes[i]);
        (json ? print_json : print_markdown)(&jk_registers[i], jk_notes[i].ble, &line);
    }
    if (!json)
        puts("\nWritten, never read:\n\n| Register | Type | Name | Meaning |\n|---|---|---|---|");
    for (size_t i = 0; i < COUNT(control_lines); i++)
        print_control(&control_lines[i], json);
}
