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

#include "protocols/jk_row.h"

extern const struct jk_type_info jk_types[];

/* By its scale, rounded: the number on the wire, and back. */
int64_t jk_raw(const struct jk_register *row, int64_t value);
int32_t jk_value(const struct jk_register *row, int64_t raw);

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
    uint8_t size;     /* bytes of its number */
    uint8_t command;  /* enum command_kind */
    const char *name; /* NULL in only a battery */
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
