/* SPDX-License-Identifier: Apache-2.0
 * Recording of traffic as candump text. One line is written and flushed at a time.
 */
#include "port/linux/log_file.h"

#include <string.h>

#include "port/linux/error.h"
#include "port/port.h"
#include "wire/log_text.h"

#define LOG_TEXT_SIZE (3 * LOG_BYTES_MAX + 64)

int log_file_open(struct log_file *log, const char *path, char *error)
{
    *log = (struct log_file){.file = fopen(path, "ae"), .start_us = clock_us()};
    return log->file ? 0 : port_fail_errno(error, "cannot write '%.80s'", path);
}

static void write_line(struct log_file *log, struct log_line *line, const char *port)
{
    char text[LOG_TEXT_SIZE];
    strcpy(line->port, port);
    line->time_us = clock_us() - log->start_us;
    if (log_text_format(line, text, sizeof text) >= 0 && fprintf(log->file, "%s\n", text) > 0 &&
        fflush(log->file) == 0)
        return;
    log->lost_lines++;
    clearerr(log->file);
}

void log_file_write_bytes(struct log_file *log, const uint8_t *bytes, size_t size)
{
    struct log_line line = {.kind = LOG_SERIAL};
    for (size_t done = 0; done < size; done += line.size) {
        size_t rest = size - done;
        line.size = (uint16_t)(rest < sizeof line.bytes ? rest : sizeof line.bytes);
        memcpy(line.bytes, bytes + done, line.size);
        write_line(log, &line, "rs485");
    }
}

void log_file_write_frame(struct log_file *log, const struct can_frame *frame)
{
    struct log_line line = {.kind = LOG_CAN, .frame = *frame};
    write_line(log, &line, "can0");
}

void log_file_close(struct log_file *log)
{
    if (log->file)
        fclose(log->file);
    log->file = NULL;
}
