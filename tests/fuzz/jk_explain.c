/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_explain.c: the first byte chooses the medium, then bursts, each
 * after a byte for side and shape (as it is, with a CRC, as a whole frame) and one for its size.
 * Every byte that goes in comes out in exactly one message, and each message is well formed.
 */
#include <stdlib.h>
#include <string.h>

#include "protocols/explainer.h"
#include "protocols/jk_explain.h"
#include "wire/modbus.h"
#include "wire/jk_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void note(void *context, const struct message *message)
{
    size_t *reported = context;
    check(message->name != NULL && message->bytes != NULL && message->size > 0);
    check(message->pack >= -1 && message->pack <= 255 && message->can_id == -1);
    check(message->from == SIDE_BATTERY || message->from == SIDE_ASKING);
    *reported += message->size;
}

/* Writes a burst of some shape; returns its size. */
static size_t shape(uint8_t kind, const uint8_t *bytes, size_t size, uint8_t out[JK_FRAME_SIZE])
{
    if (kind % 3 == 2) {
        jk_frame_begin(out, 0, 0);
        memcpy(out + JK_MARKER_SIZE, bytes, size);
        jk_frame_seal(out);
        return JK_FRAME_SIZE;
    }
    memcpy(out, bytes, size);
    return kind % 3 == 1 ? modbus_seal(out, size) : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct serial_explainer explainer = {0};
    size_t at = 1, said = 0, reported = 0;
    if (size == 0)
        return 0;
    bool ble = bytes[0] & 1;
    while (size > at + 2) {
        uint8_t burst[JK_FRAME_SIZE];
        size_t count = 1u + bytes[at + 1] < size - at - 2 ? 1u + bytes[at + 1] : size - at - 2;
        size_t burst_size = shape(bytes[at] >> 1, bytes + at + 2, count, burst);
        enum side from = bytes[at] & 1 ? SIDE_ASKING : SIDE_BATTERY;
        (ble ? jk_ble_explain : jk_rs485_explain)(&explainer, from, burst, burst_size, note,
                                                  &reported);
        said += burst_size;
        at += 2 + count;
    }
    (ble ? jk_ble_explain : jk_rs485_explain)(&explainer, SIDE_BATTERY, NULL, 0, note, &reported);
    check(reported == said);
    return 0;
}
