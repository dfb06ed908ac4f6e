/* SPDX-License-Identifier: Apache-2.0
 * The rows of protocols/jk_map.def and jk_control.def as tables, and numbers in the byte order of a
 * medium. For the files that walk them: jk_map.c (blocks), jk_write.c (what a write asks for) and
 * jk_explain.c.
 */
#ifndef HEARTH_PROTOCOLS_JK_REGISTERS_H
#define HEARTH_PROTOCOLS_JK_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JK_BLOCK_MASK 0xFE00 /* of a register address; the rest is the offset in bytes */

enum jk_type {
    JK_TYPE_U8,
    JK_TYPE_I8,
    JK_TYPE_BOOL,
    JK_TYPE_U16,
    JK_TYPE_I16,
    JK_TYPE_U32,
    JK_TYPE_I32,
};

struct jk_type_info {
    uint8_t size; /* bytes */
    int64_t min;
    int64_t max;
};

extern const struct jk_type_info jk_types[];

enum jk_kind {
    JK_KIND_PARAM,
    JK_KIND_BIT,
    JK_KIND_TEXT,
    JK_KIND_VALUE,
    JK_KIND_COPY,
    JK_KIND_RAW,
    JK_KIND_BYTES,
    JK_HOOK_CELLS,
    JK_HOOK_CELL_MASK,
    JK_HOOK_TEMP,
    JK_HOOK_POWER,
    JK_HOOK_ALARMS,
    JK_HOOK_OWN_ALARMS,
    JK_HOOK_SOC,
    JK_HOOK_FIRST_TIMER,
    JK_HOOK_TIMER,
    JK_HOOK_SENSORS,
    JK_HOOK_CONTACTS,
};

enum jk_rights { JK_WIRE_R, JK_WIRE_RW };

struct jk_register {
    uint16_t block;
    uint16_t offset;
    uint16_t id; /* of the setting, text or value */
    uint16_t since;
    uint8_t kind;
    uint8_t type;
    uint8_t count;  /* elements; JK_KIND_BIT: 1 */
    uint8_t bit;    /* JK_KIND_BIT */
    uint8_t ble;    /* command number, 0 none */
    uint8_t access; /* enum jk_rights */
    int32_t num;    /* JK_KIND_RAW: the constant; timers: mask of alarms */
    int32_t den;
    const char *text; /* JK_KIND_RAW, JK_KIND_BYTES: name */
    const char *bytes;
};

extern const struct jk_register jk_registers[];
extern const size_t jk_register_count;

/* A stretch of a block in one byte order. */
struct jk_stretch {
    uint16_t block;
    size_t from; /* offset of its first byte */
    size_t size;
    bool big; /* big-endian */
};

/* A register of the control block. */
struct jk_control {
    uint16_t address;
    uint8_t size;    /* bytes of its number */
    uint8_t command; /* enum command_kind */
    const char *name;
};

const struct jk_control *jk_control_find(uint16_t address); /* NULL none */

/* Registers whose write fetches a whole frame, and the register of a log-in (8 words, ours). */
#define JK_LOGIN_REGISTER 0x1680
#define JK_LOGIN_WORDS 8

uint16_t jk_fetch_register(uint8_t type); /* of a frame type, 0 none */
uint8_t jk_fetch_type(uint16_t address);  /* frame type of a register, 0 none */

size_t jk_width(const struct jk_register *row); /* bytes of one element */
bool jk_inside(const struct jk_stretch *at, size_t offset, size_t size);
bool jk_block_known(uint16_t block);

int64_t jk_get_number(const uint8_t *bytes, uint8_t type, bool big);
void jk_put_number(uint8_t *bytes, uint8_t type, bool big, int64_t value); /* saturates */

#endif
