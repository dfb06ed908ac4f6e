/* SPDX-License-Identifier: Apache-2.0
 * JK's displays on a serial port: the battery writes a picture about every second, the display
 * never answers. Both ends, and what recorded traffic says.
 */
#ifndef HEARTH_PROTOCOLS_JK_LCD_H
#define HEARTH_PROTOCOLS_JK_LCD_H

#include "protocols/jk_lcd_record.h"
#include "protocols/protocols.h"

/* ---- Battery ---- */

struct jk_lcd {
    uint8_t kind; /* enum jk_lcd_kind */
    uint16_t size;
    uint16_t sent;
    uint64_t next_us; /* next picture */
    uint32_t pictures;
    uint8_t picture[JK_LCD_PICTURE_MAX];
};

void jk_lcd_init(struct jk_lcd *lcd, enum jk_lcd_kind kind);

/* Draws when it is time and the last picture is out; call it every few milliseconds. `pack` NULL:
 * its values cannot be vouched for, nothing is written. */
void jk_lcd_step(struct jk_lcd *lcd, const struct snapshot *pack, uint64_t now_us);

/* Hands out bytes to send; returns their number, 0 when there are none. */
size_t jk_lcd_transmit(struct jk_lcd *lcd, uint8_t *buffer, size_t size);

/* ---- Display, as a reader ---- */

struct jk_lcd_reader {
    uint8_t kind;
    struct serial_line line;
    struct snapshot values; /* of all records so far */
    uint64_t heard_us;      /* last status */
    bool heard;
    /* Counted by cause */
    uint32_t records;
    uint32_t bad_records; /* impossible content */
    uint32_t broken;      /* bytes are missing */
    uint32_t noise_bytes;
};

void jk_lcd_reader_init(struct jk_lcd_reader *reader, enum jk_lcd_kind kind);

/* size 0: only time has passed. */
void jk_lcd_reader_receive(struct jk_lcd_reader *reader, const uint8_t *bytes, size_t size,
                           uint64_t now_us);

/* Whether the values are not older than a few refreshes. */
bool jk_lcd_reader_fresh(const struct jk_lcd_reader *reader, uint64_t now_us);

/* ---- Recorded traffic; the signature of protocols.h ---- */

void jk_lcd_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                    size_t size, message_function *report, void *context);
void jk_lcd_pb_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                       size_t size, message_function *report, void *context);

#endif
