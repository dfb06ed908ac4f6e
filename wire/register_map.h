/* SPDX-License-Identifier: Apache-2.0
 * Modbus-like register maps as tables: blocks of words, big-endian, made of the same rows as CAN
 * messages (wire/can_field.h, wire/can_alarm.h) and of settings. Blocks may overlap where they add
 * different bits; a register of no block reads 0 or is refused. Both ends read through this.
 */
#ifndef HEARTH_WIRE_REGISTER_MAP_H
#define HEARTH_WIRE_REGISTER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/number.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "wire/can_alarm.h"
#include "wire/can_field.h"
#include "wire/modbus.h"

#define REGISTER_BLOCK_WORDS_MAX 125

/* Alarm rows by bits of a word: of the block's first 16 words only. */
#define WORD_ALARM(alarm, word, bit) {ALARM_##alarm, WORD_PLACE(word, bit)},
#define WORD_WARNING(alarm, word, bit) {CAN_ALARM_WARNS | ALARM_##alarm, WORD_PLACE(word, bit)},
#define WORD_PLACE(word, bit) (16 * (word) + ((bit) ^ 8))

/* `byte` of a field: of the word `word` of its block. */
#define WORD(word) (2 * (word))

/* One setting in one word. */
struct register_setting {
    uint16_t word;  /* of the block */
    uint16_t param; /* enum param_id */
    uint8_t type;   /* U16BE or S16BE, with DOWN where a coarse number must not promise more */
    uint8_t scale;  /* enum can_scale_id */
};

enum register_source {
    REGISTER_OF_BANK,
    REGISTER_OF_PACK, /* that speaks */
};

struct register_block {
    uint16_t first; /* register */
    uint8_t words;
    uint8_t source; /* enum register_source */
    uint8_t field_count;
    uint8_t alarm_count;
    uint8_t setting_count;
    const char *fill; /* 2 * words bytes where no row writes; NULL: all zero */
    const struct can_field *fields;
    const struct can_alarm *alarms;
    const struct register_setting *settings;
};

#define BLOCK_FIELDS(table) .fields = table, .field_count = COUNT(table)
#define BLOCK_ALARMS(table) .alarms = table, .alarm_count = COUNT(table)
#define BLOCK_SETTINGS(table) .settings = table, .setting_count = COUNT(table)

/* What is read: where it comes from, or where it goes. */
struct register_values {
    const struct view *view;
    const struct snapshot *own;
    const struct params *params;
};

/* The words [first, first + words) of a read, big-endian. */
struct register_span {
    uint16_t first;
    uint16_t words;
    uint8_t *data; /* 2 * words bytes */
};

struct register_map {
    const struct register_block *blocks;
    uint8_t block_count;
    bool gaps_read_zero; /* else a read that touches a register of no block is refused */
};

/* The place of a register in a span, NULL: not in it. For hooks that add what rows cannot say. */
uint8_t *register_at(const struct register_span *span, uint16_t address);

/* Fills span->data. MODBUS_ILLEGAL_ADDRESS: a gap, or beyond register 65535;
 * MODBUS_DEVICE_FAILURE: a required value of a block that the span touches is not known. */
enum modbus_exception register_map_read(const struct register_map *map,
                                        const struct register_values *from,
                                        const struct register_span *span);

/* Adds what the words say: values of blocks of the bank and of the pack both go into `values`.
 * BAD: no block knows any of them. */
enum decode register_map_take(const struct register_map *map, const struct register_span *span,
                              struct snapshot *values, struct params *params);

/* The setting at a register, NULL: none there; and what a word means as its value. */
const struct register_setting *register_map_setting(const struct register_map *map,
                                                    uint16_t address);
int32_t register_setting_value(const struct register_setting *setting, const uint8_t word[2]);

#endif
