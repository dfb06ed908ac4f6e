/* SPDX-License-Identifier: Apache-2.0
 * Modbus writes to commands. Every field that the write covers becomes a command, a field that is
 * cut refuses the write; bits and the other half of a byte pair only where they change. The control
 * block is a table of its own: protocols/jk_control.def.
 */
#include <string.h>

#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"
#include "wire/modbus.h"

/* What is being written. */
struct write {
    struct jk_stretch at;
    const uint8_t *bytes;
    const struct params *params;
    struct command *commands;
    size_t capacity;
    size_t count;
    bool overflow;
};

static void add(struct write *write, const struct command *command)
{
    if (write->count == write->capacity)
        write->overflow = true;
    else
        write->commands[write->count++] = *command;
}

static int write_control(uint16_t address, const uint8_t *bytes, size_t size,
                         struct command *commands)
{
    const struct jk_control *control = jk_control_find(address);
    if (control == NULL)
        return -MODBUS_ILLEGAL_ADDRESS;
    if (control->size != size)
        return -MODBUS_ILLEGAL_VALUE;
    uint8_t type = size == 4 ? JK_TYPE_I32 : JK_TYPE_I16;
    commands[0] = (struct command){.kind = control->command,
                                   .id = address,
                                   .value = (int32_t)jk_get_number(bytes, type, true)};
    return 1;
}

static void take_param(struct write *write, const struct jk_register *row, bool pair)
{
    for (size_t i = 0; i < row->count; i++) {
        size_t offset = jk_offset(row) + i * jk_width(row);
        if (!jk_inside(&write->at, offset, jk_width(row)))
            continue;
        int64_t raw = jk_get_number(write->bytes + (offset - write->at.from), row->type, true);
        struct command command = {
            .kind = COMMAND_SET_PARAM, .id = (uint16_t)(row->id + i), .value = jk_value(row, raw)};
        int32_t now = write->params->value[command.id];
        if (!pair || jk_raw(row, now) != raw)
            add(write, &command);
    }
}

static void take_bit(struct write *write, const struct jk_register *row)
{
    const uint8_t *word = write->bytes + (jk_offset(row) - write->at.from);
    int32_t value = (int32_t)(jk_get_number(word, JK_TYPE_U16, true) >> row->bit & 1);
    struct command command = {.kind = COMMAND_SET_PARAM, .id = row->id, .value = value};
    if (write->params->value[row->id] != value)
        add(write, &command);
}

static void take_text(struct write *write, const struct jk_register *row)
{
    struct command command = {.kind = COMMAND_SET_TEXT, .id = row->id};
    size_t size = row->count < sizeof(command.text) ? row->count : sizeof(command.text);
    memcpy(command.text, write->bytes + (jk_offset(row) - write->at.from), size);
    add(write, &command);
}

static bool overlaps(const struct write *write, size_t offset, size_t size)
{
    return offset < write->at.from + write->at.size && offset + size > write->at.from;
}

/* False when the write cuts this field. */
static bool take_row(struct write *write, const struct jk_register *row)
{
    size_t size = row->kind == JK_KIND_TEXT ? row->count : jk_width(row);
    bool array = row->kind == JK_KIND_PARAM && row->count > 1;
    if (!overlaps(write, jk_offset(row), array ? size * row->count : size))
        return true;
    if (!array && !jk_inside(&write->at, jk_offset(row), size))
        return false;
    if (row->kind == JK_KIND_PARAM)
        take_param(write, row, jk_width(row) == 1);
    else if (row->kind == JK_KIND_BIT)
        take_bit(write, row);
    else if (row->kind == JK_KIND_TEXT)
        take_text(write, row);
    return true;
}

/* Nothing changes; the write still has to be one that the asker may make. */
static int confirm(struct write *write)
{
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool setting = row->kind == JK_KIND_PARAM || row->kind == JK_KIND_BIT;
        if (jk_block(row) != write->at.block || !setting ||
            !jk_inside(&write->at, jk_offset(row), jk_width(row)))
            continue;
        write->commands[0] = (struct command){
            .kind = COMMAND_SET_PARAM, .id = row->id, .value = write->params->value[row->id]};
        return 1;
    }
    return -MODBUS_ILLEGAL_ADDRESS;
}

int jk_map_write(uint16_t address, const uint8_t *bytes, size_t size, const struct params *params,
                 struct command *commands, size_t capacity)
{
    struct write write = {
        {address & JK_BLOCK_MASK, address & (uint16_t)~JK_BLOCK_MASK, size, true},
        bytes,
        params,
        commands,
        capacity,
        0,
        false
    };
    if (write.at.block == JK_BLOCK_CONTROL)
        return write_control(address, bytes, size, commands);
    if (!jk_block_known(write.at.block) || address % 2 != 0)
        return -MODBUS_ILLEGAL_ADDRESS;
    for (size_t i = 0; i < jk_register_count; i++) {
        if (jk_block(&jk_registers[i]) == write.at.block && !take_row(&write, &jk_registers[i]))
            return -MODBUS_ILLEGAL_ADDRESS;
    }
    if (write.overflow)
        return -MODBUS_ILLEGAL_VALUE;
    return write.count > 0 ? (int)write.count : confirm(&write);
}

size_t jk_map_setting(enum param_id id, int32_t value, const struct params *params,
                      uint16_t *address, uint8_t *data)
{
    struct params changed = *params;
    struct snapshot nothing;
    changed.value[id] = value;
    snapshot_init(&nothing);
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool setting = row->kind == JK_KIND_PARAM || row->kind == JK_KIND_BIT;
        if (!setting || row->id != id || row->access != JK_WIRE_RW)
            continue;
        *address = row->address & 0xFFFE;
        uint16_t words = jk_width(row) == 4 ? 2 : 1;
        jk_map_read(*address, words, &nothing, &changed, data);
        return 2u * words;
    }
    return 0;
}

size_t jk_map_setting_text(enum text_param_id id, const char *text, uint16_t *address,
                           uint8_t *data)
{
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        if (row->kind != JK_KIND_TEXT || row->id != id || row->access != JK_WIRE_RW)
            continue;
        *address = row->address;
        memset(data, 0, row->count);
        for (size_t at = 0; at < row->count && text[at] != '\0'; at++)
            data[at] = (uint8_t)text[at];
        return row->count;
    }
    return 0;
}
