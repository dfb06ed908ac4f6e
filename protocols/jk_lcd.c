/* SPDX-License-Identifier: Apache-2.0
 * Pictures in time, and records as they come. A picture takes longer than a second at 2400 baud, so
 * the next one waits until the line is free.
 */
#include "protocols/jk_lcd.h"

#include <string.h>

#include "protocols/explainer.h"

enum {
    REFRESH_US = 1000000,
    STALE_US = 5 * REFRESH_US,
    BITS_PER_BYTE = 10,
    SECOND_US = 1000000,
};

static const uint32_t baud[JK_LCD_KIND_COUNT] = {[JK_LCD_V2] = 2400, [JK_LCD_PB] = 115200};

/* ---- Battery ---- */

void jk_lcd_init(struct jk_lcd *lcd, enum jk_lcd_kind kind)
{
    memset(lcd, 0, sizeof(*lcd));
    lcd->kind = (uint8_t)kind;
}

void jk_lcd_step(struct jk_lcd *lcd, const struct snapshot *pack, uint64_t now_us)
{
    bool sending = lcd->sent < lcd->size;
    if (sending || now_us < lcd->next_us || pack == NULL || !snapshot_have(pack, VALUE_pack_mv))
        return;
    lcd->size = (uint16_t)jk_lcd_encode((enum jk_lcd_kind)lcd->kind, pack, lcd->picture);
    lcd->sent = 0;
    lcd->pictures++;
    uint64_t line_us = (uint64_t)lcd->size * BITS_PER_BYTE * SECOND_US / baud[lcd->kind];
    lcd->next_us = now_us + (line_us > REFRESH_US ? line_us : REFRESH_US);
}

size_t jk_lcd_transmit(struct jk_lcd *lcd, uint8_t *buffer, size_t size)
{
    size_t left = (size_t)(lcd->size - lcd->sent);
    size_t count = left < size ? left : size;
    memcpy(buffer, lcd->picture + lcd->sent, count);
    lcd->sent = (uint16_t)(lcd->sent + count);
    return count;
}

/* ---- Display ---- */

void jk_lcd_reader_init(struct jk_lcd_reader *reader, enum jk_lcd_kind kind)
{
    memset(reader, 0, sizeof(*reader));
    reader->kind = (uint8_t)kind;
    snapshot_init(&reader->values);
    serial_line_init(&reader->line, &jk_lcd_shape[kind], 1);
}

static void take_record(struct jk_lcd_reader *reader, const struct serial_token *record,
                        uint64_t now_us)
{
    enum jk_lcd_kind kind = (enum jk_lcd_kind)reader->kind;
    struct jk_lcd_told told;
    struct snapshot said;
    snapshot_init(&said);
    reader->records++;
    if (jk_lcd_decode(kind, record, &said, &told) != DECODED ||
        jk_lcd_decode(kind, record, &reader->values, &told) != DECODED) {
        reader->bad_records++;
        return;
    }
    if (!snapshot_have(&said, VALUE_pack_mv))
        return;
    reader->heard = true;
    reader->heard_us = now_us;
}

void jk_lcd_reader_receive(struct jk_lcd_reader *reader, const uint8_t *bytes, size_t size,
                           uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    serial_line_time(&reader->line, size, now_us);
    while (serial_line_next(&reader->line, &input, &token)) {
        if (token.kind == JK_LCD_RECORD)
            take_record(reader, &token, now_us);
        else if (token.kind == JK_LCD_BROKEN)
            reader->broken++;
        else
            reader->noise_bytes += token.size;
    }
}

bool jk_lcd_reader_fresh(const struct jk_lcd_reader *reader, uint64_t now_us)
{
    return reader->heard && now_us - reader->heard_us <= STALE_US;
}

/* ---- Recorded traffic ---- */

static const char *error_of(const struct serial_token *token, enum decode outcome)
{
    if (token->kind == JK_LCD_BROKEN)
        return "bytes are missing";
    return outcome == DECODED ? NULL : "its content is wrong";
}

static struct message message_of(enum jk_lcd_kind kind, const struct serial_token *token,
                                 struct snapshot *values)
{
    struct jk_lcd_told told = {.name = token->kind == JK_LCD_BROKEN ? "broken" : "noise"};
    enum decode outcome = DECODED;
    snapshot_init(values);
    if (token->kind == JK_LCD_RECORD)
        outcome = jk_lcd_decode(kind, token, values, &told);
    return (struct message){.name = told.name,
                            .pack = -1,
                            .error = error_of(token, outcome),
                            .bytes = token->bytes,
                            .size = token->size,
                            .can_id = -1,
                            .values = token->kind == JK_LCD_RECORD ? values : NULL,
                            .control = told.control,
                            .control_value = told.number};
}

/* What came from one side. */
struct heard {
    enum jk_lcd_kind kind;
    enum side from;
    struct serial_input input;
    bool ends;
};

static void read_side(struct serial_explainer *explainer, struct heard *heard,
                      message_function *report, void *context)
{
    struct serial_line *line = &explainer->exchange.line[heard->from];
    struct serial_token token;
    if (line->shapes == NULL)
        serial_line_init(line, &jk_lcd_shape[heard->kind], 1);
    if (heard->ends)
        serial_line_end(line);
    while (serial_line_next(line, &heard->input, &token)) {
        struct message message = message_of(heard->kind, &token, &explainer->values);
        message.from = heard->from;
        report(context, &message);
    }
}

static void explain(struct serial_explainer *explainer, struct heard heard,
                    message_function *report, void *context)
{
    read_side(explainer, &heard, report, context);
    if (!heard.ends)
        return;
    heard.from = heard.from == SIDE_ASKING ? SIDE_BATTERY : SIDE_ASKING;
    read_side(explainer, &heard, report, context);
}

void jk_lcd_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                    size_t size, message_function *report, void *context)
{
    explain(explainer,
            (struct heard){
                JK_LCD_V2, from, {bytes, size},
                  size == 0
    },
            report, context);
}

void jk_lcd_pb_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                       size_t size, message_function *report, void *context)
{
    explain(explainer,
            (struct heard){
                JK_LCD_PB, from, {bytes, size},
                  size == 0
    },
            report, context);
}
