/* SPDX-License-Identifier: Apache-2.0
 * Who may change what: passwords, sessions bound to the way a request came in, idle time-out and
 * the growing delay after wrong passwords.
 */
#ifndef HEARTH_CORE_ACCESS_H
#define HEARTH_CORE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/command.h"
#include "core/params.h"

struct session_state {
    uint8_t role;     /* enum role */
    uint8_t failures; /* wrong passwords in a row */
    uint32_t idle_ms; /* since the last use */
    uint32_t wait_ms; /* no password is looked at before this has run out */
};

struct access_state {
    struct session_state session[SESSION_COUNT];
};

void access_init(struct access_state *access);
void access_step(struct access_state *access, uint32_t dt_ms);

/* Role that a password opens (ROLE_NONE: wrong, or shorter than 4 characters). The text ends with a
 * NUL or after COMMAND_TEXT_SIZE bytes. Compares in constant time. */
enum role access_role_of(const struct params *params, const char *password);

/* Present role of a session. */
enum role access_role(const struct access_state *access, const struct params *params,
                      enum session session);

/* Records the outcome of a log-in. */
void access_open(struct access_state *access, enum session session, enum role role);
void access_close(struct access_state *access, enum session session);

/* A command of the session was accepted: it is not idle. */
void access_touch(struct access_state *access, enum session session);

/* A password is still as delivered. */
bool access_password_unchanged(const struct params *params);

#endif
