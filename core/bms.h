/* SPDX-License-Identifier: Apache-2.0
 * The pack. bms_step() is the table of contents of the core: one call per stage, in order. Only
 * device/ and tests include this header.
 */
#ifndef HEARTH_CORE_BMS_H
#define HEARTH_CORE_BMS_H

#include "core/access.h"
#include "core/balance.h"
#include "core/command.h"
#include "core/contacts.h"
#include "core/io.h"
#include "core/leds.h"
#include "core/limits.h"
#include "core/measure.h"
#include "core/params.h"
#include "core/power.h"
#include "core/protect.h"
#include "core/snapshot.h"
#include "core/soc.h"
#include "core/switches.h"

#define COMMAND_QUEUE_MAX 8

/* What a pack remembers over a restart. */
struct stored {
    int32_t soc_permille;
    uint32_t run_time_s;
    bool on; /* the pack was on */
};

struct bms {
    struct params params;
    struct measured measured;
    struct soc soc;
    struct protect protect;
    struct switches switches;
    struct limits limits;
    struct balance balance;
    struct power power;
    struct leds leds;
    struct access_state access;
    struct snapshot snapshot;
    struct outputs outputs;
    struct command queue[COMMAND_QUEUE_MAX];
    uint8_t queue_count;
    bool parameters_bad;          /* settings out of bounds: nothing closes */
    uint32_t alarms[ALARM_WORDS]; /* published last step */
    uint32_t warnings[ALARM_WORDS];
    uint32_t limits_pending_ms; /* since the limits were last computed */
    uint32_t addressed_ms;      /* since the last request for our address */
    bool alarm_lit;             /* ALM lamp */
    uint32_t have_key;          /* what the `have` bits of measured values were set for */
    bool force_charge;          /* hysteresis memory */
    struct contacts contacts;
    struct event early[OUTPUT_EVENT_MAX]; /* events of requests, shown by the next step */
    uint8_t early_count;
    uint64_t run_time_ms;
    uint64_t uptime_ms;
    uint32_t clock_s; /* since 2020-01-01, 0 never set */
    uint32_t clock_ms;
};

void bms_init(struct bms *bms, const struct params *params, const struct stored *stored);

/* One step of dt_ms (1..60,000). Outputs and snapshot are valid until the next step. */
void bms_step(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms);

/* Whether a command would be accepted now. Pure and final. */
enum command_result bms_check(const struct bms *bms, const struct command *command);

/* The numeric settings as they will be once the queue has been applied. */
void bms_pending_params(const struct bms *bms, struct params *params);

/* Checks a command and queues it for the next step. A refusal leaves everything as it was, but for
 * the event, and for a wrong password its delay. */
enum command_result bms_request(struct bms *bms, const struct command *command);

#endif
