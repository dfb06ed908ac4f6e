/* SPDX-License-Identifier: Apache-2.0
 * The registry from protocols.def, and recorded CAN frames as explained messages. Knows no layout:
 * that is in the protocols' tables.
 */
#include "protocols/protocols.h"

#include "base/number.h"
#include "base/text.h"
#include "protocols/can.h"
#include "protocols/can_names.h"
#include "protocols/jk_explain.h"
#include "wire/can_table.h"

const struct protocol protocols[] = {
#define PROFILES(can) can, COUNT(can)
#define NO_CAN NULL, 0
#define PROTOCOL(name, title, bus, bitrate, evidence, can, explain)                                \
    {#name, title, bitrate, BUS_##bus, EVIDENCE_##evidence, can, explain},
#include "protocols/protocols.def"
#undef PROTOCOL
};

const size_t protocol_count = COUNT(protocols);

const char *const bus_name[] = {"can", "rs485", "rs232", "ble"};
const char *const evidence_name[] = {"capture", "document", "implementation", "unverified"};

/* The profile that `rest` names, "" or ":PROFILE"; NULL when there is none. */
static const struct can_protocol *find_profile(const struct protocol *protocol, const char *rest)
{
    for (size_t i = 0; i < protocol->can_count; i++) {
        const struct can_protocol *can = &protocol->can[i];
        if (*rest == '\0' || (*rest == ':' && text_equal(rest + 1, can->profile)))
            return can;
    }
    return NULL;
}

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < COUNT(protocols); i++) {
        const char *rest = text_after(name, protocols[i].name);
        if (rest != NULL && (*rest == '\0' || find_profile(&protocols[i], rest) != NULL))
            return &protocols[i];
    }
    return NULL;
}

const struct can_protocol *protocol_find_can(const char *name)
{
    const struct protocol *protocol = protocol_find(name);
    return protocol != NULL ? find_profile(protocol, text_after(name, protocol->name)) : NULL;
}

void protocol_explain_can(const struct can_protocol *can, const struct can_frame *frame,
                          message_function *report, void *context)
{
    struct snapshot values;
    snapshot_init(&values);
    const struct can_message *row = can_find(can, frame);
    struct message message = {
        .name = "unknown",
        .from = SIDE_BATTERY,
        .pack = row != NULL ? can_pack(can, row, frame) : -1,
        .bytes = frame->data,
        .size = frame->size,
        .can_id = frame->id,
    };
    if (row != NULL) {
        message.name = can_message_name(row);
        message.from = can_from_inverter(can, row) ? SIDE_ASKING : SIDE_BATTERY;
        if (can_decode(can, row, frame, &values) == DECODED)
            message.values = &values;
        else
            message.error = "too short for any of its fields";
    }
    report(context, &message);
}
