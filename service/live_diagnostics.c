/* SPDX-License-Identifier: Apache-2.0
 * The counters of sender, receiver and CAN port as rows; nothing is counted here.
 */
#include "service/live_diagnostics.h"

#include <stddef.h>

#include "base/number.h"

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
    {LIVE(refused_frames),    "frames not taken at this speed",  false},
    {LIVE(site.can_out_lost), "frames with no room to leave by", true },
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

void live_diagnostics(void *context, struct web_diagnostics *diagnostics)
{
    const struct live *live = context;
    const struct site *site = &live->site;
    const struct device *host = site_host(site);
    *diagnostics = (struct web_diagnostics){.trouble = "", .heartbeat_age_ms = -1};
    if (host != NULL && host->can != NULL) {
        uint32_t age_ms = can_sender_heartbeat_age_ms(&host->sender, site->time_us);
        diagnostics->protocol = host->can->name;
        diagnostics->profile = host->can->profile;
        diagnostics->bitrate = host->can->bitrate;
        diagnostics->heartbeat_age_ms = age_ms == CAN_AGE_NEVER ? -1 : (int64_t)age_ms;
        add_all(diagnostics, "battery", sender_rows, COUNT(sender_rows), &host->sender);
    }
    if (site->inverter_on_can)
        add_all(diagnostics, "inverter", receiver_rows, COUNT(receiver_rows), &site->receiver);
    add_outside(diagnostics, live);
}
