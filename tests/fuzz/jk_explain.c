/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_explain.c: the first byte chooses the medium, then bursts, each
 * after a byte for its size and side. Every byte that goes in comes out in exactly one message, and
 * each message is well formed.
 */
#include <stdlib.h>

#include "protocols/explainer.h"
#include "protocols/jk_explain.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct serial_explainer explainer = {0};
    size_t at = 1, said = 0, reported = 0;
    if (size == 0)
        return 0;
    bool ble = bytes[0] & 1;
    while (size > at + 1) {
        size_t burst = 1 + bytes[at] / 2u;
        enum side from = bytes[at] & 1 ? SIDE_ASKING : SIDE_BATTERY;
        burst = burst < size - at - 1 ? burst : size - at - 1;
        (ble ? jk_ble_explain : jk_rs485_explain)(&explainer, from, bytes + at + 1, burst, note,
                                                  &reported);
        said += burst;
        at += 1 + burst;
    }
    (ble ? jk_ble_explain : jk_rs485_explain)(&explainer, SIDE_BATTERY, NULL, 0, note, &reported);
    check(reported == said);
    return 0;
}
