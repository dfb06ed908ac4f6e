/* SPDX-License-Identifier: Apache-2.0
 * Recorded traffic as text, one line each: candump `(12.345678) can0 351#1402740E` and serial
 * `(12.345678) rs485 > 01 03 12 00`, where '>' is the asking side and '<' the battery. '#' begins a
 * comment, '=' an expectation `= name value`. Errors name the column.
 */
#ifndef HEARTH_WIRE_LOG_TEXT_H
#define HEARTH_WIRE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"

#define LOG_BYTES_MAX 640
#define LOG_LINE_MAX 2048

enum log_kind { LOG_NOTHING, LOG_CAN, LOG_SERIAL, LOG_EXPECTATION };

struct log_line {
    uint8_t kind;      /* enum log_kind; comments and blank lines are LOG_NOTHING */
    uint64_t time_us;
    struct can_frame frame; /* LOG_CAN */
    bool from_asking;       /* LOG_SERIAL: '>' */
    size_t size;            /* LOG_SERIAL */
    uint8_t bytes[LOG_BYTES_MAX];
    const char *name; /* LOG_EXPECTATION: points into the text; name_size, value_size */
    size_t name_size;
    const char *value;
    size_t value_size;
};

struct log_error {
    const char *words; /* what is wrong */
    size_t column;     /* from 1 */
};

/* Parses one line without its newline. Returns 0 or RESULT_BAD_FORMAT with `error` filled. */
int log_parse(const char *text, size_t size, struct log_line *line, struct log_error *error);

/* Writes a line without newline, NUL at the end; returns its size, 0 when it does not fit. `name`
 * is the interface ("can0") or medium ("rs485"). */
size_t log_format_can(char *text, size_t capacity, uint64_t time_us, const char *name,
                      const struct can_frame *frame);
size_t log_format_serial(char *text, size_t capacity, uint64_t time_us, const char *name,
                         bool from_asking, const uint8_t *bytes, size_t size);

#endif
