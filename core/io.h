/* SPDX-License-Identifier: Apache-2.0
 * The two physical doors of the core: what was measured (inputs) and what the board does (outputs).
 * Filled by a port or the simulator; all-zero outputs are the safe state. Current is positive while
 * charging. Indices start at 0.
 */
#ifndef HEARTH_CORE_IO_H
#define HEARTH_CORE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"

struct inputs {
    uint32_t sample_count;        /* moves with every new measurement of the front end */
    int16_t cell_mv[CELL_MAX];    /* 0 for cells the board does not have */
    uint32_t cell_valid_mask;     /* bit n: cell_mv[n] was measured */
    int16_t temp_ddegc[TEMP_MAX]; /* cell sensors */
    uint8_t temp_valid_mask;      /* bit n: sensor n answers */
    int16_t mos_ddegc;
    bool mos_valid;
    bool pack_valid; /* pack_mv and pack_ma were measured */
    int32_t pack_mv; /* at the cells */
    int32_t load_mv; /* at the terminals, behind the switches */
    int32_t pack_ma;
    int32_t heater_ma;    /* current of the heater, which bypasses the shunt */
    bool discharge_short; /* the comparator has tripped since the last step, discharging */
    bool charge_short;    /* likewise, charging */
    bool short_present;   /* both FETs open: the board's test current finds the terminals shorted */
    bool charger_present;
    bool breaker_open;       /* auxiliary contact of the air switch */
    bool extinguisher_fired; /* its contact */
    bool button;             /* pressed now */
    bool bus_request;        /* a valid request for our address came since the last step */
    uint8_t dip;             /* 0..15 */
};

enum event_kind {
    EVENT_ALARM_SET,     /* detail: enum alarm */
    EVENT_ALARM_CLEARED, /* detail: enum alarm */
    EVENT_CHARGE_CLOSED, /* detail: enum switch_reason; value: pack_ma, likewise the next three */
    EVENT_CHARGE_OPENED,
    EVENT_DISCHARGE_CLOSED,
    EVENT_DISCHARGE_OPENED,
    EVENT_POWER,   /* detail: enum power_state */
    EVENT_PARAM,   /* detail: enum param_id; value: the new value */
    EVENT_TEXT,    /* detail: enum text_param_id */
    EVENT_COMMAND, /* detail: enum command_kind */
    EVENT_REFUSED, /* detail: enum command_kind; value: enum command_result */
    EVENT_LOGIN,   /* detail: enum role */
    EVENT_LOGIN_FAILED,
    EVENT_EMERGENCY_ON,   /* detail: enum emergency_cause */
    EVENT_EMERGENCY_OFF,  /* detail: enum emergency_cause */
    EVENT_PASSWORD_RESET, /* by button */
    EVENT_RECORD,   /* timed storage; detail: soc in percent, before: pack_mv, value: pack_ma */
    EVENT_STORAGE,  /* detail: enum storage_trouble of core/storage.h */
    EVENT_RELEASED, /* an installer released protections; value: how many */
    EVENT_KIND_COUNT
};

/* Why a switch closed or opened. */
enum switch_reason {
    SWITCH_NONE,
    SWITCH_ALLOWED,     /* nothing forbids it */
    SWITCH_PROTECTION,  /* a protection blocks this direction */
    SWITCH_BODY_DIODE,  /* blocked, but current flows the other way through its diode */
    SWITCH_SETTING,     /* switched off by the charge or discharge switch */
    SWITCH_POWER,       /* the pack is off, starting or stopped */
    SWITCH_MEASUREMENT, /* no plausible measurement */
    SWITCH_PRECHARGE,   /* waits for pre-charge */
};

/* 16 bytes; the form in which it is stored. For an alarm `value` is the measured quantity and
 * `before` the threshold; for a setting they are the new and the old value. */
struct event {
    uint32_t time_s; /* run time */
    int32_t before;
    int32_t value;
    uint8_t kind;    /* enum event_kind */
    uint8_t detail;  /* see the kinds */
    uint8_t rule;    /* the rule that fired: enum rule_id + 1, 0 none */
    uint8_t session; /* who asked: enum session, SESSION_COUNT nobody */
};

#define OUTPUT_EVENT_MAX 16

struct outputs {
    bool charge_fet;
    bool discharge_fet;
    bool precharge;
    bool heater;
    bool buzzer;
    uint16_t scp_delay_us;  /* for the short-circuit comparator: how long beyond before it trips */
    int16_t balance_ma;     /* 0 off; moved from source to sink */
    uint8_t balance_source; /* cell index */
    uint8_t balance_sink;
    uint16_t leds;    /* lit now: bit 0 ON, 1 RUN, 2 ALM, 3..8 L1..L6 */
    uint8_t contacts; /* closed now: bit 0 contact 1, bit 1 contact 2 */
    uint8_t event_count;
    struct event events[OUTPUT_EVENT_MAX];
    uint32_t events_lost; /* since start */
};

#endif
