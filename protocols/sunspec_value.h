/* SPDX-License-Identifier: Apache-2.0
 * What the points of SunSpec models say of a battery: values of the bank or of the pack that is a
 * string, extremes over the strings, and what has to be worked out (states, event bits, ratings).
 * String N is the pack with DIP number N - 1; a pack that is no host is its own only string. A
 * charging current is positive. Knows no register.
 */
#ifndef HEARTH_PROTOCOLS_SUNSPEC_VALUE_H
#define HEARTH_PROTOCOLS_SUNSPEC_VALUE_H

#include "protocols/serial.h"
#include "protocols/sunspec_model.h"

/* Where a point's value comes from; what `of` is. */
enum sunspec_source {
    SUNSPEC_NOTHING,        /* not implemented */
    SUNSPEC_FIXED,          /* the number itself, in words */
    SUNSPEC_VALUE,          /* enum value_id of the bank, in a block of its pack */
    SUNSPEC_HIGHEST,        /* enum value_id over all strings */
    SUNSPEC_LOWEST,         /* likewise */
    SUNSPEC_MEAN,           /* likewise, not weighted */
    SUNSPEC_HIGHEST_STRING, /* number of the string where it is highest, from 1 */
    SUNSPEC_LOWEST_STRING,  /* likewise */
    SUNSPEC_MADE,           /* enum sunspec_made */
    SUNSPEC_SETTING,        /* enum text_param_id */
    SUNSPEC_MAKER,          /* text; `of` is not used */
};

enum sunspec_made {
    SUNSPEC_MADE_address,            /* of this battery on a serial line */
    SUNSPEC_MADE_available_wh,       /* remaining charge at the nominal voltage */
    SUNSPEC_MADE_bank_words,         /* L of model 803 */
    SUNSPEC_MADE_cells_balancing,    /* one per pack that balances */
    SUNSPEC_MADE_charge_status,      /* ChaSt */
    SUNSPEC_MADE_connection_failure, /* StrConFail */
    SUNSPEC_MADE_depth,              /* of discharge, per mille */
    SUNSPEC_MADE_events,             /* Evt1, StrEvt1 */
    SUNSPEC_MADE_health,             /* Sta of model 713 */
    SUNSPEC_MADE_heartbeat,          /* seconds, 0..65534 */
    SUNSPEC_MADE_own_events_1,       /* alarms 0..30 by enum alarm */
    SUNSPEC_MADE_own_events_2,       /* from 31 on */
    SUNSPEC_MADE_rated_charge_w,     /* of the strings that answer, all rated like this pack */
    SUNSPEC_MADE_rated_discharge_w,  /* likewise */
    SUNSPEC_MADE_rated_mah,          /* likewise */
    SUNSPEC_MADE_rated_wh,           /* likewise */
    SUNSPEC_MADE_state,              /* State */
    SUNSPEC_MADE_string_count,
    SUNSPEC_MADE_string_status, /* StrSt */
    SUNSPEC_MADE_strings_connected,
    SUNSPEC_MADE_switches, /* StrConSt: bit 0 charge, 1 discharge */
    SUNSPEC_MADE_COUNT
};

/* L of model 803 without strings, and of each string. */
#define SUNSPEC_BANK_WORDS 26
#define SUNSPEC_STRING_WORDS 32

/* 1..PACK_MAX */
uint8_t sunspec_string_count(const struct serial_battery *battery);

/* A number in the unit of the point's row; `string` is -1 for the bank. False: not known. */
bool sunspec_value(const struct serial_battery *battery, const struct sunspec_point *point,
                   int8_t string, int64_t *value);

/* The text of SETTING and MAKER. */
const char *sunspec_text(const struct serial_battery *battery, const struct sunspec_point *point);

/* The way back, as far as there is one: keeps what a point of the bank says. */
void sunspec_value_take(const struct sunspec_point *point, int64_t value,
                        struct serial_reading *reading);
void sunspec_text_take(const struct sunspec_point *point, const uint8_t *words,
                       struct serial_reading *reading);

#endif
