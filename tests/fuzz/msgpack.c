/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of port/linux/msgpack.c: what is decoded is a valid frame, and comes back the same
 * after encoding.
 */
#include <stdlib.h>
#include <string.h>

#include "port/linux/msgpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct can_frame frame, again;
    uint8_t message[MSGPACK_FRAME_SIZE_MAX];
    enum msgpack_kind kind;
    if (msgpack_decode_frame(&frame, &kind, bytes, size) != DECODED)
        return 0;
    if (frame.size > 8 || frame.id > (frame.extended ? 0x1FFFFFFFu : 0x7FFu))
        abort();
    size_t message_size = msgpack_encode_frame(&frame, 1, message);
    if (message_size > sizeof message ||
        msgpack_decode_frame(&again, &kind, message, message_size) != DECODED)
        abort();
    if (again.id != frame.id || again.extended != frame.extended || again.size != frame.size ||
        memcmp(again.data, frame.data, sizeof frame.data) != 0)
        abort();
    return 0;
}
