/* SPDX-License-Identifier: Apache-2.0
 * Modbus writes to commands. Every field that the write covers becomes a command, a field that is
 * cut refuses the write; bits and the other half of a byte pair only where they change. The control
 * block follows V1.1 of the document; what would harm is understood and refused for everybody.
 */
#include <string.h>

#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"
#include "wire/modbus.h"

static const struct control {
    uint16_t address;
    uint8_t size; /* bytes */
    uint8_t kind; /* enum command_kind */
} controls[] = {
    {0x1600, 4, COMMAND_FORBIDDEN }, /* voltage calibration: not yet */
    {0x1604, 2, COMMAND_SHUT_DOWN },
    {0x1606, 4, COMMAND_FORBIDDEN }, /* current calibration: not yet */
    {0x160A, 2, COMMAND_FORBIDDEN }, /* Li-ion preset */
    {0x160C, 2, COMMAND_PRESET_LFP},
    {0x160E, 2, COMMAND_FORBIDDEN }, /* LTO preset */
    {0x1610, 2, COMMAND_FORBIDDEN }, /* emergency: not yet */
    {0x1612, 4, COMMAND_SET_CLOCK },
    {0x1626, 2, COMMAND_FORBIDDEN }, /* firmware update */
};

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
    for (size_t i = 0; i < COUNT(controls); i++) {
        if (controls[i].address != address)
            continue;
        if (controls[i].size != size)
            return -MODBUS_ILLEGAL_VALUE;
        uint8_t type = size == 4 ? JK_TYPE_I32 : JK_TYPE_I16;
        commands[0] = (struct command){.kind = controls[i].kind,
                                       .id = address,
                                       .value = (int32_t)jk_get_number(bytes, type, true)};
        return 1;
    }
    return -MODBUS_ILLEGAL_ADDRESS;
}

static void take_param(struct write *write, const struct jk_register *row, bool pair)
{
    for (size_t i = 0; i < row->count; i++) {
        size_t offset = row->offset + i * jk_width(row);
        if (!jk_inside(&write->at, offset, jk_width(row)))
            continue;
        int64_t raw = jk_get_number(write->bytes + (offset - write->at.from), row->type, true);
        struct command command = {.kind = COMMAND_SET_PARAM,
                                  .id = (uint16_t)(row->id + i),
                                  .value = saturate32(div_round(raw * row->den, row->num))};
        int32_t now = write->params->value[command.id];
        if (!pair || div_round((int64_t)now * row->num, row->den) != raw)
            add(write, &command);
    }
}

static void take_bit(struct write *write, const struct jk_register *row)
{
    const uint8_t *word = write->bytes + (row->offset - write->at.from);
    int32_t value = (int32_t)(jk_get_number(word, JK_TYPE_U16, true) >> row->bit & 1);
    struct command command = {.kind = COMMAND_SET_PARAM, .id = row->id, .value = value};
    if (write->params->value[row->id] != value)
        add(write, &command);
}

static void take_text(struct write *write, const struct jk_register *row)
{
    struct command command = {.kind = COMMAND_SET_TEXT, .id = row->id};
    size_t size = row->count < sizeof(command.text) ? row->count : sizeof(command.text);
    memcpy(command.text, write->bytes + (row->offset - write->at.from), size);
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
    if (!overlaps(write, row->offset, array ? size * row->count : size))
        return true;
    if (!array && !jk_inside(&write->at, row->offset, size))
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
        if (row->block != write->at.block || !setting ||
            !jk_inside(&write->at, row->offset, jk_width(row)))
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
        if (jk_registers[i].block == write.at.block && !take_row(&write, &jk_registers[i]))
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
        *address = (uint16_t)(row->block + (row->offset & ~1u));
        uint16_t words = jk_width(row) == 4 ? 2 : 1;
        jk_map_read(*address, words, &nothing, &changed, data);
        return 2u * words;
    }
    return 0;
}
