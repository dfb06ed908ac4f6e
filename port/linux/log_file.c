/* SPDX-License-Identifier: Apache-2.0
 * Recording of traffic as candump text. One line is written and flushed at a time.
 */
#include "port/linux/log_file.h"

#include "base/bytes.h"
#include "port/linux/error.h"
#include "port/port.h"

int log_file_open(struct log_file *log, const char *path, char *error)
{
    *log = (struct log_file){.file = fopen(path, "ae"), .start_us = clock_us()};
    return log->file ? 0 : port_fail_errno(error, "cannot write '%.80s'", path);
}

static void begin_line(struct log_file *log, const char *port)
{
    uint64_t time_us = clock_us() - log->start_us;
    fprintf(log->file, "(%u.%06u) %s", (unsigned)(time_us / 1000000u),
            (unsigned)(time_us % 1000000u), port);
}

static void end_line(struct log_file *log)
{
    fputc('\n', log->file);
    if (fflush(log->file) == 0)
        return;
    log->lost_lines++;
    clearerr(log->file);
}

void log_file_write_bytes(struct log_file *log, const uint8_t *bytes, size_t size)
{
    begin_line(log, "rs485 <");
    for (size_t i = 0; i < size; i++)
        fprintf(log->file, " %02X", bytes[i]);
    end_line(log);
}

void log_file_write_frame(struct log_file *log, const struct can_frame *frame)
{
    char data[2 * sizeof frame->data + 1];
    hex_format(frame->data, frame->size, data);
    begin_line(log, "can0");
    fprintf(log->file, frame->extended ? " %08X#%s" : " %03X#%s", (unsigned)frame->id, data);
    end_line(log);
}

void log_file_close(struct log_file *log)
{
    if (log->file)
        fclose(log->file);
    log->file = NULL;
}
