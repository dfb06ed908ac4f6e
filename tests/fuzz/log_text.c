/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of wire/log_text.c: a line is refused with a column inside it or understood; what is
 * traffic comes back the same after formatting.
 */
#include <stdlib.h>
#include <string.h>

#include "base/result.h"
#include "wire/log_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_traffic(const struct log_line *line)
{
    static struct log_line again;
    char text[4 * LOG_BYTES_MAX];
    struct log_error error;
    int length = log_text_format(line, text, sizeof(text));
    check(length > 0 && (size_t)length < sizeof(text));
    check(log_text_parse(text, (size_t)length, &again, &error) == RESULT_OK);
    check(again.kind == line->kind && again.time_us == line->time_us);
    check(strcmp(again.port, line->port) == 0);
    if (line->kind == LOG_CAN) {
        check(again.frame.id == line->frame.id && again.frame.size == line->frame.size);
        check(again.frame.extended == line->frame.extended);
        check(memcmp(again.frame.data, line->frame.data, line->frame.size) == 0);
    } else {
        check(again.from_asking == line->from_asking && again.size == line->size);
        check(memcmp(again.bytes, line->bytes, line->size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct log_line line;
    struct log_error error = {0};
    const char *text = (const char *)bytes;
    if (log_text_parse(text, size, &line, &error) != RESULT_OK) {
        check(error.reason != NULL && error.column >= 1 && error.column <= size + 1);
        return 0;
    }
    if (line.kind == LOG_COMMENT || line.kind == LOG_EXPECTATION)
        check(line.text >= text && line.text + line.text_size <= text + size);
    else if (line.kind == LOG_MORE)
        check(line.size > 0 && line.size <= LOG_BYTES_MAX);
    else if (line.kind != LOG_EMPTY)
        check_traffic(&line);
    return 0;
}
