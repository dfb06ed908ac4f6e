/* SPDX-License-Identifier: Apache-2.0
 * Host of the parallel bus. A cycle is: own status and settings frames, then the addresses 1..15.
 * Slots: every address is asked, 0.4 s each, settings only of those that answered. Fast: known
 * addresses and one absent one; a question follows 5 ms after the last answer, a missing or broken
 * answer is asked for once more at once; settings at first contact and every tenth cycle.
 */
#include "protocols/jk_bus.h"

#include <string.h>

#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"

enum {
    SLOT_US = 400000,
    SLOT_TIMEOUT_US = 300000,
    FAST_GAP_US = 5000,
    OWN_US = 27000, /* 308 bytes at 115200 baud */
    FAST_TIMEOUT_US = 60000,
    FAST_CYCLE_US = 500000, /* a cycle does not begin earlier */
    FAST_OWN_US = 1000000,  /* own frames once a second */
    FAST_SETTINGS_CYCLES = 10,
    FORGET_CYCLES = 3, /* missed in a row: no longer known */
    AGAIN_MAX = 2,     /* per question, when the answer is in doubt */
};

enum { HEARD_STATUS, HEARD_SETTINGS };

void jk_host_init(struct jk_host *host, enum jk_timing timing)
{
    memset(host, 0, sizeof(*host));
    host->timing = (uint8_t)timing;
    jk_exchange_init(&host->exchange,
                     timing == JK_TIMING_SLOTS ? SLOT_TIMEOUT_US : FAST_TIMEOUT_US);
}

static bool is_known(const struct jk_host *host, uint8_t address)
{
    return host->known >> address & 1;
}

static bool slots(const struct jk_host *host)
{
    return host->timing == JK_TIMING_SLOTS;
}

static void schedule(struct jk_host *host, uint64_t now_us)
{
    if (slots(host))
        host->next_us += SLOT_US;
    else
        host->next_us = now_us + FAST_GAP_US;
}

/* One of the own frames, with the acknowledge to itself that JK hosts send. */
static void send_own(struct jk_host *host, uint8_t type, const struct snapshot *snapshot,
                     const struct params *params)
{
    uint16_t address = jk_fetch_register(type);
    jk_map_encode_frame(type, 0, snapshot, params, host->out);
    host->out_size =
        (uint16_t)(JK_FRAME_SIZE + modbus_write_reply(host->out + JK_FRAME_SIZE, 0, address, 1));
    host->out_sent = 0;
}

static bool settings_wanted(const struct jk_host *host, uint8_t address)
{
    bool never = host->heard_us[address][HEARD_SETTINGS] == 0;
    return slots(host) || never || host->cycle_count % FAST_SETTINGS_CYCLES == 0;
}

/* A report that nobody took is lost: the exchange holds the next answer soon. */
static void ask(struct jk_host *host, uint8_t address, uint8_t type)
{
    host->reports_lost += host->report_waiting;
    host->report_waiting = false;
    host->asking = address;
    host->cursor = address;
    jk_exchange_fetch(&host->exchange, address, type);
}

/* Absent address to probe in this cycle; 0 when all are known. */
static uint8_t choose_probe(struct jk_host *host)
{
    for (int i = 0; i < JK_ADDRESS_MAX; i++) {
        host->probe = (uint8_t)(host->probe % JK_ADDRESS_MAX + 1);
        if (!is_known(host, host->probe))
            return host->probe;
    }
    return 0;
}

/* The next address of this cycle, 0 at its end. Fast: after the known ones comes the probe. */
static uint8_t next_address(struct jk_host *host)
{
    if (slots(host))
        return host->cursor < JK_ADDRESS_MAX ? (uint8_t)(host->cursor + 1) : 0;
    for (uint8_t i = (uint8_t)(host->probed ? JK_ADDRESS_MAX + 1 : host->cursor + 1);
         i <= JK_ADDRESS_MAX; i++) {
        if (is_known(host, i))
            return i;
    }
    if (host->probed)
        return 0;
    host->probed = true;
    return choose_probe(host);
}

static void begin_cycle(struct jk_host *host, uint64_t now_us)
{
    host->cursor = 0;
    host->probed = false;
    host->cycle_count++;
    bool due = slots(host) || host->own_us == 0 || now_us - host->own_us >= FAST_OWN_US;
    host->own_stage = due ? 0 : 2;
    if (due)
        host->own_us = now_us;
}

static void act(struct jk_host *host, const struct snapshot *snapshot, const struct params *params,
                uint64_t now_us)
{
    if (host->own_stage < 2) {
        send_own(host, host->own_stage == 0 ? JK_STATUS : JK_SETTINGS, snapshot, params);
        host->own_stage++;
        schedule(host, now_us + OWN_US);
        return;
    }
    if (host->again) {
        host->again = false;
        ask(host, host->asked, JK_STATUS);
        return;
    }
    if (host->settings_due) {
        host->settings_due = false;
        ask(host, host->cursor, JK_SETTINGS);
        return;
    }
    uint8_t address = next_address(host);
    if (address != 0) {
        host->repeated = false;
        host->again_count = 0;
        ask(host, address, JK_STATUS);
        return;
    }
    uint64_t earliest_us = host->cycle_us + FAST_CYCLE_US;
    if (!slots(host) && now_us < earliest_us) {
        host->next_us = earliest_us;
        return;
    }
    host->cycle_us = now_us;
    begin_cycle(host, now_us);
}

static void report(struct jk_host *host, uint64_t now_us)
{
    int kind = host->exchange.frame_type == JK_STATUS ? HEARD_STATUS : HEARD_SETTINGS;
    uint64_t *heard_us = &host->heard_us[host->asking][kind];
    host->report_waiting = true;
    host->report_period_ms = *heard_us ? (uint32_t)((now_us - *heard_us) / 1000) : 0;
    *heard_us = now_us;
    host->missed[host->asking] = 0;
    if (!is_known(host, host->asking))
        host->probed = false; /* where one pack is new there may be more: probe on */
    host->known |= (uint16_t)(1u << host->asking);
    host->settings_due = kind == HEARD_STATUS && settings_wanted(host, host->asking);
}

/* True when the question was asked once more. */
static bool miss(struct jk_host *host)
{
    uint8_t address = host->asking;
    bool silent = host->exchange.state == JK_EXCHANGE_TIMEOUT;
    host->timeouts += silent;
    host->bad_replies += !silent;
    if (!slots(host) && !host->repeated && is_known(host, address)) {
        host->repeated = true;
        host->repeats++;
        ask(host, address, host->exchange.frame_type);
        return true;
    }
    if (is_known(host, address) && ++host->missed[address] >= FORGET_CYCLES) {
        host->known &= (uint16_t) ~(1u << address);
        host->heard_us[address][HEARD_STATUS] = 0;
        host->heard_us[address][HEARD_SETTINGS] = 0;
    }
    return false;
}

static void settle(struct jk_host *host, uint64_t now_us)
{
    if (host->asking == 0 || host->exchange.state == JK_EXCHANGE_BUSY)
        return;
    if (host->exchange.state == JK_EXCHANGE_DONE)
        report(host, now_us);
    else if (miss(host))
        return;
    host->asked = host->asking;
    host->asking = 0;
    schedule(host, now_us);
}

void jk_host_receive(struct jk_host *host, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    if (host->asking == 0)
        return;
    jk_exchange_receive(&host->exchange, bytes, size, now_us);
    settle(host, now_us);
}

void jk_host_step(struct jk_host *host, const struct snapshot *snapshot,
                  const struct params *params, uint64_t now_us)
{
    if (!host->started) {
        host->started = true;
        host->next_us = now_us;
        host->cycle_us = now_us;
        begin_cycle(host, now_us);
    }
    bool idle = host->asking == 0; /* an answer that ends in this step is taken before the next */
    jk_exchange_step(&host->exchange, now_us);
    settle(host, now_us);
    bool sending = host->out_sent < host->out_size;
    if (idle && !sending && now_us >= host->next_us)
        act(host, snapshot, params, now_us);
}

size_t jk_host_transmit(struct jk_host *host, uint8_t *buffer, size_t size)
{
    size_t left = (size_t)(host->out_size - host->out_sent);
    if (left == 0)
        return jk_exchange_transmit(&host->exchange, buffer, size);
    size_t count = left < size ? left : size;
    memcpy(buffer, host->out + host->out_sent, count);
    host->out_sent = (uint16_t)(host->out_sent + count);
    return count;
}

bool jk_host_take(struct jk_host *host, struct jk_report *report)
{
    if (!host->report_waiting)
        return false;
    host->report_waiting = false;
    *report = (struct jk_report){
        .address = host->asked,
        .type = host->exchange.frame_type,
        .frame = host->exchange.frame,
        .acknowledged = host->exchange.reply_size > 0,
        .period_ms = host->report_period_ms,
    };
    return true;
}

void jk_host_again(struct jk_host *host)
{
    if (host->asking != 0 || host->again_count >= AGAIN_MAX)
        return;
    uint64_t *heard_us = &host->heard_us[host->asked][HEARD_STATUS];
    uint64_t period_us = (uint64_t)host->report_period_ms * 1000;
    *heard_us = period_us ? *heard_us - period_us : 0; /* as if it had not come */
    host->again = true;
    host->again_count++;
    host->repeats++;
}
