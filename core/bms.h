/* SPDX-License-Identifier: Apache-2.0
 * The pack. bms_step() is the table of contents of the core: one call per stage, in order. Only
 * device/ and tests include this header.
 */
#ifndef HEARTH_CORE_BMS_H
#define HEARTH_CORE_BMS_H

#include "core/access.h"
#include "core/balance.h"
#include "core/button.h"
#include "core/buzzer.h"
#include "core/command.h"
#include "core/contacts.h"
#include "core/heating.h"
#include "core/io.h"
#include "core/leds.h"
#include "core/limits.h"
#include "core/measure.h"
#include "core/params.h"
#include "core/power.h"
#include "core/precharge.h"
#include "core/protect.h"
#include "core/snapshot.h"
#include "core/soc.h"
#include "core/soc_health.h"
#include "core/stored.h"
#include "core/switches.h"
#include "core/thermal.h"
#include "core/trust.h"

#define COMMAND_QUEUE_MAX 8

struct bms {
    struct params params;
    struct measured measured;
    struct trust trust;
    struct soc soc;
    struct soc_health health;
    struct protect protect;
    struct precharge precharge;
    struct switches switches;
    struct heating heating;
    struct limits limits;
    struct thermal thermal;
    struct balance balance;
    struct button button;
    struct power power;
    struct leds leds;
    struct buzzer buzzer;
    struct access_state access;
    struct snapshot snapshot;
    struct outputs outputs;
    struct command queue[COMMAND_QUEUE_MAX];
    uint8_t queue_count;
    bool parameters_bad;             /* settings lost or out of bounds: nothing closes */
    bool password_unchanged;         /* a password is as delivered */
    uint32_t alarms[ALARM_WORDS];    /* published last step */
    uint8_t alarm_rule[ALARM_COUNT]; /* rule that raised it: enum rule_id + 1 */
    uint32_t warnings[ALARM_WORDS];
    uint32_t limits_pending_ms; /* since the limits were last computed */
    uint32_t addressed_ms;      /* since the last request for our address */
    uint32_t have_key;          /* what the `have` bits of measured values were set for */
    bool force_charge;          /* hysteresis memory */
    uint8_t remote_mask; /* contacts driven by command: bit 0 contact 1, 1 contact 2, 2 buzzer */
    uint32_t record_ms;  /* since the last record of timed storage */
    uint32_t record_count;
    uint32_t start_count;
    struct contacts contacts;
    struct event early[OUTPUT_EVENT_MAX]; /* events of requests, shown by the next step */
    uint8_t early_count;
    uint64_t run_time_ms;
    uint64_t uptime_ms;
    uint32_t clock_s; /* since 2020-01-01, 0 never set */
    uint32_t clock_ms;
};

void bms_init(struct bms *bms, const struct params *params, const struct stored *stored);

/* What must outlive a restart, as it is now. */
void bms_remember(const struct bms *bms, struct stored *stored);

/* One step of dt_ms (1..60,000). Outputs and snapshot are valid until the next step. */
void bms_step(struct bms *bms, const struct inputs *inputs, uint32_t dt_ms);

/* Whether commands would be accepted now, all or none; pure and final. A set of changes must leave
 * the settings in harmony as a whole. `*refused` is the index of the first one that is not. */
enum command_result bms_check_all(const struct bms *bms, const struct command *commands,
                                  uint8_t count, uint8_t *refused);
enum command_result bms_check(const struct bms *bms, const struct command *command);

/* The numeric settings as they will be once the queue has been applied. */
void bms_pending_params(const struct bms *bms, struct params *params);

/* Checks commands and queues them for the next step, all or none. A refusal leaves everything as it
 * was, but for the event, and for a wrong password its delay. A log-in goes alone. */
enum command_result bms_request_all(struct bms *bms, const struct command *commands, uint8_t count);
enum command_result bms_request(struct bms *bms, const struct command *command);

#endif
