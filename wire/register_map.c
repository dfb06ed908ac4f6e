/* SPDX-License-Identifier: Apache-2.0
 * Blocks to words and back. A block is made whole and the asked part of it is laid over the answer,
 * so that blocks that share a word add their bits. A value that lies in a span partly is not read.
 */
#include "wire/register_map.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/row_codec.h"

#define ADDRESS_COUNT 0x10000u

uint8_t *register_at(const struct register_span *span, uint16_t address)
{
    unsigned word = (unsigned)address - span->first;
    return address >= span->first && word < span->words ? span->data + 2 * word : NULL;
}

static const struct snapshot *source_of(const struct register_block *block,
                                        const struct register_values *from)
{
    return block->source == REGISTER_OF_PACK ? from->own : from->view->bank;
}

static uint32_t end_of(const struct register_block *block)
{
    return (uint32_t)block->first + block->words;
}

static bool meets(const struct register_block *block, const struct register_span *span)
{
    return block->first < (uint32_t)span->first + span->words && span->first < end_of(block);
}

static bool is_covered(const struct register_map *map, uint32_t address)
{
    for (size_t i = 0; i < map->block_count; i++) {
        if (address >= map->blocks[i].first && address < end_of(&map->blocks[i]))
            return true;
    }
    return false;
}

static const struct field_type_info *type_of(const struct register_setting *setting)
{
    return &field_type_info[setting->type & FIELD_TYPE_MASK];
}

static void put_setting(const struct register_setting *setting, const struct params *params,
                        uint8_t *data)
{
    const struct can_scale *scale = &can_scales[setting->scale];
    int64_t product = (int64_t)params->value[setting->param] * scale->num;
    int64_t raw =
        setting->type & DOWN ? div_floor(product, scale->den) : div_round(product, scale->den);
    field_put(type_of(setting), data + 2 * setting->word, raw + scale->offset);
}

static bool make_block(const struct register_block *block, const struct register_values *from,
                       uint8_t *data)
{
    static const struct row_told as_is;
    const struct snapshot *source = source_of(block, from);
    ASSERT(block->words <= REGISTER_BLOCK_WORDS_MAX);
    memset(data, 0, 2u * block->words);
    if (block->fill != NULL)
        memcpy(data, block->fill, 2u * block->words);
    if (!row_encode(block->fields, block->field_count, &as_is, source, data))
        return false;
    row_encode_alarms(block->alarms, block->alarm_count, 0, source, data);
    for (size_t i = 0; i < block->setting_count; i++)
        put_setting(&block->settings[i], from->params, data);
    return true;
}

/* Adds the part of a block that lies in the span. */
static void lay_over(const struct register_block *block, const uint8_t *made,
                     const struct register_span *span)
{
    for (unsigned word = 0; word < block->words; word++) {
        uint8_t *to = register_at(span, (uint16_t)(block->first + word));
        if (to == NULL)
            continue;
        to[0] |= made[2 * word];
        to[1] |= made[2 * word + 1];
    }
}

enum modbus_exception register_map_read(const struct register_map *map,
                                        const struct register_values *from,
                                        const struct register_span *span)
{
    uint8_t made[2 * REGISTER_BLOCK_WORDS_MAX];
    memset(span->data, 0, 2u * span->words);
    if ((uint32_t)span->first + span->words > ADDRESS_COUNT)
        return MODBUS_ILLEGAL_ADDRESS;
    for (uint32_t i = 0; !map->gaps_read_zero && i < span->words; i++) {
        if (!is_covered(map, span->first + i))
            return MODBUS_ILLEGAL_ADDRESS;
    }
    for (size_t i = 0; i < map->block_count; i++) {
        const struct register_block *block = &map->blocks[i];
        if (!meets(block, span))
            continue;
        if (!make_block(block, from, made))
            return MODBUS_DEVICE_FAILURE;
        lay_over(block, made, span);
    }
    return MODBUS_NO_EXCEPTION;
}

/* The bytes of a block that a span holds, at their places in the block; [from, to) of them count.
 */
struct excerpt {
    uint8_t data[2 * REGISTER_BLOCK_WORDS_MAX];
    size_t from;
    size_t to;
};

static void cut_out(const struct register_block *block, const struct register_span *span,
                    struct excerpt *excerpt)
{
    excerpt->from = excerpt->to = 0;
    for (unsigned word = 0; word < block->words; word++) {
        const uint8_t *words = register_at(span, (uint16_t)(block->first + word));
        if (words == NULL)
            continue;
        if (excerpt->to == 0)
            excerpt->from = 2 * word;
        memcpy(excerpt->data + 2 * word, words, 2);
        excerpt->to = 2 * word + 2;
    }
}

static void take_block(const struct register_block *block, const struct register_span *span,
                       struct snapshot *values, struct params *params)
{
    struct excerpt excerpt;
    cut_out(block, span, &excerpt);
    const struct row_bytes bytes = {excerpt.data, excerpt.from, excerpt.to};
    row_decode(block->fields, block->field_count, &bytes, values);
    row_decode_alarms(block->alarms, block->alarm_count, 0, &bytes, values);
    for (size_t i = 0; i < block->setting_count; i++) {
        const struct register_setting *setting = &block->settings[i];
        size_t at = 2u * setting->word;
        if (at < excerpt.from || at + type_of(setting)->size > excerpt.to)
            continue;
        params_put(params, (enum param_id)setting->param,
                   register_setting_value(setting, excerpt.data + at));
    }
}

enum decode register_map_take(const struct register_map *map, const struct register_span *span,
                              struct snapshot *values, struct params *params)
{
    bool known = false;
    for (size_t i = 0; i < map->block_count; i++) {
        if (!meets(&map->blocks[i], span))
            continue;
        take_block(&map->blocks[i], span, values, params);
        known = true;
    }
    return known ? DECODED : BAD;
}

const struct register_setting *register_map_setting(const struct register_map *map,
                                                    uint16_t address)
{
    for (size_t i = 0; i < map->block_count; i++) {
        const struct register_block *block = &map->blocks[i];
        for (size_t k = 0; k < block->setting_count; k++) {
            if (block->first + block->settings[k].word == address)
                return &block->settings[k];
        }
    }
    return NULL;
}

int32_t register_setting_value(const struct register_setting *setting, const uint8_t word[2])
{
    const struct can_scale *scale = &can_scales[setting->scale];
    int64_t raw = field_get(type_of(setting), word);
    return saturate32(div_round((raw - scale->offset) * scale->den, scale->num));
}
