/* SPDX-License-Identifier: Apache-2.0
 * Recorded traffic as text, one line at a time: candump lines "(12.345678) can0 351#1402", serial
 * and BLE lines "(12.345678) rs485 > 01 03 12", comments "#", expectations "=". Knows no file and
 * no protocol. Remote, error and CAN FD frames are refused: no protocol here has them.
 *
 * Also read, never written, is what people note down: "TX hex 01 03 12", "RX ascii ~2002460012",
 * "12.3 TX ~2002..", "@12.3 H> 01 03", "B> 01 03", "CAN> 351 14 02", and indented lines of bytes
 * that go on. TX and H are the asking side. An ASCII frame gets the carriage return of its end;
 * what follows '|' is a remark. The port is "-", the time 0 if none is given.
 */
#ifndef HEARTH_WIRE_LOG_TEXT_H
#define HEARTH_WIRE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"

#define LOG_BYTES_MAX 1024 /* of one serial line */
#define LOG_PORT_SIZE 16

enum log_kind {
    LOG_EMPTY,
    LOG_COMMENT,     /* text: what follows '#' */
    LOG_EXPECTATION, /* text: what follows '=' */
    LOG_CAN,
    LOG_SERIAL,
    LOG_MORE, /* bytes: they belong to the serial line before */
};

struct log_line {
    uint8_t kind; /* enum log_kind */
    char port[LOG_PORT_SIZE];
    uint64_t time_us;
    struct can_frame frame;
    bool from_asking; /* serial: '>' */
    bool may_go_on;   /* serial: a LOG_MORE can follow */
    uint16_t size;    /* serial */
    uint8_t bytes[LOG_BYTES_MAX];
    const char *text; /* into the parsed line, without blanks at its ends */
    size_t text_size;
};

/* What a refused line is: nonsense, or well formed and a frame that no protocol here has. */
enum log_refusal { LOG_MALFORMED, LOG_REMOTE_FRAME, LOG_ERROR_FRAME };

struct log_error {
    enum log_refusal refusal;
    const char *reason;
    size_t column; /* from 1 */
};

/* One line, with or without its end of line. Returns 0 or RESULT_BAD_FORMAT with `error` filled. */
int log_text_parse(const char *text, size_t size, struct log_line *line, struct log_error *error);

/* Puts the bytes of a LOG_MORE behind those of a serial line. Returns 0, or RESULT_BAD_FORMAT with
 * `error` filled and `line` unchanged when that line cannot go on or they do not fit.
 */
int log_text_join(struct log_line *line, const struct log_line *more, struct log_error *error);

/* A CAN or serial line without end of line; returns its length or RESULT_NO_SPACE. */
int log_text_format(const struct log_line *line, char *buffer, size_t size);

#endif
