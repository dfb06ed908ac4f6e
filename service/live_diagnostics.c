/* SPDX-License-Identifier: Apache-2.0
 * The counters of sender, receiver and CAN port and the ages of messages as rows; nothing is
 * counted or timed here.
 */
#include "service/live_diagnostics.h"

#include <stddef.h>

#include "base/number.h"
#include "protocols/can_names.h"
#include "protocols/protocols.h"
#include "service/live_serial.h"

/* Where a number lies in whatever counts it. */
struct row {
    const char *name;
    size_t offset;
    const char *label;
    bool trouble;
};

#define SENT(name) #name, offsetof(struct can_sender, name)
#define HEARD(name) #name, offsetof(struct can_receiver, name)

static const struct row sender_rows[] = {
    {SENT(sent),     "frames sent",                                  false},
    {SENT(withheld), "frames withheld, a value was not known",       false},
    {SENT(silenced), "frames due before the start or without packs", false},
    {SENT(ignored),  "frames heard that are not of an inverter",     true },
};

static const struct row receiver_rows[] = {
    {HEARD(decoded),     "frames understood",                  false},
    {HEARD(unknown),     "frames whose number no message has", true },
    {HEARD(bad),         "frames too short for their fields",  true },
    {HEARD(implausible), "frames with values no battery has",  true },
};

static const struct row witness_rows[] = {
#define WITNESS_ROW(name, label, trouble)                                                          \
    {#name, offsetof(struct can_witness, name), label, trouble},
    CAN_WITNESS_COUNTS(WITNESS_ROW)
#undef WITNESS_ROW
};

#define LIVE(name) #name, offsetof(struct live, name)

static const struct row live_rows[] = {
    {LIVE(refused_frames),          "frames not taken at this speed",  false},
    {LIVE(stage.site.can_out_lost), "frames with no room to leave by", true },
};

static void add(struct web_diagnostics *diagnostics, const char *group, const struct row *row,
                uint32_t number)
{
    if (diagnostics->count < WEB_COUNT_MAX)
        diagnostics->counts[diagnostics->count++] =
            (struct web_count){group, row->name, row->label, number, row->trouble};
}

static void add_all(struct web_diagnostics *diagnostics, const char *group, const struct row *rows,
                    size_t count, const void *from)
{
    for (size_t i = 0; i < count; i++)
        add(diagnostics, group, &rows[i],
            *(const uint32_t *)(const void *)((const char *)from + rows[i].offset));
}

static void add_port(struct web_diagnostics *diagnostics, const struct can_port *port)
{
    static const struct row rows[] = {
#define PORT_ROW(name, label) {#name, offsetof(struct can_counts, name), label, true},
        CAN_COUNTS(PORT_ROW)
#undef PORT_ROW
    };
    if (port->kind == NULL)
        return;
    can_port_describe(port, diagnostics->port, sizeof(diagnostics->port));
    diagnostics->trouble = can_port_trouble(port);
    add_all(diagnostics, "port", rows, COUNT(rows), can_port_counts(port));
}

/* What came in from outside, and what did not get in or out. */
static void add_outside(struct web_diagnostics *diagnostics, const struct live *live)
{
    add_port(diagnostics, &live->can);
    if (live->can.kind == NULL)
        return;
    add_all(diagnostics, "outside", witness_rows, COUNT(witness_rows), &live->witness);
    add_all(diagnostics, "outside", live_rows, COUNT(live_rows), live);
}

_Static_assert(CAN_MESSAGE_MAX + CAN_ANSWER_MAX <= WEB_MESSAGE_MAX, "every message has a row");
_Static_assert(SITE_FRAME_MAX <= UINT8_MAX, "the site counts frames in a byte");

static int64_t age(uint32_t age_ms)
{
    return age_ms == CAN_AGE_NEVER ? -1 : (int64_t)age_ms;
}

static void add_message(struct web_diagnostics *diagnostics, const struct can_protocol *can,
                        const struct can_message *message)
{
    const struct can_frame as_11_bits = {.id = message->id};
    if (diagnostics->message_count < WEB_MESSAGE_MAX)
        diagnostics->messages[diagnostics->message_count++] = (struct web_message){
            .id = message->id,
            .extended = can_find(can, &as_11_bits) != message,
            .from_inverter = can_from_inverter(can, message),
            .name = can_message_name(message),
            .period_ms = message->period_ms,
            .sent_age_ms = -1,
            .heard_age_ms = -1,
        };
}

/* The row of a message that add_messages() has added; NULL for what is no message. */
static struct web_message *row_of(struct web_diagnostics *diagnostics,
                                  const struct can_protocol *can, const struct can_message *message)
{
    if (message == NULL)
        return NULL;
    size_t i = can_from_inverter(can, message)
                   ? can->message_count + (size_t)(message - can->answers)
                   : (size_t)(message - can->messages);
    return i < diagnostics->message_count ? &diagnostics->messages[i] : NULL;
}

static void add_sent(struct web_diagnostics *diagnostics, const struct site *site,
                     const struct can_protocol *can)
{
    for (size_t i = 0; i < site->frame_count; i++) {
        const struct site_frame *sent = &site->frames[i];
        struct web_message *row = row_of(diagnostics, can, can_find(can, &sent->frame));
        int64_t age_ms = (int64_t)((site->time_us - sent->time_us) / 1000);
        if (row != NULL && (row->sent_age_ms < 0 || age_ms < row->sent_age_ms))
            row->sent_age_ms = age_ms;
    }
}

static void add_messages(struct web_diagnostics *diagnostics, const struct site *site,
                         const struct can_protocol *can)
{
    bool heard = site->inverter_on_can && site->receiver[0].protocol == can;
    for (size_t i = 0; i < can->message_count; i++)
        add_message(diagnostics, can, &can->messages[i]);
    for (size_t i = 0; i < can->answer_count; i++)
        add_message(diagnostics, can, &can->answers[i]);
    add_sent(diagnostics, site, can);
    for (size_t i = 0; heard && i < can->message_count && i < diagnostics->message_count; i++) {
        struct web_message *row = &diagnostics->messages[i];
        row->heard_age_ms = age(can_receiver_age_ms(&site->receiver[0], row->id, site->time_us));
    }
}

static void add_host(struct web_diagnostics *diagnostics, const struct site *site,
                     const struct device *host)
{
    diagnostics->protocol = host->can->name;
    diagnostics->title = protocol_find(host->can->name)->title;
    diagnostics->profile = host->can->profile;
    diagnostics->bitrate = host->can->bitrate;
    diagnostics->heartbeat_age_ms = age(can_sender_heartbeat_age_ms(&host->sender, site->time_us));
    add_all(diagnostics, "battery", sender_rows, COUNT(sender_rows), &host->sender);
    add_messages(diagnostics, site, host->can);
}

/* The first pack is the one whose ports lead outside. */
static void add_serial(struct web_diagnostics *diagnostics, struct live *live)
{
    struct web_port ports[WEB_PORT_COUNT];
    live_serial_ports(live, 0, ports);
    for (int id = 0; id < WEB_PORT_COUNT; id++) {
        for (size_t i = 0; i < ports[id].count && diagnostics->count < WEB_COUNT_MAX; i++)
            diagnostics->counts[diagnostics->count++] = ports[id].counts[i];
    }
}

void live_diagnostics(void *context, struct web_diagnostics *diagnostics)
{
    struct live *live = context;
    const struct site *site = &live->stage.site;
    const struct device *host = site_host(site);
    *diagnostics = (struct web_diagnostics){.trouble = "", .heartbeat_age_ms = -1};
    if (host != NULL && host->can != NULL)
        add_host(diagnostics, site, host);
    if (site->inverter_on_can)
        add_all(diagnostics, "inverter", receiver_rows, COUNT(receiver_rows), &site->receiver[0]);
    add_outside(diagnostics, live);
    add_serial(diagnostics, live);
}
