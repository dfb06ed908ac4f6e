/* SPDX-License-Identifier: Apache-2.0
 * Each engine counts in its own words; here they become one set of rows, of which a port shows
 * those that its engine knows. Numbers begin anew when another protocol is chosen.
 */
#include "service/live_serial.h"

#include <string.h>

#include "base/number.h"

/* What all engines count between them. */
struct tally {
    uint32_t requests;
    uint32_t answered;
    uint32_t refused;
    uint32_t silent;
    uint32_t foreign;
    uint32_t pictures;
    uint32_t rounds;
    uint32_t timeouts;
    uint32_t repeats;
    uint32_t bad;
    uint32_t noise;
    uint32_t no_room;
    uint32_t lost;
};

#define ROLE(role) (1u << PORT_##role)

static const struct row {
    const char *name;
    size_t offset;
    const char *label;
    unsigned roles;
    bool trouble;
} rows[] = {
#define ROW(name) #name, offsetof(struct tally, name)
    {ROW(requests), "requests to this address",                      ROLE(JK) | ROLE(TABLES),                 false},
    {ROW(answered), "answered",                                      ROLE(JK) | ROLE(TABLES),                 false},
    {ROW(refused),  "refused with an error",                         ROLE(JK) | ROLE(TABLES),                 true },
    {ROW(silent),   "left without an answer, the bank is not ready", ROLE(TABLES),                            false},
    {ROW(foreign),  "requests to other addresses",                   ROLE(JK) | ROLE(TABLES),                 false},
    {ROW(pictures), "pictures drawn",                                ROLE(LCD),                               false},
    {ROW(rounds),   "rounds of questions",                           ROLE(JK_HOST),                           false},
    {ROW(timeouts), "questions that nobody answered",                ROLE(JK_HOST),                           false},
    {ROW(repeats),  "questions asked again",                         ROLE(JK_HOST),                           false},
    {ROW(bad),      "damaged frames",                                ROLE(JK) | ROLE(TABLES) | ROLE(JK_HOST), true },
    {ROW(noise),    "bytes of no frame",                             ROLE(JK) | ROLE(TABLES),                 true },
    {ROW(no_room),  "bytes without room, an answer waited",          ROLE(JK) | ROLE(TABLES),                 true },
    {ROW(lost),     "answers of other packs that were not taken",    ROLE(JK_HOST),                           true },
#undef ROW
};

static void tally_jk(const struct jk_server *jk, struct tally *tally)
{
    tally->requests = jk->requests;
    tally->refused = jk->exceptions;
    tally->no_room = jk->overruns;
    tally->answered = jk->requests - jk->exceptions;
    tally->foreign = jk->foreign_requests;
    tally->bad = jk->crc_errors + jk->sum_errors;
    tally->noise = jk->noise_bytes;
}

static void tally_tables(const struct serial_server *tables, struct tally *tally)
{
    const uint32_t *outcome = tables->outcome;
    tally->answered = outcome[SERIAL_ANSWERED];
    tally->refused = outcome[SERIAL_REFUSED];
    tally->silent = outcome[SERIAL_SILENT];
    tally->requests = tally->answered + tally->refused + tally->silent;
    tally->foreign = outcome[SERIAL_FOREIGN];
    tally->bad = outcome[SERIAL_DAMAGED] + tables->broken_frames;
    tally->noise = tables->noise_bytes;
    tally->no_room = tables->overruns;
}

static void tally_host(const struct jk_host *host, struct tally *tally)
{
    tally->rounds = host->cycle_count;
    tally->timeouts = host->timeouts;
    tally->repeats = host->repeats;
    tally->bad = host->bad_replies;
    tally->lost = host->reports_lost;
}

static void count(const struct device_endpoint *at, struct tally *tally)
{
    switch ((enum device_port_role)at->role) {
    case PORT_JK:
        tally_jk(&at->jk, tally);
        break;
    case PORT_TABLES:
        tally_tables(&at->tables, tally);
        break;
    case PORT_JK_HOST:
        tally_host(&at->host, tally);
        break;
    case PORT_LCD:
        tally->pictures = at->lcd.pictures;
        break;
    case PORT_MUTE:
        break;
    }
}

static void add(struct web_port *port, struct web_count row)
{
    if (port->count < WEB_PORT_COUNTS_MAX)
        port->counts[port->count++] = row;
}

static void add_counts(const struct device_endpoint *at, enum web_port_id id, struct web_port *port)
{
    struct tally tally = {0};
    count(at, &tally);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *from = (const char *)&tally + rows[i].offset;
        uint32_t number = *(const uint32_t *)(const void *)from;
        if (rows[i].roles & 1u << at->role)
            add(port, (struct web_count){web_port_name[id], rows[i].name, rows[i].label, number,
                                         rows[i].trouble});
    }
}

static int32_t address_of(const struct device *device, const struct device_endpoint *at)
{
    if (at->role == PORT_JK)
        return at->jk.address;
    if (at->role == PORT_TABLES)
        return serial_server_address(&at->tables, device->dip);
    return SERIAL_ADDRESS_NONE;
}

static const enum device_port device_port[WEB_PORT_COUNT] = {
#define PORT(name, device, ...) [WEB_PORT_##name] = DEVICE_##device,
#include "service/web_ports.def"
#undef PORT
};

void live_serial_describe(const struct device *device, enum web_port_id id, struct web_port *port)
{
    static const char *const words[] = {
        [PORT_MUTE] = "silent: nothing that is built has this number",
        [PORT_JK] = "answers",
        [PORT_TABLES] = "answers",
        [PORT_LCD] = "draws on a display",
        [PORT_JK_HOST] = "asks the other packs",
    };
    const struct device_endpoint *at = &device->port[device_port[id]];
    const struct uart *uart = at->role != PORT_MUTE ? uart_find(at->number) : NULL;
    *port = (struct web_port){
        .number = at->number,
        .state = device_is_on(device) ? words[at->role] : "silent: the pack is off",
        .baud = uart != NULL ? uart->baud : 0,
        .address = address_of(device, at),
        .trouble = "",
    };
    add_counts(at, id, port);
}

static void add_outside(const struct serial_port *outside, uint32_t refused_bytes,
                        enum web_port_id id, struct web_port *port)
{
    if (outside->kind == NULL)
        return;
    serial_port_describe(outside, port->outside, sizeof(port->outside));
    port->trouble = serial_port_trouble(outside);
    add(port, (struct web_count){web_port_name[id], "unread", "bytes that nobody outside read",
                                 serial_port_lost_bytes(outside), true});
    add(port, (struct web_count){web_port_name[id], "refused_bytes",
                                 "bytes not taken at this speed", refused_bytes, false});
}

void live_serial_ports(void *context, size_t position, struct web_port ports[WEB_PORT_COUNT])
{
    const struct live *live = context;
    for (int id = 0; id < WEB_PORT_COUNT; id++) {
        enum web_port_id port = (enum web_port_id)id;
        live_serial_describe(&live->stage.site.device[position], port, &ports[id]);
        for (size_t i = 0; position == 0 && i < COUNT(live->own); i++) {
            const struct live_own *own = &live->own[i];
            if (own->device_port == device_port[id])
                add_outside(&own->port, own->refused_bytes, port, &ports[id]);
        }
        if (position == 0 && device_port[id] == DEVICE_RS485_2)
            add_outside(&live->bus, live->refused_bytes, port, &ports[id]);
    }
}
