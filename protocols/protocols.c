/* SPDX-License-Identifier: Apache-2.0
 * The registry from protocols.def, and recorded CAN frames as explained messages. Knows no layout:
 * that is in the protocols' tables.
 */
#include "protocols/protocols.h"

#include "base/number.h"
#include "base/text.h"
#include "protocols/can.h"
#include "protocols/can_names.h"
#include "protocols/explainer.h"
#include "protocols/jk_explain.h"
#include "protocols/rs485.h"
#include "protocols/serial_explain.h"
#include "wire/can_table.h"

const struct protocol protocols[] = {
#define PROFILES(table) .can = table, .can_count = COUNT(table)
#define SERIAL(table) .serial = table, .serial_count = COUNT(table)
#define EXPLAINED(function) .explain = function
#define PROTOCOL(name_, title_, bus_, bitrate_, evidence_, tables)                                 \
    {.name = #name_,                                                                               \
     .title = title_,                                                                              \
     .bitrate = bitrate_,                                                                          \
     .bus = BUS_##bus_,                                                                            \
     .evidence = EVIDENCE_##evidence_,                                                             \
     tables},
#include "protocols/protocols.def"
};

const size_t protocol_count = COUNT(protocols);

const char *const bus_name[] = {"can", "rs485", "rs232", "ble"};
const char *const evidence_name[] = {"capture", "document", "implementation", "unverified"};

/* Whether `rest`, "" or ":PROFILE", names this profile. */
static bool names(const char *rest, const char *profile)
{
    return *rest == '\0' || (*rest == ':' && text_equal(rest + 1, profile));
}

static const struct can_protocol *find_can(const struct protocol *protocol, const char *rest)
{
    for (size_t i = 0; i < protocol->can_count; i++) {
        if (names(rest, protocol->can[i].profile))
            return &protocol->can[i];
    }
    return NULL;
}

static const struct serial_protocol *find_serial(const struct protocol *protocol, const char *rest)
{
    for (size_t i = 0; i < protocol->serial_count; i++) {
        if (names(rest, protocol->serial[i].profile))
            return &protocol->serial[i];
    }
    return NULL;
}

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < COUNT(protocols); i++) {
        const char *rest = text_after(name, protocols[i].name);
        if (rest != NULL && (*rest == '\0' || find_can(&protocols[i], rest) != NULL ||
                             find_serial(&protocols[i], rest) != NULL))
            return &protocols[i];
    }
    return NULL;
}

enum evidence protocol_evidence(const char *name)
{
    static const struct {
        const char *name;
        enum evidence evidence;
    } less[] = {
#define PROFILE_EVIDENCE(name_, evidence_) {name_, EVIDENCE_##evidence_},
#include "protocols/protocols.def"
    };
    for (size_t i = 0; i < COUNT(less); i++) {
        if (text_equal(name, less[i].name))
            return less[i].evidence;
    }
    const struct protocol *protocol = protocol_find(name);
    return protocol != NULL ? (enum evidence)protocol->evidence : EVIDENCE_UNVERIFIED;
}

const struct can_protocol *protocol_find_can(const char *name)
{
    const struct protocol *protocol = protocol_find(name);
    return protocol != NULL ? find_can(protocol, text_after(name, protocol->name)) : NULL;
}

const struct serial_protocol *protocol_find_serial(const char *name)
{
    const struct protocol *protocol = protocol_find(name);
    return protocol != NULL ? find_serial(protocol, text_after(name, protocol->name)) : NULL;
}

void protocol_explain_serial(const struct protocol *protocol, struct serial_explainer *explainer,
                             const struct serial_burst_heard *burst, message_function *report,
                             void *context)
{
    if (protocol->explain != NULL)
        protocol->explain(explainer, burst->from, burst->bytes, burst->size, report, context);
    else
        serial_explain(explainer, explainer->serial != NULL ? explainer->serial : protocol->serial,
                       burst, report, context);
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
