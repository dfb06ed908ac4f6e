/* SPDX-License-Identifier: Apache-2.0
 * Authorisation (safety rules, section 6). The device password opens the role user, the settings
 * password the role installer. Wrong passwords cost 1, 2, 4 ... 300 s on that session.
 */
#include "core/access.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "base/text.h"

enum {
    IDLE_MS = 300000,
    WAIT_FIRST_MS = 1000,
    WAIT_DOUBLINGS = 9, /* the ninth would pass the longest wait */
    WAIT_LONGEST_MS = 300000,
    PASSWORD_SHORTEST = 4, /* characters; a password that was lost or emptied opens nothing */
};

void access_init(struct access_state *access)
{
    memset(access, 0, sizeof(*access));
}

void access_step(struct access_state *access, uint32_t dt_ms)
{
    for (int i = 0; i < SESSION_COUNT; i++) {
        struct session_state *session = &access->session[i];
        if (session->role == ROLE_NONE && session->wait_ms == 0)
            continue;
        session->wait_ms = session->wait_ms > dt_ms ? session->wait_ms - dt_ms : 0;
        session->idle_ms = add_sat_u32(session->idle_ms, dt_ms);
        if (session->idle_ms >= IDLE_MS)
            session->role = ROLE_NONE;
    }
}

/* Both texts are COMMAND_TEXT_SIZE bytes, NUL padded; one that fills them equals no password. */
static bool equal(const char *a, const char *b)
{
    uint8_t difference = 0;
    for (int i = 0; i < COMMAND_TEXT_SIZE; i++)
        difference = (uint8_t)(difference | (uint8_t)(a[i] ^ b[i]));
    return difference == 0;
}

_Static_assert(sizeof(((struct params *)0)->device_password) == COMMAND_TEXT_SIZE, "password size");
_Static_assert(sizeof(((struct params *)0)->settings_password) == COMMAND_TEXT_SIZE,
               "password size");

enum role access_role_of(const struct params *params, const char *password)
{
    char text[COMMAND_TEXT_SIZE] = {0};
    int length = 0;
    for (; length < COMMAND_TEXT_SIZE && password[length] != '\0'; length++)
        text[length] = password[length];
    bool user = equal(params->device_password, text);
    bool installer = equal(params->settings_password, text);
    if (length < PASSWORD_SHORTEST)
        return ROLE_NONE;
    if (installer)
        return ROLE_INSTALLER;
    return user ? ROLE_USER : ROLE_NONE;
}

enum role access_role(const struct access_state *access, const struct params *params,
                      enum session session)
{
    ASSERT(session < SESSION_COUNT);
    bool rs485 = session == SESSION_RS485_1 || session == SESSION_RS485_2;
    enum role role = (enum role)access->session[session].role;
    enum role granted = rs485 ? (enum role)params->rs485_write_role : ROLE_NONE;
    return role > granted ? role : granted;
}

void access_open(struct access_state *access, enum session session, enum role role)
{
    ASSERT(session < SESSION_COUNT);
    struct session_state *state = &access->session[session];
    if (role != ROLE_NONE) {
        *state = (struct session_state){.role = (uint8_t)role};
        return;
    }
    uint32_t wait_ms = WAIT_LONGEST_MS;
    if (state->failures < WAIT_DOUBLINGS)
        wait_ms = (uint32_t)WAIT_FIRST_MS << state->failures;
    state->wait_ms = wait_ms;
    state->failures = (uint8_t)min32(state->failures + 1, UINT8_MAX);
}

void access_close(struct access_state *access, enum session session)
{
    ASSERT(session < SESSION_COUNT);
    access->session[session].role = ROLE_NONE;
}

void access_touch(struct access_state *access, enum session session)
{
    ASSERT(session < SESSION_COUNT);
    access->session[session].idle_ms = 0;
}

bool access_password_unchanged(const struct params *params)
{
    return text_equal(params->device_password,
                      text_param_info[TEXT_PARAM_device_password].initial) ||
           text_equal(params->settings_password,
                      text_param_info[TEXT_PARAM_settings_password].initial);
}
