/* SPDX-License-Identifier: Apache-2.0
 * Power state of the pack: the walk over the arrows of core/power.def, and the times behind their
 * causes. Decides no switch: it only says whether the pack is powered.
 */
#ifndef HEARTH_CORE_POWER_H
#define HEARTH_CORE_POWER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/measure.h"
#include "core/params.h"

enum power_state {
#define STATE(id, number, powered, words) POWER_##id = (number),
#define ARROW(...)
#include "core/power.def"
    POWER_STATE_COUNT
};

enum power_cause {
    POWER_CAUSE_on,
    POWER_CAUSE_charger,
    POWER_CAUSE_wake,
    POWER_CAUSE_off,
    POWER_CAUSE_ready,
    POWER_CAUSE_precharged,
    POWER_CAUSE_blocked,
    POWER_CAUSE_free,
    POWER_CAUSE_emergency,
    POWER_CAUSE_emergency_over,
    POWER_CAUSE_idle,
    POWER_CAUSE_empty,
    POWER_CAUSE_stored,
    POWER_CAUSE_COUNT
};

struct power_arrow {
    uint8_t from; /* enum power_state */
    uint8_t cause;
    uint8_t to;
};

#define POWER_ARROW_COUNT 28
extern const struct power_arrow power_arrows[POWER_ARROW_COUNT + 1]; /* the last ends the list */

/* What the state machine needs to know of the other stages in this step. */
struct power_conditions {
    bool button_on; /* gestures: held 1 s, held 5 s */
    bool button_off;
    bool charger;     /* present */
    bool request;     /* somebody on the bus talks to this pack */
    bool blocked;     /* a protection blocks a direction */
    bool precharging; /* a switch waits for pre-charge */
    bool emergency;   /* asked for by three presses */
};

/* Who began or ended an emergency. */
enum emergency_cause {
    EMERGENCY_BY_BUTTON,
    EMERGENCY_BY_COMMAND,
    EMERGENCY_BY_TIME,
    EMERGENCY_BY_CELL,  /* one came down to 2.50 V, or is not known any more */
    EMERGENCY_BY_POWER, /* switched off */
};

struct power {
    uint8_t state;           /* enum power_state */
    uint32_t emergency_ms;   /* emergency time left */
    uint8_t emergency_cause; /* enum emergency_cause of its last beginning or end */
    uint32_t idle_ms;        /* time that smart sleep has been due */
    /* private */
    bool shut_down; /* commands since the last step */
    bool emergency_on;
    bool emergency_stop;
    uint32_t good_ms; /* time with complete measurements while starting */
    uint32_t low_ms;  /* time below the power-off voltage */
};

/* `on`: the pack starts by itself (it was on when power failed), else it waits for the button. */
void power_init(struct power *power, bool on);

void power_step(struct power *power, const struct power_conditions *conditions,
                const struct measured *measured, const struct params *params, uint32_t dt_ms);

/* Commands; they act in the next step. */
void power_shut_down(struct power *power);
void power_emergency(struct power *power, bool on);

/* Whether an emergency would do anything: the pack is powered, no cell at 2.50 V. */
bool power_emergency_possible(const struct power *power, const struct measured *measured);

bool power_is_powered(const struct power *power);

/* Time until smart sleep, 0 when it is not due. */
uint32_t power_sleep_left_ms(const struct power *power, const struct params *params);

#endif
