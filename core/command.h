/* SPDX-License-Identifier: Apache-2.0
 * Requests in: what a person, a bus or an inverter asks of a pack. Checked by bms_check() (pure and
 * final), applied in the next step.
 */
#ifndef HEARTH_CORE_COMMAND_H
#define HEARTH_CORE_COMMAND_H

#include <stdint.h>

enum role { ROLE_NONE, ROLE_USER, ROLE_INSTALLER };

/* A session is bound to the way a request came in. */
enum session {
    SESSION_LOCAL, /* web or screen of the same device */
    SESSION_RS485_1,
    SESSION_RS485_2,
    SESSION_RS232,
    SESSION_BLE,
    SESSION_COUNT
};

enum command_kind {
    COMMAND_LOGIN, /* text: password */
    COMMAND_LOGOUT,
    COMMAND_SET_PARAM,  /* id: enum param_id, value */
    COMMAND_SET_TEXT,   /* id: enum text_param_id, text */
    COMMAND_PRESET_LFP, /* back to the defaults of LiFePO4 (installer) */
    COMMAND_RELEASE, /* release latched protections, confirm settings that were lost (installer) */
    COMMAND_EMERGENCY, /* value: 1 begin, 0 end (user) */
    COMMAND_CONTACT,   /* id: 0 contact 1, 1 contact 2, 2 buzzer; value: 1 close, 0 open; for the
                        * source remote control (user) */
    COMMAND_SHUT_DOWN, /* user */
    COMMAND_SET_CLOCK, /* value: seconds since 2020-01-01 (user) */
    COMMAND_FORBIDDEN, /* understood, and refused for everybody; id: register */
    COMMAND_KIND_COUNT
};

#define COMMAND_TEXT_SIZE 17

struct command {
    uint8_t kind;    /* enum command_kind */
    uint8_t session; /* enum session */
    uint16_t id;
    int32_t value;
    char text[COMMAND_TEXT_SIZE];
};

enum command_result {
    COMMAND_ACCEPTED,
    COMMAND_NO_ACCESS,    /* not logged in for this, or read only */
    COMMAND_OUT_OF_RANGE, /* outside the range of the row */
    COMMAND_CONFLICT,     /* against another setting; see params_check() */
    COMMAND_UNKNOWN,      /* no such thing */
    COMMAND_NOT_ALLOWED,  /* forbidden for everybody */
    COMMAND_WRONG_PASSWORD,
    COMMAND_WAIT, /* too many wrong passwords, wait */
    COMMAND_BUSY, /* queue full */
    COMMAND_RESULT_COUNT
};

#endif
