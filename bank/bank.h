/* SPDX-License-Identifier: Apache-2.0
 * Up to 16 packs in parallel as one: which of them answer, what they sum up to and what the charger
 * and the load may do with all of them. Takes snapshots and settings, never bytes; sends nothing.
 * The caller measures the period of each source and passes the time; call bank_step() every 10 ms
 * (or once per step of the simulation), after the readings of that moment.
 */
#ifndef HEARTH_BANK_BANK_H
#define HEARTH_BANK_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/params.h"
#include "core/snapshot.h"

enum bank_pack_state {
    BANK_ABSENT,  /* neither expected nor heard */
    BANK_WAITING, /* expected or heard, first complete reading still to come */
    BANK_FRESH,   /* counts */
    BANK_STALE,   /* silent for 2 periods + 200 ms; counts again after 3 good readings */
};

struct bank_pack {
    struct snapshot snapshot; /* last reading; limits that it did not carry are filled in */
    struct params params;
    struct limits limits; /* memory of the limits filled in */
    uint32_t status_ms;   /* time of the last reading */
    uint32_t period_ms;   /* measured period of the source */
    uint8_t given_mask;   /* which limits came with the reading, see bank.c */
    uint8_t state;        /* enum bank_pack_state */
    uint8_t good_count;   /* good readings in a row while stale */
    bool status_read;
    bool params_read;
};

struct bank {
    struct snapshot snapshot;
    struct bank_pack pack[PACK_MAX];
    uint32_t timeout_ms;    /* wait for the first readings */
    uint32_t waited_ms;     /* since the first step */
    uint32_t pending_ms;    /* since the totals were last computed */
    uint32_t stepped_ms;    /* time of the last step */
    uint32_t silent_ms;     /* time without any fresh pack, saturates; 0 before bank_ready() */
    int32_t last_charge_mv; /* CVL of the last moment with a fresh pack, 0 never */
    uint16_t missing_mask;  /* packs excluded because they were never read completely */
    uint8_t expected_count;
    int8_t stopped_by; /* index of the pack that stops the bank, -1 none */
    bool started;      /* a step was made */
    bool changed;      /* totals are out of date */
    bool ready;
};

/* Packs 0..expected_count-1 are waited for, at most first_timeout_ms from the first step on. */
void bank_init(struct bank *bank, uint8_t expected_count, uint32_t first_timeout_ms);

/* A good status reading (bad ones are not passed on). A reading that carries CVL, CCL, DCL or DVL
 * keeps them; the others are computed from snapshot and settings. */
void bank_put_status(struct bank *bank, uint8_t index, const struct snapshot *snapshot,
                     uint32_t now_ms, uint32_t period_ms);

/* A complete reading of the settings; rows that were not read hold our defaults. */
void bank_put_params(struct bank *bank, uint8_t index, const struct params *params,
                     uint32_t now_ms);

void bank_step(struct bank *bank, uint32_t now_ms);

/* The bank as one; valid until the next step. Alarms: what stops the bank, and the bank's own
 * (pack_stale, pack_missing, no_pack, bank_stopped). Warnings: everything that stops only a pack.
 */
const struct snapshot *bank_snapshot(const struct bank *bank);

/* Nothing may be sent to an inverter before this. Once true it stays true. */
bool bank_ready(const struct bank *bank);

/* How long no pack has answered; frames stop after 60,000 ms. */
uint32_t bank_silent_ms(const struct bank *bank);

enum bank_pack_state bank_pack_state(const struct bank *bank, uint8_t index);

/* Why a pack does not count, or counts less: not_ready, no_pack (never came), bank_stale,
 * bank_slow, bank_stopped (it stops the bank), none. */
enum reason bank_pack_reason(const struct bank *bank, uint8_t index);

/* Packs that are expected or were heard. */
uint16_t bank_known_mask(const struct bank *bank);
uint16_t bank_state_mask(const struct bank *bank, enum bank_pack_state state);

/* The source is so slow that the limits of the pack count less. */
bool bank_pack_slow(const struct bank_pack *pack);

/* What an encoder gets: the bank and its fresh packs. Valid until the next step. */
void bank_view(const struct bank *bank, struct view *view);

#endif
