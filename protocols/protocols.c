/* SPDX-License-Identifier: Apache-2.0
 * The registry from protocols.def, and recorded CAN frames as explained messages. Knows no layout:
 * that is in the protocols' tables.
 */
#include "protocols/protocols.h"

#include "base/number.h"
#include "base/text.h"
#include "protocols/can.h"
#include "protocols/jk_explain.h"

const struct protocol protocols[] = {
#define PROTOCOL(name, brand, title, bus, bitrate, tested, model, menu, evidence, can, explain)    \
    {#name, brand,  title, bitrate, tested, model, menu, BUS_##bus, EVIDENCE_##evidence,           \
     can,   explain},
#include "protocols/protocols.def"
#undef PROTOCOL
};

const size_t protocol_count = COUNT(protocols);

const char *const bus_name[] = {"can", "rs485", "rs232", "ble"};
const char *const evidence_name[] = {"capture", "document", "implementation", "unverified"};

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < COUNT(protocols); i++) {
        if (text_equal(protocols[i].name, name))
            return &protocols[i];
    }
    return NULL;
}

void protocol_explain_can(const struct can_protocol *can, const struct can_frame *frame,
                          message_function *report, void *context)
{
    struct snapshot values;
    snapshot_init(&values);
    struct message message = {
        .name = "unknown",
        .from = SIDE_BATTERY,
        .pack = -1,
        .bytes = frame->data,
        .size = frame->size,
        .can_id = frame->id,
    };
    const struct can_message *row = can_find(can, frame);
    if (row != NULL) {
        message.name = row->name;
        message.from = can_from_inverter(can, row) ? SIDE_ASKING : SIDE_BATTERY;
        if (can_decode(row, frame, &values) == DECODED)
            message.values = &values;
        else
            message.error = "too short for any of its fields";
    }
    report(context, &message);
}
