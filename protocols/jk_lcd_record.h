/* SPDX-License-Identifier: Apache-2.0
 * The records of JK's two display protocols: writes to variables and registers of a display, of the
 * form `header, size, command, address, words`. There is no check sum and nobody answers.
 */
#ifndef HEARTH_PROTOCOLS_JK_LCD_RECORD_H
#define HEARTH_PROTOCOLS_JK_LCD_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "core/snapshot.h"
#include "wire/serial_line.h"

enum jk_lcd_kind {
    JK_LCD_V2, /* A5 5A, "JK BMS LCD protocol V2.0", UART number 10, 2400 baud */
    JK_LCD_PB, /* 5A A5, "JK PBxx series LCD protocol V1.0", UART number 15, 115200 baud */
    JK_LCD_KIND_COUNT
};

enum { JK_LCD_RECORD = SERIAL_NOISE + 1, JK_LCD_BROKEN }; /* kinds of tokens */

#define JK_LCD_PICTURE_MAX 320 /* bytes */

extern const struct serial_shape jk_lcd_shape[JK_LCD_KIND_COUNT];

/* What a record says. */
struct jk_lcd_told {
    const char *name;    /* "status", "cells", "colour", "register", "touch", "variable" */
    const char *control; /* the colour, or what is set; NULL none */
    int32_t number;      /* of the element that has the colour, or what it is set to */
};

/* Adds to `values`. BAD: no such content is possible; without a check sum that is how a lost byte
 * shows. */
enum decode jk_lcd_decode(enum jk_lcd_kind kind, const struct serial_token *record,
                          struct snapshot *values, struct jk_lcd_told *told);

/* All records of one refresh; their size. What is not known is shown as 0. */
size_t jk_lcd_encode(enum jk_lcd_kind kind, const struct snapshot *pack,
                     uint8_t picture[JK_LCD_PICTURE_MAX]);

#endif
