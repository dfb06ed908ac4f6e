/* SPDX-License-Identifier: Apache-2.0
 * The host of the parallel bus RS485-2 (DIP 0): shows its own frames, asks the addresses 1..15 and
 * hands out each complete answer. A slave is a struct jk_server. The host answers nobody and
 * ignores other masters. Timing of JK packs: 0.4 s slots, measured on three buses; timing between
 * Hearth packs: the next question when the answer is complete.
 */
#ifndef HEARTH_PROTOCOLS_JK_BUS_H
#define HEARTH_PROTOCOLS_JK_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/jk_exchange.h"

#define JK_ADDRESS_MAX 15

enum jk_timing {
    JK_TIMING_FAST,  /* known addresses at least once a second, one absent one probed per cycle */
    JK_TIMING_SLOTS, /* (17 + slaves) * 0.4 s per cycle */
};

struct jk_report {
    uint8_t address;      /* 1..15 */
    uint8_t type;         /* JK_STATUS or JK_SETTINGS */
    const uint8_t *frame; /* JK_FRAME_SIZE bytes, live until the next receive or step */
    bool acknowledged;    /* its acknowledge came behind it */
    uint32_t period_ms;   /* since the last report of this address and type; 0 for the first */
};

struct jk_host {
    uint8_t timing; /* enum jk_timing */
    uint8_t asking; /* address of the running exchange, 0 none */
    uint8_t cursor; /* last address of this cycle: 0 own frames, 1..15 */
    uint8_t asked;  /* address of the last answer */
    bool repeated;
    bool again;          /* the last status is asked for once more next */
    uint8_t again_count; /* of this question */
    bool settings_due;   /* the status of `cursor` came, its settings are next */
    bool report_waiting;
    uint8_t own_stage; /* own frames: 0 status next, 1 settings next, 2 both are out */
    uint8_t probe;     /* absent address to probe next */
    bool probed;       /* in this cycle */
    uint8_t missed[JK_ADDRESS_MAX + 1]; /* cycles in a row */
    uint16_t known;                     /* bit per address that answers */
    uint32_t cycle_count;
    uint64_t next_us;  /* nothing is sent before */
    uint64_t cycle_us; /* start of this cycle */
    uint64_t own_us;   /* start of the last own frames */
    bool started;
    uint64_t heard_us[JK_ADDRESS_MAX + 1][2]; /* last report: status, settings */
    uint32_t report_period_ms;
    struct jk_exchange exchange;
    uint8_t out[JK_FRAME_SIZE + 8]; /* own frame */
    uint16_t out_size;
    uint16_t out_sent;
    /* Counted by cause */
    uint32_t timeouts;
    uint32_t bad_replies;
    uint32_t repeats;
    uint32_t reports_lost; /* not taken in time */
};

void jk_host_init(struct jk_host *host, enum jk_timing timing);

void jk_host_receive(struct jk_host *host, const uint8_t *bytes, size_t size, uint64_t now_us);

/* snapshot and params are the host's own; they fill its broadcast frames. */
void jk_host_step(struct jk_host *host, const struct snapshot *snapshot,
                  const struct params *params, uint64_t now_us);

size_t jk_host_transmit(struct jk_host *host, uint8_t *buffer, size_t size);

/* The answer that came, once. */
bool jk_host_take(struct jk_host *host, struct jk_report *report);

/* Right after a status was taken that is in doubt: asks for it once more before all others, at most
 * twice per question. */
void jk_host_again(struct jk_host *host);

#endif
