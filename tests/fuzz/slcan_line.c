/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of wire/slcan_line.c: any bytes as lines of an adapter. A frame that was read is
 * within its limits and, written again, reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/slcan_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_again(const struct can_frame *frame)
{
    char text[SLCAN_FRAME_SIZE];
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    check(frame->size <= 8 && frame->id <= (frame->extended ? 0x1FFFFFFFu : 0x7FFu));
    size_t size = slcan_format_frame(frame, text);
    check(size <= sizeof(text));
    for (size_t i = 0; i + 1 < size; i++)
        check(slcan_reader_take(&reader, (uint8_t)text[i]) == SLCAN_MORE);
    check(slcan_reader_take(&reader, (uint8_t)text[size - 1]) == SLCAN_FRAME);
    check(reader.frame.id == frame->id && reader.frame.extended == frame->extended);
    check(reader.frame.size == frame->size);
    check(!memcmp(reader.frame.data, frame->data, frame->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct slcan_reader reader;
    slcan_reader_init(&reader);
    for (size_t i = 0; i < size; i++) {
        enum slcan_kind kind = slcan_reader_take(&reader, bytes[i]);
        check(kind <= SLCAN_BAD && reader.size < sizeof(reader.line));
        if (kind == SLCAN_FRAME)
            check_again(&reader.frame);
    }
    return 0;
}
