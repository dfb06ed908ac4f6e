/* SPDX-License-Identifier: Apache-2.0
 * Traffic written to a text file, a line per write: "(12.345678) rs485 < 01 03 ..." for serial
 * bytes, "(12.345678) can0 351#0011" for CAN. Time counts from the opening. Appends.
 */
#ifndef HEARTH_PORT_LINUX_LOG_FILE_H
#define HEARTH_PORT_LINUX_LOG_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "base/can.h"

struct log_file {
    FILE *file;
    uint64_t start_us;
    uint32_t lost_lines; /* the medium was full */
};

/* Returns 0 or a negative enum result with `error` (PORT_ERROR_SIZE) filled. */
int log_file_open(struct log_file *log, const char *path, char *error);
void log_file_write_bytes(struct log_file *log, const uint8_t *bytes, size_t size);
void log_file_write_frame(struct log_file *log, const struct can_frame *frame);
void log_file_close(struct log_file *log);

#endif
