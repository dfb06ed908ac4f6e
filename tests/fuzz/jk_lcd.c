/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_lcd.c: the first byte chooses the display, then bursts, each after a
 * byte for its size (FF: a picture of the values at hand). What is read is possible; a picture of
 * it is read again without a complaint.
 */
#include <stdlib.h>
#include <string.h>

#include "protocols/jk_lcd.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { BURSTS_MAX = 200, STEP_US = 100000 };

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_values(const struct snapshot *values)
{
    check(values->soc_permille >= 0 && values->soc_permille <= 1000);
    for (unsigned cell = 0; cell < CELL_MAX; cell++) {
        bool have = snapshot_have(values, (enum value_id)(VALUE_cell_mv + cell));
        check(have ? values->cell_mv[cell] >= 500 && values->cell_mv[cell] <= 5000
                   : values->cell_mv[cell] == 0);
    }
}

static void check_picture(enum jk_lcd_kind kind, const struct snapshot *pack, uint64_t now_us)
{
    struct jk_lcd lcd;
    struct jk_lcd_reader reader;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    jk_lcd_init(&lcd, kind);
    jk_lcd_reader_init(&reader, kind);
    jk_lcd_step(&lcd, pack, now_us);
    size_t size = jk_lcd_transmit(&lcd, picture, sizeof(picture));
    check((size > 0) == snapshot_have(pack, VALUE_pack_mv));
    jk_lcd_reader_receive(&reader, picture, size, now_us);
    check(reader.noise_bytes + reader.broken + reader.bad_records == 0);
    check(reader.heard == (size > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct jk_lcd_reader reader;
    uint64_t now_us = STEP_US;
    if (size == 0)
        return 0;
    enum jk_lcd_kind kind = bytes[0] & 1 ? JK_LCD_PB : JK_LCD_V2;
    jk_lcd_reader_init(&reader, kind);
    size_t at = 1;
    for (int i = 0; i < BURSTS_MAX && size - at > 1; i++) {
        size_t left = size - at - 1;
        size_t burst = bytes[at] == UINT8_MAX ? 0 : bytes[at] < left ? bytes[at] : left;
        now_us += STEP_US;
        if (bytes[at] == UINT8_MAX)
            check_picture(kind, &reader.values, now_us);
        else
            jk_lcd_reader_receive(&reader, bytes + at + 1, burst, now_us);
        check_values(&reader.values);
        at += 1 + burst;
    }
    check_picture(kind, &reader.values, now_us);
    return 0;
}
